package telehealth

import (
	"context"
	"database/sql"
	"encoding/json"
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

// NoteBody is what a note says: four parts for colleagues, and for the patient
// one plain sentence and what to do; and what the visit found and decided.
type NoteBody struct {
	Subjective   string   `json:"subjective" maxLength:"80000"`
	Objective    string   `json:"objective" maxLength:"80000"`
	Assessment   string   `json:"assessment" maxLength:"80000"`
	Plan         string   `json:"plan" maxLength:"80000"`
	Summary      string   `json:"summary" maxLength:"80000" doc:"One plain sentence for the patient"`
	Instructions []string `json:"instructions" maxItems:"50"`
	CallIf       string   `json:"callIf" maxLength:"80000" doc:"When to call for help"`
	FollowUp     string   `json:"followUp" maxLength:"80000"`
	VisitPlan
	Language string       `json:"language,omitempty" enum:"en,es" doc:"In which the patient's part is written"`
	Copied   []CopiedText `json:"copied,omitempty" maxItems:"40" doc:"What was taken over from an older note"`
}

const (
	maxPart         = 20_000 // characters
	maxInstructions = 50
)

func (b *NoteBody) parts() []*string {
	return []*string{&b.Subjective, &b.Objective, &b.Assessment, &b.Plan, &b.Summary, &b.CallIf, &b.FollowUp}
}

func (b *NoteBody) check() error {
	texts := b.parts()
	if b.Instructions == nil {
		b.Instructions = []string{}
	}
	for i := range b.Instructions {
		texts = append(texts, &b.Instructions[i])
	}
	for _, t := range texts {
		*t = strings.ReplaceAll(*t, "\r\n", "\n")
		if err := kept(*t, maxPart); err != nil {
			return err
		}
	}
	if len(b.Instructions) > maxInstructions || len(b.Copied) > maxCopied {
		return tooLong()
	}
	return b.bounded()
}

// kept refuses a text of a note that cannot be kept, or that has more signs than most.
func kept(text string, most int) error {
	switch {
	case !fhir.IsText(text):
		return unkept()
	case utf8.RuneCountInString(text) > most:
		return tooLong()
	}
	return nil
}

func unkept() error { return fault.New(fault.Invalid, "The note holds signs that cannot be kept.") }

func tooLong() error { return fault.New(fault.TooLarge, "A part of the note is too long.") }

// Prefill is what is known and need not be typed.
type Prefill struct {
	Reason string   `json:"reason"`
	Facts  []string `json:"facts" doc:"Recent measurements, a line each"`
}

// Addendum is something that was added to a signed note.
type Addendum struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	Text string    `json:"text"`
	id   string    // of its Composition
}

// VisitNote is the note of a visit.
type VisitNote struct {
	State       string     `json:"state" enum:"none,draft,signed"`
	Version     int64      `json:"version"`
	Body        NoteBody   `json:"body"`
	Prefill     Prefill    `json:"prefill"`
	SavedAt     *time.Time `json:"savedAt,omitempty"`
	SignedAt    *time.Time `json:"signedAt,omitempty"`
	SignedBy    string     `json:"signedBy,omitempty"`
	Composition string     `json:"composition,omitempty"`
	Chat        string     `json:"chat,omitempty" doc:"The record of the chat that was filed with it"`
	Addenda     []Addendum `json:"addenda"`
	Earlier     *Earlier   `json:"earlier,omitempty" doc:"The last signed note before this one, to copy from"`
}

// note is a row of visit_notes.
type note struct {
	version                                              int64
	body                                                 NoteBody
	savedAt, signedAt                                    int64
	savedBy, signedBy, signedRole, composition, document string
	signedAccount                                        string
	chat                                                 string // DocumentReference
}

