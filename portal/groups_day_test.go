package portal_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type wireDayGroup struct {
	ID, Subject, Status, Visit                      string
	Start                                           time.Time
	Places, Booked, Expected, Waiting, Came, Missed int
}

type wireGroupDay struct {
	Items []struct {
		ID, Patient, Visit string
		Group              *struct{ ID string }
		Absent             bool
	}
	Groups []wireDayGroup
}

func (p *circle) day(who *someone, whose string) (d wireGroupDay) {
	p.t.Helper()
	who.get(p.today(whose)).json(p.t, &d)
	return d
}

func (p *circle) today(whose string) string {
	p.t.Helper()
	var g struct {
		Visit struct{ Appointment struct{ Start time.Time } }
	}
	p.doctor.get(p.at()).json(p.t, &g)
	return "/api/v1/clinic/day?whose=" + whose + "&date=" + g.Visit.Appointment.Start.Format(time.DateOnly)
}

// The day has one line for a group. Of whom it counts is of those that its reader finds
// in the same list, and who may not open the group is told nothing of it.
func TestADayHasOneLineForAGroup(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newCircle(t, n)
		one := func(who *someone, whose string) wireDayGroup {
			t.Helper()
			d := p.day(who, whose)
			require.Len(t, d.Groups, 1, who.name)
			require.Equal(t, p.group, d.Groups[0].ID)
			require.Equal(t, "Breathing exercises", d.Groups[0].Subject)
			return d.Groups[0]
		}
		counts := func(g wireDayGroup) [5]int { return [5]int{g.Booked, g.Expected, g.Waiting, g.Came, g.Missed} }

		// Before anybody comes to it, it is in the day of who leads and of who made it.
		require.Equal(t, [5]int{}, counts(one(p.doctor, "me")))
		require.Equal(t, [5]int{}, counts(one(p.desk, "all")))
		for _, who := range []*someone{p.nurse, p.stranger} {
			require.Empty(t, p.day(who, "all").Groups, who.name)
		}

		for _, patient := range []string{p.rosa, p.ben} {
			require.Equal(t, 201, p.add(p.desk, patient).StatusCode)
		}
		require.Equal(t, [5]int{2, 2, 0, 0, 0}, counts(one(p.doctor, "me")))
		require.Len(t, p.day(p.desk, "all").Items, 2, "the front desk finds each appointment as before")
		require.Empty(t, p.day(p.stranger, "all").Groups)
		require.Contains(t, []int{401, 403}, p.self.get("/api/v1/clinic/day").StatusCode)

		p.waits(p.bens, p.ben, "")
		require.Equal(t, [5]int{2, 1, 1, 0, 0}, counts(one(p.doctor, "me")))
		require.Equal(t, "waiting", one(p.doctor, "me").Visit)
		p.does(p.doctor, "/admit", `{"seat":""}`)
		rosas := p.waits(p.self, p.rosa, "Butterfly")
		require.Equal(t, [5]int{2, 0, 1, 1, 0}, counts(one(p.doctor, "me")))
		require.Equal(t, [5]int{2, 0, 1, 1, 0}, counts(one(p.desk, "all")))

		// The nurse is in one care team: that the other one came is not counted for them.
		require.Equal(t, [5]int{2, 0, 1, 0, 0}, counts(one(p.nurse, "all")))
		require.NotContains(t, p.nurse.get(p.today("all")).body, p.ben)

		p.does(p.doctor, "/refuse", seatOf(rosas))
		require.Equal(t, [5]int{2, 1, 0, 1, 0}, counts(one(p.doctor, "me")))
		p.does(p.doctor, "/end", "")
		require.Equal(t, "ended", one(p.doctor, "me").Visit)
		require.Equal(t, [5]int{2, 1, 0, 1, 0}, counts(one(p.doctor, "me")))
		for _, x := range p.day(p.doctor, "me").Items {
			require.Equal(t, x.Patient == p.rosa, x.Absent, "a note is to be written of who was in it, and of no other")
		}
	})
}
