package sfu

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/stretchr/testify/require"

	"housecall/telehealth/sfu/peer"
)

// Sizes of packets, by which a receiver can tell the layers.
const (
	largeSize = 900
	smallSize = 300
)

// camera2 sends its camera in two layers, as long as the room wants them.
type camera2 struct {
	*somebody
	key    map[string]*atomic.Bool
	tookUp atomic.Int64 // packets of the large layer
}

func layered(t testing.TB, s *Server, room, id string) *camera2 {
	c := &camera2{key: map[string]*atomic.Bool{"camera": {}, peer.Low: {}, "audio": {}}}
	c.somebody = enterWith(t, s, room, id, peer.Options{Layers: true, Key: func(kind string) { c.key[kind].Store(true) }})
	c.Join(true, true, false)
	c.until("joined", func() bool { n, _ := c.Joined(); return n == 1 })
	require.NoError(t, c.Publish("audio", "camera"))
	c.until("connected", c.Connected)
	c.media.Go(c.film)
	return c
}

// wanted tells whether the room wants a layer.
func (c *camera2) wanted(rid string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range slices.Backward(c.heard) {
		if m.T == "layers" {
			return slices.Contains(m.Rids, rid)
		}
	}
	return true
}

func (c *camera2) film() {
	large, small, sound := &peer.Video{}, &peer.Video{}, &peer.Sound{}
	small.Frame(700, smallSize, false) // numbers of their own
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	var off [2]bool
	for n := 0; ; n++ {
		select {
		case <-c.stop:
			return
		case <-tick.C:
		}
		for i, x := range []struct {
			kind, rid string
			v         *peer.Video
			packets   int
			size      int
		}{{"camera", "h", large, 4, largeSize}, {peer.Low, "l", small, 1, smallSize}} {
			if !c.wanted(x.rid) {
				off[i] = true
				continue
			}
			key := c.key[x.kind].Swap(false) || n == 0 || off[i]
			off[i] = false
			for _, p := range x.v.Frame(x.packets, x.size, key) {
				if c.Write(x.kind, p) == nil && i == 0 {
					c.tookUp.Add(1)
				}
			}
		}
		_ = c.Write("audio", sound.Packet(80))
	}
}

// seen is what a receiver of pictures can find wrong with them.
type seen struct {
	mu     sync.Mutex
	last   *rtp.Packet
	size   int
	begun  int
	faults []string
	turns  int
}

func (v *seen) take(tag peer.Tag, p *rtp.Packet) {
	if tag.Kind != "camera" || len(p.Payload) < smallSize {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.begun++
	id := func(p *rtp.Packet) uint16 { return uint16(p.Payload[2]&0x7f)<<8 | uint16(p.Payload[3]) }
	if l := v.last; l != nil {
		if p.SequenceNumber != l.SequenceNumber+1 {
			v.faults = append(v.faults, "a gap in the numbers")
		}
		if p.Timestamp != l.Timestamp && p.Timestamp-l.Timestamp > 90000*5 {
			v.faults = append(v.faults, "time goes back")
		}
		if next := (id(l) + 1) & 0x7fff; id(p) != id(l) && id(p) != next || p.Timestamp != l.Timestamp && id(p) != next {
			v.faults = append(v.faults, "a gap in the picture ids")
		}
		if len(p.Payload) != v.size {
			v.turns++
			if !peer.Key(p.Payload) {
				v.faults = append(v.faults, "another layer without a key frame")
			}
		}
	}
	v.last, v.size = p.Clone(), len(p.Payload)
}

func (v *seen) now() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.size
}

func TestLayersFollowWhatIsWanted(t *testing.T) {
	t.Parallel()
	s := open(t, Config{})
	a, v := layered(t, s, "r", "a"), &seen{}
	b := enterWith(t, s, "r", "b", peer.Options{Packet: v.take, Report: true})
	b.Join(false, false, false)
	b.until("the large picture", func() bool { return v.now() == largeSize })
	b.tell(`{"t":"want","seat":"a","kind":"camera","layer":"low"}`)
	b.until("the small picture", func() bool { return v.now() == smallSize })
	a.until("the large one is needed no more", func() bool { return !a.wanted("h") && a.wanted("l") })
	up := a.tookUp.Load()
	v.mu.Lock()
	begun := v.begun
	v.mu.Unlock()
	b.until("the small one goes on", func() bool {
		v.mu.Lock()
		defer v.mu.Unlock()
		return v.begun > begun+20
	})
	require.LessOrEqual(t, a.tookUp.Load()-up, int64(4), "what nobody needs is not sent")
	s.mu.Lock()
	camera := s.rooms["r"].others(&Seat{id: "b"})[0].camera
	s.mu.Unlock()
	require.False(t, camera.at(high).lives(time.Now(), goesFor), "and does not come here")
	require.True(t, camera.at(low).lives(time.Now(), livesFor))
	b.tell(`{"t":"want","seat":"a","kind":"camera","layer":"high"}`)
	b.until("the large one again", func() bool { return v.now() == largeSize && a.wanted("h") })
	b.tell(`{"t":"want","seat":"a","kind":"camera","layer":"none"}`)
	a.until("no picture is needed", func() bool { return !a.wanted("h") && !a.wanted("l") })
	b.tell(`{"t":"want","seat":"a","kind":"camera","layer":"low"}`)
	b.until("small", func() bool { return v.now() == smallSize })
	v.mu.Lock()
	require.Empty(t, v.faults)
	require.GreaterOrEqual(t, v.turns, 3)
	v.mu.Unlock()
	b.leave()
	a.leave()
}

// A browser leaves out the large layer when its own line is weak.
func TestALayerThatDoesNotComeIsReplaced(t *testing.T) {
	now, o := time.Now(), &source{}
	require.Nil(t, o.best(high, now))
	h, l := &track{layer: high}, &track{layer: low}
	o.set(l)
	require.Same(t, l, o.best(high, now))
	o.set(h)
	l.came.Store(now.UnixNano())
	require.Same(t, l, o.best(high, now))
	h.came.Store(now.UnixNano())
	require.Same(t, h, o.best(high, now))
	require.Same(t, l, o.best(low, now))
	now = now.Add(2 * livesFor)
	require.Same(t, h, o.best(high, now), "both rest")
	require.False(t, o.unset(h))
	require.Same(t, l, o.best(high, now))
	require.True(t, o.unset(l))
}

func TestLayersKeepTheSendersTime(t *testing.T) {
	now := time.Now()
	h := &track{clock: 90000, srNTP: 100 << 32, srTS: 5000, srAt: now}
	l := &track{clock: 90000, srNTP: 102 << 32, srTS: 1 << 31, srAt: now}
	d, ok := l.aligned(h)
	require.True(t, ok)
	require.Equal(t, uint32(5000+2*90000), uint32(1<<31)+d)
	d, ok = h.aligned(l)
	require.True(t, ok)
	require.Equal(t, uint32(1<<31-2*90000), 5000+d)
	_, ok = h.aligned(&track{})
	require.False(t, ok)
}

// Packets that waited are sent by another clock than those that did not.
func TestTimeNeverGoesBack(t *testing.T) {
	s, w, now := &Server{}, &far{}, time.Now()
	from, f := camera(s, "a"), &frames{}
	x := watched(s, from, w)
	from.take(f.next(100), now)
	last := x.lastTS
	x.carry(nil, true)
	other := camera(s, "b")
	other.kind = Audio // which begins at once
	x.carry(other, false)
	first := &frames{}
	other.take(first.next(100), now.Add(-time.Second))
	require.Equal(t, last+1, x.lastTS)
	x.carry(nil, true)
}
