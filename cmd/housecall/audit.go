package main

import "context"

type auditCommand struct {
	Verify auditVerify `cmd:"" help:"Check that the record of accesses is whole and unchanged."`
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
	for _, p := range report.Problems {
		out.printf("PROBLEM %s: %s\n", p.Kind, p.Text)
	}
	if !report.OK() {
		out.notef("housecall: the log is not as it was written. Keep the machine as it is and tell your privacy officer.\n")
		return errReported
	}
	out.printf("The log is whole and unchanged.\n")
	return nil
}
