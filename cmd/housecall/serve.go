package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime/debug"

	"housecall/internal/fault"
)

type serveCommand struct {
	Demo bool `help:"Fill a new installation with the demo clinic. Listens on this machine only."`
}

func (serveCommand) Help() string {
	return `Everything it needs is in the data folder, which is made on first start. The first
start prints a one-time link for the first administrator.

Examples:
  housecall serve --demo
  HOUSECALL_BASE_URL=https://portal.example.org HOUSECALL_TLS=proxy housecall serve`
}

func (s *serveCommand) Run(ctx context.Context, cfg *Config, out output) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	if s.Demo {
		if err := cfg.demoOnly(); err != nil {
			return err
		}
	}
	collectLess()
	a, err := NewApp(ctx, *cfg)
	if errors.Is(err, errFolderBusy) {
		return fmt.Errorf("%w (%s); end it, or give this one a folder of its own with HOUSECALL_DATA", err, cfg.Data)
	}
	if err != nil {
		return err
	}
	defer a.Stop()
	if err := a.Start(ctx); err != nil {
		return err
	}
	if s.Demo {
		if err := a.loadDemo(ctx, out); err != nil {
			return err
		}
	}
	for _, line := range a.Config.Redacted() {
		a.Log.Debug("setting", "is", line)
	}
	if err := a.Listen(); err != nil {
		return err
	}
	out.printf("Housecall %s is at %s\n", version, a.URL())
	if s.Demo {
		err = a.printDemo(out)
	} else {
		err = a.printFirstLink(ctx, out)
	}
	if err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		out.notef("Stopping.\n")
		return nil
	case <-a.Done():
		return fmt.Errorf("the web server ended: %w", a.web.Err())
	}
}

// collectLess lets the heap grow to five times what lives before it is collected.
// Little lives here and much passes through (pages of records), so that this is
// some 100 MB more for a fifth more answers a second. GOGC overrules it.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}

// printFirstLink helps the first administrator in; once there is one it prints
// nothing.
func (a *App) printFirstLink(ctx context.Context, out output) error {
	link, err := a.Identity.FirstLink(ctx)
	if err != nil || link == "" {
		return err
	}
	out.printf("There is no administrator yet. Open this link within a day to become the first:\n\n  %s\n\n", link)
	return nil
}

// demoOnly: the demo's people are invented, but its passwords lie in a file and
// on the screen.
func (c *Config) demoOnly() error {
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil || !loopback(host) {
		return fault.Newf(fault.Invalid, "--demo listens on this machine only, and HOUSECALL_ADDR is %s: use 127.0.0.1:8080", c.Addr)
	}
	if c.ClinicName == "" {
		c.ClinicName, c.ClinicPhone = "Alder Street Clinic", "555-0100"
	}
	return nil
}
