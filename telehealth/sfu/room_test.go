package sfu

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"housecall/telehealth/sfu/peer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 15 * time.Second

func open(t testing.TB, cfg Config) *Server {
	cfg.Loopback = true
	s, err := Open(cfg)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

// wire is a link without a socket: what the room says comes to the client in
// order.
type wire struct {
	q    *queue
	hear func([]byte)
}

func (w *wire) Say(b []byte) { w.q.add(func() { w.hear(b) }) }
func (w *wire) End(string)   { w.q.close() }

// somebody is a client with what it received.
type somebody struct {
	*peer.Client
	t      testing.TB
	server *Server
	room   string
	id     string

	through func([]byte) []byte // changes what the room says; nil: nothing does
	said    func(string) string // changes what is said to it

	talk  sync.Mutex // a link is spoken to by one at a time
	mu    sync.Mutex
	link  *Link
	wires sync.WaitGroup
	got   map[string]int // "seat kind" -> packets
	first map[string]*rtp.Packet
	heard []peer.Message
	seqs  map[string][]uint16
	stop  chan struct{}
	keyAt map[string]time.Time
	key   atomic.Bool
	media sync.WaitGroup
}

func enter(t testing.TB, s *Server, room, id string) *somebody {
	return enterWith(t, s, room, id, peer.Options{})
}

func enterWith(t testing.TB, s *Server, room, id string, o peer.Options) *somebody {
	p := &somebody{t: t, server: s, room: room, id: id, got: map[string]int{}, first: map[string]*rtp.Packet{}, seqs: map[string][]uint16{}, keyAt: map[string]time.Time{}, stop: make(chan struct{})}
	var err error
	o.Repeat = true
	if o.Key == nil {
		o.Key = func(string) { p.key.Store(true) }
	}
	o.Say = func(b []byte) { p.tell(string(b)) }
	also := o.Packet
	o.Packet = func(tag peer.Tag, x *rtp.Packet) {
		if also != nil {
			also(tag, x)
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		key := tag.Seat + " " + tag.Kind
		if p.got[key]++; p.first[key] == nil {
			p.first[key] = x
		}
		if tag.Kind == "camera" && p.keyAt[key].IsZero() && peer.Key(x.Payload) {
			p.keyAt[key] = time.Now()
		}
		p.seqs[key] = append(p.seqs[key], x.SequenceNumber)
	}
	o.Heard = func(m peer.Message) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.heard = append(p.heard, m)
	}
	p.Client, err = peer.New(o)
	require.NoError(t, err)
	p.connect()
	return p
}

func (p *somebody) now() *Link {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.link
}

func (p *somebody) connect() {
	w := &wire{q: newQueue(), hear: func(b []byte) {
		if p.through != nil {
			b = p.through(b)
		}
		if err := p.Hear(b); err != nil && !strings.Contains(err.Error(), "closed") {
			p.t.Errorf("%s: %v", p.id, err)
		}
	}}
	l, err := p.server.Enter(p.room, p.id, w)
	require.NoError(p.t, err)
	p.mu.Lock()
	p.link = l
	p.mu.Unlock()
	p.wires.Go(w.q.run)
}

// tell says something to the room, sense or nonsense.
func (p *somebody) tell(message string) {
	p.talk.Lock()
	defer p.talk.Unlock()
	if p.said != nil {
		message = p.said(message)
	}
	p.now().Hear([]byte(message))
}

// drop cuts the socket.
func (p *somebody) drop() {
	l := p.now()
	l.Drop()
	l.out.End("")
}

// join enters and sends until it leaves.
func join(t testing.TB, s *Server, room, id string) *somebody {
	return enter(t, s, room, id).begin(true, true)
}

// begin joins and sends.
func (p *somebody) begin(mic, cam bool) *somebody {
	p.Join(mic, cam, false)
	p.until("joined", func() bool { n, _ := p.Joined(); return n == 1 })
	require.NoError(p.t, p.Publish("audio", "camera"))
	p.until("connected", p.Connected)
	p.send()
	return p
}

func (p *somebody) send() {
	p.media.Go(func() {
		video, sound := &peer.Video{}, &peer.Sound{}
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-p.stop:
				return
			case <-tick.C:
			}
			for _, x := range video.Frame(3, 900, n%150 == 0 || p.key.Swap(false)) {
				_ = p.Write("camera", x)
			}
			_ = p.Write("audio", sound.Packet(80))
		}
	})
}

func (p *somebody) leave() {
	close(p.stop)
	p.media.Wait()
	p.leaveUnsent()
}

