package records_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
)

// A search that has to look at each resource looks at so many and no more.
func TestTooManyToLookAt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		rosa, self := h.patient("Caléndula")
		h.put(observation(newID(), rosa, "2823-3", "2026-11-20", 5.3, `,"method":{"text":"By hand"}`))
		more := func(n int) { // rows alone: of these no search row is looked at
			t.Helper()
			const columns = "version, n, last_updated, category, labels, release_at, deleted, source, index_rules, sort_at, body"
			seq := `WITH RECURSIVE seq (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM seq WHERE i < ?) `
			from := h.count(`SELECT count(*) FROM resources WHERE type = 'Observation'`)
			require.NoError(t, d.InTx(ctx, func(c *db.Conn) error {
				_, err := c.Exec(seq+`INSERT INTO resources (patient_id, type, id, `+columns+`)
					SELECT r.patient_id, r.type, CAST(seq.i + ? AS TEXT), `+columns+` FROM (SELECT * FROM resources WHERE type = 'Observation' ORDER BY id DESC LIMIT 1) r, seq`, n, from)
				return err
			}))
		}
		refused := func(who identity.Principal, typ, query string) {
			t.Helper()
			_, err := h.store.Search(ctx, who, parseQuery(t, typ, query))
			require.Equal(t, fault.Invalid, fault.KindOf(err), query)
			require.Equal(t, "too-costly", fault.Of(err).Issues[0].Code)
		}
		more(records.MaxBodies - 1)
		for _, who := range []identity.Principal{self, feed} {
			require.Empty(t, h.search(who, "Observation", "patient="+rosa+"&method:text=machine").Items)
			require.Equal(t, records.MaxBodies, h.search(who, "Observation", "patient="+rosa+"&method:text=by+hand&_summary=count").Total)
		}
		more(1)
		for _, who := range []identity.Principal{self, feed} {
			refused(who, "Observation", "patient="+rosa+"&method:text=machine")
			refused(who, "Observation", "method:text=machine")
			refused(who, "Observation", "patient="+rosa+"&method:text=by+hand&_total=accurate")
			refused(who, "Patient", "_has:Observation:patient:method:text=machine")
			page := h.search(who, "Observation", "patient="+rosa+"&method:text=by+hand&_count=5&_total=estimate")
			require.Len(t, page.Items, 5, "a page that is full is found")
			require.Equal(t, -1, page.Total, "an estimate need not be given")
			require.NotEmpty(t, page.Next)
			require.Len(t, h.search(who, "Observation", "patient="+rosa+"&code=2823-3&method:text=by+hand").Items, 1, "narrowed by rows it is no matter")
		}
	})
}

func TestPlacesNear(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		_, self := h.patient("Caléndula")
		at := map[string]string{}
		for name, position := range map[string][2]float64{"boston": {42.3601, -71.0589}, "cambridge": {42.3736, -71.1097}, "providence": {41.8240, -71.4128}, "suva": {-18.1248, 178.4501}, "apia": {-13.8507, -171.7514}, "pole": {89.9, 10}} {
			id := newID()
			at[id] = name
			h.put(fmt.Sprintf(`{"resourceType":"Location","id":"%s","name":"%s","position":{"latitude":%v,"longitude":%v}}`, id, name, position[0], position[1]))
		}
		h.put(`{"resourceType":"Location","id":"` + newID() + `","name":"nowhere"}`)
		for near, want := range map[string]string{
			"42.36|-71.06|1|km": "boston", "42.36|-71.06|3|mi": "boston cambridge", "42.36|-71.06|5|km": "boston cambridge", "42.36|-71.06|70|km": "boston cambridge providence",
			"42.36|-71.06|5000|m": "boston cambridge", "0|0|1|km": "", "-18.12|-179.9|200|km": "suva", "89.9|-170|30|km": "pole", "-16|-176|800|km": "apia suva",
		} {
			for _, who := range []identity.Principal{self, feed} {
				var got []string
				for _, it := range h.search(who, "Location", "near="+strings.ReplaceAll(near, "|", "%7C")).Items {
					got = append(got, at[it.ID])
				}
				slices.Sort(got)
				require.Equal(t, want, strings.Join(got, " "), near)
			}
		}
		require.Len(t, h.search(self, "Location", "near=42.36%7C-71.06%7C5%7Ckm&name=cam").Items, 1)
		require.Equal(t, 2, h.search(self, "Location", "near=42.36%7C-71.06%7C5%7Ckm&_summary=count").Total)
	})
}

