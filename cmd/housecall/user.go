package main

import (
	"context"
	"strings"

	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
)

type userCommand struct {
	Add     userAdd     `cmd:"" help:"Make an account."`
	List    userList    `cmd:"" help:"List the accounts."`
	Disable userDisable `cmd:"" help:"Take an account out of use, at once and everywhere."`
	Recover userRecover `cmd:"" help:"Print a one-time link for somebody who lost every way to sign in."`
	Confirm userConfirm `cmd:"" help:"Open an account again whose row was changed outside of Housecall, after looking at it."`
	Link    userLink    `cmd:"" help:"Link an account with a chart, a practitioner or an outside issuer."`
}

type userAdd struct {
	Email        string   `arg:"" help:"E-mail address, the name at sign-in."`
	Name         string   `required:"" help:"Name as others read it."`
	Role         []string `enum:"clinician,nurse,frontdesk,privacy,admin" help:"For staff: ${enum}. None: a patient or caregiver."`
	Patient      string   `placeholder:"ID" help:"The person's own chart."`
	Practitioner string   `placeholder:"ID" help:"The FHIR Practitioner that this staff member is."`
	Locale       string   `enum:",en,es" default:"" help:"Language: en or es."`
	NoLink       bool     `help:"Print no link: the person signs in through an outside issuer."`
	Password     bool     `help:"In a demo clinic only, for load tests: print a password instead of a link."`
}

func (userAdd) Help() string {
	return `Prints a link that is good for seven days and once: whoever opens it chooses how
to sign in, and nobody else ever knows. Staff set up a second step then.

Examples:
  housecall user add ana@example.org --name "Ana Diaz" --patient 0f6f8a4e-1c0b-4b52-9d52-3d1f6b7a9e11
  housecall user add hale@example.org --name "Dr. Juniper Hale" --role clinician`
}

func (u *userAdd) Run(ctx context.Context, cfg *Config, out output) error {
	return perform(ctx, cfg, out, "user add", u)
}

func (u *userAdd) do(ctx context.Context, a *App, by string, out output) error {
	n := identity.NewAccount{Email: u.Email, Name: u.Name, Kind: identity.Person, Patient: u.Patient, Practitioner: u.Practitioner, Locale: u.Locale}
	for _, r := range u.Role {
		n.Kind, n.Roles = identity.Staff, append(n.Roles, identity.Role(r))
	}
	if u.Password {
		demo, err := siteValue(ctx, a.DB, "demo begun")
		if err != nil {
			return err
		}
		if demo == "" {
			return fault.New(fault.Forbidden, "Passwords are made in a demo clinic only. Leave --password out: the link lets the person choose.")
		}
		n.Password = newPassword()
	}
	account, err := a.Identity.CreateAccount(ctx, n)
	if err != nil {
		return err
	}
	if err := a.recordOperator(ctx, by, access.Event{Action: "create", Type: "Account", ID: account.ID, Patient: u.Patient}); err != nil {
		return err
	}
	out.printf("Account %s made for %s.\n", account.ID, account.Email)
	switch {
	case n.Password != "":
		out.printf("Password for the first sign-in: %s\n", n.Password)
	case !u.NoLink:
		return a.printWayIn(ctx, account, out)
	}
	return nil
}

// printWayIn prints the link by which somebody chooses how to sign in.
func (a *App) printWayIn(ctx context.Context, account identity.Account, out output) error {
	link, until, err := a.Identity.WayIn(ctx, account.ID)
	if err != nil {
		return err
	}
	out.printf("Link for the first sign-in, good once and until %s:\n  %s\n", until.In(a.Config.zone).Format("2 January 2006, 15:04"), link)
	return nil
}

type userRecover struct {
	Email string `arg:"" help:"E-mail address of the account."`
}

func (userRecover) Help() string {
	return `The link is good for a day and once (seven days, for who never signed in). Using it
takes every old way to sign in away and ends every session. Make sure whom you give it to.

Example:
  housecall user recover ana@example.org`
}

func (u *userRecover) Run(ctx context.Context, cfg *Config, out output) error {
	return perform(ctx, cfg, out, "user recover", u)
}

func (u *userRecover) do(ctx context.Context, a *App, by string, out output) error {
	account, err := a.Identity.AccountByEmail(ctx, u.Email)
	if err != nil {
		return err
	}
	if err := a.recordOperator(ctx, by, access.Event{Action: "update", Type: "Account", ID: account.ID, Detail: "recover"}); err != nil {
		return err
	}
	return a.printWayIn(ctx, account, out)
}

type userList struct{}

func (userList) Help() string { return "Example:\n  housecall user list" }

func (u *userList) Run(ctx context.Context, cfg *Config, out output) error {
	return perform(ctx, cfg, out, "user list", u)
}

func (u *userList) do(ctx context.Context, a *App, _ string, out output) error {
	const row = "%-36s  %-32s  %-24s  %-8s  %s\n"
	out.printf(row, "ID", "E-MAIL", "ROLES", "STATE", "NAME")
	for cursor, n := "", 0; ; {
		items, next, err := a.Identity.ListAccounts(ctx, cursor, 200)
		if err != nil {
			return err
		}
		for _, x := range items {
			roles, state := "person", "active"
			if x.Kind == identity.Staff {
				roles = rolesText(x.Roles)
			}
			if !x.Active {
				state = "disabled"
			}
			out.printf(row, x.ID, x.Email, roles, state, x.Name)
		}
		n += len(items)
		if next == "" {
			out.notef("%d accounts.\n", n)
			return nil
		}
		cursor = next
	}
}

