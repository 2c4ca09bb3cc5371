package rest

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/fault"
	"housecall/records/fhir"
)

// param is one parameter that an operation takes.
type param struct {
	name           string
	kind           byte // s string, i integer, b boolean, d date or dateTime, t instant, u uri or canonical, c code, o Coding, k CodeableConcept, y system|code or any of the three before, n id, e number of an event, r resource
	many, required bool
}

// kinds are the elements of Parameters.parameter that hold a value of a kind;
// the first one is that of a value in the address.
var kinds = map[byte][]string{
	's': {"valueString"}, 'i': {"valueInteger", "valuePositiveInt", "valueUnsignedInt"}, 'b': {"valueBoolean"},
	'd': {"valueDateTime", "valueDate"}, 't': {"valueInstant"}, 'u': {"valueUri", "valueCanonical", "valueUrl"}, 'c': {"valueCode"},
	'y': {"valueString", "valueCode", "valueCoding", "valueCodeableConcept"}, 'n': {"valueString", "valueId"},
	'e': {"valueString", "valueInteger", "valuePositiveInt", "valueUnsignedInt"}, // text in one version of the specification, a number in another
	'o': {"valueCoding"}, 'k': {"valueCodeableConcept"}, 'r': {"resource"},
}

// maxParameters bounds how many values an operation is given.
const maxParameters = 1000

// parameters are what an operation was given, by name. The values are of the
// kinds that it asked for.
type parameters map[string][]*fhir.Node

// parametersOf reads the parameters of an operation (R4 3.2.0.1.1): from the
// address, where they are simple, and from a posted Parameters resource. An
// operation that takes one resource can also be sent just that. What is not in
// the list, comes twice or is of another kind is refused: passed over, it would
// give an answer to another question.
func parametersOf(c *fiber.Ctx, spec ...param) (parameters, error) {
	values, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		return nil, invalid("invalid", "", "The parameters in the address cannot be read.")
	}
	p := parameters{}
	if err := p.addValues(spec, values); err != nil {
		return nil, err
	}
	if c.Method() == fiber.MethodPost && len(c.Body()) > 0 {
		if err := p.addBody(c, spec); err != nil {
			return nil, err
		}
	}
	for _, s := range spec {
		if s.required && !p.has(s.name) {
			return nil, invalid("required", "", "The parameter "+s.name+" is needed.")
		}
	}
	return p, nil
}

