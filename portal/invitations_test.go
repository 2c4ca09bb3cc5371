package portal_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/identity/passkeytest"
)

type wireMade struct {
	Invitation struct{ ID, Name, Kind, State string }
	Link       *struct{ URL, QR string }
}

func tokenIn(t *testing.T, url string) string {
	t.Helper()
	_, token, ok := strings.Cut(url, "#")
	require.True(t, ok, url)
	return token
}

func (b *browser) send(path string, body any) reply {
	b.n.t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(b.n.t, err)
	return b.do("POST", path, string(raw))
}

func TestWhoMayInvite(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		sam := n.patient("Sam", "Ortiz", "")
		f.join(f.desk, sam)
		f.join(f.doctor, sam)
		child := newID()
		n.put(fmt.Sprintf(`{"resourceType":"Patient","id":"%s","name":[{"family":"Ortiz","given":["Lou"]}],"birthDate":"%d-01-01"}`, child, time.Now().Year()-9))
		f.join(f.desk, child)
		app := n.token(f.doctor.account, "user/Patient.rs")
		patient := fmt.Sprintf(`{"kind":"patient","patient":"%s"}`, sam)
		staff := `{"kind":"staff","name":"Dr. New","roles":["clinician"]}`
		for _, c := range []struct {
			who    *someone
			body   string
			status int
		}{
			{f.anyone, patient, 401}, {f.self, patient, 403}, {f.elena, patient, 403}, {app, patient, 403},
			{f.stranger, patient, 404}, {f.desk, patient, 201}, {f.doctor, patient, 201}, {f.admin, patient, 201},
			{f.desk, staff, 403}, {f.doctor, staff, 403}, {f.self, staff, 403}, {f.admin, staff, 201},
			{f.desk, `{"kind":"caregiver","patient":"` + sam + `","name":"Ana Ortiz","birthDate":"1980-01-02"}`, 201},
			{f.stranger, `{"kind":"caregiver","patient":"` + sam + `","name":"Ana Ortiz","birthDate":"1980-01-02"}`, 404},
			{f.desk, `{"kind":"caregiver","patient":"` + sam + `","name":"Ana Ortiz"}`, 400},
			{f.admin, `{"kind":"patient","patient":"` + newID() + `"}`, 404},
			{f.desk, `{"kind":"patient","patient":"` + f.rosa + `"}`, 409},
			{f.desk, `{"kind":"patient"}`, 404},
			{f.desk, `{"kind":"patient","patient":"` + child + `"}`, 409},
			{f.desk, `{"kind":"caregiver","patient":"` + child + `","name":"Ana Ortiz","birthDate":"1980-01-02"}`, 201},
		} {
			r := c.who.do("POST", "/api/v1/clinic/invitations", c.body)
			require.Equal(t, c.status, r.StatusCode, c.who.name+" "+c.body+": "+r.body)
			if c.status != 201 {
				require.NotContains(t, r.body, "Ortiz", c.who.name)
			}
		}
		list := "/api/v1/clinic/invitations"
		require.Contains(t, f.desk.get(list).body, "Sam Ortiz")
		require.Contains(t, f.desk.get(list+"?patient="+sam).body, "Ana Ortiz")
		require.Contains(t, f.desk.get(list+"?patient="+f.rosa).body, `"hasAccount":true`)
		require.Contains(t, f.admin.get(list).body, "Dr. New")
		require.Contains(t, f.stranger.get(list).body, `"items":[]`, "only those of one's own patients")
		require.Equal(t, 404, f.stranger.get(list+"?patient="+sam).StatusCode)
		for _, who := range []*someone{f.self, f.elena, app} {
			require.Equal(t, 403, who.get(list).StatusCode, who.name)
		}
		var page struct{ Items []struct{ ID, Kind string } }
		f.desk.get(list+"?patient="+sam).json(t, &page)
		for _, i := range page.Items {
			require.Equal(t, 404, f.stranger.do("DELETE", list+"/"+i.ID, "").StatusCode)
			require.Equal(t, 404, f.stranger.do("POST", list+"/"+i.ID+"/again", `{"mail":false}`).StatusCode)
			require.Equal(t, 200, f.desk.do("POST", list+"/"+i.ID+"/again", `{"mail":false}`).StatusCode)
			require.Equal(t, 204, f.desk.do("DELETE", list+"/"+i.ID, "").StatusCode)
		}
		require.Contains(t, f.desk.get(list+"?patient="+sam).body, `"items":[]`)
		n.clock.Add(11 * time.Minute)
		require.Equal(t, "step_up", f.desk.do("POST", list, patient).code())

		rows, _, _, err := n.access.AccessLog(context.Background(), feed, sam, "", 100)
		require.NoError(t, err)
		seen := map[string]bool{}
		for _, r := range rows {
			seen[r.Who+" "+r.Action] = true
		}
		require.True(t, seen["Dana create"] && seen["Root create"] && seen["Gray refused"], "the patient sees who let somebody in: %v", seen)
	})
}