// leaveUnsent is leave of who sends nothing.
func (p *somebody) leaveUnsent() {
	p.tell(`{"t":"leave"}`)
	p.wires.Wait()
	p.Close()
}

func (p *somebody) count(key string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.got[key]
}

func (p *somebody) keyed(key string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.keyAt[key].IsZero()
}

func (p *somebody) has(t string) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.heard {
		if m.T == t {
			n++
		}
	}
	return n
}

func (p *somebody) until(what string, ok func() bool) {
	p.t.Helper()
	require.Eventually(p.t, ok, patience, 10*time.Millisecond, "%s waits for: %s", p.id, what)
}

func TestTwoHearAndSeeEachOther(t *testing.T) {
	s := open(t, Config{})
	a, b := join(t, s, "r", "a"), join(t, s, "r", "b")
	for _, x := range []struct {
		who *somebody
		key string
	}{{a, "b audio"}, {a, "b camera"}, {b, "a audio"}, {b, "a camera"}} {
		x.who.until(x.key, func() bool { return x.who.count(x.key) > 30 })
	}
	require.Equal(t, 1, a.has("sub"), "a second person needs no other offer")
	b.mu.Lock()
	first := b.first["a camera"]
	b.mu.Unlock()
	b.until("a key frame", func() bool { return b.keyed("a camera") })
	require.Empty(t, first.Extensions)
	a.leave()
	b.until("alone", func() bool { return len(b.Seats()) == 1 && len(b.Tags()) == 0 })
	b.leave()
	require.Eventually(t, func() bool { return s.Stats().Rooms == 0 }, patience, time.Millisecond)
}

func TestThirdComesLateAndSeesAtOnce(t *testing.T) {
	s := open(t, Config{})
	a, b := join(t, s, "r", "a"), join(t, s, "r", "b")
	b.until("picture", func() bool { return b.count("a camera") > 30 })
	keys := s.Stats().KeyRequests
	c := enter(t, s, "r", "c")
	c.Join(true, false, false)
	require.NoError(t, c.Publish("audio"))
	start := time.Now()
	c.until("both pictures", func() bool { return c.keyed("a camera") && c.keyed("b camera") })
	t.Logf("first pictures %v after joining; %d replays, %d key frames asked", time.Since(start), s.Stats().Replays, s.Stats().KeyRequests-keys)
	c.until("a picture from the cache", func() bool { // on a slow machine what was kept may have been too old
		if s.Stats().Replays == 0 {
			c.Tell(map[string]any{"t": "want", "seat": "a", "kind": "camera", "layer": "none"})
			a.key.Store(true)
			c.Tell(map[string]any{"t": "want", "seat": "a", "kind": "camera", "layer": "high"})
		}
		return s.Stats().Replays > 0
	})
	c.until("sound", func() bool { return c.count("a audio") > 5 && c.count("b audio") > 5 })
	c.leave()
	a.until("c is gone", func() bool { return len(a.Seats()) == 2 })
	d := join(t, s, "r", "d") // takes c's place on the same lines
	a.until("the next one on the same lines", func() bool { return a.count("d camera") > 5 && a.count("d audio") > 5 })
	require.Equal(t, 1, a.has("sub"))
	for _, p := range []*somebody{a, b, d} {
		p.leave()
	}
}

func TestLostPacketsAreRepeatedFromTheCache(t *testing.T) {
	s := open(t, Config{})
	a, b := join(t, s, "r", "a"), join(t, s, "r", "b")
	b.until("picture", func() bool { return b.count("a camera") > 60 })
	var mid string
	for _, tag := range b.Tags() {
		if tag.Kind == "camera" {
			mid = tag.Mid
		}
	}
	pc, ssrc := b.Receiving(mid)
	b.mu.Lock()
	all := b.seqs["a camera"]
	lost := []uint16{all[len(all)-20], all[len(all)-19], all[len(all)-5]}
	b.mu.Unlock()
	require.NoError(t, pc.WriteRTCP([]rtcp.Packet{&rtcp.TransportLayerNack{MediaSSRC: ssrc, Nacks: rtcp.NackPairsFromSequenceNumbers(lost)}}))
	b.until("repeated packets", func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, seq := range lost {
			n := 0
			for _, got := range b.seqs["a camera"] {
				if got == seq {
					n++
				}
			}
			if n < 2 {
				return false
			}
		}
		return true
	})
	require.EqualValues(t, 3, s.Stats().Repairs)
	a.leave()
	b.leave()
}

