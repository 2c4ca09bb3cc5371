package portal_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Who, request -> status, what must and what must not be in the answer.
func TestWhoSeesWhat(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		const sad, sweet = "depression", "diabetes"
		for _, c := range []struct {
			who    *someone
			path   string
			status int
			must   []string
			not    []string
		}{
			{f.anyone, f.chart(), 401, []string{`"code":"signed_out"`}, []string{"Marin"}},
			{f.self, f.chart(), 200, []string{sad, sweet, `"relation":"self"`, `"number":5.3`, `"careplan":[]`}, nil},
			{f.self, "/api/v1/charts/" + f.ben, 404, []string{`"code":"not_found"`}, []string{"Okafor"}},
			{f.self, "/api/v1/charts/" + newID(), 404, nil, nil},
			{f.elena, f.chart(), 200, []string{sweet, `"relation":"proxy"`, `"documents":[]`, `"limited":true`}, []string{sad, f.depression, f.note, "F33."}},
			{f.elena, f.chart() + "/timeline", 200, []string{sweet}, []string{sad, f.note}},
			{f.elena, f.chart() + "/sections/conditions", 200, []string{sweet}, []string{sad}},
			{f.elena, f.chart() + "/sections/documents", 200, []string{`"items":[]`}, []string{"Letter"}},
			{f.elena, f.chart() + "/entries/Condition/" + f.depression, 404, nil, []string{sad}},
			{f.elena, f.chart() + "/entries/Condition/" + f.diabetes, 200, []string{sweet}, []string{sad}},
			{f.elena, f.chart() + "/documents/DocumentReference/" + f.note + "/content", 404, nil, []string{"Dear"}},
			{f.elena, f.chart() + "/access", 404, nil, nil},
			{f.elena, f.chart() + "/grants", 404, nil, nil},
			{f.self, f.chart() + "/documents/DocumentReference/" + f.note + "/content", 200, []string{"Dear Rosa"}, nil},
			{f.self, f.chart() + "/grants", 200, []string{`"name":"Elena"`, `"hides":["sensitive"]`, `"state":"active"`, `"can":["medicines"]`}, nil},
			{f.self, f.chart() + "/access", 200, []string{`"integrity":`, `"who":"Elena"`, `"action":"refused"`}, []string{sad, "F33."}},
			{f.self, f.chart() + "/sections/nonsense", 404, nil, nil},
			{f.self, f.chart() + "/timeline?kind=nonsense", 400, []string{`"code":"invalid"`}, nil},
			{f.self, f.chart() + "/timeline?cursor=nonsense", 400, []string{`"code":"cursor"`}, nil},
			{f.self, f.chart() + "/timeline?limit=5000", 422, []string{`"location":"query.limit"`}, nil},
			{f.doctor, f.chart(), 200, []string{sad, sweet, `"relation":"care-team"`}, nil},
			{f.doctor, f.chart() + "/access", 404, nil, nil},
			{f.stranger, f.chart(), 404, nil, []string{"Marin"}},
			{f.stranger, f.chart() + "/timeline", 404, nil, nil},
			{f.desk, f.chart(), 200, []string{"Marin", `"conditions":[]`, `"relation":"clinic-staff"`}, []string{sad, sweet, "5.3"}},
			{f.desk, f.chart() + "/entries/Condition/" + f.diabetes, 404, nil, nil},
			{f.admin, f.chart(), 404, nil, []string{"Marin"}},
			{f.app, f.chart(), 200, []string{`"number":5.3`, `"relation":"app"`}, []string{sad, sweet, f.note}},
			{f.app, f.chart() + "/sections/conditions", 200, []string{`"items":[]`}, nil},
			{f.app, f.chart() + "/access", 404, nil, nil},
			{f.app, "/api/v1/me/sessions", 403, []string{`"code":"session"`}, nil},
			{f.app, "/api/v1/me/passkeys", 403, nil, nil},
			{f.self, "/api/v1/clinic/patients", 403, nil, []string{"Marin"}},
			{f.self, "/api/v1/admin/health", 403, nil, nil},
			{f.doctor, "/api/v1/admin/health", 403, nil, nil},
			{f.admin, "/api/v1/admin/health", 200, []string{`"text":"It answers."`}, nil},
			{f.anyone, "/api/v1/openapi.json", 200, []string{`"/charts/{patient}/timeline"`}, nil},
			{f.self, "/api/v1/nothing", 404, []string{`"code":"not_found"`}, nil},
		} {
			r := c.who.get(c.path)
			name := c.who.name + " " + c.path
			require.Equal(t, c.status, r.StatusCode, name+": "+r.body)
			for _, m := range c.must {
				require.Contains(t, r.body, m, name)
			}
			for _, m := range c.not {
				require.NotContains(t, strings.ToLower(r.body), strings.ToLower(m), name)
			}
			if c.status >= 400 {
				require.Equal(t, "application/problem+json", r.Header.Get("Content-Type"), name)
			}
			require.Equal(t, "no-store", r.Header.Get("Cache-Control"), name)
		}
		look := f.chart() + "/timeline/search"
		require.Contains(t, f.self.do("POST", look, `{"words":"depress"}`).body, sad)
		require.Contains(t, f.elena.do("POST", look, `{"words":"depress"}`).body, `"items":[]`)
		require.Equal(t, 404, f.stranger.do("POST", look, `{"words":"depress"}`).StatusCode)
		rows, _, _, err := n.access.AccessLog(context.Background(), feed, f.rosa, "", 100)
		require.NoError(t, err)
		seen := map[string]bool{}
		for _, r := range rows {
			seen[r.Who+" "+r.Action] = true
		}
		for _, want := range []string{"Rosa read", "Elena read", "Elena refused", "Lee read", "Gray refused", "Dana read", "Root refused", "test feed create"} {
			require.True(t, seen[want], "%s in %v", want, seen)
		}
		for _, word := range []string{"Marin", "depress", f.rosa, "nonsense"} {
			require.NotContains(t, n.log.String(), word, "nothing of a chart is in the log")
		}
	})
}

