package portal_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/identity"
	"housecall/records/access/audittest"
)

// later moves the clock; whoever takes part signs in anew.
func (p *practice) later(d time.Duration, who ...**someone) {
	p.t.Helper()
	p.clock.Add(d)
	for _, w := range append(who, &p.self, &p.doctor, &p.nurse, &p.desk, &p.stranger) {
		*w = p.signedIn((*w).account)
	}
}

// status is that of an appointment in the record.
func (n *node) status(appointment string) string {
	n.t.Helper()
	var record []byte
	require.NoError(n.t, n.db.Read(context.Background()).QueryRow(`SELECT body FROM resources WHERE type = 'Appointment' AND id = ?`, appointment).Scan(&record))
	var a struct{ Status string }
	require.NoError(n.t, json.Unmarshal(record, &a))
	return a.Status
}

// missable lists the visits of a day of which the reader can say that nobody came.
func (p *practice) missable(who *someone, of wireAppointment) (ids []string) {
	p.t.Helper()
	var day struct {
		Items []struct {
			ID       string
			Missable bool
		}
	}
	who.get("/api/v1/clinic/day?whose=all&date="+of.Start[:len(time.DateOnly)]).json(p.t, &day)
	for _, x := range day.Items {
		if x.Missable {
			ids = append(ids, x.ID)
		}
	}
	return ids
}

// That the patient did not come is said by who holds the visit, after its time, and of
// nobody who was there. They are told, and it can be taken back.
func TestThatThePatientDidNotComeIsSaidByWhoHoldsTheVisit(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		start := time.Now().Add(10 * time.Minute)
		p := newPractice(t, n, start, start.Add(20*time.Minute), start.Add(40*time.Minute), start.Add(60*time.Minute))
		slots := p.slots()
		a, waited, alone, held := p.book(p.self, slots[0], "Dizzy"), p.book(p.self, slots[1], ""), p.book(p.self, slots[2], ""), p.book(p.self, slots[3], "")
		missed := func(who *someone, of wireAppointment, on bool) reply {
			return who.do("POST", p.at(of)+"/missed", fmt.Sprintf(`{"missed":%t}`, on))
		}
		require.Equal(t, "came", missed(p.doctor, a, true).code(), "they are still to come")
		require.Empty(t, p.missable(p.doctor, a))

		p.later(28 * time.Minute)
		p.agree(p.self, waited)
		p.step(p.self, waited, "/wait", "")
		p.later(25 * time.Minute) // the first two have passed, and of the third it is the time
		for who, code := range map[*someone]int{p.desk: 403, p.self: 403, p.stranger: 404} {
			require.Equal(t, code, missed(who, a, true).StatusCode, who.name)
		}
		require.Equal(t, []string{a.ID}, p.missable(p.doctor, a), "who waits has come")
		require.Equal(t, []string{a.ID}, p.missable(p.nurse, a))
		require.Empty(t, p.missable(p.desk, a))
		require.Equal(t, "came", missed(p.doctor, waited, true).code())

		require.Equal(t, "booked", n.status(a.ID), "nothing says it by itself")
		require.Equal(t, 200, missed(p.doctor, a, true).StatusCode)
		require.Equal(t, 200, missed(p.doctor, a, true).StatusCode, "sent twice")
		require.Equal(t, "noshow", n.status(a.ID))
		require.Equal(t, "noshow", p.doctor.do("PUT", p.at(a)+"/note", noteOf("Nothing")).code())
		require.Contains(t, p.self.get(p.chart()+"/appointments?when=past").body, `"status":"noshow"`)
		require.Equal(t, "ended", p.self.do("POST", p.at(a)+"/wait", "").code())
		type notice struct{ Kind, Patient, Ref string }
		told := func() (some []notice) {
			t.Helper()
			var list struct{ Items []notice }
			p.self.get("/api/v1/notices").json(t, &list)
			for _, x := range list.Items {
				if x.Ref == "visit/"+a.ID {
					some = append(some, x)
				}
			}
			return some
		}
		require.Equal(t, []notice{{"appointment", p.rosa, "visit/" + a.ID}}, told(), "once, and not why")

		// It was the wrong one: that can be said, too, and said anew.
		require.Equal(t, []string{a.ID}, p.missable(p.doctor, a))
		require.Equal(t, 403, missed(p.desk, a, false).StatusCode)
		require.Equal(t, 200, missed(p.nurse, a, false).StatusCode)
		require.Equal(t, "booked", n.status(a.ID))
		require.Len(t, told(), 1)
		require.Equal(t, 200, missed(p.nurse, a, true).StatusCode)
		require.Len(t, told(), 2)
		details := ""
		for _, r := range audittest.Of(t, n.db, p.rosa) {
			details += string(r.Body)
		}
		require.Contains(t, details, `"noshow"`)
		require.Contains(t, details, `"noshow taken back"`)

		// The clinic began it, and nobody came: no note is to be written any more.
		todo := func() string { return p.doctor.get("/api/v1/clinic/notes/unfinished").body }
		p.step(p.doctor, alone, "/start", "")
		require.Equal(t, "came", missed(p.doctor, alone, true).code(), "it goes on")
		p.step(p.doctor, alone, "/end", "")
		require.Contains(t, todo(), alone.ID)
		require.Equal(t, 200, missed(p.doctor, alone, true).StatusCode)
		require.NotContains(t, todo(), alone.ID)

		// Who was in it came, however short that was.
		p.later(15 * time.Minute)
		p.agree(p.self, held)
		seat := p.step(p.self, held, "/wait", "").Me.Seat
		p.step(p.doctor, held, "/admit", seatOf(seat))
		require.NoError(t, n.visits.Present(context.Background(), held.ID, []string{seat}))
		require.NoError(t, n.visits.Present(context.Background(), held.ID, nil))
		p.step(p.doctor, held, "/end", "")
		p.later(25 * time.Minute)
		require.Equal(t, "came", missed(p.doctor, held, true).code())
	})
}

