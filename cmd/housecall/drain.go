package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

type drainCommand struct {
	Within time.Duration `default:"10m" help:"After this time, visits that are still held move to other nodes."`
	Undo   bool          `help:"Let this node take visits again."`
}

func (drainCommand) Help() string {
	return `The node takes no visits any more, and /readyz says so, by which load balancers send
people elsewhere. Visits that it has go on until they end; what is left after --within
moves: everybody in it goes to another node by themselves and is back within a second
or two. The command ends when the node has no visit. Then stop it.

With one node only there is nowhere to move to: stop it instead, and start it again.

Examples:
  housecall drain && systemctl stop housecall
  housecall drain --within 0s
  housecall drain --undo`
}

// Validate is called by kong.
func (d *drainCommand) Validate() error {
	if d.Within < 0 || d.Within > 24*time.Hour {
		return errors.New("--within must be from 0 to 24h")
	}
	return nil
}

func (d *drainCommand) Run(ctx context.Context, cfg *Config, out output) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	lock, server, err := reach(ctx, cfg.Data)
	if err != nil {
		return err
	}
	if server == nil {
		lock.release()
		return fmt.Errorf("no server is at work on %s: there is nothing to drain", cfg.Data)
	}
	return server.perform(ctx, out, "drain", d)
}

func (d *drainCommand) do(ctx context.Context, a *App, _ string, out output) error {
	if d.Undo {
		a.Signal.Undrain()
		out.printf("This node takes visits again.\n")
		return nil
	}
	most := 0
	is, err := a.Signal.Drain(ctx, d.Within, func(rooms int) {
		if most = max(most, rooms); most > 0 {
			out.progress("Visits that ended or moved", int64(most-rooms), int64(most))
		}
	})
	if err != nil {
		return err
	}
	if a.Signal.Draining() {
		out.printf("This node has no visit: %d ended by themselves, %d moved. It takes none before housecall drain --undo.\n", is.Ended, is.Moved)
	}
	return nil
}
