package fhir

import (
	"slices"
	"strings"
)

// filter reads one filter on a type. depth counts the chains around it: one level is supported.
func (q *queryParser) filter(typ, name, value string, depth int) (Filter, bool) {
	if rest, ok := strings.CutPrefix(name, "_has:"); ok {
		return q.reverse(typ, name, rest, value, depth)
	}
	if head, rest, ok := strings.Cut(name, "."); ok {
		return q.forward(typ, name, head, rest, value, depth)
	}
	base, modifier, _ := strings.Cut(name, ":")
	p := LookupParam(typ, base)
	if p == nil {
		q.unsupported(name, "the type "+typ+" has no such parameter")
		return Filter{}, false
	}
	if !p.Supported() {
		q.unsupported(name, "this server does not search by it")
		return Filter{}, false
	}
	if !modifierFits(p, modifier) {
		// R4 3.1.1.2.5: a modifier that is not supported must be refused, also when handling is lenient.
		q.fail(CodeNotSupported, name, "the modifier is not supported for parameters of type "+p.Type.String())
		return Filter{}, false
	}
	f := Filter{Param: p, Modifier: modifier}
	parts := splitEscaped(value, ',')
	if len(parts) > maxValues {
		q.fail(CodeTooLong, name, "at most 200 values")
		return Filter{}, false
	}
	for _, part := range parts {
		if part == "" {
			continue
		}
		v, wrong := parseValue(p, modifier, part)
		if wrong != "" {
			q.fail(CodeInvalid, name, wrong)
			return Filter{}, false
		}
		f.Values = append(f.Values, v)
	}
	return f, len(f.Values) > 0
}

// forward reads reference[:Type].parameter.
func (q *queryParser) forward(typ, name, head, rest, value string, depth int) (Filter, bool) {
	if depth > 0 || strings.Contains(rest, ".") {
		q.unsupported(name, "only one level of chaining is supported")
		return Filter{}, false
	}
	base, target, _ := strings.Cut(head, ":")
	p := LookupParam(typ, base)
	if p == nil || p.Type != TypeReference || !p.Supported() {
		q.unsupported(name, "the type "+typ+" has no such reference to search by")
		return Filter{}, false
	}
	if target == "" {
		// Without a type the chain is clear when only one target has the parameter.
		bare, _, _ := strings.Cut(rest, ":")
		for _, t := range p.Targets {
			if c := LookupParam(t, bare); c == nil || !c.Supported() {
				continue
			}
			if target != "" {
				q.fail(CodeInvalid, name, "the reference has several types; say which, as "+base+":"+target+"."+safeParam(rest))
				return Filter{}, false
			}
			target = t
		}
		if target == "" {
			q.unsupported(name, "no type that the reference points to has such a parameter")
			return Filter{}, false
		}
	}
	if !IsType(target) || p.Targets != nil && !slices.Contains(p.Targets, target) {
		q.fail(CodeInvalid, name, "the reference never points to this type")
		return Filter{}, false
	}
	inner, ok := q.filter(target, rest, value, depth+1)
	return Filter{Param: p, Chain: &Chain{Type: target, Filter: inner}}, ok
}

// reverse reads _has:Type:reference:parameter.
func (q *queryParser) reverse(typ, name, rest, value string, depth int) (Filter, bool) {
	if depth > 0 || strings.Contains(rest, "_has:") || strings.Contains(rest, ".") {
		q.unsupported(name, "only one level of chaining is supported")
		return Filter{}, false
	}
	parts := strings.SplitN(rest, ":", 3)
	if len(parts) != 3 || !IsType(parts[0]) {
		q.fail(CodeInvalid, name, "_has:Type:reference:parameter is expected")
		return Filter{}, false
	}
	ref := LookupParam(parts[0], parts[1])
	if ref == nil || ref.Type != TypeReference || !ref.Supported() {
		q.unsupported(name, "the type "+parts[0]+" has no such reference to search by")
		return Filter{}, false
	}
	if ref.Targets != nil && !slices.Contains(ref.Targets, typ) {
		q.fail(CodeInvalid, name, "the reference never points to "+typ)
		return Filter{}, false
	}
	inner, ok := q.filter(parts[0], parts[2], value, depth+1)
	return Filter{Chain: &Chain{Reverse: true, Type: parts[0], Ref: ref, Filter: inner}}, ok
}

// modifierFits lists what R4 3.1.1.2.5 allows, without what needs a terminology server (in, not-in, token above/below).
func modifierFits(p *Param, modifier string) bool {
	switch modifier {
	case "":
		return true
	case "missing":
		return p.Name != "_id" && p.Name != "_lastUpdated"
	}
	switch p.Type {
	case TypeString:
		return modifier == "exact" || modifier == "contains"
	case TypeToken:
		return modifier == "not"
	case TypeURI:
		return modifier == "below" || modifier == "above"
	case TypeReference:
		return modifier == "identifier" || IsType(modifier) && (p.Targets == nil || slices.Contains(p.Targets, modifier))
	}
	return false
}

// splitEscaped splits at a separator that no backslash stands before; the parts keep their escapes.
func splitEscaped(s string, sep byte) []string {
	if strings.IndexByte(s, sep) < 0 {
		return []string{s}
	}
	var out []string
	from := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case sep:
			out = append(out, s[from:i])
			from = i + 1
		}
	}
	return append(out, s[from:])
}

// unescape takes the backslash off \, \| \$ and \\ (R4 3.1.1.4.6). Before anything else it stands for itself.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && strings.IndexByte(`,|$\`, s[i+1]) >= 0 {
			i++
		}
		b = append(b, s[i])
	}
	return string(b)
}
