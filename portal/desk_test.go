package portal_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The front desk knows who comes when, not for what when that is sensitive.
func TestTheDeskDoesNotReadWhyWhenItIsSensitive(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		soon := time.Now().Add(48 * time.Hour).Truncate(time.Minute)
		p := newPractice(t, n, soon, soon.Add(time.Hour), soon.Add(2*time.Hour))
		slots := p.slots()
		plain, hidden := p.book(p.self, slots[0], "Sore knee"), p.book(p.self, slots[1], "I may be pregnant")
		type visit struct{ ID, Reason, PatientName string }
		list := func(who *someone, path string) (all []visit) {
			var out struct{ Items []visit }
			r := who.get(path)
			r.json(t, &out)
			if who == p.desk {
				require.NotContains(t, r.body, "pregnant")
			}
			return out.Items
		}
		days := []string{"/api/v1/clinic/day?whose=all&date=" + soon.UTC().Format(time.DateOnly), p.chart() + "/appointments?when=coming"}
		if soon.UTC().YearDay() != soon.Add(time.Hour).UTC().YearDay() { // near midnight they are on two days
			days = days[1:]
		}
		for _, path := range days {
			seen := list(p.desk, path)
			require.Len(t, seen, 2, "both times are taken")
			reasons := map[string]string{}
			for _, v := range seen {
				reasons[v.ID] = v.Reason
			}
			require.Equal(t, map[string]string{plain.ID: "Sore knee", hidden.ID: ""}, reasons)
			require.Contains(t, p.doctor.get(path).body, "pregnant")
		}
		r := p.desk.get(p.chart() + "/appointments/" + hidden.ID)
		require.Equal(t, 200, r.StatusCode)
		require.NotContains(t, r.body, "pregnant")
		for _, path := range []string{"/timeline", "/sections/appointments", ""} {
			r := p.desk.get(p.chart() + path)
			require.NotContains(t, r.body, "pregnant", path)
			require.NotContains(t, r.body, hidden.ID, path)
		}
		require.Equal(t, 404, p.desk.get(p.chart()+"/entries/Appointment/"+hidden.ID).StatusCode)
		require.Equal(t, 404, p.desk.get(p.chart()+"/entries/Observation/"+p.lab).StatusCode)

		require.Equal(t, 200, p.desk.do("POST", p.chart()+"/appointments/"+plain.ID+"/cancel", `{}`).StatusCode)
		require.Equal(t, 403, p.desk.do("POST", p.chart()+"/appointments/"+hidden.ID+"/cancel", `{}`).StatusCode)
		require.Equal(t, 403, p.desk.do("POST", p.chart()+"/appointments/"+hidden.ID+"/reschedule", `{"slot":"`+slots[2]+`"}`).StatusCode)
		require.Equal(t, 404, p.desk.do("POST", p.chart()+"/appointments/"+newID()+"/cancel", `{}`).StatusCode)
	})
}
