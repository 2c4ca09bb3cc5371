package records_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/fhir"
)

// copied is somebody's copy of a chart.
type copied struct {
	who    identity.Principal
	cursor string
	whole  bool
	held   map[string]string
	seen   map[string]bool // what they could ever see
}

func viewer(who identity.Principal) *copied {
	return &copied{who: who, held: map[string]string{}, seen: map[string]bool{}}
}

// pull takes one page.
func (p *copied) pull(h *house, patient string, limit int) records.Changes {
	h.t.Helper()
	page, err := h.store.Changes(context.Background(), p.who, patient, p.cursor, limit)
	require.NoError(h.t, err)
	if page.Resync {
		clear(p.held)
	}
	for _, x := range page.Items {
		if x.Body == nil {
			require.True(h.t, p.seen[x.Type+"/"+x.ID], "what they never saw is not named to them")
			delete(p.held, x.Type+"/"+x.ID)
			continue
		}
		p.held[x.Type+"/"+x.ID] = string(x.Body)
	}
	p.cursor, p.whole = page.Cursor, !page.More
	return page
}

func (p *copied) pullAll(h *house, patient string, limit int) {
	h.t.Helper()
	for p.whole = false; !p.whole; {
		p.pull(h, patient, limit)
	}
}

// Whatever happens to a chart, and wherever the pages split, a copy that has
// taken every page is what a new copy would be; and what somebody does not see
// moves nothing of theirs.
func TestCopiesBecomeAlike(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for seed := range uint64(6) {
			t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { copiesBecomeAlike(t, d, seed) })
		}
	})
}

func copiesBecomeAlike(t *testing.T, d *db.DB, seed uint64) {
	h := newHouse(t, d)
	ctx, r := context.Background(), rand.New(rand.NewPCG(seed, 1))
	rosa, self := h.patient("Rosa")
	copies := []*copied{viewer(self), viewer(h.caregiver(rosa, self)), viewer(feed)}
	hides := false
	ids := make([]string, 8)
	for i := range ids {
		ids[i] = newID()
	}
	op := func() records.Op {
		id := ids[r.IntN(len(ids))]
		node := func(body string) *fhir.Node {
			n, err := fhir.Parse([]byte(body))
			require.NoError(t, err)
			return n
		}
		switch r.IntN(6) {
		case 0: // a diagnosis that is sensitive or not
			code := []string{"F33.1", "E11.9", "E11.8"}[r.IntN(3)]
			return records.Op{Kind: records.Put, Node: node(condition(id, rosa, "http://hl7.org/fhir/sid/icd-10-cm", code, "Diagnosis "+code))}
		case 1: // what refers to another
			return records.Op{Kind: records.Put, Node: node(`{"resourceType":"Encounter","id":"` + id + `","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"subject":{"reference":"Patient/` + rosa + `"},"period":{"start":"2026-05-01T10:00:00Z"},"diagnosis":[{"condition":{"reference":"Condition/` + ids[r.IntN(len(ids))] + `"}}]}`)}
		case 2, 3: // a result, sometimes held back
			o := records.Op{Kind: records.Put, Node: node(observation(id, rosa, "2823-3", "2026-11-20", 4+r.Float64(), ""))}
			if r.IntN(2) == 0 {
				o.ReleaseAt = h.clock().Add(time.Duration(1+r.IntN(3)) * time.Hour)
			}
			return o
		case 4:
			return records.Op{Kind: records.Delete, Type: []string{"Condition", "Observation", "Encounter"}[r.IntN(3)], ID: id}
		}
		h.later(time.Duration(r.IntN(90)) * time.Minute)
		return records.Op{Kind: records.Put, Node: node(condition(id, rosa, "http://hl7.org/fhir/sid/icd-10-cm", "E11.9", "Diabetes"))}
	}
	for range 60 {
		var ops []records.Op
		seen := map[string]bool{}
		for range 1 + r.IntN(4) {
			o := op()
			key := o.Type + o.ID
			if o.Node != nil {
				key = o.Node.Get("resourceType").Str() + o.Node.Get("id").Str()
			}
			if !seen[key] {
				seen[key] = true
				ops = append(ops, o)
			}
		}
		tags := make([]string, len(copies))
		for i, p := range copies {
			if p.whole {
				p.pullAll(h, rosa, 3)
			}
			tags[i] = p.cursor
		}
		visible := func(p *copied) map[string]string {
			fresh := viewer(p.who)
			fresh.pullAll(h, rosa, 500)
			for key := range fresh.held {
				p.seen[key] = true
			}
			return fresh.held
		}
		before := visible(copies[1])
		_, _ = h.store.Write(ctx, feed, records.Batch{Ops: ops}) // deleting what is not there is refused
		after := visible(copies[1])
		visible(copies[0])
		hides = len(visible(copies[1])) < len(visible(copies[2])) || hides
		for i, p := range copies {
			if !p.whole && r.IntN(3) == 0 {
				continue
			}
			page := p.pull(h, rosa, 1+r.IntN(4))
			if i == 1 && tags[i] != "" && p.whole && len(page.Items) == 0 && !page.Resync {
				require.Equal(t, tags[i], p.cursor, "nothing that she sees happened")
			}
			if i == 1 && tags[i] != "" && p.whole && tags[i] == p.cursor {
				require.True(t, maps.Equal(before, after), "what she sees has changed, and she was not told")
			}
			if p.whole {
				require.True(t, maps.Equal(visible(p), p.held), "copy %d is not what a new one would be", i)
			}
		}
	}
	for _, p := range copies {
		p.pullAll(h, rosa, 2)
		fresh := viewer(p.who)
		fresh.pullAll(h, rosa, 1+r.IntN(7))
		require.True(t, maps.Equal(fresh.held, p.held))
	}
	require.True(t, hides)
}

// A cursor is for one person and one chart; a chart that is not theirs is not
// there; what cannot be gone on from begins anew.
func TestACursorIsBoundToItsViewer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		rosa, self := h.patient("Rosa")
		elena := h.caregiver(rosa, self)
		page, err := h.store.Changes(ctx, self, rosa, "", 100)
		require.NoError(t, err)
		require.True(t, page.Resync)
		require.NotEmpty(t, page.Items)
		again, err := h.store.Changes(ctx, self, rosa, page.Cursor, 100)
		require.NoError(t, err)
		require.Equal(t, records.Changes{Cursor: page.Cursor}, again)
		for _, cursor := range []string{"nonsense", page.Cursor[1:]} {
			again, err = h.store.Changes(ctx, self, rosa, cursor, 100)
			require.NoError(t, err)
			require.True(t, again.Resync)
		}
		again, err = h.store.Changes(ctx, elena, rosa, page.Cursor, 100)
		require.NoError(t, err)
		require.True(t, again.Resync, "another's cursor")
		_, err = h.store.Changes(ctx, identity.Principal{Kind: identity.Person, Account: newID()}, rosa, page.Cursor, 100)
		require.Error(t, err)
		require.Equal(t, 1, h.count(`SELECT count(*) FROM chart_changes WHERE patient_id = ?`, rosa), "one fact")
	})
}
