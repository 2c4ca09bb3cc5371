package main

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"housecall/records/access"
)

type auditCommand struct {
	Verify auditVerify `cmd:"" help:"Check that the record of accesses is whole and unchanged."`
	Gap    auditGap    `cmd:"" help:"Say why a part of the record of accesses is not there, after a restore."`
	Check  auditCheck  `cmd:"" help:"Check a list of accesses that a patient downloaded. Needs no database."`
}

type auditVerify struct{}

func (auditVerify) Help() string {
	return "Walks the whole log: every row's code, every writer's numbers, every chart's chain,\nthe tree over all of it and the signed checkpoints.\n\nExample:\n  housecall audit verify"
}

func (v *auditVerify) Run(ctx context.Context, cfg *Config, out output) error {
	return perform(ctx, cfg, out, "audit verify", v)
}

func (v *auditVerify) do(ctx context.Context, a *App, _ string, out output) error {
	report, err := a.Access.Verify(ctx)
	if err != nil {
		return err
	}
	out.printf("%d sealed rows of %d charts, %d not sealed yet, %d checkpoints up to row %d.\n", report.Sealed, report.Charts, report.Pending, report.Checkpoints, report.Size)
	for _, g := range report.Gaps {
		if g.Reason != "" {
			out.printf("GAP rows %d to %d were lost, said on %s by %s: %s\n", g.From, g.Upto-1, g.At.Format(time.RFC3339), g.By, g.Reason)
		}
	}
	for _, p := range report.Problems {
		out.printf("PROBLEM %s: %s%s\n", p.Kind, p.Text, located(p))
	}
	tails, err := a.Access.Anchors(ctx)
	if err != nil {
		return err
	}
	for _, t := range tails {
		if t.Tail > 0 && t.At.IsZero() {
			out.printf("Unanchored: %s has nothing of the log yet.\n", t.Place)
		} else if t.Tail > 0 {
			out.printf("Unanchored tail at %s: %d rows since %s.\n", t.Place, t.Tail, t.At.Format(time.RFC3339))
		}
	}
	if report.More {
		out.printf("There are more.\n")
	}
	if !report.OK() {
		out.notef("housecall: the log is not as it was written. Keep the machine as it is and tell your privacy officer.\n")
		return errReported
	}
	out.printf("The log is whole and unchanged.\n")
	return nil
}

// located is where a problem is: the writer and its number name a row.
func located(p access.Problem) string {
	if p.Counter == 0 {
		return ""
	}
	return fmt.Sprintf(" (writer %d, row %d)", p.Writer, p.Counter)
}

type auditGap struct {
	Reason string `required:"" placeholder:"TEXT" help:"Why a part is not there."`
}

func (auditGap) Help() string {
	return `After a database is put back from a copy, checkpoints tell of rows that it no longer
holds. This writes a signed gap into the log: verify then reports it as one.

Example:
  housecall audit gap --reason "Restored the copy of Sunday after the disk failed"`
}

func (g *auditGap) Run(ctx context.Context, cfg *Config, out output) error {
	return perform(ctx, cfg, out, "audit gap", g)
}

func (g *auditGap) do(ctx context.Context, a *App, by string, out output) error {
	gap, err := a.Access.RecordGap(ctx, operatorPrincipal(by), g.Reason)
	if err != nil {
		return err
	}
	out.printf("Signed: rows %d to %d of the log were lost.\n", gap.From, gap.Upto-1)
	return nil
}

type auditCheck struct {
	File string `arg:"" type:"existingfile" help:"The file that was downloaded."`
	Key  string `placeholder:"KEY" help:"The clinic's public key, as at /.well-known/housecall-audit. Without it the one in the file is used, and named."`
}

func (auditCheck) Help() string {
	return `Checks every row against the clinic's signature, and that none between is missing.

Example:
  housecall audit check access-log.json --key "$(curl -s https://portal.example.org/.well-known/housecall-audit | jq -r .key)"`
}

func (v *auditCheck) Run(_ context.Context, out output) error {
	var key ed25519.PublicKey
	if v.Key != "" {
		b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(v.Key))
		if err != nil || len(b) != ed25519.PublicKeySize {
			return errors.New("the key must be 32 bytes in base64, as at /.well-known/housecall-audit")
		}
		key = b
	}
	f, err := os.Open(v.File)
	if err != nil {
		return err
	}
	defer f.Close()
	c, err := access.CheckExport(f, key)
	if err != nil {
		out.notef("housecall: %v\n", err)
		return errReported
	}
	out.printf("%d rows, the last of %s, are as the clinic signed them on %s, and none between is missing.\n", c.Rows, c.Newest.Format(time.RFC3339), c.Checkpoint.At.Format(time.RFC3339))
	if c.Pending > 0 {
		out.printf("%d newer rows were not under a signature yet.\n", c.Pending)
	}
	if key == nil {
		out.printf("The key was taken from the file. Compare it with the clinic's, at /.well-known/housecall-audit of its address:\n  %s\n", base64.StdEncoding.EncodeToString(c.Key))
	}
	return nil
}
