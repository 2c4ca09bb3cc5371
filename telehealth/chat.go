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
	Text string    `json:"text"`
}

const (
	maxChatText  = 2000 // characters
	maxChatLines = 500  // of one visit
)

// Chat gives what was written during a visit, to who took part in it.
func (s *Service) Chat(ctx context.Context, who identity.Principal, patient, id string) ([]ChatLine, error) {
	out := []ChatLine{}
	var seen *visit
	err := s.DB.InReadTx(ctx, func(c *db.Conn) error {
		v, err := s.open(c, who, patient, id, false)
		if err != nil {
			return err
		}
		seen = v
		me, err := v.speaker()
		if err != nil {
			return err
		}
		if v.view.Base == access.ByLink { // it is part of the visit, and over with it
			if err := v.happens(); err != nil {
				return err
			}
		}
		return c.Each(`SELECT m.id, m.at, m.name, m.role, COALESCE(p.relation, ''), m.account, m.body FROM visit_chat m LEFT JOIN visit_people p ON p.visit = m.visit AND p.account = m.account
			WHERE m.visit = ? AND m.at >= ? ORDER BY m.n LIMIT ?`, func(r *sql.Rows) error {
			var l ChatLine
			var at int64
			var account string
			err := r.Scan(&l.ID, &at, &l.From.Name, &l.From.Role, &l.From.Relation, &account, &l.Text)
			l.At, l.Mine = moment(at), account == seen.me()
			out = append(out, l)
			return err
		}, id, v.hearsFrom(me), maxChatLines)
	})
	if err != nil {
		return nil, s.Records.Refuse(ctx, who, patient, "Appointment", id, err)
	}
	return out, s.seen(ctx, seen.who, seen.view, id, "chat")
}

// hearsFrom is from when on somebody reads along. The patient's side and the care team
// read all of it. A guest of this one visit reads what was written since they were
// let in: what was said before was not said to them. In another browser they were let
// in anew, so that a link that was passed on brings nothing of before, either.
func (v *visit) hearsFrom(p *person) int64 {
	if v.guest != nil || v.view.Base == access.Proxy && v.view.Visits != nil {
		return p.admitted
	}
	return 0
}

// speaker: who was let in, and the care team. Once it is over that is who had been
// let in until then.
func (v *visit) speaker() (*person, error) {
	if err := v.joins(); err != nil {
		return nil, err
	}
	list, err := v.people()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(p *person) bool { return p.account == v.me() })
	if i < 0 && v.hosts() {
		return &person{Person: Person{Name: v.who.Name, Role: v.role()}}, nil
	}
	if i < 0 {
		return nil, notAdmitted()
	}
	p := list[i]
	if !p.host && !p.admittedNow() && !(v.State == schedule.Ended && p.wasAdmitted()) {
		return nil, notAdmitted()
	}
	return p, nil
}

// Say writes a line. The id is made by who writes it: sent twice, it is there
// once.
func (s *Service) Say(ctx context.Context, who identity.Principal, patient, id, line, text string) (ChatLine, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch {
	case !fhir.IsUUID(line):
		return ChatLine{}, fault.New(fault.Invalid, "Ids must be UUIDs in lower case.")
	case text == "":
		return ChatLine{}, fault.New(fault.Invalid, "Write something before you send.")
	case !fhir.IsText(text):
		return ChatLine{}, fault.New(fault.Invalid, "The message holds signs that cannot be sent.")
	case utf8.RuneCountInString(text) > maxChatText:
		return ChatLine{}, fault.New(fault.TooLarge, "The message is too long. Please shorten it, or send it in two.")
	}
	out := ChatLine{ID: line, Mine: true, Text: text}
	_, err := s.change(ctx, who, patient, id, "chat", func(v *visit) error {
		p, err := v.speaker()
		if err != nil {
			return err
		}
		out.From = Speaker{p.Name, p.Role, p.Relation}
		var account, visit, was string
		var at int64
		switch err := v.c.QueryRow(`SELECT account, visit, body, at FROM visit_chat WHERE id = ?`, line).Scan(&account, &visit, &was, &at); {
		case err == nil && account == v.me() && visit == id && was == text:
			out.At = moment(at)
			return nil
		case err == nil:
			return records.IDUsed()
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		if err := v.happens(); err != nil {
			return err
		}
		var n int64
		if err := v.c.QueryRow(`SELECT COALESCE(max(n), 0) FROM visit_chat WHERE visit = ?`, id).Scan(&n); err != nil {
			return err
		}
		if n >= maxChatLines {
			return fault.New(fault.TooMany, "So much was written in this visit that no more can be added.")
		}
		out.At = moment(v.s.now())
		_, err = v.c.Exec(`INSERT INTO visit_chat (visit, n, id, account, name, role, at, body) VALUES `+db.Placeholders(1, 8), id, n+1, line, v.me(), p.Name, p.Role, v.s.now(), text)
		return err
	})
	return out, err
}