// Of a group that nobody began it is said as of one that was held.
func TestWhoDidNotComeToAGroupThatNobodyBegan(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newCircle(t, n)
		for _, patient := range []string{p.rosa, p.ben} {
			require.Equal(t, 201, p.add(p.desk, patient).StatusCode)
		}
		missed := func(who *someone, on bool, patient string) reply {
			return who.do("POST", p.at()+"/missed", fmt.Sprintf(`{"visits":["%s"],"missed":%t}`, p.of[patient], on))
		}
		require.Equal(t, "early", missed(p.doctor, true, p.ben).code())
		p.later(28*time.Minute, &p.bens)
		p.waits(p.self, p.rosa, "")
		require.Empty(t, p.see(p.doctor).member(t, p.ben).Absent)
		p.later(5*time.Minute, &p.bens)
		require.Equal(t, "came", missed(p.doctor, true, p.rosa).code(), "who waits has come")
		require.Equal(t, []string{"", "missed"}, []string{p.see(p.doctor).member(t, p.rosa).Absent, p.see(p.doctor).member(t, p.ben).Absent})
		require.Equal(t, 403, missed(p.nurse, true, p.ben).StatusCode)
		require.Equal(t, 200, missed(p.doctor, true, p.ben).StatusCode)
		require.Equal(t, "noshow", n.status(p.of[p.ben]))
		require.Contains(t, p.bens.get("/api/v1/notices").body, "visit/"+p.of[p.ben])
		require.NotContains(t, p.self.get("/api/v1/notices").body, p.of[p.ben])
		require.Equal(t, 200, missed(p.doctor, false, p.ben).StatusCode)
		require.Equal(t, "booked", n.status(p.of[p.ben]))
	})
}

