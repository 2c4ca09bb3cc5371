package main

import (
	"context"
	"encoding/json"
	"maps"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"housecall/internal/edge"
	"housecall/internal/sitekey"
	"housecall/telehealth"
	"housecall/telehealth/sfu"
	"housecall/telehealth/turn"
)

func (c *Config) checkTURN() error {
	if c.TURN == "" {
		c.TURN = "auto"
	}
	if c.TURN != "auto" && c.TURN != "off" {
		return wrong("HOUSECALL_TURN", c.TURN, "it must be auto or off", "auto")
	}
	for name, addr := range map[string]string{"HOUSECALL_TURN_ADDR": c.TURNAddr, "HOUSECALL_TURN_TLS_ADDR": c.TURNTLSAddr} {
		if _, port, err := net.SplitHostPort(addr); addr != "" && (err != nil || port == "") {
			return wrong(name, addr, "it must be an address and a port", ":3478")
		}
	}
	if strings.ContainsAny(c.TURNHost, "/ ?@") || strings.Contains(c.TURNHost, ":") && net.ParseIP(strings.Trim(c.TURNHost, "[]")) == nil {
		return wrong("HOUSECALL_TURN_HOST", c.TURNHost, "it must be a name or an address, and nothing besides", "one.portal.example.org")
	}
	c.relayCert, c.relayKey = c.certFile, c.keyFile
	const why, example = "the relay needs a certificate and a key", "/etc/housecall/relay.pem,/etc/housecall/relay-key.pem"
	if c.TURNTLS != "" {
		var err error
		if c.relayCert, c.relayKey, err = pair("HOUSECALL_TURN_TLS", c.TURNTLS, why, example); err != nil {
			return err
		}
	}
	if c.TURNTLSAddr != "" && c.relayCert == "" {
		return wrong("HOUSECALL_TURN_TLS", "", "HOUSECALL_TURN_TLS_ADDR is set, and "+why, example)
	}
	return nil
}

// relayWays: the relay has a way in. Where this program does TLS itself, the port of
// the site is one that every network lets pass.
func (c *Config) relayWays() bool {
	return c.TURN != "off" && (c.TURNAddr != "" || c.TURNTLSAddr != "" || c.sharedPort() != 0)
}

func (c *Config) sharedPort() int {
	if c.TURN == "off" || c.certFile == "" {
		return 0
	}
	port := c.base.Port()
	if port == "" {
		return 443
	}
	n, _ := strconv.Atoi(port)
	return n
}

func (c *Config) relayHost() string {
	if c.TURNHost != "" {
		return c.TURNHost
	}
	return c.base.Hostname()
}

func relayKeys(keys *sitekey.Ring) turn.Keys {
	return turn.ChangingKeys(keys.Secret("relay credentials").All)
}

// relayTime is how long a credential opens the relay: no visit is longer, and who
// joins gets another one.
const relayTime = 12 * time.Hour

// relay is this node's relay, and what it knows of the other nodes' media ports.
type relay struct {
	a      *App
	keys   turn.Keys
	ctx    context.Context
	cancel context.CancelFunc
	tasks  sync.WaitGroup
	stop   func() // hearing other nodes

	mu     sync.Mutex
	server *turn.Server
	nodes  map[string]node
}

// node is another node's media ports, as told a while ago.
type node struct {
	Node  string           `json:"node"`
	At    time.Time        `json:"at"`
	Ports []netip.AddrPort `json:"ports"`
}

const (
	portsPipe  = "media ports"
	tellEvery  = 5 * time.Second
	nodeIsGone = 30 * time.Second
)

func newRelay(a *App) *relay {
	return &relay{a: a, keys: relayKeys(a.Key), nodes: map[string]node{}}
}

// Start takes the ports of the relay, when it is to have any. The media ports were
// taken before.
func (r *relay) Start(ctx context.Context) error {
	r.ctx, r.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if c := &r.a.Config; c.relayWays() {
		t := turn.Config{Keys: r.keys, Host: c.relayHost(), Addr: c.TURNAddr, SecureAddr: c.TURNTLSAddr, SharedPort: c.sharedPort(), Loopback: c.onlyHere(), Log: r.a.Log}
		var err error
		if c.TURNTLSAddr != "" {
			if t.TLS, err = tlsOf("HOUSECALL_TURN_TLS", c.TURNTLS, c.relayCert, c.relayKey); err != nil {
				return err
			}
		}
		server, err := turn.Open(t)
		if err != nil {
			return err
		}
		r.mu.Lock()
		r.server = server
		r.mu.Unlock()
	}
	var err error
	if r.stop, err = r.a.Hub.Receive(portsPipe, r.hear); err != nil {
		r.Stop()
		return err
	}
	r.tasks.Go(r.tell)
	return nil
}

