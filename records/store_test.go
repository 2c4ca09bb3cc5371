package records_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
)

func TestMain(m *testing.M) {
	if childBatches() || runChild() {
		return
	}
	dbtest.Main(m)
}

var feed = identity.SystemPrincipal("test feed")

// house is a store on a real database with somebody in it.
type house struct {
	t      *testing.T
	db     *db.DB
	store  *records.Store
	access *access.Service
	now    atomic.Int64 // read by the sealer as well; nanoseconds
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, db: d}
	h.now.Store(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC).UnixNano())
	ctx := context.Background()
	rev := revoke.NewFeed(d)
	require.NoError(t, rev.Start(ctx))
	t.Cleanup(rev.Stop)
	var err error
	h.access, err = access.New(access.Deps{DB: d, Key: sitekey.ForTest(), Revocations: rev, Now: h.clock, Node: "test"})
	require.NoError(t, err)
	require.NoError(t, h.access.Start(ctx))
	t.Cleanup(h.access.Stop)
	h.store, err = records.New(records.Deps{DB: d, Access: h.access, Key: sitekey.ForTest(), Now: h.clock})
	require.NoError(t, err)
	return h
}

func (h *house) clock() time.Time { return time.Unix(0, h.now.Load()).UTC() }

func (h *house) later(d time.Duration) { h.now.Add(int64(d)) }

func (h *house) write(who identity.Principal, ops ...records.Op) ([]records.Stored, error) {
	return h.store.Write(context.Background(), who, records.Batch{Ops: ops, Source: "urn:housecall:test"})
}

func (h *house) put(body string) records.Stored {
	h.t.Helper()
	st, err := h.write(feed, put(h.t, body))
	require.NoError(h.t, err, "%+v", fault.Of(err).Issues)
	return st[0]
}

func put(t *testing.T, body string) records.Op {
	t.Helper()
	n, err := fhir.Parse([]byte(body))
	require.NoError(t, err)
	return records.Op{Kind: records.Put, Node: n}
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// patient makes a chart and a principal who is its patient.
func (h *house) patient(name string) (string, identity.Principal) {
	h.t.Helper()
	id := newID()
	h.put(`{"resourceType":"Patient","id":"` + id + `","name":[{"family":"` + name + `","given":["Rosa"]}],"birthDate":"1952-03-02","gender":"female"}`)
	return id, identity.Principal{Kind: identity.Person, Account: newID(), Name: name, Patient: id}
}

func observation(id, patient, loinc, at string, value float64, extra string) string {
	return fmt.Sprintf(`{"resourceType":"Observation","id":"%s","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"%s","display":"Test"}]},"subject":{"reference":"Patient/%s"},"effectiveDateTime":"%s","valueQuantity":{"value":%v,"unit":"mmol/L","system":"http://unitsofmeasure.org","code":"mmol/L"}%s}`, id, loinc, patient, at, value, extra)
}

func condition(id, patient, system, code, text string) string {
	return fmt.Sprintf(`{"resourceType":"Condition","id":"%s","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-category","code":"problem-list-item"}]}],"code":{"coding":[{"system":"%s","code":"%s"}],"text":"%s"},"subject":{"reference":"Patient/%s"},"onsetDateTime":"2019-05-01"}`, id, system, code, text, patient)
}

func (h *house) count(query string, args ...any) (n int) {
	h.t.Helper()
	require.NoError(h.t, h.db.Read(context.Background()).QueryRow(query, args...).Scan(&n))
	return n
}

func TestWriteReadUpdateDelete(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		rosa, self := h.patient("Caléndula")
		id := newID()
		first := h.put(observation(id, rosa, "2823-3", "2026-11-20T08:00:00Z", 5.3, ""))
		require.Equal(t, records.Created, first.Outcome)
		require.EqualValues(t, 1, first.Version)

		got, err := h.store.Read(ctx, self, "Observation", id)
		require.NoError(t, err)
		require.Equal(t, rosa, got.Patient)
		require.Contains(t, string(got.Body), `"versionId":"1"`)
		require.Contains(t, string(got.Body), `"value":5.3`)

		again := h.put(observation(id, rosa, "2823-3", "2026-11-20T08:00:00Z", 5.3, ""))
		require.Equal(t, records.Unchanged, again.Outcome, "the same content is no new version")
		require.Equal(t, 2, h.count(`SELECT count(*) FROM chart_changes WHERE patient_id = ?`, rosa))

		changed := h.put(observation(id, rosa, "2823-3", "2026-11-20T08:00:00Z", 5.4, ""))
		require.Equal(t, records.Updated, changed.Outcome)
		require.EqualValues(t, 2, changed.Version)

		op := put(t, observation(id, rosa, "2823-3", "2026-11-20T08:00:00Z", 5.5, ""))
		op.Kind, op.ID, op.IfMatch = records.Update, id, 1
		_, err = h.write(feed, op)
		require.Equal(t, fault.PreconditionFailed, fault.KindOf(err))

		past, err := h.store.History(ctx, self, "Observation", id, 0, 10)
		require.NoError(t, err)
		require.Len(t, past, 2)
		require.EqualValues(t, 2, past[0].Version)
		old, err := h.store.VRead(ctx, self, "Observation", id, 1)
		require.NoError(t, err)
		require.Contains(t, string(old.Body), `"value":5.3`)

		_, err = h.write(feed, records.Op{Kind: records.Delete, Type: "Observation", ID: id})
		require.NoError(t, err)
		_, err = h.store.Read(ctx, self, "Observation", id)
		require.Equal(t, fault.Gone, fault.KindOf(err))
		require.Zero(t, h.count(`SELECT count(*) FROM search_token WHERE id = ?`, id), "what is gone is found no more")
		require.Zero(t, h.count(`SELECT count(*) FROM entries WHERE id = ?`, id))
		require.Equal(t, 4, h.count(`SELECT head FROM charts WHERE patient_id = ?`, rosa))
	})
}

