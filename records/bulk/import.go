package bulk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/fhir"
	"housecall/records/ingest"
)

const (
	maxInputs    = 1000
	maxURL       = 4096
	windowBytes  = 4 << 20 // of lines that go in together
	inputFails   = 3
	importScopes = "cruds"
)

var sourceName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,199}$`)

// check decides whether the import may be made.
func (i *Import) check(who identity.Principal) error {
	for _, action := range importScopes {
		if !who.Everywhere() || !who.AllowsFHIR("*", byte(action)) {
			return fault.New(fault.Forbidden, "Only systems with the scope system/*.cruds can import records.").WithCode("scope")
		}
	}
	if !sourceName.MatchString(i.Source) {
		return refused("value", "inputSource", "inputSource must name the system that the records come from, as https://fhir.example.org/r4.")
	}
	if len(i.Inputs) == 0 {
		return refused("required", "input", "An import names at least one input, with type and url.")
	}
	if len(i.Inputs) > maxInputs {
		return refused("too-long", "input", "An import names 1000 inputs at most.")
	}
	for n, in := range i.Inputs {
		place := fmt.Sprintf("input[%d]", n)
		if !fhir.IsType(in.Type) {
			return refused("value", place+".type", "The type of an input must be a type of FHIR R4.")
		}
		u, err := url.Parse(in.URL)
		if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(in.URL) > maxURL {
			return refused("value", place+".url", "The url of an input must be an https address.")
		}
	}
	return nil
}

// input is a row of bulk_inputs.
type input struct {
	n, place, line, failures             int64
	url, tag                             string
	created, updated, unchanged, refused int64
}

// reached is how far an import came.
type reached struct {
	Inputs  int64 `json:"n"` // that are over
	Waiting int   `json:"waiting"`
}

// bring does a turn of an import: window by window of whole lines. A window that
// was in already when a process died is recognised by ingest and changes nothing.
func (s *Service) bring(ctx context.Context, j *job, turn func() bool) (more bool, err error) {
	var req Import
	var at reached
	if err := errors.Join(json.Unmarshal(j.request, &req), json.Unmarshal(j.at, &at)); err != nil {
		return false, err
	}
	if j.transaction == 0 {
		j.transaction = micros(s.Now().Truncate(time.Millisecond))
	}
	for {
		in, err := s.nextInput(ctx, j)
		if err != nil {
			return false, err
		}
		if in == nil {
			return false, s.save(ctx, j, newSpool(), at, func(c *db.Conn) error { return s.finish(c, j, done) })
		}
		more, err := s.bringInput(ctx, j, &req, in, &at, turn)
		if err != nil || more {
			return more, err
		}
		if !turn() {
			return true, nil
		}
	}
}

// nextInput gives the input to go on with. What others refer to comes first: that
// only saves waiting.
func (s *Service) nextInput(ctx context.Context, j *job) (*input, error) {
	var best *input
	rank := 0
	err := s.DB.Read(ctx).Each(`SELECT n, type, url, tag, place, line, failures, created, updated, unchanged, refused FROM bulk_inputs WHERE job = ? AND NOT over ORDER BY n`, func(r *sql.Rows) error {
		var x input
		var typ string
		if err := r.Scan(&x.n, &typ, &x.url, &x.tag, &x.place, &x.line, &x.failures, &x.created, &x.updated, &x.unchanged, &x.refused); err != nil {
			return err
		}
		if at := ingest.Order(typ); best == nil || at < rank {
			best, rank = &x, at
		}
		return nil
	}, j.id)
	return best, err
}

// bringInput goes on with one input until it or the turn is over.
func (s *Service) bringInput(ctx context.Context, j *job, req *Import, in *input, at *reached, turn func() bool) (more bool, err error) {
	src, err := s.fetch(ctx, in)
	if err != nil {
		return s.unfetched(ctx, j, in, at, err)
	}
	defer src.close()
	for {
		window, lines, end, err := src.window(windowBytes, turn)
		if err != nil {
			return s.unfetched(ctx, j, in, at, err)
		}
		sp := newSpool()
		if len(window) > 0 {
			report, err := s.Importer.Import(ctx, j.who, ingest.Options{
				Source: req.Source, Lines: []ingest.Lines{{Name: fmt.Sprintf("input %d", in.n), Before: int(in.line), Size: int64(len(window)), Open: opened(window)}},
				Refused: func(f ingest.Refusal) { sp.add("error", outcomeType, in.n, refusal(f)) },
			})
			if err != nil {
				return false, err
			}
			total := report.Total()
			in.created += int64(total.Created)
			in.updated += int64(total.Updated)
			in.unchanged += int64(total.Unchanged)
			in.refused += int64(total.Refused)
			at.Waiting = total.Waiting
			in.place += int64(len(window))
			in.line += lines
		}
		in.tag, in.failures = src.tag, 0
		if end {
			at.Inputs++
			sp.add("output", outcomeType, in.n, outcome("information", "informational", fmt.Sprintf("%d created, %d updated, %d unchanged, %d refused; %d wait for what they refer to.",
				in.created, in.updated, in.unchanged, in.refused, at.Waiting), ""))
		}
		if err := s.saveInput(ctx, j, sp, in, at, end); err != nil {
			return false, err
		}
		if end {
			return false, nil
		}
		if !turn() {
			return true, nil
		}
	}
}

func (s *Service) saveInput(ctx context.Context, j *job, sp *spool, in *input, at *reached, over bool) error {
	return s.save(ctx, j, sp, at, func(c *db.Conn) error {
		_, err := c.Exec(`UPDATE bulk_inputs SET tag = ?, place = ?, line = ?, over = ?, failures = ?, created = ?, updated = ?, unchanged = ?, refused = ? WHERE job = ? AND n = ?`,
			in.tag, in.place, in.line, over, in.failures, in.created, in.updated, in.unchanged, in.refused, j.id, in.n)
		if err == nil {
			_, err = c.Exec(`UPDATE bulk_jobs SET transaction_time = ? WHERE id = ?`, j.transaction, j.id)
		}
		return err
	})
}

// unfetched counts a failure to fetch; after some, or when it can never be
// fetched, the import goes on without the input.
func (s *Service) unfetched(ctx context.Context, j *job, in *input, at *reached, why error) (more bool, err error) {
	if ctx.Err() != nil {
		return true, nil
	}
	sp := newSpool()
	in.failures++
	broken, ok := errors.AsType[*unfetchable](why)
	over := in.failures >= inputFails || ok && broken.final
	if over {
		text := "The file cannot be fetched."
		if ok {
			text = broken.text
		}
		at.Inputs++
		sp.add("error", outcomeType, in.n, outcome("fatal", "not-found", fmt.Sprintf("%s %d lines of it are in.", text, in.line), ""))
	}
	return !over, s.saveInput(ctx, j, sp, in, at, over)
}

// refusal is the outcome of a line that was set aside: its number and the rules
// that it breaks, never what stands in it.
func refusal(f ingest.Refusal) []byte {
	var issues []*fhir.Node
	for _, r := range f.Reasons {
		n := fhir.Object(fhir.Member{Key: "severity", Value: fhir.String("error")}, fhir.Member{Key: "code", Value: fhir.String(r.Code)},
			fhir.Member{Key: "details", Value: fhir.Object(fhir.Member{Key: "text", Value: fhir.String(r.Text)})},
			fhir.Member{Key: "diagnostics", Value: fhir.String(fmt.Sprintf("line %d", f.Place.Line))})
		if r.Expression != "" {
			n.Set("expression", fhir.Array(fhir.String(r.Expression)))
		}
		issues = append(issues, n)
	}
	return outcomeOf(issues...)
}
