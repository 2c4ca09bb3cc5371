package access

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/records/fhir"
)

func TestRunningTextTellsItsSensitiveKinds(t *testing.T) {
	for text, want := range map[string]Labels{
		"":                                   NoLabels,
		"Cough for two weeks, hearing aids.": NoLabels,
		"Her daughter Yasmin was there.":     NoLabels,
		"12 weeks pregnant":                  Reproductive,
		"Asked about “pregnancy”—no.":        Reproductive,
		"She is HIV-positive.":               HIV,
		"HIV-1 RNA":                          HIV,
		"Opioid\nuse disorder":               SubstanceUse,
		"Begin Sertraline 50 mg":             MentalHealth,
		"On PrEP (Truvada), feels suicidal":  HIV | MentalHealth,
		strings.Repeat("Well. ", 3000) + "Domestic violence.": Restricted,
	} {
		require.Equal(t, want, LabelsOfText("Nothing here.", text), text[max(0, len(text)-60):])
	}
}

// What is said outright in meta.security is what Classify reads from it.
func TestLabelsSurviveInMetaSecurity(t *testing.T) {
	for l := NoLabels; l <= AllLabels; l++ {
		b, err := json.Marshal(map[string]any{"resourceType": "Composition", "meta": map[string]any{"security": l.Security()}})
		require.NoError(t, err)
		n, err := fhir.Parse(b)
		require.NoError(t, err)
		require.Equal(t, Class{Documents, l}, Classify(n))
	}
}
