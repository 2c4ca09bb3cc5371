package portal_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/fault"
	"housecall/records/access"
)

// A node that has only the id of somebody's session decides as the one does that
// has the session's cookie.
func TestASeatIsFoundByTheSession(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		p.regrant(access.Everything, access.PowerVisits)
		a := p.book(p.self, p.free(p.self).Days[0].Slots[0].ID, "Dizzy in the morning")
		at := p.chart() + "/visits/" + a.ID
		refused := func(want fault.Kind, session, patient string) {
			t.Helper()
			_, err := n.visits.SeatOf(ctx, session, patient, a.ID)
			require.Equal(t, want, fault.KindOf(err), "%v", err)
		}
		let := func(who *someone) string {
			t.Helper()
			var v wireVisit
			require.Equal(t, 200, who.do("POST", at+"/consent", `{"version":"2026-11","agreed":true}`).StatusCode)
			require.Equal(t, 200, who.do("POST", at+"/place", here).StatusCode)
			who.do("POST", at+"/wait", "").json(t, &v)
			refused(fault.Forbidden, who.principal().Session, p.rosa)
			require.Equal(t, 200, p.doctor.do("POST", at+"/admit", `{"seat":"`+v.Me.Seat+`"}`).StatusCode)
			return v.Me.Seat
		}
		rosas := let(p.self)
		session := p.self.principal().Session
		seat, err := n.visits.SeatOf(ctx, session, p.rosa, a.ID)
		require.NoError(t, err)
		asked, err := n.visits.SeatFor(ctx, p.self.principal(), p.rosa, a.ID)
		require.NoError(t, err)
		require.Equal(t, asked, seat)
		require.Equal(t, rosas, seat.ID)
		hosts, err := n.visits.SeatOf(ctx, p.doctor.principal().Session, p.rosa, a.ID)
		require.NoError(t, err)
		require.True(t, hosts.Host)

		refused(fault.Unauthenticated, "", p.rosa)
		refused(fault.Unauthenticated, newID(), p.rosa)
		refused(fault.NotFound, session, p.ben)
		refused(fault.NotFound, p.stranger.principal().Session, p.rosa)
		refused(fault.Forbidden, p.desk.principal().Session, p.rosa)

		// A caregiver is out when the grant says so, also without being turned away.
		let(p.elena)
		elenas := p.elena.principal().Session
		_, err = n.visits.SeatOf(ctx, elenas, p.rosa, a.ID)
		require.NoError(t, err)
		p.regrant(access.Everything, 0)
		refused(fault.Forbidden, elenas, p.rosa)

		// Who is turned away, who signs out, whose visit is over.
		require.Equal(t, 200, p.doctor.do("POST", at+"/refuse", `{"seat":"`+rosas+`"}`).StatusCode)
		refused(fault.Forbidden, session, p.rosa)
		require.NoError(t, n.id.End(ctx, p.self.cookie))
		refused(fault.Unauthenticated, session, p.rosa)
		doctors := p.doctor.principal().Session
		require.Equal(t, 200, p.doctor.do("POST", at+"/end", "").StatusCode)
		refused(fault.Conflict, doctors, p.rosa)
	})
}
