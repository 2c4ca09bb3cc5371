package portal_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/fault"
	"housecall/records/access/audittest"
	"housecall/telehealth"
)

type wireGuestLink struct {
	ID, Name, Relation, Role, State string
	SelfNamed                       bool
	Until                           time.Time
	Link                            struct{ URL, QR string }
}

// asks makes an invitation by a link, and gives the secret as well.
func (p *practice) asks(who *someone, at, body string) (g wireGuestLink, token string) {
	p.t.Helper()
	r := who.do("POST", at+"/guest-links", body)
	require.Equal(p.t, 201, r.StatusCode, r.body)
	r.json(p.t, &g)
	_, token, _ = strings.Cut(g.Link.URL, "#")
	return g, token
}

func (h *holder) comes(token, name, relation string) reply {
	h.node.t.Helper()
	r := h.ask("POST", "/enter", fmt.Sprintf(`{"token":%q,"guest":true,"name":%q,"relation":%q}`, token, name, relation))
	for _, k := range r.Cookies() {
		if k.Name == h.node.id.PageCookieName() {
			h.page = k.Value
		}
	}
	return r
}

// waits goes on to the waiting room, and gives the seat.
func (h *holder) waits() string {
	h.node.t.Helper()
	h.see()
	require.Equal(h.node.t, 200, h.ask("POST", "/consent", `{"version":"`+telehealth.ConsentVersion+`"}`).StatusCode)
	r := h.ask("POST", "/wait", "")
	require.Equal(h.node.t, 200, r.StatusCode, r.body)
	return h.see().Visit.Me.Seat
}

func seatOf(seat string) string { return `{"seat":"` + seat + `"}` }

