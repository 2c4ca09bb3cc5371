package form

import (
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/fault"
)

// Every form speaks both languages, and what it refers to is there.
func TestFormsAreWhole(t *testing.T) {
	keys, ids := map[string]bool{}, map[string]bool{}
	said := func(x Text) { require.True(t, x.En != "" && x.Es != "", "%v", x) }
	for _, f := range All() {
		require.False(t, keys[f.Key] || ids[f.ID()], f.Key)
		keys[f.Key], ids[f.ID()] = true, true
		said(f.Title)
		for n := range f.Items {
			i := &f.Items[n]
			said(i.Text)
			require.Equal(t, i.Kind == Choice || i.Kind == Several, len(i.Options) > 1, "%s %s", f.Key, i.ID)
			require.Equal(t, i.Kind == Number, i.Most > i.Least, "%s %s", f.Key, i.ID)
			for _, o := range i.Options {
				said(o.Text)
			}
			if i.When != nil {
				require.NotNil(t, f.item(i.When.Item).option(i.When.Code), "%s %s", f.Key, i.ID)
			}
		}
	}
}

func TestAnswersAreChecked(t *testing.T) {
	f := Of("pressure")
	got, err := f.Check(Answers{"upper": {" 142,5 "}, "dizzy": {"no"}, "missed": {"never"}, "medicine": {"no"}, "medicine-which": {"Not asked"}}, true)
	require.NoError(t, err)
	require.Equal(t, Answers{"upper": {"142.5"}, "dizzy": {"no"}, "missed": {"never"}, "medicine": {"no"}}, got)
	for code, wrong := range map[string]Answers{
		"number": {"upper": {"1e9"}}, "form": {"dizzy": {"sometimes"}}, "unanswered": {"upper": {"140"}},
	} {
		_, err := f.Check(wrong, true)
		require.Equal(t, code, fault.Of(err).Code)
	}
	_, err = f.Check(Answers{"dizzy": {"yes", "no"}}, false)
	require.Equal(t, "form", fault.Of(err).Code, "one of them")
	_, err = f.Check(Answers{"weight": {"80"}}, false)
	require.Equal(t, "form", fault.Of(err).Code)
}

func TestLinesTellWhatChanged(t *testing.T) {
	f := Of("general")
	now := Answers{"what": {"A cough"}, "bad": {"much"}, "signs": {"fever", "breath"}}
	require.Nil(t, f.Lines(now, nil)[0].Was, "there was no earlier time")
	lines := f.Lines(now, Answers{"what": {"A cough"}, "bad": {"little"}, "signs": {"breath", "fever"}, "since": {"days"}})
	require.Equal(t, []string{"Very much", "Fever, Trouble breathing"}, []string{lines[0].Said.En, lines[1].Said.En}, "first what has to be seen")
	require.Equal(t, "Un poco", lines[0].Was.Es)
	require.Nil(t, lines[1].Was, "in another order it is the same")
	require.Nil(t, lines[2].Was)
	require.Equal(t, "A few days", lines[3].Was.En)
	require.Equal(t, none, lines[3].Said)
}
