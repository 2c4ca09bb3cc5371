package fhir

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every invariant of the table is either compiled or checked by hand, and nothing is listed that is not there.
func TestEveryInvariantIsChecked(t *testing.T) {
	seen := map[string]bool{}
	count := 0
	for _, d := range r4().types {
		for line := range strings.Lines(d.raw) {
			f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
			if f[0] != "C" {
				continue
			}
			seen[f[1]] = true
			require.Len(t, f, 5)
			if inv := newInvariant(f[1], f[2], f[3], f[4]); inv != nil {
				require.NotPanics(t, func() { inv.expr() }, "%s %s", d.name, f[1])
				count++
			}
		}
	}
	for key := range byHand {
		if key != "sqty-1" && key != "att-1" {
			require.True(t, seen[key], "%s is no invariant", key)
		}
	}
	for key := range corrected {
		require.True(t, seen[key], "%s is no invariant", key)
	}
	t.Logf("%d invariants from the table, %d by hand", count, len(byHand))
}

// Every profile decodes, its invariants compile, and what is listed as unusable is there.
func TestEveryProfileDecodes(t *testing.T) {
	count, invariants := 0, 0
	raw := ""
	var walk func(e *profiled)
	walk = func(e *profiled) {
		for _, i := range e.invariants {
			require.NotPanics(t, func() { i.expr() }, i.key)
			invariants++
		}
		for _, c := range append(e.inner, e.slices...) {
			walk(c)
		}
	}
	for _, versions := range knownProfiles().byURL {
		for _, p := range versions {
			require.NotNil(t, r4().types[p.typ], p.url)
			walk(p.decode())
			raw += p.raw
			count++
		}
	}
	for expression := range unusable {
		require.Contains(t, raw, "\t"+expression+"\n")
	}
	t.Logf("%d profiles, %d invariants", count, invariants)
}
