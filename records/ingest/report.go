package ingest

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"housecall/records"
	"housecall/records/fhir"
)

// Counts are what became of resources.
type Counts struct {
	Created   int `json:"created"`
	Updated   int `json:"updated"`
	Unchanged int `json:"unchanged"`
	Refused   int `json:"refused"`
	Waiting   int `json:"waiting"` // all that wait now, also from earlier imports of the same sender
}

func (c *Counts) add(o Counts) {
	c.Created += o.Created
	c.Updated += o.Updated
	c.Unchanged += o.Unchanged
	c.Refused += o.Refused
	c.Waiting += o.Waiting
}

// Refusal is one resource (or file, or line) that was set aside.
type Refusal struct {
	Place   Place    `json:"place"`
	Type    string   `json:"type,omitempty"`
	ID      string   `json:"id,omitempty"` // at the sender
	Reasons []Reason `json:"reasons"`
}

// Want is something that is waited for.
type Want struct {
	Target string // as a reference in the sender's terms
	Count  int    // resources that wait for it
}

// Report tells what an import did.
type Report struct {
	Sources      []string
	Types        map[string]*Counts
	Refusals     []Refusal // the first of them; RefusedTotal counts all
	RefusedTotal int
	Wants        []Want   // the most wanted
	Skipped      []string // files that are none of ours
	Alike        int      // pairs of patients that may be the same person, new in the work list
	Files        int
	RejectsFile  string // empty: nothing was set aside
	Took         time.Duration
}

const (
	maxRefusals = 1000
	maxWants    = 20
	maxSkipped  = 100
)

// Total sums all types.
func (r *Report) Total() Counts {
	var t Counts
	for _, c := range r.Types {
		t.add(*c)
	}
	return t
}