func TestAViewerWithoutAPictureGetsANewKeyFrame(t *testing.T) {
	s := open(t, Config{})
	a, b := join(t, s, "r", "a"), join(t, s, "r", "b")
	b.until("picture", func() bool { return b.keyed("a camera") })
	tags := b.Tags()
	i := slices.IndexFunc(tags, func(tag peer.Tag) bool { return tag.Kind == "camera" })
	require.GreaterOrEqual(t, i, 0)
	b.mu.Lock()
	clear(b.keyAt)
	b.mu.Unlock()
	keys := s.Stats().KeyRequests
	pc, ssrc := b.Receiving(tags[i].Mid)
	require.NoError(t, pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: ssrc}}))
	b.until("a key frame", func() bool { return b.keyed("a camera") })
	require.Greater(t, s.Stats().KeyRequests, keys)
	a.leave()
	b.leave()
}

// What is lost on the way to the room is asked for by the room.
func TestTheRoomAsksForWhatItMisses(t *testing.T) {
	s := open(t, Config{})
	var asked atomic.Int64
	a, b := enterWith(t, s, "r", "a", peer.Options{Lost: func(_ string, seqs []uint16) { asked.Add(int64(len(seqs))) }}), join(t, s, "r", "b")
	a.Join(true, true, false)
	require.NoError(t, a.Publish("camera"))
	a.until("connected", a.Connected)
	video, n := &peer.Video{}, 0
	b.until("picture", func() bool {
		n++
		for _, p := range video.Frame(1, 200, n == 1 || a.key.Swap(false)) {
			require.NoError(t, a.Write("camera", p))
		}
		return b.count("a camera") > 5
	})
	kept := video.Frame(3, 200, false)
	require.NoError(t, a.Write("camera", kept[0]))
	require.NoError(t, a.Write("camera", kept[2]))
	a.until("asked", func() bool { return asked.Load() > 0 })
	before := b.count("a camera")
	require.NoError(t, a.Write("camera", kept[1]))
	b.until("the late one, too", func() bool { return b.count("a camera") > before })
	a.leave()
	b.leave()
}

// Who is put out gets nothing more, also when their socket is gone already.
func TestWhoIsPutOutGetsNothingMore(t *testing.T) {
	s := open(t, Config{})
	a, b := join(t, s, "r", "a"), join(t, s, "r", "b")
	b.until("picture", func() bool { return b.count("a camera") > 10 })
	first := b.now()
	require.False(t, first.Waits())
	b.drop()
	require.True(t, first.Waits())
	b.connect()
	b.Join(true, true, true)
	b.until("resumed", func() bool { n, _ := b.Joined(); return n == 2 })
	first.Expel(WhyRemoved) // speaks for the seat no more
	require.Len(t, s.Seats("r"), 2)
	second := b.now()
	b.drop()
	require.True(t, second.Waits())
	second.Expel(WhyRemoved)
	require.False(t, second.Waits())
	a.until("alone", func() bool { return len(a.Seats()) == 1 })
	b.connect()
	b.Join(true, true, false)
	b.until("back", func() bool { n, _ := b.Joined(); return n == 3 })
	b.now().Expel(WhySignedOut)
	b.until("bye", func() bool { _, why := b.Joined(); return why == WhySignedOut })
	close(b.stop)
	b.media.Wait()
	b.wires.Wait()
	b.Close()
	a.leave()
}

func TestSeatWaitsAndIsResumed(t *testing.T) {
	s := open(t, Config{Wait: 2 * time.Second})
	a, b := join(t, s, "r", "a"), join(t, s, "r", "b")
	a.until("picture", func() bool { return a.count("b camera") > 10 })
	b.drop()
	a.until("the seat waits", func() bool {
		seats := a.Seats()
		return len(seats) == 2 && !seats[1].In
	})
	n := a.count("b camera")
	a.until("media goes on meanwhile", func() bool { return a.count("b camera") > n+10 })
	b.connect()
	b.Join(true, true, true)
	b.until("resumed", func() bool { times, _ := b.Joined(); return times == 2 })
	b.mu.Lock()
	require.True(t, b.heard[len(b.heard)-1].Resumed || b.heard[len(b.heard)-2].Resumed || b.heard[len(b.heard)-3].Resumed)
	b.mu.Unlock()
	a.until("back", func() bool { return a.Seats()[1].In })
	m := b.count("a camera")
	require.NoError(t, b.Restart())
	b.until("a new offer and media after the restart", func() bool { return b.has("sub") == 2 && b.has("pub-answer") == 2 && b.count("a camera") > m+60 })
	n = a.count("b camera")
	a.until("publishing after the restart", func() bool { return a.count("b camera") > n+60 })
	b.drop()
	a.until("the seat is given up", func() bool { return len(a.Seats()) == 1 })
	close(b.stop)
	b.media.Wait()
	b.Close()
	b.wires.Wait()
	a.leave()
}

