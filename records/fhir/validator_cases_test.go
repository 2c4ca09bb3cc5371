package fhir_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/records/fhir"
)

// beyondBase are the validator's cases that this package accepts although they name no profile or further file, with what
// it would take to refuse them.
var beyondBase = map[string]string{
	"allergy":           "a required code that is absent with a reason; R4 allows the extension",
	"bundle-conformsto": "a profile",
	"bundle-document-versioned-references-bad": "following references inside a document, by fullUrl and version",
	"bundle-id-5":                           "terminology (displays)",
	"contract-binding-test":                 "code systems under bindings that are not required",
	"cvx":                                   "terminology (displays)",
	"ext-ctxt-bad-active":                   "the definition of an extension",
	"ext-ctxt-bad-address":                  "the definition of an extension",
	"ips-htmlrefs-backwards":                "the definition of an extension, links between narratives and elements",
	"mr-covid-bnd1":                         "absolute systems of codings are no rule of R4; a registry of code systems and value sets",
	"mr-m-simple-nossystem":                 "absolute references to canonical URLs are no rule of R4; the libraries that are named",
	"obs-temp-bad":                          "a profile (vital signs)",
	"obs-vs-1":                              "a profile (blood pressure)",
	"observation-ucum":                      "a profile (blood pressure), the units of UCUM",
	"pat-example-extensions":                "a registry of extensions",
	"pat-security-bad-string":               "an option of that validator; texts are escaped where they are shown",
	"profile-patient-op1":                   "a registry of extensions",
	"q-bp":                                  "a registry of extensions",
	"qr-bad-ref2":                           "the questionnaire that is named",
	"questionnaire-enableWhen-test-invalid": "R4 has no rule that a question must not depend on one inside it",
	"relative_reference_to_TYPE_ID.all_fullUrl_UUID": "following references inside a document, by fullUrl",
	"sp-diff-base": "the search parameter that it derives from",
	"test-ndjson":  "a day compared with an hour of that day; FHIRPath says nothing then, so per-1 is not broken",
	"uk-msg":       "terminology",
	"vs-bad-props": "code systems",
	"vs-params-2":  "expressions in value sets",
}

// otherPlaces are errors that this package reports at another place than the validator, or alone, with the reason: "case
// expression". Everything else must be at a place of the official outcome.
var otherPlaces = map[string]string{
	"attachment-with-wrong-size Media.content.size":                                                      exactSize,
	"attachment-inconsistent-size-qr QuestionnaireResponse.item[0].answer[0].valueAttachment.size":       exactSize,
	"ch/mixed-valueset-dr DocumentReference.content[0].attachment.size":                                  exactSize,
	"bundle-ea-testcase Bundle.entry[1].resource.contained[0].entry[0].resource.entry[0].item.reference": exactReference,
	"bundle-enrl Bundle.entry[2].resource.generalPractitioner[0].type":                                   exactReference,
	"bundle-enrl Bundle.entry[2].resource.managingOrganization.type":                                     exactReference,
	"hakan-se MedicationRequest.requester.reference":                                                     exactReference,
	"hakan-se-nofetch MedicationRequest.requester.reference":                                             exactReference,
	"reference-invalid-url-qr QuestionnaireResponse.item[0].answer[0].valueReference.reference":          exactReference,
	"message-empty-entry Bundle.entry[1].resource.location[0].location.reference":                        "a urn:uuid with a digit too few, which the validator lets pass",
	"mr-single-subj-list MeasureReport.group[0].population[0].subjectResults":                            "a Patient where only a List may stand, which the validator lets pass",
	"mr-single-not-subj-list MeasureReport.group[0].population[0].subjectResults.reference":              "a reference without a type, which the validator lets pass",
	"pat-security-bad-string2 Patient.name[0].text.script":                                               "the validator gives an XPath without positions, of the parent",
	"xml-fail Bundle.entry[0].resource.connectionType.coding":                                            "the validator gives an XPath without positions, of the parent",
}

const (
	exactSize      = "the size that is wrong; the validator gives the attachment"
	exactReference = "the part of the reference that is wrong; the validator gives the whole"
)

// validatorCase is one of HL7's own cases with the outcome of the Java validator.
type validatorCase struct {
	Name, File, Profile  string
	Supporting, Packages []string
	Errors               *int `json:"error_issues"`
	Java                 any  // name of the outcome's file, where there are errors counted

	body    []byte
	outcome officialOutcome
}

// alone: without profiles, packages and further files.
func (c *validatorCase) alone() bool {
	return c.Profile == "" && len(c.Supporting) == 0 && len(c.Packages) == 0
}

type officialOutcome struct {
	Issue []struct {
		Severity   string
		Expression []string
		Details    struct{ Text string }
	}
}

func validatorCases(t *testing.T) (cases []*validatorCase) {
	files := map[string][]byte{}
	eachInZip(t, deck(t, "fhir-negative", "fhir-test-cases-validator-r4.zip"), "", func(name string, b []byte) { files[name] = b })
	var all []*validatorCase
	require.NoError(t, json.Unmarshal(files["MANIFEST.json"], &all))
	for _, c := range all {
		name, _ := c.Java.(string)
		if c.Errors == nil || !strings.HasPrefix(name, "java/R4.") { // no outcome, or that of another version
			continue
		}
		c.body = files[c.File]
		require.NotEmpty(t, c.body, c.File)
		if *c.Errors > 0 {
			b := files["outcomes/"+name]
			require.NotEmpty(t, b, name)
			require.NoError(t, json.Unmarshal(b, &c.outcome), name)
		}
		cases = append(cases, c)
	}
	return cases
}

