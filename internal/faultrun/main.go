// Command faultrun serves one site with two nodes, a PostgreSQL and a bus of its
// own, sends messages to it with loadtest deliver, and meanwhile does what goes
// wrong in a machine room, in turn: a node is killed, the database crashes, the
// bus is lost, a node stands still. In the end loadtest says whether every message
// that was taken is there once and whether what patients asked waits for somebody, and
// housecall whether its audit is whole.
//
//	go run ./internal/faultrun -count 20000 -every 5s
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"housecall/internal/db/dbtest"
)

func main() {
	count := flag.Int("count", 20_000, "messages")
	threads := flag.Int("threads", 200, "conversations")
	every := flag.Duration("every", 5*time.Second, "time between faults")
	bin := flag.String("bin", "bin", "folder of housecall and loadtest")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *bin, *count, *threads, *every); err != nil {
		fmt.Fprintln(os.Stderr, "faultrun:", err)
		os.Exit(1)
	}
}

// site is what the run serves.
type site struct {
	bin, dir string
	began    time.Time
	database *dbtest.Server
	bus      *server.Server
	busPort  int
	nodes    [2]*node
}

type node struct {
	site *site
	name string
	port int
	cmd  *exec.Cmd
	log  *os.File
}

func run(ctx context.Context, bin string, count, threads int, every time.Duration) (err error) {
	s := &site{bin: bin, began: time.Now()}
	if s.dir, err = os.MkdirTemp("", "housecall-faults-"); err != nil {
		return err
	}
	defer os.RemoveAll(s.dir)
	if s.database, err = dbtest.NewServer(); err != nil {
		return err
	}
	defer s.database.Remove()
	if s.busPort, err = dbtest.FreePort(); err != nil {
		return err
	}
	if err := s.startBus(); err != nil {
		return err
	}
	defer func() { s.bus.Shutdown() }()
	for i := range s.nodes {
		n := &node{site: s, name: fmt.Sprintf("n%d", i+1)}
		if n.port, err = dbtest.FreePort(); err != nil {
			return err
		}
		if n.log, err = os.Create(filepath.Join(s.dir, n.name+".log")); err != nil {
			return err
		}
		s.nodes[i] = n
		if err := n.start(ctx); err != nil { // the second finds the site's key and the tables
			return err
		}
		defer n.kill()
	}
	token, err := s.nodes[0].command(ctx, "token", "--system", "--name", "faultrun", "--scope", "system/*.cruds", "--ttl", "12h")
	if err != nil {
		return err
	}
	token = strings.TrimSpace(token)
	patients, nurse, err := s.people(ctx, token)
	if err != nil {
		return s.explain(err)
	}
	load := exec.CommandContext(ctx, filepath.Join(bin, "loadtest"), "deliver", "--url", s.nodes[0].url(), "--also", s.nodes[1].url(),
		"--count", strconv.Itoa(count), "--threads", strconv.Itoa(threads), "--max-time", "12h", "--max-requests", strconv.Itoa(10*count+1_000_000), "--timeout", "5s")
	load.Env = append(os.Environ(), "HOUSECALL_TOKEN="+token, "HOUSECALL_PATIENT_TOKENS="+strings.Join(patients, ","), "HOUSECALL_STAFF_TOKENS="+nurse)
	load.Stdout, load.Stderr = os.Stdout, os.Stderr
	if err := load.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- load.Wait() }()
	faults, err := s.trouble(ctx, every, ended)
	if err != nil {
		return s.explain(err)
	}
	fmt.Printf("Faults   %d killed nodes, %d crashes of the database, %d losses of the bus, %d nodes that stood still\n", faults[killed], faults[crashed], faults[cut], faults[still])
	said, err := s.nodes[0].command(ctx, "audit", "verify")
	if err != nil {
		return s.explain(fmt.Errorf("the audit is not whole: %w", err))
	}
	fmt.Println("Audit   ", strings.TrimSpace(said))
	return nil
}

// The faults, in their turn.
const (
	killed = iota
	crashed
	cut
	still
	kinds
)

