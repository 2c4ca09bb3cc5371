package notifications_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"housecall/internal/sitekey"

	"housecall/internal/db/dbtest"
	"housecall/notifications"
)

func TestMain(m *testing.M) { dbtest.Main(tidy{m}) }

// tidy fails when tests leave anything running. GORM never ends the goroutine of
// its memory of statements.
type tidy struct{ *testing.M }

func (m tidy) Run() int {
	code := m.M.Run()
	if err := goleak.Find(goleak.IgnoreAnyFunction("gorm.io/gorm/internal/lru.NewLRU[...].func1")); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

const (
	wait = 10 * time.Second
	// oftenPolled: tests bring the time of jobs about in the database, which wakes nobody.
	oftenPolled = 20 * time.Millisecond
)

var key = sitekey.ForTest().Secret("hub")

func newHub(t *testing.T, url string) *notifications.Hub {
	t.Helper()
	h, err := notifications.NewHub(notifications.Config{URL: url, Key: key})
	require.NoError(t, err)
	require.NoError(t, h.Start(context.Background()))
	t.Cleanup(h.Stop)
	return h
}

func next(t *testing.T, s *notifications.Subscription) string {
	t.Helper()
	select {
	case topic := <-s.C:
		return topic
	case <-time.After(wait):
		t.Fatal("nothing came")
		return ""
	}
}

func nothing(t *testing.T, s *notifications.Subscription) {
	t.Helper()
	select {
	case topic, ok := <-s.C:
		t.Fatalf("unexpected: %q %v", topic, ok)
	default:
	}
}

// startServer runs a real NATS server; port 0 takes a free one.
func startServer(t *testing.T, port int) (*server.Server, int) {
	t.Helper()
	if port == 0 {
		port = server.RANDOM_PORT
	}
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, NoLog: true, NoSigs: true})
	require.NoError(t, err)
	s.Start()
	require.True(t, s.ReadyForConnections(wait))
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	return s, s.Addr().(*net.TCPAddr).Port
}

func TestHubTellsWhoWatches(t *testing.T) {
	h := newHub(t, "")
	require.NoError(t, h.Health())
	a, b := h.Subscribe("anna"), h.Subscribe("bert")
	defer a.Close()
	defer b.Close()
	h.Publish("anna")
	require.Equal(t, "anna", next(t, a))
	nothing(t, b)
	b.Watch("anna")
	a.Unwatch("anna")
	h.Publish("anna")
	require.Equal(t, "anna", next(t, b))
	nothing(t, a)
}

func TestSlowReadersGetEachTopicOnceAndBlockNobody(t *testing.T) {
	h := newHub(t, "")
	s := h.Subscribe()
	defer s.Close()
	const topics = 50
	for i := range topics {
		s.Watch(fmt.Sprint(i))
	}
	for range 200 { // nobody reads; publishing goes on
		for i := range topics {
			h.Publish(fmt.Sprint(i))
		}
	}
	seen := map[string]int{}
	for range topics {
		seen[next(t, s)]++
	}
	h.Publish("0")
	for next(t, s) != "0" { // the one that was in hand may come once more
	}
	total := 0
	for _, n := range seen {
		total += n
		require.LessOrEqual(t, n, 2)
	}
	require.Equal(t, topics, total)
}

func TestAChangeDuringTheHandoverIsToldAgain(t *testing.T) {
	h := newHub(t, "")
	s := h.Subscribe("x")
	defer s.Close()
	for range 2000 {
		h.Publish("x")
		require.Equal(t, "x", next(t, s))
	}
}

func TestTwoNodesOnOneBus(t *testing.T) {
	ns, port := startServer(t, 0)
	url := fmt.Sprintf("nats://127.0.0.1:%d", port)
	one, two := newHub(t, url), newHub(t, url)

	tap, err := nats.Connect(url)
	require.NoError(t, err)
	defer tap.Close()
	var mu sync.Mutex
	var heard []string
	_, err = tap.Subscribe(">", func(m *nats.Msg) {
		mu.Lock()
		heard = append(heard, m.Subject+" "+string(m.Data))
		mu.Unlock()
	})
	require.NoError(t, err)
	require.NoError(t, tap.Flush())

	here, there := one.Subscribe("patient-anna"), two.Subscribe("patient-anna", "patient-bert")
	defer here.Close()
	defer there.Close()
	one.Publish("patient-anna")
	require.Equal(t, "patient-anna", next(t, here))
	require.Equal(t, "patient-anna", next(t, there))
	require.Eventually(t, func() bool { mu.Lock(); defer mu.Unlock(); return len(heard) == 1 }, wait, time.Millisecond)
	require.NotContains(t, heard[0], "anna", "a listener on the bus learns no topic")
	nothing(t, here)

	t.Run("lost and found again", func(t *testing.T) {
		ns.Shutdown()
		ns.WaitForShutdown()
		require.Eventually(t, func() bool { return one.Health() != nil && two.Health() != nil }, wait, time.Millisecond)
		one.Publish("patient-anna") // while nobody else can hear it
		require.Equal(t, "patient-anna", next(t, here), "this node goes on by itself")
		startServer(t, port)
		require.Eventually(t, func() bool { return one.Health() == nil && two.Health() == nil }, wait, time.Millisecond)
		got := map[string]bool{}
		for len(got) < 2 {
			got[next(t, there)] = true
		}
		require.Equal(t, map[string]bool{"patient-anna": true, "patient-bert": true}, got, "all that is watched is looked at again")
	})
}

