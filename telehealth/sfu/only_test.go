package sfu

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Who wants nothing but sound gets nothing else, whoever comes and whatever is shown;
// the others know it; and it ends when that person says so.
func TestNothingButSound(t *testing.T) {
	t.Parallel()
	s := open(t, Config{})
	a, b := join(t, s, "r", "a"), join(t, s, "r", "b")
	flows(a, b, 10)
	b.tell(`{"t":"only","on":true}`)
	a.until("told", func() bool { seats := a.Seats(); return len(seats) == 2 && seats[1].Only })
	c := join(t, s, "r", "c")
	require.NoError(t, c.Publish("screen"))
	b.until("the third", func() bool { return b.count("c audio") > 10 })
	seen := func() int { return b.count("a camera") + b.count("c camera") + b.count("c screen") }
	sound, pictures := b.count("a audio"), seen()
	b.until("it hears on", func() bool { return b.count("a audio") > sound+30 })
	require.Equal(t, pictures, seen())
	require.Positive(t, a.count("b camera"), "its own picture goes on")

	b.drop()
	b.connect()
	b.Join(true, true, true)
	b.until("resumed", func() bool { n, _ := b.Joined(); return n == 2 })
	b.tell(`{"t":"only","on":false}`)
	a.until("told", func() bool { return !a.Seats()[1].Only })
	b.until("pictures", func() bool { return b.count("a camera") > 10 && b.count("c camera") > 10 })
	for _, p := range []*somebody{c, b, a} {
		p.leave()
	}
}
