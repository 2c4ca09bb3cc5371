package records

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/records/fhir"
)

// The element that a search answers by the chart's key must be the element that
// decides the chart; otherwise a search would look into the wrong one.
func TestHomeTableAgreesWithSearch(t *testing.T) {
	for _, typ := range fhir.Types() {
		if e := fhir.HomeElement(typ); e != "" {
			require.True(t, slices.Contains(homePaths[typ], e), "%s.%s", typ, e)
		}
	}
	for typ, param := range mainDate {
		p := fhir.LookupParam(typ, param)
		require.NotNil(t, p, "%s.%s", typ, param)
		require.True(t, p.Indexed, "%s.%s orders the type and must be indexed", typ, param)
	}
}