// read returns the resources of the case's file, or the line at which it is no JSON.
func (c *validatorCase) read(t *testing.T) (list []*fhir.Node, line string) {
	if strings.HasSuffix(c.File, ".xml") {
		return []*fhir.Node{fromXML(t, c.body)}, ""
	}
	parts := [][]byte{c.body}
	if strings.HasSuffix(c.File, ".ndjson") {
		parts = bytes.Split(c.body, []byte("\n"))
	}
	for _, b := range parts {
		if len(bytes.TrimSpace(b)) == 0 {
			continue
		}
		n, err := fhir.Parse(b)
		if syntax, ok := errors.AsType[*fhir.SyntaxError](err); ok {
			return nil, "line " + strconv.Itoa(1+bytes.Count(b[:syntax.Offset], []byte("\n")))
		}
		list = append(list, n)
	}
	return list, ""
}

// entries notes the place of each entry of the bundles in n by its fullUrl.
func entries(n *fhir.Node, place string, byURL map[string]string) {
	for _, m := range n.Members() {
		entries(m.Value, place+"."+m.Key, byURL)
	}
	for i, it := range n.Items() {
		at := place + "[" + strconv.Itoa(i) + "]"
		if url := it.Get("fullUrl").Str(); url != "" {
			byURL[url] = at
		}
		entries(it, at, byURL)
	}
}

var (
	comments  = regexp.MustCompile(`/\*.*?\*/|\[url='[^']*'\]`)
	castOf    = regexp.MustCompile(`(\w+)\.ofType\((\w)(\w*)\)`)
	urlIn     = regexp.MustCompile(`^The fullUrl (?:must be an absolute URL \(not )?'([^']*)'`)
	lineIn    = regexp.MustCompile(` at Line (\d+) `)
	childIn   = regexp.MustCompile(`^[\w.]+\.(\w+)(?:\[x\])?: (?:minimum required|max allowed)|^Unrecognized property '(\w+)'|^URI values in [\w.]+\.(\w+) must|content in the (\w+) element`)
	firstCap  = func(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
	ofVariant = func(s string) string {
		m := castOf.FindStringSubmatch(s)
		return m[1] + firstCap(m[2]+m[3])
	}
)

// plainPlace writes value.ofType(Quantity) as valueQuantity and leaves out what the validator puts between: the type and
// id of resources in a bundle, and the url of extensions.
func plainPlace(s string) string {
	return castOf.ReplaceAllStringFunc(comments.ReplaceAllString(s, ""), ofVariant)
}

// places are those of the official errors. Of an element that is missing or unknown the validator gives the parent in the
// expression and the element in the text; the element itself is what we compare with. Of a bad fullUrl it always gives the
// first entry, and the url in the text.
func (o *officialOutcome) places(byURL map[string]string) (out []string) {
	for _, i := range o.Issue {
		if i.Severity != "error" && i.Severity != "fatal" {
			continue
		}
		if m := lineIn.FindStringSubmatch(i.Details.Text); m != nil {
			out = append(out, "line "+m[1])
		}
		for _, e := range i.Expression {
			place := plainPlace(e)
			if m := childIn.FindStringSubmatch(i.Details.Text); m != nil {
				place += "." + strings.Join(m[1:], "")
			}
			if m := urlIn.FindStringSubmatch(i.Details.Text); m != nil {
				place = byURL[m[1]]
			}
			out = append(out, place)
		}
	}
	return out
}

// TestValidatorCases compares with the outcome of HL7's own validator: what it accepts we accept, whatever it was given
// besides; what it refuses we refuse, at the same place, unless that takes more than the base rules.
func TestValidatorCases(t *testing.T) {
	cases := validatorCases(t)
	var accepted, refused, beyond, further int
	var equal, listed, theirs, found int
	used := map[string]bool{}
	for _, c := range cases {
		resources, line := c.read(t)
		var ours []string
		if line != "" {
			ours = append(ours, line)
		}
		byURL := map[string]string{}
		for _, n := range resources {
			entries(n, n.ResourceType(), byURL)
			for _, i := range errorsOf(fhir.Validate(n)) {
				ours = append(ours, plainPlace(i.Expression))
			}
		}
		switch {
		case *c.Errors == 0:
			accepted++
			if len(ours) > 0 {
				t.Errorf("%s (%s) was refused: %v", c.Name, c.File, ours)
			}
			continue
		case len(ours) == 0 && c.alone():
			beyond++
			if beyondBase[c.Name] == "" {
				t.Errorf("%s (%s) was accepted", c.Name, c.File)
			}
			continue
		case len(ours) == 0:
			further++
			continue
		}
		refused++
		if beyondBase[c.Name] != "" {
			t.Errorf("%s (%s) is refused and need not be listed", c.Name, c.File)
		}
		official := c.outcome.places(byURL)
		for _, place := range ours {
			switch key := c.Name + " " + place; {
			case slices.Contains(official, place):
				equal++
			case otherPlaces[key] != "":
				listed++
				used[key] = true
			default:
				t.Errorf("%s (%s): an error at %s; the validator has %q", c.Name, c.File, place, official)
			}
		}
		for _, place := range official {
			theirs++
			if slices.Contains(ours, place) {
				found++
			}
		}
	}
	for key := range otherPlaces {
		if !used[key] {
			t.Errorf("%s is as the validator has it and need not be listed", key)
		}
	}
	t.Logf("as the validator: %d accepted, %d refused; %d need more than the base rules, %d the profiles or files that they name",
		accepted, refused, beyond, further)
	t.Logf("places: %d compared, %d equal, %d listed; of the validator's %d in the refused cases %d are found",
		equal+listed, equal, listed, theirs, found)
}
