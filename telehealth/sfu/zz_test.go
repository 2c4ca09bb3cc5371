package sfu

import (
	"housecall/telehealth/sfu/peer"
	"testing"
	"time"
)

func TestZZ(t *testing.T) {
	s := open(t, Config{})
	line := between(t, s)
	a, v := layered(t, s, "r", "a"), &seen{}
	b := enterWith(t, s, "r", "b", peer.Options{Packet: v.take, Report: true, Via: line.via})
	b.Join(false, false, false)
	b.until("x", func() bool { return v.now() == largeSize && b.count("a audio") > 50 })
	line.rate.Store(150_000)
	line.loss.Store(10)
	line.delay.Store(int64(100 * time.Millisecond))
	for i := range 60 {
		time.Sleep(250 * time.Millisecond)
		if i == 20 {
			line.rate.Store(0)
			line.loss.Store(0)
		}
		var x *Seat
		for _, y := range s.rooms["r"].all() {
			if y.id == "b" {
				x = y
			}
		}
		d := &x.down
		d.mu.Lock()
		t.Logf("%d rate %.0f acked %.0f loss %.2f q %v base %d now %d backAt %v probe %v next %v runs %v heard %v bytes %d", i, d.est.rate/1000, d.est.acked/1000, d.est.loss, d.est.queues, d.est.base, d.est.now, time.Since(d.est.backAt), time.Since(d.est.probeAt).Seconds(), d.est.probeNext, d.probe.runs, d.seq, d.bytes)
		d.mu.Unlock()
		m, _ := b.held()
		t.Log(m.Tracks, m.Only, v.now())
	}
	b.leave()
	a.leave()
}
