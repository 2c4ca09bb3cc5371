package access

import "time"

// MayComeAlone tells whether somebody is old enough for an account of their own:
// from the birthday on at which a parent's access shrinks. For a younger child a
// parent comes, by a grant with its own rules; an account "of the child" would be
// a way around them. A date that cannot be read is nobody's.
func MayComeAlone(birth, jurisdiction string, zone *time.Location, now time.Time) bool {
	from, _, err := boundaries(birth, jurisdiction, zone)
	return err == nil && !now.Before(from)
}
