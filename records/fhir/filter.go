package fhir

import (
	"slices"
	"strings"
)

// filter reads one filter on a type. depth counts the chains around it.
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
		if wrong == "" && modifier == "missing" && len(f.Values) > 0 {
			wrong = "one value is expected"
		}
		if wrong != "" {
			q.fail(CodeInvalid, name, wrong)
			return Filter{}, false
		}
		f.Values = append(f.Values, v)
	}
	return f, len(f.Values) > 0
}

// forward reads reference[:Type].parameter, where parameter may be a chain again.
func (q *queryParser) forward(typ, name, head, rest, value string, depth int) (Filter, bool) {
	if depth >= maxLinks {
		q.unsupported(name, "at most three references are followed")
		return Filter{}, false
	}
	base, target, _ := strings.Cut(head, ":")
	p := LookupParam(typ, base)
	if p == nil || p.Type != TypeReference || !p.Supported() {
		q.unsupported(name, "the type "+typ+" has no such reference to search by")
		return Filter{}, false
	}
	if target == "" {
		return q.forwardAny(p, name, rest, value, depth)
	}
	if !IsType(target) || p.Targets != nil && !slices.Contains(p.Targets, target) {
		q.fail(CodeInvalid, name, "the reference never points to this type")
		return Filter{}, false
	}
	inner, ok := q.filter(target, rest, value, depth+1)
	return Filter{Param: p, Chain: &Chain{Type: target, Filter: inner}}, ok
}

// forwardAny reads a chain that says no type: it goes on in each type that the reference points to and that has the
// parameter (R4 3.1.1.4.2).
func (q *queryParser) forwardAny(p *Param, name, rest, value string, depth int) (Filter, bool) {
	next, _, _ := strings.Cut(rest, ".")
	next, _, _ = strings.Cut(next, ":")
	var in []string
	for _, t := range p.Targets {
		if c := LookupParam(t, next); next == "_has" || c != nil && c.Supported() {
			in = append(in, t)
		}
	}
	if p.Targets == nil || len(in) > maxTypes {
		q.fail(CodeInvalid, name, "the reference has many types; say which, as "+p.Name+":Type."+safeParam(rest))
		return Filter{}, false
	}
	if len(in) == 0 {
		q.unsupported(name, "no type that the reference points to has such a parameter")
		return Filter{}, false
	}
	var out []Filter
	issues, unknown := q.issues, q.q.Unknown
	var why []Issue
	var passed []string
	for _, t := range in {
		inner, ok := q.filter(t, rest, value, depth+1)
		if ok {
			out = append(out, Filter{Param: p, Chain: &Chain{Type: t, Filter: inner}})
		} else if why == nil && passed == nil {
			why, passed = q.issues[len(issues):], q.q.Unknown[len(unknown):]
		}
		q.issues, q.q.Unknown = issues[:len(issues):len(issues)], unknown[:len(unknown):len(unknown)]
	}
	if len(out) == 0 {
		q.issues = append(q.issues, why...)
		if len(passed) > 0 {
			q.q.Unknown = append(q.q.Unknown, name)
		}
		return Filter{}, false
	}
	out[0].Or = out[1:]
	return out[0], true
}

// reverse reads _has:Type:reference:parameter, where parameter may be a chain or _has again.
func (q *queryParser) reverse(typ, name, rest, value string, depth int) (Filter, bool) {
	if depth >= maxLinks || strings.Count(rest, "_has:") > 1 {
		q.unsupported(name, "at most two _has stand in each other, and three references are followed")
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

// modifierFits lists what R4 3.1.1.2.5 allows, without what needs a terminology server or walks a hierarchy of resources
// (in, not-in, above and below of tokens and references).
func modifierFits(p *Param, modifier string) bool {
	switch modifier {
	case "":
		return true
	case "missing":
		return p.Name != "_id" && p.Name != "_lastUpdated" && p.Type != TypeComposite && p.Type != TypeSpecial
	}
	switch p.Type {
	case TypeString:
		return modifier == "exact" || modifier == "contains"
	case TypeToken:
		return modifier == "not" || p.Name != "_id" && (modifier == "text" || modifier == "of-type" && strings.HasSuffix(p.expression, "dentifier"))
	case TypeURI:
		return modifier == "below" || modifier == "above"
	case TypeReference:
		return modifier == "identifier" || modifier == "text" || IsType(modifier) && (p.Targets == nil || slices.Contains(p.Targets, modifier))
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
