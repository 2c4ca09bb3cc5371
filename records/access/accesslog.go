package access

import (
	"context"
	"time"

	"housecall/internal/db"
)

// stores are the databases that hold audit rows: one, and on SQLite a second
// file for the reads.
func (s *Service) stores() []*db.DB {
	if a := s.db.Audit(); a != s.db {
		return []*db.DB{s.db, a}
	}
	return []*db.DB{s.db}
}

// lastSeen is when the account was last in the chart; zero: never.
func (s *Service) lastSeen(ctx context.Context, patient, account string) (time.Time, error) {
	var last int64
	for _, d := range s.stores() {
		var at int64
		if err := d.Read(ctx).QueryRow(`SELECT COALESCE(max(at), 0) FROM audit WHERE patient_id = ? AND account = ?`, patient, account).Scan(&at); err != nil {
			return time.Time{}, err
		}
		last = max(last, at)
	}
	return moment(last), nil
}
