package identity

import (
	"cmp"
	"net/netip"
	"strings"
	"time"
)

// From is from where a request comes.
type From struct {
	Address string
	Browser string // its family; empty: nobody can say, see BrowserOf
}

// FromRequest reads it of an address and a User-Agent.
func FromRequest(address, agent string) From { return From{address, BrowserOf(agent)} }

// From is from where somebody's request came.
func (p Principal) From() From { return From{p.Address, p.Browser} }

// otherProgram is what names itself as no browser that we know, or not at all.
const otherProgram = "other"

// families are the words by which browsers are known, in this order: most name others
// as well, behind which they hide. Versions and systems are not looked at: a browser
// renews itself, and shows itself as a computer when somebody asks a phone for that.
var families = [][2]string{
	{"Edg", "Edge"}, {"OPR/", "Opera"}, {"OPT/", "Opera"}, {"SamsungBrowser", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS", "Firefox"},
	{"CriOS", "Chrome"}, {"Chrome/", "Chrome"}, {"Chromium/", "Chrome"}, {"Safari/", "Safari"}, {"Housecall", "Housecall app"},
	{"AppleWebKit/", "Safari"}, // a page on the home screen of an iPhone, which has Safari's cookies
}

// players are parts of a system that fetch sound and pictures for a browser, with its
// cookies and under a name of their own.
var players = []string{"AppleCoreMedia", "stagefright", "QuickTime", "NSPlayer"}

// BrowserOf gives the family of the browser that a User-Agent names. It is empty for
// the players of a system: they may belong to any.
func BrowserOf(agent string) string {
	for _, p := range players {
		if strings.Contains(agent, p) {
			return ""
		}
	}
	return cmp.Or(firstWord(agent, families), otherProgram)
}

func firstWord(agent string, pairs [][2]string) string {
	for _, p := range pairs {
		if strings.Contains(agent, p[0]) {
			return p[1]
		}
	}
	return ""
}

// network is the part of the internet from which an address comes: a /24 of IPv4, a
// /48 of IPv6, which is what one site has. Empty: it is no address.
func network(address string) (net string, six bool) {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return "", false
	}
	a = a.Unmap().WithZone("")
	bits := 24
	if six = a.Is6(); six {
		bits = 48
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return "", six
	}
	return p.String(), six
}

// networks gives the network of an address in the column of its version.
func networks(address string) (net4, net6 string) {
	net, six := network(address)
	if six {
		return "", net
	}
	return net, ""
}

// proven is where a session was begun and where its proof was given.
type proven struct {
	browser    string // of the session
	by         string // browser of the proof
	net4, net6 string // networks of the proof
}

// moved tells whether a session's cookie shows up in another family of browsers. Of
// sessions that were begun when nobody looked, and of who does not say, nobody knows.
func (p proven) moved(f From) bool {
	return p.browser != "" && f.Browser != "" && f.Browser != p.browser
}

// counts tells whether the proof counts for a request. It does in the family of
// browsers in which it was given; for staff besides only in its network. Patients are
// on the road, where addresses change all the time.
func (p proven) counts(f From, kind Kind) bool {
	if p.by == "" || f.Browser != p.by {
		return false
	}
	if kind != Staff {
		return true
	}
	net, six := network(f.Address)
	if six {
		return net != "" && net == p.net6
	}
	return net != "" && net == p.net4
}

// seenFrom gives the principal of a session as a request from there has it: a proof
// that was given elsewhere is none.
func (e *entry) seenFrom(f From) Principal {
	who := e.who
	if who.Browser = f.Browser; !e.proven.counts(f, who.Kind) {
		who.ProvedAt = time.Time{}
	}
	return who
}
