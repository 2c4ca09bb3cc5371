package records_test

import (
	"archive/zip"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/fhir"
)

func deck(t testing.TB, parts ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{"..", "..", "shared", "data"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the test data %s is missing", filepath.Join(parts...))
		}
		t.Skipf("left out: the test data %s is not beside the repository", filepath.Join(parts...))
	}
	return path
}

// examples are the official examples and part of a made-up patient's history, as
// nodes by the name that others refer to them by.
func examples(t *testing.T) (names []string, nodes []*fhir.Node) {
	t.Helper()
	add := func(name string, b []byte) {
		if n, err := fhir.Parse(b); err == nil && fhir.IsType(n.ResourceType()) {
			if name == "" {
				name = n.ResourceType() + "/" + n.Get("id").Str()
			}
			names, nodes = append(names, name), append(nodes, n)
		}
	}
	z, err := zip.OpenReader(deck(t, "fhir-r4-examples", "hl7.fhir.r4.examples-4.0.1-subset.zip"))
	require.NoError(t, err)
	defer z.Close()
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, ".json") {
			continue
		}
		r, err := f.Open()
		require.NoError(t, err)
		b, err := io.ReadAll(r)
		require.NoError(t, err)
		_ = r.Close()
		add("", b)
	}
	files, err := filepath.Glob(filepath.Join(deck(t, "synthea-r4"), "*.json.gz"))
	require.NoError(t, err)
	f, err := os.Open(files[0])
	require.NoError(t, err)
	defer f.Close()
	u, err := gzip.NewReader(f)
	require.NoError(t, err)
	var bundle struct {
		Entry []struct {
			FullURL  string
			Resource json.RawMessage
		}
	}
	require.NoError(t, json.NewDecoder(u).Decode(&bundle))
	for _, e := range bundle.Entry[:min(len(bundle.Entry), 300)] {
		add(e.FullURL, e.Resource)
	}
	return names, nodes
}

// world is what a house holds, for asking the same in another way.
type world struct {
	h       *house
	bodies  map[string]*fhir.Node // Type/id
	charts  []string
	written int
}

// fill writes examples into four charts and the shared one, with ids of their
// own and with references between them; one in six is sensitive.
func fill(t *testing.T, h *house, rnd *rand.Rand) *world {
	w := &world{h: h}
	for i := range 4 {
		id, _ := h.patient(fmt.Sprint("P", i))
		w.charts = append(w.charts, id)
	}
	names, nodes := examples(t)
	pick := rnd.Perm(len(nodes))
	if len(pick) > 700 {
		pick = pick[:700]
	}
	ids := map[string]string{}
	for _, i := range pick {
		name := nodes[i].ResourceType() + "/" + uuid.NewSHA1(uuid.NameSpaceURL, []byte(names[i])).String()
		ids[names[i]], ids[nodes[i].ResourceType()+"/"+nodes[i].Get("id").Str()] = name, name
	}
	for _, i := range pick {
		n := nodes[i]
		typ := n.ResourceType()
		if typ == "Patient" || !records.Stores(typ) || typ == "Binary" {
			continue
		}
		chart := w.charts[rnd.IntN(len(w.charts))]
		_, id, _ := strings.Cut(ids[names[i]], "/")
		n.Set("id", fhir.String(id))
		n.Delete("text")
		for _, r := range fhir.References(n) {
			value := r.Value
			if to, ok := ids[value]; ok && !strings.HasPrefix(to, "Patient/") {
				value = to
			} else if ok || strings.HasPrefix(value, "Patient/") {
				value = "Patient/" + chart
			}
			*r.Node = *fhir.String(value)
		}
		if rnd.IntN(6) == 0 {
			meta, err := fhir.Parse([]byte(`{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]}`))
			require.NoError(t, err)
			n.Set("meta", meta)
		}
		if _, err := h.write(feed, records.Op{Kind: records.Put, Node: n}); err == nil {
			w.written++
		}
	}
	w.bodies = map[string]*fhir.Node{}
	require.NoError(t, h.db.Read(context.Background()).Each(`SELECT body FROM resources WHERE NOT deleted`, scanBodies(t, w.bodies)))
	return w
}

var shared = []string{"Organization", "Practitioner", "PractitionerRole", "Location", "HealthcareService", "Endpoint", "Schedule", "Slot", "Questionnaire", "Medication", "Substance", "InsurancePlan", "OrganizationAffiliation"}

