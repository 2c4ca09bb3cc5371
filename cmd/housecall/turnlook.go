package main

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"housecall/internal/sitekey"
	"housecall/telehealth/turn"
)

const relayPatience = 5 * time.Second

// lookAtVideo looks at the ways on which sound and picture come. port is that of
// media, if it is known.
func lookAtVideo(ctx context.Context, cfg *Config, port int, urls []string) []Check {
	const name = "video"
	out := []Check{}
	switch {
	case cfg.onlyHere():
		out = append(out, good(name, "For this machine only, as the site is."))
	case cfg.ICEPort == 0:
		out = append(out, warn(name, "It takes any free port, and no firewall can be told which. Set HOUSECALL_ICE_PORT=8189 and let it through, UDP and TCP."))
	default:
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		if err := turn.Ask(ctx, netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(port))); err != nil { //nolint:gosec // a port
			out = append(out, warn(name, "Nobody answers on UDP port %d. While the server runs, another program has it.", port))
		} else {
			out = append(out, good(name, "UDP port %d answers on this machine. People need it through the firewall, UDP and TCP.", port))
		}
	}
	return append(out, lookAtRelay(ctx, cfg, port, urls)...)
}

func lookAtRelay(ctx context.Context, cfg *Config, port int, urls []string) []Check {
	const name = "relay"
	switch {
	case !cfg.relayWays() && cfg.onlyHere():
		return []Check{good(name, "Not needed: the site is for this machine only.")}
	case cfg.TURN == "off":
		return []Check{warn(name, "Off: people whose network lets no video pass cannot take part in visits. Set HOUSECALL_TURN=auto.")}
	case !cfg.relayWays():
		return []Check{warn(name, "None: a proxy does TLS, so the relay cannot share its port, and people whose network lets no video pass cannot take part in visits. Set HOUSECALL_TURN_ADDR=:3478, and HOUSECALL_TURN_TLS_ADDR=:5349 with a certificate in HOUSECALL_TURN_TLS.")}
	case port == 0 || len(urls) == 0:
		return []Check{warn(name, "It is on, at ports that only the running server knows; its log says whether it works.")}
	}
	if cfg.SiteKey == "" {
		if _, err := os.Stat(filepath.Join(cfg.Data, sitekey.FileName)); err != nil {
			return []Check{warn(name, "It begins with the first start.")}
		}
	}
	keys, err := sitekey.Load(cfg.SiteKey, cfg.Data)
	if err != nil {
		return []Check{warn(name, "It cannot be tried without the site key.")}
	}
	here := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	if !cfg.onlyHere() {
		here = ownAddress(cfg)
	}
	out := tryRelay(ctx, urls, relayKeys(sitekey.NewRing(keys...)), netip.AddrPortFrom(here, uint16(port))) //nolint:gosec // a port
	if cfg.relayCert != "" && (cfg.TURNTLS != "" || cfg.TURNHost != "") {
		out = append(out, lookAtCertificate(name, "HOUSECALL_TURN_TLS", cfg.relayCert, cfg.relayKey, cfg.relayHost(), "HOUSECALL_TURN_HOST"))
	}
	return out
}

// ownAddress is one at which clients find this node.
func ownAddress(cfg *Config) netip.Addr {
	all := slices.Clone(cfg.iceAddress)
	if list, err := net.InterfaceAddrs(); err == nil {
		for _, a := range list {
			if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().IsGlobalUnicast() {
				all = append(all, p.Addr())
			}
		}
	}
	for _, a := range all {
		if a.Is4() {
			return a
		}
	}
	if len(all) > 0 {
		return all[0]
	}
	return netip.Addr{}
}

// fixedRelayURLs are those that the settings alone tell.
func (c *Config) fixedRelayURLs() (urls []string) {
	if c.TURN == "off" {
		return nil
	}
	host := c.relayHost()
	add := func(scheme, transport, addr string) {
		if _, port, err := net.SplitHostPort(addr); err == nil && port != "0" {
			urls = append(urls, scheme+":"+net.JoinHostPort(strings.Trim(host, "[]"), port)+"?transport="+transport)
		}
	}
	add("turn", "udp", c.TURNAddr)
	add("turn", "tcp", c.TURNAddr)
	add("turns", "tcp", c.TURNTLSAddr)
	if p := c.sharedPort(); p != 0 {
		add("turns", "tcp", net.JoinHostPort("", strconv.Itoa(p)))
	}
	return urls
}

func anyPort(all map[netip.AddrPort]netip.AddrPort) (p netip.AddrPort) {
	for known := range all {
		if !p.IsValid() || known.Addr().Is4() && !p.Addr().Is4() {
			p = known
		}
	}
	return p
}

// tryRelay goes each way into a relay and on to a media port and back.
func tryRelay(ctx context.Context, urls []string, keys turn.Keys, port netip.AddrPort) []Check {
	const name = "relay"
	out := make([]Check, len(urls))
	var wg sync.WaitGroup
	for i, url := range urls {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, relayPatience)
			defer cancel()
			_, rest, _ := strings.Cut(url, ":")
			at, query, _ := strings.Cut(rest, "?")
			how := strings.ToUpper(strings.TrimPrefix(query, "transport="))
			if strings.HasPrefix(url, "turns:") {
				how = "TLS"
			}
			host, _, _ := net.SplitHostPort(at)
			secure := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, InsecureSkipVerify: true} //nolint:gosec // asks whether the way is open; certificates are looked at by themselves
			switch err := turn.Probe(ctx, url, keys.For("self-test", how, time.Now().Add(time.Minute)), port, secure); {
			case err == nil:
				out[i] = good(name, "Sound and picture get through it over %s at %s.", how, at)
			case errors.Is(err, turn.ErrShut):
				out[i] = bad(name, "What answers over %s at %s does not know this site. Does the name lead to another installation, or is a clock wrong? Set HOUSECALL_TURN_HOST to a name of this node.", how, at)
			case errors.Is(err, turn.ErrBehind):
				out[i] = bad(name, "It answers over %s at %s, but the port for video does not answer behind it. Does the server run on this machine with the HOUSECALL_ICE_PORT of these settings?", how, at)
			default:
				out[i] = bad(name, "It does not answer over %s at %s (%v). Does that name lead to this machine, and does the firewall let it through? HOUSECALL_TURN_HOST is the name.", how, at, rootCause(err))
			}
		})
	}
	wg.Wait()
	return out
}
