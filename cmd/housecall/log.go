package main

import (
	"context"
	"log/slog"
	"os"
	"runtime"
	"strings"
)

// logger writes to standard error.
func (c *Config) logger() *slog.Logger {
	opts := &slog.HandlerOptions{Level: c.level}
	if c.logJSON {
		return slog.New(ownWords{slog.NewJSONHandler(os.Stderr, opts)})
	}
	return slog.New(ownWords{slog.NewTextHandler(os.Stderr, opts)})
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
