package records_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/fhir"
)

// included gives what a page includes, as types.
func included(p records.Page) (types []string) {
	for _, it := range p.Included {
		types = append(types, it.Type)
	}
	return types
}

// Every way to ask answers as if what is hidden were not there.
func TestNoSearchTellsOfWhatIsHidden(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		rosa, self := h.patient("Caléndula")
		elena := h.caregiver(rosa, self)
		clinic, cond, visit, open, obs := newID(), newID(), newID(), newID(), newID()
		h.put(`{"resourceType":"Organization","id":"` + clinic + `","name":"Quiet Harbor"}`)
		h.put(strings.Replace(condition(cond, rosa, "http://snomed.info/sct", "1", "Private matter"), `"clinicalStatus"`, restricted+`"clinicalStatus"`, 1))
		h.put(`{"resourceType":"Encounter","id":"` + visit + `",` + restricted + `"status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/` + rosa + `"},"period":{"start":"2026-05-01T10:00:00Z"},"serviceProvider":{"reference":"Organization/` + clinic + `"}}`)
		h.put(`{"resourceType":"Encounter","id":"` + open + `","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/` + rosa + `"},"period":{"start":"2026-06-01T10:00:00Z"},"diagnosis":[{"condition":{"reference":"Condition/` + cond + `","display":"Private matter"}}],"partOf":{"reference":"Encounter/` + visit + `","identifier":{"system":"urn:v","value":"7"}}}`)
		h.put(observation(obs, rosa, "2823-3", "2026-11-20", 5.3, `,"encounter":{"reference":"Encounter/`+visit+`"},"focus":[{"reference":"Condition/`+cond+`"}]`))
		h.put(`{"resourceType":"Provenance","id":"` + newID() + `",` + restricted + `"target":[{"reference":"Observation/` + obs + `"}],"recorded":"2026-01-01T00:00:00Z","agent":[{"who":{"display":"x"}}]}`)
		for _, c := range []struct {
			typ, query  string
			hers, elena int // who sees all, and who does not
		}{
			{"Condition", "patient={p}", 1, 0}, {"Condition", "code:text=Private", 1, 0}, {"Condition", "_id=" + cond, 1, 0}, {"Condition", "patient={p}&code:not=9", 1, 0},
			{"Encounter", "patient={p}", 2, 1}, {"Encounter", "patient={p}&date:missing=false", 2, 1},
			{"Encounter", "patient={p}&diagnosis:missing=false", 1, 0}, {"Encounter", "patient={p}&diagnosis:missing=true", 1, 1},
			{"Encounter", "patient={p}&diagnosis=Condition/" + cond, 1, 0}, {"Encounter", "patient={p}&diagnosis:text=Private", 1, 0},
			{"Encounter", "patient={p}&part-of:identifier=urn:v|7", 1, 0}, {"Encounter", "patient={p}&diagnosis:Condition.code=1", 1, 0},
			{"Encounter", "patient={p}&part-of.date=ge2026", 1, 0}, {"Encounter", "patient={p}&part-of.service-provider.name=Quiet", 1, 0},
			{"Observation", "patient={p}&encounter:missing=true", 0, 1}, {"Observation", "patient={p}&encounter.class=AMB", 1, 0},
			{"Observation", "patient={p}&focus:Condition.code:text=Priv", 1, 0}, {"Observation", "_has:Provenance:target:recorded=2026", 1, 0},
			{"Patient", "_id={p}&_has:Condition:patient:code=1", 1, 0}, {"Patient", "_id={p}&_has:Condition:patient:code:text=priv", 1, 0},
			{"Patient", "_has:Encounter:patient:service-provider.name=quiet", 1, 0}, {"Patient", "_has:Encounter:patient:_has:Observation:encounter:code=2823-3", 1, 0},
			{"Encounter", "_has:Observation:encounter:code=2823-3", 1, 0},
		} {
			query := strings.ReplaceAll(c.query, "{p}", rosa)
			for want, who := range map[int]identity.Principal{c.hers: self, c.elena: elena} {
				if c.hers == c.elena && who.Account == elena.Account {
					continue
				}
				page := h.search(who, c.typ, query+"&_total=accurate")
				require.Len(t, page.Items, want, "%s?%s", c.typ, c.query)
				require.Equal(t, want, page.Total)
				require.Equal(t, want, h.search(who, c.typ, query+"&_summary=count").Total)
			}
			require.Len(t, h.search(elena, c.typ, query).Items, c.elena, "%s?%s", c.typ, c.query)
		}

		all := "patient=" + rosa + "&_include=Observation:*&_include:iterate=Encounter:*&_revinclude=Provenance:target"
		require.ElementsMatch(t, []string{"Patient", "Encounter", "Condition", "Organization", "Provenance"}, included(h.search(self, "Observation", all)))
		require.Equal(t, []string{"Patient"}, included(h.search(elena, "Observation", all)))
		around := "_id=" + rosa + "&_revinclude=*"
		require.ElementsMatch(t, []string{"Condition", "Encounter", "Encounter", "Observation"}, included(h.search(self, "Patient", around)))
		require.ElementsMatch(t, []string{"Encounter", "Observation"}, included(h.search(elena, "Patient", around)))

		// A sort by a reference to what is hidden is a sort by nothing.
		h.put(observation(newID(), rosa, "2823-3", "2026-11-21", 5.3, `,"encounter":{"reference":"Encounter/`+open+`"}`))
		first := func(who identity.Principal, sort string) string {
			return h.search(who, "Observation", "patient="+rosa+"&_sort="+sort).Items[1].ID
		}
		require.Equal(t, obs, first(elena, "encounter"), "last, as what has none")
		require.Equal(t, obs, first(elena, "-encounter"))

		_, stranger := h.patient("Else")
		for _, q := range []string{"subject:Patient.name=cal", "patient._id=" + rosa, "encounter.class=AMB"} {
			require.Empty(t, h.search(stranger, "Observation", q).Items, q)
		}
		require.Empty(t, h.search(stranger, "Organization", "_revinclude=Encounter:service-provider").Included)

		// An app goes through no type and includes none that it may not see.
		app := self
		app.Client, app.Scopes = "app", []string{"patient/Observation.rs", "patient/Organization.rs", "housecall/sensitive"}
		_, err := h.store.Search(context.Background(), app, parseQuery(t, "Observation", "encounter.class=AMB"))
		require.Equal(t, fault.Forbidden, fault.KindOf(err))
		_, err = h.store.Search(context.Background(), app, parseQuery(t, "Observation", "_has:Provenance:target:recorded=2026"))
		require.Equal(t, fault.Forbidden, fault.KindOf(err))
		require.Empty(t, included(h.search(app, "Observation", all)))
	})
}

