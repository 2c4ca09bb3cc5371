package access

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/identity"
)

// Every cell of the policy: V may see, A may see and act, . nothing. The columns
// are the categories in their order.
func TestPolicyEveryCell(t *testing.T) {
	//                                demographics conditions allergies medicines immunizations results vitals visits documents careplan messages appointments questionnaires coverage other
	const grid = `
		nobody      -         . . . . . . . . . . . . . . .
		nobody      clinician . . . . . . . . . . . . . . .
		nobody      admin     . . . . . . . . . . . . . . .
		self        -         A V V V V V V V V V A A A V V
		self        clinician A V V V V V V V V V A A A V V
		self        admin     A V V V V V V V V V A A A V V
		proxy       -         V V V A V V V A A V A A A V V
		proxy       clinician V V V A V V V A A V A A A V V
		care-team   -         . . . . . . . . . . . . . . .
		care-team   clinician V A A A A A A A A A A A A V A
		care-team   nurse     V A A A A A A A A A A A A V A
		care-team   frontdesk . . . . . . . . . . . . . . .
		care-team   privacy   . . . . . . . . . . . . . . .
		care-team   admin     . . . . . . . . . . . . . . .
		emergency   -         . . . . . . . . . . . . . . .
		emergency   clinician V V V V V V V V V V V V V V V
		emergency   nurse     V V V V V V V V V V V V V V V
		emergency   frontdesk . . . . . . . . . . . . . . .
		emergency   privacy   . . . . . . . . . . . . . . .
		emergency   admin     . . . . . . . . . . . . . . .
		clinic-staff -        . . . . . . . . . . . . . . .
		clinic-staff clinician . . . . . . . . . . . . . . .
		clinic-staff nurse    . . . . . . . . . . . . . . .
		clinic-staff frontdesk A . . . . . . . . . . A . A .
		clinic-staff privacy  . . . . . . . . . . . . . . .
		clinic-staff admin    . . . . . . . . . . . . . . .
		app         -         A V V A V V V A A V A A A V V
		system      -         A A A A A A A A A A A A A A A
		link        -         V . . . . . . . . . . V . . .
		guest       -         . . . . . . . . . . . V . . .`
	relation := map[string]Relation{"nobody": Nobody}
	for r := Self; r < relations; r++ {
		relation[r.String()] = r
	}
	seen := map[Relation]bool{}
	for _, line := range strings.Split(strings.TrimSpace(grid), "\n") {
		f := strings.Fields(line)
		require.Len(t, f, 2+int(categories), line)
		rel, ok := relation[f[0]]
		require.True(t, ok, line)
		seen[rel] = true
		role := identity.Role(f[1])
		if role == "-" {
			role = ""
		}
		for c := Category(0); c < categories; c++ {
			cell := f[2+int(c)]
			require.Equal(t, cell != ".", Decide(rel, role, c, See), "%s %s sees %s", f[0], role, c)
			require.Equal(t, cell == "A", Decide(rel, role, c, Act), "%s %s acts on %s", f[0], role, c)
		}
		require.False(t, Decide(rel, role, NoCategory, See))
		require.False(t, Decide(rel, role, categories, Act))
	}
	require.Len(t, seen, int(relations), "every relation has its lines")
	require.False(t, Decide(relations, "", Conditions, See), "an unknown relation")
}

func TestNobodyActsOnWhatTheyCannotSee(t *testing.T) {
	for _, r := range policy {
		require.Zero(t, r.act&^r.see&^Everything, r.relation)
		if r.relation != Feed {
			require.Zero(t, r.act&^r.see, r.relation)
		}
	}
}

func TestCategoryWords(t *testing.T) {
	for c := Category(0); c < categories; c++ {
		got, ok := ParseCategory(c.String())
		require.True(t, ok)
		require.Equal(t, c, got)
	}
	require.Len(t, Everything.Words(), int(categories))
	_, ok := ParseCategory("secrets")
	require.False(t, ok)
	require.Empty(t, NoCategory.String())
}

func BenchmarkDecide(b *testing.B) {
	v := View{See: Everything &^ Of(Messages), Hide: AllLabels, HoldResults: true}
	n := 0
	b.ReportAllocs()
	for i := range b.N {
		c := Category(i % int(categories))
		if Decide(CareTeam, identity.Nurse, c, See) && v.Sees("", "", Class{c, NoLabels}, 0, 1) {
			n++
		}
	}
	if n < 0 {
		b.Fatal()
	}
}

func BenchmarkViewOfKnownTie(b *testing.B) {
	who := identity.Principal{Kind: identity.Staff, Account: "a", Roles: []identity.Role{identity.Clinician}}
	t := tie{team: Member{Account: "a", Patient: "p", Role: identity.Clinician, Start: 1, Version: 3}}
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := viewOf(who, "p", t, 5); !ok {
			b.Fatal()
		}
	}
}
