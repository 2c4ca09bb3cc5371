package records_test

import (
	"bytes"
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/sitekey"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/access/audittest"
	"housecall/records/fhir"
)

// theCode is what newer rules hold to be sensitive.
const theCode = "11111-9"

func newer(n *fhir.Node) access.Class {
	c := access.Classify(n)
	if bytes.Contains(n.Append(nil), []byte(theCode)) {
		c.Labels |= access.Genetics
	}
	return c
}

// relabelled goes on until no chart is left.
func (h *house) relabelled(s *records.Store) {
	h.t.Helper()
	r := records.NewRelabeller(s, "node")
	require.Eventually(h.t, func() bool {
		err := r.Round(context.Background())
		left, lerr := s.RelabelLeft(context.Background())
		return err == nil && lerr == nil && left == 0
	}, 30*time.Second, time.Millisecond)
}

// Rules that find more to be sensitive hide it from who is not to see it, wherever
// they look, and rules that find less bring it back; while somebody writes, by the
// new rules and, on a node that was not replaced yet, by the old ones.
func TestNewRulesRelabel(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		rosa, self := h.patient("Caléndula")
		elena := h.caregiver(rosa, self)
		app := self
		app.Client, app.Scopes = "app-1", []string{"patient/*.rs"}
		sys := identity.SystemPrincipal("warehouse")
		sys.Scopes = []string{"system/*.rs"}

		gene, past, plain, drug, taken, told, gone := newID(), newID(), newID(), newID(), newID(), newID(), newID()
		var ops []records.Op
		for range 110 {
			ops = append(ops, put(t, observation(newID(), rosa, "2823-3", "2026-11-01", 4, "")))
		}
		ops = append(ops, put(t, observation(gene, rosa, theCode, "2026-11-02", 4, "")), put(t, observation(past, rosa, theCode, "2026-11-02", 4, "")),
			put(t, observation(plain, rosa, "2823-3", "2026-11-02", 4, "")), put(t, observation(gone, rosa, theCode, "2026-11-02", 4, "")),
			put(t, `{"resourceType":"Medication","id":"`+drug+`","code":{"coding":[{"system":"http://loinc.org","code":"`+theCode+`"}]}}`),
			put(t, `{"resourceType":"MedicationRequest","id":"`+taken+`","status":"active","intent":"order","medicationReference":{"reference":"Medication/`+drug+`"},"subject":{"reference":"Patient/`+rosa+`"}}`),
			put(t, `{"resourceType":"Provenance","id":"`+told+`","target":[{"reference":"Observation/`+gene+`"}],"recorded":"2026-11-20T10:00:00Z","agent":[{"who":{"display":"Dr Okafor"}}]}`))
		_, err := h.write(feed, ops...)
		require.NoError(t, err)
		h.put(observation(past, rosa, "2823-3", "2026-11-03", 5, "")) // said it once
		_, err = h.write(feed, records.Op{Kind: records.Delete, Type: "Observation", ID: gone})
		require.NoError(t, err)
		refs := map[string]string{gene: "Observation", taken: "MedicationRequest"}

		followers := []*follower{{who: elena}, {who: self}}
		look := func(hidden bool) {
			t.Helper()
			for id, typ := range refs {
				require.Equal(t, !hidden, h.thereFor(elena, rosa, typ, id), typ)
				require.Equal(t, !hidden, h.thereForApp(app, rosa, typ, id), typ)
				require.True(t, h.thereFor(self, rosa, typ, id), typ)
				_, err := h.store.VRead(ctx, elena, typ, id, 1)
				require.Equal(t, !hidden, err == nil, "vread")
			}
			require.True(t, h.thereFor(elena, rosa, "Observation", plain))
			_, err := h.store.Read(ctx, elena, "Provenance", told)
			require.Equal(t, !hidden, err == nil, "what tells of it")
			_, err = h.store.Read(ctx, self, "Provenance", told)
			require.NoError(t, err)
			_, err = h.store.VRead(ctx, elena, "Observation", past, 1)
			require.Equal(t, !hidden, err == nil, "what a version said")
			_, err = h.store.VRead(ctx, elena, "Observation", past, 2)
			require.NoError(t, err)
			_, err = h.store.Read(ctx, elena, "Observation", gone)
			require.Equal(t, hidden, fault.Is(err, fault.NotFound), "that it was deleted: %v", err)
			for _, f := range followers {
				h.follow(f, rosa)
				fresh := &follower{who: f.who}
				h.follow(fresh, rosa)
				maps.DeleteFunc(f.has, func(_ string, there bool) bool { return !there })
				require.Equal(t, fresh.has, f.has, "a copy that is kept is like a new one")
				for id, typ := range refs {
					require.Equal(t, f.who.Account == self.Account || !hidden, f.has[typ+"/"+id])
				}
			}
			require.Len(t, h.search(self, "Observation", "patient="+rosa+"&code="+theCode).Items, h.counted(sys, rosa))
			if hidden {
				require.Zero(t, h.counted(elena, rosa))
				require.Zero(t, h.counted(app, rosa))
			} else {
				require.Equal(t, h.counted(self, rosa), h.counted(elena, rosa))
			}
		}
		look(false)
		tag, err := h.store.Tag(ctx, elena, rosa)
		require.NoError(t, err)
		mine, err := h.store.Tag(ctx, self, rosa)
		require.NoError(t, err)
		versions := h.count(`SELECT count(*) FROM resource_versions WHERE patient_id = ?`, rosa)

		old, err := records.New(records.Deps{DB: h.db, Access: h.access, Key: sitekey.ForTest(), Now: h.clock})
		require.NoError(t, err)
		h.store.UseRules(100, newer)
		left, err := h.store.RelabelLeft(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 1, left)

		// It is ended in the middle of a chart, and taken up again.
		ended, cancel := context.WithCancel(ctx)
		var judged atomic.Int64
		h.store.UseRules(100, func(n *fhir.Node) access.Class {
			if judged.Add(1) == 105 {
				cancel()
			}
			return newer(n)
		})
		require.Error(t, records.NewRelabeller(h.store, "node that dies").Round(ended))
		left, err = h.store.RelabelLeft(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 1, left, "the chart is not done")
		h.store.UseRules(100, newer)
		h.relabelled(h.store)
		look(true)
		after, err := h.store.Tag(ctx, elena, rosa)
		require.NoError(t, err)
		require.NotEqual(t, tag, after)
		after, err = h.store.Tag(ctx, self, rosa)
		require.NoError(t, err)
		require.NotEqual(t, mine, after)
		require.Equal(t, versions, h.count(`SELECT count(*) FROM resource_versions WHERE patient_id = ?`, rosa), "nothing has a new version")
		before := h.head(rosa)
		h.relabelled(h.store)
		require.Equal(t, before, h.head(rosa), "it is done once")

		// The rules are taken back while two nodes write.
		h.store.UseRules(101, access.Classify)
		old.UseRules(100, newer)
		writing := make(chan error, 2)
		for i, s := range []*records.Store{h.store, old} {
			go func() {
				random := rand.New(rand.NewPCG(7, uint64(i)))
				for range 25 {
					code := []string{theCode, "2823-3"}[random.IntN(2)]
					n, err := fhir.Parse([]byte(observation(newID(), rosa, code, "2026-11-05", 4, "")))
					if err == nil {
						_, err = s.Write(ctx, feed, records.Batch{Ops: []records.Op{{Kind: records.Put, Node: n}}})
					}
					if err != nil {
						writing <- err
						return
					}
				}
				writing <- nil
			}()
		}
		require.NoError(t, records.NewRelabeller(h.store, "node").Round(ctx))
		require.NoError(t, <-writing)
		require.NoError(t, <-writing)
		h.relabelled(h.store)
		look(false)
		require.Greater(t, h.counted(elena, rosa), 1)
	})
}

