package ingest_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"housecall/internal/db"
	"housecall/records/ingest"
)

// childImport is the whole of this program when it was started as the process
// that gets killed.
func childImport() {
	paths := os.Getenv("INGEST_CHILD_PATHS")
	if paths == "" {
		return
	}
	if err := runChild(strings.Split(paths, ":")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func runChild(paths []string) error {
	d, err := db.Open(context.Background(), db.Config{URL: os.Getenv("INGEST_CHILD_URL"), Dir: os.Getenv("INGEST_CHILD_DIR")})
	if err != nil {
		return err
	}
	h, stop, err := build(d)
	if err != nil {
		return err
	}
	_, err = h.Import(context.Background(), operator, ingest.Options{Paths: paths, Progress: func(done, total int64, unit string) {
		fmt.Println(unit, done, total)
	}})
	stop()
	return err
}