// within is what a search on a type may go through: who looks for a clinic looks
// into no chart.
func within(world map[string]*fhir.Node, who identity.Principal, typ string) map[string]*fhir.Node {
	if who.Kind == identity.System || !slices.Contains(shared, typ) {
		return world
	}
	out := map[string]*fhir.Node{}
	for name, n := range world {
		if slices.Contains(shared, n.ResourceType()) {
			out[name] = n
		}
	}
	return out
}

// seenBy is the world as somebody sees it: one chart, read whole, and what the
// clinic shows to everybody.
func (w *world) seenBy(t *testing.T, who identity.Principal, chart string) map[string]*fhir.Node {
	out := map[string]*fhir.Node{}
	page, err := w.h.store.Everything(context.Background(), who, chart, records.EverythingOptions{})
	require.NoError(t, err)
	require.Empty(t, page.Next)
	for _, it := range page.Items {
		n, err := fhir.Parse(it.Body)
		require.NoError(t, err)
		out[it.Type+"/"+it.ID] = n
	}
	for _, typ := range shared {
		page := w.h.search(who, typ, "_count=1000")
		for _, it := range page.Items {
			n, err := fhir.Parse(it.Body)
			require.NoError(t, err)
			out[it.Type+"/"+it.ID] = n
		}
	}
	return out
}

// holds decides a filter by looking at everything.
func holds(world map[string]*fhir.Node, name string, f *fhir.Filter) bool {
	for i := range f.Or {
		if holds(world, name, &f.Or[i]) {
			return true
		}
	}
	n := world[name]
	switch {
	case f.Chain == nil:
		return fhir.Matches(n, f)
	case f.Chain.Reverse:
		for from, m := range world {
			if m.ResourceType() != f.Chain.Type {
				continue
			}
			for _, r := range fhir.RowsOf(m, f.Chain.Ref).Refs {
				if r.Type+"/"+r.ID == name && holds(world, from, &f.Chain.Filter) {
					return true
				}
			}
		}
	default:
		for _, r := range fhir.RowsOf(n, f.Param).Refs {
			if to := r.Type + "/" + r.ID; r.Type == f.Chain.Type && world[to] != nil && holds(world, to, &f.Chain.Filter) {
				return true
			}
		}
	}
	return false
}

// question makes a filter on a resource that often finds it.
func question(rnd *rand.Rand, world map[string]*fhir.Node, name string, depth int) string {
	n := world[name]
	typ := n.ResourceType()
	params := fhir.Params(typ)
	for range 40 {
		p := params[rnd.IntN(len(params))]
		if p.Name == "_lastUpdated" || p.Type == fhir.TypeSpecial {
			continue
		}
		x := fhir.RowsOf(n, p)
		if p.Type != fhir.TypeComposite && p.Name != "_id" && rnd.IntN(12) == 0 {
			return p.Name + ":missing=" + strconv.FormatBool(rnd.IntN(2) == 0)
		}
		if p.Type == fhir.TypeReference && len(x.Refs) > 0 && depth < 3 && rnd.IntN(2) == 0 {
			to := x.Refs[rnd.IntN(len(x.Refs))]
			if world[to.Type+"/"+to.ID] == nil {
				continue
			}
			if q := question(rnd, world, to.Type+"/"+to.ID, depth+1); q != "" && !strings.HasPrefix(q, "_has") {
				if p.Targets != nil && len(p.Targets) < 3 && rnd.IntN(3) == 0 {
					return p.Name + "." + q
				}
				return p.Name + ":" + to.Type + "." + q
			}
			continue
		}
		if value := valueOf(rnd, n, p, x); value != "" {
			return value
		}
	}
	return ""
}

