package rest

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/records"
	"housecall/records/fhir"
)

func (f *Face) validationOperations() []operation {
	return []operation{{
		name: "validate", definition: "http://hl7.org/fhir/OperationDefinition/Resource-validate", types: []string{anyType},
		levels: onType | onInstance, methods: []string{fiber.MethodGet, fiber.MethodPost}, handle: f.validate,
	}}
}

// validate answers $validate (https://hl7.org/fhir/R4/resource-operation-validate.html):
// 200 with what was found, whenever it could be judged. Nothing is written. A
// resource that is sent is judged by itself; one that is stored is read like any
// other, with its decision and its audit row.
func (f *Face) validate(c *fiber.Ctx) error {
	typ, id := c.Params("type"), c.Params("id")
	if !records.Stores(typ) {
		return fault.New(fault.NotFound, "Records of this type are not kept here.").WithIssues(fault.Issue{Code: "not-supported"})
	}
	p, err := parametersOf(c, param{name: "resource", kind: 'r'}, param{name: "mode", kind: 'c'}, param{name: "profile", kind: 'u'})
	if err != nil {
		return err
	}
	mode, profile, n := p.text("mode"), p.text("profile"), p.node("resource")
	switch {
	case !slices.Contains([]string{"", "create", "update", "delete", "profile"}, mode):
		return invalid("code-invalid", "", "The mode is create, update, delete or profile.")
	case mode == "profile" && profile == "":
		return invalid("required", "", "With the mode profile, say which one.")
	case id == "" && mode == "delete" || id == "" && mode == "update" && n.Get("id") == nil:
		return invalid("required", "", "An update or delete is about one record: name its id.")
	case n == nil && (id == "" || mode == "create" || mode == "update"):
		return invalid("required", "", "The resource is needed.")
	case n != nil && mode == "delete":
		return invalid("invalid", "", "A delete takes no resource.")
	}
	if n == nil {
		st, err := f.store.Read(c.UserContext(), edge.Principal(c), typ, id)
		if err != nil {
			return err
		}
		if n, err = fhir.Parse(st.Body); err != nil {
			return err
		}
	}
	issues := judge(n, typ, id, mode)
	if profile != "" && !refuses(issues) {
		found, known := fhir.ValidateProfile(n, profile)
		if !known { // to be judged by a profile that is not here is no judgement
			return invalid("not-supported", "", "This profile is not known here.")
		}
		issues = append(issues, found...)
	}
	return sendOutcome(c, issues)
}

// judge holds a resource against its type, the profiles that it claims, and the
// address that it would be sent to.
func judge(n *fhir.Node, typ, id, mode string) []fhir.Issue {
	if n.ResourceType() != typ {
		return []fhir.Issue{{Severity: fhir.SeverityError, Code: fhir.CodeInvalid, Expression: "resourceType", Text: "The resourceType does not fit the address."}}
	}
	issues := fhir.ValidateWith(n, fhir.Options{Profiles: true, Unknown: true})
	if sent := n.Get("id").Str(); mode == "update" && id != "" && sent != id {
		issues = append(issues, fhir.Issue{Severity: fhir.SeverityError, Code: fhir.CodeValue, Expression: typ + ".id", Text: "The id in the body does not fit the address."})
	} else if mode == "update" && !fhir.IsUUID(sent) {
		issues = append(issues, fhir.Issue{Severity: fhir.SeverityError, Code: fhir.CodeValue, Expression: typ + ".id", Text: "Ids must be UUIDs in lower case."})
	}
	return issues
}

func refuses(issues []fhir.Issue) bool {
	return slices.ContainsFunc(issues, func(i fhir.Issue) bool { return i.Severity == fhir.SeverityError || i.Severity == "fatal" })
}

func sendOutcome(c *fiber.Ctx, issues []fhir.Issue) error {
	var list []*fhir.Node
	for _, i := range issues {
		list = append(list, issue(i.Severity, i.Code, i.Text, i.Expression, ""))
	}
	if len(list) == 0 {
		list = append(list, issue("information", "informational", "All OK", "", ""))
	}
	c.Set(fiber.HeaderContentType, JSON+"; charset=utf-8")
	return c.Send(outcome(list...))
}
