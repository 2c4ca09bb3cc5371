package message

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/fhir"
)

// Filter is how somebody narrows their inbox, kept under a name.
type Filter struct {
	ID       string `json:"id" maxLength:"36" doc:"Made by the client"`
	Name     string `json:"name" maxLength:"240"`
	View     string `json:"view,omitempty" enum:"all,mine,unclaimed,done"`
	Pool     string `json:"pool,omitempty" maxLength:"64"`
	Topic    string `json:"topic,omitempty" enum:"question,medicine,appointment,results,billing,other"`
	Priority string `json:"priority,omitempty" enum:"routine,soon,urgent"`
	Overdue  bool   `json:"overdue,omitempty"`
}

const maxFilters = 30

// Filters lists those of somebody, by name.
func (s *Service) Filters(ctx context.Context, who identity.Principal) ([]Filter, error) {
	if who.Kind != identity.Staff {
		return nil, notStaff()
	}
	out := []Filter{}
	err := s.DB.Read(ctx).Each(`SELECT body FROM inbox_filters WHERE account = ? ORDER BY name, id LIMIT ?`, func(r *sql.Rows) error {
		var body string
		var f Filter
		if err := r.Scan(&body); err != nil {
			return err
		}
		err := json.Unmarshal([]byte(body), &f)
		out = append(out, f)
		return err
	}, who.Account, maxFilters)
	return out, err
}

// SaveFilter keeps one; under an id that is there, instead of what was there.
func (s *Service) SaveFilter(ctx context.Context, who identity.Principal, f Filter) error {
	f.Name = strings.Join(strings.Fields(f.Name), " ")
	switch {
	case who.Kind != identity.Staff:
		return notStaff()
	case !fhir.IsUUID(f.ID):
		return notFound()
	case f.Name == "" || utf8.RuneCountInString(f.Name) > 60 || !fhir.IsText(f.Name):
		return fault.New(fault.Invalid, "Give it a name of at most 60 letters.")
	}
	body, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		if _, err := c.Exec(`INSERT INTO inbox_filters (account, id, name, body, saved_at) VALUES (?,?,?,?,?)
			ON CONFLICT (account, id) DO UPDATE SET name = excluded.name, body = excluded.body, saved_at = excluded.saved_at`, who.Account, f.ID, f.Name, string(body), s.now()); err != nil {
			return err
		}
		var n int
		if err := c.QueryRow(`SELECT count(*) FROM inbox_filters WHERE account = ?`, who.Account).Scan(&n); err != nil || n <= maxFilters {
			return err
		}
		return fault.New(fault.TooMany, "There are too many saved filters. Remove one first.")
	})
}

// DropFilter throws one away.
func (s *Service) DropFilter(ctx context.Context, who identity.Principal, id string) error {
	if who.Kind != identity.Staff {
		return notStaff()
	}
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`DELETE FROM inbox_filters WHERE account = ? AND id = ?`, who.Account, id)
		return err
	})
}
