package rest

import (
	"encoding/json"
	"mime"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"housecall/records/bulk"
	"housecall/records/fhir"
)

// bulkValues are the parameters of an export by name, from the address or from a
// Parameters resource (section 2.5.2).
type bulkValues map[string][]string

// valueOf is the element of Parameters.parameter that each of them comes in.
var exportValues = map[string][]string{
	"_outputFormat": {"valueString", "valueCode"}, "_since": {"valueInstant", "valueDateTime"}, "_type": {"valueString", "valueCode"},
	"_elements": {"valueString"}, "patient": {"valueReference"}, "includeAssociatedData": {"valueString", "valueCode"}, "_typeFilter": {"valueString"},
}

func (f *Face) bulkValues(c *fiber.Ctx) (bulkValues, error) {
	out := bulkValues{}
	for k, list := range queryOf(c) {
		switch {
		case k == "_format" || k == "_pretty":
		case c.Method() == fiber.MethodPost:
			return nil, invalid("not-supported", "", "The parameters of a POST are in its body.")
		case k == "patient": // section 2.5.2: by POST only
			return nil, invalid("not-supported", "patient", "Patients are named in the body of a POST, so that they stand in no log.")
		default:
			out[k] = list
		}
	}
	if c.Method() != fiber.MethodPost || len(c.Body()) == 0 {
		return out, nil
	}
	params, err := bulkParameters(c)
	if err != nil {
		return nil, err
	}
	for i, p := range params.Get("parameter").Items() {
		place := "Parameters.parameter[" + strconv.Itoa(i) + "]"
		name := p.Get("name").Str()
		takes, known := exportValues[name]
		if !known {
			out[name] = append(out[name], "")
			continue
		}
		value := ""
		for _, t := range takes {
			v := p.Get(t)
			if t == "valueReference" {
				v = v.Get("reference")
			}
			if v.Str() != "" {
				value = v.Str()
			}
		}
		if value == "" {
			return nil, invalid("value", place, name+" comes as "+strings.Join(takes, " or ")+".")
		}
		if own, ok := strings.CutPrefix(value, f.base+"/"); ok && name == "patient" {
			value = own
		}
		out[name] = append(out[name], value)
	}
	return out, nil
}

func bulkParameters(c *fiber.Ctx) (*fhir.Node, error) {
	if err := jsonBody(c); err != nil {
		return nil, err
	}
	n, err := parse(c.Body())
	if err != nil {
		return nil, err
	}
	if n.ResourceType() != "Parameters" {
		return nil, invalid("structure", "Parameters", "The body must be a Parameters resource.")
	}
	return n, nil
}

// ndjsonFormats are the names of the one format of files (section 2.5.2).
var ndjsonFormats = []string{NDJSON, "application/ndjson", "ndjson", "application/fhir ndjson"} // a plus in an address is a space

