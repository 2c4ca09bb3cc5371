package records_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
)

// did is one operation as its client saw it. began and ended are moments of one
// counter that all clients share.
type did struct {
	began, ended int64
	keys         []string // what it was about, as indexes into the resources
	token        string   // what it wrote
	expected     int64    // If-Match; 0: none
	kind         fault.Kind
	failed       bool
	deleted      bool  // a read found a deletion
	version      int64 // that a read found
}

// serial is what clients do at the same time to few resources.
type serial struct {
	stores    []*records.Store
	resources [][2]string // chart, id
	clock     atomic.Int64
	tokens    atomic.Int64
	mu        sync.Mutex
	history   []did
}

func (s *serial) note(d did) {
	d.ended = s.clock.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.history = append(s.history, d)
}

// client does rounds of random operations.
func (s *serial) client(r *rand.Rand, rounds int) error {
	ctx := context.Background()
	for range rounds {
		store := s.stores[r.IntN(len(s.stores))]
		first, second := r.IntN(len(s.resources)), r.IntN(len(s.resources))
		x := did{began: s.clock.Add(1), keys: []string{s.resources[first][1]}}
		var err error
		switch n := r.IntN(10); {
		case n < 4:
			var st records.Stored
			st, err = store.Read(ctx, feed, "Observation", x.keys[0])
			x.version, x.deleted = st.Version, fault.Is(err, fault.Gone)
		case n < 9:
			x.token = fmt.Sprint("token-", s.tokens.Add(1))
			targets := []int{first}
			if n > 6 && first != second {
				targets, x.keys = append(targets, second), append(x.keys, s.resources[second][1])
			}
			var ops []records.Op
			for _, t := range targets {
				ops = append(ops, s.op(records.Put, t, x.token))
			}
			if n == 4 || n == 5 { // only if nobody else was faster
				seen, readErr := store.Read(ctx, feed, "Observation", x.keys[0])
				if readErr != nil && !fault.Is(readErr, fault.Gone) {
					return readErr
				}
				if ops[0].IfMatch = max(seen.Version, 1); seen.Version == 0 {
					continue // deleted: its version is not told
				}
				x.expected = ops[0].IfMatch
			}
			_, err = store.Write(ctx, feed, records.Batch{Ops: ops})
		default:
			x.token = "delete"
			_, err = store.Write(ctx, feed, records.Batch{Ops: []records.Op{{Kind: records.Delete, Type: "Observation", ID: x.keys[0]}}})
		}
		x.failed, x.kind = err != nil, fault.KindOf(err)
		if err != nil && !x.deleted && x.kind != fault.PreconditionFailed {
			return fmt.Errorf("%+v: %w", x, err)
		}
		s.note(x)
	}
	return nil
}

func (s *serial) op(kind records.OpKind, i int, token string) records.Op {
	n, _ := fhir.Parse([]byte(observation(s.resources[i][1], s.resources[i][0], "2823-3", "2026-11-20", 4, `,"note":[{"text":"`+token+`"}]`)))
	return records.Op{Kind: kind, Node: n}
}

// written is a version that is in the database in the end.
type written struct {
	version int64
	token   string
}

// check explains the history by one order of writes for each resource, which the
// versions are, and orders of batches that agree with each other.
func (s *serial) check(t *testing.T, versions map[string][]written) {
	writer := map[string]*did{} // by token
	for i := range s.history {
		x := &s.history[i]
		if x.token != "" && x.token != "delete" {
			writer[x.token] = x
		}
	}
	place := map[string]map[string]int64{} // of a token, by resource
	for key, list := range versions {
		for i, w := range list {
			require.EqualValues(t, i+1, w.version, "no version is missing")
			if w.token == "" {
				continue // a deletion, or how it began
			}
			require.NotNil(t, writer[w.token], "what is stored was written")
			require.False(t, writer[w.token].failed, "what was refused is not stored")
			if place[w.token] == nil {
				place[w.token] = map[string]int64{}
			}
			require.Zero(t, place[w.token][key], "what was written once is there once")
			place[w.token][key] = w.version
		}
	}
	for token, x := range writer {
		for _, key := range x.keys {
			if x.failed {
				require.Zero(t, place[token][key])
				continue
			}
			require.NotZero(t, place[token][key], "no update is lost, and no half of a batch")
		}
		if !x.failed && x.expected > 0 {
			require.Equal(t, x.expected+1, place[token][x.keys[0]], "If-Match was honoured")
		}
	}
	s.checkOrder(t, versions, writer, place)
}

