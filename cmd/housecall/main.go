// Command housecall is the one binary of Housecall: it serves the portal, the
// JSON API and FHIR, and holds the commands that operators need on the machine.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/alecthomas/kong"
)

// cli is the command line. Its settings are the environment variables of the
// same names.
type cli struct {
	Config

	Serve   serveCommand   `cmd:"" help:"Serve the portal, its API and FHIR."`
	Import  importCommand  `cmd:"" help:"Load FHIR resources from files, folders, .ndjson, .gz and .zip."`
	Export  exportCommand  `cmd:"" help:"Write records as NDJSON into a folder."`
	Token   tokenCommand   `cmd:"" help:"Print an access token for scripts on this machine."`
	User    userCommand    `cmd:"" help:"Manage the accounts that may sign in."`
	Grant   grantCommand   `cmd:"" help:"Let a caregiver see somebody's record."`
	Audit   auditCommand   `cmd:"" help:"Check the record of who looked at what."`
	Keys    keysCommand    `cmd:"" help:"Manage the keys by which sign-ins are signed."`
	Key     keyCommand     `cmd:"" help:"Replace the site's key, under which files and secrets are sealed."`
	Drain   drainCommand   `cmd:"" help:"Let this node's visits end or move, before it is stopped."`
	Doctor  doctorCommand  `cmd:"" help:"Check this installation and say what to do."`
	Migrate migrateCommand `cmd:"" help:"Bring the database up to date."`
	Version versionCommand `cmd:"" help:"Print the version."`

	Faults faultCommands `embed:""`
}

func main() {
	syscall.Umask(0o077) // nothing we write is for other users of the machine
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is main without the process, for tests.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
	var c cli
	exited := -1
	out := newTerminal(stdout, stderr)
	defer out.close()
	parser, err := kong.New(&c, kong.Name("housecall"), kong.Writers(stdout, stderr), kong.Exit(func(n int) { exited = n }),
		kong.Description("One chart shared by the patient, the people who care for them at home, and the clinic."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.Help(printHelp), kong.ExplicitGroups(settingGroups),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.BindTo(out, (*output)(nil)))
	if err != nil {
		out.fail(err)
		return 2
	}
	if err := readSettingFiles(parser.Model.AllFlags(false)); err != nil && !slices.Contains(args, "--help") {
		out.fail(err)
		return 2
	}
	command, err := parser.Parse(args)
	if exited >= 0 { // --help
		return exited
	}
	if err != nil {
		out.notef("housecall: %v\nhousecall --help shows what there is.\n", err)
		return 2
	}
	if err := command.Run(&c.Config); err != nil {
		out.fail(err)
		return 1
	}
	return 0
}
