package main

import (
	"context"
	"strings"
	"time"

	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
)

type tokenCommand struct {
	User   string        `placeholder:"EMAIL" help:"Account that the token acts for." xor:"who" required:""`
	System bool          `help:"The token is for a system: a feed, a script." xor:"who" required:""`
	Name   string        `default:"script" help:"Name of the system, as people read it in the list of accesses."`
	Scope  string        `placeholder:"SCOPES" help:"What the token allows, SMART scopes. Default: what the account may do; a system must say."`
	TTL    time.Duration `name:"ttl" default:"1h" help:"How long it holds."`
}

func (tokenCommand) Help() string {
	return `Prints the token and nothing else. Making one is written to the audit log.

Examples:
  housecall token --user clinician@housecall.test --ttl 10m
  housecall token --system --name "Lab feed" --scope "system/*.cruds"`
}

func (t *tokenCommand) Run(ctx context.Context, cfg *Config, out output) error {
	return perform(ctx, cfg, out, "token", t)
}

func (t *tokenCommand) do(ctx context.Context, a *App, by string, out output) error {
	account, system, scopes := "", "", strings.Fields(t.Scope)
	if t.User != "" {
		found, err := a.Identity.AccountByEmail(ctx, t.User)
		if err != nil {
			return err
		}
		account = found.ID
		if len(scopes) == 0 {
			scopes = []string{"openid", "fhirUser", "patient/*.cruds"}
			if found.Kind == identity.Staff {
				scopes = []string{"openid", "fhirUser", "user/*.cruds"}
			}
		}
	} else if system = t.Name; len(scopes) == 0 {
		return fault.New(fault.Invalid, `Say what the system may do, for example --scope "system/*.cruds"`)
	}
	token, err := a.Identity.IssueToken(ctx, account, system, scopes, t.TTL)
	if err != nil {
		return err
	}
	if err := a.recordOperator(ctx, by, access.Event{Action: "create", Type: "AccessToken", ID: account + system, Detail: strings.Join(scopes, " ") + " ttl " + t.TTL.String()}); err != nil {
		return err
	}
	out.printf("%s\n", token)
	return nil
}

// operatorPrincipal is somebody with a shell on this machine.
func operatorPrincipal(by string) identity.Principal {
	p := identity.SystemPrincipal("operator")
	p.Name = "Operator of the server (" + by + ")"
	return p
}

func (a *App) recordOperator(ctx context.Context, by string, e access.Event) error {
	e.Who = operatorPrincipal(by)
	return a.Access.Record(ctx, e)
}
