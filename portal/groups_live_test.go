package portal_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The page of who has not been let in to a group is told when the group itself moves, and
// when their own visit does. That another one agrees, waits, asks the clinic, comes in or
// talks there it cannot tell by what it hears: not even that somebody else comes.
func TestWhoWaitsForAGroupHearsNothingOfTheOthers(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newCircle(t, n)
		for _, patient := range []string{p.rosa, p.ben} {
			require.Equal(t, 201, p.add(p.desk, patient).StatusCode)
		}
		bens := p.waits(p.bens, p.ben, "Ben")
		own, mine := p.bens.open(), "visit/"+p.ben+"/"+p.of[p.ben]
		clinic, group := p.doctor.open(), "group/"+p.group
		own.topics(mine)
		own.hears(mine)
		clinic.topics(group)
		clinic.hears(group)
		calm := func(what string) {
			t.Helper()
			clinic.hears(group)
			time.Sleep(300 * time.Millisecond)
			own.silent()
			for len(clinic.said) > 0 { // whatever the clinic heard besides
				<-clinic.said
			}
			t.Log(what)
		}
		say := func(who *someone, at, seat string) {
			r := who.do("POST", at+"/chat", fmt.Sprintf(`{"id":"%s","text":"Hello","seat":"%s"}`, newID(), seat))
			require.Equal(t, 201, r.StatusCode, r.body)
		}

		rosas := p.waits(p.self, p.rosa, "Butterfly")
		calm("one comes to the door")
		say(p.self, p.visit(p.rosa), "")
		calm("one asks the clinic")
		say(p.doctor, p.at(), rosas)
		calm("the clinic answers them")
		require.Equal(t, 200, p.self.do("DELETE", p.visit(p.rosa)+"/wait", "").StatusCode)
		calm("one goes")
		require.Equal(t, 200, p.self.do("POST", p.visit(p.rosa)+"/wait", "").StatusCode)
		calm("and comes back")

		p.does(p.doctor, "/start", "")
		own.hears(mine) // who leads is there
		own.drain()
		calm("the group begins")
		p.does(p.doctor, "/admit", seatOf(rosas))
		calm("one is let in")
		doctor := p.see(p.doctor).Visit.Me.Seat
		require.NoError(t, n.visits.Present(context.Background(), p.group, []string{doctor, rosas}))
		own.hears(mine) // who leads came in
		own.drain()
		calm("they talk")
		say(p.self, p.visit(p.rosa), "")
		calm("one writes in the room")
		p.does(p.doctor, "/mute", seatOf(rosas))
		calm("one is muted")
		require.NoError(t, n.visits.Present(context.Background(), p.group, []string{doctor}))
		calm("one loses the line")

		say(p.doctor, p.at(), bens)
		own.hears(mine)
		p.does(p.doctor, "/lock", `{"on":true}`)
		own.hears(mine)
		p.does(p.doctor, "/admit", seatOf(bens))
		own.hears(mine)
		own.drain()
		say(p.doctor, p.at(), "")
		own.hears(mine)
	})
}

// drain leaves what was said until now behind.
func (p *page) drain() {
	time.Sleep(300 * time.Millisecond)
	for len(p.said) > 0 {
		<-p.said
	}
}