// How late a group is can be said to all of it at once.
func TestAllOfAGroupAreToldThatItIsLate(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newCircle(t, n)
		for _, patient := range []string{p.rosa, p.ben} {
			require.Equal(t, 201, p.add(p.desk, patient).StatusCode)
		}
		late := func(who *someone, minutes int) reply {
			return who.do("POST", p.at()+"/late", fmt.Sprintf(`{"minutes":%d}`, minutes))
		}
		p.waits(p.bens, p.ben, "")
		said := func(who *someone, minutes int) [3]int {
			t.Helper()
			var g wireGroup
			late(who, minutes).json(t, &g)
			return [3]int{g.Visit.BehindMinutes, g.member(t, p.rosa).BehindMinutes, g.member(t, p.ben).BehindMinutes}
		}
		require.Equal(t, [3]int{15, 15, 15}, said(p.doctor, 15), "who waits, and who is to come")
		for who, patient := range map[*someone]string{p.self: p.rosa, p.bens: p.ben} {
			require.Contains(t, who.get("/api/v1/notices").body, "visit/"+p.of[patient])
		}
		for who, code := range map[*someone]int{p.nurse: 403, p.self: 403, p.stranger: 404} {
			require.Equal(t, code, late(who, 30).StatusCode, who.name)
		}
		require.Equal(t, [3]int{}, said(p.desk, 0), "on time again")
		require.Equal(t, 422, late(p.doctor, 500).StatusCode)

		require.Equal(t, 200, p.doctor.do("POST", p.visit(p.ben)+"/late", `{"minutes":5}`).StatusCode)
		require.Equal(t, []int{0, 5}, []int{p.see(p.doctor).Visit.BehindMinutes, p.see(p.doctor).member(t, p.ben).BehindMinutes}, "what one was told is not so for all")

		// Who was let in is late no more.
		p.does(p.doctor, "/admit", `{"seat":""}`)
		require.Equal(t, [3]int{10, 10, 0}, said(p.doctor, 10))
		p.does(p.doctor, "/end", "")
		require.Equal(t, "ended", late(p.doctor, 10).code())
	})
}

// Who is signed out does not hear when they are called: their place is given up. So is
// that of who was called and leaves instead.
func TestWhoSignsOutLeavesTheWaitingRoom(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		a := p.book(p.self, p.slots()[0], "")
		wait := func() (seat string) {
			t.Helper()
			v := p.step(p.self, a, "/wait", "")
			require.Equal(t, "waiting", v.Me.State)
			return v.Me.Seat
		}
		stands := func() [2]string {
			t.Helper()
			var v wireVisit
			p.self.get(p.at(a)).json(t, &v)
			return [2]string{v.Me.State, v.State}
		}
		p.agree(p.self, a)
		wait()
		other := n.signedIn(p.self.account)
		require.Equal(t, 200, other.do("POST", "/auth/logout", "{}").StatusCode)
		require.Equal(t, [2]string{"waiting", "waiting"}, stands(), "another browser of theirs")
		require.Equal(t, 200, p.self.do("POST", "/auth/logout", "{}").StatusCode)
		p.self = n.signedIn(p.self.account)
		require.Equal(t, [2]string{"none", "scheduled"}, stands())

		wait()
		n.clock.Add(identity.SessionIdle)
		require.NoError(t, n.id.Sweep(context.Background()))
		p.self, p.doctor = n.signedIn(p.self.account), n.signedIn(p.doctor.account)
		require.Equal(t, [2]string{"none", "scheduled"}, stands())

		seat := wait()
		p.step(p.doctor, a, "/admit", seatOf(seat))
		require.Equal(t, [2]string{"admitted", "live"}, stands())
		require.Equal(t, 200, p.self.do("DELETE", p.at(a)+"/wait", "").StatusCode)
		require.Equal(t, [2]string{"none", "live"}, stands())
		require.Equal(t, 200, p.doctor.do("DELETE", p.at(a)+"/wait", "").StatusCode)
		_, err := p.seat(p.doctor, a)
		require.NoError(t, err, "who holds the visit stays in it")
	})
}
