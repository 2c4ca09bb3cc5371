package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/telehealth"
	"housecall/telehealth/schedule"
)

// clinicNodes are three processes of one site, and a visit with three people: each
// came in at another node.
type clinicNodes struct {
	t      *testing.T
	cfgs   [3]Config
	nodes  [3]*process
	ways   [3]*tcpWay // to the database
	bus    *server.Server
	base   string // one address, behind which there are three nodes
	path   string
	people []*walker
}

// A room whose node is killed, or drains, comes back at another one: with the same
// seats, and with what was muted muted.
func TestAVisitGoesOnAtAnotherNode(t *testing.T) {
	c := newClinicNodes(t, dbtest.PostgresURL(t))
	c.meet()
	for _, f := range []nodeFault{{"kill -9", (*clinicNodes).killed}, {"drain", (*clinicNodes).drained}} {
		c.fault(f)
	}
}

// All that can happen to three nodes, several times each; make visit-faults.
func TestAVisitOutlivesTheMachineRoom(t *testing.T) {
	if os.Getenv("HOUSECALL_TEST_LONG") == "" {
		t.Skip("a long run: make visit-faults")
	}
	database, err := dbtest.NewServer()
	require.NoError(t, err)
	t.Cleanup(database.Remove)
	c := newClinicNodes(t, database.URL)
	c.meet()
	crash := func(c *clinicNodes, _ int) {
		database.Crash()
		require.NoError(c.t, database.Start())
	}
	took := map[string][]time.Duration{}
	faults := []nodeFault{
		{"kill -9 of the room's node", (*clinicNodes).killed}, {"drain", (*clinicNodes).drained}, {"SIGTERM", (*clinicNodes).stopped},
		{"bus lost for 5 s", (*clinicNodes).busLost}, {"database restarts", crash}, {"the node loses the database", (*clinicNodes).cutOff},
	}
	for range 5 {
		for _, f := range faults {
			took[f.name] = append(took[f.name], c.fault(f)...)
		}
	}
	for _, f := range faults {
		least, most := took[f.name][0], time.Duration(0)
		for _, d := range took[f.name] {
			least, most = min(least, d), max(most, d)
		}
		fmt.Printf("%-30s longest silence of each person, %d times: %.2f to %.2f s\n", f.name, len(took[f.name]), least.Seconds(), most.Seconds())
	}
}

// nodeFault is what goes wrong, at the node that has the room.
type nodeFault struct {
	name string
	do   func(c *clinicNodes, at int)
}

func newClinicNodes(t *testing.T, database string) *clinicNodes {
	c := &clinicNodes{t: t}
	c.startBus(server.RANDOM_PORT)
	t.Cleanup(func() { c.bus.Shutdown() })
	key := newSiteKey()
	for i := range c.cfgs {
		cfg := testConfig(t)
		cfg.Addr, cfg.NATSURL, cfg.SiteKey, cfg.Data = freeAddress(t), c.bus.ClientURL(), key, filepath.Join(t.TempDir(), "data")
		at, err := url.Parse(database)
		require.NoError(t, err)
		c.ways[i] = newWay(t, at.Host)
		at.Host = c.ways[i].address()
		cfg.DatabaseURL = at.String()
		if c.base == "" {
			_, port, _ := net.SplitHostPort(cfg.Addr)
			c.base = "http://localhost:" + port
		}
		cfg.BaseURL = c.base
		c.cfgs[i] = cfg
	}
	c.arrange()
	var up sync.WaitGroup
	for i := range c.nodes {
		up.Go(func() { c.serve(i) })
	}
	up.Wait()
	t.Cleanup(func() {
		if !t.Failed() {
			return
		}
		for _, w := range c.people {
			w.mu.Lock()
			t.Logf("%s:\n%s", w.name, strings.Join(w.steps, "\n"))
			for key, a := range w.came {
				t.Logf("%s: %d packets, the last %v ago, silence %v", key, a.recent, time.Since(a.last), a.silence)
			}
			w.mu.Unlock()
		}
		for _, p := range c.nodes {
			t.Log(p.said.String())
		}
	})
	return c
}

func (c *clinicNodes) serve(i int) {
	c.nodes[i] = serve(c.t, c.cfgs[i], "HOUSECALL_BASE_URL="+c.base)
}

func (c *clinicNodes) startBus(port int) {
	bus, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, NoLog: true, NoSigs: true})
	require.NoError(c.t, err)
	bus.Start()
	require.True(c.t, bus.ReadyForConnections(10*time.Second))
	c.bus = bus
}

