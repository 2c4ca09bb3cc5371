// Package clamd asks a ClamAV daemon whether content is harmful, in the protocol
// of the manual page clamd(8): a command and its answer end with a zero byte, and
// content goes in chunks that each begin with their length.
package clamd

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// What a scan can end with beside nil, which is clean. Any other error says that
// nobody knows: the daemon was not reached, or did not say what it found.
var (
	ErrInfected = errors.New("clamd: something harmful was found")
	ErrTooLarge = errors.New("clamd: it is too large to be scanned")
)

const (
	chunkSize  = 64 << 10
	replySize  = 4 << 10
	mostAtOnce = 8         // the daemon's own bound, MaxThreads, is 10 at first
	mostBytes  = 100 << 20 // StreamMaxLength of the daemon at first
	scanTime   = 60 * time.Second
	askTime    = 5 * time.Second
)

// Client is one daemon. Each scan has a connection of its own.
type Client struct {
	network, address string
	scanTime         time.Duration
	most             int64
	turns            chan struct{}
	scans            *prometheus.CounterVec
}

// New makes a client of the daemon at tcp://host:port or unix:/path. Scans are
// counted in reg, if there is one.
func New(address string, reg prometheus.Registerer) (*Client, error) {
	c := &Client{scanTime: scanTime, most: mostBytes, turns: make(chan struct{}, mostAtOnce)}
	var err error
	if c.network, c.address, err = parse(address); err != nil {
		return nil, err
	}
	c.scans = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "housecall_scans_total", Help: "Files that were scanned for viruses, by result."}, []string{"result"})
	for _, result := range results {
		c.scans.WithLabelValues(result)
	}
	if reg != nil {
		if err := reg.Register(c.scans); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Check tells what is wrong with an address.
func Check(address string) error {
	_, _, err := parse(address)
	return err
}

func parse(address string) (network, where string, err error) {
	wrong := errors.New("it must be the address of a clamd, as tcp://host:port or unix:/path")
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		path = strings.TrimPrefix(path, "//") // unix:///path as well
		if !filepath.IsAbs(path) || len(path) > 100 {
			return "", "", wrong
		}
		return "unix", path, nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "tcp" || u.Hostname() == "" || u.Port() == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", "", wrong
	}
	return "tcp", u.Host, nil
}

const (
	clean    = "clean"
	infected = "infected"
	tooLarge = "too_large"
	failed   = "failed"
)

var results = []string{clean, infected, tooLarge, failed}

// Scan gives the content to the daemon: nil when it finds nothing in it,
// ErrInfected when it does, ErrTooLarge when it does not look at so much.
func (c *Client) Scan(ctx context.Context, content io.Reader) error {
	ctx, cancel := context.WithTimeout(ctx, c.scanTime)
	defer cancel()
	err := c.scan(ctx, content)
	result := failed
	switch {
	case err == nil:
		result = clean
	case errors.Is(err, ErrInfected):
		result = infected
	case errors.Is(err, ErrTooLarge):
		result = tooLarge
	}
	c.scans.WithLabelValues(result).Inc()
	return err
}

func (c *Client) scan(ctx context.Context, content io.Reader) error {
	select {
	case c.turns <- struct{}{}:
		defer func() { <-c.turns }()
	case <-ctx.Done():
		return fmt.Errorf("clamd: too many scans are waiting: %w", ctx.Err())
	}
	reply, err := c.ask(ctx, "INSTREAM", func(w io.Writer) error { return c.stream(w, content) })
	if err != nil {
		return err
	}
	return verdict(reply)
}

// verdict reads the answer to INSTREAM. Only the one word for clean is clean.
func verdict(reply string) error {
	found, ok := strings.CutPrefix(reply, "stream: ")
	switch {
	case ok && found == "OK":
		return nil
	case ok && strings.HasSuffix(found, " FOUND"):
		return ErrInfected
	case strings.HasPrefix(reply, "INSTREAM size limit exceeded"):
		return ErrTooLarge
	}
	return fmt.Errorf("clamd: an answer that says nothing: %.80q", reply)
}

// stream writes the content in chunks: its length in four bytes, big end first,
// and the chunk; one of length 0 ends it.
func (c *Client) stream(w io.Writer, content io.Reader) error {
	buf := make([]byte, 4+chunkSize)
	for sent := int64(0); ; {
		n, err := io.ReadFull(content, buf[4:])
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return err
		}
		if sent += int64(n); sent > c.most {
			return ErrTooLarge
		}
		binary.BigEndian.PutUint32(buf, uint32(n))
		if _, werr := w.Write(buf[:4+n]); werr != nil {
			return werr
		}
		if n == 0 {
			return nil
		}
	}
}

// Version asks whether the daemon answers, and what it is: program, number and
// date of its signatures, as it says them itself.
func (c *Client) Version(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	pong, err := c.ask(ctx, "PING", nil)
	if err != nil {
		return "", err
	}
	if pong != "PONG" {
		return "", fmt.Errorf("clamd: this is no clamd, it answers %.40q", pong)
	}
	return c.ask(ctx, "VERSION", nil)
}

// Address is where the daemon is.
func (c *Client) Address() string { return c.address }

// ask sends a command with what belongs to it and reads the answer. The daemon may
// answer before it has read everything, and then reads no more: so it is listened
// to from the beginning.
func (c *Client) ask(ctx context.Context, command string, rest func(io.Writer) error) (string, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, c.network, c.address)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if until, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(until)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	type answer struct {
		text string
		err  error
	}
	answered := make(chan answer, 1)
	go func() {
		text, err := readReply(conn)
		answered <- answer{text, err}
	}()
	_, err = conn.Write([]byte("z" + command + "\x00"))
	if err == nil && rest != nil {
		err = rest(conn)
	}
	if err != nil && !isNetwork(err) { // ours: what was to be sent could not be read, or is too much
		return "", err
	}
	a := <-answered
	if a.err != nil {
		return "", errors.Join(err, a.err)
	}
	return a.text, nil
}

func isNetwork(err error) bool {
	_, ok := errors.AsType[*net.OpError](err)
	return ok
}

// readReply reads up to the zero byte. An answer that breaks off is none.
func readReply(r io.Reader) (string, error) {
	buf := make([]byte, 0, 256)
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if i := strings.IndexByte(string(buf), 0); i >= 0 {
			return string(buf[:i]), nil
		}
		switch {
		case err == io.EOF:
			return "", fmt.Errorf("clamd: it hung up: %w", io.ErrUnexpectedEOF)
		case err != nil:
			return "", err
		case len(buf) >= replySize:
			return "", errors.New("clamd: the answer has no end")
		case len(buf) == cap(buf):
			buf = append(make([]byte, 0, 2*cap(buf)), buf...)
		}
	}
}
