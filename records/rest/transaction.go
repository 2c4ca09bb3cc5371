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
		body, err = f.transaction(c.UserContext(), who, entries, calls)
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
	in.typ = parts[0]
	if len(parts) > 1 {
		in.id = parts[1]
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
	write := in.method == fiber.MethodPost || in.method == fiber.MethodPut
	switch {
	case write && in.node == nil:
		return in, invalid("required", "", "This entry needs a resource.")
	case in.method != fiber.MethodGet && query != "":
		return in, invalid("not-supported", "", "Conditional updates and deletes are not supported.")
	case !write && in.method != fiber.MethodGet && in.method != fiber.MethodDelete:
		return in, invalid("not-supported", "", "A bundle may hold GET, POST, PUT and DELETE.")
	case !records.Stores(in.typ):
		return in, invalid("not-supported", "", "Records of this type are not kept here.")
	case in.method == fiber.MethodPost && in.id != "", (in.method == fiber.MethodPut || in.method == fiber.MethodDelete) && (in.id == "" || in.history):
		return in, invalid("invalid", "", "Method and url of the request do not fit.")
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
		if in.method == "" {
			_, err = f.callOf(entries[i], in.who)
		} else {
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
	if a.body != nil && (in.method == fiber.MethodGet || in.prefer.result == "representation") {
		s.raw(`"resource":`)
		s.b = append(s.b, a.body...)
		s.raw(`,`)
	}
	s.response(a.status, a.location, a.version, a.modified, nil)
}

// transaction makes all changes together or none. References between entries
// are resolved first; what is read is read last, so that it sees the changes
// (R4 3.1.0.11.2: DELETE, POST, PUT, GET). Among the changes the order does not
// matter, because no two of them may be about one resource.
func (f *Face) transaction(ctx context.Context, who identity.Principal, entries []*fhir.Node, calls []call) ([]byte, error) {
	resolved := map[string]string{}
	for i := range calls {
		in := &calls[i]
		full := entries[i].Get("fullUrl").Str()
		if in.method == fiber.MethodPost {
			in.id = f.newID()
		}
		if full != "" && in.id != "" && in.node != nil {
			if _, twice := resolved[full]; twice {
				return nil, within(invalid("value", "", "Two entries have the same fullUrl."), place(i))
			}
			resolved[full] = in.typ + "/" + in.id
		}
	}
	var ops []records.Op
	var from []int // entry of each op
	for i, in := range calls {
		if in.method == fiber.MethodGet {
			continue
		}
		op, err := f.changeOf(ctx, in, resolved)
		if err != nil {
			return nil, within(err, place(i))
		}
		ops, from = append(ops, op), append(from, i)
	}
	answers := make([]answer, len(calls))
	if len(ops) > 0 {
		stored, err := f.store.Write(ctx, who, records.Batch{Ops: ops})
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
		if in.method == fiber.MethodGet {
			a, err := f.do(ctx, in)
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

// changeOf makes the change of an entry, with references resolved.
func (f *Face) changeOf(ctx context.Context, in call, resolved map[string]string) (records.Op, error) {
	create := in.method == fiber.MethodPost
	if in.node != nil {
		if err := f.references(ctx, in.who, in.node, resolved); err != nil {
			return records.Op{}, err
		}
	}
	op, err := f.operation(ctx, in)
	if create {
		op.Kind = records.Create
	}
	return op, err
}
