package turn

import "net/netip"

// Peers are the media ports to which is relayed: each by the address that clients
// know, with the one at which this machine meets it. A node behind an address
// translator often cannot reach itself by its outer address.
type Peers map[netip.AddrPort]netip.AddrPort

// peers is what a server has been told, as packets look at it.
type peers struct {
	at  map[netip.AddrPort]netip.AddrPort
	ips map[netip.Addr]bool
}

func (p Peers) index() *peers {
	x := &peers{at: map[netip.AddrPort]netip.AddrPort{}, ips: map[netip.Addr]bool{}}
	for known, met := range p {
		known, met = plain(known), plain(met)
		if usable(known) && usable(met) && known.Addr().Is4() == met.Addr().Is4() {
			x.at[known] = met
			x.ips[known.Addr()] = true
		}
	}
	return x
}

// plain writes an address in one way only, so that an IPv4 address in IPv6's
// clothes is the IPv4 address.
func plain(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

func usable(a netip.AddrPort) bool {
	return a.IsValid() && a.Port() != 0 && !a.Addr().IsUnspecified() && !a.Addr().IsMulticast()
}

// any gives an address of a family, for clients to see.
func (x *peers) any(four bool) (netip.Addr, bool) {
	for a := range x.at {
		if a.Addr().Is4() == four {
			return a.Addr(), true
		}
	}
	return netip.Addr{}, false
}
