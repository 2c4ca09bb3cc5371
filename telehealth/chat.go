package telehealth

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
	"housecall/telehealth/schedule"
)

// Speaker is who wrote a line.
type Speaker struct {
	Name     string `json:"name"`
	Role     string `json:"role"`
	Relation string `json:"relation,omitempty" doc:"Of a proxy: how they and the patient are related"`
}

// ChatLine is something that was written during a visit.
type ChatLine struct {
	ID   string    `json:"id"`
	At   time.Time `json:"at"`
	From Speaker   `json:"from"`
	Mine bool      `json:"mine"`
	Seat string    `json:"seat,omitempty" doc:"Between who waits on this seat and the clinic; missing: in the room"`
	Text string    `json:"text"`

	Image *ChatImage `json:"image,omitempty" doc:"A picture that was shared, at chat/images/{id of the line}"`
	Files bool       `json:"files,omitempty" doc:"For those who write the note: it goes to the record when that is signed"`
}

// ChatImage is what is told of a picture in the chat.
type ChatImage struct {
	ContentType string `json:"contentType"`
	Size        int64  `json:"size"`
}

const (
	maxChatText  = 2000 // characters
	maxChatLines = 500  // of one visit
	maxOwnLines  = 150  // of these by one person who does not hold it
	hostsLines   = 100  // of these only by who holds it: nobody can write so much that they cannot
)

// Who waits and the clinic's staff write to each other apart from the room: nobody else
// who waits reads it, and what is said in the room is not read from the waiting room.

// Chat gives what was written during a visit, to who took part in it; to who waits what
// they and the clinic wrote to each other.
func (s *Service) Chat(ctx context.Context, who identity.Principal, patient, id string) ([]ChatLine, error) {
	out := []ChatLine{}
	var seen *visit
	err := s.DB.InReadTx(ctx, func(c *db.Conn) error {
		v, err := s.open(c, who, patient, id, false)
		if err != nil {
			return err
		}
		seen = v
		p, cond, args, err := v.reads()
		if err != nil {
			return err
		}
		by := v.speaks(p)
		return v.chatLines(cond, args, func(l *chatLine) {
			l.Mine = l.account == by
			l.Files = v.writes() && v.group == nil && l.files()
			out = append(out, l.ChatLine)
		})
	})
	if err != nil {
		return nil, s.Records.Refuse(ctx, who, patient, "Appointment", id, err)
	}
	return out, s.seen(ctx, seen.who, seen.view, id, "chat")
}

// chatLine is a row of visit_chat, with its picture.
type chatLine struct {
	ChatLine
	account string
	passing bool // who wrote it was let to this one visit only
	image   records.Taken
}

// chatLines lists what was written, the first first.
func (v *visit) chatLines(cond string, args []any, each func(*chatLine)) error {
	return v.c.Each(`SELECT m.id, m.at, m.name, m.role, COALESCE(p.relation, ''), m.account, m.body, m.seat, m.passing,
			COALESCE(i.content_type, ''), COALESCE(i.size, 0), i.sha256, i.given, COALESCE(i.blob, ''), i.blob_key
		FROM visit_chat m LEFT JOIN visit_people p ON p.visit = m.visit AND p.account = m.account LEFT JOIN visit_images i ON i.id = m.id
		WHERE m.visit = ?`+cond+` ORDER BY m.n LIMIT ?`, func(r *sql.Rows) error {
		var l chatLine
		var at int64
		t := &l.image
		if err := r.Scan(&l.ID, &at, &l.From.Name, &l.From.Role, &l.From.Relation, &l.account, &l.Text, &l.Seat, &l.passing,
			&t.ContentType, &t.Ref.Size, &t.Ref.SHA256, &t.Given, &t.Ref.Name, &t.Ref.Key); err != nil {
			return err
		}
		l.At = moment(at)
		if t.Ref.Name != "" {
			l.Image = &ChatImage{t.ContentType, t.Ref.Size}
		}
		each(&l)
		return nil
	}, append(append([]any{v.roomID()}, args...), maxChatLines)...)
}

