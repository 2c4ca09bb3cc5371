package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"time"

	"housecall/internal/logship"
	"housecall/records/access"
)

// logger writes to standard error, and to the other system where there is one.
func (c *Config) logger(ship *logship.Shipper) *slog.Logger {
	opts := &slog.HandlerOptions{Level: c.level}
	var h slog.Handler = slog.NewTextHandler(os.Stderr, opts)
	if c.logJSON {
		h = slog.NewJSONHandler(os.Stderr, opts)
	}
	if ship != nil {
		h = newShipping(h, ship, opts)
	}
	return slog.New(ownWords{h})
}

// openLogPlace is where log and security events go besides; nil: nowhere.
func (a *App) openLogPlace() (err error) {
	if a.Config.LogURL == "" {
		return nil
	}
	if a.ship, err = logship.Open(a.Config.LogURL, a.Config.Node); err != nil {
		return err
	}
	a.closers = append(a.closers, a.ship.Close)
	return nil
}

// told gives security events to the other system; nil when there is none.
func (a *App) told() func(access.Told) {
	if a.ship == nil {
		return nil
	}
	return func(t access.Told) {
		severity := 5
		if t.Outcome != "ok" || t.Emergency {
			severity = 4
		}
		a.ship.Send(logship.Line{Security: true, Severity: severity, At: t.At, Text: t.JSON()})
	}
}

// shipping writes each record here, and as JSON there.
type shipping struct {
	slog.Handler
	there map[int]slog.Handler // by severity
}

// shippedLine is what one record becomes.
type shippedLine struct {
	severity int
	ship     *logship.Shipper
}

func (w shippedLine) Write(b []byte) (int, error) {
	w.ship.Send(logship.Line{Severity: w.severity, At: time.Now(), Text: bytes.Clone(bytes.TrimRight(b, "\n"))})
	return len(b), nil
}

func newShipping(here slog.Handler, ship *logship.Shipper, opts *slog.HandlerOptions) shipping {
	h := shipping{here, map[int]slog.Handler{}}
	for _, severity := range []int{3, 4, 6, 7} {
		h.there[severity] = slog.NewJSONHandler(shippedLine{severity, ship}, opts)
	}
	return h
}

func (h shipping) Handle(ctx context.Context, r slog.Record) error {
	severity := 7
	switch {
	case r.Level >= slog.LevelError:
		severity = 3
	case r.Level >= slog.LevelWarn:
		severity = 4
	case r.Level >= slog.LevelInfo:
		severity = 6
	}
	return errors.Join(h.Handler.Handle(ctx, r), h.there[severity].Handle(ctx, r))
}

func (h shipping) each(f func(slog.Handler) slog.Handler) slog.Handler {
	out := shipping{f(h.Handler), map[int]slog.Handler{}}
	for severity, there := range h.there {
		out.there[severity] = f(there)
	}
	return out
}

func (h shipping) WithAttrs(attrs []slog.Attr) slog.Handler {
	return h.each(func(x slog.Handler) slog.Handler { return x.WithAttrs(attrs) })
}

func (h shipping) WithGroup(name string) slog.Handler {
	return h.each(func(x slog.Handler) slog.Handler { return x.WithGroup(name) })
}

// ownWords lets libraries warn, and nothing more: what they log besides could be
// a query, an address or a name, and nobody here has looked at it.
type ownWords struct{ slog.Handler }

func (h ownWords) Handle(ctx context.Context, r slog.Record) error {
	frame, _ := runtime.CallersFrames([]uintptr{r.PC}).Next()
	if strings.HasPrefix(frame.Function, module+"/") || strings.HasPrefix(frame.Function, "main.") {
		return h.Handler.Handle(ctx, r)
	}
	if r.Level < slog.LevelWarn {
		return nil
	}
	return h.Handler.Handle(ctx, slog.NewRecord(r.Time, r.Level, r.Message, r.PC))
}

func (h ownWords) WithAttrs(attrs []slog.Attr) slog.Handler {
	return ownWords{h.Handler.WithAttrs(attrs)}
}

func (h ownWords) WithGroup(name string) slog.Handler { return ownWords{h.Handler.WithGroup(name)} }

// module is what our own packages' paths begin with.
const module = "housecall"
