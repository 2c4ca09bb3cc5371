package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"housecall/internal/anchor"
	"housecall/internal/db"
	"housecall/records/access"
)

// openAnchors makes the places that the audit's checkpoints go to.
func (a *App) openAnchors(ctx context.Context) ([]access.Anchor, error) {
	places, err := anchor.Open(ctx, a.Config.AuditAnchorURL, a.Config.Node)
	if err != nil {
		return nil, err
	}
	out := make([]access.Anchor, len(places))
	for i, p := range places {
		out[i] = p
		a.closers = append(a.closers, func() { _ = p.Close() })
	}
	return out, nil
}

const anchorLate = 10 * time.Minute

// checkAnchors tells how far the audit's checkpoints have left this machine.
func checkAnchors(ctx context.Context, cfg *Config, d *db.DB) Check {
	const name = "audit"
	if d == nil {
		return warn(name, "The database cannot be asked how far the audit's checkpoints have left this machine.")
	}
	c := d.Audit().Read(ctx)
	var size int64
	var text string
	if err := c.QueryRow(`SELECT size, checkpoint FROM audit_state WHERE id = 1`).Scan(&size, &text); err != nil {
		return warn(name, "It cannot be found out how far the audit is anchored: the database is not set up yet.")
	}
	var last access.Checkpoint
	_ = json.Unmarshal([]byte(text), &last) // of a row that somebody changed; verify names it
	if cfg.AuditAnchorURL == "" {
		const alone = "%d rows of the audit are sealed. Their checkpoints stay in the data folder: who can change it and the database can change the audit unseen. Set HOUSECALL_AUDIT_ANCHOR_URL to a bucket with object lock or a syslog server."
		if cfg.onlyHere() {
			return good(name, alone, size)
		}
		return warn(name, alone, size)
	}
	var late, lines []string
	for _, place := range anchor.Names(cfg.AuditAnchorURL) {
		var have, at int64
		err := c.QueryRow(`SELECT COALESCE(max(size), 0), COALESCE(max(at), 0) FROM audit_anchors WHERE place = ?`, place).Scan(&have, &at)
		if err != nil {
			return warn(name, "It cannot be found out how far the audit is anchored.")
		}
		tail, since := max(0, size-have), "the beginning"
		if at > 0 {
			since = time.UnixMicro(at).UTC().Format(time.RFC3339)
		}
		lines = append(lines, fmt.Sprintf("%s has the first %d rows", place, have))
		if tail > 0 && last.At.Sub(time.UnixMicro(at)) > anchorLate {
			late = append(late, fmt.Sprintf("%s: unanchored tail of %d rows since %s", place, tail, since))
		}
	}
	if len(late) > 0 {
		return bad(name, "%s. Look into the log for why it does not take them.", strings.Join(late, "; "))
	}
	return good(name, "%s, of %d.", strings.Join(lines, "; "), size)
}
