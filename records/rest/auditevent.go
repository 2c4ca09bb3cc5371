package rest

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/records/access"
)

const auditType = "AuditEvent"

// mountAudit serves the audit as AuditEvent (R4 6.4), after the patterns of
// Basic Audit Log Patterns (IHE BALP). It is made of the rows when somebody asks:
// it is stored nowhere, has one version, and nobody writes it.
func (f *Face) mountAudit(g fiber.Router) {
	if f.audit == nil {
		return
	}
	byURL := func(c *fiber.Ctx) error { return f.auditEvents(c, queryOf(c)) }
	byForm := func(c *fiber.Ctx) error {
		values, err := formOf(c)
		if err != nil {
			return err
		}
		return f.auditEvents(c, values)
	}
	g.Get("/"+auditType, byURL)
	g.Post("/"+auditType+"/_search", byForm)
	g.Get("/Patient/:patient/"+auditType, byURL)
	g.Post("/Patient/:patient/"+auditType+"/_search", byForm)
	g.Get("/"+auditType+"/:id", f.auditEvent)
}

func (f *Face) auditEvent(c *fiber.Ctx) error {
	writer, counter, ok := placeOf(c.Params("id"))
	if !ok {
		return access.NoChart()
	}
	row, err := f.audit.Event(c.UserContext(), edge.Principal(c), writer, counter)
	if err != nil {
		return err
	}
	body, err := json.Marshal(f.auditResource(&row))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderETag, etag(1))
	return sendJSON(c, body)
}

func (f *Face) auditEvents(c *fiber.Ctx, values url.Values) error {
	who := edge.Principal(c)
	about := auditType + " " + who.Account
	if patient := c.Params("patient"); patient != "" && values.Get("_page") == "" {
		values["patient"] = append(values["patient"], patient)
	}
	cursor := ""
	if token := values.Get("_page"); token != "" {
		var err error
		if values, _, err = f.pages.open(about, token); err != nil {
			return err
		}
		cursor = values.Get("_page")
		values.Del("_page")
	}
	q, err := auditQuery(values)
	if err != nil {
		return err
	}
	q.Cursor = cursor
	rows, next, err := f.audit.Events(c.UserContext(), who, q)
	if err != nil {
		return err
	}
	links := []object{{"relation": "self", "url": f.base + "/" + auditType + "?" + values.Encode()}}
	if next != "" {
		links = append(links, object{"relation": "next", "url": f.base + "/" + auditType + "?_page=" + f.pages.seal(about, values, next, false)})
	}
	entries := []object{}
	for i := range rows {
		r := f.auditResource(&rows[i])
		entries = append(entries, object{"fullUrl": f.base + "/" + auditType + "/" + r["id"].(string), "resource": r, "search": object{"mode": "match"}})
	}
	bundle := object{"resourceType": "Bundle", "type": "searchset", "link": links}
	if len(entries) > 0 {
		bundle["entry"] = entries
	}
	body, err := json.Marshal(bundle)
	if err != nil {
		return err
	}
	return sendJSON(c, body)
}

// auditQuery reads the parameters. Those that are not known are refused: a list
// that was not narrowed as somebody meant it would say more than was asked.
func auditQuery(values url.Values) (q access.ReportQuery, err error) {
	for name, list := range values {
		for _, v := range list {
			switch name {
			case "patient", "entity":
				id := strings.TrimPrefix(v, "Patient/")
				if id == "" || strings.Contains(id, "/") || q.Patient != "" && q.Patient != id {
					return q, invalid("invalid", name, "Say which one patient, as patient=ID.")
				}
				q.Patient = id
			case "date":
				if err := dateRange(&q, v); err != nil {
					return q, err
				}
			case "_count":
				if q.Limit, err = strconv.Atoi(v); err != nil || q.Limit < 1 {
					return q, invalid("invalid", name, "_count must be a number of at least 1.")
				}
			case "_sort":
				if v != "-date" {
					return q, invalid("not-supported", name, "The audit comes newest first: _sort can be -date.")
				}
			case "_format", "_pretty":
			default:
				return q, invalid("not-supported", name, "The audit is searched by patient and date.")
			}
		}
	}
	if q.Limit == 0 {
		q.Limit = 50
	}
	return q, nil
}

// dateRange narrows the period (R4 3.1.1.4.7). A day begins and ends in UTC.
func dateRange(q *access.ReportQuery, text string) error {
	prefix := "eq"
	if len(text) > 2 && text[0] >= 'a' {
		prefix, text = text[:2], text[2:]
	}
	lo, err := time.Parse(time.RFC3339, text)
	hi := lo.Add(time.Second)
	if err != nil {
		for _, p := range []struct {
			layout             string
			years, months, day int
		}{{time.DateOnly, 0, 0, 1}, {"2006-01", 0, 1, 0}, {"2006", 1, 0, 0}} {
			if lo, err = time.Parse(p.layout, text); err == nil {
				hi = lo.AddDate(p.years, p.months, p.day)
				break
			}
		}
		if err != nil {
			return invalid("invalid", "date", "A date is a day or a moment, for example date=ge2026-11-01.")
		}
	}
	from, until := lo, hi
	switch prefix {
	case "eq":
	case "ge":
		until = q.Until
	case "gt", "sa":
		from, until = hi, q.Until
	case "le":
		from = q.From
	case "lt", "eb":
		from, until = q.From, lo
	default:
		return invalid("not-supported", "date", "Dates can begin with eq, ge, gt, le or lt.")
	}
	if from.After(q.From) {
		q.From = from
	}
	if !until.IsZero() && (q.Until.IsZero() || until.Before(q.Until)) {
		q.Until = until
	}
	return nil
}

