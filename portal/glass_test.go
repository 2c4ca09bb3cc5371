package portal_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/identity"
)

type foundList struct {
	Items []struct {
		Patient, Name, BirthDate, Sex string
		Open                          bool
	}
}

// late is a session whose proof is too old for what needs a fresh one.
func (s *someone) late() *someone {
	s.node.clock.Add(11 * time.Minute)
	return s
}

func TestLookupFindsOnlyWhoIsDescribedExactly(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		nurse := n.signedIn(n.account("Nora", identity.Staff, "", identity.Nurse))
		look := func(who *someone, body string) (out foundList) {
			who.do("POST", "/api/v1/clinic/lookup", body).json(t, &out)
			return out
		}
		for _, body := range []string{`{"name":"rosa marin","birthDate":"1952-03-02"}`, `{"name":"Marin, Rosa","birthDate":"1952-03-02"}`, `{"number":"MRN-4711"}`} {
			out := look(nurse, body)
			require.Len(t, out.Items, 1, body)
			require.Equal(t, f.rosa, out.Items[0].Patient)
			require.Equal(t, "female", out.Items[0].Sex)
			require.False(t, out.Items[0].Open)
		}
		for _, body := range []string{`{"name":"Ros Marin","birthDate":"1952-03-02"}`, `{"name":"Rosa Mari","birthDate":"1952-03-02"}`, `{"name":"Rosa Marin","birthDate":"1952-03-03"}`,
			`{"number":"mrn-471"}`, `{"number":"MRN-471%"}`, `{"number":"Rosa"}`} {
			require.Empty(t, look(nurse, body).Items, body)
		}
		for _, body := range []string{`{}`, `{"name":"Marin","birthDate":"1952-03-02"}`, `{"name":"Rosa Marin","birthDate":"1952"}`, `{"name":"Rosa Marin"}`, `{"number":"47"}`} {
			require.Equal(t, 400, nurse.do("POST", "/api/v1/clinic/lookup", body).StatusCode, body)
		}
		const rosa = `{"name":"Rosa Marin","birthDate":"1952-03-02"}`
		require.True(t, look(f.doctor, rosa).Items[0].Open, "of their own team")
		require.Len(t, look(f.admin, rosa).Items, 1)
		for _, who := range []*someone{f.self, f.elena, f.desk, f.app, n.signedIn(n.account("Pia", identity.Staff, "", identity.Privacy))} {
			require.Equal(t, 403, who.do("POST", "/api/v1/clinic/lookup", rosa).StatusCode, who.name)
		}

		// The patient sees that somebody looked, not what they typed.
		log := f.self.get(f.chart() + "/access").body
		require.Contains(t, log, `"Nora"`)
		require.NotContains(t, log, "MRN")

		for range 30 {
			nurse.do("POST", "/api/v1/clinic/lookup", `{"number":"none-such"}`)
		}
		r := nurse.do("POST", "/api/v1/clinic/lookup", rosa)
		require.Equal(t, 429, r.StatusCode)
		require.Equal(t, 1, len(look(f.doctor, rosa).Items), "it is counted for each account")
		r = f.stranger.late().do("POST", "/api/v1/clinic/lookup", rosa)
		require.Equal(t, "step_up", r.code(), r.body)
	})
}