func TestETags(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		tagOf := func(who *someone, path string) string {
			r := who.get(path)
			require.Equal(t, 200, r.StatusCode, r.body)
			tag := r.Header.Get("ETag")
			require.NotEmpty(t, tag)
			again := who.do("GET", path, "", "If-None-Match", tag)
			require.Equal(t, 304, again.StatusCode, path)
			require.Empty(t, again.body)
			require.Equal(t, tag, again.Header.Get("ETag"))
			return tag
		}
		paths := []string{f.chart(), f.chart() + "/timeline", f.chart() + "/sections/conditions"}
		for _, path := range paths {
			require.NotEqual(t, tagOf(f.self, path), tagOf(f.elena, path), "a tag belongs to its viewer")
		}
		before := map[string]string{}
		for _, path := range paths {
			before[path] = tagOf(f.elena, path)
		}
		own := tagOf(f.self, f.chart())
		n.put(condition(f.depression, f.rosa, "F33.2", "Worse depression"))
		for _, path := range paths {
			require.Equal(t, before[path], tagOf(f.elena, path), "what is hidden moves nothing")
		}
		require.NotEqual(t, own, tagOf(f.self, f.chart()))
		n.put(condition(f.diabetes, f.rosa, "E11.9", "Diabetes, type 2"))
		for _, path := range paths {
			require.NotEqual(t, before[path], tagOf(f.elena, path))
		}
	})
}

func TestTheChartHasTheShapeOfTheContract(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		var ch map[string]any
		f.self.get(f.chart()).json(t, &ch)
		for _, list := range []string{"attention", "newest", "allergies", "conditions", "medicines", "immunizations", "vitals", "results", "careplan", "goals", "visits", "documents", "team"} {
			require.IsType(t, []any{}, ch[list], list)
		}
		require.NotContains(t, ch, "$schema")
		line := ch["results"].([]any)[0].(map[string]any)
		key := line["key"].(string)
		entry := line["latest"].(map[string]any)
		require.Equal(t, "Observation/"+f.lab, entry["ref"])
		require.IsType(t, []any{}, entry["sources"])
		var trend map[string]any
		f.self.get(f.chart()+"/trends/"+key).json(t, &trend)
		require.Len(t, trend["points"], 1)
		require.IsType(t, []any{}, trend["events"])
		require.Equal(t, 404, f.self.get(f.chart()+"/trends/nonsense").StatusCode)
		var detail map[string]any
		f.self.get(f.chart()+"/entries/DocumentReference/"+f.note).json(t, &detail)
		document := detail["document"].(map[string]any)
		require.Equal(t, "Dear Rosa, all is well.", document["text"])
		r := f.self.get(document["url"].(string))
		require.Equal(t, 200, r.StatusCode)
		require.Equal(t, "text/plain; charset=utf-8", r.Header.Get("Content-Type"))
		require.Contains(t, r.Header.Get("Content-Security-Policy"), "default-src 'none'")

		page := newID() // what could run is only handed over for saving
		n.put(letter(page, f.rosa, "application/pdf", "<html><script>alert(1)</script></html>"))
		r = f.self.get(f.chart() + "/documents/DocumentReference/" + page + "/content")
		require.Equal(t, "attachment", r.Header.Get("Content-Disposition"))
		require.Equal(t, "application/octet-stream", r.Header.Get("Content-Type"))
	})
}

