package sfu

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// badLine stands between a client and the room: it is narrow, loses packets and
// takes its time, in both directions.
type badLine struct {
	conn  *net.UDPConn
	to    *net.UDPAddr
	rate  atomic.Int64 // bits a second towards the client; 0: any
	loss  atomic.Int64 // of a hundred
	delay atomic.Int64 // each way
	lost  atomic.Int64

	mu    sync.Mutex
	ways  map[string]*net.UDPConn
	tasks sync.WaitGroup
}

const lineQueue = 400 * time.Millisecond // of what waits at the narrow place; more is lost

func between(t testing.TB, s *Server) *badLine {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	l := &badLine{conn: conn, to: &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: s.Port()}, ways: map[string]*net.UDPConn{}}
	l.tasks.Go(l.up)
	t.Cleanup(func() {
		_ = conn.Close()
		l.mu.Lock()
		for _, way := range l.ways {
			_ = way.Close()
		}
		l.mu.Unlock()
		l.tasks.Wait()
	})
	return l
}

// via changes what the room says of its way.
func (l *badLine) via(sdp string) string {
	return strings.ReplaceAll(sdp, fmt.Sprintf(" %d typ host", l.to.Port), fmt.Sprintf(" %d typ host", l.conn.LocalAddr().(*net.UDPAddr).Port))
}

type later struct {
	b  []byte
	at time.Time
}

// pass sends what comes into the channel when its time has come.
func (l *badLine) pass(in <-chan later, send func([]byte)) {
	for x := range in {
		if d := time.Until(x.at); d > 0 {
			<-time.After(d)
		}
		send(x.b)
	}
}

func (l *badLine) loses() bool {
	if rand.Int64N(100) < l.loss.Load() {
		l.lost.Add(1)
		return true
	}
	return false
}

func (l *badLine) up() {
	outs := map[string]chan later{}
	defer func() {
		for _, out := range outs {
			close(out)
		}
	}()
	buf := make([]byte, 2000)
	for {
		n, from, err := l.conn.ReadFromUDP(buf)
		if err != nil {
			return
		}
		out := outs[from.String()]
		if out == nil {
			way, err := net.DialUDP("udp4", nil, l.to)
			if err != nil {
				return
			}
			l.mu.Lock()
			l.ways[from.String()] = way
			l.mu.Unlock()
			out = make(chan later, 4096)
			outs[from.String()] = out
			l.tasks.Go(func() { l.pass(out, func(b []byte) { _, _ = way.Write(b) }) })
			l.tasks.Go(func() { l.back(way, from) })
		}
		if !l.loses() {
			out <- later{append([]byte(nil), buf[:n]...), time.Now().Add(time.Duration(l.delay.Load()))}
		}
	}
}

// back brings packets of the room through the narrow place.
func (l *badLine) back(way *net.UDPConn, to *net.UDPAddr) {
	out := make(chan later, 4096)
	defer close(out)
	l.tasks.Go(func() { l.pass(out, func(b []byte) { _, _ = l.conn.WriteToUDP(b, to) }) })
	var free time.Time // when the narrow place is
	buf := make([]byte, 2000)
	for {
		n, err := way.Read(buf)
		if err != nil {
			return
		}
		now := time.Now()
		if free.Before(now) {
			free = now
		}
		if l.loses() {
			continue
		}
		if rate := l.rate.Load(); rate > 0 {
			if free.Sub(now) > lineQueue {
				l.lost.Add(1)
				continue
			}
			free = free.Add(time.Duration(float64(8*(n+28)) / float64(rate) * float64(time.Second)))
		}
		out <- later{append([]byte(nil), buf[:n]...), free.Add(time.Duration(l.delay.Load()))}
	}
}
