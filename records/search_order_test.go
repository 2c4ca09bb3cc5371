package records_test

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/fhir"
)

// place is what a resource is sorted by under one key.
type place struct {
	text   string
	number float64
}

// placeOf finds it by the rules of R4 3.1.1.4.7: the least value, downwards the
// greatest; what has none comes last, either way.
func placeOf(t *testing.T, k fhir.SortKey, it *records.Stored, n *fhir.Node) place {
	t.Helper()
	p := k.Param
	switch {
	case p.Name == "_id":
		return place{text: it.ID}
	case p.Name == "_lastUpdated":
		return place{number: float64(it.LastUpdated.UnixMicro())}
	case p.Home && p.Name != records.MainDate(it.Type):
		return place{text: it.Patient}
	}
	rows := fhir.RowsOf(n, p)
	var texts []string
	var numbers []float64
	for _, r := range rows.Tokens {
		if p.Type != fhir.TypeReference { // an identifier there is for :identifier only
			texts = append(texts, r.Code)
		}
	}
	for _, r := range rows.Strings {
		texts = append(texts, r.Norm)
	}
	for _, r := range rows.URIs {
		texts = append(texts, r.Value)
	}
	for _, r := range rows.Refs {
		texts = append(texts, r.ID+r.URL)
	}
	for _, r := range rows.Dates {
		numbers = append(numbers, float64(r.Lo))
	}
	for _, r := range rows.Quantities {
		numbers = append(numbers, r.Value)
	}
	if p.Type == fhir.TypeDate || p.Type == fhir.TypeQuantity || p.Type == fhir.TypeNumber {
		switch {
		case len(numbers) == 0 && k.Desc && p.Type == fhir.TypeDate: // as what has no beginning
			return place{number: math.MinInt64}
		case len(numbers) == 0 && k.Desc:
			return place{number: math.Inf(-1)}
		case len(numbers) == 0:
			return place{number: math.Inf(1)}
		case k.Desc:
			return place{number: slices.Max(numbers)}
		}
		return place{number: slices.Min(numbers)}
	}
	text := "\U0010FFFF"
	switch {
	case len(texts) == 0 && k.Desc:
		text = ""
	case len(texts) == 0:
	case k.Desc:
		text = slices.Max(texts)
	default:
		text = slices.Min(texts)
	}
	runes := []rune(text)
	return place{text: string(runes[:min(len(runes), 60)])} // as much as an order looks at
}

// naively sorts resources as the query says, and where it says nothing by id in
// the direction of the first key.
func naively(t *testing.T, q *fhir.Query, items []records.Stored) []string {
	t.Helper()
	type row struct {
		name, id, patient string
		places            []place
	}
	var list []row
	for i := range items {
		it := &items[i]
		n, err := fhir.Parse(it.Body)
		require.NoError(t, err)
		r := row{name: it.Type + "/" + it.ID, id: it.ID, patient: it.Patient}
		for _, k := range q.Sort {
			r.places = append(r.places, placeOf(t, k, it, n))
		}
		list = append(list, r)
	}
	turn := func(desc bool, c int) int {
		if desc {
			return -c
		}
		return c
	}
	slices.SortFunc(list, func(a, b row) int {
		for i, k := range q.Sort {
			if c := cmp.Or(cmp.Compare(a.places[i].number, b.places[i].number), strings.Compare(a.places[i].text, b.places[i].text)); c != 0 {
				return turn(k.Desc, c)
			}
		}
		return turn(q.Sort[0].Desc, cmp.Or(strings.Compare(a.id, b.id), strings.Compare(a.patient, b.patient)))
	})
	out := []string{}
	for _, r := range list {
		out = append(out, r.name)
	}
	return out
}

