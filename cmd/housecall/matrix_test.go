package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"housecall/telehealth"
)

// actor is one line of the table's actors, with what a request of theirs carries.
type actor struct {
	name   string
	sees   map[string]bool // categories; nil: no chart
	kinds  bool
	held   bool
	roles  []string
	cookie string
	page   string // cookie of who came by a link
	csrf   string
	token  string
}

func (a *actor) is(word string) bool { return slices.Contains(a.roles, word) }
func (a *actor) session() bool       { return a.cookie != "" }

// may tells whether the actor finds what a canary marks.
func (a *actor) may(category, mark string) bool {
	return (a.sees[category] || a.sees[ones[category]]) && (mark == "plain" || mark == "held" && a.held || strings.HasPrefix(mark, "kind") && a.kinds)
}

// matrix is the table as it is read.
type matrix struct {
	actors []*actor
	routes map[string]string // "GET /path": word
}

var allCategories = strings.Fields("demographics conditions allergies medicines immunizations results vitals visits documents careplan messages appointments questionnaires coverage other")

// ones are the single things that a guest of one visit finds of a category, and the
// category whose readers find them as well.
var ones = map[string]string{"patient": "demographics", "visit": "appointments"}

func readMatrix(t *testing.T) matrix {
	f, err := os.Open("testdata/access-matrix.txt")
	require.NoError(t, err)
	defer f.Close()
	m := matrix{routes: map[string]string{}}
	part := ""
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line, _, _ := strings.Cut(lines.Text(), "#")
		w := strings.Fields(line)
		switch {
		case len(w) == 0:
		case len(w) == 1:
			part = w[0]
		case part == "actor":
			require.GreaterOrEqual(t, len(w), 4, line)
			a := &actor{name: w[0], kinds: w[2] == "yes", held: w[3] == "yes", sees: map[string]bool{}}
			for _, c := range strings.Split(w[1], ",") {
				if c == "all" {
					for _, each := range allCategories {
						a.sees[each] = true
					}
				} else if c != "-" {
					require.True(t, slices.Contains(allCategories, c) || ones[c] != "", line)
					a.sees[c] = true
				}
			}
			if len(w) > 4 {
				a.roles = strings.Split(w[4], ",")
			}
			m.actors = append(m.actors, a)
		case part == "route":
			require.Len(t, w, 3, line)
			key := w[0] + " " + w[1]
			require.NotContains(t, m.routes, key, "twice in the table")
			m.routes[key] = w[2]
		}
	}
	return m
}

// allows tells what a word of the table says about an actor.
func allows(t *testing.T, word string, a *actor) bool {
	chart := len(a.sees) > 0 && a.page == "" && !strings.HasPrefix(a.name, "system-") // systems have /fhir
	for _, w := range strings.Split(word, "|") {
		kind, arg, _ := strings.Cut(w, ":")
		ok := false
		switch kind {
		case "public":
			ok = true
		case "link":
			ok = a.page != ""
		case "account":
			ok = a.session()
		case "person":
			ok = a.session() && len(a.roles) == 0
		case "staff":
			ok = a.session() && len(a.roles) > 0
		case "chart":
			ok = chart
		case "sees":
			ok = chart && (a.sees[arg] || a.sees[ones[arg]])
		case "role":
			ok = a.is(arg)
		case "team":
			ok = a.session() && a.is("team") && (arg == "" || a.is(arg))
		case "is":
			ok = a.name == arg
		case "opens":
			ok = chart && a.sees["demographics"] && a.sees[arg]
		case "acts":
			ok = chart && a.session() && a.sees[arg] && a.name != "emergency"
		case "nobody", "fhir":
		default:
			t.Fatalf("the table has no word %q", w)
		}
		if ok {
			return true
		}
	}
	return false
}

var canary = regexp.MustCompile(`(?i)zq(` + strings.Join(allCategories, "|") + `|patient|visit)-(plain|held|kind[a-z]+)`)

// found lists the marks in an answer, as "category-mark".
func found(body string) (marks []string) {
	for _, hit := range canary.FindAllString(body, -1) {
		marks = append(marks, strings.ToLower(hit[len("zq"):]))
	}
	sort.Strings(marks)
	return slices.Compact(marks)
}

