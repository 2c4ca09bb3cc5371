package portal_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/identity"
	"housecall/records/access"
)

// A caregiver asks, the front desk finds the record, the privacy officer looks at
// the document and gives; the caregiver hears of it, and of nothing before.
func TestAskingTheClinicForAccess(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		officer := n.signedIn(n.account("Penny", identity.Staff, "", identity.Privacy))
		carl := n.signedIn(n.account("Carl", identity.Person, ""))
		until := time.Now().Add(aYear).Format(time.DateOnly)
		const asks = "/api/v1/me/requests"
		ask := func(name, born, basis string) reply {
			return carl.do("POST", asks, fmt.Sprintf(`{"patientName":"%s","birthDate":"%s","relation":"mother","basis":"%s"}`, name, born, basis))
		}
		require.Equal(t, 400, ask("", "1952-03-02", "guardian").StatusCode)
		require.Equal(t, 400, ask("Rosa", "1952", "guardian").StatusCode)
		require.Equal(t, 422, ask("Rosa", "1952-03-02", "consent").StatusCode, "consent is the patient's to give")
		require.Equal(t, 401, n.nobody().do("POST", asks, `{}`).StatusCode)
		require.Equal(t, 403, f.app.do("POST", asks, `{"patientName":"A","birthDate":"1952-03-02","relation":"x","basis":"guardian"}`).StatusCode)

		var real, none struct{ ID, State string }
		there, nowhere := ask("Rosa Marin", "1952-03-02", "guardian"), ask("No Body", "1901-01-01", "guardian")
		there.json(t, &real)
		nowhere.json(t, &none)
		require.Equal(t, there.StatusCode, nowhere.StatusCode)
		said := func(r reply) (of map[string]any) {
			r.json(t, &of)
			for _, theirs := range []string{"id", "createdAt", "patientName", "birthDate"} {
				require.NotEmpty(t, of[theirs])
				delete(of, theirs)
			}
			return of
		}
		require.Equal(t, said(there), said(nowhere), "the same answer whoever there is")
		require.Equal(t, 201, ask("A Third", "1950-01-01", "parent").StatusCode)
		require.Equal(t, 429, ask("A Fourth", "1950-01-01", "parent").StatusCode)

		evidence := asks + "/" + real.ID + "/evidence"
		require.Equal(t, 404, f.elena.do("PUT", evidence, "%PDF-1.4 court order", "Content-Type", "application/pdf").StatusCode)
		require.Equal(t, 400, carl.do("PUT", evidence, "just words", "Content-Type", "text/plain").StatusCode)
		require.Equal(t, 204, carl.do("PUT", evidence, "%PDF-1.4 court order", "Content-Type", "application/pdf", "Content-Disposition", `attachment; filename="order.pdf"`).StatusCode)
		require.Equal(t, 409, carl.do("PUT", evidence, "%PDF-1.4 another", "Content-Type", "application/pdf").StatusCode)

		work := "/api/v1/clinic/access-requests"
		for _, who := range []*someone{f.self, carl, f.admin} {
			require.Equal(t, 403, who.get(work).StatusCode, who.name)
			require.Equal(t, 403, who.get(work+"/"+real.ID+"/evidence").StatusCode, who.name)
			require.Equal(t, 403, who.do("POST", work+"/"+real.ID+"/match", `{"patient":"`+f.rosa+`"}`).StatusCode, who.name)
		}
		require.Contains(t, f.desk.get(work).body, "Rosa Marin")
		give := fmt.Sprintf(`{"patient":"%s","sees":["conditions","medicines"],"can":["medicines"],"sensitive":false,"until":"%s","evidence":"Court order 26-118, seen"}`, f.rosa, until)
		require.Equal(t, 409, officer.do("POST", work+"/"+real.ID+"/approve", give).StatusCode, "nobody said whose record it is")
		require.Equal(t, 404, f.stranger.do("POST", work+"/"+real.ID+"/match", `{"patient":"`+f.rosa+`"}`).StatusCode, "not a record of theirs")
		require.Equal(t, 404, officer.do("POST", work+"/"+real.ID+"/match", `{"patient":"`+f.rosa+`"}`).StatusCode, "a privacy officer opens no record")
		require.Equal(t, 204, f.desk.do("POST", work+"/"+real.ID+"/match", `{"patient":"`+f.rosa+`"}`).StatusCode)
		require.NotContains(t, f.stranger.get(work).body, "Rosa Marin", "now it is about a record that is not theirs")
		require.Contains(t, officer.get(work).body, `"foundBirth":"1952-03-02"`)
		require.Equal(t, "%PDF-1.4 court order", officer.get(work+"/"+real.ID+"/evidence").body)
		require.Equal(t, 404, f.stranger.get(work+"/"+real.ID+"/evidence").StatusCode)
		require.Equal(t, 404, carl.get(f.chart()).StatusCode)
		require.NotContains(t, carl.get(asks).body, f.rosa)

		require.Equal(t, 403, f.desk.do("POST", work+"/"+real.ID+"/approve", give).StatusCode)
		require.Equal(t, 404, f.stranger.do("POST", work+"/"+real.ID+"/approve", give).StatusCode)
		require.Equal(t, 204, officer.do("POST", work+"/"+real.ID+"/approve", give).StatusCode)
		require.Equal(t, 409, officer.do("POST", work+"/"+real.ID+"/approve", give).StatusCode)
		chart := carl.get(f.chart()).body
		require.Contains(t, chart, "diabetes")
		require.NotContains(t, chart, "depression")
		require.NotContains(t, chart, `"number":5.3`)
		require.Contains(t, carl.get(asks).body, `"state":"approved"`)
		require.Contains(t, carl.get("/api/v1/notices").body, `"kind":"sharing"`)
		gs, err := n.access.GrantsOf(context.Background(), feed, f.rosa)
		require.NoError(t, err)
		kept := access.Grant{}
		for _, g := range gs {
			if g.Name == "Carl" {
				kept = g
			}
		}
		require.Equal(t, access.Guardian, kept.Basis)
		require.Equal(t, officer.account.ID, kept.CheckedBy)
		require.Contains(t, kept.Evidence, "Court order 26-118")
		require.Contains(t, kept.Evidence, real.ID)
		require.WithinDuration(t, time.Now(), kept.CheckedAt, time.Minute)

		require.Equal(t, 422, officer.do("POST", work+"/"+none.ID+"/refuse", `{"reason":""}`).StatusCode)
		require.Equal(t, 204, officer.do("POST", work+"/"+none.ID+"/refuse", `{"reason":"Please call us."}`).StatusCode)
		require.Contains(t, carl.get(asks).body, "Please call us.")
		require.NotContains(t, n.log.String(), "Marin")
	})
}

