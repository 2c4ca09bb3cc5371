package portal_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/fault"
)

// holder is somebody in a browser who holds a link to a visit and has no account.
type holder struct {
	*someone
	page string // value of the cookie
	csrf string
}

type wireJoined struct {
	CSRF   string
	Clinic struct{ Name, Phone string }
	Visit  struct {
		wireVisit
		Patient     string
		Appointment wireAppointment
	}
}

func (h *holder) ask(method, path, body string, headers ...string) reply {
	h.node.t.Helper()
	if h.page != "" {
		headers = append(headers, "Cookie", h.node.id.PageCookieName()+"="+h.page)
	}
	if method != http.MethodGet && h.csrf != "" {
		headers = append(headers, "X-CSRF-Token", h.csrf, "Origin", h.node.base)
	}
	return h.do(method, "/api/join"+path, body, headers...)
}

// enter gives the date of birth, and takes the cookie.
func (h *holder) enter(token, birth string) reply {
	h.node.t.Helper()
	r := h.ask("POST", "/enter", fmt.Sprintf(`{"token":%q,"birthDate":%q}`, token, birth))
	for _, k := range r.Cookies() {
		if k.Name == h.node.id.PageCookieName() {
			require.True(h.node.t, k.HttpOnly && k.SameSite == http.SameSiteLaxMode && k.MaxAge == 0)
			h.page = k.Value
		}
	}
	return r
}

func (h *holder) see() wireJoined {
	h.node.t.Helper()
	var v wireJoined
	h.ask("GET", "/visit", "").json(h.node.t, &v)
	h.csrf = v.CSRF
	return v
}

func (n *node) byLink() *holder { return &holder{someone: n.nobody()} }