func TestHubStartsWithoutItsBus(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := l.Addr().(*net.TCPAddr).Port
	require.NoError(t, l.Close())
	h := newHub(t, fmt.Sprintf("nats://127.0.0.1:%d", port))
	require.Error(t, h.Health())
	s := h.Subscribe("x")
	defer s.Close()
	h.Publish("x")
	require.Equal(t, "x", next(t, s))
	startServer(t, port)
	require.Eventually(t, func() bool { return h.Health() == nil }, wait, time.Millisecond)
}

func TestSitesOnOneBusDoNotMeet(t *testing.T) {
	_, port := startServer(t, 0)
	url := fmt.Sprintf("nats://127.0.0.1:%d", port)
	one := newHub(t, url)
	other, err := notifications.NewHub(notifications.Config{URL: url, Key: sitekey.NewRing(sitekey.KeyForTest(2)).Secret("hub")})
	require.NoError(t, err)
	require.NoError(t, other.Start(context.Background()))
	t.Cleanup(other.Stop)
	mine, theirs := one.Subscribe("x"), other.Subscribe("x", "fence")
	defer mine.Close()
	defer theirs.Close()
	one.Publish("x")
	require.Equal(t, "x", next(t, mine))
	other.Publish("fence")
	require.Equal(t, "fence", next(t, theirs))
}

func TestStopEndsSubscriptionsAndMayComeFirstOrTwice(t *testing.T) {
	h, err := notifications.NewHub(notifications.Config{Key: key})
	require.NoError(t, err)
	s := h.Subscribe("x")
	h.Stop()
	h.Stop()
	_, open := <-s.C
	require.False(t, open)
	s.Close()
	late := h.Subscribe("x")
	_, open = <-late.C
	require.False(t, open)
	h.Publish("x")
	require.Error(t, h.Start(context.Background()))
}

func TestManyWatchersComeAndGoWhileOthersPublish(t *testing.T) {
	h := newHub(t, "")
	ctx, cancel := context.WithCancel(context.Background())
	var publishers, readers sync.WaitGroup
	for range 4 {
		publishers.Go(func() {
			for ctx.Err() == nil {
				h.Publish("x")
				h.Publish("y")
			}
		})
	}
	for range 8 {
		readers.Go(func() {
			for range 50 {
				s := h.Subscribe("x")
				s.Watch("y")
				<-s.C
				s.Unwatch("x")
				<-s.C
				s.Close()
			}
		})
	}
	readers.Wait()
	cancel()
	publishers.Wait()
}

func BenchmarkPublishToAThousandWatchers(b *testing.B) {
	h, err := notifications.NewHub(notifications.Config{Key: key})
	require.NoError(b, err)
	require.NoError(b, h.Start(context.Background()))
	defer h.Stop()
	for i := range 1000 {
		s := h.Subscribe(fmt.Sprint(i % 100))
		defer s.Close()
		go func() {
			for range s.C {
			}
		}()
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		h.Publish(fmt.Sprint(i % 100))
		i++
	}
}

// Nodes learn of a new site key one after the other; nobody is missed meanwhile, on
// topics and pipes alike, nor when the old one is gone.
func TestNodesHearEachOtherWhileTheKeyChanges(t *testing.T) {
	_, port := startServer(t, 0)
	one, two := sitekey.KeyForTest(1), sitekey.KeyForTest(2)
	type node struct {
		ring  *sitekey.Ring
		hub   *notifications.Hub
		sub   *notifications.Subscription
		heard chan string
	}
	start := func() node {
		n := node{ring: sitekey.NewRing(one), heard: make(chan string, 100)}
		h, err := notifications.NewHub(notifications.Config{URL: fmt.Sprintf("nats://127.0.0.1:%d", port), Key: n.ring.Secret("hub")})
		require.NoError(t, err)
		require.NoError(t, h.Start(context.Background()))
		t.Cleanup(h.Stop)
		n.hub, n.sub = h, h.Subscribe("x")
		t.Cleanup(n.sub.Close)
		stop, err := h.Receive("pipe", func(b []byte) { n.heard <- string(b) })
		require.NoError(t, err)
		t.Cleanup(stop)
		return n
	}
	a, b := start(), start()
	count := 0
	exchange := func() {
		t.Helper()
		for _, p := range [][2]node{{a, b}, {b, a}} {
			count++
			said := fmt.Sprint("word ", count)
			require.Eventually(t, func() bool { // a subscription is there a moment after it was asked for
				require.NoError(t, p[0].hub.Send("pipe", []byte(said)))
				select {
				case got := <-p[1].heard:
					return got == said
				case <-time.After(50 * time.Millisecond):
					return false
				}
			}, wait, time.Millisecond)
			p[0].hub.Publish("x")
			require.Equal(t, "x", next(t, p[1].sub))
			require.Equal(t, "x", next(t, p[0].sub))
		}
	}
	exchange()
	for _, step := range []struct {
		of   node
		keys []sitekey.Key
	}{{a, []sitekey.Key{one, two}}, {b, []sitekey.Key{one, two}}, {a, []sitekey.Key{two, one}}, {b, []sitekey.Key{two, one}}, {a, []sitekey.Key{two}}, {b, []sitekey.Key{two}}} {
		step.of.ring.Set(sitekey.State{Keys: step.keys, First: one.ID()})
		exchange()
	}
	late, err := notifications.NewHub(notifications.Config{URL: fmt.Sprintf("nats://127.0.0.1:%d", port), Key: sitekey.NewRing(two).Secret("hub")})
	require.NoError(t, err)
	require.NoError(t, late.Start(context.Background()))
	t.Cleanup(late.Stop)
	late.Publish("x")
	require.Equal(t, "x", next(t, a.sub), "who starts later speaks as the others do")
}
