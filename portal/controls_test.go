package portal_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/fault"
	"housecall/records/access"
	"housecall/records/access/audittest"
	"housecall/telehealth/signal"
)

type wireRoom struct {
	Me struct {
		Seat, State    string
		Host, Controls bool
	}
	Room struct {
		Lead, Spotlight string
		Ready, Locked   bool
	}
	People []struct{ Seat, Name, State string }
}

func (p *practice) room(who *someone, a wireAppointment) (v wireRoom) {
	p.t.Helper()
	who.get(p.at(a)).json(p.t, &v)
	return v
}

func (p *practice) seat(who *someone, a wireAppointment) (signal.Seat, error) {
	p.t.Helper()
	return p.node.visits.SeatFor(context.Background(), who.principal(), p.rosa, a.ID)
}

// Who is removed does not come back to this visit by whatever way, unless a host lets
// them in again.
func TestWhoWasRemovedDoesNotComeBack(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		p.regrant(access.Everything, access.PowerVisits)
		a := p.book(p.self, p.slots()[0], "Tired")
		p.agree(p.elena, a)
		elenas := p.step(p.elena, a, "/wait", "").Me.Seat
		p.step(p.doctor, a, "/admit", seatOf(elenas))
		made, token := p.asks(p.doctor, p.at(a), `{"name":"Ivo","role":"interpreter"}`)
		ivo := n.byLink()
		require.Equal(t, 204, ivo.comes(token, "", "").StatusCode)
		ivos := ivo.waits()
		p.step(p.doctor, a, "/admit", seatOf(ivos))
		for _, who := range []*someone{p.elena, p.self} {
			require.Equal(t, 403, who.do("POST", p.at(a)+"/remove", seatOf(ivos)).StatusCode, who.name)
		}
		for _, seat := range []string{elenas, ivos} {
			p.step(p.doctor, a, "/remove", seatOf(seat))
		}

		// A reload, a socket, the waiting room, a statement of consent.
		_, err := p.seat(p.elena, a)
		require.Equal(t, "removed", fault.Of(err).Code)
		require.Equal(t, "removed", p.room(p.elena, a).Me.State)
		p.agree(p.elena, a)
		require.Equal(t, "removed", p.elena.do("POST", p.at(a)+"/wait", "").code())
		require.Equal(t, "not_admitted", p.elena.get(p.at(a)+"/chat").code())
		require.Equal(t, 200, p.elena.do("DELETE", p.at(a)+"/wait", "").StatusCode)
		require.Equal(t, "removed", p.room(p.elena, a).Me.State)
		require.Equal(t, "removed", ivo.ask("POST", "/wait", "").code())

		// The link on another device, and a new link of the same invitation.
		phone := n.byLink()
		require.Equal(t, 204, phone.comes(token, "", "").StatusCode)
		require.Equal(t, "removed", phone.see().Visit.Me.State)
		require.Equal(t, 200, phone.ask("POST", "/consent", `{"version":"2026-11"}`).StatusCode)
		require.Equal(t, "removed", phone.ask("POST", "/wait", "").code())
		var again wireGuestLink
		p.self.do("POST", p.at(a)+"/guest-links/"+made.ID, "").json(t, &again)
		require.Equal(t, "removed", again.State)
		require.Equal(t, 204, phone.comes(again.Link.URL[len(n.base+"/join#"):], "", "").StatusCode)
		require.Equal(t, "removed", phone.see().Visit.Me.State)
		require.Equal(t, "removed", phone.ask("POST", "/wait", "").code())

		// The hosts see who was removed, the others do not, and one of the hosts lets them in again.
		require.Len(t, p.room(p.doctor, a).People, 3)
		require.NotContains(t, p.self.get(p.at(a)).body, "Ivo")
		p.step(p.nurse, a, "/admit", seatOf(elenas))
		_, err = p.seat(p.elena, a)
		require.NoError(t, err)
		p.step(p.doctor, a, "/remove", seatOf(elenas))
		p.step(p.doctor, a, "/end", "")
		require.Equal(t, "not_admitted", p.elena.get(p.at(a)+"/chat").code())
	})
}

