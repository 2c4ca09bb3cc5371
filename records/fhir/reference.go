package fhir

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Ref is one literal reference of a resource.
type Ref struct {
	Node  *Node  // the string node of `reference`, so that it can be rewritten in place
	Path  string // place in the resource, as Observation.performer[0]
	Value string // the reference as written
}

// References lists every Reference.reference anywhere in the resource, also in contained resources, in bundle
// entries and in extensions. References to contained resources ("#..") are left out.
func References(n *Node) []Ref {
	w := refWalk{path: make([]byte, 0, 128)}
	if t := n.ResourceType(); t != "" {
		w.path = append(w.path, t...)
	}
	w.walk(n, false)
	return w.refs
}

type refWalk struct {
	refs []Ref
	path []byte
}

func (w *refWalk) walk(n *Node, notReference bool) {
	switch n.Kind() {
	case KindArray:
		at := len(w.path)
		for i, it := range n.items {
			w.path = append(w.path, '[')
			w.path = strconv.AppendInt(w.path, int64(i), 10)
			w.path = append(w.path, ']')
			w.walk(it, notReference)
			w.path = w.path[:at]
		}
	case KindObject:
		if !notReference && isReference(n) {
			if r := n.member("reference"); r.Kind() == KindString && r.text != "" && r.text[0] != '#' {
				w.refs = append(w.refs, Ref{Node: r, Path: string(w.path), Value: r.text})
			}
		}
		at := len(w.path)
		for i := range n.members {
			m := &n.members[i]
			if k := m.Value.Kind(); k != KindArray && k != KindObject {
				continue
			}
			if at > 0 {
				w.path = append(w.path, '.')
			}
			w.path = append(w.path, m.Key...)
			// Immunization.education.reference is a uri, and the only such element that has no
			// other member that gives it away.
			w.walk(m.Value, m.Key == "education")
			w.path = w.path[:at]
		}
	}
}

// isReference tells a Reference from the few other elements with a text named `reference` (Expression,
// DetectedIssue), which have members that a Reference cannot have.
func isReference(n *Node) bool {
	for i := range n.members {
		switch n.members[i].Key {
		case "reference", "type", "identifier", "display", "id", "extension",
			"_reference", "_type", "_display", "_id":
		default:
			return false
		}
	}
	return true
}

// SplitReference takes a relative literal reference apart: Type/id or Type/id/_history/version. Absolute URLs,
// urn:, contained and conditional references give ok=false, and so does a type that FHIR R4 does not have.
func SplitReference(s string) (typ, id, version string, ok bool) {
	typ, rest, found := strings.Cut(s, "/")
	if !found || !IsType(typ) {
		return "", "", "", false
	}
	id, rest, found = strings.Cut(rest, "/")
	if found {
		version, found = strings.CutPrefix(rest, "_history/")
		if !found || !ValidID(version) {
			return "", "", "", false
		}
	}
	if !ValidID(id) {
		return "", "", "", false
	}
	return typ, id, version, true
}

// ValidID says whether s may be a logical id (https://hl7.org/fhir/R4/datatypes.html#id).
func ValidID(s string) bool {
	if len(s) == 0 || len(s) > 64 {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '.' {
			return false
		}
	}
	return true
}

// IsText says whether s can be kept and shown as what somebody wrote: UTF-8 without control characters, but for
// those of lines and tabs (R4 datatypes, string).
func IsText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' })
}

// IsUUID says whether s is a UUID in its usual lower-case form. Upper case is refused: an id is compared byte by
// byte, and two spellings of one UUID would be two resources.
func IsUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := 0; i < 36; i++ {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}