func valueOf(rnd *rand.Rand, n *fhir.Node, p *fhir.Param, x *fhir.Index) string {
	esc := strings.NewReplacer(`\`, `\\`, `,`, `\,`, `|`, `\|`, `$`, `\$`).Replace
	join := func(modifier, value string) string {
		if value == "" || len(value) > 500 {
			return ""
		}
		return p.Name + modifier + "=" + url.QueryEscape(value)
	}
	prefixes := []string{"", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"}
	prefix := prefixes[rnd.IntN(len(prefixes))]
	switch {
	case p.Type == fhir.TypeToken && len(x.Tokens) > 0:
		r := x.Tokens[rnd.IntN(len(x.Tokens))]
		if p.Name != "_id" && rnd.IntN(6) == 0 {
			if text := n.Get(p.Name, "text").Str(); text != "" {
				return join(":text", esc(text[:min(len(text), 1+rnd.IntN(9))]))
			}
		}
		code := esc(r.Code)
		if p.Name == "_id" {
			return join("", code)
		}
		switch rnd.IntN(5) {
		case 0:
			return join(":not", code)
		case 1:
			return join("", esc(r.System)+"|"+code)
		case 2:
			if r.System != "" {
				return join("", esc(r.System)+"|")
			}
		case 3:
			return join("", code+",no-such-code")
		}
		return join("", code)
	case p.Type == fhir.TypeReference && len(x.Tokens) > 0 && rnd.IntN(2) == 0:
		return join(":identifier", esc(x.Tokens[0].Code))
	case p.Type == fhir.TypeReference && len(x.Refs) > 0:
		r := x.Refs[rnd.IntN(len(x.Refs))]
		if r.URL != "" {
			return join("", esc(r.URL))
		}
		if rnd.IntN(3) == 0 && (p.Targets == nil || slices.Contains(p.Targets, r.Type)) {
			return join(":"+r.Type, r.ID)
		}
		return join("", r.Type+"/"+r.ID)
	case p.Type == fhir.TypeDate && len(x.Dates) > 0:
		lo := x.Dates[rnd.IntN(len(x.Dates))].Lo
		if lo < 0 || lo > 4e15 {
			return ""
		}
		at := time.UnixMicro(lo).UTC()
		return join("", prefix+at.Format([]string{"2006", "2006-01", "2006-01-02", "2006-01-02T15:04:05Z"}[rnd.IntN(4)]))
	case p.Type == fhir.TypeString && len(x.Strings) > 0:
		r := x.Strings[rnd.IntN(len(x.Strings))]
		runes := []rune(r.Exact)
		from := rnd.IntN(len(runes))
		switch rnd.IntN(3) {
		case 0:
			return join(":exact", esc(r.Exact))
		case 1:
			if part := strings.TrimSpace(string(runes[from:min(len(runes), from+4)])); part != "" && fhir.Fold(part) != "" {
				return join(":contains", esc(part))
			}
			return ""
		}
		if part := string(runes[:1+from]); fhir.Fold(part) != "" {
			return join("", esc(part))
		}
	case (p.Type == fhir.TypeQuantity || p.Type == fhir.TypeNumber) && len(x.Quantities) > 0:
		r := x.Quantities[rnd.IntN(len(x.Quantities))]
		value := prefix + strings.Replace(strconv.FormatFloat(r.Value, 'g', -1, 64), "e+", "e", 1)
		if p.Type == fhir.TypeQuantity && r.Code != "" && rnd.IntN(2) == 0 {
			value += "|" + esc(r.System) + "|" + esc(r.Code)
		}
		return join("", value)
	case p.Type == fhir.TypeURI && len(x.URIs) > 0:
		v := x.URIs[rnd.IntN(len(x.URIs))].Value
		switch i := strings.LastIndexByte(v, '/'); {
		case i > 0 && rnd.IntN(3) == 0:
			return join(":below", esc(v[:i]))
		case rnd.IntN(3) == 0:
			return join(":above", esc(v+"/more"))
		}
		return join("", esc(v))
	case p.Type == fhir.TypeComposite:
		value := ""
		for i, part := range p.Parts {
			known := fhir.LookupParam(n.ResourceType(), part.Name)
			if known == nil {
				return ""
			}
			one := valueOf(rnd, n, known, fhir.RowsOf(n, known))
			one, _ = url.QueryUnescape(strings.TrimPrefix(one, known.Name+"="))
			if one == "" || strings.Contains(one, ",") || strings.HasPrefix(one, known.Name+":") {
				return ""
			}
			if i > 0 {
				value += "$"
			}
			value += one
		}
		return join("", value)
	}
	return ""
}

// What the database answers is what looking at every resource gives, whoever
// asks: for random questions of every kind over the official examples.
func TestRandomSearchesAgreeWithLookingAtEverything(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("HOUSECALL_TEST_SEED"); s != "" {
		var err error
		seed, err = strconv.ParseUint(s, 10, 64)
		require.NoError(t, err)
	}
	t.Logf("HOUSECALL_TEST_SEED=%d", seed)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		rnd := rand.New(rand.NewPCG(seed, 1))
		w := fill(t, h, rnd)
		require.Greater(t, w.written, 300)
		chart := w.charts[0]
		self := identity.Principal{Kind: identity.Person, Account: newID(), Name: "Rosa", Patient: chart}
		elena := h.caregiver(chart, self)
		asked, hits, kinds := 0, 0, map[string]int{}
		for _, view := range []struct {
			name  string
			who   identity.Principal
			world map[string]*fhir.Node
		}{
			{"system", feed, w.bodies}, {"self", self, w.seenBy(t, self, chart)}, {"caregiver", elena, w.seenBy(t, elena, chart)},
		} {
			name := view.name
			var names []string
			for n := range view.world {
				names = append(names, n)
			}
			slices.Sort(names)
			for range 250 {
				target := names[rnd.IntN(len(names))]
				typ, _, _ := strings.Cut(target, "/")
				query := question(rnd, view.world, target, 0)
				if query == "" {
					continue
				}
				if rnd.IntN(5) == 0 { // from the other side
					from := names[rnd.IntN(len(names))]
					for _, p := range fhir.Params(strings.Split(from, "/")[0]) {
						if p.Type != fhir.TypeReference {
							continue
						}
						refs := fhir.RowsOf(view.world[from], p).Refs
						if len(refs) == 0 || view.world[refs[0].Type+"/"+refs[0].ID] == nil || !p.PointsTo(refs[0].Type) {
							continue
						}
						if q := question(rnd, view.world, from, 1); q != "" {
							typ = refs[0].Type
							query = "_has:" + strings.Split(from, "/")[0] + ":" + p.Name + ":" + q
						}
					}
				}
				if more := question(rnd, view.world, target, 1); more != "" && rnd.IntN(3) == 0 && strings.HasPrefix(target, typ+"/") {
					query += "&" + more
				}
				values, err := url.ParseQuery(query)
				require.NoError(t, err, query)
				q, issues := fhir.ParseQuery(typ, values, true)
				require.Empty(t, issues, "%s?%s", typ, query)
				want := []string{}
				reach := within(view.world, view.who, typ)
				for n, body := range reach {
					if body.ResourceType() != typ {
						continue
					}
					fits := true
					for i := range q.Filters {
						fits = fits && holds(reach, n, &q.Filters[i])
					}
					if fits {
						want = append(want, n)
					}
				}
				got, found := []string{}, []records.Stored{}
				keys := []string{"", "_id", "-_id", "_lastUpdated,-_id"}
				for _, p := range fhir.Params(typ) {
					if p.Sortable() && p.Name != "_id" {
						keys = append(keys, p.Name+",-_lastUpdated", "-"+p.Name)
					}
				}
				values.Set("_count", "7")
				values.Set("_total", "accurate")
				if k := keys[rnd.IntN(len(keys))]; k != "" {
					values.Set("_sort", k)
				}
				for {
					q, issues = fhir.ParseQuery(typ, values, true)
					require.Empty(t, issues, "%s?%s", typ, values.Encode())
					page, err := h.store.Search(context.Background(), view.who, q)
					require.NoError(t, err, "%s: %s?%s", name, typ, values.Encode())
					require.Equal(t, len(want), page.Total, "%s: %s?%s", name, typ, query)
					found = append(found, page.Items...)
					for _, it := range page.Items {
						got = append(got, it.Type+"/"+it.ID)
					}
					if page.Next == "" {
						break
					}
					values.Set("_page", page.Next)
				}
				if len(q.Sort) > 0 {
					require.Equal(t, naively(t, q, found), got, "%s: %s?%s in order", name, typ, values.Encode())
				}
				slices.Sort(want)
				slices.Sort(got)
				require.Equal(t, want, got, "%s: %s?%s", name, typ, query)
				asked++
				if len(want) > 0 {
					hits++
				}
				kinds[name]++
			}
		}
		t.Logf("%d resources, %d questions, %d with an answer, %v", len(w.bodies), asked, hits, kinds)
		require.Greater(t, asked, 500)
		require.Greater(t, hits, asked/3)
	})
}

func scanBodies(t *testing.T, into map[string]*fhir.Node) func(*sql.Rows) error {
	return func(r *sql.Rows) error {
		var body []byte
		if err := r.Scan(&body); err != nil {
			return err
		}
		n, err := fhir.Parse(body)
		into[n.ResourceType()+"/"+n.Get("id").Str()] = n
		return err
	}
}
