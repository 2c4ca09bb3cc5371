package records_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
)

const restricted = `"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]},`

// What only a hidden record refers to tells of it, and so does finding a record
// by what it refers to.
func TestHiddenRecordsLeaveNoTraceInWhatIsAroundThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		rosa, self := h.patient("Caléndula")
		elena := h.caregiver(rosa, self)
		clinic, cond, secret, open, medicine := newID(), newID(), newID(), newID(), newID()
		h.put(`{"resourceType":"Organization","id":"` + clinic + `","name":"Quiet Harbor Counseling"}`)
		h.put(strings.Replace(condition(cond, rosa, "http://snomed.info/sct", "1", "Private matter"), `"clinicalStatus"`, restricted+`"clinicalStatus"`, 1))
		visit := `{"resourceType":"Encounter","id":"%s",%s"status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/` + rosa + `"},"period":{"start":"2026-05-01T10:00:00Z"}%s}`
		h.put(fmt.Sprintf(visit, secret, restricted, `,"serviceProvider":{"reference":"Organization/`+clinic+`"}`))
		h.put(fmt.Sprintf(visit, open, "", `,"diagnosis":[{"condition":{"reference":"Condition/`+cond+`"}}]`))
		h.put(`{"resourceType":"MedicationRequest","id":"` + medicine + `","status":"active","intent":"order","medicationCodeableConcept":{"text":"Lisinopril"},"subject":{"reference":"Patient/` + rosa + `"},"authoredOn":"2026-05-02","reasonReference":[{"reference":"Condition/` + cond + `","display":"Private matter"}]}`)

		all, err := h.store.Everything(ctx, elena, rosa, records.EverythingOptions{})
		require.NoError(t, err)
		mine, err := h.store.Everything(ctx, self, rosa, records.EverythingOptions{})
		require.NoError(t, err)
		require.NotContains(t, bodies(all), "Quiet Harbor")
		require.Contains(t, bodies(mine), "Quiet Harbor")

		for _, q := range []string{"patient=" + rosa + "&diagnosis:missing=false", "patient=" + rosa + "&diagnosis=Condition/" + cond, "diagnosis:missing=false"} {
			require.Empty(t, h.search(elena, "Encounter", q).Items, q)
			require.Len(t, h.search(self, "Encounter", q).Items, 1, q)
		}
		require.Len(t, h.search(elena, "Encounter", "patient="+rosa+"&diagnosis:missing=true").Items, 1)

		for who, sees := range map[*identity.Principal]bool{&elena: false, &self: true} {
			chart, err := h.store.Open(ctx, *who, rosa, "")
			require.NoError(t, err)
			entry, err := h.store.Detail(ctx, *who, rosa, "MedicationRequest", medicine)
			require.NoError(t, err)
			text, err := json.Marshal([]any{chart.Medicines, entry.Entry})
			require.NoError(t, err)
			require.Equal(t, sees, strings.Contains(string(text), "Private matter"), "%s", text)
			require.NotContains(t, string(text), "reasonRef")
			found, err := h.store.Timeline(ctx, *who, rosa, "medicines", "private", "", 10)
			require.NoError(t, err)
			require.Empty(t, found.Items, "words of another record")
		}
	})
}

func bodies(p records.Page) string {
	var b strings.Builder
	for _, it := range p.Items {
		b.Write(it.Body)
	}
	return b.String()
}

// A result that is held back moves nothing for who has to wait for it.
func TestHeldResultMovesNothingBeforeItsTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		rosa, self := h.patient("Caléndula")
		tags := func(who identity.Principal) string {
			tag, err := h.store.Tag(ctx, who, rosa)
			require.NoError(t, err)
			return tag
		}
		before, feeds := tags(self), tags(feed)
		id := newID()
		for i, value := range []float64{6.1, 6.2} {
			op := put(t, observation(id, rosa, "2823-3", "2026-11-23", value, ""))
			op.ReleaseAt = h.clock().Add(time.Hour)
			_, err := h.write(feed, op)
			require.NoError(t, err)
			require.Equal(t, before, tags(self), "version %d", i+1)
			require.NotEqual(t, feeds, tags(feed))
		}
		_, err := h.write(feed, records.Op{Kind: records.Delete, Type: "Observation", ID: id})
		require.NoError(t, err)
		require.Equal(t, before, tags(self), "gone before anybody saw it")
		op := put(t, observation(newID(), rosa, "2823-3", "2026-11-23", 5, ""))
		op.ReleaseAt = h.clock().Add(time.Hour)
		_, err = h.write(feed, op)
		require.NoError(t, err)
		h.later(2 * time.Hour)
		require.NotEqual(t, before, tags(self), "released")
	})
}

