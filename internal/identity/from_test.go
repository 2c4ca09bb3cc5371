package identity_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

const (
	firefox    = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	firefoxNew = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"
	chrome     = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
	player     = "AppleCoreMedia/1.0.0.22F76 (iPhone; U; CPU OS 18_5 like Mac OS X; en_us)"
)

func TestFamiliesOfBrowsers(t *testing.T) {
	for agent, want := range map[string]string{
		firefox: "Firefox", firefoxNew: "Firefox", chrome: "Chrome", player: "", "": "other", "curl/8.5": "other", "Go-http-client/1.1": "other",
		chrome + " Edg/140.0": "Edge", "Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36 EdgA/140.0": "Edge", chrome + " OPR/120.0": "Opera",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0 Safari/537.36":                        "Chrome",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile Safari/604.1":  "Chrome",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15":            "Safari",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile Safari/604.1": "Safari",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148":                    "Safari",
	} {
		require.Equal(t, want, identity.BrowserOf(agent), agent)
	}
}

// The table of docs/security.md, "Where a proof counts", line by line.
func TestAProofCountsWhereItWasGiven(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		for i, x := range []struct {
			what, address, agent  string
			staff, person, goesOn bool // for whom the proof counts; whether the session goes on
		}{
			{"the same", "192.0.2.7", firefox, true, true, true},
			{"a newer version", "192.0.2.7", firefoxNew, true, true, true},
			{"another address of the network", "192.0.2.200", firefox, true, true, true},
			{"another network", "198.51.100.9", firefox, false, true, true},
			{"the other version of IP", "2001:db8:7:1::9", firefox, false, true, true},
			{"an address in the other's words", "::ffff:192.0.2.9", firefox, true, true, true},
			{"a player of the system", "192.0.2.7", player, false, false, true},
			{"another browser", "192.0.2.7", chrome, false, false, false},
			{"another browser and network", "198.51.100.9", chrome, false, false, false},
			{"a program", "192.0.2.7", "curl/8.5", false, false, false},
			{"no address", "", firefox, false, true, true},
		} {
			for _, kind := range []identity.Kind{identity.Staff, identity.Person} {
				a, proof, counts := person(t, s, fmt.Sprintf("p%d-%d@housecall.test", i, kind)), identity.Password, x.person
				if kind == identity.Staff {
					a, proof, counts = staff(t, s, "s"+a.Email), identity.SecondFactor, x.staff
				}
				_, cookie, err := s.StartSession(ctx, identity.NewSession{Account: a.ID, Proof: proof, UserAgent: firefox, Address: "192.0.2.7"})
				require.NoError(t, err)
				live, err := s.SessionFrom(ctx, cookie, identity.FromRequest(x.address, x.agent), false)
				if !x.goesOn {
					require.Equal(t, "signed_out", fault.Of(err).Code, x.what)
					_, err = s.Session(ctx, cookie, false)
					require.Equal(t, "signed_out", fault.Of(err).Code, "%s: for everybody", x.what)
					continue
				}
				require.NoError(t, err, x.what)
				require.Equal(t, counts, live.Recent(c.Now()), "%s, kind %d", x.what, kind)
				require.Equal(t, counts, !live.Elsewhere, x.what)
				if !counts {
					require.Equal(t, "step_up", fault.Of(live.RequireRecent(c.Now())).Code)
				}
				live, err = s.SessionFrom(ctx, cookie, identity.FromRequest("192.0.2.7", firefox), false)
				require.NoError(t, err)
				require.True(t, live.Recent(c.Now()), "%s: where it was given it still counts", x.what)
			}
		}
	})
}

// Who works with both versions of IP is asked once for each, and not each time that
// requests come by the other one.
func TestAProofHoldsForBothVersionsOfIP(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		a := staff(t, s, "lee@housecall.test")
		require.NoError(t, s.ImportTOTP(ctx, a.ID, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"))
		_, cookie, err := s.StartSession(ctx, identity.NewSession{Account: a.ID, Proof: identity.SecondFactor, UserAgent: firefox, Address: "192.0.2.7"})
		require.NoError(t, err)
		at := func(address string) identity.Principal {
			live, err := s.SessionFrom(ctx, cookie, identity.FromRequest(address, firefox), false)
			require.NoError(t, err)
			live.Address = address
			return live.Principal
		}
		prove := func(address string) {
			_, err := s.StepUpTOTP(ctx, at(address), codeAt(t, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", c.Now()))
			require.NoError(t, err)
			c.Add(30e9)
		}
		const four, six, home = "192.0.2.7", "2001:db8:7:1::9", "198.51.100.9"
		require.False(t, at(six).Recent(c.Now()))
		prove(six)
		require.True(t, at(six).Recent(c.Now()))
		require.True(t, at("2001:db8:7:ffff::1").Recent(c.Now()), "of the same /48")
		require.False(t, at("2001:db8:8::1").Recent(c.Now()))
		require.True(t, at(four).Recent(c.Now()))
		prove(home)
		require.True(t, at(home).Recent(c.Now()))
		require.False(t, at(four).Recent(c.Now()), "one network of a version")
		require.True(t, at(six).Recent(c.Now()))
	})
}

// A cookie that shows up in another browser was taken along: its session ends, that is
// kept, and its owner is told. Patients on the road stay signed in.
func TestASessionIsNotTakenToAnotherBrowser(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, c := context.Background(), newClock()
		s, k := recorded(t, d, c)
		var told []string
		s.Moved(func(_ *db.Conn, account string) error { told = append(told, account); return nil })
		a := person(t, s, "ada@housecall.test")
		_, cookie, err := s.StartSession(ctx, identity.NewSession{Account: a.ID, Proof: identity.Password, UserAgent: firefox, Address: "192.0.2.7"})
		require.NoError(t, err)
		for _, road := range []string{"198.51.100.1", "203.0.113.77", "2001:db8::1", "192.0.2.7"} {
			_, err = s.SessionFrom(ctx, cookie, identity.FromRequest(road, firefoxNew), true)
			require.NoError(t, err, road)
		}
		k.lines()
		for range 2 {
			_, err = s.SessionFrom(ctx, cookie, identity.FromRequest("203.0.113.5", chrome), false)
			require.Equal(t, "signed_out", fault.Of(err).Code)
		}
		require.Equal(t, []string{"logout session used from another browser"}, k.lines())
		require.Equal(t, []string{a.ID}, told)
		_, err = s.SessionFrom(ctx, cookie, identity.FromRequest("192.0.2.7", firefox), false)
		require.Equal(t, "signed_out", fault.Of(err).Code, "nobody knows which of the two it is")

		// One that was begun before anybody looked goes on, and its proof is asked for anew.
		_, cookie, err = s.StartSession(ctx, identity.NewSession{Account: a.ID, Proof: identity.Password, UserAgent: firefox, Address: "192.0.2.7"})
		require.NoError(t, err)
		byHand(t, d, `UPDATE sessions SET browser = '', proof_browser = '', proof_net4 = '' WHERE ended_at = 0`)
		live, err := s.SessionFrom(ctx, cookie, identity.FromRequest("192.0.2.7", chrome), false)
		require.NoError(t, err)
		require.False(t, live.Recent(c.Now()))
		_, err = s.StepUpPassword(ctx, live.Principal, goodPassword)
		require.NoError(t, err)
		_, err = s.SessionFrom(ctx, cookie, identity.FromRequest("192.0.2.7", firefox), false)
		require.Equal(t, "signed_out", fault.Of(err).Code, "it is bound from then on")
	})
}
