package rest

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/fhir"
)

// call is one interaction, whether it came as a request of its own or as an
// entry of a batch.
type call struct {
	who                          identity.Principal
	method                       string
	typ, id, version             string
	history                      bool
	query                        url.Values
	byForm                       bool
	ifMatch, ifNoneMatch, ifSome string // If-Match, If-None-Match, If-None-Exist
	ifModifiedSince              string
	prefer                       prefer
	body                         []byte
	node                         *fhir.Node // instead of body
}

// answer is what an interaction gives.
type answer struct {
	status   int
	body     []byte
	version  int64
	modified time.Time
	location string // of the new version, after a write
}

func (f *Face) one(c *fiber.Ctx) error {
	return f.send(c, call{
		typ: c.Params("type"), id: c.Params("id"), version: c.Params("version"), history: strings.Contains(c.Route().Path, "_history"),
		query: queryOf(c), ifNoneMatch: c.Get(fiber.HeaderIfNoneMatch), ifModifiedSince: c.Get(fiber.HeaderIfModifiedSince),
	})
}

func (f *Face) write(c *fiber.Ctx) error {
	if c.Method() != fiber.MethodDelete {
		if err := jsonBody(c); err != nil {
			return err
		}
	}
	if c.Method() == fiber.MethodPost && len(c.Request().URI().QueryString()) > 0 && c.Query("_format") == "" {
		return invalid("not-supported", "", "A create takes no parameters.")
	}
	return f.send(c, call{
		typ: c.Params("type"), id: c.Params("id"), body: c.Body(), ifMatch: c.Get(fiber.HeaderIfMatch),
		ifNoneMatch: c.Get(fiber.HeaderIfNoneMatch), ifSome: c.Get("If-None-Exist"),
	})
}

func (f *Face) searchByURL(c *fiber.Ctx) error {
	return f.send(c, call{typ: c.Params("type"), query: queryOf(c)})
}

func (f *Face) searchByForm(c *fiber.Ctx) error {
	values := queryOf(c)
	if len(c.Body()) > 0 {
		if kind, _, _ := strings.Cut(c.Get(fiber.HeaderContentType), ";"); !strings.EqualFold(strings.TrimSpace(kind), fiber.MIMEApplicationForm) {
			return fiber.NewError(fiber.StatusUnsupportedMediaType, "Please send the search as "+fiber.MIMEApplicationForm+".")
		}
		form, err := url.ParseQuery(string(c.Body()))
		if err != nil {
			return invalid("structure", "", "The form cannot be read.")
		}
		for k, list := range form {
			values[k] = append(values[k], list...)
		}
	}
	return f.send(c, call{method: fiber.MethodGet, typ: c.Params("type"), query: values, byForm: true})
}

func queryOf(c *fiber.Ctx) url.Values {
	values, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		return url.Values{"_": {""}} // refused as unknown where it matters
	}
	return values
}

// send does the interaction of a request and writes its answer.
func (f *Face) send(c *fiber.Ctx, in call) error {
	in.who, in.prefer = edge.Principal(c), preferOf(c.Get("Prefer"))
	if in.method == "" {
		in.method = c.Method()
	}
	if in.method == fiber.MethodHead {
		in.method = fiber.MethodGet
	}
	a, err := f.do(c.UserContext(), in)
	if err != nil {
		return err
	}
	if a.version > 0 {
		c.Set(fiber.HeaderETag, etag(a.version))
	}
	if !a.modified.IsZero() {
		c.Set(fiber.HeaderLastModified, a.modified.UTC().Format(http.TimeFormat))
	}
	if a.location != "" {
		c.Set(fiber.HeaderLocation, f.base+"/"+a.location)
	}
	c.Status(a.status)
	if in.method != fiber.MethodGet {
		switch in.prefer.result {
		case "minimal":
			a.body = nil
		case "OperationOutcome":
			a.body = outcome(issue("information", "informational", "Done.", "", ""))
		}
	}
	if a.status == fiber.StatusNoContent || a.status == fiber.StatusNotModified || a.body == nil {
		return nil
	}
	c.Set(fiber.HeaderContentType, JSON+"; charset=utf-8")
	return c.Send(a.body)
}

// do is every interaction with one type or instance.
func (f *Face) do(ctx context.Context, in call) (answer, error) {
	if !records.Stores(in.typ) {
		return answer{}, fault.New(fault.NotFound, "Records of this type are not kept here.").WithIssues(fault.Issue{Code: "not-supported"})
	}
	switch {
	case in.method == fiber.MethodGet && in.id == "":
		return f.search(ctx, in)
	case in.method == fiber.MethodGet && in.history && in.version == "":
		return f.history(ctx, in)
	case in.method == fiber.MethodGet:
		return f.read(ctx, in)
	case in.method == fiber.MethodPost && in.id == "", in.method == fiber.MethodPut && in.id != "", in.method == fiber.MethodDelete && in.id != "":
		op, err := f.operation(ctx, in)
		if err != nil {
			return answer{}, err
		}
		stored, err := f.store.Write(ctx, in.who, records.Batch{Ops: []records.Op{op}})
		if err != nil {
			return answer{}, err
		}
		return written(stored[0]), nil
	}
	return answer{}, fiber.ErrMethodNotAllowed
}

