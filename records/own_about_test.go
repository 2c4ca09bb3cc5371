package records

import (
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/records/fhir"
)

func TestASentMessageMayOnlyNameWhatCameOfIt(t *testing.T) {
	parse := func(s string) *fhir.Node {
		n, err := fhir.Parse([]byte(s))
		require.NoError(t, err)
		return n
	}
	const sent = `{"resourceType":"Communication","id":"1","meta":{"source":"x"},"status":"completed","payload":[{"contentString":"Hello"}]`
	one, two := `,"about":[{"reference":"Task/1"}]}`, `,"about":[{"reference":"Task/1"},{"reference":"Task/2"}]}`
	for now, may := range map[string]bool{
		sent + two: true,
		sent + `}`: false,
		sent + one: false,
		sent + `,"about":[{"reference":"Task/2"},{"reference":"Task/1"}]}`:                                                 false,
		`{"resourceType":"Communication","id":"1","status":"completed","payload":[{"contentString":"Hallo"}]` + two:        false,
		`{"resourceType":"Communication","id":"1","status":"entered-in-error","payload":[{"contentString":"Hello"}]` + two: false,
		sent + `,"note":[{"text":"more"}]` + two:                                                                           false,
	} {
		require.Equal(t, may, addsAbout(parse(sent+one), parse(now)), now)
	}
	require.False(t, addsAbout(parse(sent+one), nil), "taken away")
}