// arrange makes the people and a visit that has begun, to which they are admitted.
func (c *clinicNodes) arrange() {
	ctx, t := context.Background(), c.t
	a, err := NewApp(ctx, c.cfgs[0])
	require.NoError(t, err)
	defer a.Stop()
	ida, visit := uuid.NewString(), uuid.NewString()
	(&house{t: t, app: a}).put(`{"resourceType":"Patient","id":"` + ida + `","name":[{"family":"Moss"}],"birthDate":"1950-02-03"}`)
	c.path = "/visits/" + visit + "/signal"
	somebody := func(n identity.NewAccount) identity.Principal {
		account, err := a.Identity.CreateAccount(ctx, n)
		require.NoError(t, err)
		_, cookie, err := a.Identity.StartSession(ctx, identity.NewSession{Account: account.ID, Proof: identity.SecondFactor, Address: "127.0.0.1"})
		require.NoError(t, err)
		live, err := a.Identity.Session(ctx, cookie, false)
		require.NoError(t, err)
		c.people = append(c.people, &walker{c: c, name: n.Name, cookie: a.Identity.Cookie(cookie).String(), camera: len(c.people) < 2})
		return live.Principal
	}
	self := somebody(identity.NewAccount{Email: "ida@example.org", Name: "patient", Kind: identity.Person, Patient: ida})
	hale := somebody(identity.NewAccount{Email: "hale@example.org", Name: "clinician", Kind: identity.Staff, Roles: []identity.Role{identity.Clinician}, Practitioner: uuid.NewString()})
	quill := somebody(identity.NewAccount{Email: "quill@example.org", Name: "nurse", Kind: identity.Staff, Roles: []identity.Role{identity.Nurse}, Practitioner: uuid.NewString()})
	require.NoError(t, a.DB.InTx(ctx, func(d *db.Conn) error {
		if err := a.Access.JoinTeamTx(d, matrixFeed, hale.Account, ida, identity.Clinician, time.Time{}); err != nil {
			return err
		}
		return a.Access.JoinTeamTx(d, matrixFeed, quill.Account, ida, identity.Nurse, time.Time{})
	}))
	_, err = a.Schedule.Offer(ctx, matrixFeed, schedule.Offered{Account: hale.Account, Specialty: "Family Medicine", Modes: []schedule.Mode{schedule.Video}, Starts: []time.Time{time.Now().Add(5 * time.Minute).Truncate(time.Minute)}, Length: 20 * time.Minute})
	require.NoError(t, err)
	var slot string
	require.NoError(t, a.DB.Read(ctx).QueryRow(`SELECT id FROM slots WHERE account = ?`, hale.Account).Scan(&slot))
	_, err = a.Schedule.Book(ctx, self, ida, schedule.In{ID: visit, Slot: slot, Mode: schedule.Video})
	require.NoError(t, err)
	for _, host := range []identity.Principal{hale, quill} {
		_, err = a.Visits.Start(ctx, host, ida, visit)
		require.NoError(t, err)
	}
	_, err = a.Visits.Consent(ctx, self, ida, visit, telehealth.ConsentVersion)
	require.NoError(t, err)
	_, err = a.Visits.SayPlace(ctx, self, ida, visit, telehealth.Whereabouts{Country: "US", Region: "OR", Address: "At home", Phone: "+1 503 555 0142"})
	require.NoError(t, err)
	v, err := a.Visits.Wait(ctx, self, ida, visit)
	require.NoError(t, err)
	_, err = a.Visits.Admit(ctx, hale, ida, visit, v.Me.Seat)
	require.NoError(t, err)
}

// meet brings everybody in, each by another node.
func (c *clinicNodes) meet() {
	for i, w := range c.people {
		w.start(i)
	}
	c.all("everybody hears and sees everybody", 30*time.Second, func(w *walker) bool { return w.receives() })
}

func (c *clinicNodes) all(what string, within time.Duration, is func(*walker) bool) {
	c.t.Helper()
	require.Eventually(c.t, func() bool {
		for _, w := range c.people {
			if !is(w) {
				return false
			}
		}
		return true
	}, within, 10*time.Millisecond, what)
}

// again waits until everybody hears and sees everybody, for a second.
func (c *clinicNodes) again(what string) {
	c.t.Helper()
	for _, w := range c.people {
		w.anew()
	}
	c.all(what, 40*time.Second, func(w *walker) bool { return w.receives() })
}

