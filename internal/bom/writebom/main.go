// Command writebom writes the bill of materials of this repository into a file.
package main

import (
	"fmt"
	"os"

	"housecall/internal/bom"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: writebom ROOT FILE")
		os.Exit(2)
	}
	if err := write(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "writebom:", err)
		os.Exit(1)
	}
}

func write(root, file string) error {
	d, err := bom.Of(root)
	if err != nil {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := d.Write(f); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}
