package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/user"
	"path/filepath"
	"time"
)

// operation is what a command does with the parts of the app. When a server is at
// work on the data folder it runs there, asked through the server's socket, so
// its fields must survive JSON; else it runs in the command's own process.
type operation interface {
	do(ctx context.Context, a *App, by string, out output) error
}

// operations are what may be asked through the socket.
var operations = map[string]func() operation{
	"import":       func() operation { return &importCommand{} },
	"export":       func() operation { return &exportCommand{} },
	"token":        func() operation { return &tokenCommand{} },
	"user add":     func() operation { return &userAdd{} },
	"user list":    func() operation { return &userList{} },
	"user confirm": func() operation { return &userConfirm{} },
	"user disable": func() operation { return &userDisable{} },
	"user recover": func() operation { return &userRecover{} },
	"user link":    func() operation { return &userLink{} },
	"grant":        func() operation { return &grantCommand{} },
	"audit verify": func() operation { return &auditVerify{} },
	"audit gap":    func() operation { return &auditGap{} },
	"keys list":    func() operation { return &keysList{} },
	"keys rotate":  func() operation { return &keysRotate{} },
	"key list":     func() operation { return &keyList{} },
	"key rotate":   func() operation { return &keyRotate{} },
	"key reseal":   func() operation { return &keyReseal{} },
	"key retire":   func() operation { return &keyRetire{} },
	"drain":        func() operation { return &drainCommand{} },
}

// perform runs an operation where the data folder is being worked on.
func perform(ctx context.Context, cfg *Config, out output, name string, op operation) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	lock, server, err := reach(ctx, cfg.Data)
	if err != nil {
		return err
	}
	if server != nil {
		return server.perform(ctx, out, name, op)
	}
	a, err := newApp(ctx, *cfg, lock)
	if err != nil {
		lock.release()
		return err
	}
	defer a.Stop()
	if err := a.Start(ctx); err != nil {
		return err
	}
	return op.do(ctx, a, operator(), out)
}

// operator is who runs the command on this machine, for the audit.
func operator() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "unknown"
}

const socketName = "admin.sock"

// socketPath works around the 107 bytes that an address of a Unix socket may have.
func socketPath(dir string) (path string, done func(), err error) {
	path = filepath.Join(dir, socketName)
	if len(path) < 104 {
		return path, func() {}, nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", f.Fd(), socketName), func() { _ = f.Close() }, nil
}

// adminServer takes commands of this machine's operators: whoever may open the
// socket owns the data folder.
type adminServer struct {
	http *http.Server
	done chan struct{}
	path string
}

func serveAdmin(a *App, dir string) (*adminServer, error) {
	path, release, err := socketPath(dir)
	if err != nil {
		return nil, err
	}
	defer release()
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) { // left by a killed server: we hold the lock
		return nil, err
	}
	ln, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("admin socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = ln.Close()
		return nil, err
	}
	ln.(*net.UnixListener).SetUnlinkOnClose(false) // the path may be a short one that is gone by then
	s := &adminServer{done: make(chan struct{}), path: filepath.Join(dir, socketName)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /do", func(w http.ResponseWriter, r *http.Request) { handleAdmin(a, w, r) })
	s.http = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(s.done)
		_ = s.http.Serve(ln)
	}()
	return s, nil
}

func (s *adminServer) stop(ctx context.Context) {
	_ = os.Remove(s.path)
	if err := s.http.Shutdown(ctx); err != nil {
		_ = s.http.Close()
	}
	<-s.done
}

// request and line are what goes over the socket.
type adminRequest struct {
	Name string          `json:"name"`
	By   string          `json:"by"`
	Args json.RawMessage `json:"args"`
}

type adminLine struct {
	Out      string       `json:"out,omitempty"`
	Note     string       `json:"note,omitempty"`
	Progress *adminStatus `json:"progress,omitempty"`
	Failed   string       `json:"failed,omitempty"`
	Reported bool         `json:"reported,omitempty"`
	Done     bool         `json:"done,omitempty"`
}

type adminStatus struct {
	What        string
	Done, Total int64
}

func handleAdmin(a *App, w http.ResponseWriter, r *http.Request) {
	var req adminRequest
	if err := json.NewDecoder(io.LimitReader(r.Body, 4<<20)).Decode(&req); err != nil {
		http.Error(w, "this is not a command", http.StatusBadRequest)
		return
	}
	stream := &lines{w: w}
	make, known := operations[req.Name]
	if !known {
		stream.send(adminLine{Failed: "the running server does not know this command; it is of another version"})
		return
	}
	op := make()
	err := json.Unmarshal(req.Args, op)
	if err == nil {
		err = op.do(r.Context(), a, req.By, stream)
	}
	switch {
	case errors.Is(err, errReported):
		stream.send(adminLine{Reported: true})
	case err != nil:
		stream.send(adminLine{Failed: explain(err)})
	default:
		stream.send(adminLine{Done: true})
	}
}

// lines is the output of an operation in the server: one JSON object a line.
type lines struct {
	w     http.ResponseWriter
	drawn time.Time
}

func (l *lines) send(x adminLine) {
	b, err := json.Marshal(x)
	if err != nil {
		return
	}
	_, _ = l.w.Write(append(b, '\n'))
	_ = http.NewResponseController(l.w).Flush()
}

func (l *lines) printf(format string, args ...any) {
	l.send(adminLine{Out: fmt.Sprintf(format, args...)})
}
func (l *lines) notef(format string, args ...any) {
	l.send(adminLine{Note: fmt.Sprintf(format, args...)})
}
func (l *lines) progress(what string, done, total int64) {
	if time.Since(l.drawn) >= 100*time.Millisecond || done >= total {
		l.drawn = time.Now()
		l.send(adminLine{Progress: &adminStatus{what, done, total}})
	}
}

// adminClient speaks with the server at work on a data folder.
type adminClient struct{ http *http.Client }

func dialAdmin(ctx context.Context, dir string) (*adminClient, error) {
	dial := func(ctx context.Context) (net.Conn, error) {
		path, release, err := socketPath(dir)
		if err != nil {
			return nil, err
		}
		defer release()
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}
	c, err := dial(ctx)
	if err != nil {
		return nil, err
	}
	_ = c.Close()
	return &adminClient{http: &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) },
	}}}, nil
}

func (c *adminClient) perform(ctx context.Context, out output, name string, op operation) error {
	args, err := json.Marshal(op)
	if err != nil {
		return err
	}
	body, err := json.Marshal(adminRequest{Name: name, By: operator(), Args: args})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://housecall/do", bytes.NewReader(body))
	if err != nil {
		return err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("the running server does not answer: %w", err)
	}
	defer res.Body.Close()
	in := bufio.NewReader(res.Body)
	for {
		text, err := in.ReadBytes('\n')
		if err != nil {
			return fmt.Errorf("the running server ended before the command was done: %w", err)
		}
		var line adminLine
		if err := json.Unmarshal(text, &line); err != nil {
			return fmt.Errorf("the running server answered %q", bytes.TrimSpace(text))
		}
		switch {
		case line.Done:
			return nil
		case line.Reported:
			return errReported
		case line.Failed != "":
			return errors.New(line.Failed)
		case line.Progress != nil:
			out.progress(line.Progress.What, line.Progress.Done, line.Progress.Total)
		case line.Note != "":
			out.notef("%s", line.Note)
		default:
			out.printf("%s", line.Out)
		}
	}
}
