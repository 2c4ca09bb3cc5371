package records_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
)

func parseQuery(t *testing.T, typ, query string) *fhir.Query {
	t.Helper()
	values, err := url.ParseQuery(query)
	require.NoError(t, err)
	q, issues := fhir.ParseQuery(typ, values, true)
	require.Empty(t, issues)
	return q
}

// caregiver is somebody with a grant that leaves out what is sensitive.
func (h *house) caregiver(patient string, self identity.Principal) identity.Principal {
	h.t.Helper()
	who := identity.Principal{Kind: identity.Person, Account: newID(), Name: "Elena"}
	require.NoError(h.t, h.db.InTx(context.Background(), func(c *db.Conn) error {
		_, err := h.access.GrantTx(c, feed, access.GrantInput{
			Account: who.Account, Name: "Elena", Patient: patient, Relation: "mother", Basis: access.Consent, BirthDate: "1952-03-02",
			See: access.Everything, Can: access.PowerShare, End: h.clock().AddDate(0, 6, 0),
		})
		return err
	}))
	return who
}

// What a grant leaves out is in no read, list, count, search, page, ETag or
// reference, and a change of it moves nothing.
func TestHiddenIsNotThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		rosa, self := h.patient("Caléndula")
		elena := h.caregiver(rosa, self)
		depression, diabetes, enc := newID(), newID(), newID()
		h.put(condition(depression, rosa, "http://hl7.org/fhir/sid/icd-10-cm", "F33.1", "Recurrent depression"))
		h.put(condition(diabetes, rosa, "http://hl7.org/fhir/sid/icd-10-cm", "E11.9", "Type 2 diabetes"))
		h.put(`{"resourceType":"Encounter","id":"` + enc + `","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"subject":{"reference":"Patient/` + rosa + `"},"period":{"start":"2026-05-01T10:00:00Z"},"diagnosis":[{"condition":{"reference":"Condition/` + depression + `"}},{"condition":{"reference":"Condition/` + diabetes + `"}}]}`)

		_, err := h.store.Read(ctx, elena, "Condition", depression)
		require.Error(t, err)
		page := h.search(elena, "Condition", "patient="+rosa+"&_total=accurate")
		require.Len(t, page.Items, 1)
		require.Equal(t, 1, page.Total)
		require.Len(t, h.search(self, "Condition", "patient="+rosa).Items, 2)
		require.Empty(t, h.search(elena, "Condition", "patient="+rosa+"&code=F33.1").Items)

		visit, err := h.store.Read(ctx, elena, "Encounter", enc)
		require.NoError(t, err)
		require.NotContains(t, string(visit.Body), depression, "a reference would tell that it is there")
		require.Contains(t, string(visit.Body), diabetes)
		whole, err := h.store.Everything(ctx, elena, rosa, records.EverythingOptions{})
		require.NoError(t, err)
		for _, it := range whole.Items {
			require.NotContains(t, string(it.Body), depression)
		}
		chart, err := h.store.Open(ctx, elena, rosa, "")
		require.NoError(t, err)
		text, err := json.Marshal(chart)
		require.NoError(t, err)
		require.NotContains(t, string(text), "depression")
		require.Contains(t, string(text), "Type 2 diabetes")
		list, err := h.store.Section(ctx, elena, rosa, "conditions", "", 10)
		require.NoError(t, err)
		require.Len(t, list.Items, 1)
		found, err := h.store.Timeline(ctx, elena, rosa, "", "depression", "", 10)
		require.NoError(t, err)
		require.Empty(t, found.Items)

		before, err := h.store.Tag(ctx, elena, rosa)
		require.NoError(t, err)
		mine, err := h.store.Tag(ctx, self, rosa)
		require.NoError(t, err)
		require.NotEqual(t, before, mine, "two views share no ETag")
		h.put(condition(newID(), rosa, "http://hl7.org/fhir/sid/icd-10-cm", "F41.1", "Anxiety"))
		after, err := h.store.Tag(ctx, elena, rosa)
		require.NoError(t, err)
		require.Equal(t, before, after, "a hidden change moves nothing")
		mineAfter, err := h.store.Tag(ctx, self, rosa)
		require.NoError(t, err)
		require.NotEqual(t, mine, mineAfter)
		unchanged, err := h.store.Open(ctx, elena, rosa, before)
		require.NoError(t, err)
		require.True(t, unchanged.NotModified)
		h.put(condition(newID(), rosa, "http://hl7.org/fhir/sid/icd-10-cm", "I10", "High blood pressure"))
		moved, err := h.store.Tag(ctx, elena, rosa)
		require.NoError(t, err)
		require.NotEqual(t, after, moved, "a visible change moves it")
	})
}

func TestHeldResultAppearsAtItsTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		rosa, self := h.patient("Caléndula")
		id := newID()
		op := put(t, observation(id, rosa, "2823-3", "2026-11-23", 6.1, ""))
		op.ReleaseAt = h.clock().Add(time.Hour)
		_, err := h.write(feed, op)
		require.NoError(t, err)
		before, err := h.store.Tag(ctx, self, rosa)
		require.NoError(t, err)
		_, err = h.store.Read(ctx, self, "Observation", id)
		require.Error(t, err)
		require.Empty(t, h.search(self, "Observation", "patient="+rosa).Items)
		h.later(2 * time.Hour)
		_, err = h.store.Read(ctx, self, "Observation", id)
		require.NoError(t, err)
		after, err := h.store.Tag(ctx, self, rosa)
		require.NoError(t, err)
		require.NotEqual(t, before, after, "the clock alone moves the ETag when something is released")
	})
}

func TestPagingGoesOverEverythingOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		rosa, self := h.patient("Caléndula")
		var ops []records.Op
		for i := range 57 {
			at := time.Date(2020, 1, 1+i/3, 8, 0, 0, 0, time.UTC).Format(time.RFC3339) // several share a date
			ops = append(ops, put(t, observation(newID(), rosa, "2823-3", at, 4+float64(i)/100, "")))
		}
		_, err := h.write(feed, ops...)
		require.NoError(t, err)
		for _, sort := range []string{"", "&_sort=date", "&_sort=-date", "&_sort=_id", "&_sort=-_lastUpdated"} {
			seen := map[string]bool{}
			cursor := ""
			for range 20 {
				query := "patient=" + rosa + "&_count=10" + sort
				if cursor != "" {
					query += "&_page=" + url.QueryEscape(cursor)
				}
				page := h.search(self, "Observation", query)
				for _, it := range page.Items {
					require.False(t, seen[it.ID], "nothing twice")
					seen[it.ID] = true
				}
				if cursor = page.Next; cursor == "" {
					break
				}
			}
			require.Len(t, seen, 57, sort)
		}
		cursor, total := "", 0
		for range 20 {
			list, err := h.store.Timeline(context.Background(), self, rosa, "results", "", cursor, 10)
			require.NoError(t, err)
			total += len(list.Items)
			if cursor = list.Next; cursor == "" {
				break
			}
		}
		require.Equal(t, 57, total)
	})
}

func TestSameFactFromTwoPlacesIsOneEntry(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		rosa, self := h.patient("Caléndula")
		shot := func(place string) string {
			return `{"resourceType":"Immunization","id":"` + newID() + `","meta":{"source":"https://` + place + `.example"},"status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"140"}],"text":"Flu vaccine"},"patient":{"reference":"Patient/` + rosa + `"},"occurrenceDateTime":"2026-11-03"}`
		}
		h.put(shot("alder"))
		h.put(shot("kettle"))
		chart, err := h.store.Open(context.Background(), self, rosa, "")
		require.NoError(t, err)
		require.Len(t, chart.Immunizations, 1)
		require.Len(t, chart.Immunizations[0].Sources, 2)
		require.Len(t, chart.Newest, 1)
	})
}

func TestReportShowsItsMembersWhateverCameFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		rosa, self := h.patient("Caléndula")
		high, usual := newID(), newID()
		h.put(observation(high, rosa, "2823-3", "2026-11-20", 5.3, `,"referenceRange":[{"low":{"value":3.5},"high":{"value":5.1}}]`))
		h.put(`{"resourceType":"DiagnosticReport","id":"` + newID() + `","status":"final","code":{"text":"Blood test"},"subject":{"reference":"Patient/` + rosa + `"},"effectiveDateTime":"2026-11-20","result":[{"reference":"Observation/` + high + `"},{"reference":"Observation/` + usual + `"}]}`)
		h.put(observation(usual, rosa, "2951-2", "2026-11-20", 140, `,"referenceRange":[{"low":{"value":136},"high":{"value":145}}]`))
		list, err := h.store.Timeline(context.Background(), self, rosa, "", "", "", 10)
		require.NoError(t, err)
		require.Len(t, list.Items, 1, "members stand inside their report")
		require.Equal(t, 1, list.Items[0].OutOfRange)
		require.Equal(t, 1, list.Items[0].Usual)
		require.Equal(t, "high", list.Items[0].Children[0].Meaning, "what needs a look stands first")
	})
}

// Readings taken at home stand as one entry a fortnight with their average, and
// paging over them loses and repeats nothing.
func TestReadingsFoldIntoSeries(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		rosa, self := h.patient("Caléndula")
		var ops []records.Op
		for i := range 40 {
			at := h.clock().AddDate(0, 0, -i).Format(time.RFC3339)
			pulse := fmt.Sprintf(`{"resourceType":"Observation","id":"%s","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}],"text":"Heart rate"},"subject":{"reference":"Patient/%s"},"effectiveDateTime":"%s","valueQuantity":{"value":%d,"unit":"/min"}}`, newID(), rosa, at, 60+i%2*10)
			ops = append(ops, put(t, pulse))
			if i%10 == 0 {
				ops = append(ops, put(t, observation(newID(), rosa, "2823-3", at, 4.4, "")))
			}
		}
		_, err := h.write(feed, ops...)
		require.NoError(t, err)
		cursor, readings, labs, entries := "", 0, 0, 0
		for range 20 {
			list, err := h.store.Timeline(context.Background(), self, rosa, "", "", cursor, 2)
			require.NoError(t, err)
			for _, e := range list.Items {
				entries++
				switch {
				case e.Series != nil:
					readings += e.Series.Count
					require.InDelta(t, 65, *e.Value.Number, 1)
				case e.Section == "vitals":
					readings++
				default:
					labs++
				}
			}
			if cursor = list.Next; cursor == "" {
				break
			}
		}
		require.Equal(t, 40, readings)
		require.Equal(t, 4, labs)
		require.Less(t, entries, 20)
	})
}
