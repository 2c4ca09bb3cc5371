package rest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/records/fhir"
)

// malformed makes requests that are wrong in some way, the same for each seed.
type malformed struct {
	r       *rand.Rand
	patient string
}

type badRequest struct {
	method, path, body string
	headers            map[string]string
	mustFail           bool // wrong for certain; the others may happen to be right
}

func (m *malformed) pick(of ...string) string { return of[m.r.IntN(len(of))] }

// junk is text that somebody's program may send by mistake or on purpose.
func (m *malformed) junk() string {
	switch m.r.IntN(14) {
	case 0:
		return strings.Repeat(m.pick("a", ",", "|", "$", "\\", "%", "(", "é", "\u202e", "𝔘"), 1+m.r.IntN(1500))
	case 1:
		return m.pick("' OR 1=1 --", "\"; DROP TABLE resources; --", "{{7*7}}", "../../etc/passwd", "<script>", "\x00", "\r\nSet-Cookie: a=b")
	case 2:
		return m.pick("1e999999", "-1e-999999", strings.Repeat("9", 500), "NaN", "Infinity", "0x10", "1_000", "١٢٣")
	case 3:
		return m.pick("2026-13-45", "2026-02-30", "24:00", "99999-01-01", "-0001-01-01", "2026-01-01T25:61:61Z", "ge", "apge2020", "gt1")
	case 4:
		return m.pick("Patient/", "/Patient", "Patient/a/b/c", "http://", "urn:uuid:", "#", "Patient?", "Nothing/1", "Patient/"+m.patient+"/_history/0")
	case 5:
		return m.pick("|", "||", "|||", "a|b|c|d", "\\", "\\,", "a\\", "$$", "a$b$c")
	case 6:
		return m.pick("_has:Observation:patient:code", "_has:::", "_has:_has:_has:", "subject:Patient.name.given.family", "a.b.c.d.e.f.g", ":", "::", ".", "..")
	}
	b := make([]byte, 1+m.r.IntN(24))
	for i := range b {
		b[i] = byte(m.r.IntN(256))
	}
	return string(b)
}

func (m *malformed) typ() string {
	types := fhir.Types()
	if m.r.IntN(8) == 0 {
		return url.PathEscape(m.junk())
	}
	return types[m.r.IntN(len(types))]
}

// search is a question: any parameter with any modifier and anything asked.
func (m *malformed) search() badRequest {
	typ := m.typ()
	names := []string{"_id", "_lastUpdated", "_include", "_revinclude", "_sort", "_count", "_total", "_summary", "_elements", "_has:Observation:patient:code", "_page", "_type", "_filter", "_content", "_text", "_list", "_query", "_contained"}
	for _, p := range fhir.Params(typ) {
		names = append(names, p.Name)
	}
	values := url.Values{}
	for range 1 + m.r.IntN(4) {
		name := names[m.r.IntN(len(names))]
		if m.r.IntN(3) == 0 {
			name += m.pick(":exact", ":missing", ":not", ":contains", ":identifier", ":of-type", ":text", ":above", ":below", ":in", ":Patient", ":nothing", ".name", ":Patient.name", ":iterate")
		}
		if m.r.IntN(10) == 0 {
			name = m.junk()
		}
		values.Add(name, m.junk())
	}
	if m.r.IntN(3) == 0 {
		return badRequest{method: http.MethodPost, path: "/" + typ + "/_search", body: values.Encode(), headers: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}}
	}
	query := values.Encode()
	if m.r.IntN(12) == 0 {
		query = "a=%zz&" + query + "&%"
	}
	return badRequest{method: http.MethodGet, path: "/" + typ + "?" + query, headers: map[string]string{"Prefer": m.pick("", "handling=strict", "handling=lenient", m.pick("return=", "handling", "=;,"))}}
}

