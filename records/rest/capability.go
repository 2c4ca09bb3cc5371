package rest

import (
	"encoding/json"
	"slices"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/fault"
	"housecall/records"
	"housecall/records/fhir"
)

// SmartConfiguration is what an app needs to know to sign in (SMART App Launch
// 2.2, section 2.1.9). It says only what the authorization server does.
type SmartConfiguration struct {
	Issuer                string   `json:"issuer"`
	JWKS                  string   `json:"jwks_uri,omitempty"`
	Authorization         string   `json:"authorization_endpoint"`
	Token                 string   `json:"token_endpoint"`
	Introspection         string   `json:"introspection_endpoint,omitempty"`
	Revocation            string   `json:"revocation_endpoint,omitempty"`
	TokenAuthMethods      []string `json:"token_endpoint_auth_methods_supported,omitempty"`
	GrantTypes            []string `json:"grant_types_supported"`
	Scopes                []string `json:"scopes_supported,omitempty"`
	ResponseTypes         []string `json:"response_types_supported"`
	CodeChallengeMethods  []string `json:"code_challenge_methods_supported"`
	Capabilities          []string `json:"capabilities"`
	TokenAuthSigningAlgos []string `json:"token_endpoint_auth_signing_alg_values_supported,omitempty"`
}

func (f *Face) smartConfiguration(c *fiber.Ctx) error {
	if f.smart == nil {
		return fault.New(fault.NotFound, "Apps cannot sign in here.")
	}
	return c.JSON(f.smart)
}

func (f *Face) metadata(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, JSON+"; charset=utf-8")
	return c.Send(f.capped)
}

type object = map[string]any

// typeInteractions is what the routes of Mount do with a type, where the store
// keeps it.
var typeInteractions = []string{"read", "vread", "update", "patch", "delete", "history-instance", "history-type", "create", "search-type"}

// onDelete says which of the ways that R4 3.1.0.7.1 leaves open are taken here.
const onDelete = "A conditional delete deletes the one record that the criteria find (204), does nothing when they find none (204), and refuses when they find several (412)."

// capabilities makes the capability statement from what answers requests: the
// types that the store keeps and the parameters that have rows.
func (f *Face) capabilities(version string) ([]byte, error) {
	interactions := []object{}
	for _, code := range typeInteractions {
		interactions = append(interactions, object{"code": code})
	}
	var resources []object
	for _, typ := range fhir.Types() {
		if !records.Stores(typ) {
			continue
		}
		params := []object{}
		for _, p := range fhir.Params(typ) {
			if records.SearchesBy(p) {
				params = append(params, object{"name": p.Name, "definition": paramDefinition(typ, p.Name), "type": p.Type.String()})
			}
		}
		r := object{
			"type": typ, "interaction": interactions, "versioning": "versioned-update", "readHistory": true, "updateCreate": true,
			"conditionalCreate": true, "conditionalRead": "full-support", "conditionalUpdate": true, "conditionalDelete": "single",
			"referencePolicy": []string{"literal", "local"}, "searchParam": params,
		}
		if includes := fhir.IncludesOf(typ); len(includes) > 0 {
			r["searchInclude"] = includes
		}
		// Every reference may be gone backwards; listed is what clients look for, since
		// all of them would make most of the statement.
		if slices.Contains(fhir.RevIncludesOf(typ), "Provenance:target") {
			r["searchRevInclude"] = []string{"Provenance:target"}
		}
		if ops := f.promised(typ); ops != nil {
			r["operation"] = ops
		}
		resources = append(resources, r)
	}
	if f.subs != nil {
		resources = append(resources, f.subscriptionPromise())
	}
	if f.audit != nil {
		resources = append(resources, f.auditPromise())
	}
	common := []object{} // of a search over several types
	for _, name := range fhir.CommonParams {
		p := fhir.LookupParam("Patient", name)
		common = append(common, object{"name": name, "definition": paramDefinition("Patient", name), "type": p.Type.String()})
	}
	security := object{"description": "OAuth 2.0 bearer tokens; Housecall's own pages use their session."}
	if f.smart != nil {
		security["service"] = []object{{"coding": []object{{"system": "http://terminology.hl7.org/CodeSystem/restful-security-service", "code": "SMART-on-FHIR"}}}}
		security["extension"] = []object{{
			"url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
			"extension": []object{
				{"url": "authorize", "valueUri": f.smart.Authorization},
				{"url": "token", "valueUri": f.smart.Token},
			},
		}}
	}
	rest := object{
		"mode": "server", "documentation": onDelete, "security": security, "resource": resources,
		"interaction": []object{{"code": "transaction"}, {"code": "batch"}, {"code": "search-system"}, {"code": "history-system"}},
		"searchParam": common,
		"compartment": []string{"http://hl7.org/fhir/CompartmentDefinition/patient"},
	}
	if ops := f.promised(""); ops != nil {
		rest["operation"] = ops
	}
	return json.Marshal(object{
		"resourceType": "CapabilityStatement", "status": "active", "date": f.now().UTC().Format("2006-01-02"), "kind": "instance",
		"software":       object{"name": "Housecall", "version": orUnknown(version)},
		"implementation": object{"description": "Housecall", "url": f.base},
		"fhirVersion":    "4.0.1", "format": []string{"json", JSON}, "patchFormat": []string{jsonPatch},
		"rest": []object{rest},
	})
}

func orUnknown(v string) string {
	if v == "" {
		return "unknown"
	}
	return v
}
