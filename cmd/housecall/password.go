package main

import (
	"crypto/rand"
	"strings"
)

// newPassword makes a password that can be read out and typed: four groups of
// letters and digits that are not mistaken for one another, about 79 bits.
func newPassword() string {
	const letters = "abcdefghjkmnpqrstuvwxyz23456789"
	var b strings.Builder
	var r [64]byte
	_, _ = rand.Read(r[:]) // crypto/rand.Read never fails since Go 1.24
	for i := 0; b.Len() < 19; i++ {
		if i == len(r) {
			_, _ = rand.Read(r[:])
			i = 0
		}
		if b.Len()%5 == 4 {
			b.WriteByte('-')
			continue
		}
		if x := int(r[i]); x < 256/len(letters)*len(letters) { // every letter as likely
			b.WriteByte(letters[x%len(letters)])
		}
	}
	return b.String()
}
