package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"housecall/internal/fault"
)

// output is where a command tells what it does. Results go to standard output,
// so that they can be piped; everything else to standard error.
type output interface {
	printf(format string, args ...any)
	notef(format string, args ...any)
	progress(what string, done, total int64)
}

// terminal is the output of this process.
type terminal struct {
	mu          sync.Mutex
	out, err    io.Writer
	interactive bool
	bar         bool // a bar stands on the last line
	drawn       time.Time
}

func newTerminal(stdout, stderr io.Writer) *terminal {
	f, ok := stderr.(*os.File)
	return &terminal{out: stdout, err: stderr, interactive: ok && term.IsTerminal(int(f.Fd()))}
}

func (t *terminal) printf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clear()
	fmt.Fprintf(t.out, format, args...)
}

func (t *terminal) notef(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clear()
	fmt.Fprintf(t.err, format, args...)
}

// progress draws a bar, on a terminal only, ten times a second at most.
func (t *terminal) progress(what string, done, total int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.interactive || time.Since(t.drawn) < 100*time.Millisecond && done < total {
		return
	}
	t.drawn, t.bar = time.Now(), true
	const width = 30
	if total <= 0 {
		fmt.Fprintf(t.err, "\r\x1b[K%s  %d", what, done)
		return
	}
	full := int(min(done, total) * width / total)
	fmt.Fprintf(t.err, "\r\x1b[K%s  [%s%s] %3d%%  %d of %d", what, strings.Repeat("=", full), strings.Repeat(" ", width-full), min(done, total)*100/total, done, total)
}

// clear removes the bar; what is printed next takes its line.
func (t *terminal) clear() {
	if t.bar {
		fmt.Fprint(t.err, "\r\x1b[K")
		t.bar = false
	}
}

func (t *terminal) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clear()
}

// printHelp shows the settings once, with the list of commands, and not again
// with every command.
func printHelp(options kong.HelpOptions, ctx *kong.Context) error {
	if ctx.Selected() == nil {
		return kong.DefaultHelpPrinter(options, ctx)
	}
	for _, f := range ctx.Model.Flags {
		if f.Group != nil && f.Group.Key == settingGroups[0].Key {
			f.Hidden = true
		}
	}
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
		return err
	}
	_, err := fmt.Fprintln(ctx.Stdout, "\nhousecall --help lists the settings that every command takes.")
	return err
}

// errReported ends a command whose output has already said what is wrong.
var errReported = errors.New("reported")

func (t *terminal) fail(err error) {
	if errors.Is(err, errReported) {
		return
	}
	t.notef("housecall: %s\n", explain(err))
}

// explain words an error for the operator, who may read causes as well.
func explain(err error) string {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err.Error()
	}
	text := f.Msg
	for _, i := range f.Issues {
		if i.Text != f.Msg {
			text += "\n  " + strings.TrimPrefix(i.Expression+": ", ": ") + i.Text
		}
	}
	if f.Err != nil {
		text += " (" + f.Err.Error() + ")"
	}
	return text
}
