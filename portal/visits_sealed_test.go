package portal_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/records/access"
)

type wireSealed struct {
	State   string
	Me      struct{ Seat string }
	Sealing *struct {
		On, Mine bool
		By       string
		Cannot   []string
	}
}

func TestWhoMayHaveAVisitSealed(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		p.regrant(access.Everything, access.PowerVisits)
		a := p.book(p.self, p.slots()[0], "Dizzy")
		do := func(who *someone, path, body string) (v wireSealed) {
			t.Helper()
			r := who.do("POST", p.at(a)+path, body)
			require.Equal(t, 200, r.StatusCode, r.body)
			r.json(t, &v)
			return v
		}
		refused := func(code string, who *someone, body string) {
			t.Helper()
			require.Equal(t, code, who.do("POST", p.at(a)+"/sealing", body).code())
		}
		sealed := func() bool {
			t.Helper()
			var v wireSealed
			p.doctor.get(p.at(a)).json(t, &v)
			return v.Sealing != nil && v.Sealing.On
		}
		const on, off = `{"on":true}`, `{"on":false}`
		require.Nil(t, do(p.self, "/sealing", off).Sealing, "nobody asked for it")
		require.False(t, sealed())
		v := do(p.self, "/sealing", on)
		require.True(t, v.Sealing.On && v.Sealing.Mine)
		require.True(t, sealed())
		require.False(t, do(p.doctor, "/sealing", on).Sealing.Mine, "said twice is said once")
		refused("role", p.elena, off)
		refused("role", p.desk, on)
		require.False(t, do(p.self, "/sealing", off).Sealing.On, "as long as nobody else said so too")
		do(p.doctor, "/sealing", on)
		refused("role", p.self, off)

		// Whose browser cannot is told to those who hold it, and to themselves.
		seat := do(p.elena, "/sealable", `{"able":false}`).Me.Seat
		require.Equal(t, []string{seat}, do(p.doctor, "/sealing", on).Sealing.Cannot)
		require.Empty(t, do(p.self, "/sealable", `{"able":true}`).Sealing.Cannot)
		require.Empty(t, do(p.elena, "/sealable", `{"able":true}`).Sealing.Cannot)

		do(p.doctor, "/start", "")
		refused("live", p.self, off)
		require.False(t, do(p.doctor, "/sealing", off).Sealing.On, "who holds it may, at any time")
		refused("live", p.self, on)
		require.False(t, sealed())
	})
}
