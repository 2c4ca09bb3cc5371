package fhir

import (
	"strconv"
	"strings"
)

// Contents gives each value of a resource that may hold a file, as base64 text with its place: what R4 types as
// base64Binary, Binary.data and Attachment.data above all, wherever it stands. SampledData.data has the same name and is
// no base64; that is for the caller to find out. A digest (Attachment.hash) is given only when it is longer than one.
func Contents(n *Node, f func(place, text string)) { contents(n, n.ResourceType(), f) }

const longestDigest = 88 // of SHA-512 in base64

// contentKeys are the names of elements of type base64Binary. A test holds them against the definitions.
var contentKeys = map[string]bool{"data": true, "hash": true, "query": true, "carrierAIDC": true}

// choices are how elements with one of several types end that hold content.
var choices = []struct{ suffix, typ string }{{"Base64Binary", "base64Binary"}, {"Attachment", "Attachment"}, {"Signature", "Signature"}}

func holdsContent(key, text string) bool {
	return (contentKeys[key] || strings.HasSuffix(key, "Base64Binary")) && (key != "hash" || len(text) > longestDigest)
}

func contents(n *Node, place string, f func(place, text string)) {
	for i := range n.Members() {
		m := &n.members[i]
		at := place + "." + m.Key
		for _, choice := range choices {
			if name, ok := strings.CutSuffix(at, choice.suffix); ok && !strings.HasSuffix(name, ".") {
				at = name + ".ofType(" + choice.typ + ")"
			}
		}
		switch {
		case m.Value.Kind() != KindString:
			contents(m.Value, at, f)
		case holdsContent(m.Key, m.Value.text):
			f(at, m.Value.text)
		}
	}
	for i, it := range n.Items() {
		if it.Kind() != KindString {
			contents(it, place+"["+strconv.Itoa(i)+"]", f)
		}
	}
}

// Contents is Contents of the values that the patch brings along. What it moves or copies is not among them.
func (p Patch) Contents(f func(place, text string)) {
	for i := range p {
		o := &p[i]
		place := "[" + strconv.Itoa(i) + "].value"
		if o.value.Kind() != KindString {
			contents(o.value, place, f)
		} else if len(o.path) > 0 && holdsContent(o.path[len(o.path)-1], o.value.text) {
			f(place, o.value.text)
		}
	}
}
