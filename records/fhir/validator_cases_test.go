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

// beyondBase are the validator's cases that this package accepts although they need no further files, with what it would
// take to refuse them.
var beyondBase = map[string]string{
	"allergy": "a required code that is absent with a reason; R4 allows the extension",
	"bundle-document-versioned-references-bad": "resolving references inside a document, by fullUrl and version",
	"bundle-id-5":             "terminology (displays)",
	"bundle-conformsto":       "a profile",
	"contract-binding-test":   "code systems under bindings that are not required",
	"cvx":                     "terminology (displays)",
	"ips-htmlrefs-backwards":  "the definition of an extension, links between narratives and elements",
	"mr-covid-bnd1":           "absolute systems of codings are no rule of R4; a registry of code systems and value sets",
	"obs-temp-bad":            "a profile (vital signs)",
	"obs-vs-1":                "a profile (blood pressure)",
	"pat-example-extensions":  "a registry of extensions",
	"pat-security-bad-string": "an option of that validator; texts are escaped where they are shown",
	"qr-bad-ref2":             "the questionnaire that is named",
	"sp-diff-base":            "the search parameter that it derives from",
	"supplement-2":            "",
	"uk-msg":                  "terminology",
	"vs-bad-props":            "code systems",
	"vs-params-2":             "expressions in value sets",
}

// otherPlaces are errors that this package reports at another place than the validator, or alone, with the reason: "case
// expression". Everything else must be at a place of the official outcome.
var otherPlaces = map[string]string{}

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

func validatorCases(t *testing.T) (cases []*validatorCase, xml int) {
	files := map[string][]byte{}
	eachInZip(t, deck(t, "fhir-negative", "fhir-test-cases-validator-r4.zip"), "", func(name string, b []byte) { files[name] = b })
	var all []*validatorCase
	require.NoError(t, json.Unmarshal(files["MANIFEST.json"], &all))
	for _, c := range all {
		switch {
		case c.Errors == nil: // has no outcome for R4
		case !strings.HasSuffix(c.File, ".json"):
			xml++
		default:
			c.body = files[c.File]
			require.NotEmpty(t, c.body, c.File)
			if *c.Errors > 0 {
				name, _ := c.Java.(string)
				b := files["outcomes/"+name]
				require.NotEmpty(t, b, name)
				require.NoError(t, json.Unmarshal(b, &c.outcome), name)
			}
			cases = append(cases, c)
		}
	}
	return cases, xml
}

// ourErrors are the places of the errors that this package finds: expressions, and the line when the text is no JSON.
func ourErrors(b []byte) []string {
	n, err := fhir.Parse(b)
	if syntax, ok := errors.AsType[*fhir.SyntaxError](err); ok {
		return []string{"line " + strconv.Itoa(1+bytes.Count(b[:syntax.Offset], []byte("\n")))}
	}
	var out []string
	for _, i := range errorsOf(fhir.Validate(n)) {
		out = append(out, plainPlace(i.Expression))
	}
	return out
}

var (
	comments  = regexp.MustCompile(`/\*.*?\*/|\[url='[^']*'\]`)
	castOf    = regexp.MustCompile(`(\w+)\.ofType\((\w)(\w*)\)`)
	lineIn    = regexp.MustCompile(` at Line (\d+) `)
	childIn   = regexp.MustCompile(`^[\w.]+\.(\w+)(?:\[x\])?: minimum required|^Unrecognized property '(\w+)'|^URI values in [\w.]+\.(\w+) must|content in the (\w+) element`)
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
// expression and the element in the text; the element itself is what we compare with.
func (o *officialOutcome) places() (out []string) {
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
			out = append(out, place)
		}
	}
	return out
}

// TestValidatorCases compares with the outcome of HL7's own validator: what it accepts we accept, whatever it was given
// besides; what it refuses we refuse, at the same place, unless that takes more than the base rules.
func TestValidatorCases(t *testing.T) {
	cases, xml := validatorCases(t)
	var accepted, refused, beyond, further int
	var equal, listed, theirs, found int
	used := map[string]bool{}
	for _, c := range cases {
		ours := ourErrors(c.body)
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
		official := c.outcome.places()
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
	t.Logf("as the validator: %d accepted, %d refused; %d need more than the base rules, %d the profiles or files that they name; %d are XML",
		accepted, refused, beyond, further, xml)
	t.Logf("places: %d compared, %d equal, %d listed; of the validator's %d in the refused cases %d are found",
		equal+listed, equal, listed, theirs, found)
}