// fault does what goes wrong and waits until everybody is with everybody again. It
// gives the longest time for which each received nothing of one kind.
func (c *clinicNodes) fault(f nodeFault) (silences []time.Duration) {
	c.t.Helper()
	at := c.holder()
	seats := map[string]string{}
	for _, w := range c.people {
		seats[w.name] = w.seat()
		w.mark()
	}
	f.do(c, at)
	began := time.Now()
	c.again(f.name + ": everybody hears and sees everybody again")
	for _, w := range c.people {
		silences = append(silences, w.silence())
		require.Equal(c.t, seats[w.name], w.seat(), "the same seat")
		cameras := map[string]bool{}
		for _, s := range w.others() {
			cameras[s.Seat] = s.Cam
		}
		for _, o := range c.people {
			if o != w {
				require.Equal(c.t, o.camera, cameras[seats[o.name]], "%s: whether the camera of the %s is on, as the %s sees it", f.name, o.name, w.name)
			}
		}
	}
	c.t.Logf("%s: all again %.1f s later; silences %v", f.name, time.Since(began).Seconds(), silences)
	c.mend()
	return silences
}

// mend starts what does not run any more.
func (c *clinicNodes) mend() {
	for i, p := range c.nodes {
		if p.over {
			c.serve(i)
		}
	}
}

var roomsNow = regexp.MustCompile(`(?m)^housecall_video_rooms (\d+)$`)

// has tells whether a node has a room, as it says itself.
func (c *clinicNodes) has(i int) bool {
	client := http.Client{Timeout: time.Second}
	res, err := client.Get(c.nodes[i].url + "/metrics")
	if err != nil {
		return false
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	n := roomsNow.FindSubmatch(text)
	return n != nil && string(n[1]) != "0"
}

// holder is the node that has the room.
func (c *clinicNodes) holder() (at int) {
	c.t.Helper()
	require.Eventually(c.t, func() bool {
		var holders []int
		for i := range c.nodes {
			if c.has(i) {
				holders = append(holders, i)
			}
		}
		if len(holders) == 1 {
			at = holders[0]
		}
		return len(holders) == 1
	}, 20*time.Second, 20*time.Millisecond, "one node has the room")
	return at
}

func (c *clinicNodes) killed(at int) { c.nodes[at].kill() }

func (c *clinicNodes) drained(at int) {
	said := c.nodes[at].says("drain", "--within", "0s")
	require.Contains(c.t, said, "1 moved")
	res, err := http.Get(c.nodes[at].url + "/readyz")
	require.NoError(c.t, err)
	_ = res.Body.Close()
	require.Equal(c.t, http.StatusServiceUnavailable, res.StatusCode, "load balancers send people elsewhere")
	c.again("everybody is with everybody, also who comes in by the node that drains")
	require.False(c.t, c.has(at), "it has taken the room again")
	c.nodes[at].says("drain", "--undo")
}

func (c *clinicNodes) stopped(at int) { c.nodes[at].stop() }

func (c *clinicNodes) busLost(int) {
	port := c.bus.Addr().(*net.TCPAddr).Port
	c.bus.Shutdown()
	c.bus.WaitForShutdown()
	time.Sleep(5 * time.Second) // of the fault, which lasts that long
	c.startBus(port)
}

// cutOff: the node does not reach the database any more, and still reaches everybody
// else. No other node may have the room before it has given it up.
func (c *clinicNodes) cutOff(at int) {
	c.ways[at].cut(true)
	deadline := time.Now().Add(30 * time.Second)
	for other := false; !other; {
		require.True(c.t, time.Now().Before(deadline), "nobody takes the room of a node without a database")
		mine := c.has(at)
		for i := range c.nodes {
			if i != at && c.has(i) { // asked later than the other one
				other = true
				require.False(c.t, mine, "two nodes have one room")
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	require.False(c.t, c.has(at))
	c.ways[at].cut(false)
}

// tcpWay passes TCP on to somewhere, until it is cut: then nothing goes through, and
// nobody is told.
type tcpWay struct {
	ln   net.Listener
	mu   sync.Mutex
	off  bool
	cond *sync.Cond
}

func newWay(t *testing.T, to string) *tcpWay {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w := &tcpWay{ln: ln}
	w.cond = sync.NewCond(&w.mu)
	t.Cleanup(func() { _ = ln.Close(); w.cut(false) })
	go func() {
		for {
			in, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer in.Close()
				w.passes()
				out, err := net.Dial("tcp", to)
				if err != nil {
					return
				}
				defer out.Close()
				go func() { w.copy(out, in); _ = out.Close() }()
				w.copy(in, out)
			}()
		}
	}()
	return w
}

func (w *tcpWay) address() string { return w.ln.Addr().String() }

func (w *tcpWay) cut(off bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.off = off
	w.cond.Broadcast()
}

func (w *tcpWay) passes() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.off {
		w.cond.Wait()
	}
}

func (w *tcpWay) copy(to io.Writer, from io.Reader) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		w.passes()
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func cookieOf(header string) string {
	pair, _, _ := strings.Cut(header, ";")
	return pair
}