func TestSecondPageTakesTheSeat(t *testing.T) {
	var mu sync.Mutex
	var said []string
	s := open(t, Config{Presence: func(room, seat string, in bool) {
		mu.Lock()
		defer mu.Unlock()
		said = append(said, fmt.Sprint(room, seat, in))
	}})
	a := join(t, s, "r", "a")
	again := join(t, s, "r", "a")
	a.until("bye", func() bool { _, why := a.Joined(); return why == WhyElsewhere })
	require.Len(t, again.Seats(), 1)
	s.Remove("r", "a", WhyRemoved)
	again.until("bye", func() bool { _, why := again.Joined(); return why == WhyRemoved })
	again.until("presence", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(said) == 3 && said[2] == "rafalse"
	})
	a.leave()
	again.leave()
}

func TestMuteWantAndScreen(t *testing.T) {
	s := open(t, Config{})
	a, b := join(t, s, "r", "a"), join(t, s, "r", "b")
	b.until("sound", func() bool { return b.count("a audio") > 10 && b.count("a camera") > 10 })
	a.Tell(map[string]any{"t": "mute", "kind": "audio", "on": true})
	b.until("muted", func() bool { return !b.Seats()[0].Mic })
	n, still := b.count("a audio"), 0
	b.until("silence", func() bool {
		if m := b.count("a audio"); m != n {
			n, still = m, 0
		}
		still++
		return still > 20
	})
	a.Tell(map[string]any{"t": "mute", "kind": "audio", "on": false})
	b.until("sound again", func() bool { return b.count("a audio") > n+10 })
	b.Tell(map[string]any{"t": "want", "seat": "a", "kind": "camera", "layer": "none"})
	n, still = b.count("a camera"), 0
	b.until("no picture", func() bool {
		if m := b.count("a camera"); m != n {
			n, still = m, 0
		}
		still++
		return still > 20
	})
	b.Tell(map[string]any{"t": "want", "seat": "a", "kind": "camera", "layer": "high"})
	b.until("picture again", func() bool { return b.count("a camera") > n+10 })

	for _, p := range []*somebody{a, b} {
		require.NoError(t, p.Publish("screen"))
		p.until("answer", func() bool { return p.has("pub-answer") == 2 })
		p.media.Go(func() {
			video := &peer.Video{}
			tick := time.NewTicker(20 * time.Millisecond)
			defer tick.Stop()
			for n := 0; ; n++ {
				select {
				case <-p.stop:
					return
				case <-tick.C:
				}
				for _, x := range video.Frame(1, 900, n%50 == 0) {
					_ = p.Write("screen", x)
				}
			}
		})
		if p == a {
			b.until("a's screen", func() bool { return b.count("a screen") > 10 && b.Seats()[0].Screen })
		}
	}
	a.until("b's screen, instead of the own", func() bool { return a.count("b screen") > 10 && a.has("mute") == 1 && !a.Seats()[0].Screen })
	a.leave()
	b.leave()
}

func TestEightAndNoNinth(t *testing.T) {
	s := open(t, Config{})
	var all []*somebody
	for i := range MaxSeats {
		p := enter(t, s, "r", fmt.Sprint("p", i))
		p.Join(true, true, false)
		p.until("joined", func() bool { n, _ := p.Joined(); return n == 1 })
		require.NoError(t, p.Publish("audio"))
		all = append(all, p)
	}
	sound := &peer.Sound{}
	for _, p := range all {
		p.until("connected", p.Connected)
	}
	for _, p := range all {
		p.until("everybody's sound", func() bool {
			for _, q := range all {
				_ = q.Write("audio", sound.Packet(60))
			}
			p.mu.Lock()
			defer p.mu.Unlock()
			return len(p.got) == MaxSeats-1
		})
	}
	_, err := s.Enter("r", "ninth", &wire{q: newQueue()})
	require.ErrorContains(t, err, "full")
	for _, p := range all {
		p.leave()
	}
}

