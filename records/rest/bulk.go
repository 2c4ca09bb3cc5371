package rest

import (
	"context"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/bulk"
)

// NDJSON is the media type of the files of exports.
const NDJSON = "application/fhir+ndjson"

// Definitions of the operations (https://hl7.org/fhir/uv/bulkdata/STU2/, and for
// the import its proposal at
// https://github.com/smart-on-fhir/bulk-import/blob/master/import-manifest.md).
const (
	exportDefinition = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/"
	importDefinition = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/import"
)

func (f *Face) bulkOperations() []operation {
	if f.bulk == nil {
		return nil
	}
	both := []string{fiber.MethodGet, fiber.MethodPost}
	return []operation{
		{name: "export", definition: exportDefinition + "export", levels: onSystem, methods: both, handle: f.kickOff(bulk.System)},
		{name: "export", definition: exportDefinition + "patient-export", types: []string{"Patient"}, levels: onType, methods: both, handle: f.kickOff(bulk.Patients)},
		{name: "export", definition: exportDefinition + "group-export", types: []string{"Group"}, levels: onInstance, methods: both, handle: f.kickOff(bulk.Group)},
		{name: "import", definition: importDefinition, levels: onSystem, methods: []string{fiber.MethodPost}, handle: f.kickOffImport},
	}
}

// mountBulk comes before what takes only the media types of FHIR.
func (f *Face) mountBulk(g fiber.Router) {
	if f.bulk == nil {
		return
	}
	g.Get("/bulk/:job", edge.Required, f.bulkStatus)
	g.Delete("/bulk/:job", edge.Required, f.bulkCancel)
	g.Get("/bulk/:job/:file", edge.Required, f.bulkFile)
}

// kickOff begins an export (section 2.5.1).
func (f *Face) kickOff(level bulk.Level) fiber.Handler {
	return func(c *fiber.Ctx) error {
		lenient, err := asynchronous(c)
		if err != nil {
			return err
		}
		e := bulk.Export{Level: level, Group: strings.Clone(c.Params("id")), Lenient: lenient, Base: f.base}
		values, err := f.bulkValues(c)
		if err != nil {
			return err
		}
		if err := values.export(&e); err != nil {
			return err
		}
		id, err := f.bulk.StartExport(c.UserContext(), edge.Principal(c), e, f.asked(c))
		return f.accepted(c, id, err)
	}
}

func (f *Face) kickOffImport(c *fiber.Ctx) error {
	if _, err := asynchronous(c); err != nil {
		return err
	}
	in, err := importOf(c)
	if err != nil {
		return err
	}
	id, err := f.bulk.StartImport(c.UserContext(), edge.Principal(c), in, f.asked(c))
	return f.accepted(c, id, err)
}

// asked is the address of the request, as the manifest repeats it.
func (f *Face) asked(c *fiber.Ctx) string {
	return strings.TrimSuffix(f.base, Prefix) + strings.Clone(c.OriginalURL())
}

func (f *Face) accepted(c *fiber.Ctx, id string, err error) error {
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentLocation, f.base+"/bulk/"+id)
	c.Status(fiber.StatusAccepted)
	c.Set(fiber.HeaderContentType, JSON+"; charset=utf-8")
	return c.Send(outcome(issue("information", "informational", "This is being done. Its status is at Content-Location.", "", "")))
}

// asynchronous makes sure that who asks comes back for the answer: nobody waits
// on the line for a whole clinic. What cannot be done is refused, unless the
// client says that it may be passed over.
func asynchronous(c *fiber.Ctx) (lenient bool, err error) {
	async := false
	for _, part := range strings.FieldsFunc(c.Get("Prefer"), func(r rune) bool { return r == ',' || r == ';' }) {
		switch strings.ReplaceAll(strings.TrimSpace(part), `"`, "") {
		case "respond-async":
			async = true
		case "handling=lenient":
			lenient = true
		}
	}
	if !async {
		return false, invalid("required", "", "This takes a while: please ask with the header Prefer: respond-async.")
	}
	return lenient, nil
}

