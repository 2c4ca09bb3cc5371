package bulk_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"housecall/internal/blob"
	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/internal/identity/sitetest"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
	"housecall/notifications"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/bulk"
	"housecall/records/fhir"
	"housecall/records/ingest"
)

func TestMain(m *testing.M) {
	child()
	dbtest.Main(m)
}

var feed = identity.Principal{Kind: identity.System, Account: "feed", Name: "feed", Scopes: []string{"system/*.cruds"}}

type house struct {
	*bulk.Service
	db    *db.DB
	store *records.Store
}

func open(t testing.TB, d *db.DB, dir string, turn time.Duration) *house {
	t.Helper()
	h, stop, err := build(d, dir, turn)
	require.NoError(t, err)
	t.Cleanup(stop)
	return h
}

// elsewhere trusts the certificates of test servers, and reaches this machine.
var elsewhere = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} //nolint:gosec // test servers

func build(d *db.DB, dir string, turn time.Duration) (*house, func(), error) {
	ctx, key := context.Background(), sitekey.ForTest()
	revocations := revoke.NewFeed(d)
	a, err := access.New(access.Deps{DB: d, Key: key, Revocations: revocations, Node: "test"})
	if err != nil {
		return nil, nil, err
	}
	accounts, err := identity.New(identity.Deps{HashKiB: sitetest.HashKiB, DB: d, Key: key, Revocations: revocations, BaseURL: "http://housecall.test"})
	if err != nil {
		return nil, nil, err
	}
	if err := revocations.Start(ctx); err != nil {
		return nil, nil, err
	}
	if err := a.Start(ctx); err != nil {
		return nil, nil, err
	}
	store, err := records.New(records.Deps{DB: d, Access: a, Key: key})
	if err != nil {
		return nil, nil, err
	}
	importer, err := ingest.New(ingest.Deps{DB: d, Store: store, Access: a})
	if err != nil {
		return nil, nil, err
	}
	blobs, err := blob.Open(ctx, blob.Config{Dir: dir, Key: key})
	if err != nil {
		return nil, nil, err
	}
	jobs, err := notifications.New(notifications.Deps{DB: d, Key: key, Accounts: accounts, Poll: 20 * time.Millisecond, BaseURL: &url.URL{Scheme: "http", Host: "housecall.test"}})
	if err != nil {
		return nil, nil, err
	}
	s, err := bulk.New(bulk.Deps{DB: d, Records: store, Access: a, Blobs: blobs, Importer: importer, Jobs: jobs, Client: elsewhere, Turn: turn, Skew: time.Millisecond})
	if err != nil {
		return nil, nil, err
	}
	return &house{s, d, store}, func() { a.Stop(); revocations.Stop(); _ = blobs.Close() }, nil
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func observation(id, patient string, value int) string {
	return fmt.Sprintf(`{"resourceType":"Observation","id":"%s","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],`+
		`"code":{"coding":[{"system":"http://loinc.org","code":"2823-3","display":"Potassium [Moles/volume] in Serum or Plasma"}],"text":"Potassium"},"subject":{"reference":"Patient/%s"},`+
		`"effectiveDateTime":"2026-11-20T08:00:00Z","issued":"2026-11-20T10:00:00Z","performer":[{"display":"Laboratory"}],"valueQuantity":{"value":%d,"unit":"mmol/L","system":"http://unitsofmeasure.org","code":"mmol/L"},`+
		`"interpretation":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation","code":"N","display":"Normal"}]}],"referenceRange":[{"low":{"value":3.5,"unit":"mmol/L"},"high":{"value":5.1,"unit":"mmol/L"}}]}`,
		id, patient, value)
}

func (h *house) write(t testing.TB, kind records.OpKind, bodies ...string) {
	t.Helper()
	var b records.Batch
	for _, body := range bodies {
		n, err := fhir.Parse([]byte(body))
		require.NoError(t, err)
		b.Ops = append(b.Ops, records.Op{Kind: kind, Type: n.ResourceType(), ID: n.Get("id").Str(), Node: n})
	}
	_, err := h.store.Write(context.Background(), feed, b)
	require.NoError(t, err)
}

// charts makes charts with so many observations and gives the ids of these.
func (h *house) charts(t testing.TB, charts, each int) (patients, observations []string) {
	t.Helper()
	for range charts {
		p := newID()
		bodies := []string{`{"resourceType":"Patient","id":"` + p + `","name":[{"family":"Made"}]}`}
		for n := range each {
			id := newID()
			bodies = append(bodies, observation(id, p, n%6))
			observations = append(observations, id)
		}
		h.write(t, records.Put, bodies...)
		patients = append(patients, p)
	}
	return patients, observations
}

// all gives every line that a job made, by type, and the moment it is as of.
func (h *house) all(t testing.TB, id string) (map[string][]map[string]any, bulk.Status) {
	t.Helper()
	st, err := h.Status(context.Background(), feed, id)
	require.NoError(t, err)
	require.True(t, st.Done)
	out := map[string][]map[string]any{}
	for _, f := range st.Files {
		d, err := h.Open(context.Background(), feed, id, f.N, false)
		require.NoError(t, err)
		lines, n := bufio.NewScanner(d), int64(0)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var x map[string]any
			require.NoError(t, json.Unmarshal(lines.Bytes(), &x))
			out[f.Type] = append(out[f.Type], x)
			n++
		}
		require.NoError(t, lines.Err())
		require.Equal(t, f.Count, n)
		require.NoError(t, d.Close())
	}
	return out, st
}

// child is the whole of this program when it was started as the process that
// gets killed: it works on a job, and writes a line after each turn.
func child() {
	id := os.Getenv("BULK_CHILD_JOB")
	if id == "" {
		return
	}
	ctx := context.Background()
	d, err := db.Open(ctx, db.Config{URL: os.Getenv("BULK_CHILD_URL"), Dir: os.Getenv("BULK_CHILD_DIR")})
	if err == nil {
		var h *house
		if h, _, err = build(d, os.Getenv("BULK_CHILD_DIR"), time.Nanosecond); err == nil {
			for more := true; more && err == nil; {
				more, err = h.Work(ctx, id)
				fmt.Println("turn", more)
			}
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, strings.TrimSpace(err.Error()))
		os.Exit(1)
	}
	os.Exit(0)
}
