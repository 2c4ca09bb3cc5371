package picklist

import (
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/records/terminology"
)

func texts(kind Kind, words string) (out []string) {
	for _, p := range Search(kind, words) {
		out = append(out, p.Code+" "+p.Text)
	}
	return out
}

func TestAFewKeysFindWhatIsCommon(t *testing.T) {
	for _, x := range []struct {
		kind        Kind
		words, want string
	}{
		{Problem, "htn", "I10 Essential (primary) hypertension"},
		{Problem, "hyperten", "I10 Essential (primary) hypertension"},
		{Problem, "presión alta", "I10 Essential (primary) hypertension"},
		{Problem, "i10", "I10 Essential (primary) hypertension"},
		{Problem, "orthos", "I95.1 Orthostatic hypotension"},
		{Problem, "dm2", "E11.9 Type 2 diabetes mellitus without complications"},
		{Medicine, "lisin 5", " Lisinopril 5 mg"},
		{Medicine, "tylenol", " Acetaminophen 500 mg"},
		{Order, "bmp", "24321-2 Basic metabolic panel"},
		{Order, "a1c", "4548-4 Hemoglobin A1c"},
		{Order, "cardio", " Cardiology"},
	} {
		require.Contains(t, texts(x.kind, x.words), x.want, "%s %q", x.kind, x.words)
	}
	require.Equal(t, "I10 Essential (primary) hypertension", texts(Problem, "htn")[0])
	require.Contains(t, texts(Problem, "plague pneumonic"), "A20.2 Pneumonic plague", "what is rare is in the list too")
	kinds := map[Kind]int{}
	for _, p := range Search("", "lis") {
		kinds[p.Kind]++
	}
	require.Positive(t, kinds[Medicine])
	require.Equal(t, Order, Search("", "cardio")[0].Kind, "what is common comes before a rare disease")
	require.Empty(t, Search(Problem, "   "))
	require.Empty(t, Search(Medicine, "zzzz"))
	require.LessOrEqual(t, len(Search(Problem, "pain")), most)
}

func TestEveryEntryIsWhatItSays(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range problems() {
		c, ok, err := terminology.Lookup(ICD10CM, p.Code)
		require.NoError(t, err)
		require.True(t, ok, p.Code)
		require.Equal(t, c.Display, p.Text)
		require.NotEmpty(t, p.Local, p.Code)
	}
	for _, o := range orders {
		require.Contains(t, []string{"lab", "imaging", "referral"}, o.Group, o.Text)
		require.True(t, o.Code == "" || o.System == LOINC && o.Group == "lab", o.Text)
		require.NotEmpty(t, o.Local, o.Text)
	}
	for _, m := range medicines {
		require.Contains(t, []string{"tablet", "capsule", "puff", "unit", "application", "dose"}, m.Form, m.Text)
		require.Contains(t, []string{"daily", "morning", "evening", "bedtime", "twice", "three", "four", "weekly", "needed"}, m.Often, m.Text)
	}
	for _, list := range [][]listed{problems(), medicines, orders} {
		for _, l := range list {
			require.False(t, seen[l.Text], l.Text)
			seen[l.Text] = true
		}
	}
	require.True(t, Holds(ICD10CM, "I10"))
	require.False(t, Holds(ICD10CM, "I10.9"))
	require.False(t, Holds("http://snomed.info/sct", "38341003"))
}
