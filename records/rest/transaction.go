package rest

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/fhir"
)

// maxEntries bounds a bundle; the store bounds the changes of a transaction too.
const maxEntries = 5000

// maxAnswer bounds what the reads of a bundle give together. Each of them may ask
// for a whole page, and all of it is in memory until it is sent.
const maxAnswer = 64 << 20

func tooMuch() error {
	const text = "The answer would be too large. Please ask for this on its own."
	return fault.New(fault.TooLarge, text).WithIssues(fault.Issue{Code: "too-costly", Text: text})
}

// bundle answers POST /fhir: a transaction or a batch (R4 3.1.0.11).
func (f *Face) bundle(c *fiber.Ctx) error {
	if err := jsonBody(c); err != nil {
		return err
	}
	n, err := parse(c.Body())
	if err != nil {
		return err
	}
	if n.ResourceType() != "Bundle" {
		return invalid("value", "", "Send a Bundle here; other resources go to the address of their type.")
	}
	kind := n.Get("type").Str()
	entries := n.Get("entry").Items()
	if len(entries) > maxEntries {
		return fault.Newf(fault.TooLarge, "A bundle may have at most %d entries.", maxEntries)
	}
	edge.Charge(c, len(entries))
	who, want := edge.Principal(c), preferOf(c.Get("Prefer"))
	calls := make([]call, len(entries))
	for i, e := range entries {
		if calls[i], err = f.callOf(e, who); err != nil {
			calls[i] = call{} // answered below, as the entry's own fault
			if kind == "transaction" {
				return within(err, place(i))
			}
		}
		calls[i].prefer = want
	}
	var body []byte
	switch kind {
	case "transaction":
		body, err = f.transaction(c.UserContext(), who, calls)
	case "batch":
		body = f.batch(c, entries, calls)
	default:
		err = invalid("value", "Bundle.type", "Only bundles of type transaction or batch can be sent here.")
	}
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, JSON+"; charset=utf-8")
	return c.Send(body)
}

func place(i int) string { return "Bundle.entry[" + strconv.Itoa(i) + "]" }

// callOf reads the request of an entry.
func (f *Face) callOf(e *fhir.Node, who identity.Principal) (call, error) {
	req := e.Get("request")
	in := call{
		who: who, method: req.Get("method").Str(), node: e.Get("resource"),
		ifMatch: req.Get("ifMatch").Str(), ifNoneMatch: req.Get("ifNoneMatch").Str(),
		ifModifiedSince: req.Get("ifModifiedSince").Str(), ifSome: req.Get("ifNoneExist").Str(),
	}
	path, query, _ := strings.Cut(strings.TrimPrefix(req.Get("url").Str(), f.base+"/"), "?")
	var err error
	if in.query, err = url.ParseQuery(query); err != nil {
		return in, invalid("invalid", "", "The url of the request cannot be read.")
	}
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if in.reads() && len(parts) == 3 && parts[0] == "Patient" && !strings.HasPrefix(parts[2], "_") && !strings.HasPrefix(parts[2], "$") {
		in.patient = parts[1]
		if in.typ = parts[2]; in.typ == anyType {
			in.typ = ""
			return in, nil
		}
		parts = parts[2:]
	}
	if in.reads() && path == "" { // over several types
		return in, nil
	}
	in.typ = parts[0]
	if len(parts) > 1 {
		in.id = parts[1]
	}
	if in.history = in.id == "_history"; in.history {
		in.id = ""
	}
	if len(parts) > 2 {
		in.history = parts[2] == "_history"
		if len(parts) > 3 {
			in.version = parts[3]
		}
		if !in.history || len(parts) > 4 {
			return in, invalid("not-supported", "", "This request cannot be part of a bundle.")
		}
	}
	in.fullURL = e.Get("fullUrl").Str()
	sent := false
	switch in.method {
	case fiber.MethodGet, fiber.MethodHead:
	case fiber.MethodPost, fiber.MethodPut, fiber.MethodPatch:
		sent = true
		fallthrough
	case fiber.MethodDelete:
		in.criteria = criteriaOf(in.query)
		if err := in.fits(); err != nil {
			return in, err
		}
		if in.history || in.method == fiber.MethodPost && in.id != "" {
			return in, invalid("invalid", "", "Method and url of the request do not fit.")
		}
	default:
		return in, invalid("not-supported", "", "A bundle may hold GET, HEAD, POST, PUT, PATCH and DELETE.")
	}
	switch {
	case sent && in.node == nil:
		return in, invalid("required", "", "This entry needs a resource.")
	case !records.Stores(in.typ):
		return in, invalid("not-supported", "", "Records of this type are not kept here.")
	}
	return in, nil
}

