//go:build faults

package main

import (
	"context"
	"errors"
)

// faultCommands make faults on purpose in a server that runs: go build -tags faults.
// They go through the local socket only, like all commands. A node is drained with
// housecall drain.
type faultCommands struct {
	Fault faultCommand `cmd:"" help:"Break something for a test."`
}

type faultCommand struct {
	How   string `arg:"" enum:"socket,transport,narrow" help:"socket: close it; transport: end the connections; narrow: let few bits a second through."`
	Visit string `arg:"" help:"The visit."`
	Seat  string `arg:"" help:"The seat."`
	Rate  int    `help:"Of narrow, bits a second; 0: all."`
}

func init() { operations["fault"] = func() operation { return &faultCommand{} } }

func (faultCommand) Help() string {
	return `Examples:
  housecall fault socket VISIT SEAT
  housecall fault narrow VISIT SEAT --rate 150000`
}

func (f *faultCommand) Run(ctx context.Context, cfg *Config, out output) error {
	return perform(ctx, cfg, out, "fault", f)
}

func (f *faultCommand) do(_ context.Context, a *App, _ string, out output) error {
	found := false
	switch f.How {
	case "socket":
		found = a.Signal.DropSocket(f.Visit, f.Seat)
	case "transport":
		found = a.Signal.KillTransport(f.Visit, f.Seat)
	case "narrow":
		found = a.Signal.Narrow(f.Visit, f.Seat, f.Rate)
	}
	if !found {
		return errors.New("this node has no such seat")
	}
	out.printf("Done.\n")
	return nil
}