// note reads the row; it is empty when nothing was written yet.
func (v *visit) note() (*note, error) {
	n := &note{body: NoteBody{Instructions: []string{}}}
	var raw []byte
	err := v.c.QueryRow(`SELECT version, body, saved_at, saved_by, signed_at, signed_by, signed_role, signed_account, composition, document, chat FROM visit_notes WHERE visit = ?`, v.ID).
		Scan(&n.version, &raw, &n.savedAt, &n.savedBy, &n.signedAt, &n.signedBy, &n.signedRole, &n.signedAccount, &n.composition, &n.document, &n.chat)
	if errors.Is(err, sql.ErrNoRows) {
		return n, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &n.body)
	}
	return n, err
}

func (v *visit) putNote(n *note) error {
	raw, err := json.Marshal(n.body)
	if err != nil {
		return err
	}
	_, err = v.c.Exec(`INSERT INTO visit_notes (visit, version, body, saved_at, saved_by, signed_at, signed_by, signed_role, signed_account, composition, document, chat) VALUES `+db.Placeholders(1, 12)+`
		ON CONFLICT (visit) DO UPDATE SET version = excluded.version, body = excluded.body, saved_at = excluded.saved_at, saved_by = excluded.saved_by,
		signed_at = excluded.signed_at, signed_by = excluded.signed_by, signed_role = excluded.signed_role, signed_account = excluded.signed_account, composition = excluded.composition, document = excluded.document, chat = excluded.chat`,
		v.ID, n.version, raw, n.savedAt, n.savedBy, n.signedAt, n.signedBy, n.signedRole, n.signedAccount, n.composition, n.document, n.chat)
	return err
}

// texts are all the words of a note.
func (b *NoteBody) texts() []string {
	out := slices.Clone(b.Instructions)
	for _, t := range append(b.parts(), b.lines()...) {
		out = append(out, *t)
	}
	return out
}

func (v *visit) addenda() ([]Addendum, error) {
	out := []Addendum{}
	err := v.c.Each(`SELECT id, at, name, body FROM visit_addenda WHERE visit = ? ORDER BY n`, func(r *sql.Rows) error {
		var a Addendum
		var at int64
		err := r.Scan(&a.id, &at, &a.By, &a.Text)
		a.At = moment(at)
		out = append(out, a)
		return err
	}, v.ID)
	return out, err
}

// seenAddenda are those whose record the viewer sees in the chart.
func (v *visit) seenAddenda() ([]Addendum, error) {
	all, err := v.addenda()
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(all))
	for i, a := range all {
		ids[i] = a.id
	}
	seen, err := v.s.Records.Uncut(v.c, v.view, "Composition", ids)
	return slices.DeleteFunc(all, func(a Addendum) bool { return seen[a.id] == nil }), err
}

func (v *visit) mustWrite() error {
	if !v.writes() {
		return fault.New(fault.Forbidden, "Only the care team can do this.").WithCode("role")
	}
	if v.Status == schedule.StatusCancelled {
		return fault.New(fault.Conflict, "This visit was cancelled.").WithCode("cancelled")
	}
	if v.Status == schedule.StatusNoShow {
		return fault.New(fault.Conflict, "It says that they did not come to this visit. Take that back first.").WithCode("noshow")
	}
	return nil
}

func (v *visit) showNote(n *note, p Prefill) (VisitNote, error) {
	out := VisitNote{State: "none", Version: n.version, Body: n.body, Prefill: p, SavedAt: momentOf(n.savedAt), SignedAt: momentOf(n.signedAt), SignedBy: n.signedBy}
	if n.version > 0 {
		out.State = schedule.NoteDraft
	}
	if n.signedAt != 0 {
		out.State, out.Composition = schedule.NoteSigned, "Composition/"+n.composition
	}
	var err error
	if out.Chat, err = v.seenChat(n); err != nil {
		return out, err
	}
	out.Addenda, err = v.addenda()
	return out, err
}