// The order is that of a naive sort, whatever the keys, the pages and who asks.
func TestOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		a, self := h.patient("Caléndula")
		b, _ := h.patient("Vega")
		doctor := h.staff(identity.Clinician, a, b)
		var ops []records.Op
		for i := range 40 {
			patient := []string{a, b}[i/20]
			body := observation(newID(), patient, []string{"2823-3", "2951-2"}[i%2], fmt.Sprintf("2026-10-%02d", 1+i%4), float64(i%3)-1, "")
			if i%5 == 0 {
				body = strings.Replace(body, `"effectiveDateTime"`, `"issued"`, 1)
				body = strings.Replace(body, fmt.Sprintf(`"2026-10-%02d"`, 1+i%4), `"2026-10-01T00:00:00Z"`, 1)
			}
			if i%6 == 1 {
				body = strings.Replace(body, "2026-10-", "1931-10-", 1)
			}
			if i%7 == 0 { // several codes: the least, or the greatest
				body = strings.Replace(body, `"code":{"coding":[`, `"code":{"coding":[{"system":"urn:x","code":"zz"},{"system":"urn:x","code":"11"},`, 1)
			}
			ops = append(ops, put(t, body))
			if len(ops) == 10 {
				_, err := h.write(feed, ops...)
				require.NoError(t, err)
				ops = nil
				h.later(time.Second)
			}
		}
		for _, who := range []struct {
			name string
			who  identity.Principal
			n    int
		}{{"self", self, 20}, {"doctor", doctor, 40}, {"system", feed, 40}} {
			all := h.search(who.who, "Observation", "_count=1000").Items
			require.Len(t, all, who.n)
			for _, sort := range []string{"date", "-date", "code", "-code", "value-quantity", "-value-quantity", "code,-date", "-date,code", "status,-value-quantity,date", "-status,value-quantity,-code,date",
				"_lastUpdated", "-_lastUpdated,code", "_id", "-_id", "patient,-date", "-patient,_id", "encounter,date"} {
				q := parseQuery(t, "Observation", "_sort="+sort)
				want := naively(t, q, all)
				for _, count := range []int{1, 3, 7, 1000} {
					var got []string
					for next := ""; ; {
						page := h.search(who.who, "Observation", fmt.Sprintf("_sort=%s&_count=%d&_page=%s", sort, count, next))
						for _, it := range page.Items {
							got = append(got, it.Type+"/"+it.ID)
						}
						if next = page.Next; next == "" {
							break
						}
					}
					require.Equal(t, want, got, "%s sorts by %s, pages of %d", who.name, sort, count)
				}
			}
		}
	})
}

// What _lastUpdated finds is what looking at each body finds, to the millisecond,
// and a search over several types gives all of them in one order, page by page.
func TestTheLastChange(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		a, self := h.patient("Caléndula")
		for i := range 12 {
			h.put(observation(newID(), a, "2823-3", "2026-10-01", float64(i), ""))
			h.later([]time.Duration{200 * time.Microsecond, time.Millisecond, 999 * time.Millisecond, time.Hour}[i%4])
		}
		for _, who := range []identity.Principal{feed, self} {
			all := h.search(who, "Observation", "_count=1000&_sort=_lastUpdated").Items
			require.Len(t, all, 12)
			var values []string
			for _, it := range all {
				at := it.LastUpdated.UTC()
				values = append(values, at.Format("2006-01-02T15:04:05.000Z"), at.Format("2006-01-02T15:04:05Z"), at.Format("2006-01-02"), at.Add(time.Millisecond).Format("2006-01-02T15:04:05.000Z"))
			}
			for _, v := range values {
				for _, prefix := range []string{"", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"} {
					q := parseQuery(t, "Observation", "_lastUpdated="+prefix+v+"&_count=1000&_sort=_lastUpdated")
					var want, got []string
					for _, it := range all {
						n, err := fhir.Parse(it.Body)
						require.NoError(t, err)
						if fhir.Matches(n, &q.Filters[0]) {
							want = append(want, it.ID)
						}
					}
					page, err := h.store.Search(context.Background(), who, q)
					require.NoError(t, err)
					for _, it := range page.Items {
						got = append(got, it.ID)
					}
					require.Equal(t, want, got, prefix+v)
				}
			}

			var want, got []string
			for _, it := range append(all, h.search(who, "Patient", "_count=1000").Items...) {
				want = append(want, it.Type+"/"+it.ID)
			}
			var last time.Time
			for next := ""; ; {
				q, issues := fhir.ParseQueryOfTypes([]string{"Patient", "Observation"}, url.Values{"_count": {"5"}, "_page": {next}}, true)
				require.Empty(t, issues)
				page, err := h.store.Search(context.Background(), who, q)
				require.NoError(t, err)
				for _, it := range page.Items {
					require.True(t, last.IsZero() || !it.LastUpdated.After(last), "newest first")
					last = it.LastUpdated
					got = append(got, it.Type+"/"+it.ID)
				}
				if next = page.Next; next == "" {
					break
				}
			}
			require.ElementsMatch(t, want, got)
		}
	})
}
