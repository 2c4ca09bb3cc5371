package portal

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/revoke"
	"housecall/notifications"
)

// Bounds and times of the live socket.
const (
	maxWatched   = 50      // charts of one socket
	maxPerPerson = 30      // sockets of one account at this node
	maxMessage   = 8 << 10 // bytes of what a client says
	maxTalk      = 60      // messages of a client in a minute
	pingEvery    = 25 * time.Second
	deadAfter    = 80 * time.Second // without an answer to a ping
	writeTime    = 10 * time.Second
	pollEvery    = 2 * time.Second  // the database is asked, in case the bus said nothing
	settleEvery  = 30 * time.Second // views that only the clock changes
	askTime      = 5 * time.Second
	liveWorkers  = 4
)

// live tells open pages what moved. One subscription and one poll serve all
// sockets of a node; what is told is decided for each socket anew.
//
// Locks: live.mu before socket.mu. Neither is held while anything is asked of
// the database or written to a socket.
type live struct {
	p     *Portal
	kinds map[string]func(context.Context, identity.Principal, string) (string, error) // of topics
	pool  sync.Pool                                                                    // write buffers, needed only while something is written

	mu      sync.Mutex
	sockets map[*socket]struct{}
	charts  map[string]*watched           // by patient
	topics  map[string]string             // topic -> patient
	pages   map[string]map[*socket]string // topic of the hub -> who follows it, as what
	blind   bool                          // something of a topic may have gone unheard
	queue   []task
	queued  map[task]struct{}
	wake    chan struct{}
	closing bool

	sub     *notifications.Subscription
	cancel  context.CancelFunc
	done    sync.WaitGroup // our own goroutines
	running sync.WaitGroup // sockets with a connection; none is added once closing
}

// watched is a chart that sockets of this node follow.
type watched struct {
	topic   string
	mark    string
	sockets map[*socket]struct{}
}

// task is to look at a chart for all who watch it, at a topic for one socket, or
// at that socket's session.
type task struct {
	patient string
	socket  *socket
	topic   string
	decide  bool // about the topic only: nothing moved
}

func newLive(p *Portal) *live {
	return &live{
		p: p, kinds: p.topicKinds(), sockets: map[*socket]struct{}{}, charts: map[string]*watched{}, topics: map[string]string{}, pages: map[string]map[*socket]string{},
		queued: map[task]struct{}{}, wake: make(chan struct{}, liveWorkers),
	}
}

func (l *live) start(ctx context.Context) {
	ctx, l.cancel = context.WithCancel(context.WithoutCancel(ctx))
	l.mu.Lock()
	l.sub = l.p.Hub.Subscribe()
	for topic := range l.topics { // sockets that came before
		l.sub.Watch(topic)
	}
	for topic := range l.pages {
		l.sub.Watch(topic)
	}
	l.mu.Unlock()
	run := func(f func(context.Context)) {
		l.done.Add(1)
		go func() { defer l.done.Done(); f(ctx) }()
	}
	run(l.listen)
	run(l.tick)
	for range liveWorkers {
		run(l.work)
	}
}

func (l *live) stop() {
	l.mu.Lock()
	first := !l.closing
	l.closing = true
	for s := range l.sockets {
		s.end("", closeRestart)
	}
	l.mu.Unlock()
	if first && l.cancel != nil {
		l.cancel()
		l.sub.Close()
	}
	l.done.Wait()
	l.running.Wait()
}

// ownPage: sockets are for pages of our own, with somebody's session.
func (p *Portal) ownPage(c *fiber.Ctx) error {
	if edge.SessionCookie(c) == "" { // a page has a cookie; a token has its own ways to follow changes
		return fault.New(fault.Forbidden, "This can only be done in Housecall itself.").WithCode("session")
	}
	if c.Get(fiber.HeaderOrigin) != p.origin { // browsers always send it here
		return fault.New(fault.Forbidden, "This request came from another site.").WithCode("origin")
	}
	if !strings.EqualFold(c.Get(fiber.HeaderUpgrade), "websocket") || c.Get("Sec-WebSocket-Version") != "13" {
		return fiber.ErrUpgradeRequired
	}
	return nil
}

// upgrade opens a socket for somebody who is signed in with a page of ours.
func (l *live) upgrade(c *fiber.Ctx) error {
	if edge.Principal(c).Kind == identity.Anonymous {
		return edge.Required(c)
	}
	if err := l.p.ownPage(c); err != nil {
		return err
	}
	s := &socket{live: l, who: edge.Principal(c), cookie: edge.SessionCookie(c), watched: map[string]string{}, topics: map[string]string{}, pinged: time.Now()}
	if err := l.admit(s); err != nil {
		return err
	}
	return edge.TakeOver(c, &l.pool, s.run, func() { l.leave(s) })
}

// admit makes room for a socket, before the connection is one.
func (l *live) admit(s *socket) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closing || !l.p.Revocations.Fresh() {
		return fault.New(fault.Unavailable, "This is not available right now. Please try again in a moment.")
	}
	n := 0
	for other := range l.sockets {
		if other.who.Account == s.who.Account {
			n++
		}
	}
	if n >= maxPerPerson {
		return fault.New(fault.TooMany, "Too many pages are open. Please close some.")
	}
	l.sockets[s] = struct{}{}
	return nil
}