func TestUpdateMovesSearchRows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		rosa, self := h.patient("Caléndula")
		id := newID()
		h.put(observation(id, rosa, "2823-3", "2026-11-20T08:00:00Z", 5.3, ""))
		h.put(observation(id, rosa, "2951-2", "2026-11-21T08:00:00Z", 140, ""))
		search := func(q string) int { return len(h.search(self, "Observation", q).Items) }
		require.Zero(t, search("code=2823-3"))
		require.Equal(t, 1, search("code=http://loinc.org|2951-2"))
		require.Equal(t, 1, search("date=2026-11-21"))
		require.Zero(t, search("date=2026-11-20"))
		require.Equal(t, 1, h.count(`SELECT count(*) FROM search_token WHERE id = ? AND param = 'code'`, id))
	})
}

func (h *house) search(who identity.Principal, typ, query string) records.Page {
	h.t.Helper()
	page, err := h.store.Search(context.Background(), who, parseQuery(h.t, typ, query))
	require.NoError(h.t, err)
	return page
}

func TestBatchIsAllOrNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		rosa, _ := h.patient("Caléndula")
		good := put(t, observation(newID(), rosa, "2823-3", "2026-11-20", 5.3, ""))
		bad := put(t, strings.Replace(observation(newID(), rosa, "2823-3", "2026-11-20", 5.3, ""), "final", "no-such-status", 1))
		_, err := h.write(feed, good, bad)
		require.Equal(t, fault.Invalid, fault.KindOf(err))
		require.NotEmpty(t, fault.Of(err).Issues)
		stranger := put(t, observation(newID(), newID(), "2823-3", "2026-11-20", 5.3, ""))
		_, err = h.write(feed, put(t, observation(newID(), rosa, "2823-3", "2026-11-20", 5.3, "")), stranger)
		require.Equal(t, fault.NotFound, fault.KindOf(err))
		require.Equal(t, 1, h.count(`SELECT count(*) FROM resources WHERE patient_id = ?`, rosa))
		require.Equal(t, 1, h.count(`SELECT head FROM charts WHERE patient_id = ?`, rosa))
	})
}

func TestResourceDoesNotMoveBetweenCharts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		rosa, _ := h.patient("Caléndula")
		teo, _ := h.patient("Teo")
		id := newID()
		h.put(observation(id, rosa, "2823-3", "2026-11-20", 5.3, ""))
		_, err := h.write(feed, put(t, observation(id, teo, "2823-3", "2026-11-20", 5.3, "")))
		require.Equal(t, fault.Invalid, fault.KindOf(err))
	})
}

func TestStrangersFindNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		rosa, _ := h.patient("Caléndula")
		_, stranger := h.patient("Else")
		id := newID()
		h.put(observation(id, rosa, "2823-3", "2026-11-20", 5.3, ""))
		_, hidden := h.store.Read(ctx, stranger, "Observation", id)
		_, missing := h.store.Read(ctx, stranger, "Observation", newID())
		require.Equal(t, fault.NotFound, fault.KindOf(hidden))
		require.Equal(t, fault.Of(missing).Msg, fault.Of(hidden).Msg, "what may not be seen reads like what is not there")
		_, err := h.store.Open(ctx, stranger, rosa, "")
		require.Equal(t, fault.NotFound, fault.KindOf(err))
		_, err = h.write(stranger, put(t, observation(newID(), rosa, "2823-3", "2026-11-20", 5.3, "")))
		require.Equal(t, fault.NotFound, fault.KindOf(err))
		require.Empty(t, h.search(stranger, "Observation", "patient="+rosa).Items)
		require.Empty(t, h.search(stranger, "Observation", "").Items)
	})
}
