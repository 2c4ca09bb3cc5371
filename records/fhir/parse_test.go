package fhir_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"housecall/records/fhir"
)

func TestParseRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		in, path, msg string
		offset        int
	}{
		"nothing":               {"", "", "the text ends", 0},
		"only blanks":           {" \n", "", "the text ends", 2},
		"trailing data":         {"{} {}", "", "data after the end", 3},
		"two values":            {"1 2", "", "data after the end", 2},
		"duplicate key":         {`{"a":{"b":1,"b":2}}`, "a.b", "twice", 12},
		"duplicate by escape":   {`{"a":1,"\u0061":2}`, "a", "twice", 7},
		"not UTF-8":             {"{\"a\":\"\xff\"}", "a", "UTF-8", 6},
		"not UTF-8, deeper":     {"{\"resourceType\":\"Patient\",\"name\":[{},{\"family\":\"x\xff", "Patient.name[1].family", "UTF-8", 49},
		"not UTF-8 nor JSON":    {"{\"a\":x\xff}", "", "UTF-8", 6},
		"of a known type":       {`{"resourceType":"Patient","name":[{"family":"a","family":"b"}]}`, "Patient.name[0].family", "twice", 48},
		"at the top of a type":  {`{"resourceType":"Patient",}`, "Patient", "name is expected", 26},
		"type of an inner one":  {`{"contained":[{"resourceType":"Patient",}]}`, "contained[0]", "name is expected", 40},
		"no such type":          {`{"resourceType":"John Smith",}`, "", "name is expected", 29},
		"control character":     {"{\"a\":\"x\ny\"}", "a", "control character", 7},
		"lone surrogate":        {`["\ud800"]`, "[0]", "half of a pair", 2},
		"wrong pair":            {`["\ud800\u0041"]`, "[0]", "half of a pair", 2},
		"unknown escape":        {`["\x41"]`, "[0]", "unknown escape", 2},
		"leading zero":          {`[01]`, "[0]", "not a JSON value", 1},
		"plus":                  {`[+1]`, "[0]", "not a JSON value", 1},
		"no fraction":           {`[1.]`, "[0]", "not a JSON value", 1},
		"NaN":                   {`[NaN]`, "[0]", "not a JSON value", 1},
		"comment":               {"{/* */}", "", "name is expected", 1},
		"trailing comma":        {`{"a":1,}`, "", "name is expected", 7},
		"trailing comma, array": {`[1,]`, "[1]", "not a JSON value", 3},
		"no colon":              {`{"a" 1}`, "", "colon", 5},
		"open object":           {`{"name":[{"family":"x"`, "name[0]", "ends inside an object", 22},
		"open string":           {`{"name":[{"family":"x`, "name[0].family", "ends inside a string", 21},
		"after inner items":     {`{"name":[{"given":["a","b"}]}`, "name[0].given", "a comma or the end of the array", 26},
		"odd name in path":      {`{"a b":[}`, "?[0]", "not a JSON value", 8},
		"too deep":              {strings.Repeat("[", 65), strings.Repeat("[0]", 64), "64 levels", 64},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := fhir.Parse([]byte(c.in))
			require.Nil(t, n)
			var syntax *fhir.SyntaxError
			require.True(t, errors.As(err, &syntax))
			require.Contains(t, syntax.Msg, c.msg)
			require.Equal(t, c.offset, syntax.Offset)
			require.Equal(t, c.path, syntax.Path)
		})
	}
}

func TestParseKeepsWhatWasWritten(t *testing.T) {
	n, err := fhir.Parse([]byte("\ufeff {\"z\": 1.50, \"a\" : [true,null,\"\\u00e9\\n\\ud83d\\ude00/\\/<\"], \"e\":1e-3,\"o\":{}, \"l\":[]}"))
	require.NoError(t, err)
	require.Equal(t, `{"z":1.50,"a":[true,null,"é\n😀//<"],"e":1e-3,"o":{},"l":[]}`, string(n.Append(nil)))
	require.Equal(t, "1.50", n.Get("z").Num())
	f, ok := n.Get("e").Float()
	require.True(t, ok)
	require.InDelta(t, 0.001, f, 1e-12)
	require.Equal(t, fhir.KindNull, n.Get("a").Items()[1].Kind())
	require.Nil(t, n.Get("a", "b"))
	require.Nil(t, n.Get("nothing", "b"))
}