// Those who hold the visit mute, lock, choose who is large; nobody else does, and all of
// it is in the log.
func TestTheControlsOfARoom(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		p.regrant(access.Everything, access.PowerVisits)
		a := p.book(p.self, p.slots()[0], "Tired")
		for _, who := range []*someone{p.self, p.elena} {
			p.agree(who, a)
		}
		rosas := p.step(p.self, a, "/wait", "").Me.Seat
		require.Equal(t, "not_live", p.doctor.do("POST", p.at(a)+"/mute", `{"seat":""}`).code())
		p.step(p.doctor, a, "/admit", seatOf(rosas))
		doctors := p.room(p.doctor, a).Me.Seat
		for _, path := range []string{"/mute", "/remove", "/spotlight", "/lead"} {
			require.Equal(t, 403, p.self.do("POST", p.at(a)+path, seatOf(rosas)).StatusCode, path)
			require.Contains(t, []int{403, 404}, p.stranger.do("POST", p.at(a)+path, seatOf(rosas)).StatusCode, path)
			require.Contains(t, []int{403, 404}, p.desk.do("POST", p.at(a)+path, seatOf(rosas)).StatusCode, path)
		}
		require.Equal(t, 403, p.self.do("POST", p.at(a)+"/lock", `{"on":true}`).StatusCode)

		// A locked room: nobody new waits, but the patient and who hosts.
		p.step(p.doctor, a, "/lock", `{"on":true}`)
		require.True(t, p.room(p.self, a).Room.Locked)
		require.Equal(t, "locked", p.elena.do("POST", p.at(a)+"/wait", "").code())
		require.Equal(t, 409, p.doctor.do("POST", p.at(a)+"/admit", seatOf(newID())).StatusCode)
		p.step(p.doctor, a, "/return", seatOf(rosas))
		require.Equal(t, 200, p.self.do("DELETE", p.at(a)+"/wait", "").StatusCode)
		require.Equal(t, "waiting", p.step(p.self, a, "/wait", "").Me.State)
		p.step(p.doctor, a, "/admit", seatOf(rosas))
		p.step(p.nurse, a, "/start", "")
		p.step(p.doctor, a, "/lock", `{"on":false}`)
		elenas := p.step(p.elena, a, "/wait", "").Me.Seat
		p.step(p.doctor, a, "/admit", seatOf(elenas))

		// Muted: one, or all who do not host. The room is told each time anew.
		muted := func(who *someone) int64 {
			t.Helper()
			seat, err := p.seat(who, a)
			require.NoError(t, err)
			if seat.Muted != 0 {
				require.Equal(t, doctors, seat.MutedBy)
			}
			return seat.Muted
		}
		p.step(p.doctor, a, "/mute", seatOf(rosas))
		first := muted(p.self)
		require.NotZero(t, first)
		require.Zero(t, muted(p.elena))
		p.step(p.doctor, a, "/mute", `{"seat":""}`)
		require.Greater(t, muted(p.self), first)
		require.NotZero(t, muted(p.elena))
		require.Zero(t, muted(p.nurse))
		require.Zero(t, muted(p.doctor))
		require.Equal(t, "gone", p.doctor.do("POST", p.at(a)+"/mute", seatOf(newID())).code())

		// Large for everybody, until they are removed.
		p.step(p.doctor, a, "/spotlight", seatOf(elenas))
		seat, err := p.seat(p.elena, a)
		require.NoError(t, err)
		require.True(t, seat.Spotlight)
		seat, err = p.seat(p.self, a)
		require.NoError(t, err)
		require.False(t, seat.Spotlight)
		require.Equal(t, elenas, p.room(p.self, a).Room.Spotlight)
		p.step(p.doctor, a, "/remove", seatOf(elenas))
		require.Empty(t, p.room(p.self, a).Room.Spotlight)
		require.Equal(t, "gone", p.doctor.do("POST", p.at(a)+"/spotlight", seatOf(elenas)).code())

		got := map[string]int{}
		for _, r := range audittest.Of(t, n.db, p.rosa) {
			var e struct{ Name, Action, ID, Outcome, Detail string }
			if json.Unmarshal(r.Body, &e) == nil && e.ID == a.ID && e.Action == "update" && e.Outcome == "ok" && e.Name == "Dr. Juniper Hale" {
				got[e.Detail]++
			}
		}
		for what, times := range map[string]int{"mute": 2, "lock": 2, "spotlight": 1, "remove": 1} {
			require.Equal(t, times, got[what], "%s: %v", what, got)
		}
	})
}