// counted is how many observations of the code a search counts.
func (h *house) counted(who identity.Principal, patient string) int {
	h.t.Helper()
	return h.search(who, "Observation", "patient="+patient+"&code="+theCode+"&_summary=count").Total
}

// thereForApp is thereFor of who has no pages.
func (h *house) thereForApp(who identity.Principal, patient, typ, id string) bool {
	h.t.Helper()
	_, err := h.store.Read(context.Background(), who, typ, id)
	found := h.search(who, typ, "patient="+patient+"&_id="+id)
	require.Equal(h.t, err == nil, len(found.Items) == 1)
	all, everr := h.store.Everything(context.Background(), who, patient, records.EverythingOptions{})
	require.NoError(h.t, everr)
	require.Equal(h.t, err == nil, slices.ContainsFunc(all.Items, func(st records.Stored) bool { return st.ID == id }))
	return err == nil
}

// What was written before labels told the part of a type comes in with the
// relabelling, for who sees parts; for all others nothing is new.
func TestPartsOfWhatWasThereBefore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPartial(t, d)
		ctx := context.Background()
		who := p.apps()["the patient's app"]
		for _, q := range []string{`UPDATE resources SET labels = labels & 63`, `UPDATE resource_versions SET labels = labels & 63`, `UPDATE entries SET labels = labels & 63`, `UPDATE charts SET label_rules = 0, label_floor = 0`, `UPDATE relabelling SET rules = 0`} {
			require.NoError(t, d.InTx(ctx, func(c *db.Conn) error { _, err := c.Exec(q); return err }))
		}
		theirs, ours := &follower{who: who}, &follower{who: p.self}
		p.follow(theirs, p.rosa)
		p.follow(ours, p.rosa)
		require.Empty(t, p.search(who, "Observation", "patient="+p.rosa).Items)
		require.NotContains(t, theirs.has, "Observation/"+p.lab)
		before, err := p.store.Tag(ctx, who, p.rosa)
		require.NoError(t, err)

		p.relabelled(p.store)
		require.Len(t, p.search(who, "Observation", "patient="+p.rosa).Items, 2)
		p.follow(theirs, p.rosa)
		require.True(t, theirs.has["Observation/"+p.lab])
		require.NotContains(t, theirs.has, "Observation/"+p.vital)
		resync, n := p.follow(ours, p.rosa)
		require.False(t, resync)
		require.Zero(t, n)
		after, err := p.store.Tag(ctx, who, p.rosa)
		require.NoError(t, err)
		require.NotEqual(t, before, after)
		st := p.put(measured(p.lab, p.rosa, "2345-7", "laboratory"))
		require.Equal(t, records.Unchanged, st.Outcome)
	})
}

// Only one node relabels; another takes over when the lease of the first has run out.
func TestOneNodeRelabels(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		h.patient("Caléndula")
		h.store.UseRules(100, newer)
		require.NoError(t, d.InTx(ctx, func(c *db.Conn) error {
			_, err := c.Exec(`UPDATE relabelling SET holder = 'another', until = ?`, h.clock().Add(10*time.Second).UnixMicro())
			return err
		}))
		r := records.NewRelabeller(h.store, "node")
		require.NoError(t, r.Round(ctx))
		left, err := h.store.RelabelLeft(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 1, left)
		h.later(time.Minute)
		require.NoError(t, r.Round(ctx))
		left, err = h.store.RelabelLeft(ctx)
		require.NoError(t, err)
		require.Zero(t, left)
		rows := 0
		for _, r := range audittest.Of(t, h.db, "") {
			if r.Account == "relabelling" {
				rows++
			}
		}
		require.Equal(t, 1, rows)
		require.NoError(t, r.Start(ctx))
		require.NoError(t, r.Start(ctx))
		r.Stop()
		r.Stop()
	})
}