// leaks are those that the actor should not find.
func leaks(a *actor, marks []string) []string {
	return slices.DeleteFunc(slices.Clone(marks), func(m string) bool {
		category, mark, _ := strings.Cut(m, "-")
		return a.may(category, mark)
	})
}

type answer struct {
	status int
	header http.Header
	body   string
}

var client = &http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (h *house) ask(a *actor, method, path, body string) answer {
	h.t.Helper()
	r, err := http.NewRequest(method, h.app.URL()+path, strings.NewReader(body))
	require.NoError(h.t, err)
	switch {
	case strings.Contains(path, "/binaries/") && method == http.MethodPut:
		r.Header.Set("Content-Type", "text/plain")
	case strings.HasPrefix(path, "/fhir") && strings.HasSuffix(path, "_search"):
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	default:
		r.Header.Set("Content-Type", "application/json")
	}
	if a.page != "" { // on every way, with the token that this visit's own page has
		r.AddCookie(&http.Cookie{Name: h.app.Identity.PageCookieName(), Value: a.page})
		r.Header.Set("X-CSRF-Token", a.csrf)
		r.Header.Set("Origin", h.app.URL())
	}
	if a.cookie != "" && !strings.HasPrefix(path, "/fhir") && !strings.HasPrefix(path, "/mobile") {
		r.AddCookie(&http.Cookie{Name: h.app.Identity.CookieName(), Value: a.cookie})
		if method != http.MethodGet {
			r.Header.Set("X-CSRF-Token", a.csrf)
			r.Header.Set("Origin", h.app.URL())
		}
	} else if a.token != "" {
		r.Header.Set("Authorization", "Bearer "+a.token)
	}
	if path == "/live" || strings.HasSuffix(path, "/signal") {
		r.Header.Set("Connection", "Upgrade")
		r.Header.Set("Upgrade", "websocket")
		r.Header.Set("Sec-WebSocket-Version", "13")
		r.Header.Set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
		r.Header.Set("Origin", h.app.URL())
	}
	res, err := client.Do(r)
	require.NoError(h.t, err, "%s %s", method, path)
	defer res.Body.Close()
	if res.StatusCode == http.StatusSwitchingProtocols {
		return answer{res.StatusCode, res.Header, ""}
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, 8<<20))
	require.NoError(h.t, err, "%s %s", method, path)
	return answer{res.StatusCode, res.Header, string(b)}
}

var changing = regexp.MustCompile(`"(requestId|instance|id|diagnostics|timestamp|lastUpdated)":\s*"[^"]*"`)

// ownID is what a client makes up: what is sent with the same one is the same.
var ownID = regexp.MustCompile(`"id":"[^"]*"`)

// same tells whether two answers cannot be told apart, but for the names of the
// charts that were asked for.
func same(x, y answer, chartX, chartY string) bool {
	level := func(a answer, chart string) string {
		return changing.ReplaceAllString(strings.ReplaceAll(a.body, chart, "CHART"), "")
	}
	return x.status == y.status && level(x, chartX) == level(y, chartY) && (x.header.Get("ETag") == "") == (y.header.Get("ETag") == "")
}

// example makes the smallest value that a schema of the OpenAPI contract allows.
func example(schemas map[string]any, schema map[string]any, name, chart string) any {
	if ref, ok := schema["$ref"].(string); ok {
		schema, _ = schemas[ref[strings.LastIndex(ref, "/")+1:]].(map[string]any)
	}
	if values, ok := schema["enum"].([]any); ok && len(values) > 0 {
		return values[0]
	}
	kind, _ := schema["type"].(string)
	if kinds, ok := schema["type"].([]any); ok && len(kinds) > 0 {
		kind, _ = kinds[0].(string)
	}
	switch kind {
	case "object":
		out := map[string]any{}
		properties, _ := schema["properties"].(map[string]any)
		required, _ := schema["required"].([]any)
		for _, r := range required {
			key, _ := r.(string)
			property, _ := properties[key].(map[string]any)
			out[key] = example(schemas, property, key, chart)
		}
		return out
	case "array":
		items, _ := schema["items"].(map[string]any)
		if least, _ := schema["minItems"].(float64); least > 0 {
			return []any{example(schemas, items, name, chart)}
		}
		return []any{}
	case "integer", "number":
		least, _ := schema["minimum"].(float64)
		return least
	case "boolean":
		return true
	}
	switch {
	case name == "patient" || name == "survivor" || name == "a":
		return chart
	case schema["format"] == "date-time":
		return time.Now().Add(48 * time.Hour).UTC().Format(time.RFC3339)
	case name == "until" || name == "from" || name == "date" || schema["format"] == "date":
		return time.Now().Add(48 * time.Hour).UTC().Format(time.DateOnly)
	case name == "version":
		return telehealth.ConsentVersion
	case strings.Contains(strings.ToLower(name), "email"):
		return "somebody@example.org"
	}
	text := uuid.NewString()
	if most, ok := schema["maxLength"].(float64); ok && int(most) < len(text) {
		text = text[:int(most)]
	}
	return text
}

