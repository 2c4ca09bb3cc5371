package fhir

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Every element of R4 that may hold a file is one that Contents knows.
func TestContentsKnowsTheDefinitions(t *testing.T) {
	found := map[string]bool{}
	for name, def := range r4().types {
		if def.kind == 'p' {
			continue
		}
		shapeOf(name) // decodes the type
		for path, s := range def.shapes {
			for key, p := range s.props {
				if p.prim == primBase64Binary {
					require.True(t, holdsContent(key, string(make([]byte, 100))), "%s.%s", path, key)
					found[key] = true
				}
			}
		}
	}
	for key := range contentKeys {
		require.True(t, found[key], key)
	}
	require.True(t, found["valueBase64Binary"])
}

func TestContents(t *testing.T) {
	n, err := Parse([]byte(`{"resourceType":"DocumentReference","contained":[{"resourceType":"Binary","id":"b","data":"QUE="}],
		"extension":[{"url":"u","valueBase64Binary":"QkI="},{"url":"u","valueAttachment":{"data":"Q0M=","hash":"REQ="}}],
		"content":[{"attachment":{"url":"http://x"}},{"attachment":{"data":"RUU=","title":"data"}}]}`))
	require.NoError(t, err)
	got := map[string]string{}
	Contents(n, func(place, text string) { got[place] = text })
	require.Equal(t, map[string]string{
		"DocumentReference.contained[0].data": "QUE=", "DocumentReference.extension[0].value.ofType(base64Binary)": "QkI=",
		"DocumentReference.extension[1].value.ofType(Attachment).data": "Q0M=", "DocumentReference.content[1].attachment.data": "RUU=",
	}, got)

	p, err := ParsePatch([]byte(`[{"op":"replace","path":"/content/1/attachment/data","value":"RkY="},{"op":"add","path":"/content/-","value":{"attachment":{"data":"R0c="}}},
		{"op":"add","path":"/description","value":"SEg="},{"op":"move","from":"/description","path":"/content/0/attachment/data"}]`))
	require.NoError(t, err)
	got = map[string]string{}
	p.Contents(func(place, text string) { got[place] = text })
	require.Equal(t, map[string]string{"[0].value": "RkY=", "[1].value.attachment.data": "R0c="}, got)
}
