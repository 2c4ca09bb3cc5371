package peer

import (
	"errors"
	"fmt"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// Publish offers tracks of these kinds: audio, camera, screen. It may be called
// again with more.
func (c *Client) Publish(kinds ...string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return errors.New("peer: closed")
	}
	if c.pub == nil {
		pc, err := c.connection()
		if err != nil {
			return err
		}
		c.pub = pc
	}
	for _, kind := range kinds {
		if c.tracks[kind] != nil {
			continue
		}
		codec := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}
		if kind == "audio" {
			codec = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}
		}
		if err := c.add(kind, codec); err != nil {
			return err
		}
	}
	return c.offer(false)
}

func (c *Client) add(kind string, codec webrtc.RTPCodecCapability) error {
	layers := []string{""}
	if kind == "camera" && c.o.Layers {
		layers = []string{"h", "l"}
	}
	var sender *webrtc.RTPSender
	for _, rid := range layers {
		var options []func(*webrtc.TrackLocalStaticRTP)
		name := kind
		if rid != "" {
			options = append(options, webrtc.WithRTPStreamID(rid))
		}
		if rid == "l" {
			name = Low
		}
		t, err := webrtc.NewTrackLocalStaticRTP(codec, kind, "me", options...)
		if err != nil {
			return err
		}
		if sender == nil {
			tr, err := c.pub.AddTransceiverFromTrack(t, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
			if err != nil {
				return err
			}
			sender = tr.Sender()
		} else if err := sender.AddEncoding(t); err != nil {
			return err
		}
		c.tracks[name] = t
		c.done.Go(func() { c.asked(sender, name, rid) })
	}
	return nil
}

// asked hears what the room asks for until the connection ends.
func (c *Client) asked(sender *webrtc.RTPSender, kind, rid string) {
	read := sender.ReadRTCP
	if rid != "" {
		read = func() ([]rtcp.Packet, interceptor.Attributes, error) { return sender.ReadSimulcastRTCP(rid) }
	}
	for {
		packets, _, err := read()
		if err != nil {
			return
		}
		for _, p := range packets {
			switch p := p.(type) {
			case *rtcp.PictureLossIndication:
				if c.o.Key != nil {
					c.o.Key(kind)
				}
			case *rtcp.TransportLayerNack:
				if c.o.Lost != nil {
					var lost []uint16
					for _, pair := range p.Nacks {
						lost = append(lost, pair.PacketList()...)
					}
					c.o.Lost(kind, lost)
				}
			}
		}
	}
}

// Write sends a packet of a published track.
func (c *Client) Write(kind string, p *rtp.Packet) error {
	c.mu.Lock()
	t := c.tracks[kind]
	c.mu.Unlock()
	if t == nil {
		return fmt.Errorf("peer: %s is not published", kind)
	}
	if rid := t.RID(); rid != "" {
		if err := c.mark(p, rid); err != nil {
			return err
		}
	}
	return t.WriteRTP(p)
}

// mark says of a packet which layer of which m-line it is of.
func (c *Client) mark(p *rtp.Packet, rid string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, tr := range c.pub.GetTransceivers() {
		if t := tr.Sender().Track(); t == nil || t.ID() != "camera" {
			continue
		}
		for _, e := range tr.Sender().GetParameters().HeaderExtensions {
			value := map[string]string{uriMid: tr.Mid(), uriRid: rid}[e.URI]
			if value == "" {
				continue
			}
			if err := p.SetExtension(uint8(e.ID), []byte(value)); err != nil {
				return err
			}
		}
	}
	return nil
}

const uriLevel = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"

// Speak sends a packet of sound that says how loud it is, in -dBov: 127 is silence
// (RFC 6464).
func (c *Client) Speak(level uint8, p *rtp.Packet) error {
	c.mu.Lock()
	id := c.levelID()
	c.mu.Unlock()
	if id != 0 {
		if err := p.SetExtension(id, []byte{level & 127}); err != nil {
			return err
		}
	}
	return c.Write("audio", p)
}

func (c *Client) levelID() uint8 {
	if c.level == 0 && c.pub != nil {
		for _, tr := range c.pub.GetTransceivers() {
			for _, e := range tr.Sender().GetParameters().HeaderExtensions {
				if e.URI == uriLevel {
					c.level = uint8(e.ID)
				}
			}
		}
	}
	return c.level
}