// named is a part of a path as the contract writes it.
var named = regexp.MustCompile(`\{(\w+)\}`)

// bodies gives an example body for each operation of a face.
func (h *house) bodies(face, chart string) map[string]string {
	var contract struct {
		Paths      map[string]map[string]json.RawMessage
		Components struct{ Schemas map[string]any }
	}
	require.NoError(h.t, json.Unmarshal([]byte(h.ask(&actor{}, http.MethodGet, face+"/openapi.json", "").body), &contract))
	out := map[string]string{}
	for path, operations := range contract.Paths {
		for method, raw := range operations {
			var op struct {
				RequestBody struct {
					Content map[string]struct{ Schema map[string]any }
				}
			}
			require.NoError(h.t, json.Unmarshal(raw, &op))
			content, ok := op.RequestBody.Content["application/json"]
			if !ok {
				continue
			}
			b, err := json.Marshal(example(contract.Components.Schemas, content.Schema, "", chart))
			require.NoError(h.t, err)
			out[strings.ToUpper(method)+" "+face+named.ReplaceAllString(strings.TrimPrefix(path, face), ":$1")] = string(b)
		}
	}
	if face == "/api/v1" { // what can be asked for depends on its kind, which the contract does not tell
		out["POST /api/v1/charts/:patient/requests"] = `{"id":"` + uuid.NewString() + `","kind":"visit","note":"zqappointments-plain"}`
		out["POST /api/v1/charts/:patient/requests/:id/steps"] = `{"id":"` + uuid.NewString() + `","to":"received","saw":1}`
	}
	return out
}

// fill puts real names into the path of a route.
func (h *house) fill(path, chart string) string {
	thing := h.things["Observation"]
	for part, typ := range map[string]string{"/appointments/": "visit", "/visits/": "visit", ":patient/requests/": "ask", "/medicines/": "MedicationRequest", "/documents/": "DocumentReference", "/binaries/": "Binary", "/threads/": "thread", "/grants/": "", "/held/": "", "/me/": "", "/devices/": "", "/notices/": ""} {
		if strings.Contains(path, part) {
			thing = h.things[typ]
		}
	}
	if thing == "" {
		thing = uuid.NewString()
	}
	typ := "Observation"
	if strings.Contains(path, "/documents/") {
		typ = "DocumentReference"
	}
	thread := h.things["thread"]
	return strings.NewReplacer(":patient", chart, ":category", "results", ":key", h.things["trend"], ":type", typ, ":id", thing, ":thread", thread, ":visit", thing, "*", "x").Replace(path)
}

func TestAccessMatrix(t *testing.T) {
	eachDatabase(t, func(t *testing.T, cfg Config) {
		t.Parallel() // one walk waits for an answer while the other's is made
		m := readMatrix(t)
		h := newHouse(t, cfg, m)
		registered := map[string]bool{}
		h.app.Metrics = prometheus.NewRegistry() // the routes are hung on a second app, to be counted
		app, err := h.app.routes()
		require.NoError(t, err)
		for _, r := range app.GetRoutes(true) {
			if !slices.Contains([]string{fiber.MethodHead, fiber.MethodOptions, fiber.MethodTrace, fiber.MethodConnect}, r.Method) {
				registered[r.Method+" "+r.Path] = true
			}
		}
		for route := range registered {
			require.Contains(t, m.routes, route, "testdata/access-matrix.txt has no line for this route")
		}
		for route := range m.routes {
			require.Contains(t, registered, route, "testdata/access-matrix.txt has a line for a route that is not there")
		}
		t.Run("contents", func(t *testing.T) { h.t = t; h.walkContents(t, m) })
		t.Run("live", func(t *testing.T) { h.t = t; h.walkLive(t, m) })
		t.Run("routes", func(t *testing.T) { h.t = t; h.walkRoutes(t, m) })
	})
}

