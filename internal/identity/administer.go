package identity

import (
	"net/netip"
	"slices"
	"time"

	"housecall/internal/fault"
)

// AdminAge is how old the proof of an administrator may be for the pages on which they
// change how the clinic works. What is grave asks for a fresh one besides (StepUpAge).
const AdminAge = 30 * time.Minute

// Administers is nil for an administrator who is let in to administration: in
// Housecall's own pages, from a network that the site allows, with a second factor that
// was proven there not long ago (SessionFrom). A network alone lets nobody in.
func (s *Service) Administers(who Principal) error {
	switch {
	case !who.Is(Admin):
		return errOnlyAdmin
	case who.Scopes != nil:
		return fault.New(fault.Forbidden, "This can only be done in Housecall itself.").WithCode("session")
	case !s.adminNetwork(who.Address):
		return fault.New(fault.Forbidden, "At this clinic, administration is done from its own network only. You can do everything else from here.").WithCode("network")
	case !who.Fresh(s.now(), AdminAge):
		return fault.New(fault.Forbidden, "Please confirm that it is you before you change how the clinic works.").WithCode("admin_proof")
	}
	return nil
}

func (s *Service) adminNetwork(address string) bool {
	if len(s.adminNetworks) == 0 {
		return true
	}
	a, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	a = a.Unmap().WithZone("")
	return slices.ContainsFunc(s.adminNetworks, func(p netip.Prefix) bool { return p.Contains(a) })
}
