package access

import (
	"context"
	"testing"
	"time"
)

// Unaudited lets reads go without their rows, until it is told otherwise: what the
// audit costs is measured against it. Nothing that ships can set it.
func (s *Service) Unaudited(off bool) {
	s.record = s.keep
	if off {
		s.record = func(context.Context, []Event) error { return nil }
	}
}

// Settle waits until all rows are sealed and under a checkpoint.
func (s *Service) Settle(t testing.TB) int64 {
	t.Helper()
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		h, err := s.Health(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if st, err := s.readState(s.db.Audit().Read(context.Background())); err == nil && h.Pending == 0 && st.last.Size == st.Size {
			return h.Rows
		}
	}
	t.Fatal("the rows are not sealed")
	return 0
}