// WriteText prints the report as a table with the refusals below.
func (r *Report) WriteText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', tabwriter.AlignRight)
	row := func(name string, c Counts) {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t\n", name, c.Created, c.Updated, c.Unchanged, c.Refused, c.Waiting)
	}
	fmt.Fprintf(t, "type\tcreated\tupdated\tunchanged\trefused\twaiting\t\n")
	names := make([]string, 0, len(r.Types))
	for name := range r.Types {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		row(name, *r.Types[name])
	}
	total := r.Total()
	row("all", total)
	if err := t.Flush(); err != nil {
		return err
	}
	var b strings.Builder
	seen := total.Created + total.Updated + total.Unchanged + total.Refused
	fmt.Fprintf(&b, "\n%d files, %d resources in %s", r.Files, seen, r.Took.Round(10*time.Millisecond))
	if s := r.Took.Seconds(); s > 0.5 {
		fmt.Fprintf(&b, " (%.0f a second)", float64(seen)/s)
	}
	b.WriteString("\n")
	if n := len(r.Skipped); n > 0 {
		fmt.Fprintf(&b, "%d other files were left alone, for example %s\n", n, r.Skipped[0])
	}
	if len(r.Wants) > 0 {
		fmt.Fprintf(&b, "\n%d resources wait for what has not come yet. They are kept and go in by themselves when an import brings it:\n", total.Waiting)
		for _, x := range r.Wants {
			fmt.Fprintf(&b, "  %s (wanted by %d)\n", x.Target, x.Count)
		}
	}
	if r.Alike > 0 {
		fmt.Fprintf(&b, "\n%d times a patient may be somebody who was here before. Nothing was joined: staff of both find them in the work list.\n", r.Alike)
	}
	if r.RefusedTotal > 0 {
		fmt.Fprintf(&b, "\nSet aside: %d\n", r.RefusedTotal)
		for _, x := range r.Refusals {
			fmt.Fprintf(&b, "  %s", x.Place)
			if x.Type != "" {
				fmt.Fprintf(&b, " (%s)", x.Type)
			}
			b.WriteString("\n")
			for _, y := range x.Reasons {
				if y.Expression != "" {
					fmt.Fprintf(&b, "      %s: %s\n", y.Expression, y.Text)
				} else {
					fmt.Fprintf(&b, "      %s\n", y.Text)
				}
			}
		}
		if more := r.RefusedTotal - len(r.Refusals); more > 0 {
			fmt.Fprintf(&b, "  and %d more\n", more)
		}
		if r.RejectsFile != "" {
			fmt.Fprintf(&b, "They are kept in %s\n", r.RejectsFile)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Report) of(typ string) *Counts {
	if typ == "" || !fhir.IsType(typ) {
		typ = "(unknown)"
	}
	c := r.Types[typ]
	if c == nil {
		c = &Counts{}
		r.Types[typ] = c
	}
	return c
}

func (r *Report) refuse(x Refusal) {
	r.of(x.Type).Refused++
	r.RefusedTotal++
	if len(r.Refusals) < maxRefusals {
		r.Refusals = append(r.Refusals, x)
	}
}

// tally counts a unit and writes down what was set aside.
func (r *run) tally(u *unit) error {
	for _, f := range u.failures {
		r.setAside(f)
		if err := r.rejects.write(f, nil); err != nil {
			return err
		}
	}
	var sent map[Place]*fhir.Node
	for _, it := range u.items {
		c := r.report.of(it.typ)
		switch it.state {
		case committed:
			switch it.outcome {
			case records.Created:
				c.Created++
			case records.Updated:
				c.Updated++
			default:
				c.Unchanged++
			}
		case unchanged:
			c.Unchanged++
		case refused:
			f := Refusal{Place: it.place, Type: it.typ, ID: it.sid, Reasons: it.reasons}
			r.setAside(f)
			if sent == nil {
				sent = u.asSent()
			}
			n := sent[it.place]
			if n == nil {
				it.restore()
				n = it.node
			}
			if err := r.rejects.write(f, n); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *run) setAside(f Refusal) {
	r.report.refuse(f)
	if r.opts.Refused != nil {
		r.opts.Refused(f)
	}
}

// asSent reads the input of a unit again: what is set aside is kept as it came.
func (u *unit) asSent() map[Place]*fhir.Node {
	again := &unit{}
	if u.job.line == 0 && u.job.raw != nil {
		again.document(u.job.raw, Place{File: u.job.file})
	} else {
		line := u.job.line
		for part := range strings.Lines(string(u.job.raw)) {
			if strings.TrimSpace(part) != "" {
				again.document([]byte(part), Place{File: u.job.file, Line: line})
			}
			line++
		}
	}
	sent := make(map[Place]*fhir.Node, len(again.items))
	for _, it := range again.items {
		sent[it.place] = it.node
	}
	return sent
}

// finish adds what waits to the report.
func (r *run) finish(ctx context.Context) error {
	c := r.db.Read(ctx)
	for _, source := range r.sourceNames() {
		all, err := queue(c, source)
		if err != nil {
			return err
		}
		for _, w := range all {
			r.report.of(w.typ).Waiting++
		}
		_, lacking, err := r.releasable(c, source, all)
		if err != nil {
			return err
		}
		for key, n := range lacking {
			r.report.Wants = append(r.report.Wants, Want{parseKey(key).written(), n})
		}
	}
	slices.SortFunc(r.report.Wants, func(a, b Want) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Target, b.Target)) })
	r.report.Wants = r.report.Wants[:min(len(r.report.Wants), maxWants)]
	return nil
}

// rejects is the file of what was set aside: one JSON object a line. It holds
// health data and is for its owner only.
type rejects struct {
	dir, name string
	file      *os.File
	w         *bufio.Writer
}

func (x *rejects) write(f Refusal, n *fhir.Node) error {
	if x.dir == "" {
		return nil
	}
	if x.file == nil {
		if err := os.MkdirAll(x.dir, 0o700); err != nil {
			return fmt.Errorf("the folder of the rejects file cannot be made: %w", err)
		}
		file, err := os.OpenFile(filepath.Join(x.dir, x.name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("the rejects file cannot be made: %w", err)
		}
		x.file, x.w = file, bufio.NewWriter(file)
	}
	b, err := json.Marshal(f)
	if err != nil {
		return err
	}
	if n != nil {
		b = append(b[:len(b)-1], `,"resource":`...)
		b = append(n.Append(b), '}')
	}
	_, err = x.w.Write(append(b, '\n'))
	return err
}

func (x *rejects) close() (path string, err error) {
	if x.file == nil {
		return "", nil
	}
	err = x.w.Flush()
	if e := x.file.Sync(); err == nil {
		err = e
	}
	if e := x.file.Close(); err == nil {
		err = e
	}
	path = x.file.Name()
	x.file = nil
	return path, err
}