func TestMe(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		var me struct {
			Account struct {
				ID, Name, Email, Kind, Locale string
				Roles                         []string
			}
			People []struct {
				Patient, Name, Relation string
				Age                     struct{ Years int }
				Grant                   *struct {
					ID, Until        string
					Sees, Hides, Can []string
				}
			}
			Session *struct {
				IdleSeconds, WarnSeconds int
				KeepKey                  string
				IdleExpiresAt, ExpiresAt time.Time
			}
			CSRF, Version string
			Clinic        struct{ Name, Phone, Emergency, TimeZone string }
		}
		f.self.get("/api/v1/me").json(t, &me)
		require.Equal(t, "person", me.Account.Kind)
		require.NotNil(t, me.Account.Roles)
		require.Equal(t, "self", me.People[0].Relation)
		require.Nil(t, me.People[0].Grant)
		require.Equal(t, 74, me.People[0].Age.Years)
		require.Equal(t, f.self.csrf, me.CSRF)
		require.Equal(t, 1800, me.Session.IdleSeconds)
		require.Equal(t, "Hill Clinic", me.Clinic.Name)
		own := me.Session.KeepKey
		require.Len(t, own, 44)
		f.self.get("/api/v1/me").json(t, &me)
		require.Equal(t, own, me.Session.KeepKey, "or an unsent text could not be read after a reload")
		f.elena.get("/api/v1/me").json(t, &me)
		require.NotEqual(t, own, me.Session.KeepKey)
		require.Len(t, me.People, 1)
		require.Equal(t, "mother", me.People[0].Relation)
		require.Equal(t, []string{"sensitive"}, me.People[0].Grant.Hides)
		require.NotContains(t, me.People[0].Grant.Sees, "documents")
		f.doctor.get("/api/v1/me").json(t, &me)
		require.Equal(t, []string{"clinician"}, me.Account.Roles)
		me.Session = nil
		f.app.get("/api/v1/me").json(t, &me)
		require.Nil(t, me.Session)

		require.Equal(t, 403, f.self.do("PATCH", "/api/v1/me", `{"locale":"es"}`, "X-CSRF-Token", "").StatusCode)
		require.Equal(t, "csrf", f.self.do("PATCH", "/api/v1/me", `{"locale":"es"}`, "X-CSRF-Token", f.elena.csrf).code())
		require.Equal(t, "origin", f.self.do("PATCH", "/api/v1/me", `{"locale":"es"}`, "Origin", "https://evil.test").code())
		require.Equal(t, 422, f.self.do("PATCH", "/api/v1/me", `{"locale":"xx"}`).StatusCode)
		require.Equal(t, 204, f.self.do("PATCH", "/api/v1/me", `{"locale":"es"}`).StatusCode)
		f.self.get("/api/v1/me").json(t, &me)
		require.Equal(t, "es", me.Account.Locale)
		require.Contains(t, f.self.get("/api/v1/charts/"+newID()).body, "No encontrado")
	})
}

// Only what a person does keeps a session; polling does not.
func TestIdleness(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		n.clock.Add(20 * time.Minute)
		require.Equal(t, 200, f.self.get("/api/v1/me").StatusCode)
		require.Equal(t, 200, f.elena.do("GET", "/api/v1/me", "", "X-Activity", "1").StatusCode)
		var life struct{ IdleExpiresAt time.Time }
		f.doctor.do("POST", "/api/v1/session/extend", "").json(t, &life)
		require.WithinDuration(t, n.clock.Now().Add(30*time.Minute), life.IdleExpiresAt, 5*time.Second)
		n.clock.Add(11 * time.Minute)
		require.Equal(t, "signed_out", f.self.get("/api/v1/me").code())
		require.Equal(t, 200, f.elena.get("/api/v1/me").StatusCode)
		require.Equal(t, 200, f.doctor.get("/api/v1/me").StatusCode)
	})
}