// trouble makes faults until the load has ended. The last ones are mended before
// the conversations are read: a node that is away cannot be asked.
func (s *site) trouble(ctx context.Context, every time.Duration, ended chan error) (done [kinds]int, err error) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case err := <-ended:
			return done, err
		case <-ctx.Done():
			return done, ctx.Err()
		case <-tick.C:
		}
		kind := n % kinds
		if err := s.fault(ctx, kind, s.nodes[n/kinds%len(s.nodes)]); err != nil {
			return done, err
		}
		done[kind]++
	}
}

func (s *site) fault(ctx context.Context, kind int, n *node) error {
	switch kind {
	case killed:
		s.say("%s is killed", n.name)
		n.kill()
		time.Sleep(time.Second)
		return n.start(ctx)
	case crashed:
		s.say("the database crashes")
		s.database.Crash()
		time.Sleep(time.Second)
		return s.database.Start()
	case cut:
		s.say("the bus is lost for 3 s")
		s.bus.Shutdown()
		s.bus.WaitForShutdown()
		time.Sleep(3 * time.Second)
		return s.startBus()
	default:
		s.say("%s stands still for 3 s", n.name)
		if err := n.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
			return err
		}
		time.Sleep(3 * time.Second)
		return n.cmd.Process.Signal(syscall.SIGCONT)
	}
}

func (s *site) say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%7.1f s  %s\n", time.Since(s.began).Seconds(), fmt.Sprintf(format, args...))
}

// explain adds the end of the logs: the folder is removed.
func (s *site) explain(err error) error {
	for _, n := range s.nodes {
		b, _ := os.ReadFile(n.log.Name())
		fmt.Fprintf(os.Stderr, "--- %s\n%s\n", n.name, b[max(0, len(b)-4000):])
	}
	return err
}

func (s *site) startBus() (err error) {
	if s.bus, err = server.NewServer(&server.Options{Host: "127.0.0.1", Port: s.busPort, NoLog: true, NoSigs: true}); err != nil {
		return err
	}
	s.bus.Start()
	if !s.bus.ReadyForConnections(10 * time.Second) {
		return errors.New("the bus does not start")
	}
	return nil
}

func (n *node) url() string { return "http://localhost:" + strconv.Itoa(n.port) }

func (n *node) env() []string {
	s := n.site
	env := append(os.Environ(), "HOUSECALL_NODE="+n.name, "HOUSECALL_ADDR=127.0.0.1:"+strconv.Itoa(n.port), "HOUSECALL_BASE_URL="+n.url(), "HOUSECALL_DATA="+n.data(),
		"HOUSECALL_DATABASE_URL="+s.database.URL, "HOUSECALL_NATS_URL=nats://127.0.0.1:"+strconv.Itoa(s.busPort), "HOUSECALL_ICE_PORT=0", "HOUSECALL_RATE_LIMIT=0", "HOUSECALL_LOG=warn")
	if first := s.nodes[0]; n != first { // one key for the site
		key, _ := os.ReadFile(filepath.Join(first.data(), "site.key"))
		env = append(env, "HOUSECALL_SITE_KEY="+strings.TrimSpace(string(key)))
	}
	return env
}

func (n *node) data() string { return filepath.Join(n.site.dir, n.name) }

// start starts the node and waits until it is ready.
func (n *node) start(ctx context.Context) error {
	n.cmd = exec.Command(filepath.Join(n.site.bin, "housecall"), "serve")
	n.cmd.Env, n.cmd.Stdout, n.cmd.Stderr = n.env(), n.log, n.log
	n.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := os.MkdirAll(n.data(), 0o700); err != nil {
		return err
	}
	if err := n.cmd.Start(); err != nil {
		return err
	}
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline) && ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		res, err := http.Get(n.url() + "/readyz")
		if err != nil {
			continue
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		if res.StatusCode == http.StatusOK {
			return nil
		}
	}
	return n.site.explain(fmt.Errorf("%s does not get ready", n.name))
}

func (n *node) kill() {
	_ = n.cmd.Process.Kill()
	_ = n.cmd.Wait()
}

func (n *node) command(ctx context.Context, args ...string) (string, error) {
	c := exec.CommandContext(ctx, filepath.Join(n.site.bin, "housecall"), args...)
	c.Env, c.Stderr = n.env(), os.Stderr
	out, err := c.Output()
	return string(out), err
}
