package portal_test

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/records/access"
)

// hostile is what people may write who want it to run, to hide or to break
// something where others read it.
var hostile = map[string]string{
	"script":     `<script>alert("zq-zq")</script>`,
	"handler":    `<img src=x onerror=alert("zq-zq")>`,
	"end":        `</script></title></textarea>--><svg/onload=alert("zq-zq")>`,
	"link":       `javascript:alert("zq-zq")`,
	"data":       `data:text/html,<script>alert("zq-zq")</script>`,
	"template":   `{{constructor.constructor('alert("zq-zq")')()}} ${alert("zq-zq")}`,
	"bidi":       "invoice \u202efdp.exe\u202c zq-zq \u2066x\u2069",
	"lines":      "zq-zq\u2028alert(1)\u2029x",
	"quotes":     `zq-zq " ' \ ` + "`" + ` ; -- /* %0d%0aSet-Cookie:a=b`,
	"formula":    `=HYPERLINK("https://zq-zq.example","x")`,
	"zero width": "zq-zq\u200b\u200d\ufeffx",
}

// asJSON is the text as a JSON string.
func asJSON(s string) string { b, _ := json.Marshal(s); return string(b) }

// What is written comes back as the same text inside JSON, which no browser takes
// for a page.
func TestHostileTextComesBackAsText(t *testing.T) {
	start := time.Now().Add(24 * time.Hour).Truncate(time.Minute)
	n := newNode(t, dbtest.SQLite(t), "", pages())
	var starts []time.Time
	for i := range len(hostile) {
		starts = append(starts, start.Add(time.Duration(i)*30*time.Minute))
	}
	p := newPractice(t, n, starts...)
	var slots []wireSlot
	for _, d := range p.free(p.self).Days {
		slots = append(slots, d.Slots...)
	}
	require.GreaterOrEqual(t, len(slots), len(hostile))
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			quoted := asJSON(text)
			began := p.self.do("POST", p.chart()+"/threads", fmt.Sprintf(`{"id":"%s","topic":"question","subject":%s,"text":%s}`, newID(), quoted, quoted))
			onlyJSON(t, began, 201)
			var thread wirePage
			began.json(t, &thread)
			at := p.chart() + "/threads/" + thread.Thread.ID
			onlyJSON(t, p.self.do("PUT", p.chart()+"/drafts/"+thread.Thread.ID, fmt.Sprintf(`{"text":%s}`, quoted)), 200, 204)
			booked := p.self.do("POST", p.chart()+"/appointments", fmt.Sprintf(`{"id":"%s","slot":"%s","mode":"video","reason":%s}`, newID(), slots[0].ID, quoted))
			onlyJSON(t, booked, 201)
			slots = slots[1:]
			require.Contains(t, texts(t, booked.body), strings.Join(strings.Fields(text), " "))
			condition, form := newID(), newID()
			n.put(fmt.Sprintf(`{"resourceType":"Condition","id":"%s","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"code":{"text":%s},"subject":{"reference":"Patient/%s"},"note":[{"text":%s}]}`, condition, quoted, p.rosa, quoted))
			n.put(fmt.Sprintf(`{"resourceType":"QuestionnaireResponse","id":"%s","status":"completed","questionnaire":"http://example.org/q","subject":{"reference":"Patient/%s"},"authored":"2026-11-02T09:00:00Z","item":[{"linkId":"1","text":%s,"answer":[{"valueString":%s}]}]}`, form, p.rosa, quoted, quoted))
			named := p.self.do("PATCH", "/api/v1/me", fmt.Sprintf(`{"name":%s}`, quoted))
			onlyJSON(t, named, 200, 204, 400, 422)

			var page wirePage
			r := p.doctor.get(at)
			r.json(t, &page)
			require.Equal(t, text, page.Messages[0].Text, "to the letter")
			for _, path := range []string{
				at, p.chart() + "/threads", p.chart(), p.chart() + "/timeline", p.chart() + "/appointments", p.chart() + "/sections/conditions",
				p.chart() + "/entries/Condition/" + condition, p.chart() + "/entries/QuestionnaireResponse/" + form, "/api/v1/clinic/inbox", "/api/v1/clinic/day", "/api/v1/notices", "/api/v1/me",
			} {
				r := p.doctor.get(path)
				onlyJSON(t, r, 200, 404)
			}
			require.Contains(t, texts(t, p.doctor.get(p.chart()+"/entries/Condition/"+condition).body), text)
			onlyJSON(t, p.doctor.do("POST", p.chart()+"/timeline/search", fmt.Sprintf(`{"words":%s,"q":%s,"text":%s}`, quoted, quoted, quoted)), 200, 400, 422)
			onlyJSON(t, p.doctor.get(p.chart()+"/sections/"+url.PathEscape(text)), 400, 404, 422)
		})
	}
	for _, text := range []string{"a\u0000b", "a\u001bb"} { // JSON can say what no text holds
		r := p.self.do("POST", p.chart()+"/threads", fmt.Sprintf(`{"id":"%s","topic":"question","subject":"x","text":%s}`, newID(), asJSON(text)))
		onlyJSON(t, r, 400, 422)
	}
	for _, secret := range []string{"zq-zq", "alert("} {
		require.NotContains(t, n.log.String(), secret, "nothing of it is in the log")
	}
}

