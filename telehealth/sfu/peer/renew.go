package peer

import (
	"errors"

	"github.com/pion/webrtc/v4"
)

// Renew makes a second connection each way, which takes over once it stands; media goes
// on over the first meanwhile. The camera may not be in layers.
func (c *Client) Renew() error {
	c.say(map[string]any{"t": "restart", "fresh": true})
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.pub == nil || c.o.Layers {
		return errors.New("peer: nothing to renew")
	}
	pc, err := c.connection()
	if err != nil {
		return err
	}
	for kind, t := range c.tracks {
		tr, err := pc.AddTransceiverFromTrack(t, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
		if err != nil {
			return err
		}
		sender := tr.Sender()
		c.done.Go(func() { c.asked(sender, kind, "") })
	}
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			c.mu.Lock()
			defer c.mu.Unlock()
			if c.pub != pc {
				return // another one followed
			}
			for _, old := range c.olds {
				c.letGo(old)
			}
			c.olds = nil
		}
	})
	c.olds = append(c.olds, c.pub)
	c.pub, c.fresh = pc, true
	return c.offer(false)
}

// answerNext answers the offer of the second connection.
func (c *Client) answerNext(m Message) error {
	if c.closed {
		return nil
	}
	pc, err := c.connection()
	if err != nil {
		return err
	}
	pc.OnTrack(func(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) { c.read(t, r) })
	if c.next != nil {
		c.letGo(c.next)
	}
	c.next, c.nextN = pc, m.N
	return c.answerOn(pc, m)
}

// taken: the room speaks of the second connection as the one.
func (c *Client) taken(by int) {
	if c.next == nil || by != c.nextN {
		return
	}
	old := c.sub
	c.sub, c.next = c.next, nil
	c.letGo(old)
}

func (c *Client) letGo(pc *webrtc.PeerConnection) {
	c.done.Go(func() { _ = pc.GracefulClose() })
}