// Filters that no chart fits find nothing; they are never passed over.
func TestContradictoryPatientsFindNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		rosa, self := h.patient("Caléndula")
		h.put(observation(newID(), rosa, "2823-3", "2026-11-20", 5.3, ""))
		for _, who := range []identity.Principal{self, feed} {
			require.Empty(t, h.search(who, "Observation", "patient="+rosa+"&patient="+newID()).Items)
			require.Empty(t, h.search(who, "Observation", "subject=Group/"+newID()).Items)
			require.Len(t, h.search(who, "Observation", "patient="+rosa).Items, 1)
		}
	})
}

// Writing tells no more than reading about what is there.
func TestWritingTellsNothingAboutOtherCharts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		rosa, self := h.patient("Caléndula")
		teo, _ := h.patient("Teo")
		theirs := newID()
		h.put(observation(theirs, teo, "2823-3", "2026-11-20", 5.3, ""))
		answer := func(op records.Op) string {
			_, err := h.write(self, op)
			require.Error(t, err)
			f := fault.Of(err)
			return fmt.Sprint(f.Kind, f.Code, f.Msg, f.Issues, err.Error())
		}
		message := func(patient string) records.Op {
			op := put(t, `{"resourceType":"Communication","status":"completed","subject":{"reference":"Patient/`+patient+`"}}`)
			op.Kind = records.Create
			return op
		}
		of := func(id string) records.Op {
			op := put(t, `{"resourceType":"Provenance","target":[{"reference":"Observation/`+id+`"}],"recorded":"2026-01-01T00:00:00Z","agent":[{"who":{"display":"x"}}]}`)
			op.Kind = records.Create
			return op
		}
		gone := func(id string) records.Op { return records.Op{Kind: records.Delete, Type: "Observation", ID: id} }
		require.Equal(t, answer(message(newID())), answer(message(teo)))
		require.Equal(t, answer(of(newID())), answer(of(theirs)))
		require.Equal(t, answer(gone(newID())), answer(gone(theirs)))
		taken := put(t, `{"resourceType":"Communication","id":"`+newID()+`","status":"completed","subject":{"reference":"Patient/`+teo+`"}}`)
		_, err := h.write(feed, taken)
		require.NoError(t, err)
		mine := put(t, `{"resourceType":"Communication","id":"`+taken.Node.Get("id").Str()+`","status":"completed","subject":{"reference":"Patient/`+rosa+`"}}`)
		require.Equal(t, answer(gone(newID())), answer(mine), "not that it belongs to another chart")
	})
}

// Patients change how to reach them, and nothing of who they are.
func TestPatientsChangeOnlyTheirContactDetails(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		rosa, self := h.patient("Caléndula")
		app := self
		app.Client, app.Scopes = "app", []string{"patient/*.cruds"}
		body := func(birth, more string) records.Op {
			return put(t, `{"gender":"female","resourceType":"Patient","birthDate":"`+birth+`","id":"`+rosa+`","name":[{"given":["Rosa"],"family":"Caléndula"}]`+more+`}`)
		}
		for _, who := range []identity.Principal{self, app} {
			for _, bad := range []records.Op{
				body("1999-01-01", ""), body("1952-03-02", `,"identifier":[{"value":"1"}]`), body("1952-03-02", `,"deceasedBoolean":true`),
				body("1952-03-02", `,"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]}`),
				{Kind: records.Delete, Type: "Patient", ID: rosa},
			} {
				_, err := h.write(who, bad)
				require.Equal(t, fault.Forbidden, fault.KindOf(err))
			}
			st, err := h.write(who, body("1952-03-02", `,"telecom":[{"system":"phone","value":"555-0100"},{"system":"email","value":"`+who.Client+`@housecall.test"}]`))
			require.NoError(t, err)
			require.Equal(t, records.Updated, st[0].Outcome)
		}
		_, err := h.write(self, put(t, `{"resourceType":"Provenance","id":"`+newID()+`","target":[{"reference":"Patient/`+rosa+`"}],"recorded":"2026-01-01T00:00:00Z","agent":[{"who":{"display":"x"}}]}`))
		require.Equal(t, fault.Forbidden, fault.KindOf(err), "nor say where records come from")
	})
}

// An app that may see reports and no results gets no results inside reports.
func TestPartsOfReportsGoByTheirOwnScope(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		rosa, self := h.patient("Caléndula")
		member := newID()
		h.put(observation(member, rosa, "2823-3", "2026-11-20", 5.3, ""))
		h.put(`{"resourceType":"DiagnosticReport","id":"` + newID() + `","status":"final","code":{"text":"Blood"},"subject":{"reference":"Patient/` + rosa + `"},"effectiveDateTime":"2026-11-20","result":[{"reference":"Observation/` + member + `"}]}`)
		app := self
		app.Client = "app"
		for scope, n := range map[string]int{"patient/DiagnosticReport.rs": 0, "patient/*.rs": 1} {
			app.Scopes = []string{"patient/Patient.rs", scope}
			found, err := h.store.Timeline(context.Background(), app, rosa, "results", "", "", 10)
			require.NoError(t, err)
			require.Len(t, found.Items, 1)
			require.Len(t, found.Items[0].Children, n, scope)
		}
	})
}
