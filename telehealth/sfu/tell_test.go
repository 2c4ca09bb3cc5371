package sfu

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// ears keeps what one client is told by others.
type ears struct {
	mu   sync.Mutex
	told []toldMessage
	pong int
}

func (e *ears) listen(b []byte) []byte {
	var m toldMessage
	if json.Unmarshal(b, &m) == nil {
		e.mu.Lock()
		defer e.mu.Unlock()
		switch m.T {
		case "told":
			e.told = append(e.told, m)
		case "pong":
			e.pong++
		}
	}
	return b
}

func (e *ears) all() []toldMessage {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]toldMessage{}, e.told...)
}

func (e *ears) pongs() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.pong
}

// listener joins a room and sends nothing.
func listener(t *testing.T, s *Server, room, id string) (*somebody, *ears) {
	t.Helper()
	e := &ears{}
	p := enter(t, s, room, id)
	p.through = e.listen
	p.Join(true, true, false)
	p.until("joined", func() bool { n, _ := p.Joined(); return n == 1 })
	return p, e
}

func tell(t *testing.T, to, data string) string {
	b, err := json.Marshal(map[string]string{"t": "tell", "to": to, "data": data})
	require.NoError(t, err)
	return string(b)
}

func TestWhatIsToldGoesToSeatsOfTheRoomOnly(t *testing.T) {
	s := open(t, Config{})
	a, atA := listener(t, s, "r", "a")
	b, atB := listener(t, s, "r", "b")
	c, atC := listener(t, s, "r", "c")
	d, atD := listener(t, s, "another", "d")
	long := strings.Repeat("x", maxTell)
	for _, m := range []string{tell(t, "", "to all"), tell(t, "b", `{"sealed":"é"}`), tell(t, "d", "outside"), tell(t, "nobody", "gone"), tell(t, "a", "to oneself"), tell(t, "", ""), tell(t, "c", long), tell(t, "c", long+"x"), `{"t":"tell","from":"b","data":"by itself"}`} {
		a.tell(m)
	}
	a.tell(tell(t, "", "last"))
	last := func(e *ears) func() bool {
		return func() bool { all := e.all(); return len(all) > 0 && all[len(all)-1].Data == "last" }
	}
	b.until("the last word", last(atB))
	c.until("the last word", last(atC))
	says := func(data ...string) (list []toldMessage) {
		for _, x := range data {
			list = append(list, toldMessage{"told", "a", x})
		}
		return list
	}
	require.Equal(t, says("to all", `{"sealed":"é"}`, "by itself", "last"), atB.all(), "in order, and from whom the room says")
	require.Equal(t, says("to all", long, "by itself", "last"), atC.all())
	require.Empty(t, atA.all())
	require.Empty(t, atD.all())

	// Whose socket is gone does not hear later what was said meanwhile.
	b.drop()
	a.until("b is away", func() bool { return !present(a, "b") })
	a.tell(tell(t, "", "while away"))
	c.until("that", func() bool { all := atC.all(); return all[len(all)-1].Data == "while away" })
	n := len(atB.all())
	b.connect()
	b.Join(true, true, true)
	b.until("back", func() bool { n, _ := b.Joined(); return n == 2 })
	a.tell(tell(t, "b", "again there"))
	b.until("that", func() bool { return len(atB.all()) == n+1 })
	for _, p := range []*somebody{a, b, c, d} {
		p.leaveUnsent()
	}
}

func present(p *somebody, seat string) bool {
	for _, x := range p.Seats() {
		if x.Seat == seat {
			return x.In
		}
	}
	return false
}

func TestWhoTellsTooMuchIsNotPassedOn(t *testing.T) {
	s := open(t, Config{})
	a, atA := listener(t, s, "r", "a")
	b, atB := listener(t, s, "r", "b")
	for n := 1; n <= maxTells+30; n++ {
		a.tell(tell(t, "b", "again and again"))
		if n%60 == 0 { // in no hurry
			a.until("nothing waits", func() bool { return a.now().own().work.size() == 0 })
		}
	}
	a.tell(`{"t":"ping"}`)
	a.until("its pong: it is not cut off for that", func() bool { return atA.pongs() == 1 })
	b.tell(tell(t, "a", "all done"))
	a.until("the other one's word", func() bool { return len(atA.all()) == 1 })
	b.until("as much as may be", func() bool { return len(atB.all()) == maxTells })
	a.leaveUnsent()
	b.leaveUnsent()
}