// What is brought along from another chart stands in the audit of that chart.
func TestIncludedLeavesItsRow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		a, self := h.patient("Caléndula")
		b, _ := h.patient("Vega")
		doctor := h.staff(identity.Clinician, a, b)
		cond, obs := newID(), newID()
		h.put(condition(cond, b, icd, "E11.9", "Diabetes"))
		h.put(observation(obs, a, "2823-3", "2026-11-20", 5.3, `,"focus":[{"reference":"Condition/`+cond+`"}]`))
		for _, c := range []struct {
			who        identity.Principal
			typ, query string
			included   int
		}{
			{feed, "Observation", "patient=" + a + "&_include=Observation:focus", 1},
			{doctor, "Observation", "code=2823-3&_include=Observation:focus", 1},
			{feed, "Condition", "patient=" + b + "&_revinclude=Observation:focus", 0}, // backwards it stays in the charts of what was found
			{doctor, "Observation", "patient=" + a + "&_include=Observation:focus", 0},
			{self, "Observation", "patient=" + a + "&_include=Observation:focus", 0},
		} {
			inA, inB := h.audits(a, c.who), h.audits(b, c.who)
			page := h.search(c.who, c.typ, c.query)
			require.Len(t, page.Items, 1, c.query)
			require.Len(t, page.Included, c.included, c.query)
			rowsA, rowsB := 0, 0
			for _, it := range slices.Concat(page.Items, page.Included) {
				if it.Patient == a {
					rowsA++
				} else {
					rowsB++
				}
			}
			require.Equal(t, inA+rowsA, h.audits(a, c.who), c.query)
			require.Equal(t, inB+rowsB, h.audits(b, c.who), c.query)
		}
	})
}

// Without :iterate includes start at what was found, with it also at what was
// included; Provenance comes for whatever it is about.
func TestIncludesGoOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		rosa, self := h.patient("Caléndula")
		clinic, whole, outer, inner, obs := newID(), newID(), newID(), newID(), newID()
		h.put(`{"resourceType":"Organization","id":"` + whole + `","name":"Harbor Health"}`)
		h.put(`{"resourceType":"Organization","id":"` + clinic + `","name":"Quiet Harbor","partOf":{"reference":"Organization/` + whole + `"}}`)
		visit := func(id, more string) {
			h.put(`{"resourceType":"Encounter","id":"` + id + `","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/` + rosa + `"}` + more + `}`)
		}
		visit(outer, `,"serviceProvider":{"reference":"Organization/`+clinic+`"}`)
		visit(inner, `,"partOf":{"reference":"Encounter/`+outer+`"}`)
		h.put(observation(obs, rosa, "2823-3", "2026-11-20", 5.3, `,"encounter":{"reference":"Encounter/`+inner+`"}`))
		prov := map[string]string{}
		for _, target := range []string{"Observation/" + obs, "Encounter/" + inner} {
			prov[target] = newID()
			h.put(`{"resourceType":"Provenance","id":"` + prov[target] + `","target":[{"reference":"` + target + `"}],"recorded":"2026-01-01T00:00:00Z","agent":[{"who":{"display":"x"}}]}`)
		}
		name := map[string]string{clinic: "clinic", whole: "whole", outer: "outer", inner: "inner", obs: "obs", rosa: "rosa", prov["Observation/"+obs]: "of obs", prov["Encounter/"+inner]: "of inner"}
		for query, want := range map[string]string{
			"_include=Observation:encounter":                                                                                             "inner",
			"_include=Observation:encounter&_include=Encounter:part-of":                                                                  "inner",
			"_include=Observation:encounter&_include:iterate=Encounter:part-of":                                                          "inner, outer",
			"_include:iterate=Observation:encounter&_include:iterate=Encounter:part-of&_include:iterate=Encounter:service-provider":      "clinic, inner, outer",
			"_include=Observation:encounter&_include:iterate=Encounter:*&_include:iterate=Organization:partof":                           "clinic, inner, outer, rosa, whole",
			"_include=Observation:encounter:Patient":                                                                                     "",
			"_include=Observation:encounter:Encounter":                                                                                   "inner",
			"_revinclude=Provenance:target":                                                                                              "of obs",
			"_include=Observation:encounter&_revinclude=Provenance:target":                                                               "inner, of obs",
			"_include=Observation:encounter&_revinclude:iterate=Provenance:target":                                                       "inner, of inner, of obs",
			"_revinclude=Provenance:target:Encounter":                                                                                    "",
			"_include=Observation:encounter&_include:iterate=Encounter:part-of&_revinclude:iterate=Observation:encounter&_elements=code": "inner, outer",
		} {
			for _, who := range []identity.Principal{self, feed} {
				var got []string
				for _, it := range h.search(who, "Observation", "_id="+obs+"&"+query).Included {
					got = append(got, name[it.ID])
				}
				slices.Sort(got)
				require.Equal(t, want, strings.Join(got, ", "), query)
			}
		}
		// Round in a circle it ends, with each once.
		visit(outer, `,"partOf":{"reference":"Encounter/`+inner+`"}`)
		require.Len(t, h.search(self, "Observation", "_id="+obs+"&_include=Observation:encounter&_include:iterate=Encounter:part-of").Included, 2)
	})
}