func (p parameters) addValues(spec []param, values url.Values) error {
	for _, name := range sortedKeys(values) {
		if name == "_format" || name == "_pretty" { // these only shape the answer
			continue
		}
		for _, v := range values[name] {
			if err := p.addText(spec, name, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// values gives the parameters as an address holds them, for a link to a further
// page.
func (p parameters) values() url.Values {
	out := url.Values{}
	for name, list := range p {
		for _, n := range list {
			v := n.Str()
			if n.Kind() == fhir.KindNumber {
				v = n.Num()
			}
			out.Add(name, v)
		}
	}
	return out
}

func sortedKeys(values url.Values) []string {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (p parameters) addBody(c *fiber.Ctx, spec []param) error {
	if err := jsonBody(c); err != nil {
		return err
	}
	n, err := parse(c.Body())
	if err != nil {
		return err
	}
	if n.ResourceType() != "Parameters" {
		only := ""
		for _, s := range spec {
			if s.kind == 'r' && !s.many && only == "" {
				only = s.name
			} else if s.kind == 'r' {
				only = "?"
			}
		}
		if n.ResourceType() == "" || only == "" || only == "?" {
			return invalid("invalid", "resourceType", "Send the parameters as a Parameters resource.")
		}
		return p.add(spec, only, n, only)
	}
	list := n.Get("parameter")
	if list != nil && list.Kind() != fhir.KindArray || len(list.Items()) > maxParameters {
		return invalid("invalid", "Parameters.parameter", "The parameters are a list of at most "+strconv.Itoa(maxParameters)+".")
	}
	for i, e := range list.Items() {
		if err := p.addElement(spec, e, "Parameters.parameter["+strconv.Itoa(i)+"]"); err != nil {
			return err
		}
	}
	return nil
}

// addElement takes one element of Parameters.parameter.
func (p parameters) addElement(spec []param, e *fhir.Node, place string) error {
	name := e.Get("name").Str()
	s, err := known(spec, name, place)
	if err != nil {
		return err
	}
	var key string
	for _, m := range e.Members() {
		if slices.Contains(kinds[s.kind], m.Key) && key == "" {
			key = m.Key
		} else if m.Key != "name" && m.Key != "id" {
			return invalid("invalid", place, "The parameter "+name+" takes "+kinds[s.kind][0]+" and nothing else.")
		}
	}
	if key == "" {
		return invalid("invalid", place, "The parameter "+name+" takes "+kinds[s.kind][0]+".")
	}
	v := e.Get(key)
	if s.kind == 'r' {
		if v.ResourceType() == "" {
			return invalid("invalid", place+".resource", "The parameter "+name+" takes a resource.")
		}
	} else if err := wellFormed(key, v, place); err != nil {
		return err
	}
	return p.add(spec, name, v, place)
}

// addText takes a parameter of the address.
func (p parameters) addText(spec []param, name, text string) error {
	s, err := known(spec, name, "")
	if err != nil {
		return err
	}
	key, v := kinds[s.kind][0], fhir.String(text)
	switch s.kind {
	case 'o', 'k', 'r':
		return invalid("invalid", name, "The parameter "+name+" cannot stand in the address. Post a Parameters resource.")
	case 'i':
		if _, err := strconv.Atoi(text); err != nil {
			return invalid("invalid", name, "The parameter "+name+" is a whole number.")
		}
		v = fhir.Number(text)
	case 'b':
		if text != "true" && text != "false" {
			return invalid("invalid", name, "The parameter "+name+" is true or false.")
		}
		v = fhir.Boolean(text == "true")
	}
	if err := wellFormed(key, v, name); err != nil {
		return err
	}
	return p.add(spec, name, v, name)
}

// known finds a parameter in what the operation takes. Only a name that could be
// one is repeated to the sender.
func known(spec []param, name, place string) (param, error) {
	i := slices.IndexFunc(spec, func(s param) bool { return s.name == name })
	if i >= 0 {
		return spec[i], nil
	}
	var takes []string
	for _, s := range spec {
		takes = append(takes, s.name)
	}
	text := "This operation does not know one of the parameters."
	if len(name) < 64 && fhir.ValidID(strings.ReplaceAll(name, "_", "-")) {
		text = "This operation does not know the parameter " + name + "."
		if place == "" {
			place = name
		}
	}
	if len(takes) > 0 {
		text += " It takes: " + strings.Join(takes, ", ") + "."
	}
	return param{}, invalid("not-supported", place, text)
}

// wellFormed holds a value against the definition of its type.
func wellFormed(key string, v *fhir.Node, place string) error {
	one := fhir.Object(fhir.Member{Key: "name", Value: fhir.String("x")}, fhir.Member{Key: key, Value: v})
	for _, i := range fhir.Validate(fhir.Object(fhir.Member{Key: "resourceType", Value: fhir.String("Parameters")}, fhir.Member{Key: "parameter", Value: fhir.Array(one)})) {
		if i.Severity == fhir.SeverityError {
			if rest, ok := strings.CutPrefix(i.Expression, "Parameters.parameter[0]"); ok && strings.HasPrefix(place, "Parameters") {
				place += rest
			}
			return invalid("invalid", place, i.Text)
		}
	}
	return nil
}

func (p parameters) add(spec []param, name string, v *fhir.Node, place string) error {
	s, err := known(spec, name, place)
	if err != nil {
		return err
	}
	if !s.many && p.has(name) {
		return invalid("invalid", place, "The parameter "+name+" can be given once.")
	}
	if p[name] = append(p[name], v); len(p[name]) > maxParameters {
		return fault.New(fault.TooLarge, "There are too many parameters.")
	}
	return nil
}

func (p parameters) has(name string) bool { return len(p[name]) > 0 }

// node gives the value of a parameter, nil when there is none.
func (p parameters) node(name string) *fhir.Node {
	if !p.has(name) {
		return nil
	}
	return p[name][0]
}

// text gives what a parameter of one of the kinds that are strings says.
func (p parameters) text(name string) string { return p.node(name).Str() }

// texts gives all values of such a parameter.
func (p parameters) texts(name string) []string {
	var out []string
	for _, n := range p[name] {
		out = append(out, n.Str())
	}
	return out
}

// number gives the value of an integer, or what counts when it is not given.
func (p parameters) number(name string, otherwise int) int {
	n, err := strconv.Atoi(p.node(name).Num())
	if err != nil {
		return otherwise
	}
	return n
}

func (p parameters) truth(name string) bool {
	b, _ := p.node(name).Bool()
	return b
}

// span gives the time that a date, dateTime or instant covers, [lo, hi) in
// microseconds.
func (p parameters) span(name string) (lo, hi int64, ok bool) {
	return fhir.DateRange(p.text(name))
}
