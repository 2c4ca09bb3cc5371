// Command withpostgres runs a command beside a PostgreSQL server for tests, which
// it starts in a temporary folder, names in HOUSECALL_TEST_POSTGRES and stops at
// the end, however the command ends. A server named there already is used as it is.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"housecall/internal/db/dbtest"
)

const name = "HOUSECALL_TEST_POSTGRES"

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: withpostgres COMMAND [ARGUMENT...]")
		os.Exit(2)
	}
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "withpostgres:", err)
	}
	os.Exit(code)
}

func run(args []string) (code int, err error) {
	if os.Getenv(name) == "" {
		url, stop, err := dbtest.StartServer()
		if err != nil {
			return 1, err
		}
		defer stop()
		if err := os.Setenv(name, url); err != nil {
			return 1, err
		}
	}
	// The terminal sends an interrupt to the command as well: wait for its end.
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	c := exec.Command(args[0], args[1:]...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := c.Start(); err != nil {
		return 1, err
	}
	go func() {
		for s := range signals {
			if s == syscall.SIGTERM {
				_ = c.Process.Signal(s)
			}
		}
	}()
	err = c.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return max(1, exit.ExitCode()), nil
	}
	return 0, err
}