func TestBrokenTalkIsHarmless(t *testing.T) {
	s := open(t, Config{})
	a := join(t, s, "r", "a")
	b := enter(t, s, "r", "b")
	for _, m := range []string{`{`, `[]`, `null`, `{"t":5}`, `{"t":"pub"}`, `{"t":"sub-answer","n":1}`, `{"t":"leave"}`} {
		b.tell(m) // before join
	}
	b.Join(false, false, false)
	b.until("an offer", func() bool { return b.has("sub") == 1 })
	good, err := json.Marshal(strings.Repeat("m=audio 9 x 0\r\n", maxLines+1))
	require.NoError(t, err)
	for _, sdp := range []string{`""`, `"v=0"`, `"v=0\r\nm=audio"`, `"v=0\r\no=- 0 0 IN IP4 0\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\n"`, string(good), `"\u0000\u0000m="`} {
		b.tell(`{"t":"pub","n":1,"sdp":` + sdp + `,"tracks":[{"mid":"0","kind":"camera"}]}`)
		b.tell(`{"t":"sub-answer","n":99,"sdp":` + sdp + `}`)
	}
	for _, m := range []string{`{"t":"want","seat":"nobody","kind":"x"}`, `{"t":"mute","kind":"all","on":true}`, `{"t":"join"}`, `{"t":"restart"}`, `{"t":"pub","n":1,"sdp":"m=","tracks":[{"mid":"0","kind":"brain"}]}`} {
		b.tell(m)
	}
	b.tell(`{"t":"ping"}`)
	b.until("pong", func() bool { return b.has("pong") == 1 })
	b.until("answered", func() bool { return b.has("sub") == 2 })
	b.Tell(map[string]any{"t": "restart"})
	for n := range 5 {
		b.tell(fmt.Sprintf(`{"t":"sub-answer","n":%d,"sdp":"v=0\r\nm=audio"}`, n))
	}
	b.until("bye", func() bool { _, why := b.Joined(); return why == WhyError })
	a.until("alone again", func() bool { return len(a.Seats()) == 1 }) // each hears of it in their own time
	c := enter(t, s, "r", "c")
	for range maxTalk + 1 {
		c.tell(`{}`)
	}
	c.until("cut off", func() bool { _, why := c.Joined(); return why == WhyError })
	for _, p := range []*somebody{b, c} {
		p.wires.Wait()
		p.Close()
	}
	a.leave()
}

// In the long run all of them connect and send; else one of fifty.
func TestAThousandTimesInAndOutLeavesNothing(t *testing.T) {
	connects := 50
	if os.Getenv("HOUSECALL_TEST_LONG") != "" {
		connects = 1
	}
	s := open(t, Config{})
	t.Cleanup(func() {
		if t.Failed() { // who stands where is the only trace of what did not end
			buf := make([]byte, 1<<20)
			t.Logf("%s", buf[:runtime.Stack(buf, true)])
		}
	})
	a := join(t, s, "r", "a")
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	goroutines, bytes := 0, uint64(0)
	for i := range 1000 {
		if i%10 == 0 {
			a.tell(`{"t":"ping"}`) // in the long run its seat would be given up
		}
		if i%connects != 0 { // a page that goes before it is connected
			w := &wire{q: newQueue(), hear: func([]byte) {}}
			l, err := s.Enter("r", fmt.Sprint("b", i), w)
			require.NoError(t, err)
			l.Hear([]byte(`{"t":"join","mic":true}`))
			l.Hear([]byte(`{"t":"leave"}`))
			w.q.close()
			if i%6 == 0 {
				a.until("gone", func() bool { return s.Stats().Seats < 3 })
			}
			continue
		}
		b := enter(t, s, "r", "b")
		b.Join(true, true, false)
		require.NoError(t, b.Publish("audio", "camera"))
		b.until("connected", b.Connected)
		b.leave()
		a.until(fmt.Sprint("gone after time ", i), func() bool { return s.Stats().Seats == 1 })
		if i == 100 {
			goroutines, bytes = runtime.NumGoroutine(), heap()
		}
	}
	a.until("goroutines end", func() bool { return runtime.NumGoroutine() <= goroutines+2 })
	a.until("memory is given back", func() bool { return heap() < bytes+4<<20 })
	s.feeds.mu.Lock()
	feeds := len(s.feeds.slots)
	s.feeds.mu.Unlock()
	require.LessOrEqual(t, feeds, 2*(2*8+1), "the streams of one seat")
	t.Logf("%d goroutines and %d kB after 100 times, %d and %d kB after 1,000", goroutines, bytes>>10, runtime.NumGoroutine(), heap()>>10)
	a.leave()
}
