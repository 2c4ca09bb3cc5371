package records

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"strings"

	"housecall/internal/clamd"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// Scanner tells whether content is harmful: nil when it is not, else an error of
// package clamd.
type Scanner interface {
	Scan(ctx context.Context, content io.Reader) error
}

// Whatever somebody sends that may be a file is scanned before a transaction
// begins: uploads, and what stands in records as base64. What is harmful is
// refused; while nobody can tell, nothing is taken.

// scanFile scans one file.
func (s *Store) scanFile(ctx context.Context, content []byte) error {
	if s.scanner == nil {
		return nil
	}
	err := s.scanner.Scan(ctx, bytes.NewReader(content))
	switch {
	case err == nil:
		return nil
	case errors.Is(err, clamd.ErrInfected):
		return fault.Wrap(fault.Invalid, "The virus scanner found something harmful in this file, so it was not kept. Please check your device, and send another file.", err).WithCode("infected")
	case errors.Is(err, clamd.ErrTooLarge):
		return fault.Wrap(fault.TooLarge, "This file is too large for the virus scanner, so it was not kept.", err)
	}
	return fault.Wrap(fault.Unavailable, "Files cannot be checked for viruses right now, so nothing was kept. Please try again in a few minutes.", err)
}

// isInfected: it was found to be harmful.
func isInfected(err error) bool { return errors.Is(err, clamd.ErrInfected) }

// auditInfected leaves the row of a harmful file: who sent it for whom, and
// nothing of what it is or is called.
func (s *Store) auditInfected(ctx context.Context, who identity.Principal, patient, typ, id string, found error) error {
	if !isInfected(found) {
		return found
	}
	err := s.access.Record(ctx, access.Event{Who: who, Patient: patient, Action: "refused", Type: typ, ID: id, Count: 1, Outcome: "refused", Detail: "infected"})
	return errors.Join(found, err)
}

// scan scans what the changes bring along.
func (s *Store) scan(ctx context.Context, who identity.Principal, changes []*change) error {
	if s.scanner == nil {
		return nil
	}
	for i, ch := range changes {
		err := s.scanResource(ctx, who, ch.Node)
		if err == nil && ch.Kind == Patch {
			err = s.scanContents(ctx, ch.Patch.Contents, ch.Type)
			err = s.auditInfected(ctx, who, "", ch.Type, ch.ID, err)
		}
		if err != nil {
			return &OpError{i, err}
		}
	}
	return nil
}

// scanResource scans what stands in a resource.
func (s *Store) scanResource(ctx context.Context, who identity.Principal, n *fhir.Node) error {
	if s.scanner == nil || n == nil {
		return nil
	}
	err := s.scanContents(ctx, func(f func(place, text string)) { fhir.Contents(n, f) }, "")
	patient := ""
	if charts := ChartsOf(n); len(charts) > 0 {
		patient = charts[0]
	}
	return s.auditInfected(ctx, who, patient, n.ResourceType(), n.Get("id").Str(), err)
}

func (s *Store) scanContents(ctx context.Context, each func(func(place, text string)), at string) (err error) {
	each(func(place, text string) {
		if err != nil {
			return
		}
		content, bad := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		if bad != nil || len(content) == 0 { // SampledData.data; anything else that is not base64 is not stored either
			return
		}
		if err = s.scanFile(ctx, content); err == nil {
			return
		}
		f := fault.Of(err)
		issue := fault.Issue{Code: "business-rule", Expression: at + place, Text: f.Msg}
		if f.Kind != fault.Invalid {
			issue.Code = ""
		}
		err = f.WithIssues(issue)
	})
	return err
}

// onlyScanned refuses a patch that makes a file out of what was none: nobody
// scanned that.
func (s *Store) onlyScanned(patched, old *fhir.Node, p fhir.Patch) error {
	if s.scanner == nil {
		return nil
	}
	known, bad := map[string]bool{}, ""
	know := func(_, text string) { known[text] = true }
	fhir.Contents(old, know)
	p.Contents(know)
	fhir.Contents(patched, func(place, text string) {
		if !known[text] {
			bad = place
		}
	})
	if bad == "" {
		return nil
	}
	return invalid("The content of a file must stand in the patch as it is.").WithIssues(fault.Issue{Code: "business-rule", Expression: bad}).WithCode("patch")
}
