package triage

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// longest is how much of a text is read. A message has at most 10,000 characters.
const longest = 20_000

// A clause is the words between two marks that end a thought.
type clause []string

// clauses cuts a text into clauses of plain words: small letters, no accents, no
// apostrophes ("can't" and "cant" are one word). A comma stays, as a word: a
// negation may go on behind it.
func clauses(text string) []clause {
	if len(text) > longest {
		text = text[:longest]
	}
	var out []clause
	var now clause
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			now = append(now, word.String())
			word.Reset()
		}
	}
	stop := func() {
		end()
		if len(now) > 0 {
			out = append(out, now)
			now = nil
		}
	}
	for _, r := range norm.NFD.String(strings.ToLower(text)) {
		switch {
		case unicode.Is(unicode.Mn, r), r == '\'', r == '’', r == '‘', r == '`':
		case unicode.IsLetter(r), unicode.IsDigit(r):
			word.WriteRune(r)
		case r == ',':
			end()
			now = append(now, ",")
		case r == '.' && word.Len() > 0 && isNumber(word.String()):
			word.WriteRune(r) // 39.5
		case strings.ContainsRune(".;:!?¿¡\n\r()", r):
			stop()
		default:
			end()
		}
	}
	stop()
	return out
}

func isNumber(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

// group is a set of words of which one has to be there. A word that ends in * is
// the beginning of one; "a b" is two words in a row.
type group struct {
	by    map[string][][]string // by the first word
	stems [][]string            // those whose first word is the beginning of one
}

func words(list string) group {
	g := group{by: map[string][][]string{}}
	for _, one := range strings.Split(list, "|") {
		seq := strings.Fields(one)
		if strings.HasSuffix(seq[0], "*") {
			g.stems = append(g.stems, seq)
		} else {
			g.by[seq[0]] = append(g.by[seq[0]], seq)
		}
	}
	return g
}

// at tells how many words of the clause from i on the group takes; 0: none.
func (g *group) at(c clause, i int) int {
	for _, seq := range g.by[c[i]] {
		if fits(seq, c, i) {
			return len(seq)
		}
	}
	for _, seq := range g.stems {
		if fits(seq, c, i) {
			return len(seq)
		}
	}
	return 0
}

func fits(seq []string, c clause, i int) bool {
	if i+len(seq) > len(c) {
		return false
	}
	for k, w := range seq {
		if stem, open := strings.CutSuffix(w, "*"); open && strings.HasPrefix(c[i+k], stem) || w == c[i+k] {
			continue
		}
		return false
	}
	return true
}