// Somebody without an account comes to one visit by a link: they say who they are or
// were said to be, are let in by hand, and find nothing but the room.
func TestAGuestComesByALink(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		a := p.book(p.self, p.slots()[0], "Fear of cancer")
		at := p.at(a)
		for _, who := range []*someone{p.elena, p.stranger, p.desk} {
			require.Contains(t, []int{403, 404}, who.do("POST", at+"/guest-links", `{}`).StatusCode, who.name)
			require.Contains(t, []int{403, 404}, who.get(at+"/guest-links").StatusCode, who.name)
		}
		require.Equal(t, 400, p.self.do("POST", at+"/guest-links", `{"name":"`+strings.Repeat("a", 81)+`"}`).StatusCode)
		made, token := p.asks(p.self, at, `{"relation":"friend"}`)
		require.Equal(t, "invited", made.State)
		require.Empty(t, made.Name)
		require.True(t, strings.HasPrefix(made.Link.URL, n.base+"/join#"))
		require.NotContains(t, p.self.get(at+"/guest-links").body, token, "it is shown once")

		// Opening it consumes nothing, and tells nothing of a person.
		carmen := n.byLink()
		look := func(h *holder) string {
			r := h.ask("POST", "/look", fmt.Sprintf(`{"token":%q}`, token))
			require.Equal(t, 200, r.StatusCode, r.body)
			for _, hidden := range []string{"Rosa", "Hale", "Fear", "Carmen", a.ID, p.rosa} {
				require.NotContains(t, r.body, hidden)
			}
			return r.body
		}
		for range 3 {
			require.Contains(t, look(carmen), `"guest":true,"unnamed":true`)
		}
		require.Equal(t, "name", carmen.comes(token, "  ", "").code())
		require.Equal(t, 404, carmen.enter(token, "1952-03-02").StatusCode, "it is not the patient's link")
		require.Empty(t, carmen.page)
		require.Equal(t, 204, carmen.comes(token, "Carmen  Ruiz", "friend").StatusCode)
		require.NotContains(t, look(carmen), "unnamed")

		// Before they are let in: when, and with whom of the clinic.
		v := carmen.see().Visit
		require.Equal(t, "guest", v.Me.Role)
		require.Equal(t, "Dr. Juniper Hale", v.Appointment.Practitioner.Name)
		require.Empty(t, v.PatientName+v.Appointment.Reason+v.Patient+v.Appointment.Patient+v.Note)
		seat := carmen.waits()
		p.agree(p.self, a)
		rosas := p.step(p.self, a, "/wait", "").Me.Seat
		body := carmen.ask("GET", "/visit", "").body
		for _, hidden := range []string{"Rosa", "Fear", p.rosa} {
			require.NotContains(t, body, hidden)
		}
		who, err := n.id.PageOf(context.Background(), carmen.page)
		require.NoError(t, err)
		_, err = n.visits.SeatFor(context.Background(), who, p.rosa, a.ID)
		require.Equal(t, "not_admitted", fault.Of(err).Code)

		// The host is told that nobody else vouches for the name.
		var seen struct {
			People []struct {
				Seat, Name, Role, Relation   string
				SelfNamed, OtherDevice, Host bool
			}
		}
		p.doctor.get(at).json(t, &seen)
		require.Len(t, seen.People, 2)
		for _, one := range seen.People {
			if one.Seat == seat {
				require.Equal(t, "Carmen Ruiz guest friend", one.Name+" "+one.Role+" "+one.Relation)
				require.True(t, one.SelfNamed && !one.OtherDevice && !one.Host)
			}
		}

		// Let in, they read the names of those in the room, and what is written from then on.
		p.step(p.doctor, a, "/admit", seatOf(rosas))
		require.Equal(t, 201, p.self.do("POST", at+"/chat", fmt.Sprintf(`{"id":%q,"text":"Is it cancer?"}`, newID())).StatusCode)
		require.NotContains(t, carmen.ask("GET", "/chat", "").body, "cancer", "at the door")
		p.step(p.doctor, a, "/admit", seatOf(seat))
		require.Equal(t, 201, p.doctor.do("POST", at+"/chat", fmt.Sprintf(`{"id":%q,"text":"Welcome"}`, newID())).StatusCode)
		chat := carmen.ask("GET", "/chat", "").body
		require.Contains(t, chat, "Welcome")
		require.NotContains(t, chat, "cancer")
		require.Equal(t, "Rosa", strings.Fields(carmen.see().Visit.PatientName)[0])
		_, err = n.visits.SeatFor(context.Background(), who, p.rosa, a.ID)
		require.NoError(t, err)

		// Nothing else opens by their cookie, whatever is asked for, and however it is sent.
		for _, path := range []string{
			"/api/v1/me", p.chart(), p.chart() + "/timeline", p.chart() + "/appointments", at, at + "/note", at + "/summary", at + "/guest-links", "/api/v1/agenda",
			"/api/v1/clinic/day", "/fhir/Patient/" + p.rosa, "/fhir/Appointment/" + a.ID, "/live", "/visits/" + a.ID + "/signal", "/mobile/v1/bootstrap",
		} {
			r := n.nobody().do("GET", path, "", "Cookie", n.id.PageCookieName()+"="+carmen.page)
			require.Contains(t, []int{400, 401, 403, 404}, r.StatusCode, path)
			require.NotContains(t, r.body, "Rosa")
		}
		for _, path := range []string{p.chart(), at} {
			require.Equal(t, 401, (&someone{node: n, cookie: carmen.page, csrf: carmen.csrf}).get(path).StatusCode, path)
			require.Equal(t, 401, n.nobody().do("GET", path, "", "Authorization", "Bearer "+carmen.page).StatusCode, path)
		}
		for _, path := range []string{"/start", "/end", "/admit", "/mute", "/remove", "/lock", "/spotlight", "/lead", "/guest-links", "/link", "/note"} {
			require.Contains(t, []int{401, 404, 405}, carmen.ask("POST", path, seatOf(rosas)).StatusCode, path)
		}
		for _, f := range []func() error{
			func() error { _, err := n.visits.Admit(context.Background(), who, p.rosa, a.ID, rosas); return err },
			func() error { _, err := n.visits.Mute(context.Background(), who, p.rosa, a.ID, ""); return err },
			func() error { _, err := n.visits.Remove(context.Background(), who, p.rosa, a.ID, rosas); return err },
			func() error { _, err := n.visits.Note(context.Background(), who, p.rosa, a.ID); return err },
			func() error { _, err := n.visits.GuestLinks(context.Background(), who, p.rosa, a.ID); return err },
			func() error { _, err := n.visits.Summary(context.Background(), who, p.rosa, a.ID); return err },
			func() error {
				_, _, err := n.visits.InviteByLink(context.Background(), who, p.rosa, a.ID, telehealth.GuestIn{})
				return err
			},
		} {
			require.Contains(t, []fault.Kind{fault.Forbidden, fault.NotFound}, fault.KindOf(f()))
		}

		// Another device takes the place, and is let in anew; the host is told so.
		phone := n.byLink()
		require.Equal(t, 204, phone.comes(token, "Dr. Hale", "").StatusCode)
		require.Equal(t, 401, carmen.ask("GET", "/visit", "").StatusCode)
		_, err = n.visits.SeatOf(context.Background(), who.Session, p.rosa, a.ID)
		require.True(t, fault.Is(err, fault.Unauthenticated))
		require.Equal(t, 403, phone.ask("GET", "/chat", "").StatusCode)
		require.Equal(t, seat, phone.waits())
		p.doctor.get(at).json(t, &seen)
		for _, one := range seen.People {
			if one.Seat == seat {
				require.Equal(t, "Carmen Ruiz", one.Name, "who they are was said once")
				require.True(t, one.OtherDevice)
			}
		}

		// It is over: nothing is there any more, and the patient's log tells who was.
		p.step(p.doctor, a, "/admit", seatOf(seat))
		p.step(p.doctor, a, "/end", "")
		require.Equal(t, 410, phone.ask("GET", "/visit", "").StatusCode)
		require.Equal(t, 410, phone.ask("GET", "/chat", "").StatusCode)
		require.Equal(t, 410, phone.ask("POST", "/look", fmt.Sprintf(`{"token":%q}`, token)).StatusCode)
		require.Equal(t, 410, phone.comes(token, "", "").StatusCode)
		log := p.self.get(p.chart() + "/access").body
		require.Contains(t, log, `"role":"guest"`)
		require.Contains(t, log, "Carmen Ruiz")
		require.NotContains(t, log, token)
	})
}

