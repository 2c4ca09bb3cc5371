package portal_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is no id of a record is a record that is not there, whatever the database
// would say to it.
func TestWorkOnWhatIsNoID(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		for _, id := range []string{`\u0000`, `a\u0000b`, `\ud800`, `' OR 1=1 --`, `../x`} {
			for path, body := range map[string]string{
				"/clinic/matches/join": `{"survivor":"%[1]s","other":"%[2]s","reason":"the same person"}`, "/clinic/matches/part": `{"survivor":"%[2]s","other":"%[1]s","reason":"the same person"}`,
				"/clinic/matches/apart": `{"a":"%[1]s","b":"%[2]s"}`, "/clinic/refile": `{"from":"%[1]s","to":"%[2]s","refs":["Condition/1"],"reason":"belongs elsewhere"}`,
				"/clinic/assigns/stay": `{"patient":"%[2]s","other":"%[1]s","type":"Condition","id":"1"}`,
			} {
				r := f.doctor.do("POST", "/api/v1"+path, fmt.Sprintf(body, id, f.rosa))
				require.Equal(t, 404, r.StatusCode, "%s %s: %s", path, id, r.body)
			}
		}
	})
}