func TestStopSharing(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		path := f.chart() + "/grants/" + f.grant.ID
		require.Equal(t, 404, f.doctor.do("DELETE", path, "").StatusCode)
		require.Equal(t, 403, f.app.do("DELETE", path, "").StatusCode)
		n.clock.Add(11 * time.Minute)
		require.Equal(t, "step_up", f.self.do("DELETE", path, "").code())
		wrong := f.self.do("POST", "/api/v1/step-up/password", `{"password":"wrong"}`)
		require.Equal(t, 400, wrong.StatusCode, "a wrong proof signs nobody out")
		require.Equal(t, 200, f.self.do("POST", "/api/v1/step-up/password", `{"password":"`+secret+`"}`).StatusCode)
		require.Equal(t, 200, f.elena.get(f.chart()).StatusCode)
		require.Equal(t, 204, f.self.do("DELETE", path, "").StatusCode)
		require.Equal(t, 404, f.elena.get(f.chart()).StatusCode)
		require.Equal(t, 404, f.self.do("DELETE", f.chart()+"/grants/"+newID(), "").StatusCode)
		require.Contains(t, f.self.get(f.chart()+"/grants").body, `"state":"revoked"`)
	})
}

func TestPatientsOfAClinician(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		find := func(q string) []string {
			var l struct {
				Items []struct {
					Name, Phone string
					InPanel     bool
					Identifiers []struct{ Value string }
				}
			}
			if q == "" {
				f.doctor.get("/api/v1/clinic/patients").json(t, &l)
			} else {
				f.doctor.do("POST", "/api/v1/clinic/patients/search", `{"words":"`+q+`"}`).json(t, &l)
			}
			var out []string
			for _, i := range l.Items {
				require.True(t, i.InPanel)
				out = append(out, i.Name)
			}
			return out
		}
		for _, q := range []string{"", "mar", "rosa", "MARÍN rosa", "1952", "1952-03-02", "3/2/1952", "0107788", "4711", "mrn-4711", "marin 1952-03"} {
			require.Equal(t, []string{"Rosa Marin"}, find(q), q)
		}
		for _, q := range []string{"okafor", "1953", "rosa 1953", "9999", "marinx"} {
			require.Empty(t, find(q), q)
		}
		var empty struct{ Items []any }
		f.stranger.get("/api/v1/clinic/patients").json(t, &empty)
		require.NotNil(t, empty.Items)
		require.Empty(t, empty.Items)
	})
}

func TestPatientsArePaged(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		f.join(f.doctor, f.ben)
		for _, name := range []string{"Abbot", "Zeller", "Neri"} {
			f.join(f.doctor, n.patient("Ada", name, ""))
		}
		var got []string
		for cursor := ""; ; {
			var l struct {
				Items []struct{ Name string }
				Next  string
			}
			f.doctor.get("/api/v1/clinic/patients?limit=2&cursor="+cursor).json(t, &l)
			for _, i := range l.Items {
				got = append(got, i.Name)
			}
			if cursor = l.Next; cursor == "" {
				break
			}
		}
		require.Equal(t, []string{"Ada Abbot", "Rosa Marin", "Ada Neri", "Ben Okafor", "Ada Zeller"}, got)
		require.Equal(t, "cursor", f.doctor.get("/api/v1/clinic/patients?cursor=nonsense").code())
	})
}

// The whole contract can be read by a machine, and names no operation twice.
func TestOpenAPI(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		var doc struct {
			OpenAPI string
			Paths   map[string]map[string]struct{ OperationID string }
		}
		require.NoError(t, json.Unmarshal([]byte(n.nobody().get("/api/v1/openapi.json").body), &doc))
		ids := map[string]bool{}
		for path, ops := range doc.Paths {
			for method, op := range ops {
				require.NotEmpty(t, op.OperationID, path+method)
				require.False(t, ids[op.OperationID], op.OperationID)
				ids[op.OperationID] = true
			}
		}
		require.GreaterOrEqual(t, len(ids), 30)
	})
}
