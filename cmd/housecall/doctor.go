package main

import (
	"context"
	"fmt"

	"housecall/portal"
)

type doctorCommand struct{}

func (doctorCommand) Help() string {
	return "Changes nothing. Also works while the server runs, and when it does not start.\nExit code 0: nothing is broken.\n\nExample:\n  housecall doctor"
}

// Check is one thing that was looked at, in words for the person who runs this
// installation.
type Check = portal.Check

func good(name, format string, args ...any) Check {
	return Check{Name: name, OK: true, Level: "ok", Text: fmt.Sprintf(format, args...)}
}

func warn(name, format string, args ...any) Check {
	return Check{Name: name, OK: true, Level: "warn", Text: fmt.Sprintf(format, args...)}
}

func bad(name, format string, args ...any) Check {
	return Check{Name: name, Level: "fail", Text: fmt.Sprintf(format, args...)}
}

func (doctorCommand) Run(ctx context.Context, cfg *Config, out output) error {
	if err := cfg.Validate(); err != nil {
		out.printf("%-10s %-5s %s\n", "settings", "FAIL", err)
		return errReported
	}
	broken := 0
	words := map[string]string{"ok": "ok", "warn": "WARN", "fail": "FAIL"}
	for _, c := range examine(ctx, cfg, cfg.ICEPort, cfg.fixedRelayURLs()) {
		if !c.OK {
			broken++
		}
		out.printf("%-10s %-5s %s\n", c.Name, words[c.Level], c.Text)
	}
	switch broken {
	case 0:
		out.printf("\nNothing is broken.\n")
		return nil
	case 1:
		out.printf("\nOne thing is broken; the line marked FAIL says what to do.\n")
	default:
		out.printf("\n%d things are broken; the lines marked FAIL say what to do.\n", broken)
	}
	return errReported
}

// Health is what doctor says of a running server, for its administrators.
func (a *App) Health(ctx context.Context) []Check {
	port, urls := a.relay.running()
	return append(examine(ctx, &a.Config, port, urls), a.checkRows(ctx))
}

// checkRows looks whether a row that decides who signs in was changed by hand.
func (a *App) checkRows(ctx context.Context) Check {
	const name = "sign-in rows"
	rows, err := a.Identity.OddRows(ctx)
	apps := 0
	if err == nil {
		apps, err = a.Provider.OddApps(ctx)
	}
	switch {
	case err != nil:
		return warn(name, "They cannot be read (%v).", rootCause(err))
	case rows+apps > 0:
		return bad(name, "%d rows of accounts, passkeys, linked accounts or apps were changed outside of Housecall. They let nobody in; the audit and the log say which were tried. See \"Rows that were changed\" in operations.md.", rows+apps)
	}
	return good(name, "Accounts, passkeys, linked accounts and apps are as Housecall wrote them.")
}