// passing: they are here for this one visit only.
func (v *visit) passing() bool {
	return v.guest != nil || v.view.Base == access.Proxy && v.view.Visits != nil
}

// reads tells as whom the viewer reads, and which lines now, as a condition.
func (v *visit) reads() (p *person, cond string, args []any, err error) {
	if p, err = v.speaker(); err != nil {
		return nil, "", nil, err
	}
	if v.view.Base == access.ByLink || v.group != nil && !v.hosts() { // it is part of the visit, and over with it
		if err := v.happens(); err != nil {
			return nil, "", nil, err
		}
	}
	cond, args = v.hears(p)
	return p, cond, args, nil
}

// hears tells which lines somebody reads, as a condition: the care team all of them,
// who waits their own, who was let in those of the room besides. A guest of this one
// visit reads of the room what was written since they were let in, and of the door what
// was since they came to it: what was said before was not said to them. In another
// browser they come anew, so that a link that was passed on brings nothing of before.
func (v *visit) hears(p *person) (cond string, args []any) {
	var came, admitted int64
	switch {
	case v.passing():
		came, admitted = p.waiting, p.admitted
	case v.group != nil:
		admitted = p.admitted
	}
	switch {
	case v.hosts():
		return "", nil
	case p.State == SeatWaiting:
		return ` AND m.seat = ? AND m.at >= ?`, []any{p.Seat, came}
	}
	return ` AND (m.seat = ? AND m.at >= ? OR m.seat = '' AND m.at >= ?)`, []any{p.Seat, came, admitted}
}

// speaker: who was let in or waits, and the care team. Once it is over that is who had been
// let in until then.
func (v *visit) speaker() (*person, error) {
	if err := v.joins(); err != nil {
		return nil, err
	}
	list, err := v.people()
	if err != nil {
		return nil, err
	}
	p := v.mine(list)
	if p == nil && v.hosts() {
		return &person{Person: Person{Name: v.who.Name, Role: v.role()}}, nil
	}
	if p == nil {
		return nil, notAdmitted()
	}
	if !p.host && !p.admittedNow() && p.State != SeatWaiting && !(v.State == schedule.Ended && p.wasAdmitted()) {
		return nil, notAdmitted()
	}
	return p, nil
}

// Say writes a line. The id is made by who writes it: sent twice, it is there
// once. What somebody writes who waits is for the clinic alone; the care team answers
// them by their seat.
func (s *Service) Say(ctx context.Context, who identity.Principal, patient, id, line, seat, text string) (ChatLine, error) {
	text, err := chatText(line, text)
	if err != nil {
		return ChatLine{}, err
	}
	return s.say(ctx, who, patient, id, &saying{id: line, seat: seat, text: text})
}

// saying is a line that somebody writes; with a picture, that is all of it.
type saying struct {
	id, seat, text string
	image          *records.Taken
	refused        error // whoever looks after the picture has to know
	held           bool  // a row holds the picture
}

func (x *saying) given() []byte {
	if x.image == nil {
		return nil
	}
	return x.image.Given
}

func (s *Service) say(ctx context.Context, who identity.Principal, patient, id string, x *saying) (ChatLine, error) {
	var out ChatLine
	what := "chat"
	if x.image != nil {
		what = "chat image"
	}
	_, err := s.change(ctx, who, patient, id, what, func(v *visit) (err error) {
		defer func() { x.refused = err }()
		p, known, err := v.maySay(x, x.given())
		if err != nil {
			return err
		}
		if known != nil {
			out = *known
			return nil
		}
		out = ChatLine{ID: x.id, From: v.asSpeaker(p), Mine: true, Seat: x.seat, Text: x.text}
		if err := v.write(&out, v.speaks(p), v.passing()); err != nil || x.image == nil {
			return err
		}
		out.Image = &ChatImage{x.image.ContentType, x.image.Ref.Size}
		return v.holdImage(x)
	})
	return out, err
}

