package main

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
)

type grantCommand struct {
	Email     string   `arg:"" help:"E-mail address of the account that gets access."`
	Patient   string   `placeholder:"ID" help:"The chart. With --team, 'all' is every chart there is now."`
	Relation  string   `placeholder:"WORD" help:"What the patient is to the caregiver: mother, child, spouse."`
	Basis     string   `enum:"consent,parent,guardian,power-of-attorney" default:"consent" help:"On what ground: ${enum}."`
	Until     string   `placeholder:"DATE" help:"Last day of the access, for example 2027-12-31."`
	See       []string `placeholder:"PARTS" help:"Parts of the record, for example medicines,results. Default: all."`
	Can       []string `placeholder:"DEEDS" help:"What the caregiver may do: messages, scheduling, medicines, documents, visits, share."`
	Sensitive bool     `help:"Include the sensitive kinds, such as mental health."`
	BirthDate string   `placeholder:"DATE" help:"The child's date of birth; needed with --basis parent."`
	Evidence  string   `placeholder:"PAPER" default:"seen by the operator" help:"Which paper shows the ground, for example 'court order 12-345 of 2026-05-02'."`
	Team      string   `enum:",clinician,nurse,frontdesk" default:"" help:"Make a staff member part of the care team instead."`
	Stop      bool     `help:"End the access, or leave the care team, at once."`
}

func (grantCommand) Help() string {
	return `Examples:
  housecall grant elena@example.org --patient 0f6f8a4e-1c0b-4b52-9d52-3d1f6b7a9e11 --relation mother --until 2027-12-31 --can messages,visits
  housecall grant hale@example.org --patient all --team clinician
  housecall grant elena@example.org --patient 0f6f8a4e-1c0b-4b52-9d52-3d1f6b7a9e11 --stop`
}

func (g *grantCommand) Run(ctx context.Context, cfg *Config, out output) error {
	return perform(ctx, cfg, out, "grant", g)
}

func (g *grantCommand) do(ctx context.Context, a *App, by string, out output) error {
	if g.Patient == "" {
		return fault.New(fault.Invalid, "Say whose chart: --patient ID")
	}
	account, err := a.Identity.AccountByEmail(ctx, g.Email)
	if err != nil {
		return err
	}
	patients := []string{g.Patient}
	if g.Patient == "all" {
		if g.Team == "" {
			return fault.New(fault.Invalid, "All charts at once are for care teams only: --team clinician")
		}
		if patients, err = allCharts(ctx, a.DB); err != nil {
			return err
		}
	}
	who := operatorPrincipal(by)
	for i, patient := range patients {
		var said string
		err := a.DB.InTx(ctx, func(c *db.Conn) error {
			var what string
			what, said, err = g.apply(c, a, who, account, patient)
			if err != nil {
				return err
			}
			return a.Access.RecordTx(c, access.Event{Who: who, Patient: patient, Action: "update", Type: what, ID: account.ID, Detail: "grant"})
		})
		if err != nil {
			return err
		}
		if len(patients) == 1 {
			out.printf("%s\n", said)
		}
		out.progress("Care teams", int64(i+1), int64(len(patients)))
	}
	if g.Patient == "all" {
		out.printf("%s: %d charts.\n", account.Email, len(patients))
	}
	a.Revocations.Wake()
	return nil
}

func (g *grantCommand) apply(c *db.Conn, a *App, who identity.Principal, account identity.Account, patient string) (what, said string, err error) {
	var there int
	if err := c.QueryRow(`SELECT count(*) FROM charts WHERE patient_id = ?`, patient).Scan(&there); err != nil {
		return "", "", err
	}
	if there == 0 {
		return "", "", fault.New(fault.NotFound, "There is no chart with this id.")
	}
	switch {
	case g.Team != "" && g.Stop:
		return "CareTeam", account.Email + " left the care team of " + patient + ".", a.Access.LeaveTeamTx(c, who, account.ID, patient)
	case g.Team != "":
		if account.Kind != identity.Staff || !slices.Contains(account.Roles, identity.Role(g.Team)) {
			return "", "", fault.Newf(fault.Invalid, "This account does not have the role %s.", g.Team)
		}
		return "CareTeam", account.Email + " is in the care team of " + patient + ".", a.Access.JoinTeamTx(c, who, account.ID, patient, identity.Role(g.Team), time.Time{})
	case g.Stop:
		return "Consent", account.Email + " has no access to " + patient + " any more.", g.stop(c, a, who, account.ID, patient)
	}
	in, err := g.input(account, patient, a.Config.zone)
	if err != nil {
		return "", "", err
	}
	made, err := a.Access.GrantTx(c, who, in)
	return "Consent", account.Email + " has access to " + patient + " until " + made.End.In(a.Config.zone).Format("2 January 2006") + " (grant " + made.ID + ").", err
}

func (g *grantCommand) input(account identity.Account, patient string, zone *time.Location) (in access.GrantInput, err error) {
	in = access.GrantInput{Patient: patient, Account: account.ID, Name: account.Name, Relation: g.Relation, Basis: access.Basis(g.Basis),
		See: access.Everything, Sensitive: g.Sensitive, BirthDate: g.BirthDate, Zone: zone}
	if in.Basis != access.Consent {
		in.Evidence = g.Evidence
	}
	if g.Until != "" {
		day, err := time.ParseInLocation(time.DateOnly, g.Until, zone)
		if err != nil {
			return in, fault.New(fault.Invalid, "--until must be a day like 2027-12-31")
		}
		in.End = day.AddDate(0, 0, 1)
	}
	if len(g.See) > 0 {
		in.See = 0
		for _, word := range g.See {
			category, ok := access.ParseCategory(word)
			if !ok {
				return in, fault.Newf(fault.Invalid, "--see %s is no part of the record; there are: %s", word, access.Everything)
			}
			in.See |= access.Of(category)
		}
	}
	can, ok := access.ParsePowers(g.Can)
	if !ok {
		return in, fault.New(fault.Invalid, "--can takes messages, scheduling, medicines, documents, visits, share")
	}
	in.Can = can
	return in, nil
}

func (g *grantCommand) stop(c *db.Conn, a *App, who identity.Principal, account, patient string) error {
	var id string
	err := c.QueryRow(`SELECT id FROM grants WHERE account = ? AND patient_id = ? AND state = ?`, account, patient, access.Active).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.NotFound, "This account has no access to this chart.")
	}
	if err != nil {
		return err
	}
	_, err = a.Access.RevokeTx(c, who, patient, id)
	return err
}

func allCharts(ctx context.Context, d *db.DB) (ids []string, err error) {
	err = d.Read(ctx).Each(`SELECT patient_id FROM charts ORDER BY patient_id`, func(r *sql.Rows) error {
		ids = append(ids, "")
		return r.Scan(&ids[len(ids)-1])
	})
	return ids, err
}
