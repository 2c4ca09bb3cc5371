package portal_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// Where sockets are blocked a page hears by asking what it would hear of a socket, and
// not more.
func TestAPageAsksWhatASocketWouldTell(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		nowhere := newID()
		ask := func(who *someone, tag string) (moved map[string]string, gone []string) {
			t.Helper()
			r := who.do("POST", "/api/v1/live", fmt.Sprintf(`{"charts":{%q:%q,%q:""}}`, f.rosa, tag, nowhere))
			require.Equal(t, 200, r.StatusCode, r.body)
			var out struct {
				Moved map[string]string
				Gone  []string
			}
			r.json(t, &out)
			return out.Moved, out.Gone
		}
		tag := f.elena.get(f.chart()).Header.Get("ETag")
		moved, gone := ask(f.elena, tag)
		require.Empty(t, moved)
		require.Equal(t, []string{nowhere}, gone)
		moved, _ = ask(f.elena, "")
		require.Equal(t, tag, moved[f.rosa], "who has read nothing begins here")

		f.self.write(f.chart(), "", "Question", "I think I am pregnant")
		moved, _ = ask(f.elena, tag)
		require.Empty(t, moved, "what is hidden moves nothing")
		f.self.write(f.chart(), "", "Question", "When is my visit?")
		moved, _ = ask(f.elena, tag)
		require.NotEmpty(t, moved[f.rosa])
		moved, _ = ask(f.elena, moved[f.rosa])
		require.Empty(t, moved)

		_, gone = ask(f.stranger, tag)
		require.ElementsMatch(t, []string{f.rosa, nowhere}, gone, "a chart that one may not open is like none")
		require.Equal(t, 403, f.app.do("POST", "/api/v1/live", `{"charts":{}}`).StatusCode)
		require.Equal(t, 401, f.anyone.do("POST", "/api/v1/live", `{"charts":{}}`).StatusCode)
		many := ""
		for range 51 {
			many += fmt.Sprintf(`,%q:""`, newID())
		}
		require.Equal(t, 413, f.self.do("POST", "/api/v1/live", `{"charts":{`+many[1:]+`}}`).StatusCode)
	})
}