func (l *live) leave(s *socket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.sockets, s)
	for p := range s.watched {
		l.unwatch(s, p)
	}
	for name, topic := range s.topics {
		l.unwatchTopic(s, name, topic)
	}
}

// watch is called under the lock.
func (l *live) watch(s *socket, patient string) {
	w := l.charts[patient]
	if w == nil {
		w = &watched{topic: l.p.Records.ChartTopic(patient), sockets: map[*socket]struct{}{}}
		l.charts[patient], l.topics[w.topic] = w, patient
		if l.sub != nil {
			l.sub.Watch(w.topic)
		}
	}
	w.sockets[s] = struct{}{}
}

// unwatch is called under the lock.
func (l *live) unwatch(s *socket, patient string) {
	w := l.charts[patient]
	if w == nil {
		return
	}
	delete(w.sockets, s)
	if len(w.sockets) == 0 {
		delete(l.charts, patient)
		delete(l.topics, w.topic)
		if l.sub != nil {
			l.sub.Unwatch(w.topic)
		}
	}
}

// later puts a task into the queue, once. It is called under the lock.
func (l *live) later(t task) {
	if _, waits := l.queued[t]; waits || l.closing {
		return
	}
	l.queued[t] = struct{}{}
	l.queue = append(l.queue, t)
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *live) next() (t task, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.queue) == 0 {
		l.queue = nil
		return t, false
	}
	t = l.queue[0]
	l.queue = l.queue[1:]
	delete(l.queued, t) // before it is looked at: what moves meanwhile is looked at again
	return t, true
}

func (l *live) work(ctx context.Context) {
	for {
		t, ok := l.next()
		if !ok {
			select {
			case <-ctx.Done():
				return
			case <-l.wake:
			}
			continue
		}
		if ctx.Err() != nil {
			return
		}
		if t.topic != "" {
			t.socket.lookTopic(ctx, t.topic, !t.decide)
			continue
		}
		if t.socket != nil {
			t.socket.recheck(ctx)
			continue
		}
		l.mu.Lock()
		var all []*socket
		if w := l.charts[t.patient]; w != nil {
			all = make([]*socket, 0, len(w.sockets))
			for s := range w.sockets {
				all = append(all, s)
			}
		}
		l.mu.Unlock()
		for _, s := range all {
			s.look(ctx, t.patient)
		}
	}
}

// listen follows the bus.
func (l *live) listen(context.Context) {
	for topic := range l.sub.C {
		l.mu.Lock()
		if p, ok := l.topics[topic]; ok {
			l.later(task{patient: p})
		}
		for s, name := range l.pages[topic] {
			l.later(task{socket: s, topic: name})
		}
		l.mu.Unlock()
	}
}

// revoked follows the feed of revocations. It only takes notes.
func (l *live) revoked(kind, key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch kind {
	case revoke.Session:
		for s := range l.sockets {
			if s.who.Session == key {
				s.end(byeSignedOut, closeSignedOut)
			}
		}
	case revoke.Account:
		for s := range l.sockets {
			if s.who.Account == key {
				l.later(task{socket: s})
			}
		}
	case revoke.Chart:
		if l.charts[key] != nil {
			l.later(task{patient: key})
		}
		l.decideTopics(key)
	}
}

// tick is the node's clock for all of its sockets.
func (l *live) tick(ctx context.Context) {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	var polled, settled, looked time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-second.C:
			if !l.p.Revocations.Fresh() { // nobody can say any more who may see what
				l.mu.Lock()
				for s := range l.sockets {
					s.end("", closeRestart)
				}
				l.mu.Unlock()
				continue
			}
			l.ping(now)
			if now.Sub(polled) >= pollEvery {
				polled = now
				l.poll(ctx)
			}
			if now.Sub(looked) >= blindEvery {
				looked = now
				l.lookAtTopics()
			}
			if now.Sub(settled) >= settleEvery {
				settled = now
				l.mu.Lock()
				for p := range l.charts {
					l.later(task{patient: p})
				}
				l.decideTopics("")
				l.mu.Unlock()
			}
		}
	}
}

// ping shows clients that the line lives, and looks after their sessions, from
// memory.
func (l *live) ping(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for s := range l.sockets {
		if now.Sub(s.pinged) >= pingEvery {
			l.later(task{socket: s})
		}
	}
}

// poll asks for the marks of all watched charts at once. What moved without a
// nudge is looked at.
func (l *live) poll(ctx context.Context) {
	l.mu.Lock()
	patients := make([]string, 0, len(l.charts))
	for p := range l.charts {
		patients = append(patients, p)
	}
	l.mu.Unlock()
	if len(patients) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	marks, err := l.p.Records.Marks(ctx, patients)
	if err != nil {
		if ctx.Err() == nil {
			l.p.Log.Warn("watched charts could not be asked for", "err", err)
		}
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for p, mark := range marks {
		if w := l.charts[p]; w != nil && w.mark != mark {
			w.mark = mark
			l.later(task{patient: p})
		}
	}
}