func TestManyMembers(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"k0":0`)
	for i := 1; i < 100; i++ {
		b.WriteString(`,"k` + strings.Repeat("x", i) + `":0`)
	}
	n, err := fhir.Parse([]byte(b.String() + "}"))
	require.NoError(t, err)
	require.Len(t, n.Members(), 100)
	_, err = fhir.Parse([]byte(b.String() + `,"k0":1}`))
	require.ErrorContains(t, err, "twice")
}

// A tree's parts lie side by side in memory; changing one must not touch another.
func TestChangesStayApart(t *testing.T) {
	n, err := fhir.Parse([]byte(`{"a":{"x":1},"b":{"y":2},"c":[1,2]}`))
	require.NoError(t, err)
	c := n.Clone()
	n.Get("a").Set("new", fhir.String("v"))
	n.Get("a").Set("x", fhir.Number("7"))
	n.Get("b").Delete("y")
	n.Get("c").SetStr("text")
	require.Equal(t, `{"a":{"x":7,"new":"v"},"b":{},"c":"text"}`, string(n.Append(nil)))
	require.Equal(t, `{"a":{"x":1},"b":{"y":2},"c":[1,2]}`, string(c.Append(nil)))
}

func TestNilNode(t *testing.T) {
	var n *fhir.Node
	require.Equal(t, fhir.KindNull, n.Kind())
	require.Empty(t, n.Str()+n.Num()+n.ResourceType())
	require.Nil(t, n.Items())
	require.Nil(t, n.Members())
	require.Nil(t, n.Clone())
	require.True(t, n.Equal(nil))
	require.Equal(t, "null", string(n.Append(nil)))
	n.Set("a", fhir.String("b"))
	n.Delete("a")
	n.SetStr("x")
	_, ok := n.Bool()
	require.False(t, ok)
}

func TestEqualIgnoresOrder(t *testing.T) {
	parse := func(s string) *fhir.Node {
		n, err := fhir.Parse([]byte(s))
		require.NoError(t, err)
		return n
	}
	a := parse(`{"a":1.0,"b":[1,2],"c":{"d":true,"e":null}}`)
	require.True(t, a.Equal(parse(`{"c":{"e":null,"d":true},"b":[1,2],"a":1.0}`)))
	for _, other := range []string{
		`{"a":1.00,"b":[1,2],"c":{"d":true,"e":null}}`,
		`{"a":1.0,"b":[2,1],"c":{"d":true,"e":null}}`,
		`{"a":1.0,"b":[1,2],"c":{"d":false,"e":null}}`,
		`{"a":1.0,"b":[1,2]}`,
		`{"a":1.0,"b":[1,2],"x":{"d":true,"e":null}}`,
	} {
		require.False(t, a.Equal(parse(other)), other)
	}
}

// drawNode makes any JSON value.
func drawNode(t *rapid.T, depth int) *fhir.Node {
	kinds := 6
	if depth == 0 {
		kinds = 4
	}
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
	case 0:
		return nil
	case 1:
		return fhir.Boolean(rapid.Bool().Draw(t, "bool"))
	case 2:
		return fhir.Number(rapid.StringMatching(`-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,9})?([eE][+-]?[0-9]{1,3})?`).Draw(t, "number"))
	case 3:
		return fhir.String(rapid.String().Draw(t, "string"))
	case 4:
		n := fhir.Object()
		for _, key := range rapid.SliceOfN(rapid.String(), 0, 30).Draw(t, "keys") {
			n.Set(key, drawNode(t, depth-1))
		}
		return n
	}
	var items []*fhir.Node
	for range rapid.IntRange(0, 5).Draw(t, "items") {
		items = append(items, drawNode(t, depth-1))
	}
	return fhir.Array(items...)
}

func TestWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := drawNode(t, 4)
		text := n.Append(nil)
		if !json.Valid(text) {
			t.Fatalf("not JSON: %s", text)
		}
		again, err := fhir.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if !n.Equal(again) || !again.Equal(n) || !n.Equal(n.Clone()) {
			t.Fatalf("differs: %s", text)
		}
		if string(again.Append(nil)) != string(text) {
			t.Fatalf("written differently the second time: %s", text)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(labResult))
	f.Add([]byte(`{"resourceType":"Patient","_birthDate":{"extension":[{"url":"x","valueDate":"2000"}]}}`))
	f.Add([]byte("\ufeff[1,-0.5e+10,\"\\ud83d\\ude00\",null,{}]"))
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := fhir.Parse(b)
		if err != nil {
			return
		}
		if !json.Valid([]byte(strings.TrimPrefix(string(b), "\ufeff"))) {
			t.Fatal("read what is no JSON")
		}
		text := n.Append(nil)
		again, err := fhir.Parse(text)
		if err != nil || !n.Equal(again) {
			t.Fatalf("differs after writing: %v", err)
		}
		fhir.Validate(n)
		fhir.References(n)
		if n.ResourceType() != "" {
			_, _ = fhir.Extract(n)
		}
	})
}