type userDisable struct {
	Email string `arg:"" help:"E-mail address of the account."`
	Undo  bool   `help:"Put the account back in use."`
}

func (userDisable) Help() string {
	return "Ends its sessions, tokens and open pages within a second.\n\nExample:\n  housecall user disable ana@example.org"
}

func (u *userDisable) Run(ctx context.Context, cfg *Config, out output) error {
	return perform(ctx, cfg, out, "user disable", u)
}

func (u *userDisable) do(ctx context.Context, a *App, by string, out output) error {
	account, err := a.Identity.AccountByEmail(ctx, u.Email)
	if err != nil {
		return err
	}
	change, said := a.Identity.Disable, "is out of use; its sessions and tokens are ended"
	if u.Undo {
		change, said = a.Identity.Enable, "is back in use"
	}
	if err := change(ctx, account.ID); err != nil {
		return err
	}
	if err := a.recordOperator(ctx, by, access.Event{Action: "update", Type: "Account", ID: account.ID, Detail: strings.Fields(said)[1]}); err != nil {
		return err
	}
	out.printf("%s %s.\n", account.Email, said)
	return nil
}

type userConfirm struct {
	Account string `arg:"" help:"Id of the account, as the log and the audit name it."`
	Right   bool   `help:"What is shown is right: open the account."`
}

func (userConfirm) Help() string {
	return `Shows what decides who signs in by the account and as what. Compare it with what you
know; whoever wrote to the database may have put in a password of their own, so help the
person back in afterwards (housecall user recover).

Example:
  housecall user confirm 0199c0de-1c0b-7b52-9d52-3d1f6b7a9e11 --right`
}

func (u *userConfirm) Run(ctx context.Context, cfg *Config, out output) error {
	return perform(ctx, cfg, out, "user confirm", u)
}

func (u *userConfirm) do(ctx context.Context, a *App, by string, out output) error {
	account, err := a.Identity.AccountByID(ctx, u.Account)
	if err != nil {
		return err
	}
	kind := map[bool]string{true: "staff", false: "person"}[account.Kind == identity.Staff]
	out.printf("e-mail        %s (confirmed: %t)\nkind          %s\nroles         %s\nchart         %s\npractitioner  %s\nin use        %t\npassword      %t\n",
		account.Email, account.Verified, kind, rolesText(account.Roles), account.Patient, account.Practitioner, account.Active, account.HasPassword)
	if !u.Right {
		out.notef("Nothing was changed. If all of it is right: housecall user confirm %s --right\n", account.ID)
		return nil
	}
	if err := a.Identity.ConfirmAccount(ctx, account.ID); err != nil {
		return err
	}
	if err := a.recordOperator(ctx, by, access.Event{Action: "update", Type: "Account", ID: account.ID, Detail: "row confirmed"}); err != nil {
		return err
	}
	out.printf("The account is open again.\n")
	return nil
}

func rolesText(roles []identity.Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	return strings.Join(words, ",")
}

type userLink struct {
	Email        string `arg:"" help:"E-mail address of the account."`
	Patient      string `placeholder:"ID" help:"The person's own chart."`
	Practitioner string `placeholder:"ID" help:"The FHIR Practitioner that this staff member is."`
	Issuer       string `placeholder:"URL" help:"Outside OpenID issuer; needs --subject."`
	Subject      string `placeholder:"SUB" help:"The account's subject at that issuer."`
}

func (userLink) Help() string {
	return `Examples:
  housecall user link ana@example.org --patient 0f6f8a4e-1c0b-4b52-9d52-3d1f6b7a9e11
  housecall user link hale@example.org --issuer https://login.riverside.example --subject 00u1a2b3`
}

func (u *userLink) Run(ctx context.Context, cfg *Config, out output) error {
	return perform(ctx, cfg, out, "user link", u)
}

func (u *userLink) do(ctx context.Context, a *App, by string, out output) error {
	account, err := a.Identity.AccountByEmail(ctx, u.Email)
	if err != nil {
		return err
	}
	switch {
	case (u.Issuer == "") != (u.Subject == ""):
		return fault.New(fault.Invalid, "--issuer and --subject go together.")
	case u.Patient+u.Practitioner+u.Issuer == "":
		return fault.New(fault.Invalid, "Say what to link with: --patient, --practitioner, or --issuer and --subject.")
	}
	for _, step := range []struct {
		given string
		what  string
		link  func() error
	}{
		{u.Patient, "chart " + u.Patient, func() error { return a.Identity.Link(ctx, account.ID, u.Patient) }},
		{u.Practitioner, "practitioner " + u.Practitioner, func() error { return a.Identity.SetPractitioner(ctx, account.ID, u.Practitioner) }},
		{u.Issuer, "an account of " + u.Issuer, func() error { return a.Identity.LinkOutsideFor(ctx, account.ID, u.Issuer, u.Subject) }},
	} {
		if step.given == "" {
			continue
		}
		if err := step.link(); err != nil {
			return err
		}
		if err := a.recordOperator(ctx, by, access.Event{Action: "update", Type: "Account", ID: account.ID, Patient: u.Patient, Detail: "link"}); err != nil {
			return err
		}
		out.printf("%s is linked with %s.\n", account.Email, step.what)
	}
	return nil
}
