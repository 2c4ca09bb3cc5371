package main

import (
	"context"
	"time"

	"housecall/internal/fault"
	"housecall/records/access"
	"housecall/records/bulk"
)

type exportCommand struct {
	Folder   string   `arg:"" type:"path" help:"New or empty folder to write to."`
	Patient  []string `placeholder:"ID" help:"Only this chart, with who treated the patient. May be given several times."`
	Type     []string `placeholder:"TYPES" help:"Only these types, for example Condition,Observation."`
	Since    string   `placeholder:"TIME" help:"Only what changed after it, for example 2026-01-31T08:00:00Z."`
	Elements []string `placeholder:"NAMES" help:"Only these elements, for example status,Patient.name."`
}

func (exportCommand) Help() string {
	return `Writes one file of NDJSON for each type: the whole clinic, or single charts. The
files are not encrypted. Each chart gets an entry in its list of accesses.

Examples:
  housecall export ./everything
  housecall export --patient 0f6f8a4e-1c0b-4b52-9d52-3d1f6b7a9e11 ./one-chart`
}

func (e *exportCommand) Run(ctx context.Context, cfg *Config, out output) error {
	return perform(ctx, cfg, out, "export", e)
}

func (e *exportCommand) do(ctx context.Context, a *App, by string, out output) error {
	in := bulk.Export{Level: bulk.System, Types: e.Type, Elements: e.Elements}
	if len(e.Patient) > 0 {
		in.Level, in.Patients = bulk.Patients, e.Patient
	}
	if e.Since != "" {
		var err error
		if in.Since, err = time.Parse(time.RFC3339, e.Since); err != nil {
			return fault.New(fault.Invalid, "--since must be a time like 2026-01-31T08:00:00Z")
		}
	}
	if err := a.recordOperator(ctx, by, access.Event{Action: "export", Type: "Bulk", Count: len(e.Patient), Detail: "to a folder"}); err != nil {
		return err
	}
	files, err := a.Bulk.WriteFolder(ctx, operatorPrincipal(by), in, e.Folder, func(done, total int64) { out.progress("Exporting charts", done, total) })
	if err != nil {
		return err
	}
	var count, size int64
	for _, f := range files {
		out.printf("%10d  %s\n", f.Count, f.Name)
		count, size = count+f.Count, size+f.Size
	}
	out.printf("%10d  in %d files, %.1f MB, in %s\n", count, len(files), float64(size)/1e6, e.Folder)
	return nil
}
