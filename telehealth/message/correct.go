package message

import (
	"database/sql"
	"errors"
	"slices"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// A message that was sent is never changed. Its writer can add a correction, which
// is a message of its own and says which one it corrects; both are shown together.
// It is as sensitive as what it corrects: one is not seen without the other.

func notYours() error {
	return fault.New(fault.Forbidden, "Only who wrote a message can correct it.").WithCode("writer")
}

// corrected gives the message that is corrected, or "". A correction of a
// correction corrects the first one.
func (s *Service) corrected(c *db.Conn, who identity.Principal, v *access.View, in In) (string, error) {
	if in.Corrects == "" {
		return "", nil
	}
	if in.Thread == "" || !fhir.IsUUID(in.Corrects) {
		return "", notFound()
	}
	var account, first string
	err := c.QueryRow(`SELECT account, corrects FROM thread_messages WHERE patient_id = ? AND thread = ? AND id = ?`, v.Patient, in.Thread, in.Corrects).Scan(&account, &first)
	if errors.Is(err, sql.ErrNoRows) {
		return "", notFound()
	}
	if err != nil {
		return "", err
	}
	id := in.Corrects
	if first != "" {
		id = first
	}
	seen, err := s.Records.Seen(c, v, communication, []string{id})
	switch {
	case err != nil:
		return "", err
	case !seen[id] && account != who.Account:
		return "", notFound()
	case account != who.Account:
		return "", notYours()
	}
	return id, nil
}

// withCorrections puts into the messages which of them correct which, as far as
// both are seen: the corrections of a message may stand on another page.
func (s *Service) withCorrections(c *db.Conn, v *access.View, thread string, list []Message) error {
	at := map[string]int{}
	for i := range list {
		at[list[i].ID] = i
	}
	type pair struct{ id, corrects string }
	var pairs []pair
	var ids []string
	err := c.Each(`SELECT id, corrects FROM thread_messages WHERE patient_id = ? AND thread = ? AND corrects <> '' ORDER BY n`, func(r *sql.Rows) error {
		var p pair
		if err := r.Scan(&p.id, &p.corrects); err != nil {
			return err
		}
		_, one := at[p.id]
		_, other := at[p.corrects]
		if one || other {
			pairs, ids = append(pairs, p), append(ids, p.id, p.corrects)
		}
		return nil
	}, v.Patient, thread)
	if err != nil || len(pairs) == 0 {
		return err
	}
	slices.Sort(ids)
	seen, err := s.Records.Seen(c, v, communication, slices.Compact(ids))
	if err != nil {
		return err
	}
	for _, p := range pairs {
		if !seen[p.id] || !seen[p.corrects] {
			continue
		}
		if i, ok := at[p.id]; ok {
			list[i].Corrects = p.corrects
		}
		if i, ok := at[p.corrects]; ok {
			list[i].CorrectedBy = append(list[i].CorrectedBy, p.id)
		}
	}
	return nil
}
