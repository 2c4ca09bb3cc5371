package sfu

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// lines is how many m-lines the newest offer to a client had.
func (p *somebody) lines() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.heard {
		if m.T == "sub" {
			n = strings.Count(m.SDP, "\nm=")
		}
	}
	return n
}

// Who only listens takes no m-lines of everybody else; who begins to speak gets them.
func TestWhoOnlyListensTakesNoLines(t *testing.T) {
	for _, x := range []struct {
		seats, few, more int
	}{{8, 5, 9}, {25, 5, 9}} { // of two and of four places, and a screen
		t.Run(fmt.Sprint(x.seats), func(t *testing.T) {
			s := open(t, Config{Seats: x.seats})
			a := join(t, s, "r", "a")
			var mute []*somebody
			for i := range 4 {
				b := enter(t, s, "r", fmt.Sprint("b", i))
				b.Join(false, false, false)
				mute = append(mute, b)
			}
			for _, b := range mute {
				b.until("hears who speaks", func() bool { return b.count("a audio") > 0 && b.keyed("a camera") })
				require.Equal(t, x.few, b.lines())
			}
			a.until("everybody is there", func() bool { return len(a.Seats()) == 5 })
			require.Equal(t, x.few, a.lines())

			for _, b := range mute[:2] {
				b.tell(`{"t":"mute","kind":"audio","on":false}`)
				b.tell(`{"t":"mute","kind":"camera","on":false}`)
				require.NoError(t, b.Publish("audio", "camera"))
				b.send()
			}
			for _, b := range mute[2:] {
				b.until("hears and sees all who speak", func() bool {
					return b.keyed("b0 camera") && b.keyed("b1 camera") && b.count("b0 audio") > 0 && b.count("b1 audio") > 0
				})
				require.Equal(t, x.more, b.lines())
			}
			for _, b := range mute[:2] {
				b.leave()
			}
			for _, b := range mute[2:] {
				b.leaveUnsent()
			}
			a.leave()
		})
	}
}
