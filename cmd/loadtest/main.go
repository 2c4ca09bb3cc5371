// Command loadtest puts load on a running Housecall over its public interface
// and prints the machine, the data, the method and the numbers. It knows nothing
// of the server but its address and how people and systems prove who they are, so
// the numbers hold for everything between the socket and the disk. It never ends
// with 0 when a request failed.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

type cli struct {
	FHIR     fhirCommand     `cmd:"" name:"fhir" help:"Read, search and create FHIR resources."`
	Growth   growthCommand   `cmd:"" name:"growth" help:"What becomes slower with more and larger charts."`
	Messages messagesCommand `cmd:"" name:"messages" help:"Send messages while pages are open that show them."`
	Sync     syncCommand     `cmd:"" name:"sync" help:"Phones that pull a chart and push commands."`
	Deliver  deliverCommand  `cmd:"" name:"deliver" help:"Send messages whatever happens to the server, and look whether each is there once."`
	SFU      sfuCommand      `cmd:"" name:"sfu" help:"People in the room of a video visit."`
	Rooms    roomsCommand    `cmd:"" name:"rooms" help:"Many rooms of the media plane alone, without a server of visits."`
	Floor    floorCommand    `cmd:"" name:"floor" help:"What this machine asks for passing on as many packets as rooms do."`
}

// streams are where a command writes: results to out, so that they can be piped,
// everything else to err.
type streams struct{ out, err io.Writer }

func (s streams) notef(format string, args ...any) { fmt.Fprintf(s.err, format+"\n", args...) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is main without the process, for tests.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c cli
	exited := -1
	parser, err := kong.New(&c, kong.Name("loadtest"), kong.Writers(stdout, stderr), kong.Exit(func(n int) { exited = n }),
		kong.Description("Puts load on a running Housecall and prints the numbers."),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(streams{stdout, stderr}))
	if err != nil {
		fmt.Fprintln(stderr, "loadtest:", err)
		return 2
	}
	command, err := parser.Parse(args)
	if exited >= 0 { // --help
		return exited
	}
	if err != nil {
		fmt.Fprintf(stderr, "loadtest: %v\nloadtest --help shows what there is, and loadtest fhir --help the same of one load.\n", err)
		return 2
	}
	if err := command.Run(); err != nil {
		fmt.Fprintln(stderr, "loadtest:", err)
		return 1
	}
	return 0
}