// maySay decides about a line, and to whom it goes. What is there already is given
// back: sent twice, it is said once.
func (v *visit) maySay(x *saying, given []byte) (*person, *ChatLine, error) {
	p, err := v.speaker()
	if err != nil {
		return nil, nil, err
	}
	known := ChatLine{ID: x.id, From: v.asSpeaker(p), Mine: true, Text: x.text}
	if found, err := v.said(&known, v.speaks(p), given); found || err != nil {
		return p, &known, err
	}
	if err := v.happens(); err != nil {
		return nil, nil, err
	}
	if x.seat, err = v.toSeat(p, x.seat); err != nil {
		return nil, nil, err
	}
	if err = v.full(v.speaks(p), p.host || v.hosts()); err == nil && given != nil {
		err = v.mayShare()
	}
	return p, nil, err
}

// full refuses what would be too much for one visit, or from one person in it: others are
// to have their say.
func (v *visit) full(by string, hosts bool) error {
	var all, own int64
	if err := v.c.QueryRow(`SELECT count(*), COALESCE(sum(CASE WHEN account = ? THEN 1 ELSE 0 END), 0) FROM visit_chat WHERE visit = ?`, by, v.roomID()).Scan(&all, &own); err != nil {
		return err
	}
	if all >= maxChatLines || !hosts && (own >= maxOwnLines || all >= maxChatLines-hostsLines) {
		return fault.New(fault.TooMany, "So much was written in this visit that no more can be added.")
	}
	return nil
}

// said finds a line that the same person sent before, with the same words or picture.
func (v *visit) said(l *ChatLine, by string, given []byte) (found bool, err error) {
	var account, room, was, contentType string
	var at, size int64
	var before []byte
	err = v.c.QueryRow(`SELECT m.account, m.visit, m.body, m.at, m.seat, i.given, COALESCE(i.content_type, ''), COALESCE(i.size, 0) FROM visit_chat m LEFT JOIN visit_images i ON i.id = m.id WHERE m.id = ?`, l.ID).
		Scan(&account, &room, &was, &at, &l.Seat, &before, &contentType, &size)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, err
	case account != by || room != v.roomID() || was != l.Text || !bytes.Equal(before, given):
		return false, records.IDUsed()
	}
	l.At = moment(at)
	if given != nil {
		l.Image = &ChatImage{contentType, size}
	}
	return true, nil
}

// write keeps a line. Of the passing it is known for good that they were here for this
// visit only.
func (v *visit) write(l *ChatLine, by string, passing bool) error {
	var n int64
	if err := v.c.QueryRow(`SELECT COALESCE(max(n), 0) FROM visit_chat WHERE visit = ?`, v.roomID()).Scan(&n); err != nil {
		return err
	}
	now := v.s.now()
	l.At = moment(now)
	_, err := v.c.Exec(`INSERT INTO visit_chat (visit, n, id, account, name, role, at, body, seat, passing) VALUES `+db.Placeholders(1, 10),
		v.roomID(), n+1, l.ID, by, l.From.Name, l.From.Role, now, l.Text, l.Seat, passing)
	return err
}

// chatText bounds what can be written.
func chatText(line, text string) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch {
	case !fhir.IsUUID(line):
		return "", fault.New(fault.Invalid, "Ids must be UUIDs in lower case.")
	case text == "":
		return "", fault.New(fault.Invalid, "Write something before you send.")
	case !fhir.IsText(text):
		return "", fault.New(fault.Invalid, "The message holds signs that cannot be sent.")
	case utf8.RuneCountInString(text) > maxChatText:
		return "", fault.New(fault.TooLarge, "The message is too long. Please shorten it, or send it in two.")
	}
	return text, nil
}

// toSeat decides to whom a line goes: to who waits on a seat, or to the room.
func (v *visit) toSeat(p *person, seat string) (string, error) {
	if p.State == SeatWaiting && !v.hosts() {
		return p.Seat, nil
	}
	if seat == "" {
		return "", nil
	}
	list, err := v.people()
	if err != nil {
		return "", err
	}
	if !v.hosts() || !slices.ContainsFunc(list, func(x *person) bool { return x.Seat == seat && !x.host && x.State == SeatWaiting }) {
		return "", fault.New(fault.Conflict, "They are not in the waiting room any more.").WithCode("gone")
	}
	return seat, nil
}
