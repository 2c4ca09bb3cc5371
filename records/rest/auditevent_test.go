package rest_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/identity"
	"housecall/records/fhir"
)

func TestAuditEvents(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		obs := newID()
		require.Equal(t, 201, s.put(observation(obs, "Patient/"+s.rosa, 5.1)).StatusCode)
		require.Equal(t, 200, s.do(s.doctor, "GET", "/fhir/Observation/"+obs, "").StatusCode)
		require.Equal(t, 404, s.do(s.stranger, "GET", "/fhir/Observation/"+obs, "").StatusCode)
		day := time.Now().UTC().Format(time.DateOnly)

		b := s.do(s.self, "GET", "/fhir/AuditEvent?patient=Patient/"+s.rosa+"&date=ge"+day, "").bundle(t)
		require.NotEmpty(t, b.Entry)
		read, refused := "", 0
		for _, e := range b.Entry {
			n, err := fhir.Parse(e.Resource)
			require.NoError(t, err)
			require.Empty(t, fhir.Validate(n), string(e.Resource))
			text := string(e.Resource)
			require.Contains(t, text, "Patient/"+s.rosa)
			require.NotContains(t, text, "5.1")
			require.NotContains(t, text, `"network"`, "the address is the privacy officer's to see")
			if strings.Contains(text, `"Lee"`) && strings.Contains(text, obs) {
				read = text
			}
			if strings.Contains(text, `"outcome":"4"`) {
				refused++
			}
		}
		require.Contains(t, read, `"action":"R"`)
		require.Contains(t, read, `"code":"TREAT"`)
		require.Equal(t, 1, refused)
		var one struct{ ID string }
		require.NoError(t, json.Unmarshal([]byte(read), &one))
		require.JSONEq(t, read, s.do(s.self, "GET", "/fhir/AuditEvent/"+one.ID, "").body)

		// Whoever may not see the list finds neither it nor a row of it.
		for _, who := range []string{s.elena, s.doctor, s.stranger, s.admin, s.desk} {
			require.Equal(t, 404, s.do(who, "GET", "/fhir/AuditEvent?patient="+s.rosa, "").StatusCode)
			require.Equal(t, 404, s.do(who, "GET", "/fhir/AuditEvent/"+one.ID, "").StatusCode)
			require.Equal(t, 404, s.do(who, "GET", "/fhir/AuditEvent", "").StatusCode)
		}
		require.Equal(t, 404, s.do(s.self, "GET", "/fhir/AuditEvent?patient="+s.ben, "").StatusCode)
		require.Equal(t, 404, s.do(s.self, "GET", "/fhir/AuditEvent", "").StatusCode)
		narrow, err := s.id.IssueToken(context.Background(), "", "lab", []string{"system/Observation.rs"}, time.Hour)
		require.NoError(t, err)
		require.Equal(t, 403, s.do(narrow, "GET", "/fhir/AuditEvent", "").StatusCode)
		require.Equal(t, 403, s.do(narrow, "GET", "/fhir/AuditEvent/"+one.ID, "").StatusCode)
		require.Equal(t, 403, s.do(narrow, "GET", "/fhir/AuditEvent/7-7", "").StatusCode, "whether it is there or not")
		require.Equal(t, 401, s.do("", "GET", "/fhir/AuditEvent", "").StatusCode)

		// The privacy officer and a system with the scope see all of it, page by page.
		officer, err := s.id.CreateAccount(context.Background(), identity.NewAccount{Email: "p@housecall.test", Name: "Priv", Kind: identity.Staff, Roles: []identity.Role{identity.Privacy}})
		require.NoError(t, err)
		token, err := s.id.IssueToken(context.Background(), officer.ID, "", []string{"user/AuditEvent.rs"}, time.Hour)
		require.NoError(t, err)
		for _, who := range []string{token, s.feed} {
			seen, at := map[string]bool{}, "/fhir/AuditEvent?_count=5&date="+day
			for pages := 0; at != "" && pages < 20; pages++ {
				b := s.do(who, "GET", at, "").bundle(t)
				for _, e := range b.Entry {
					seen[e.FullURL] = true
				}
				at = b.link("next")
			}
			require.Greater(t, len(seen), 10)
		}
		require.Empty(t, s.do(token, "GET", "/fhir/AuditEvent?date=lt2001-01-01", "").bundle(t).Entry)
		for _, bad := range []string{"colour=red", "date=yesterday", "date=xx2026-01-01", "_count=x", "patient=", "_sort=agent", "patient=Group/1"} {
			require.Equal(t, 400, s.do(token, "GET", "/fhir/AuditEvent?"+bad, "").StatusCode, bad)
		}
		for _, method := range []string{"POST", "PUT", "DELETE"} {
			path := "/fhir/AuditEvent"
			if method != "POST" {
				path += "/" + newID()
			}
			require.GreaterOrEqual(t, s.do(s.feed, method, path, `{"resourceType":"AuditEvent"}`).StatusCode, 400, "nobody writes it")
		}
	})
}
