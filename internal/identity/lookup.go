package identity

import (
	"context"
	"time"
)

// maxLookups is how often somebody may look for a patient outside their own list
// in an hour: enough for a night in the emergency room, too few to walk through
// names.
const maxLookups = 30

// ChargeLookup counts one look for a patient, or refuses it. It counts what a
// staff member does who is signed in, so nobody can keep somebody else out.
func (s *Service) ChargeLookup(ctx context.Context, who Principal) error {
	return s.charge(ctx, limit{key: keyed(s.limits.Now(), "lookup", who.Account), max: maxLookups, window: time.Hour})
}