// placeOf reads the id of an AuditEvent: writer and number, hexadecimal.
func placeOf(id string) (writer, counter int64, ok bool) {
	a, b, ok := strings.Cut(id, "-")
	writer, err := strconv.ParseInt(a, 16, 64)
	if err != nil || !ok {
		return 0, 0, false
	}
	counter, err = strconv.ParseInt(b, 16, 64)
	return writer, counter, err == nil
}

const (
	auditTypes   = "http://terminology.hl7.org/CodeSystem/audit-event-type"
	interactions = "http://hl7.org/fhir/restful-interaction"
	dicom        = "http://dicom.nema.org/resources/ontology/DCM"
	purposes     = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
	objectTypes  = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
	objectRoles  = "http://terminology.hl7.org/CodeSystem/object-role"
)

// auditActions: for each of our words the action code (R4 audit-event-action) and
// the restful interaction; signing in and out is told apart by its type.
var auditActions = map[string][2]string{
	"read": {"R", "read"}, "open": {"R", "read"}, "search": {"E", "search-type"}, "history": {"R", "history-instance"}, "create": {"C", "create"},
	"update": {"U", "update"}, "delete": {"D", "delete"}, "export": {"R", "operation"}, "refused": {"E", ""},
}

var auditOutcomes = map[string]string{"ok": "0", "refused": "4", "failed": "8"}

func codedAs(system, code string) object { return object{"system": system, "code": code} }

// auditResource is the FHIR form of a row.
func (f *Face) auditResource(r *access.ReportRow) object {
	a, b, _ := strings.Cut(r.Place, "/")
	writer, _ := strconv.ParseInt(a, 10, 64)
	counter, _ := strconv.ParseInt(b, 10, 64)
	out := object{
		"resourceType": auditType, "id": strconv.FormatInt(writer, 16) + "-" + strconv.FormatInt(counter, 16), "meta": object{"versionId": "1", "lastUpdated": r.At.Format(time.RFC3339Nano)},
		"type": codedAs(auditTypes, "rest"), "recorded": r.At.Format(time.RFC3339Nano), "outcome": auditOutcomes[r.Outcome],
		"source": object{"observer": object{"display": "Housecall"}},
	}
	if out["outcome"] == "" {
		out["outcome"] = "8" // a row that was changed
	}
	act := auditActions[r.Action]
	switch {
	case r.Action == "login":
		out["type"], out["subtype"] = codedAs(dicom, "110114"), []object{codedAs(dicom, "110122")}
	case r.Action == "logout":
		out["type"], out["subtype"] = codedAs(dicom, "110114"), []object{codedAs(dicom, "110123")}
	case act[1] != "":
		out["subtype"] = []object{codedAs(interactions, act[1])}
	}
	if act[0] != "" {
		out["action"] = act[0]
	} else {
		out["action"] = "E"
	}
	agent := object{"requestor": true, "role": []object{{"text": r.Role}}}
	who := object{}
	if r.Account != "" {
		who["identifier"] = object{"value": r.Account}
	}
	if r.Who != "" {
		who["display"] = r.Who
	}
	if len(who) > 0 {
		agent["who"] = who
	}
	if r.Address != "" {
		agent["network"] = object{"address": r.Address, "type": "2"}
	}
	agents := []object{agent}
	if r.App != "" {
		agents = append(agents, object{"requestor": false, "type": object{"coding": []object{codedAs(dicom, "110150")}}, "who": object{"display": r.App}})
	}
	out["agent"] = agents
	if r.Purpose != "" {
		out["purposeOfEvent"] = []object{{"coding": []object{codedAs(purposes, r.Purpose)}}}
	}
	var entities []object
	if r.Patient != "" {
		entities = append(entities, object{"what": object{"reference": "Patient/" + r.Patient}, "type": codedAs(objectTypes, "1"), "role": codedAs(objectRoles, "1")})
	}
	if r.Type != "" && (r.Type != "Patient" || r.ID != r.Patient) {
		what := object{"type": r.Type}
		if r.ID != "" {
			what["identifier"] = object{"value": r.ID}
		}
		entities = append(entities, object{"what": what, "type": codedAs(objectTypes, "2"), "role": codedAs(objectRoles, "4")})
	}
	if len(entities) > 0 {
		out["entity"] = entities
	}
	return out
}

// auditPromise is what the capability statement says of the audit.
func (f *Face) auditPromise() object {
	return object{
		"type": auditType, "interaction": []object{{"code": "read"}, {"code": "search-type"}}, "versioning": "no-version", "readHistory": false, "updateCreate": false,
		"searchParam": []object{
			{"name": "date", "definition": paramDefinition(auditType, "date"), "type": "date"},
			{"name": "patient", "definition": paramDefinition(auditType, "patient"), "type": "reference"},
		},
	}
}
