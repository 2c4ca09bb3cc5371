package telehealth

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// NoteVersion is an older state of a note.
type NoteVersion struct {
	Version int64     `json:"version"`
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Body    *NoteBody `json:"body,omitempty" doc:"Where one version is asked for"`
}

// A draft is saved every second or two. What one person writes within a while is one
// version; the newest ones are kept.
const (
	versionSpan = 2 * time.Minute
	maxVersions = 100
)

// keepVersion keeps a draft as it was saved, in the place of what the same person
// saved a moment before unless that has to stay.
func (v *visit) keepVersion(n *note, apart bool) error {
	raw, err := json.Marshal(n.body)
	if err != nil {
		return err
	}
	began := n.savedAt
	var last, lastBegan int64
	var by string
	err = v.c.QueryRow(`SELECT version, began, account FROM visit_note_versions WHERE visit = ? ORDER BY version DESC LIMIT 1`, v.ID).Scan(&last, &lastBegan, &by)
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return err
	case !apart && by == v.who.Account && n.savedAt-lastBegan < versionSpan.Microseconds():
		began = lastBegan
		if _, err := v.c.Exec(`DELETE FROM visit_note_versions WHERE visit = ? AND version = ?`, v.ID, last); err != nil {
			return err
		}
	}
	if _, err := v.c.Exec(`INSERT INTO visit_note_versions (visit, version, began, at, account, name, body) VALUES `+db.Placeholders(1, 7),
		v.ID, n.version, began, n.savedAt, v.who.Account, v.who.Name, raw); err != nil {
		return err
	}
	_, err = v.c.Exec(`DELETE FROM visit_note_versions WHERE visit = ? AND version NOT IN (SELECT version FROM visit_note_versions WHERE visit = ? ORDER BY version DESC LIMIT ?)`, v.ID, v.ID, maxVersions)
	return err
}

// Versions lists the older states of a note, the newest first, for those who write it.
func (s *Service) Versions(ctx context.Context, who identity.Principal, patient, id string) ([]NoteVersion, error) {
	out := []NoteVersion{}
	err := s.look(ctx, who, patient, id, nil, func(v *visit) error {
		return v.c.Each(`SELECT version, at, name FROM visit_note_versions WHERE visit = ? ORDER BY version DESC`, func(r *sql.Rows) error {
			var x NoteVersion
			var at int64
			err := r.Scan(&x.Version, &at, &x.By)
			x.At = moment(at)
			out = append(out, x)
			return err
		}, v.ID)
	})
	return out, err
}

// Version gives one older state of a note. It is brought back by saving it again.
func (s *Service) Version(ctx context.Context, who identity.Principal, patient, id string, version int64) (NoteVersion, error) {
	x := NoteVersion{Version: version, Body: &NoteBody{}}
	err := s.look(ctx, who, patient, id, nil, func(v *visit) error {
		var raw []byte
		var at int64
		err := v.c.QueryRow(`SELECT at, name, body FROM visit_note_versions WHERE visit = ? AND version = ?`, v.ID, version).Scan(&at, &x.By, &raw)
		if errors.Is(err, sql.ErrNoRows) {
			return notFound()
		}
		if err != nil {
			return err
		}
		x.At = moment(at)
		return json.Unmarshal(raw, x.Body)
	})
	return x, err
}

// Earlier is the last signed note of somebody before the one that is written.
type Earlier struct {
	Visit    string    `json:"visit"`
	SignedAt time.Time `json:"signedAt"`
	SignedBy string    `json:"signedBy"`
	Body     NoteBody  `json:"body"`
}

// CopiedText is text that was taken over from an older note, which the signed note
// says of it.
type CopiedText struct {
	Part  string     `json:"part" enum:"subjective,objective,assessment,plan"`
	Text  string     `json:"text" maxLength:"80000"`
	Visit string     `json:"visit" maxLength:"64" doc:"Whose note it is from"`
	By    string     `json:"by,omitempty" maxLength:"400" doc:"Filled in by the server"`
	At    *time.Time `json:"at,omitempty" doc:"Filled in by the server"`
}

const maxCopied = 40

// part is a clinical part of a note by its name.
func (b *NoteBody) part(name string) *string {
	switch name {
	case "subjective":
		return &b.Subjective
	case "objective":
		return &b.Objective
	case "assessment":
		return &b.Assessment
	case "plan":
		return &b.Plan
	}
	return nil
}

// source keeps what was copied and still stands there, and says from whose note it
// is; that is not the writer's word.
func (v *visit) source(b *NoteBody) error {
	b.Copied = slices.DeleteFunc(b.Copied, func(c CopiedText) bool {
		at := b.part(c.Part)
		return at == nil || strings.TrimSpace(c.Text) == "" || !strings.Contains(*at, c.Text)
	})
	for i := range b.Copied {
		c := &b.Copied[i]
		from, err := v.noteOf(`a.id = ?`, c.Visit)
		if err != nil {
			return err
		}
		if from == nil || from.Visit == v.ID || !strings.Contains(*from.Body.part(c.Part), c.Text) {
			return fault.New(fault.Invalid, "The text was not copied from a signed note of this record.").WithCode("copied")
		}
		c.By, c.At = from.SignedBy, &from.SignedAt
	}
	return nil
}

// marked gives a part with the source of what was copied into it.
func (b *NoteBody) marked(name string) string {
	text := *b.part(name)
	for _, c := range b.Copied {
		if c.Part == name && c.At != nil {
			text = strings.Replace(text, c.Text, "[Copied from the note of "+c.At.Format(time.DateOnly)+", "+c.By+":] "+c.Text+" [End of copy]", 1)
		}
	}
	return text
}

// earlier is the last signed note of the chart, if the writer sees its record.
func (v *visit) earlier() (*Earlier, error) { return v.noteOf(`a.id <> ?`, v.ID) }

// noteOf finds the newest signed note of the chart that fits.
func (v *visit) noteOf(cond, visit string) (*Earlier, error) {
	var e Earlier
	var raw []byte
	var at int64
	var composition string
	err := v.c.QueryRow(`SELECT n.visit, n.signed_at, n.signed_by, n.body, n.composition FROM visit_notes n JOIN appointments a ON a.id = n.visit
		WHERE a.patient_id = ? AND n.signed_at > 0 AND `+cond+` ORDER BY n.signed_at DESC LIMIT 1`, v.Patient, visit).Scan(&e.Visit, &at, &e.SignedBy, &raw, &composition)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	seen, err := v.s.Records.Seen(v.c, v.view, "Composition", []string{composition})
	if err != nil || !seen[composition] {
		return nil, err
	}
	e.SignedAt = moment(at)
	return &e, json.Unmarshal(raw, &e.Body)
}