// body is a resource that is broken: its text, its numbers, its shape.
func (m *malformed) body() (string, bool) {
	good := `{"resourceType":"Observation","status":"final","code":{"text":"Weight"},"subject":{"reference":"Patient/` + m.patient + `"},"effectiveDateTime":"2026-01-02","valueQuantity":{"value":71.5,"unit":"kg"}}`
	with := func(member string) string { return strings.Replace(good, `"status":"final"`, member, 1) }
	quoted, _ := json.Marshal(m.junk())
	switch m.r.IntN(16) {
	case 0:
		return good[:m.r.IntN(len(good)-1)], true
	case 1:
		n := 200 + m.r.IntN(100_000)
		return with(`"status":"final","extension":` + strings.Repeat(m.pick(`[`, `{"a":`, `[{"extension":`), n)), true
	case 2:
		n := 100 + m.r.IntN(3000)
		return with(`"status":"final","extension":` + strings.Repeat(`[{"url":"urn:a","extension":`, n) + `[]` + strings.Repeat(`}]`, n)), true
	case 3:
		return strings.Replace(good, "71.5", m.pick("1e999999999", "-", "+1", "01", "1.", ".5", "0x1F", "Infinity", "NaN", strings.Repeat("9", 100_000)+"e", "1e+", "--1"), 1), true
	case 4:
		return with(`"status":"final","status":"final"`), true
	case 5:
		return with(`"status":` + m.pick(`null`, `[]`, `{}`, `1`, `true`, `["final"]`, `"nothing"`, `""`)), true
	case 6:
		return with(`"status":"final",` + string(quoted) + `:1`), true
	case 7:
		return strings.Replace(good, "Weight", "\xff\xfe\x80", 1), true
	case 8:
		return strings.Replace(good, "Weight", m.pick(`\ud800`, `\u00`, `\x41`, "\x00", "\n", `\udc00\ud800`), 1), true
	case 9:
		return m.pick("", " ", "null", "[]", "1", `"Observation"`, "{}", "\xef\xbb\xbf", `{"resourceType":1}`, `{"resourceType":"Nothing"}`, `{"resourceType":"Patient","resourceType":"Observation"}`), true
	case 10:
		return good + m.pick("{}", "x", good, "\x00"), true
	case 11:
		return string(bytes.Join([][]byte{{0xFE, 0xFF}, []byte(good)}, nil)), true
	case 12:
		return with(`"status":"final","contained":[` + strings.TrimSuffix(strings.Repeat(`{"resourceType":"Patient","id":"p"},`, 1+m.r.IntN(1500)), ",") + `]`), true
	case 13:
		return with(`"status":"final","id":` + string(quoted) + `,"meta":{"versionId":` + string(quoted) + `,"lastUpdated":"yesterday"}`), true
	case 14:
		return strings.Replace(good, "Patient/"+m.patient, m.pick("Patient/", "Patient?name=a", "urn:uuid:1", "Observation/1", "../Patient/1", "Patient/"+m.patient+"/x", "#nobody"), 1), true
	}
	b := []byte(good)
	for range 1 + m.r.IntN(6) {
		b[m.r.IntN(len(b))] = byte(m.r.IntN(256))
	}
	return string(b), false
}

