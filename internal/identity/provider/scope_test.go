package provider

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/identity"
)

// What is left of an app's scopes is what the lines say that were kept, never more,
// and the page shows it in as few lines as before.
func TestAnAppKeepsTheLinesThatAreLeft(t *testing.T) {
	lab := "?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory"
	for _, c := range []struct{ scopes, without, want string }{
		{"openid offline_access patient/Observation.rs patient/Condition.rs", "patient/Condition.read", "openid offline_access patient/Observation.rs"},
		{"openid offline_access patient/Observation.rs", "offline_access", "openid patient/Observation.rs"},
		{"patient/Appointment.cruds", "patient/Appointment.write", "patient/Appointment.rs"},
		{"user/Observation.rs" + lab + " user/Goal.read", "user/Observation.read" + lab, "user/Goal.read"},
		{"patient/Goal.rs housecall/sensitive", "housecall/sensitive", "patient/Goal.rs"},
	} {
		var left []string
		for _, l := range Held(strings.Fields(c.scopes)) {
			if l.ID != c.without {
				left = append(left, l.ID)
			}
		}
		require.Equal(t, strings.Fields(c.want), keep(strings.Fields(c.scopes), left), c.scopes)
	}

	// Everything, without one kind, and without the rest.
	everything := []string{"patient/*.rs"}
	lines := func(scopes []string) (ids []string) {
		for _, l := range Held(scopes) {
			ids = append(ids, l.ID)
		}
		return ids
	}
	all := lines(everything)
	require.Equal(t, everything, keep(everything, all))
	left := slices.DeleteFunc(slices.Clone(all), func(id string) bool { return id == "patient/Condition.read" })
	now := keep(everything, left)
	require.Equal(t, left, lines(now), "the rest is one line still")
	require.Equal(t, now, identity.Meet(now, everything))
	require.Equal(t, now, keep(now, left), "and is kept by it")
	left = slices.DeleteFunc(left, func(id string) bool { return id == "patient/other.read" })
	now = keep(now, left)
	require.Equal(t, left, lines(now))
	require.NotContains(t, now, "patient/Flag.rs")
	require.Empty(t, identity.Meet([]string{"patient/Condition.rs"}, now))
	require.Empty(t, keep([]string{"patient/Goal.rs"}, []string{"patient/Condition.read", "user/Goal.read", "patient/*.read"}), "naming more gives nothing")
}