// onlyJSON: one of these statuses, and nothing that a browser would run.
func onlyJSON(t *testing.T, r reply, statuses ...int) {
	t.Helper()
	require.Contains(t, statuses, r.StatusCode, r.body)
	require.Equal(t, "nosniff", r.Header.Get("X-Content-Type-Options"))
	require.Contains(t, r.Header.Get("Content-Security-Policy"), "default-src 'none'")
	require.Empty(t, r.Header.Get("Set-Cookie"))
	if r.StatusCode == 204 {
		return
	}
	want := "application/json"
	if r.StatusCode >= 400 {
		want = "application/problem+json"
		require.NotContains(t, r.body, "zq-zq", "errors do not repeat what was sent")
	}
	require.Equal(t, want, r.Header.Get("Content-Type"))
	require.True(t, json.Valid([]byte(r.body)), r.body)
}

// texts are all strings of a JSON answer.
func texts(t *testing.T, body string) (all []string) {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal([]byte(body), &v), body)
	var walk func(any)
	walk = func(v any) {
		switch x := v.(type) {
		case string:
			all = append(all, x)
		case []any:
			for _, e := range x {
				walk(e)
			}
		case map[string]any:
			for _, e := range x {
				walk(e)
			}
		}
	}
	walk(v)
	return all
}

// What could run is only ever saved; a name of a file stays a name.
func TestDocumentsRunNothing(t *testing.T) {
	n := newNode(t, dbtest.SQLite(t), "", pages())
	f := newFamily(t, n)
	const script = "<script>alert(1)</script>"
	for _, x := range []struct{ given, content, want string }{
		{"text/plain", script, ""}, {"text/html", script, ""}, {"image/png", script, ""}, {"application/pdf", "\n \t<!DOCTYPE html>" + script, ""}, {"TEXT/HTML; charset=x", "<!-- -->" + script, ""},
		{"image/svg+xml", `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, ""},
		{"application/javascript", "MZ\x90\x00\x03alert(1)", ""},
		{"text/html", "Dear Rosa, " + script, "text/plain; charset=utf-8"}, {"text/html", "%PDF-1.7 " + script, "application/pdf"}, {"text/html", "GIF89a/*" + script + "*/", "image/gif"},
	} {
		id := newID()
		n.put(letter(id, f.rosa, x.given, x.content))
		r := f.doctor.get(f.chart() + "/documents/DocumentReference/" + id + "/content")
		require.Equal(t, 200, r.StatusCode, "%+v: %s", x, r.body)
		policy := r.Header.Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'", x)
		require.NotContains(t, policy, "script", x)
		require.Equal(t, x.want != "application/pdf", strings.Contains(policy, "sandbox"), "%+v", x)
		require.Equal(t, "nosniff", r.Header.Get("X-Content-Type-Options"), x)
		require.Contains(t, r.Header.Get("Cache-Control"), "no-store", x)
		if x.want == "" {
			require.Equal(t, "application/octet-stream", r.Header.Get("Content-Type"), x)
			require.Equal(t, "attachment", r.Header.Get("Content-Disposition"), x)
		} else {
			require.Equal(t, x.want, r.Header.Get("Content-Type"), x)
		}
	}
	f.regrant(access.Of(access.Demographics, access.Messages), access.PowerMessages)
	for _, name := range []string{`"; filename="a.html`, "a\r\nSet-Cookie: a=b\r\n\r\n<script>", "../../etc/passwd", "\u202egnp.exe", "a;b=c"} {
		id := newID()
		sent := f.self.send(f.chart(), id, "image/jpeg", url.PathEscape(name), photo(t))
		if sent.StatusCode >= 400 {
			onlyJSON(t, sent, 400, 422)
			continue
		}
		r := f.self.get(f.chart() + "/binaries/" + id)
		require.Equal(t, 200, r.StatusCode, r.body)
		require.Equal(t, "image/jpeg", r.Header.Get("Content-Type"))
		require.Empty(t, r.Header.Get("Set-Cookie"))
		require.Len(t, r.Header.Values("Content-Disposition"), 1)
		kind, parts, err := mime.ParseMediaType(r.Header.Get("Content-Disposition"))
		require.NoError(t, err)
		require.Equal(t, "inline", kind)
		require.LessOrEqual(t, len(parts), 1, "a name, and nothing that the name says: %v", parts)
	}
}

// Guessing at the provider is slowed down, and told in the words of OAuth.
func TestTheProviderIsBounded(t *testing.T) {
	n := newNode(t, dbtest.SQLite(t), "", pages())
	rosa := n.signedIn(n.account("Rosa", identity.Person, ""))
	limited := 0
	for range 300 {
		r := n.nobody().do("POST", "/oidc/introspect", "token=x", "Content-Type", "application/x-www-form-urlencoded")
		if r.StatusCode == 429 {
			limited++
			require.Equal(t, "application/json", r.Header.Get("Content-Type"))
			require.Contains(t, r.body, `"error":"temporarily_unavailable"`)
			require.NotEmpty(t, r.Header.Get("Retry-After"))
			break
		}
		require.Less(t, r.StatusCode, 500, r.body)
	}
	require.NotZero(t, limited)
	require.Equal(t, 200, rosa.get("/api/v1/me").StatusCode, "who is signed in does not notice")
	login := n.nobody().get("/auth/login")
	require.Equal(t, 303, login.StatusCode, "and people can sign in")
}
