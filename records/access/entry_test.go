package access

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Rows are written as encoding/json writes them, whatever they say, and none of
// their members is forgotten.
func TestEntriesAreWrittenAsJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var e entry
		v := reflect.ValueOf(&e).Elem()
		text := rapid.OneOf(rapid.Just(""), rapid.StringMatching(`[ -~]{0,20}`), rapid.String())
		for i := range v.NumField() {
			switch f := v.Field(i); f.Kind() {
			case reflect.String:
				f.SetString(text.Draw(t, v.Type().Field(i).Name))
			case reflect.Bool:
				f.SetBool(rapid.Bool().Draw(t, "flag"))
			case reflect.Int:
				f.SetInt(int64(rapid.IntRange(-1, 1e9).Draw(t, "number")))
			case reflect.Uint32:
				f.SetUint(uint64(rapid.Uint32().Draw(t, "set")))
			default:
				t.Fatal("a member of another kind", f.Kind())
			}
		}
		want, err := json.Marshal(e)
		require.NoError(t, err)
		require.Equal(t, string(want), string(e.appendJSON(nil)))
	})
}