// A patient without an account comes to a visit by a link and their date of birth:
// from the paper to the seat in the room, and to nothing else.
func TestAPatientComesByALink(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute), time.Now().Add(26*time.Hour))
		slots := p.free(p.self).Days
		a := p.book(p.self, slots[0].Slots[0].ID, "Fear of cancer")
		at := p.chart() + "/visits/" + a.ID
		var made struct {
			State string
			Link  struct{ URL, QR string }
		}
		for _, who := range []*someone{p.self, p.elena, p.stranger} {
			require.Contains(t, []int{403, 404}, who.do("POST", at+"/link", "").StatusCode, who.name)
			require.Contains(t, []int{403, 404}, who.get(at+"/link").StatusCode, who.name)
		}
		require.Contains(t, p.desk.get(at+"/link").body, `"state":"none"`)
		for _, who := range []*someone{p.doctor, p.nurse, p.desk} {
			r := who.do("POST", at+"/link", "")
			require.Equal(t, 201, r.StatusCode, r.body)
			r.json(t, &made)
		}
		require.Equal(t, "open", made.State)
		require.True(t, strings.HasPrefix(made.Link.QR, "data:image/png;base64,"))
		require.NotContains(t, p.desk.get(at+"/link").body, made.Link.URL, "it is shown once")
		address, token, _ := strings.Cut(made.Link.URL, "#")
		require.Equal(t, n.base+"/join", address)

		// Opening it consumes nothing, and tells nothing of a person.
		rosa := n.byLink()
		require.Equal(t, 200, rosa.get("/join").StatusCode)
		for range 3 {
			r := rosa.ask("POST", "/look", fmt.Sprintf(`{"token":%q}`, token))
			require.Equal(t, 200, r.StatusCode, r.body)
			require.Contains(t, r.body, `"here":false,"triesLeft":5`)
			for _, hidden := range []string{"Rosa", "Hale", "Fear", a.ID, p.rosa} {
				require.NotContains(t, r.body, hidden)
			}
		}
		require.Equal(t, 410, rosa.ask("POST", "/look", fmt.Sprintf(`{"token":%q}`, strings.Repeat("a", 43))).StatusCode)
		require.Equal(t, 401, rosa.ask("GET", "/visit", "").StatusCode)
		r := rosa.enter(token, "1952-03-03")
		require.Equal(t, 400, r.StatusCode)
		require.Equal(t, "birth_date", r.code())
		require.Empty(t, rosa.page)
		require.Equal(t, 403, rosa.do("POST", "/api/join/enter", fmt.Sprintf(`{"token":%q,"birthDate":"1952-03-02"}`, token), "Origin", "https://other.example").StatusCode)
		require.Equal(t, 204, rosa.enter(token, "1952-03-02").StatusCode)
		require.Contains(t, rosa.ask("POST", "/look", fmt.Sprintf(`{"token":%q}`, token)).body, `"here":true`)

		// What opens is when and with whom, and not why.
		v := rosa.see()
		require.Equal(t, "Dr. Juniper Hale", v.Visit.Appointment.Practitioner.Name)
		require.Equal(t, "patient", v.Visit.Me.Role)
		require.Contains(t, v.Visit.PatientName, "Rosa")
		require.Empty(t, v.Visit.Appointment.Reason+v.Visit.Patient+v.Visit.Appointment.Patient+v.Visit.Note)
		require.NotContains(t, rosa.ask("GET", "/visit", "").body, p.rosa)
		rosa.see()

		// Not without the page's token, not from another site, not with anything else.
		require.Equal(t, 403, (&holder{someone: n.nobody(), page: rosa.page}).ask("POST", "/wait", "").StatusCode)
		require.Equal(t, 403, (&holder{someone: n.nobody(), page: rosa.page, csrf: p.self.csrf}).ask("POST", "/wait", "").StatusCode)
		for _, who := range []*someone{p.self, p.doctor, n.token(p.self.account, "patient/*.rs")} {
			require.Equal(t, 401, who.get("/api/join/visit").StatusCode, who.name)
		}
		for _, path := range []string{p.chart(), at, "/api/v1/me", p.chart() + "/appointments", "/live"} {
			thief := &someone{node: n, cookie: rosa.page, csrf: rosa.csrf}
			require.Contains(t, []int{401, 403}, thief.get(path).StatusCode, "as a session: %s", path)
			require.Contains(t, []int{401, 403}, n.nobody().do("GET", path, "", "Authorization", "Bearer "+rosa.page).StatusCode, "as a token: %s", path)
			require.Contains(t, []int{401, 403}, n.nobody().do("GET", path, "", "Cookie", n.id.PageCookieName()+"="+rosa.page).StatusCode, "as it is: %s", path)
		}

		// The waiting room, and the room.
		require.Equal(t, "consent", rosa.ask("POST", "/wait", "").code())
		require.Equal(t, 200, rosa.ask("POST", "/check", `{"camera":"ok","microphone":"ok","speaker":"ok","network":"ok"}`).StatusCode)
		require.Equal(t, 200, rosa.ask("POST", "/consent", `{"version":"2026-11"}`).StatusCode)
		require.Equal(t, 200, rosa.ask("POST", "/place", here).StatusCode)
		require.Equal(t, 200, rosa.ask("POST", "/wait", "").StatusCode)
		upgrade := []string{"Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}
		require.Equal(t, "origin", rosa.ask("GET", "/signal", "", append(upgrade, "Origin", "https://other.example")...).code())
		require.Equal(t, "origin", rosa.ask("GET", "/signal", "", upgrade...).code())
		who, err := n.id.PageOf(context.Background(), rosa.page)
		require.NoError(t, err)
		_, err = n.visits.SeatFor(context.Background(), who, p.rosa, a.ID)
		require.Equal(t, "not_admitted", fault.Of(err).Code)
		var seen wireVisit
		p.doctor.get(at).json(t, &seen)
		require.Len(t, seen.People, 1)
		require.Contains(t, seen.People[0].Name, "Rosa")
		require.Equal(t, "patient", seen.People[0].Role)
		require.Equal(t, "waiting", seen.People[0].State)
		seat := seen.People[0].Seat
		require.Equal(t, 200, p.doctor.do("POST", at+"/admit", `{"seat":"`+seat+`"}`).StatusCode)
		here, err := n.visits.SeatFor(context.Background(), who, p.rosa, a.ID)
		require.NoError(t, err)
		there, err := n.visits.SeatOf(context.Background(), who.Session, p.rosa, a.ID)
		require.NoError(t, err)
		require.Equal(t, here, there)
		require.Equal(t, seat, here.ID)
		require.False(t, here.Host)
		require.Equal(t, 201, rosa.ask("POST", "/chat", fmt.Sprintf(`{"id":%q,"text":"I hear nothing"}`, newID())).StatusCode)
		require.Contains(t, p.doctor.get(at+"/chat").body, "I hear nothing")
		require.Contains(t, rosa.ask("GET", "/chat", "").body, `"mine":true`)

		// Another visit of hers is not theirs.
		other := p.book(p.self, slots[1].Slots[0].ID, "Sleep")
		_, err = n.visits.Visit(context.Background(), who, p.rosa, other.ID)
		require.True(t, fault.Is(err, fault.NotFound))
		_, err = n.visits.SeatFor(context.Background(), who, p.rosa, other.ID)
		require.True(t, fault.Is(err, fault.NotFound))

		// Another browser is asked for the date again, takes the place of the one
		// before, and has to be let in anew.
		phone := n.byLink()
		require.Equal(t, 204, phone.enter(token, "1952-03-02").StatusCode)
		require.Equal(t, 401, rosa.ask("GET", "/visit", "").StatusCode)
		_, err = n.visits.SeatOf(context.Background(), who.Session, p.rosa, a.ID)
		require.True(t, fault.Is(err, fault.Unauthenticated))
		v = phone.see()
		require.Equal(t, "none", v.Visit.Me.State)
		require.Empty(t, v.Visit.Me.ConsentAt)
		require.Equal(t, 403, phone.ask("GET", "/chat", "").StatusCode)

		// Her own list of accesses tells of all that.
		log := p.self.get(p.chart() + "/access").body
		require.Contains(t, log, `"role":"link"`)
		require.NotContains(t, log, token)

		require.Equal(t, 204, p.desk.do("DELETE", at+"/link", "").StatusCode)
		require.Equal(t, 401, phone.ask("GET", "/visit", "").StatusCode)
		require.Equal(t, 410, phone.enter(token, "1952-03-02").StatusCode)
		require.Contains(t, p.desk.get(at+"/link").body, `"state":"none"`)
	})
}

