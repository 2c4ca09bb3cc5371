package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/ingest"
)

type importCommand struct {
	Paths  []string `arg:"" name:"path" type:"path" help:"Files and folders: bundles, resources, .ndjson, .gz, .zip."`
	Source string   `placeholder:"NAME" help:"Name of the system that the records come from; ids of different systems are kept apart."`
	Team   []string `placeholder:"EMAIL" help:"Staff whose patients these become."`
}

func (importCommand) Help() string {
	return `Prints what was created, updated, unchanged and refused. Twice is once: run it again
after it was cut off, or with newer files. What is broken is set aside in a file
with reason and place; the rest goes in.

Examples:
  housecall import ./synthea-r4
  housecall import --source riverside --team hale@example.org export.zip`
}

func (i *importCommand) Run(ctx context.Context, cfg *Config, out output) error {
	for _, p := range i.Paths { // said here: the server may not be where the files are
		if _, err := os.Stat(p); err != nil {
			return fault.Newf(fault.NotFound, "%s is not there.", p)
		}
	}
	return perform(ctx, cfg, out, "import", i)
}

func (i *importCommand) do(ctx context.Context, a *App, by string, out output) error {
	team, err := a.teamOf(ctx, i.Team)
	if err != nil {
		return err
	}
	if err := a.recordOperator(ctx, by, access.Event{Action: "create", Type: "Import", Count: len(i.Paths), Detail: i.Source}); err != nil {
		return err
	}
	report, err := a.Importer.Import(ctx, operatorPrincipal(by), ingest.Options{
		Paths: i.Paths, Source: i.Source, RejectsDir: filepath.Join(a.Config.Data, "rejects"), Team: team,
		Progress: func(done, total int64, unit string) { out.progress("Importing "+unit, done, total) },
	})
	if report != nil {
		var text strings.Builder
		if err := report.WriteText(&text); err != nil {
			return err
		}
		out.printf("%s", text.String())
	}
	a.Revocations.Wake()
	return err
}

func (a *App) teamOf(ctx context.Context, emails []string) (team []ingest.TeamMember, err error) {
	for _, email := range emails {
		account, err := a.Identity.AccountByEmail(ctx, email)
		if err != nil {
			return nil, err
		}
		k := slices.IndexFunc(account.Roles, func(r identity.Role) bool {
			return r == identity.Clinician || r == identity.Nurse || r == identity.FrontDesk
		})
		if account.Kind != identity.Staff || k < 0 {
			return nil, fault.Newf(fault.Invalid, "%s is no clinician, nurse or front desk.", email)
		}
		team = append(team, ingest.TeamMember{Account: account.ID, Role: account.Roles[k]})
	}
	return team, nil
}