// A patient is invited at the desk, is let in by their date of birth, and chooses
// a passkey.
func TestAPatientComesByInvitation(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		sam := n.patient("Sam", "Ortiz", "")
		f.join(f.desk, sam)
		var made wireMade
		f.desk.do("POST", "/api/v1/clinic/invitations", `{"kind":"patient","patient":"`+sam+`","email":"sam@housecall.test"}`).json(t, &made)
		require.Equal(t, "Sam Ortiz", made.Invitation.Name)
		require.Contains(t, made.Link.QR, "data:image/png;base64,")
		token := tokenIn(t, made.Link.URL)

		b := n.browser()
		look := b.send("/auth/invitation/look", m{"token": token})
		require.Equal(t, 200, look.StatusCode)
		require.NotContains(t, look.body, "Ortiz", "the link alone names nobody")
		require.Contains(t, look.body, "Hill Clinic")
		require.Equal(t, "birth_date", b.send("/auth/invitation/confirm", m{"token": token, "birthDate": "1952-03-03"}).code())
		require.Equal(t, "confirm", b.send("/auth/invitation/passkey", m{"token": token}).code())
		ok := b.send("/auth/invitation/confirm", m{"token": token, "birthDate": "1952-03-02"})
		require.Contains(t, ok.body, `"name":"Sam Ortiz"`)
		require.Equal(t, "confirm", n.browser().send("/auth/invitation/passkey", m{"token": token}).code(), "another browser")
		key := passkeytest.New(n.base)
		options := b.send("/auth/invitation/passkey", m{"token": token})
		require.Equal(t, 200, options.StatusCode, options.body)
		var s stepReply
		b.send("/auth/invitation/finish", m{"token": token, "credential": json.RawMessage(key.Create(t, []byte(options.body)))}).json(t, &s)
		require.Equal(t, "/welcome", s.Next)
		b.arrive(s.Next)
		require.Equal(t, 200, b.do("GET", "/api/v1/charts/"+sam, "").StatusCode)
		require.Equal(t, 404, b.do("GET", "/api/v1/charts/"+f.rosa, "").StatusCode)
		require.Equal(t, "link", b.send("/auth/invitation/look", m{"token": token}).code())
		for _, word := range []string{token, "Ortiz", "1952-03"} {
			require.NotContains(t, n.log.String(), word, "nothing of it is in the log")
		}
		require.Equal(t, 200, b.do("POST", "/api/v1/me/recovery-codes", "").StatusCode)
		require.Contains(t, b.do("GET", "/api/v1/me/recovery-codes", "").body, `"left":10`)
		require.Contains(t, b.do("GET", "/api/v1/me/address", "").body, `"verified":false`)
	})
}