func (s *serial) checkOrder(t *testing.T, versions map[string][]written, writer map[string]*did, place map[string]map[string]int64) {
	for i := range s.history {
		x := &s.history[i]
		for j := range s.history {
			y := &s.history[j]
			if x.failed || y.failed || place[x.token] == nil || place[y.token] == nil || i == j {
				continue
			}
			shared := 0
			var ahead bool
			for _, key := range x.keys {
				a, b := place[x.token][key], place[y.token][key]
				if a == 0 || b == 0 {
					continue
				}
				require.True(t, shared == 0 || ahead == (a < b), "two batches are in the same order everywhere")
				shared, ahead = shared+1, a < b
				if x.ended < y.began {
					require.Less(t, a, b, "what was answered comes before what began later")
				}
			}
		}
	}
	for i := range s.history {
		x := &s.history[i]
		if x.token != "" || x.failed {
			continue
		}
		key := x.keys[0]
		for token, at := range place {
			w := writer[token]
			if at[key] > 0 && w.ended < x.began {
				require.GreaterOrEqual(t, x.version, at[key], "a read sees what was answered before it")
			}
		}
		if token := versions[key][x.version-1].token; token != "" {
			require.Less(t, writer[token].began, x.ended, "a read sees nothing of the future")
		}
	}
}

// Many clients of two nodes read, write, delete and write together what others
// write too, and what they saw is explained by some order of it.
func TestWhatClientsSeeIsOneOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		s := &serial{stores: []*records.Store{h.store, secondNode(t, d)}}
		ctx := context.Background()
		for i := range 3 {
			chart, _ := h.patient(fmt.Sprint("P", i))
			for range 2 {
				id := newID()
				h.put(observation(id, chart, "2823-3", "2026-11-20", 4, ""))
				s.resources = append(s.resources, [2]string{chart, id})
			}
		}
		seed := uint64(time.Now().UnixNano())
		t.Logf("seed %d", seed)
		errs := make(chan error, 12)
		for w := range cap(errs) {
			go func() { errs <- s.client(rand.New(rand.NewPCG(seed, uint64(w))), 40) }()
		}
		for range cap(errs) {
			require.NoError(t, <-errs)
		}
		versions := map[string][]written{}
		require.NoError(t, d.Read(ctx).Each(`SELECT id, version, kind, body FROM resource_versions WHERE type = 'Observation' ORDER BY id, version`, func(r *sql.Rows) error {
			var id string
			var w written
			var kind int
			var body []byte
			if err := r.Scan(&id, &w.version, &kind, &body); err != nil {
				return err
			}
			if i := bytes.Index(body, []byte("token-")); i >= 0 {
				w.token, _, _ = strings.Cut(string(body[i:]), `"`)
			}
			versions[id] = append(versions[id], w)
			return nil
		}))
		s.check(t, versions)
	})
}

// secondNode is another node on the same database.
func secondNode(t *testing.T, d *db.DB) *records.Store {
	ctx := context.Background()
	rev := revoke.NewFeed(d)
	require.NoError(t, rev.Start(ctx))
	t.Cleanup(rev.Stop)
	acc, err := access.New(access.Deps{DB: d, Key: sitekey.ForTest(), Revocations: rev, Now: time.Now, Node: "second"})
	require.NoError(t, err)
	require.NoError(t, acc.Start(ctx))
	t.Cleanup(acc.Stop)
	store, err := records.New(records.Deps{DB: d, Access: acc, Key: sitekey.ForTest()})
	require.NoError(t, err)
	return store
}