// What is written while somebody turns pages neither repeats nor hides what was
// there before.
func TestPagesAreStableWhileOthersWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		rosa, self := h.patient("Caléndula")
		there := map[string]bool{}
		var ops []records.Op
		for i := range 60 {
			id := newID()
			there[id] = true
			ops = append(ops, put(t, observation(id, rosa, "2823-3", fmt.Sprintf("2026-10-%02d", 1+i%28), float64(i%5), fmt.Sprintf(`,"note":[{"text":"n"}],"method":{"text":"kind %d"}`, i%2))))
		}
		_, err := h.write(feed, ops...)
		require.NoError(t, err)
		stop := make(chan struct{})
		var wg sync.WaitGroup
		wg.Add(1)
		defer wg.Wait()
		defer close(stop)
		go func() {
			defer wg.Done()
			for i := range 200 {
				select {
				case <-stop:
					return
				default:
				}
				n, err := fhir.Parse([]byte(observation(newID(), rosa, "2951-2", fmt.Sprintf("2026-10-%02d", 1+i%28), float64(i%5), "")))
				if err == nil {
					_, err = h.write(feed, records.Op{Kind: records.Put, Node: n})
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		}()
		for _, sort := range []string{"", "date", "-date", "value-quantity,-date", "-value-quantity", "code,_id", "-_lastUpdated,status"} {
			for filter, want := range map[string]int{"": 60, "&method:text=kind": 60, "&method:text=kind%201": 30} {
				seen, old := map[string]bool{}, 0
				values := url.Values{}
				query := "patient=" + rosa + "&_count=8&_sort=" + sort + filter
				for range 200 {
					page := h.search(self, "Observation", query+"&"+values.Encode())
					for _, it := range page.Items {
						require.False(t, seen[it.ID], "nothing twice")
						seen[it.ID] = true
						if there[it.ID] {
							old++
						}
					}
					if page.Next == "" {
						break
					}
					values.Set("_page", page.Next)
				}
				require.Equal(t, want, old, "%s %s", sort, filter)
			}
		}
	})
}

// A page includes each resource once, and not without end.
func TestIncludesAreBounded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		rosa, self := h.patient("Caléndula")
		var ops []records.Op
		for i := range 1010 {
			ops = append(ops, put(t, observation(newID(), rosa, "2823-3", fmt.Sprintf("2026-10-%02d", 1+i%28), float64(i), "")))
		}
		_, err := h.write(feed, ops...)
		require.NoError(t, err)
		page := h.search(self, "Patient", "_id="+rosa+"&_revinclude=Observation:patient")
		require.Len(t, page.Included, 1000)
		require.True(t, page.Cut)
		page = h.search(self, "Observation", "patient="+rosa+"&_include=Observation:patient&_count=1000")
		require.Len(t, page.Included, 1, "each once")
		require.False(t, page.Cut)
	})
}
