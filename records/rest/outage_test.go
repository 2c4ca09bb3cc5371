package rest_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
)

// putsOf is a transaction that puts n observations with ids of their own.
func putsOf(patient string, ids []string) string {
	var b strings.Builder
	b.WriteString(`{"resourceType":"Bundle","type":"transaction","entry":[`)
	for i, id := range ids {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"request":{"method":"PUT","url":"Observation/%s"},"resource":%s}`, id, observation(id, "Patient/"+patient, 4.2))
	}
	return b.String() + `]}`
}

func (s *site) there(ids []string) int {
	n := 0
	for _, id := range ids {
		var one int
		require.NoError(s.t, s.db.Read(context.Background()).QueryRow(`SELECT count(*) FROM resources r JOIN resource_versions v ON v.patient_id = r.patient_id AND v.type = r.type AND v.id = r.id WHERE r.type = 'Observation' AND r.id = ?`, id).Scan(&one))
		n += one
	}
	return n
}

// The database dies under load and is started again. Meanwhile everybody is told
// to try again, nobody that their token is wrong; afterwards work goes on without
// anybody's doing, and every transaction is there whole, or not at all.
func TestTheDatabaseDiesAndComesBack(t *testing.T) {
	server, err := dbtest.NewServer()
	require.NoError(t, err)
	t.Cleanup(server.Remove)
	d, err := db.Open(context.Background(), db.Config{URL: server.URL})
	require.NoError(t, err)
	t.Cleanup(func() { _ = d.Close() })
	_, err = d.Migrate(context.Background())
	require.NoError(t, err)
	s := newSite(t, d)
	const senders, bundles, size = 6, 12, 15
	var answered, refused atomic.Int64
	var mu sync.Mutex
	sent := map[string][]string{} // ids of each transaction that was answered with success
	var wg sync.WaitGroup
	for range senders {
		wg.Go(func() {
			for range bundles {
				ids := make([]string, size)
				for i := range ids {
					ids[i] = newID()
				}
				body := putsOf(s.rosa, ids)
				for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
					r := s.do(s.feed, http.MethodPost, "/fhir", body)
					if r.StatusCode == http.StatusOK {
						answered.Add(1)
						mu.Lock()
						sent[ids[0]] = ids
						mu.Unlock()
						break
					}
					if r.StatusCode != http.StatusServiceUnavailable {
						t.Errorf("answer %d: %s", r.StatusCode, r.body)
						return
					}
					refused.Add(1)
				}
			}
		})
	}
	require.Eventually(t, func() bool { return answered.Load() > senders*bundles/4 }, time.Minute, time.Millisecond)
	server.Crash()
	require.Eventually(t, func() bool { return refused.Load() > 0 }, time.Minute, time.Millisecond)
	require.NoError(t, server.Start())
	wg.Wait()
	require.Len(t, sent, senders*bundles, "everything was answered in the end")
	for _, ids := range sent {
		require.Equal(t, size, s.there(ids), "each is there, whole and once")
	}
	t.Logf("%d transactions, %d times told to try again", answered.Load(), refused.Load())
	report, err := s.access.Verify(context.Background())
	require.NoError(t, err)
	require.Empty(t, report.Problems, "no audit row is missing")
}

// The disk is full: nothing is half-written, the sender is told to try again, and
// it goes on when there is room.
func TestTheDiskIsFull(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		s := newSite(t, dbtest.SQLite(t))
		w, err := s.db.Writer()
		require.NoError(t, err)
		var pages int
		require.NoError(t, w.QueryRow(`PRAGMA page_count`).Scan(&pages))
		limit := func(n int) {
			_, err := w.Exec(fmt.Sprintf(`PRAGMA max_page_count = %d`, n))
			require.NoError(t, err)
		}
		s.fill(func() { limit(pages + 60) }, func() { limit(pages + 10_000) })
	})
	// Here no file may grow any more. PostgreSQL does with it what it does with a disk
	// that is full, but for the code of the error, see db.Outage. Segments of its log
	// are small, so that it can go on writing that: what is refused are the tables.
	t.Run("postgres", func(t *testing.T) {
		server, err := dbtest.NewServer("--wal-segsize=1")
		require.NoError(t, err)
		t.Cleanup(server.Remove)
		d, err := db.Open(context.Background(), db.Config{URL: server.URL})
		require.NoError(t, err)
		t.Cleanup(func() { _ = d.Close() })
		_, err = d.Migrate(context.Background())
		require.NoError(t, err)
		newSite(t, d).fill(func() { require.NoError(t, server.LimitFiles(1_400_000)) }, func() { require.NoError(t, server.LimitFiles(0)) })
	})
}

// fill writes until there is no room, and again when there is.
func (s *site) fill(limit, widen func()) {
	t := s.t
	limit()
	var kept [][]string
	full := false
	for range 400 {
		ids := make([]string, 40)
		for i := range ids {
			ids[i] = newID()
		}
		r := s.do(s.feed, http.MethodPost, "/fhir", putsOf(s.rosa, ids))
		if r.StatusCode == http.StatusOK {
			kept = append(kept, ids)
			continue
		}
		full = true
		require.Equal(t, http.StatusServiceUnavailable, r.StatusCode, r.body)
		require.Equal(t, []string{"transient"}, r.outcome(t))
		require.Zero(t, s.there(ids), "nothing of it is there")
		widen()
		require.Equal(t, http.StatusOK, s.do(s.feed, http.MethodPost, "/fhir", putsOf(s.rosa, ids)).StatusCode)
		require.Equal(t, len(ids), s.there(ids))
		break
	}
	require.True(t, full, "the disk was never full")
	for _, ids := range kept {
		require.Equal(t, len(ids), s.there(ids))
	}
	report, err := s.access.Verify(context.Background())
	require.NoError(t, err)
	require.Empty(t, report.Problems, "no audit row is missing")
}
