package rest

import (
	"context"
	"encoding/base64"
	"errors"
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
	patient                      string // whose compartment is searched
	history                      bool
	query                        url.Values
	byForm                       bool
	ifMatch, ifNoneMatch, ifSome string // If-Match, If-None-Match, If-None-Exist
	ifModifiedSince              string
	prefer                       prefer
	criteria                     string // a search that says what is to be changed, instead of the id
	body                         []byte
	node                         *fhir.Node // instead of body
	fullURL                      string     // of an entry of a transaction
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
	in := call{
		method: c.Method(), typ: c.Params("type"), id: c.Params("id"), body: c.Body(), ifMatch: c.Get(fiber.HeaderIfMatch),
		ifNoneMatch: c.Get(fiber.HeaderIfNoneMatch), ifSome: c.Get("If-None-Exist"), query: queryOf(c),
	}
	in.criteria = criteriaOf(in.query)
	var err error
	switch in.method {
	case fiber.MethodDelete:
	case fiber.MethodPatch:
		err = patchBody(c)
	default:
		err = jsonBody(c)
	}
	if err == nil {
		err = in.fits()
	}
	if err != nil {
		return err
	}
	return f.send(c, in)
}

// criteriaOf is the query of a write without what only shapes the answer.
func criteriaOf(values url.Values) string {
	kept := url.Values{}
	for k, list := range values {
		switch k {
		case "_format", "_pretty", "_summary", "_elements":
		default:
			kept[k] = list
		}
	}
	return kept.Encode()
}

// fits checks that a write names what it is about in the way its method has.
func (in *call) fits() error {
	switch {
	case in.method == fiber.MethodPost && in.criteria != "":
		return invalid("not-supported", "", "A create takes no parameters. Criteria go into If-None-Exist.")
	case in.method == fiber.MethodPost:
	case in.id == "" && in.criteria == "":
		return invalid("required", "", "Name one record by its id, or say in the query which one is meant.")
	case in.id != "" && in.criteria != "":
		return invalid("not-supported", "", "An id and criteria cannot be given together.")
	}
	return nil
}

func (f *Face) searchByURL(c *fiber.Ctx) error {
	return f.send(c, searchAt(c, queryOf(c)))
}

// searchAt is the search that an address asks for: of one type, of several, or in
// a patient's compartment.
func searchAt(c *fiber.Ctx, query url.Values) call {
	in := call{method: fiber.MethodGet, typ: c.Params("type"), patient: c.Params("patient"), query: query}
	if member := c.Params("member"); in.patient != "" && member != anyType && !strings.EqualFold(member, "%2A") {
		in.typ = member
	}
	return in
}

func (f *Face) searchByForm(c *fiber.Ctx) error {
	values, err := formOf(c)
	if err != nil {
		return err
	}
	in := searchAt(c, values)
	in.byForm = true
	return f.send(c, in)
}