// An invitation is taken back, moved and called off with its visit, and one that is made
// anew ends the link before.
func TestAGuestsLinkFollowsItsVisit(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		soon := time.Now().Add(26 * time.Hour).Truncate(time.Minute)
		p := newPractice(t, n, soon, soon.Add(2*time.Hour))
		slots := p.slots()
		a := p.book(p.self, slots[0], "")
		at := p.at(a)
		made, token := p.asks(p.nurse, at, `{"name":"Ivo","role":"interpreter"}`)
		require.Equal(t, "interpreter", made.Role)
		ivo := n.byLink()
		require.Equal(t, 204, ivo.comes(token, "", "").StatusCode)
		require.Equal(t, "interpreter", ivo.see().Visit.Me.Role)
		require.Equal(t, 200, p.self.do("POST", p.chart()+"/appointments/"+a.ID+"/reschedule", `{"slot":"`+slots[1]+`"}`).StatusCode)
		var all struct{ Items []wireGuestLink }
		p.self.get(at+"/guest-links").json(t, &all)
		require.Len(t, all.Items, 1)
		require.Equal(t, "opened", all.Items[0].State)
		require.Equal(t, made.Until.Add(2*time.Hour), all.Items[0].Until)
		require.Equal(t, 200, ivo.ask("GET", "/visit", "").StatusCode)

		r := p.self.do("POST", at+"/guest-links/"+made.ID, "")
		require.Equal(t, 201, r.StatusCode, r.body)
		var again wireGuestLink
		r.json(t, &again)
		_, fresh, _ := strings.Cut(again.Link.URL, "#")
		require.Equal(t, 401, ivo.ask("GET", "/visit", "").StatusCode)
		require.Equal(t, 410, ivo.comes(token, "", "").StatusCode)
		require.Equal(t, 204, ivo.comes(fresh, "", "").StatusCode)
		require.Equal(t, 404, p.stranger.do("DELETE", at+"/guest-links/"+made.ID, "").StatusCode)
		require.Equal(t, 204, p.self.do("DELETE", at+"/guest-links/"+made.ID, "").StatusCode)
		require.Equal(t, 401, ivo.ask("GET", "/visit", "").StatusCode)
		require.Equal(t, 410, ivo.comes(fresh, "", "").StatusCode)
		require.Equal(t, 404, p.self.do("DELETE", at+"/guest-links/"+made.ID, "").StatusCode)

		_, token = p.asks(p.self, at, `{"name":"Mara"}`)
		mara := n.byLink()
		require.Equal(t, 204, mara.comes(token, "", "").StatusCode)
		mara.see()
		require.Equal(t, 200, p.self.do("POST", p.chart()+"/appointments/"+a.ID+"/cancel", `{}`).StatusCode)
		require.Equal(t, 410, mara.ask("GET", "/visit", "").StatusCode)
		require.Equal(t, 410, mara.comes(token, "", "").StatusCode)
		require.Equal(t, 409, p.self.do("POST", at+"/guest-links", `{}`).StatusCode)
		for _, r := range audittest.Of(t, n.db, p.rosa) {
			require.NotContains(t, string(r.Body), token)
		}
	})
}