func (f *Face) read(ctx context.Context, in call) (answer, error) {
	var st records.Stored
	var err error
	if in.history {
		n, bad := strconv.ParseInt(in.version, 10, 64)
		if bad != nil || n < 1 {
			return answer{}, fault.New(fault.NotFound, "We could not find that.")
		}
		st, err = f.store.VRead(ctx, in.who, in.typ, in.id, n)
	} else {
		st, err = f.store.Read(ctx, in.who, in.typ, in.id)
	}
	if err != nil {
		return answer{}, err
	}
	a := answer{status: fiber.StatusOK, body: st.Body, version: st.Version, modified: st.LastUpdated}
	if unchanged(in.ifNoneMatch, in.ifModifiedSince, st.Version, st.LastUpdated) {
		a.status, a.body = fiber.StatusNotModified, nil
	}
	return a, nil
}

// written is the answer to one change.
func written(st records.Stored) answer {
	a := answer{status: fiber.StatusOK, body: st.Body, version: st.Version, modified: st.LastUpdated}
	switch st.Outcome {
	case records.Created:
		a.status = fiber.StatusCreated
	case records.Deleted:
		a.status, a.body = fiber.StatusNoContent, nil
	}
	if st.Body == nil { // deleted before: twice sent is once done
		a.status = fiber.StatusNoContent
	}
	if a.status != fiber.StatusNoContent {
		a.location = st.Type + "/" + st.ID + "/_history/" + strconv.FormatInt(st.Version, 10)
	}
	return a
}

// operation turns a write into a change for the store. What this face does not
// do is refused, never passed over: a condition that nobody looked at would
// store what must not be stored.
func (f *Face) operation(ctx context.Context, in call) (records.Op, error) {
	if in.ifSome != "" || in.ifNoneMatch != "" {
		return records.Op{}, invalid("not-supported", "", "Conditional creates are not supported.")
	}
	op := records.Op{Type: in.typ, ID: in.id}
	var err error
	if op.IfMatch, err = versionOf(in.ifMatch); err != nil {
		return op, err
	}
	if in.method == fiber.MethodDelete {
		op.Kind = records.Delete
		return op, nil
	}
	if op.Node = in.node; op.Node == nil {
		if op.Node, err = parse(in.body); err != nil {
			return op, err
		}
	}
	if op.Kind = records.Create; in.method == fiber.MethodPut {
		op.Kind = records.Put
		if op.Node.Get("id").Str() != in.id { // R4 3.1.0.4: it must be there and fit
			return op, invalid("value", in.typ+".id", "The id in the body does not fit the address.")
		}
	}
	return op, f.references(ctx, in.who, op.Node, nil)
}

func parse(body []byte) (*fhir.Node, error) {
	n, err := fhir.Parse(body)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "The body is not JSON as FHIR wants it.", err).
			WithIssues(fault.Issue{Code: "structure", Text: err.Error()})
	}
	return n, nil
}

// references makes references to this server relative, and replaces those that
// a bundle resolves. A urn that nothing resolves would point to nothing.
func (f *Face) references(ctx context.Context, who identity.Principal, n *fhir.Node, resolved map[string]string) error {
	for _, r := range fhir.References(n) {
		v := r.Value
		if to, ok := resolved[v]; ok {
			r.Node.SetStr(to)
			continue
		}
		if own, ok := strings.CutPrefix(v, f.base+"/"); ok {
			r.Node.SetStr(own)
			continue
		}
		typ, criteria, conditional := strings.Cut(v, "?")
		switch {
		case strings.HasPrefix(v, "urn:"):
			return invalid("not-found", r.Path+".reference", "This reference points to nothing that was sent along.")
		case conditional && fhir.IsType(typ):
			if resolved == nil {
				return invalid("not-supported", r.Path+".reference", "References by search are for transactions only.")
			}
			to, err := f.match(ctx, who, typ, criteria)
			if err != nil {
				return invalid("not-found", r.Path+".reference", "This reference by search does not name exactly one record.")
			}
			resolved[v] = to
			r.Node.SetStr(to)
		}
	}
	return nil
}

// match finds the one resource that a reference by search means.
func (f *Face) match(ctx context.Context, who identity.Principal, typ, criteria string) (string, error) {
	values, err := url.ParseQuery(criteria)
	if err != nil {
		return "", err
	}
	q, issues := fhir.ParseQuery(typ, values, true)
	if len(issues) > 0 || len(q.Filters) == 0 {
		return "", invalid("invalid", "", "This search cannot be read.")
	}
	q.Count = 2
	found, err := f.store.Search(ctx, who, q)
	if err != nil {
		return "", err
	}
	if len(found.Items) != 1 {
		return "", fault.New(fault.PreconditionFailed, "This search does not find exactly one record.")
	}
	return typ + "/" + found.Items[0].ID, nil
}
