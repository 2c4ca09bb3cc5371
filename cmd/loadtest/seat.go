package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/pion/rtp"

	"housecall/telehealth/sfu/peer"
)

const (
	soundEvery = 20 * time.Millisecond
	soundSize  = 100  // bytes of a packet of sound: 40 kbit/s
	packetSize = 1100 // bytes of a packet of a picture
	stampAt    = 8    // where the time stands in a packet, behind the codec's head
	stampEnd   = stampAt + 8
	keyEvery   = 10 * time.Second
	keyFactor  = 4
	sayEvery   = 10 * time.Second
)

// say queues a word to the room; it never waits.
func (s *seat) say(b []byte) {
	select {
	case s.out <- b:
	case <-s.stop:
	default:
		s.room.fail(fmt.Errorf("%s: the room reads nothing", s.name))
	}
}

// write speaks with the room until the end, and says the last words then.
func (s *seat) write() {
	alive := time.NewTicker(sayEvery)
	defer alive.Stop()
	defer s.conn.Close()
	for {
		select {
		case b := <-s.out:
			if s.conn.WriteMessage(websocket.TextMessage, b) != nil {
				return // reading says why
			}
		case <-alive.C:
			s.say([]byte(`{"t":"ping"}`))
		case <-s.stop:
			for len(s.out) > 0 {
				_ = s.conn.WriteMessage(websocket.TextMessage, <-s.out)
			}
			return
		}
	}
}

func (s *seat) read() {
	for {
		_, b, err := s.conn.ReadMessage()
		if err == nil && s.deaf() && isOffer(b) {
			continue
		}
		if err == nil {
			err = s.client.Hear(b)
		}
		if err == nil {
			continue
		}
		select {
		case <-s.stop:
		default:
			s.room.fail(fmt.Errorf("%s: %w", s.name, err))
		}
		return
	}
}

// deaf: it sends, and takes nothing that the room offers.
func (s *seat) deaf() bool { return s.sends && s.room.apart }

func isOffer(b []byte) bool {
	var m peer.Message
	return json.Unmarshal(b, &m) == nil && m.T == "sub"
}

func (s *seat) heard(m peer.Message) {
	switch m.T {
	case "joined":
		close(s.in)
	case "held":
		s.mu.Lock()
		s.held = len(m.Tracks)
		s.mu.Unlock()
	case "bye":
		if m.Why != "left" {
			s.room.fail(fmt.Errorf("%s was put out of the room: %s", s.name, m.Why))
		}
	case "error":
		s.room.fail(fmt.Errorf("%s: the room could not use what they said: %s", s.name, m.Code))
	}
}

// packet takes what arrives.
func (s *seat) packet(from peer.Tag, p *rtp.Packet) {
	if len(p.Payload) < stampEnd {
		return
	}
	now := s.room.now()
	at := int64(binary.BigEndian.Uint64(p.Payload[stampAt:]))
	from.Mid = ""
	s.mu.Lock()
	defer s.mu.Unlock()
	s.streams[from] = true
	if s.first == 0 {
		s.first = time.Since(s.joined)
	}
	if s.picture == 0 && from.Kind == "camera" && peer.Key(p.Payload) {
		s.picture = time.Since(s.joined)
	}
	if s.room.counts(at) {
		s.latency.record(time.Duration(now - at))
	}
}

// send stamps a packet and gives it to the connection.
func (s *seat) send(kind string, p *rtp.Packet) {
	at := s.room.now()
	binary.BigEndian.PutUint64(p.Payload[stampAt:], uint64(at))
	if s.client.Write(kind, p) == nil && s.room.counts(at) {
		s.sent.Add(1)
	}
}

// each calls f in steady time until the end.
func (s *seat) each(every time.Duration, f func()) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-t.C:
			f()
		}
	}
}

func (s *seat) sendSound() {
	var sound peer.Sound
	s.each(soundEvery, func() { s.send("audio", sound.Packet(soundSize)) })
}

func (s *seat) sendPictures() {
	f := s.room.command
	var video peer.Video
	var last time.Time
	size := f.Video * 1000 / 8 / f.FPS
	s.each(time.Second/time.Duration(f.FPS), func() {
		bytes := size
		key := s.key.Swap(false) || time.Since(last) > s.room.keyEvery
		if key {
			last, bytes = time.Now(), size*s.room.keyFactor
		}
		packets := (bytes + packetSize - 1) / packetSize
		for _, p := range video.Frame(packets, max(bytes/packets, stampEnd), key) {
			s.send("camera", p)
		}
	})
}
