package subscription

import (
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/records/fhir"
)

// A filter holds for a change when a search by it would find the record.
func TestFilters(t *testing.T) {
	topic := topicOf(Topics("https://h/fhir"), "https://h/fhir/SubscriptionTopic/resource-change")
	require.NotNil(t, topic)
	n, err := fhir.Parse([]byte(`{"resourceType":"Observation","id":"o1","meta":{"lastUpdated":"2026-11-20T08:00:00.000Z","tag":[{"system":"s","code":"a"}]},"status":"final",
		"category":[{"coding":[{"system":"http://c","code":"laboratory"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"2823-3"}]},
		"subject":{"reference":"Patient/P1"},"performer":[{"reference":"Practitioner/d1"}],"effectiveDateTime":"2026-11-20T08:00:00Z"}`))
	require.NoError(t, err)
	for text, want := range map[string]bool{
		"Observation": true, "Condition": false,
		"Observation?_id=o1": true, "Observation?_id=o2": false, "Observation?_id:not=o2": true, "Observation?_id:not=o1": false,
		"Observation?patient=p1": true, "Observation?patient=Patient/p1": true, "Observation?subject:Patient=p1": true, "Observation?patient=p2": false, "Observation?patient=p2,p1": true,
		"Observation?subject=Group/p1": false, "Observation?patient:not=p1": false, "Observation?patient:not=p2": true,
		"Observation?performer=Practitioner/d1": true, "Observation?performer=d1": true, "Observation?performer=Patient/d1": false,
		"Observation?code=2823-3": true, "Observation?code=http://loinc.org|": true, "Observation?code=http://loinc.org|2823-3": true, "Observation?code=|2823-3": false,
		"Observation?code:not=2823-3": false, "Observation?status=final&category=laboratory": true, "Observation?status=final&category=imaging": false, "Observation?_tag=s|a": true,
		"Observation?date=ge2026-11-20": true, "Observation?date=lt2026-11-20": false, "Observation?date=2026-11": true, "Observation?_lastUpdated=gt2026-11-01": true, "Observation?_lastUpdated=lt2026-11-01": false,
	} {
		f, err := parseFilter(text, topic)
		if err != nil {
			require.Contains(t, text, "patient:not", "%s: %v", text, err) // may not be searched by
			continue
		}
		require.Equal(t, want, holds([]filter{f}, "p1", n), text)
	}
	require.True(t, holds(nil, "p1", n))
	one, _ := parseFilter("Observation?status=final", topic)
	two, _ := parseFilter("Observation?code=2823-3", topic)
	three, _ := parseFilter("Condition?code=x", topic)
	require.True(t, holds([]filter{one, two, three}, "p1", n), "filters of one type hold together, those of others do not matter")
	four, _ := parseFilter("Observation?code=other", topic)
	require.False(t, holds([]filter{one, four}, "p1", n))
}