// walkRoutes holds who gets through against the table.
func (h *house) walkRoutes(t *testing.T, m matrix) {
	nowhere := uuid.NewString()
	here, there := h.bodies("/api/v1", h.rosa), h.bodies("/api/v1", nowhere)
	here["POST /api/join/check"] = `{"camera":"ok","microphone":"ok","speaker":"ok","network":"ok"}`
	here["POST /api/join/consent"] = `{"version":"` + telehealth.ConsentVersion + `"}`
	here["POST /api/join/chat"] = `{"id":"x","text":"Hello"}`
	for route, body := range h.bodies("/mobile/v1", h.rosa) {
		here[route], there[route] = body, body
	}
	routes := make([]string, 0, len(m.routes))
	for route := range m.routes {
		routes = append(routes, route)
	}
	// A password that is changed ends what else is open, an emergency opens the chart,
	// a visit that is called off is over for its guests, and so is a link that is taken
	// back.
	last := func(route string) bool {
		return strings.Contains(route, "/me/") || slices.ContainsFunc([]string{"/glass", "/cancel", "/link"}, func(end string) bool { return strings.HasSuffix(route, end) })
	}
	sort.Slice(routes, func(i, j int) bool {
		if last(routes[i]) != last(routes[j]) {
			return last(routes[j])
		}
		return routes[i] < routes[j]
	})
	for _, route := range routes {
		method, pattern, _ := strings.Cut(route, " ")
		if strings.HasPrefix(pattern, "/fhir") || m.routes[route] == "public" {
			continue // of /fhir the contents: there a path says little, type and scopes much
		}
		ofChart := strings.Contains(pattern, ":patient")
		path := h.fill(pattern, h.rosa)
		for _, a := range m.actors {
			want := allows(t, m.routes[route], a)
			own := ownID.ReplaceAllString(here[route], `"id":"`+uuid.NewString()+`"`)
			got := h.ask(a, method, path, own)
			leaked := leaks(a, found(got.body))
			if strings.Contains(got.body, "zqstaffnote") && (!want || !strings.HasSuffix(pattern, "/notes")) {
				t.Errorf("%s: %s finds what the care team noted for itself", route, a.name)
			}
			if a.is("privacy") && strings.HasPrefix(pattern, "/api/v1/privacy/") { // who judges why a record was opened is told whose
				leaked = slices.DeleteFunc(leaked, func(x string) bool { return x == "patient-plain" })
			}
			if len(leaked) > 0 {
				t.Errorf("%s: %s finds %v", route, a.name, leaked)
			}
			through := got.status != 401 && got.status != 403 && !(got.status == 404 && strings.Contains(pattern, ":visit/"))
			if ofChart && through && (want || len(a.sees) == 0 || got.status != 404) {
				through = !same(got, h.ask(a, method, strings.ReplaceAll(path, h.rosa, nowhere), ownID.ReplaceAllString(there[route], `"id":"`+uuid.NewString()+`"`)), h.rosa, nowhere)
			} else if ofChart {
				through = false // of a chart that they know of: this part is not there
			}
			if a.token != "" && a.cookie == "" && !ofChart {
				continue // an app with a token: what it gets of accounts is not the chart's
			}
			if through != want {
				t.Errorf("%s (%s): %s gets %d, through %v\n%.300s", route, m.routes[route], a.name, got.status, through, got.body)
			}
			if !want && ofChart && len(a.sees) == 0 && got.status == 403 && a.token == "" && !strings.Contains(got.body, "csrf") {
				t.Errorf("%s: %s is told that something is forbidden, where there should be nothing\n%.300s", route, a.name, got.body)
			}
			if got.status >= 500 {
				t.Errorf("%s: %s gets %d\n%.300s", route, a.name, got.status, got.body)
			}
		}
	}
}