// Note gives the note of a visit to those who write it. Others read it in the
// chart once it is signed.
func (s *Service) Note(ctx context.Context, who identity.Principal, patient, id string) (VisitNote, error) {
	p := Prefill{Facts: []string{}}
	var out VisitNote
	err := s.look(ctx, who, patient, id, &out.Composition, func(v *visit) error {
		a, err := s.Schedule.ShowTx(v.c, v.view, v.Booked)
		if err != nil {
			return err
		}
		p.Reason = a.Reason
		n, err := v.note()
		if err != nil {
			return err
		}
		if out, err = v.showNote(n, p); err != nil || n.signedAt != 0 {
			return err
		}
		out.Earlier, err = v.earlier()
		return err
	})
	if err == nil && out.State != schedule.NoteSigned {
		out.Prefill.Facts, err = s.facts(ctx, who, patient)
	}
	if err != nil {
		return VisitNote{}, err
	}
	return out, nil
}

// look lets f read of a note, for those who write it, and leaves the audit row.
// composition is the note's resource, when f finds that there is one.
func (s *Service) look(ctx context.Context, who identity.Principal, patient, id string, composition *string, f func(*visit) error) error {
	var view *access.View
	err := s.DB.InReadTx(ctx, func(c *db.Conn) error {
		v, err := s.open(c, who, patient, id, false)
		if err == nil {
			err = v.mustWrite()
		}
		if err != nil {
			return err
		}
		view = v.view
		return f(v)
	})
	if err != nil {
		return s.Records.Refuse(ctx, who, patient, "Composition", "", err)
	}
	of := ""
	if composition != nil {
		of = *composition
	}
	return s.Records.Looked(ctx, who, view, "read", "Composition", of, access.Of(access.Documents), 1)
}

// What is offered to be taken over: measurements that are not old.
const (
	factsSince = 60 * 24 * time.Hour
	maxFacts   = 6
)

func (s *Service) facts(ctx context.Context, who identity.Principal, patient string) ([]string, error) {
	ch, err := s.Records.Open(ctx, who, patient, "")
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, l := range ch.Vitals {
		if line := factOf(&l, s.Now().Add(-factsSince)); line != "" && len(out) < maxFacts {
			out = append(out, line)
		}
	}
	return out, nil
}

func factOf(l *records.ResultLine, since time.Time) string {
	e := &l.Latest
	if e.Value == nil || len(e.At) < len(time.DateOnly) || e.At < since.Format(time.DateOnly) {
		return ""
	}
	value := e.Value.Text
	if e.Value.Unit != "" && !strings.HasSuffix(value, e.Value.Unit) {
		value += " " + e.Value.Unit
	}
	return l.Title + ": " + value + " (" + e.At[:len(time.DateOnly)] + ")"
}

// SaveNote keeps a draft. version is the one that it was made from: of two who
// write at the same time, the second is told. apart: what was there before stays a
// version of its own, also when it is only a moment old.
func (s *Service) SaveNote(ctx context.Context, who identity.Principal, patient, id string, version int64, body NoteBody, apart bool) (VisitNote, error) {
	if err := body.check(); err != nil {
		return VisitNote{}, err
	}
	return s.write(ctx, who, patient, id, "save note", func(v *visit, n *note) error {
		switch {
		case n.signedAt != 0:
			return signed()
		case n.version != version:
			return changed()
		}
		if err := v.source(&body); err != nil {
			return err
		}
		n.version, n.body, n.savedAt, n.savedBy = version+1, body, s.now(), who.Account
		v.Note = schedule.NoteDraft
		return v.keepVersion(n, apart)
	})
}

func signed() error {
	return fault.New(fault.Conflict, "This note is signed. It can be added to, not changed.").WithCode("signed")
}

func changed() error {
	return fault.New(fault.Conflict, "Somebody else has changed this note meanwhile.").WithCode("changed")
}

// write lets f change a note.
func (s *Service) write(ctx context.Context, who identity.Principal, patient, id, what string, f func(*visit, *note) error) (VisitNote, error) {
	var out VisitNote
	_, err := s.change(ctx, who, patient, id, what, func(v *visit) error {
		if err := v.mustWrite(); err != nil {
			return err
		}
		n, err := v.note()
		if err != nil {
			return err
		}
		if err := f(v, n); err != nil {
			return err
		}
		if err := v.putNote(n); err != nil {
			return err
		}
		out, err = v.showNote(n, Prefill{Facts: []string{}})
		return err
	})
	return out, err
}