func TestGlassOverHTTP(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		nurse := n.signedIn(n.account("Nora", identity.Staff, "", identity.Nurse))
		officer := n.signedIn(n.account("Pia", identity.Staff, "", identity.Privacy))
		glass, reason := f.chart()+"/glass", `{"reason":"He was brought in unconscious"}`
		require.Equal(t, 404, nurse.get(f.chart()).StatusCode)
		for _, who := range []*someone{f.desk, f.admin, officer, f.self, f.elena} {
			require.Equal(t, 404, who.do("POST", glass, reason).StatusCode, who.name)
		}
		require.Equal(t, 403, f.app.do("POST", glass, reason).StatusCode)
		require.Equal(t, 422, nurse.do("POST", glass, `{"reason":"so"}`).StatusCode)
		require.Equal(t, 404, nurse.do("POST", "/api/v1/charts/"+newID()+"/glass", reason).StatusCode)
		require.Equal(t, 404, nurse.do("POST", "/api/v1/charts/"+f.lab+"/glass", reason).StatusCode, "not a patient")
		require.Equal(t, 409, f.doctor.do("POST", glass, reason).StatusCode)

		var open struct {
			Seconds int
			Until   time.Time
		}
		r := nurse.do("POST", glass, reason)
		require.Equal(t, 201, r.StatusCode, r.body)
		r.json(t, &open)
		require.InDelta(t, 3600, open.Seconds, 60)
		require.Equal(t, 200, nurse.get(f.chart()).StatusCode)
		require.Equal(t, 200, nurse.get(f.chart()+"/entries/Observation/"+f.lab).StatusCode)
		require.GreaterOrEqual(t, nurse.do("PUT", f.chart()+"/release", `{"days":3}`).StatusCode, 400, "read only")
		require.Contains(t, nurse.get("/api/v1/clinic/glass").body, f.rosa)

		// The officer hears of it at once; what they hear says nothing about whom.
		var told struct {
			Items []struct{ Kind, Ref, Patient string }
		}
		body := officer.get("/api/v1/notices")
		body.json(t, &told)
		require.Len(t, told.Items, 1)
		require.Equal(t, "oversight", told.Items[0].Kind)
		for _, word := range []string{f.rosa, "Rosa", "Nora", "unconscious"} {
			require.NotContains(t, body.body, word)
		}
		id := strings.TrimPrefix(told.Items[0].Ref, "glass/")

		type one struct {
			ID, Who, Patient, PatientName, Reason, State, Note string
			Opened                                             []struct{ What []string }
		}
		var list struct{ Items []one }
		officer.get("/api/v1/privacy/glass").json(t, &list)
		require.Len(t, list.Items, 1)
		require.Equal(t, one{ID: id, Who: "Nora", Patient: f.rosa, PatientName: "Rosa Marin", Reason: "He was brought in unconscious", State: "open"}, list.Items[0])
		for _, who := range []*someone{nurse, f.doctor, f.desk, f.admin, f.self, f.elena, f.app} {
			for _, path := range []string{"/api/v1/privacy/glass", "/api/v1/privacy/glass/" + id} {
				require.Equal(t, 403, who.get(path).StatusCode, who.name)
			}
			require.Equal(t, 403, who.do("POST", "/api/v1/privacy/glass/"+id+"/review", `{"justified":true,"note":"ok"}`).StatusCode)
		}
		var g one
		officer.get("/api/v1/privacy/glass/"+id).json(t, &g)
		require.Contains(t, fmt.Sprint(g.Opened), "results")
		require.Equal(t, 404, officer.get(f.chart()).StatusCode, "the officer reads what was opened, not the record")
		require.Equal(t, 204, officer.do("POST", "/api/v1/privacy/glass/"+id+"/review", `{"justified":false,"note":"She was not on duty"}`).StatusCode)
		officer.get("/api/v1/privacy/glass?reviewed=true").json(t, &list)
		require.Equal(t, "unjustified", list.Items[0].State)

		log := f.self.get(f.chart() + "/access").body
		require.Contains(t, log, `"emergency":true`)
		require.Contains(t, log, "He was brought in unconscious")

		require.Equal(t, 204, nurse.do("DELETE", glass, "").StatusCode)
		require.Equal(t, 404, nurse.get(f.chart()).StatusCode)
		require.Equal(t, 404, nurse.do("DELETE", glass, "").StatusCode)
		require.Equal(t, "step_up", nurse.late().do("POST", glass, reason).code())
		require.NotContains(t, n.log.String(), "unconscious")
	})
}