// walkContents reads everything that can be read of the chart, by every way there
// is, and looks for what the reader should not find.
func (h *house) walkContents(t *testing.T, m matrix) {
	paths := h.readings()
	for _, a := range m.actors {
		seen := map[string]bool{}
		for _, path := range paths {
			path, body, asked := strings.Cut(path, " ")
			got := h.ask(a, map[bool]string{false: http.MethodGet, true: http.MethodPost}[asked], path, body)
			marks := found(got.body)
			if leaked := leaks(a, marks); len(leaked) > 0 {
				t.Errorf("%s finds %v at %s", a.name, leaked, path)
			}
			if strings.Contains(got.body, "zqstaffnote") && !strings.HasSuffix(path, "/notes") {
				t.Errorf("%s finds what the care team noted for itself at %s", a.name, path)
			}
			if got.status >= 500 {
				t.Errorf("%s gets %d at %s\n%.300s", a.name, got.status, path, got.body)
			}
			for _, mark := range marks {
				seen[mark] = true
			}
		}
		// The walk would be worth nothing if it found nothing.
		for c, marks := range h.marks {
			for _, mark := range marks {
				if a.may(c, mark) && !seen[c+"-"+mark] {
					t.Errorf("%s does not find %s-%s, which is theirs to see", a.name, c, mark)
				}
			}
		}
	}
}

// readings are the paths that give something of the chart; what stands behind a
// blank is sent along.
func (h *house) readings() (paths []string) {
	add := func(format string, args ...any) { paths = append(paths, fmt.Sprintf(format, args...)) }
	api := "/api/v1/charts/" + h.rosa
	for _, p := range []string{"", "/timeline?limit=200", "/threads", "/appointments", "/appointments?when=past", "/message-options", "/held", "/access", "/grants", "/joined", "/release", "/booking", "/team", "/restrictions", "/requests", "/requests/" + h.things["ask"], "/medicines/" + h.things["MedicationRequest"] + "/request"} {
		add("%s%s", api, p)
	}
	for _, c := range allCategories {
		add("%s/sections/%s", api, c)
	}
	add("%s/threads/%s", api, h.things["thread"])
	add(`%s/messages/search {"words":"zqmessages"}`, api)
	add("/api/v1/agenda")
	for typ, ids := range h.resources {
		for _, id := range ids {
			add("%s/entries/%s/%s", api, typ, id)
			add("/fhir/%s/%s", typ, id)
			add("/fhir/%s/%s/_history", typ, id)
			add("/fhir/%s/%s/_history/1", typ, id)
		}
		add("/fhir/%s?patient=%s&_count=100&_total=accurate", typ, h.rosa)
		add("/fhir/%s?_count=100&_lastUpdated=gt2020-01-01", typ)
		add("/fhir/%s/_history?_count=100", typ)
		add("/fhir/Patient/%s/%s?_count=100", h.rosa, typ)
		add("/fhir/Patient?_id=%s&_revinclude=%s:patient", h.rosa, typ)
	}
	add("/fhir/DocumentReference/$docref?patient=%s", h.rosa)
	for _, p := range []string{"/fhir/Patient/%s/$everything", "/fhir/Patient/%s/$summary", "/fhir/Patient/%s/*?_count=100", "/fhir/Patient?_id=%s&_revinclude=*"} {
		add(p, h.rosa)
	}
	add("/fhir/_history?_count=200")
	add("/fhir/?_type=Observation,Condition&_count=200")
	for _, id := range h.resources["DocumentReference"] {
		add("%s/documents/DocumentReference/%s/content", api, id)
	}
	for _, id := range h.resources["Binary"] {
		add("%s/binaries/%s", api, id)
		add("/mobile/v1/charts/%s/binaries/%s", h.rosa, id)
	}
	for _, p := range []string{"%s/appointments/%s", "%s/visits/%s"} {
		add(p, api, h.things["visit"])
	}
	add("/fhir/Appointment/%s", h.things["visit"])
	add("/api/join/visit")
	add("/api/join/chat")
	add("/api/v1/clinic/patients")
	add("/api/v1/clinic/day?whose=all")
	add("/api/v1/clinic/inbox")
	add("/api/v1/clinic/held")
	add("/api/v1/me")
	add("/api/v1/notices")
	add("/mobile/v1/bootstrap")
	add(`/mobile/v1/pull {"cursors":{%q:""},"limit":500}`, h.rosa)
	add(`%s/timeline/search {"words":"zq","limit":200}`, api)
	add("/fhir/Patient/%s/_search _count=100", h.rosa)
	return paths
}
