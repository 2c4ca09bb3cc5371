// Package commonlist knows the passwords that are guessed first. Of a long list of
// those that were stolen most often it holds the ones that the rule about length
// would let through, each as the first six bytes of its SHA-256, in order: with
// some ten thousand of them a good password is taken for one of them once in
// twenty thousand million times.
package commonlist

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const size = 6

//go:embed passwords.bin
var list []byte

// Len is how many passwords are known.
func Len() int { return len(list) / size }

// Normal is how a password is compared: small letters, and signs that only look
// otherwise (full width, ligatures, accents in two parts) as the ones they stand for.
func Normal(password string) string { return strings.ToLower(norm.NFKC.String(password)) }

// Has tells whether a password, in its normal form, is one of the list.
func Has(normal string) bool {
	sum := sha256.Sum256([]byte(normal))
	want := sum[:size]
	lo, hi := 0, Len()
	for lo < hi {
		mid := (lo + hi) / 2
		switch c := bytes.Compare(list[mid*size:(mid+1)*size], want); {
		case c == 0:
			return true
		case c < 0:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return false
}

// Write makes the list of the lines of a text, the commonest first, of those with
// at least shortest letters.
func Write(w io.Writer, lines string, shortest int) error {
	var hashes [][]byte
	for line := range strings.Lines(lines) {
		if !utf8.ValidString(line) {
			continue
		}
		p := Normal(strings.TrimRight(line, "\r\n"))
		if utf8.RuneCountInString(p) < shortest {
			continue
		}
		sum := sha256.Sum256([]byte(p))
		hashes = append(hashes, sum[:size])
	}
	slices.SortFunc(hashes, bytes.Compare)
	hashes = slices.CompactFunc(hashes, bytes.Equal)
	_, err := w.Write(bytes.Join(hashes, nil))
	return err
}
