package portal_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/identity"
	"housecall/telehealth"
)

// Who came by a link has no account, and no notice reaches them: their page says how
// late it is, as soon as it is said. Who minds the day of a clinician says it for them.
func TestWhoCameByALinkSeesThatItIsLate(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute), time.Now().Add(30*time.Hour))
		slots := p.slots()
		a, far := p.book(p.self, slots[0], ""), p.book(p.self, slots[1], "")
		at := p.at(a)
		_, token := p.asks(p.doctor, at, `{"name":"Carmen","relation":"friend"}`)
		guest, patient := n.byLink(), n.byLink()
		require.Equal(t, 204, guest.comes(token, "", "").StatusCode)
		guest.waits()
		var made struct{ Link struct{ URL string } }
		p.desk.do("POST", at+"/link", "").json(t, &made)
		_, token, _ = strings.Cut(made.Link.URL, "#")
		require.Equal(t, 204, patient.enter(token, "1952-03-02").StatusCode)
		patient.see()
		require.Equal(t, 200, patient.ask("POST", "/consent", `{"version":"`+telehealth.ConsentVersion+`"}`).StatusCode)
		patient.ask("POST", "/place", here)
		require.Equal(t, 200, patient.ask("POST", "/wait", "").StatusCode)

		tell := func(who *someone, of string, minutes int) (told int) {
			t.Helper()
			var out struct{ Told int }
			r := who.do("POST", "/api/v1/clinic/day/late", fmt.Sprintf(`{"minutes":%d,"practitioner":%q}`, minutes, of))
			require.Equal(t, 200, r.StatusCode, r.body)
			r.json(t, &out)
			return out.Told
		}
		behind := func() [2]int {
			t.Helper()
			return [2]int{guest.see().Visit.BehindMinutes, patient.see().Visit.BehindMinutes}
		}
		doctor := p.doctor.account.Practitioner
		require.Equal(t, [2]int{}, behind())
		for _, who := range []*someone{p.desk, p.nurse} {
			require.Zero(t, tell(who, "", 10), "they hold no visit of their own today")
			require.Zero(t, tell(who, newID(), 10), "nobody comes to that one")
			require.Equal(t, 1, tell(who, doctor, 15), "the one that is near")
			require.Equal(t, [2]int{15, 15}, behind())
			require.Equal(t, 1, tell(who, doctor, 0))
			require.Equal(t, [2]int{}, behind(), "on time again")
		}
		require.Zero(t, p.prepared(p.self, far).BehindMinutes)

		// Of a chart whose team one is not in, one says nothing.
		stranger := n.signedIn(n.account("Nora", identity.Staff, "", identity.Nurse))
		require.Zero(t, tell(stranger, doctor, 20))
		require.Equal(t, 403, p.self.do("POST", "/api/v1/clinic/day/late", `{"minutes":20,"practitioner":"`+doctor+`"}`).StatusCode)
		require.Equal(t, [2]int{}, behind())

		// In the room nobody is late any more.
		require.Equal(t, 200, p.doctor.do("POST", at+"/start", "").StatusCode)
		require.Zero(t, tell(p.desk, doctor, 20))
	})
}
