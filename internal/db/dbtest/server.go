package dbtest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

var private struct {
	once sync.Once
	url  string
	err  error
	stop func()
}

// Main runs the tests of a package and stops the private server, if one was
// started. Packages that use PostgreSQL call it from TestMain.
func Main(m interface{ Run() int }) {
	code := m.Run()
	if private.stop != nil {
		private.stop()
	}
	os.Exit(code)
}

func serverURL() (string, error) {
	if u := os.Getenv("HOUSECALL_TEST_POSTGRES"); u != "" {
		return u, nil
	}
	private.once.Do(func() { private.url, private.stop, private.err = StartServer() })
	return private.url, private.err
}

// Server is a PostgreSQL cluster in a temporary folder.
type Server struct {
	URL string

	bin, dir, data, port string
	attr                 *syscall.SysProcAttr
	running              *exec.Cmd
}

// StartServer makes a cluster and gives its URL and what stops it.
func StartServer() (string, func(), error) {
	s, err := NewServer()
	if err != nil {
		return "", nil, err
	}
	return s.URL, s.Remove, nil
}

// NewServer makes a cluster, with further arguments of initdb, and starts it.
// PostgreSQL refuses to run as root, so root hands it to the user postgres.
func NewServer(more ...string) (*Server, error) {
	s := &Server{attr: &syscall.SysProcAttr{Pdeathsig: syscall.SIGINT}}
	var err error
	if s.bin, err = postgresBin(); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("", "housecall-pg-"); err != nil {
		return nil, err
	}
	if os.Getuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			return nil, fmt.Errorf("running as root needs the user postgres, which the package postgresql makes: %w", err)
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		if err := os.Chown(s.dir, uid, gid); err != nil {
			return nil, err
		}
		s.attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	port, err := FreePort()
	if err != nil {
		return nil, err
	}
	s.port, s.data = strconv.Itoa(port), filepath.Join(s.dir, "data")
	s.URL = "postgres://postgres@127.0.0.1:" + s.port + "/postgres?sslmode=disable"
	initdb := exec.Command(filepath.Join(s.bin, "initdb"), "-D", s.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
	initdb.Args = append(initdb.Args, more...)
	initdb.SysProcAttr, initdb.Dir = &syscall.SysProcAttr{Credential: s.attr.Credential}, s.dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, bytes.TrimSpace(out))
	}
	return s, s.Start()
}

// forTests does not wait for the disk (fsync): what the operating system has
// outlives the end of a process. forMeasuring is as durable as in a clinic.
var (
	forTests     = []string{"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "shared_buffers=128MB", "-c", "autovacuum=off"}
	forMeasuring = []string{"-c", "shared_buffers=1GB", "-c", "max_wal_size=4GB"}
)

// Start starts the cluster and waits until it answers. Where
// HOUSECALL_TEST_DURABLE is set each commit waits for the disk.
func (s *Server) Start() error {
	settings := forTests
	if os.Getenv("HOUSECALL_TEST_DURABLE") != "" {
		settings = forMeasuring
	}
	server := exec.Command(filepath.Join(s.bin, "postgres"), append([]string{"-D", s.data, "-p", s.port, "-h", "127.0.0.1", "-k", s.dir,
		"-c", "max_connections=300"}, settings...)...)
	server.SysProcAttr, server.Dir = s.attr, s.dir
	var log bytes.Buffer
	server.Stderr = &log
	if err := server.Start(); err != nil {
		return err
	}
	s.running = server
	for deadline := time.Now().Add(20 * time.Second); ; {
		err := answers(s.URL)
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			s.Remove()
			return fmt.Errorf("PostgreSQL did not start: %w: %s", err, log.String())
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// Crash ends every process of the cluster at once, without a checkpoint.
func (s *Server) Crash() { s.end(syscall.SIGQUIT) }

// LimitFiles lets no file of the cluster grow beyond a size; 0: any size. To its
// processes that is a disk without room for more: a write fails, and may succeed
// later. Unlike a small disk it can be had without the right to mount one.
func (s *Server) LimitFiles(size int) error {
	limit := "unlimited"
	if size > 0 {
		limit = strconv.Itoa(size)
	}
	main := strconv.Itoa(s.running.Process.Pid)
	set := func(pid string) error {
		cmd := exec.Command("prlimit", "--pid", pid, "--fsize="+limit+":")
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.attr.Credential} // one's own processes, so that no right is needed
		out, err := cmd.CombinedOutput()
		if err != nil {
			return fmt.Errorf("prlimit: %w: %s", err, bytes.TrimSpace(out))
		}
		return nil
	}
	if err := set(main); err != nil { // what it starts from now on has it from there
		return err
	}
	children, err := os.ReadFile(filepath.Join("/proc", main, "task", main, "children"))
	for pid := range strings.FieldsSeq(string(children)) {
		if failed := set(pid); failed != nil && stillThere(pid) {
			err = errors.Join(err, failed)
		}
	}
	return err
}

func stillThere(pid string) bool {
	_, err := os.Stat(filepath.Join("/proc", pid))
	return err == nil
}

// Remove stops the cluster and deletes it.
func (s *Server) Remove() {
	s.end(syscall.SIGINT) // fast shutdown
	_ = os.RemoveAll(s.dir)
}

func (s *Server) end(how syscall.Signal) {
	if s.running == nil {
		return
	}
	_ = s.running.Process.Signal(how)
	_ = s.running.Wait()
	s.running = nil
}

// answers asks the server something: its port is open before it can answer.
func answers(address string) error {
	d, err := sql.Open("pgx", address)
	if err != nil {
		return err
	}
	defer d.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return d.PingContext(ctx)
}

func postgresBin() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(p), nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", fmt.Errorf("PostgreSQL is not installed (Debian: apt-get install postgresql)")
	}
	sort.Strings(found)
	return filepath.Dir(found[len(found)-1]), nil
}

// FreePort gives a port of this machine on which nobody listens.
func FreePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