func (m *malformed) write() badRequest {
	body, wrong := m.body()
	q := badRequest{method: http.MethodPost, path: "/Observation", body: body, headers: map[string]string{"Content-Type": "application/fhir+json"}, mustFail: wrong}
	switch m.r.IntN(8) {
	case 0:
		q.headers["Content-Type"] = m.pick("application/xml", "application/fhir+xml", "text/plain", "application/json; charset=utf-16", "multipart/form-data", "", "application/fhir+json; charset=latin1", m.junk())
		q.mustFail = false
	case 1:
		q.method, q.path = http.MethodPut, "/Observation/"+url.PathEscape(m.junk())
	case 2:
		q.headers["If-None-Exist"], q.mustFail = m.pick("", "?", "identifier", "identifier=", "code=a|b|c|d", "_has=1", strings.Repeat("a=b&", 5000)), wrong
	case 3:
		q.headers["If-Match"] = m.pick("1", `W/"0"`, `W/"`+strings.Repeat("9", 400)+`"`, "*", `"`, `W/"a"`)
	case 4:
		q.method, q.path = http.MethodPatch, "/Patient/"+m.patient
		q.body = m.pick("", "{}", "[]", `[{"op":"add"}]`, `[{"op":"test","path":"/name/0","value":1}]`, `[{"op":"move","from":"/a/b","path":"/a"}]`, `[{"op":"remove","path":"/`+strings.Repeat("a/", 3000)+`"}]`, `[{"op":"add","path":"/id","value":"x"}]`, `[{"op":"copy","from":"","path":"/contained/-"}]`)
		q.headers["Content-Type"], q.mustFail = m.pick("application/json-patch+json", "application/merge-patch+json", "application/xml-patch+xml", ""), false
	case 5:
		q.method, q.path, q.body = http.MethodDelete, "/"+m.typ()+m.pick("", "/", "/"+url.PathEscape(m.junk()), "?"+url.Values{m.junk(): {m.junk()}}.Encode()), ""
	}
	return q
}

// bundle is a transaction or batch that cannot be.
func (m *malformed) bundle() badRequest {
	resource, _ := m.body()
	if !json.Valid([]byte(resource)) {
		resource = `{"resourceType":"Observation"}`
	}
	quoted, _ := json.Marshal(m.junk())
	entry := m.pick(
		`{"resource":`+resource+`,"request":{"method":"POST","url":"Observation"}}`,
		`{"request":{"method":"POST","url":"Observation"}}`,
		`{"resource":`+resource+`,"request":{"method":"BREW","url":"Observation"}}`,
		`{"resource":`+resource+`,"request":{"method":"PUT","url":`+string(quoted)+`}}`,
		`{"request":{"method":"DELETE","url":`+string(quoted)+`}}`,
		`{"request":{"method":"GET","url":`+string(quoted)+`}}`,
		`{"resource":{"resourceType":"Bundle","type":"transaction","entry":[]},"request":{"method":"POST","url":"Bundle"}}`,
		`{"fullUrl":"urn:uuid:a","resource":{"resourceType":"Observation","status":"final","code":{"text":"a"},"hasMember":[{"reference":"urn:uuid:b"}]},"request":{"method":"POST","url":"Observation"}},{"fullUrl":"urn:uuid:a","resource":{"resourceType":"Observation","status":"final","code":{"text":"b"},"hasMember":[{"reference":"urn:uuid:a"}]},"request":{"method":"POST","url":"Observation"}}`,
		`{"resource":{"resourceType":"Observation","status":"final","code":{"text":"a"},"subject":{"reference":"Patient?identifier=nobody"}},"request":{"method":"POST","url":"Observation"}}`,
		`null`, `1`, `{}`)
	return badRequest{method: http.MethodPost, path: "", headers: map[string]string{"Content-Type": "application/fhir+json"},
		body: `{"resourceType":"Bundle","type":"` + m.pick("transaction", "transaction", "batch", "document", "nothing", "") + `","entry":[` + entry + m.pick("]}", "]}", "]}", "}", "", `],"entry":[]}`)}
}

func (m *malformed) request() badRequest {
	switch m.r.IntN(9) {
	case 0, 1, 2, 3:
		return m.search()
	case 4, 5, 6:
		return m.write()
	case 7:
		return m.bundle()
	}
	return badRequest{method: m.pick(http.MethodGet, http.MethodPost, http.MethodPut, "TRACE", http.MethodOptions, http.MethodHead),
		path:    "/" + m.typ() + "/" + url.PathEscape(m.junk()) + m.pick("", "/_history", "/_history/"+url.PathEscape(m.junk()), "/$"+url.PathEscape(m.junk()), "/$everything?_count="+url.QueryEscape(m.junk())),
		headers: map[string]string{"Accept": m.pick("", "*/*", "application/fhir+xml", "text/turtle", "application/json;q=2", m.junk())}}
}