// Who asks does not answer, and a matched request without its document is nothing.
func TestNobodyApprovesTheirOwnRequest(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		var made struct{ ID string }
		f.doctor.do("POST", "/api/v1/me/requests", `{"patientName":"Rosa Marin","birthDate":"1952-03-02","relation":"mother","basis":"power-of-attorney"}`).json(t, &made)
		work := "/api/v1/clinic/access-requests/" + made.ID
		match := `{"patient":"` + f.rosa + `"}`
		require.Equal(t, 404, f.doctor.do("POST", work+"/match", match).StatusCode)
		require.Equal(t, 204, f.desk.do("POST", work+"/match", match).StatusCode)
		other := n.signedIn(n.account("Quill", identity.Staff, "", identity.Nurse))
		f.join(other, f.rosa)
		give := fmt.Sprintf(`{"patient":"%s","sees":["conditions"],"can":[],"sensitive":false,"until":"%s","evidence":"seen"}`, f.rosa, time.Now().Add(aYear).Format(time.DateOnly))
		require.Equal(t, 400, other.do("POST", work+"/approve", give).StatusCode, "no document")
		require.Equal(t, 404, f.doctor.do("POST", work+"/approve", give).StatusCode)
		require.Equal(t, 204, f.doctor.do("DELETE", "/api/v1/me/requests/"+made.ID, "").StatusCode)
		require.Equal(t, 409, other.do("POST", work+"/approve", give).StatusCode)
		n.clock.Add(11 * time.Minute)
		require.Equal(t, "step_up", other.do("POST", work+"/refuse", `{"reason":"no"}`).code())
	})
}
