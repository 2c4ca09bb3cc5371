package telehealth

import (
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
}

const (
	maxChatText  = 2000 // characters
	maxChatLines = 500  // of one visit
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
		p, err := v.speaker()
		if err != nil {
			return err
		}
		cond, args := v.hears(p)
		if v.view.Base == access.ByLink || v.group != nil && !v.hosts() { // it is part of the visit, and over with it
			if err := v.happens(); err != nil {
				return err
			}
		}
		return c.Each(`SELECT m.id, m.at, m.name, m.role, COALESCE(p.relation, ''), m.account, m.body, m.seat FROM visit_chat m LEFT JOIN visit_people p ON p.visit = m.visit AND p.account = m.account
			WHERE m.visit = ?`+cond+` ORDER BY m.n LIMIT ?`, func(r *sql.Rows) error {
			var l ChatLine
			var at int64
			var account string
			err := r.Scan(&l.ID, &at, &l.From.Name, &l.From.Role, &l.From.Relation, &account, &l.Text, &l.Seat)
			l.At, l.Mine = moment(at), account == seen.speaks(p)
			out = append(out, l)
			return err
		}, append(append([]any{v.roomID()}, args...), maxChatLines)...)
	})
	if err != nil {
		return nil, s.Records.Refuse(ctx, who, patient, "Appointment", id, err)
	}
	return out, s.seen(ctx, seen.who, seen.view, id, "chat")
}

// passing: they are here for this one visit only.
func (v *visit) passing() bool {
	return v.guest != nil || v.view.Base == access.Proxy && v.view.Visits != nil
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
	out := ChatLine{ID: line, Mine: true, Text: text}
	_, err = s.change(ctx, who, patient, id, "chat", func(v *visit) error {
		p, err := v.speaker()
		if err != nil {
			return err
		}
		out.From = v.asSpeaker(p)
		if found, err := v.written(&out, v.speaks(p)); found || err != nil {
			return err
		}
		if err := v.happens(); err != nil {
			return err
		}
		if out.Seat, err = v.toSeat(p, seat); err != nil {
			return err
		}
		return v.write(&out, v.speaks(p))
	})
	return out, err
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

// written finds a line that was sent before: sent twice, it is there once.
func (v *visit) written(l *ChatLine, by string) (found bool, err error) {
	var account, visit, was, seat string
	var at int64
	err = v.c.QueryRow(`SELECT account, visit, body, at, seat FROM visit_chat WHERE id = ?`, l.ID).Scan(&account, &visit, &was, &at, &seat)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err == nil && account == by && visit == v.roomID() && was == l.Text:
		l.At, l.Seat = moment(at), seat
		return true, nil
	case err == nil:
		err = records.IDUsed()
	}
	return false, err
}

// write keeps a line, once.
func (v *visit) write(l *ChatLine, by string) error {
	if found, err := v.written(l, by); found || err != nil {
		return err
	}
	var n int64
	if err := v.c.QueryRow(`SELECT COALESCE(max(n), 0) FROM visit_chat WHERE visit = ?`, v.roomID()).Scan(&n); err != nil {
		return err
	}
	if n >= maxChatLines {
		return fault.New(fault.TooMany, "So much was written in this visit that no more can be added.")
	}
	now := v.s.now()
	l.At = moment(now)
	_, err := v.c.Exec(`INSERT INTO visit_chat (visit, n, id, account, name, role, at, body, seat) VALUES `+db.Placeholders(1, 9), v.roomID(), n+1, l.ID, by, l.From.Name, l.From.Role, now, l.Text, l.Seat)
	return err
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