func TestTheDeskHelpsAPatientBackIn(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		ask := fmt.Sprintf(`{"patient":"%s","reason":"Passport seen at the desk"}`, f.rosa)
		for who, status := range map[*someone]int{f.self: 403, f.elena: 403, f.stranger: 404, f.doctor: 403, f.anyone: 401} {
			require.Equal(t, status, who.do("POST", "/api/v1/clinic/recoveries", ask).StatusCode, who.name)
		}
		require.Equal(t, 404, f.desk.do("POST", "/api/v1/clinic/recoveries", `{"email":"lee@housecall.test","reason":"Passport seen"}`).StatusCode, "the desk helps patients")
		var link struct{ URL string }
		f.desk.do("POST", "/api/v1/clinic/recoveries", ask).json(t, &link)
		token := tokenIn(t, link.URL)
		b := n.browser()
		require.Contains(t, b.send("/auth/invitation/look", m{"token": token}).body, `"purpose":"recovery"`)
		require.Equal(t, 200, b.send("/auth/invitation/confirm", m{"token": token, "birthDate": "1952-03-02"}).StatusCode)
		require.Equal(t, "reused", b.send("/auth/invitation/finish", m{"token": token, "password": secret}).code())
		var s stepReply
		b.send("/auth/invitation/finish", m{"token": token, "password": "eleven green lanterns"}).json(t, &s)
		b.arrive(s.Next)
		require.Equal(t, 200, b.do("GET", "/api/v1/charts/"+f.rosa, "").StatusCode)
		require.Equal(t, 401, f.self.get("/api/v1/me").StatusCode, "what was signed in has ended")

		f.admin.do("POST", "/api/v1/clinic/recoveries", `{"email":"lee@housecall.test","reason":"Staff badge seen"}`).json(t, &link)
		lee := n.browser()
		token = tokenIn(t, link.URL)
		require.Equal(t, 200, lee.send("/auth/invitation/confirm", m{"token": token}).StatusCode)
		lee.send("/auth/invitation/finish", m{"token": token, "password": "twelve grey lanterns"}).json(t, &s)
		require.Contains(t, s.Next, "/auth/login", "staff are not in by a password")
		require.Equal(t, http.StatusUnauthorized, lee.do("GET", "/api/v1/me", "").StatusCode)

		// The second step is set up before anything else, a passkey first.
		request := lee.begin("/clinic")
		s = lee.step("/auth/password", m{"request": request, "email": "lee@housecall.test", "password": "twelve grey lanterns"})
		require.NotEmpty(t, s.TOTP.Secret)
		key := passkeytest.New(n.base)
		options := lee.send("/auth/enroll/passkey/begin", m{"request": request})
		require.Equal(t, 200, options.StatusCode, options.body)
		s = lee.step("/auth/enroll/passkey/finish", m{"request": request, "credential": json.RawMessage(key.Create(t, []byte(options.body)))})
		require.Equal(t, "/clinic", lee.arrive(s.Next))
		request = n.browser().begin("/clinic")
		require.Equal(t, 410, lee.send("/auth/enroll/passkey/begin", m{"request": request}).StatusCode, "only where a password was given first")
		a, err := n.id.AccountByEmail(context.Background(), "lee@housecall.test")
		require.NoError(t, err)
		codes, err := n.id.NewRecoveryCodes(context.Background(), n.signedIn(a).principal())
		require.NoError(t, err)
		other := n.browser()
		request = other.begin("/clinic")
		s = other.step("/auth/password", m{"request": request, "email": "lee@housecall.test", "password": "twelve grey lanterns"})
		require.Equal(t, "passkey", s.Step)
		require.Equal(t, "wrong_code", other.send("/auth/totp", m{"request": request, "code": "123456"}).code())
		s = other.step("/auth/totp", m{"request": request, "code": codes[0]})
		require.Equal(t, "/clinic", other.arrive(s.Next), "a recovery code stands in for a passkey that was lost")
	})
}