// Ten thousand wrong requests on each database: a clear refusal or an answer,
// never a fault of ours, nothing half-written, and no memory kept.
func TestTenThousandMalformedRequests(t *testing.T) {
	const rounds = 5000                           // for each database
	dbtest.Each(t, func(t *testing.T, d *db.DB) { // alone: it weighs memory
		s := newSite(t, d)
		seed := uint64(time.Now().UnixNano())
		t.Logf("seed %d", seed)
		m := &malformed{r: rand.New(rand.NewPCG(seed, 1)), patient: s.rosa}
		versions := func() (n int) {
			require.NoError(t, s.db.Read(context.Background()).QueryRow(`SELECT count(*) FROM resource_versions`).Scan(&n))
			return n
		}
		root := s.listen()
		before, heap := versions(), liveHeap()
		accepted := 0
		counts := map[int]int{}
		for range rounds {
			q := m.request()
			req, err := http.NewRequestWithContext(t.Context(), q.method, root+"/fhir"+q.path, strings.NewReader(q.body))
			if err != nil {
				continue // no client can send this
			}
			req.Host = "housecall.test:8080"
			req.Header.Set("Authorization", "Bearer "+s.feed)
			for k, v := range q.headers {
				if v = strings.Map(printable, v); v != "" {
					req.Header.Set(k, v)
				}
			}
			res, err := http.DefaultTransport.RoundTrip(req)
			closed := errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) // a wrong header is refused while the body is under way
			if err != nil && (len(q.body) > 32<<10 || len(q.path) > 4<<10 || closed && q.body != "") {
				counts[0]++ // refused before it was sent, and the connection closed
				continue
			}
			require.NoError(t, err, "%s %.300q", q.method, q.path)
			body, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			counts[res.StatusCode]++
			what := fmt.Sprintf("%s %.400q %v %.600q: %d %.600s", q.method, q.path, q.headers, q.body, res.StatusCode, body)
			require.Less(t, res.StatusCode, 500, what)
			if res.StatusCode >= 400 && res.StatusCode != http.StatusRequestHeaderFieldsTooLarge && q.method != http.MethodHead && len(body) > 0 {
				require.Contains(t, string(body), `"OperationOutcome"`, what)
			}
			if res.StatusCode >= 400 && len(body) > 0 {
				require.Less(t, len(body), 64<<10, what)
			}
			if q.mustFail {
				require.GreaterOrEqual(t, res.StatusCode, 400, what)
			}
			if q.method == http.MethodPost && q.path == "/Observation" && res.StatusCode == http.StatusCreated || q.method == http.MethodPatch && res.StatusCode == 200 {
				accepted++
			}
		}
		t.Logf("answers by status: %v", counts)
		require.LessOrEqual(t, versions()-before, accepted, "nothing was written but what was answered with success")
		require.Less(t, liveHeap(), heap+64<<20, "no memory is kept")
	})
}

// listen serves the face on a socket.
func (s *site) listen() (root string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(s.t, err)
	go func() { _ = s.app.Listener(l) }()
	s.t.Cleanup(func() { _ = s.app.Shutdown() })
	return "http://" + l.Addr().String()
}

// printable drops what an HTTP client cannot send in a header.
func printable(r rune) rune {
	if r < ' ' || r > '~' {
		return -1
	}
	return r
}

func liveHeap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// A body of 100 MB is refused when its length is known, before it is sent.
func TestAHugeBodyIsRefusedBeforeItIsRead(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	c, err := net.Dial("tcp", strings.TrimPrefix(s.listen(), "http://"))
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.SetDeadline(time.Now().Add(20*time.Second)))
	fmt.Fprintf(c, "POST /fhir/Observation HTTP/1.1\r\nHost: housecall.test:8080\r\nAuthorization: Bearer %s\r\nContent-Type: application/fhir+json\r\nContent-Length: %d\r\n\r\n{\"resourceType\":", s.feed, 100<<20)
	answer := make([]byte, 4096)
	n, err := c.Read(answer)
	require.NoError(t, err)
	require.Contains(t, string(answer[:n]), "413")
}