// A visit that is moved takes its link along; one that is called off, or over, tells
// that and nothing more.
func TestALinkFollowsItsVisit(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		soon := time.Now().Add(26 * time.Hour).Truncate(time.Minute)
		later := soon.Add(2 * time.Hour)
		p := newPractice(t, n, soon, later)
		slots := p.slots() // of one day, or of two
		a := p.book(p.self, slots[0], "")
		at := p.chart() + "/visits/" + a.ID
		var made struct {
			Until time.Time
			Link  struct{ URL string }
		}
		p.desk.do("POST", at+"/link", "").json(t, &made)
		_, token, _ := strings.Cut(made.Link.URL, "#")
		rosa := n.byLink()
		require.Equal(t, 204, rosa.enter(token, "1952-03-02").StatusCode)
		rosa.see()
		require.Equal(t, 200, rosa.ask("POST", "/consent", `{"version":"2026-11"}`).StatusCode)
		require.Equal(t, 200, rosa.ask("POST", "/place", here).StatusCode)
		require.Equal(t, "early", rosa.ask("POST", "/wait", "").code())
		require.Equal(t, 200, p.self.do("POST", p.chart()+"/appointments/"+a.ID+"/reschedule", `{"slot":"`+slots[1]+`"}`).StatusCode)
		var now struct{ Until time.Time }
		p.desk.get(at+"/link").json(t, &now)
		require.Equal(t, made.Until.Add(2*time.Hour), now.Until)
		start, err := time.Parse(time.RFC3339, rosa.see().Visit.Appointment.Start)
		require.NoError(t, err)
		require.WithinDuration(t, later, start, 0)
		require.Equal(t, 200, p.self.do("POST", p.chart()+"/appointments/"+a.ID+"/cancel", `{"reason":"I am well again"}`).StatusCode)
		v := rosa.see()
		require.Equal(t, "cancelled", v.Visit.Appointment.Status)
		require.NotContains(t, rosa.ask("GET", "/visit", "").body, "well again")
		require.Equal(t, "cancelled", rosa.ask("POST", "/consent", `{"version":"2026-11"}`).code())
		require.Equal(t, 409, p.desk.do("POST", at+"/link", "").StatusCode)
	})
}