// batch does each entry for itself.
func (f *Face) batch(c *fiber.Ctx, entries []*fhir.Node, calls []call) []byte {
	s := newSplice("batch-response", 0)
	id := edge.Principal(c).RequestID
	for i, in := range calls {
		var a answer
		var err error
		switch {
		case in.method == "":
			_, err = f.callOf(entries[i], edge.Principal(c))
		case in.reads() && len(s.b) > maxAnswer:
			err = tooMuch()
		case in.reads():
			a, err = f.look(c.UserContext(), in)
		default:
			a, err = f.do(c.UserContext(), in)
		}
		s.entry()
		if err != nil {
			ft, status := failed(err)
			s.response(status, "", 0, a.modified, outcomeOf(ft, status, id))
		} else {
			s.answer(in, a)
		}
		s.done()
	}
	return s.bytes()
}

// answer writes an entry of a response: the resource when it was read or asked
// for, and what became of the request.
func (s *splice) answer(in call, a answer) {
	var outcomes []byte
	switch {
	case in.reads():
	case in.prefer.result == "OperationOutcome":
		outcomes = outcome(issue("information", "informational", "Done.", "", ""))
		fallthrough
	case in.prefer.result != "representation":
		a.body = nil
	}
	if a.body != nil && in.method != fiber.MethodHead {
		s.raw(`"resource":`)
		s.b = append(s.b, a.body...)
		s.raw(`,`)
	}
	s.response(a.status, a.location, a.version, a.modified, outcomes)
}

// reads: the entry changes nothing.
func (in *call) reads() bool { return in.method == fiber.MethodGet || in.method == fiber.MethodHead }

// look answers an entry that reads.
func (f *Face) look(ctx context.Context, in call) (answer, error) {
	only, err := shownOf(in.query)
	if err != nil {
		return answer{}, err
	}
	in.method = fiber.MethodGet
	a, err := f.do(ctx, in)
	if err == nil && in.id != "" && (!in.history || in.version != "") && a.body != nil {
		a.body, err = only.of(a.body)
	}
	return a, err
}

// transaction makes all changes together or none. The store resolves references
// between entries; what is read is read last, so that it sees the changes (R4
// 3.1.0.11.2: DELETE, POST, PUT and PATCH, GET and HEAD). Among the changes the
// order does not matter, because no two of them may be about one resource.
func (f *Face) transaction(ctx context.Context, who identity.Principal, calls []call) ([]byte, error) {
	var ops []records.Op
	var from []int // entry of each op
	for i, in := range calls {
		if in.reads() {
			continue
		}
		op, err := f.operation(in)
		if err != nil {
			return nil, within(err, place(i))
		}
		ops, from = append(ops, op), append(from, i)
	}
	answers := make([]answer, len(calls))
	if len(ops) > 0 {
		stored, err := f.store.Write(ctx, who, records.Batch{Ops: ops, Base: f.base, Linked: true, Profiles: true})
		if at, ok := errors.AsType[*records.OpError](err); ok {
			return nil, within(at.Err, place(from[at.Index]))
		}
		if err != nil {
			return nil, err
		}
		for k, st := range stored {
			answers[from[k]] = written(st)
		}
	}
	s := newSplice("transaction-response", 0)
	for i, in := range calls {
		s.entry()
		if in.reads() {
			a, err := answer{}, tooMuch()
			if len(s.b) <= maxAnswer {
				a, err = f.look(ctx, in)
			}
			if err != nil {
				ft, status := failed(err)
				s.response(status, "", 0, a.modified, outcomeOf(ft, status, who.RequestID))
				s.done()
				continue
			}
			answers[i] = a
		}
		s.answer(in, answers[i])
		s.done()
	}
	return s.bytes(), nil
}