// Stop ends what is relayed.
func (r *relay) Stop() {
	if r.cancel == nil {
		return
	}
	r.cancel()
	if r.stop != nil {
		r.stop()
	}
	r.tasks.Wait()
	if s := r.open(); s != nil {
		s.Close()
	}
}

func (r *relay) open() *turn.Server {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.server
}

// tell says to other nodes where this one's media ports are, and to the relay where
// all are. Addresses of a machine change while it runs.
func (r *relay) tell() {
	tick := time.NewTicker(tellEvery)
	defer tick.Stop()
	for {
		mine := node{Node: r.a.Config.Node, At: time.Now()}
		for known := range r.a.Signal.Addresses() {
			if !known.Addr().IsLoopback() {
				mine.Ports = append(mine.Ports, known)
			}
		}
		if b, err := json.Marshal(mine); err == nil {
			_ = r.a.Hub.Send(portsPipe, b) // told again soon
		}
		r.reach()
		select {
		case <-r.ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// hear takes what another node tells. Somebody on the bus may say an old word again:
// one of a minute ago is nothing.
func (r *relay) hear(b []byte) {
	var n node
	if json.Unmarshal(b, &n) != nil || n.Node == "" || n.Node == r.a.Config.Node || len(n.Ports) > 64 || time.Since(n.At).Abs() > nodeIsGone {
		return
	}
	r.mu.Lock()
	_, known := r.nodes[n.Node]
	r.nodes[n.Node] = n
	r.mu.Unlock()
	if !known {
		r.reach()
	}
}

// reach tells the relay which media ports there are: this site's, and no others.
func (r *relay) reach() {
	s := r.open()
	if s == nil {
		return
	}
	all := turn.Peers{}
	r.mu.Lock()
	for name, n := range r.nodes {
		if time.Since(n.At) > nodeIsGone {
			delete(r.nodes, name)
			continue
		}
		for _, p := range n.Ports {
			all[p] = p
		}
	}
	r.mu.Unlock()
	maps.Copy(all, r.a.Signal.Addresses())
	s.Reach(all)
}

// relays is what a client is told when it joins.
func (r *relay) relays(room, seat string) []sfu.Relay {
	s := r.open()
	if s == nil {
		return nil
	}
	c := r.keys.For(room, seat, time.Now().Add(relayTime))
	return []sfu.Relay{{URLs: s.URLs(), Username: c.Username, Credential: c.Password}}
}

// beforehand is what somebody is told who tries their devices before a visit. It
// changes by the hour only: the visit is asked for every few seconds.
func (r *relay) beforehand(visit, whose string) []telehealth.Relay {
	s := r.open()
	if s == nil {
		return nil
	}
	c := r.keys.For(visit, whose, time.Now().Truncate(time.Hour).Add(2*time.Hour))
	return []telehealth.Relay{{URLs: s.URLs(), Username: c.Username, Credential: c.Password}}
}

// other is what shares the port of the site.
func (r *relay) other() *edge.Other {
	s := r.open()
	if s == nil || r.a.Config.sharedPort() == 0 {
		return nil
	}
	return &edge.Other{Is: turn.IsTURN, Take: s.Take}
}

// try goes through the relay once, as a browser would, and says in the log what it
// found. It keeps nobody waiting.
func (r *relay) try() {
	s := r.open()
	if s == nil {
		return
	}
	r.tasks.Go(func() {
		ctx, cancel := context.WithTimeout(r.ctx, relayPatience)
		defer cancel()
		for _, c := range tryRelay(ctx, s.URLs(), r.keys, anyPort(r.a.Signal.Addresses())) {
			if r.ctx.Err() != nil {
				return
			}
			if c.Level == "ok" {
				r.a.Log.Info("relay: " + c.Text)
			} else {
				r.a.Log.Warn("relay: " + c.Text)
			}
		}
	})
}

// running are the port of media and the ways into the relay of a server that runs.
func (r *relay) running() (port int, urls []string) {
	if s := r.open(); s != nil {
		urls = s.URLs()
	}
	return r.a.Signal.Port(), urls
}
