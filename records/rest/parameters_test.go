package rest

import (
	"io"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"housecall/internal/fault"
)

var everyKind = []param{
	{name: "s", kind: 's', many: true}, {name: "i", kind: 'i'}, {name: "b", kind: 'b'}, {name: "d", kind: 'd'}, {name: "t", kind: 't'},
	{name: "u", kind: 'u'}, {name: "c", kind: 'c'}, {name: "o", kind: 'o'}, {name: "k", kind: 'k'}, {name: "r", kind: 'r'},
}

// ask sends one request to something that reads parameters.
func ask(t *testing.T, method, query, body string, spec ...param) (p parameters, err error) {
	t.Helper()
	app := fiber.New()
	app.All("/", func(c *fiber.Ctx) error { p, err = parametersOf(c, spec...); return nil })
	r := httptest.NewRequest(method, "/?"+query, strings.NewReader(body))
	r.Header.Set("Content-Type", JSON)
	res, bad := app.Test(r)
	require.NoError(t, bad)
	_, bad = io.Copy(io.Discard, res.Body)
	require.NoError(t, bad)
	return p, err
}

func TestParameters(t *testing.T) {
	posted := `{"resourceType":"Parameters","parameter":[{"name":"s","valueString":"a"},{"name":"s","valueString":"b"},{"name":"i","valueInteger":-3},
		{"name":"b","valueBoolean":true},{"name":"d","valueDate":"2026-11"},{"name":"t","valueInstant":"2026-11-01T10:00:00Z"},{"name":"u","valueCanonical":"http://x.example/y"},
		{"name":"c","valueCode":"en"}]}`
	address := "s=a&s=b&i=-3&b=true&d=2026-11&t=" + url.QueryEscape("2026-11-01T10:00:00Z") + "&u=http://x.example/y&c=en&_pretty=true"
	for name, in := range map[string][3]string{
		"GET": {"GET", address}, "POST": {"POST", "", posted}, "POST without a body": {"POST", address},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := ask(t, in[0], in[1], in[2], everyKind...)
			require.NoError(t, err)
			require.Equal(t, []string{"a", "b"}, p.texts("s"))
			require.Equal(t, -3, p.number("i", 7))
			require.True(t, p.truth("b"))
			lo, hi, ok := p.span("d")
			require.True(t, ok)
			require.EqualValues(t, 30*24*3600*1e6, hi-lo)
			lo, _, ok = p.span("t")
			require.True(t, ok)
			require.EqualValues(t, 1793527200*1e6, lo)
			require.Equal(t, "http://x.example/y", p.text("u"))
			require.Equal(t, "en", p.text("c"))
			require.False(t, p.has("k"))
			require.Equal(t, 7, p.number("missing", 7))
		})
	}
	p, err := ask(t, "POST", "i=1", `{"resourceType":"Patient"}`, everyKind...)
	require.NoError(t, err)
	require.Equal(t, "Patient", p.node("r").ResourceType(), "the one resource may come alone")
	p, err = ask(t, "POST", "", `{"resourceType":"Parameters","parameter":[{"name":"r","resource":{"resourceType":"Patient"}},{"name":"o","valueCoding":{"code":"x"}},{"name":"k","valueCodeableConcept":{"text":"x"}}]}`, everyKind...)
	require.NoError(t, err)
	require.Equal(t, "x", p.node("o").Get("code").Str())
	require.Equal(t, "x", p.node("k").Get("text").Str())
}

func TestParametersAreRefused(t *testing.T) {
	one := func(p string) string { return `{"resourceType":"Parameters","parameter":[` + p + `]}` }
	for name, in := range map[string]struct{ method, query, body, code, place string }{
		"unknown":             {"GET", "z=1", "", "not-supported", "z"},
		"unknown, posted":     {"POST", "", one(`{"name":"z","valueString":"1"}`), "not-supported", "Parameters.parameter[0]"},
		"without a name":      {"POST", "", one(`{"valueString":"1"}`), "not-supported", "Parameters.parameter[0]"},
		"twice":               {"GET", "i=1&i=2", "", "invalid", "i"},
		"twice, posted":       {"POST", "", one(`{"name":"i","valueInteger":1},{"name":"i","valueInteger":1}`), "invalid", "Parameters.parameter[1]"},
		"twice, in two ways":  {"POST", "i=1", one(`{"name":"i","valueInteger":1}`), "invalid", "Parameters.parameter[0]"},
		"no number":           {"GET", "i=1.5", "", "invalid", "i"},
		"no number, posted":   {"POST", "", one(`{"name":"i","valueInteger":1.5}`), "invalid", "Parameters.parameter[0].value.ofType(integer)"},
		"a number beyond int": {"GET", "i=99999999999", "", "invalid", "i"},
		"neither true nor no": {"GET", "b=yes", "", "invalid", "b"},
		"another type":        {"POST", "", one(`{"name":"i","valueString":"1"}`), "invalid", "Parameters.parameter[0]"},
		"two values":          {"POST", "", one(`{"name":"i","valueInteger":1,"valueUnsignedInt":1}`), "invalid", "Parameters.parameter[0]"},
		"no value":            {"POST", "", one(`{"name":"i"}`), "invalid", "Parameters.parameter[0]"},
		"parts":               {"POST", "", one(`{"name":"i","part":[{"name":"x"}]}`), "invalid", "Parameters.parameter[0]"},
		"no date":             {"GET", "d=2026-13", "", "invalid", "d"},
		"no instant":          {"GET", "t=2026-11-01", "", "invalid", "t"},
		"no uri":              {"GET", "u=a+b", "", "invalid", "u"},
		"no code":             {"GET", "c=+a", "", "invalid", "c"},
		"empty":               {"GET", "s=", "", "invalid", "s"},
		"Coding in address":   {"GET", "o=x", "", "invalid", "o"},
		"broken Coding":       {"POST", "", one(`{"name":"o","valueCoding":{"kode":"x"}}`), "invalid", "Parameters.parameter[0].value.ofType(Coding).kode"},
		"resource is none":    {"POST", "", one(`{"name":"r","resource":{"id":"x"}}`), "invalid", "Parameters.parameter[0].resource"},
		"no list":             {"POST", "", `{"resourceType":"Parameters","parameter":{}}`, "invalid", "Parameters.parameter"},
		"no resource":         {"POST", "", `{"a":1}`, "invalid", "resourceType"},
		"unreadable address":  {"GET", "s=%zz", "", "invalid", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ask(t, in.method, in.query, in.body, everyKind...)
			f := fault.Of(err)
			require.Equal(t, fault.Invalid, f.Kind)
			require.Equal(t, 400, statusOf(f, 400), "%v", f.Issues)
			require.Equal(t, in.code, f.Issues[0].Code)
			require.Equal(t, in.place, f.Issues[0].Expression)
		})
	}
	_, err := ask(t, "GET", "", "", param{name: "x", kind: 's', required: true})
	require.Equal(t, "required", fault.Of(err).Issues[0].Code)
	_, err = ask(t, "POST", "", `{"resourceType":"Patient"}`, param{name: "x", kind: 's'})
	require.Error(t, err, "an operation without a resource takes Parameters only")
}
