package oversight

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func patient(family, line, postal string) person {
	return personOf(fmt.Appendf(nil, `{"name":[{"family":"%s","given":["A"]}],"address":[{"line":["%s"],"postalCode":"%s"}]}`, family, line, postal))
}

func TestNearness(t *testing.T) {
	nurse := patient("García", "12 Elm St. Apt 4", "45402")
	for _, c := range []struct {
		name string
		of   person
		want []string
	}{
		{"surname without its accent", patient("Garcia", "9 Oak Ave", "45402"), []string{SameSurname}},
		{"an earlier surname", personOf([]byte(`{"name":[{"family":"Poe"},{"use":"old","family":"García"}]}`)), []string{SameSurname}},
		{"same flat", patient("Poe", "12 ELM ST. APT 4", "45402-1234"), []string{SameAddress}},
		{"same street", patient("Poe", "99 Elm St", "45402"), []string{SameStreet}},
		{"surname and street", patient("García", "99 Elm St", "45402"), []string{SameSurname, SameStreet}},
		{"street of that name elsewhere", patient("Poe", "12 Elm St. Apt 4", "10001"), nil},
		{"nothing known", personOf([]byte(`{}`)), nil},
		{"not readable", personOf([]byte(`{"name":3}`)), nil},
	} {
		require.Equal(t, c.want, nearness(nurse, c.of), c.name)
	}
	require.Equal(t, "A Poe", personOf([]byte(`{"name":[{"use":"old","text":"B Old"},{"family":"Poe","given":["A"]}]}`)).name)
}

func TestManyIsMoreThanUsual(t *testing.T) {
	from := time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)
	hours := func(charts ...int) gathered {
		g := gathered{hours: map[string]map[time.Time]map[string]bool{"a": {}}, names: map[string]string{"a": "A"}}
		for h, n := range charts {
			seen := map[string]bool{}
			for i := range n {
				seen[fmt.Sprint(i)] = true
			}
			g.hours["a"][from.Add(time.Duration(h)*time.Hour)] = seen
		}
		return g
	}
	for _, c := range []struct {
		charts []int
		want   int
	}{{[]int{15}, 0}, {[]int{16}, 1}, {[]int{6, 7, 8, 21}, 0}, {[]int{6, 7, 8, 22}, 1}, {[]int{30, 31, 29, 32}, 0}} {
		g := hours(c.charts...)
		require.Len(t, g.many(from), c.want, c.charts)
	}
	g := hours(50)
	require.Empty(t, g.many(from.Add(2*time.Hour)), "before the period")
}