// formOf is the query with what was sent as a form.
func formOf(c *fiber.Ctx) (url.Values, error) {
	values := queryOf(c)
	if len(c.Body()) > 0 {
		if kind, _, _ := strings.Cut(c.Get(fiber.HeaderContentType), ";"); !strings.EqualFold(strings.TrimSpace(kind), fiber.MIMEApplicationForm) {
			return nil, fiber.NewError(fiber.StatusUnsupportedMediaType, "Please send the search as "+fiber.MIMEApplicationForm+".")
		}
		form, err := url.ParseQuery(string(c.Body()))
		if err != nil {
			return nil, invalid("structure", "", "The form cannot be read.")
		}
		for k, list := range form {
			values[k] = append(values[k], list...)
		}
	}
	return values, nil
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
	do := f.do
	if in.reads() {
		do = f.look
	}
	a, err := do(c.UserContext(), in)
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
	if in.typ == "" && in.history {
		return f.historyOf(ctx, in)
	}
	if in.method == fiber.MethodGet && (in.typ == "" || in.patient != "") {
		return f.search(ctx, in)
	}
	if in.typ == subscriptionType && f.subs != nil {
		return f.subscribed(ctx, in)
	}
	if !records.Stores(in.typ) {
		return answer{}, fault.New(fault.NotFound, "Records of this type are not kept here.").WithIssues(fault.Issue{Code: "not-supported"})
	}
	switch {
	case in.method == fiber.MethodGet && in.id == "" && in.history:
		return f.historyOf(ctx, in)
	case in.method == fiber.MethodGet && in.id == "":
		return f.search(ctx, in)
	case in.method == fiber.MethodGet && in.history && in.version == "":
		return f.history(ctx, in)
	case in.method == fiber.MethodGet:
		return f.read(ctx, in)
	case in.method == fiber.MethodPost && in.id == "", in.method == fiber.MethodPut, in.method == fiber.MethodPatch, in.method == fiber.MethodDelete:
		op, err := f.operation(in)
		if err != nil {
			return answer{}, err
		}
		stored, err := f.store.Write(ctx, in.who, records.Batch{Ops: []records.Op{op}, Base: f.base, Profiles: true})
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
	if st.Version == 0 { // nothing was found to delete
		a.modified = time.Time{}
	}
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
func (f *Face) operation(in call) (records.Op, error) {
	op := records.Op{Type: in.typ, ID: in.id, FullURL: in.fullURL}
	var err error
	if op.IfMatch, err = versionOf(in.ifMatch); err != nil {
		return op, err
	}
	switch {
	case in.ifNoneMatch == "":
	case in.method == fiber.MethodPut && strings.TrimSpace(in.ifNoneMatch) == "*":
		op.New = true
	default:
		return op, invalid("not-supported", "", "If-None-Match of a change can only be *, with PUT: nothing may be there yet.")
	}
	criteria := in.criteria
	if in.ifSome != "" {
		if in.method != fiber.MethodPost {
			return op, invalid("not-supported", "", "If-None-Exist is for creates.")
		}
		criteria = in.ifSome[strings.IndexByte(in.ifSome, '?')+1:]
	}
	if criteria != "" {
		if op.Where, err = records.NewCondition(in.typ, criteria); err != nil {
			return op, err
		}
	}
	switch in.method {
	case fiber.MethodDelete:
		op.Kind = records.Delete
		return op, nil
	case fiber.MethodPatch:
		op.Kind = records.Patch
		op.Patch, err = in.patch()
		return op, err
	}
	if op.Node = in.node; op.Node == nil {
		if op.Node, err = parse(in.body); err != nil {
			return op, err
		}
	}
	if op.Kind = records.Create; in.method == fiber.MethodPut {
		op.Kind = records.Put
		if in.id != "" && op.Node.Get("id").Str() != in.id { // R4 3.1.0.4: it must be there and fit
			return op, invalid("value", in.typ+".id", "The id in the body does not fit the address.")
		}
	}
	return op, nil
}

func parse(body []byte) (*fhir.Node, error) {
	n, err := fhir.Parse(body)
	if err != nil {
		issue := fault.Issue{Code: "structure", Text: err.Error()}
		if s, ok := errors.AsType[*fhir.SyntaxError](err); ok {
			issue.Expression = s.Path
		}
		return nil, fault.Wrap(fault.Invalid, "The body is not JSON as FHIR wants it.", err).WithIssues(issue)
	}
	return n, nil
}

// patch reads the body of a PATCH, or the Binary that holds it in a bundle (R4
// 3.1.0.8.1).
func (in *call) patch() (fhir.Patch, error) {
	body := in.body
	if in.node != nil {
		if in.node.ResourceType() != "Binary" || in.node.Get("contentType").Str() != jsonPatch {
			return nil, invalid("not-supported", "", "A patch in a bundle is a Binary of the type "+jsonPatch+".")
		}
		var err error
		if body, err = base64.StdEncoding.DecodeString(in.node.Get("data").Str()); err != nil {
			return nil, invalid("value", "Binary.data", "The data of the Binary cannot be read.")
		}
	}
	p, err := fhir.ParsePatch(body)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "The body is not a JSON Patch.", err).WithIssues(fault.Issue{Code: "structure", Text: err.Error()})
	}
	return p, nil
}