// export reads the parameters. What is not done here is refused, or noted when
// the client wants it passed over.
func (v bulkValues) export(e *bulk.Export) error {
	pass := func(name, text string) error {
		if e.Lenient {
			e.Notes = append(e.Notes, text)
			return nil
		}
		return invalid("not-supported", name, text)
	}
	for name, list := range v {
		one := list[len(list)-1]
		single := func() error {
			if len(list) > 1 {
				return invalid("invalid", name, name+" is given once.")
			}
			return nil
		}
		var err error
		switch name {
		case "_outputFormat":
			if err = single(); err == nil && !slices.Contains(ndjsonFormats, one) {
				err = invalid("not-supported", name, "Files come as "+NDJSON+" only.")
			}
		case "_since":
			if err = single(); err == nil {
				if e.Since, err = time.Parse(time.RFC3339, strings.ReplaceAll(one, " ", "+")); err != nil {
					err = invalid("invalid", name, "_since must be an instant, as 2026-01-31T08:00:00Z.")
				}
			}
		case "_type":
			e.Types, err = typesOf(list)
		case "_elements":
			e.Elements, err = elementsOf(list)
		case "patient":
			err = v.patients(e)
		case "_typeFilter":
			e.Filters = filtersOf(list)
		case "includeAssociatedData":
			err = pass(name, name+" is not supported.")
		default:
			err = pass("", "An export takes _outputFormat, _since, _type, _typeFilter, _elements and patient.")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func typesOf(list []string) (types []string, err error) {
	for _, one := range list {
		for _, t := range strings.Split(one, ",") {
			if t = strings.TrimSpace(t); !fhir.IsType(t) {
				return nil, invalid("invalid", "_type", "_type must list types of FHIR R4.")
			}
			types = append(types, t)
		}
	}
	return types, nil
}

// nextFilter is where one of several filters ends: at a comma before a type.
var nextFilter = regexp.MustCompile(`,[A-Z][A-Za-z]+\?`)

// filtersOf takes filters apart that come as one, as the first version of the
// specification had them.
func filtersOf(list []string) (filters []string) {
	for _, one := range list {
		for {
			at := nextFilter.FindStringIndex(one)
			if at == nil {
				break
			}
			filters, one = append(filters, one[:at[0]]), one[at[0]+1:]
		}
		filters = append(filters, one)
	}
	return filters
}

var elementName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z][A-Za-z0-9]*(\[x\])?)*$`)

func elementsOf(list []string) (names []string, err error) {
	for _, one := range list {
		for _, n := range strings.Split(one, ",") {
			if n = strings.TrimSpace(n); !elementName.MatchString(n) || len(names) == 100 {
				return nil, invalid("invalid", "_elements", "_elements must list names of elements, as status or Patient.name.")
			}
			names = append(names, n)
		}
	}
	return names, nil
}

func (v bulkValues) patients(e *bulk.Export) error {
	for _, ref := range v["patient"] {
		t, id, version, ok := fhir.SplitReference(ref)
		if !ok || t != "Patient" || version != "" || strings.Contains(ref, ":") {
			return invalid("invalid", "patient", "patient must be a reference as Patient/id.")
		}
		e.Patients = append(e.Patients, id)
	}
	return nil
}

// importOf reads what is to be imported, from a Parameters resource or from the
// same words as plain JSON.
func importOf(c *fiber.Ctx) (in bulk.Import, err error) {
	if kind, _, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType)); err == nil && kind == fiber.MIMEApplicationJSON && !strings.Contains(string(c.Body()), `"Parameters"`) {
		return plainImport(c.Body())
	}
	n, err := bulkParameters(c)
	if err != nil {
		return in, err
	}
	var plain importWords
	for i, p := range n.Get("parameter").Items() {
		place := "Parameters.parameter[" + strconv.Itoa(i) + "]"
		value := func(p *fhir.Node) string {
			for _, t := range []string{"valueCode", "valueString", "valueUri", "valueUrl"} {
				if v := p.Get(t).Str(); v != "" {
					return v
				}
			}
			return ""
		}
		part := func(name string) (v string) {
			for _, x := range p.Get("part").Items() {
				if x.Get("name").Str() == name {
					v = value(x)
				}
			}
			return v
		}
		switch name := p.Get("name").Str(); name {
		case "inputFormat":
			plain.InputFormat = value(p)
		case "inputSource":
			plain.InputSource = value(p)
		case "storageDetail":
			plain.StorageDetail = &storage{Type: part("type")}
			for _, x := range p.Get("part").Items() {
				if x.Get("name").Str() != "type" {
					return in, invalid("not-supported", place, "storageDetail takes type alone: files are fetched without credentials.")
				}
			}
		case "input":
			plain.Input = append(plain.Input, bulk.Input{Type: part("type"), URL: part("url")})
		default:
			return in, invalid("not-supported", place, "An import takes inputFormat, inputSource, storageDetail and input.")
		}
	}
	return plain.bulk()
}

type importWords struct {
	InputFormat   string       `json:"inputFormat"`
	InputSource   string       `json:"inputSource"`
	StorageDetail *storage     `json:"storageDetail"`
	Input         []bulk.Input `json:"input"`
}

type storage struct {
	Type string `json:"type"`
}

func plainImport(body []byte) (bulk.Import, error) {
	var w importWords
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	if err := d.Decode(&w); err != nil {
		return bulk.Import{}, invalid("structure", "", "The body must be a Parameters resource, or an object of inputFormat, inputSource, storageDetail and input.")
	}
	return w.bulk()
}

func (w *importWords) bulk() (bulk.Import, error) {
	if !slices.Contains(ndjsonFormats[:3], w.InputFormat) {
		return bulk.Import{}, invalid("value", "inputFormat", "inputFormat must be "+NDJSON+".")
	}
	if w.StorageDetail != nil && w.StorageDetail.Type != "https" {
		return bulk.Import{}, invalid("not-supported", "storageDetail", "Files are fetched by https only.")
	}
	if u, err := url.Parse(w.InputSource); w.InputSource == "" || err != nil || u.RawQuery != "" {
		return bulk.Import{}, invalid("value", "inputSource", "inputSource must name the system that the records come from.")
	}
	return bulk.Import{Source: w.InputSource, Inputs: w.Input}, nil
}