// A nurse rooms the patient and hands the visit over; nobody's seat changes with it.
func TestANurseHandsAVisitOver(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		a := p.book(p.self, p.slots()[0], "Tired")
		p.agree(p.self, a)
		rosas := p.step(p.self, a, "/wait", "").Me.Seat
		p.step(p.nurse, a, "/admit", seatOf(rosas))
		nurse := p.room(p.nurse, a)
		require.Equal(t, nurse.Me.Seat, nurse.Room.Lead)
		require.True(t, nurse.Me.Controls)
		require.Equal(t, nurse.Me.Seat, p.room(p.self, a).Room.Lead, "the patient is told who leads")

		// What the nurse measured is in the note when the doctor comes.
		require.Equal(t, 200, p.nurse.do("PUT", p.at(a)+"/note", noteOf("Rest")).StatusCode)
		p.step(p.nurse, a, "/lead", `{"seat":""}`)
		require.True(t, p.room(p.doctor, a).Room.Ready)
		require.Equal(t, []string{a.ID}, readyDay(t, p), "the doctor's list of the day says so, too")
		require.False(t, p.room(p.self, a).Room.Ready)
		require.Equal(t, nurse.Me.Seat, p.room(p.self, a).Room.Lead, "until the doctor is there")
		before, err := p.seat(p.self, a)
		require.NoError(t, err)
		p.step(p.doctor, a, "/start", "")
		doctors := p.room(p.doctor, a).Me.Seat
		require.Equal(t, doctors, p.room(p.self, a).Room.Lead)
		require.False(t, p.room(p.doctor, a).Room.Ready)
		require.Empty(t, readyDay(t, p))
		after, err := p.seat(p.self, a)
		require.NoError(t, err)
		require.Equal(t, before, after)

		// The nurse stays, and leaves the rest to who leads.
		require.NoError(t, n.visits.Present(context.Background(), a.ID, []string{rosas, nurse.Me.Seat, doctors}))
		require.False(t, p.room(p.nurse, a).Me.Controls)
		for _, path := range []string{"/mute", "/remove", "/spotlight", "/lead"} {
			require.Equal(t, "lead", p.nurse.do("POST", p.at(a)+path, seatOf(rosas)).code(), path)
		}
		require.Equal(t, "lead", p.nurse.do("POST", p.at(a)+"/end", "").code())
		p.step(p.nurse, a, "/return", seatOf(rosas))
		p.step(p.nurse, a, "/admit", seatOf(rosas))

		// Back to the nurse, and taken over again by the doctor.
		require.Equal(t, "gone", p.doctor.do("POST", p.at(a)+"/lead", seatOf(rosas)).code(), "a patient does not lead")
		p.step(p.doctor, a, "/lead", seatOf(nurse.Me.Seat))
		require.True(t, p.room(p.nurse, a).Me.Controls)
		p.step(p.doctor, a, "/lead", seatOf(doctors))
		require.Equal(t, doctors, p.room(p.nurse, a).Room.Lead)

		// Whoever leads is gone: the nurse is not left without a way to end it.
		require.NoError(t, n.visits.Present(context.Background(), a.ID, []string{rosas, nurse.Me.Seat}))
		require.True(t, p.room(p.nurse, a).Me.Controls)
		require.Equal(t, "ended", p.step(p.nurse, a, "/end", "").State)
	})
}

// readyDay gives the visits of the doctor's day in which they are waited for.
func readyDay(t *testing.T, p *practice) []string {
	var day struct{ Ready []string }
	p.doctor.get("/api/v1/clinic/day?whose=me").json(t, &day)
	return day.Ready
}