// manifest is the answer of a job that is done (section 2.5.5).
type manifest struct {
	TransactionTime     string          `json:"transactionTime"`
	Request             string          `json:"request"`
	RequiresAccessToken bool            `json:"requiresAccessToken"`
	Output              []manifestEntry `json:"output"`
	Deleted             []manifestEntry `json:"deleted,omitempty"`
	Error               []manifestEntry `json:"error"`
}

type manifestEntry struct {
	Type     string `json:"type"`
	InputURL string `json:"inputUrl,omitempty"`
	URL      string `json:"url"`
	Count    int64  `json:"count"`
}

func (f *Face) bulkStatus(c *fiber.Ctx) error {
	id := strings.Clone(c.Params("job"))
	st, err := f.bulk.Status(c.UserContext(), edge.Principal(c), id)
	if err != nil {
		return err
	}
	if !st.Done {
		wait := strconv.Itoa(int((st.Wait + time.Second - 1) / time.Second))
		c.Set(fiber.HeaderRetryAfter, wait)
		if f.polls.Take("bulk "+id) > 0 {
			return fault.New(fault.TooMany, "This was asked too often. Please wait as long as Retry-After says.")
		}
		c.Set("X-Progress", st.Progress)
		return c.SendStatus(fiber.StatusAccepted)
	}
	m := manifest{TransactionTime: st.Transaction.Format("2006-01-02T15:04:05.000Z"), Request: st.URL, RequiresAccessToken: true, Output: []manifestEntry{}, Error: []manifestEntry{}}
	for _, x := range st.Files {
		e := manifestEntry{Type: x.Type, InputURL: x.Input, URL: f.base + "/bulk/" + id + "/" + strconv.FormatInt(x.N, 10) + ".ndjson", Count: x.Count}
		switch x.Kind {
		case "output":
			m.Output = append(m.Output, e)
		case "deleted":
			m.Deleted = append(m.Deleted, e)
		default:
			m.Error = append(m.Error, e)
		}
	}
	c.Set(fiber.HeaderExpires, st.Expires.Format(http.TimeFormat))
	return c.JSON(m)
}

func (f *Face) bulkCancel(c *fiber.Ctx) error {
	if err := f.bulk.Cancel(c.UserContext(), edge.Principal(c), strings.Clone(c.Params("job"))); err != nil {
		return err
	}
	c.Status(fiber.StatusAccepted)
	c.Set(fiber.HeaderContentType, JSON+"; charset=utf-8")
	return c.Send(outcome(issue("information", "informational", "Cancelled. Its files are being deleted.", "", "")))
}

// bulkFile streams a file, packed if the client takes it so.
func (f *Face) bulkFile(c *fiber.Ctx) error {
	name, ok := strings.CutSuffix(c.Params("file"), ".ndjson")
	n, err := strconv.ParseInt(name, 10, 64)
	if !ok || err != nil || n < 1 {
		return fault.New(fault.NotFound, "We could not find that.")
	}
	zipped := takesGzip(c.Get(fiber.HeaderAcceptEncoding))
	d, err := f.bulk.Open(c.UserContext(), edge.Principal(c), strings.Clone(c.Params("job")), n, zipped)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, NDJSON)
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	c.Vary(fiber.HeaderAcceptEncoding)
	if zipped {
		c.Set(fiber.HeaderContentEncoding, "gzip")
	}
	c.Context().SetBodyStream(sending(c, d, d, func(context.Context, identity.Principal) error { return nil }), int(d.Size))
	return nil
}

// takesGzip reads Accept-Encoding (RFC 9110, section 12.5.3). What is not said to
// be taken comes as it is.
func takesGzip(header string) bool {
	for _, part := range strings.Split(header, ",") {
		coding, params, err := mime.ParseMediaType("x/" + strings.TrimSpace(part))
		if err == nil && coding == "x/gzip" {
			q, err := strconv.ParseFloat(params["q"], 64)
			return params["q"] == "" || err == nil && q > 0
		}
	}
	return false
}
