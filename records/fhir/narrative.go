package fhir

import "strings"

// Narrative is shown to people, so it may hold only what R4 allows (https://hl7.org/fhir/R4/narrative.html, invariants
// txt-1 and txt-2): formatting, tables, lists, links, pictures. No script, form, frame, event or outside object.

var narrativeElements = wordSet(`a abbr acronym b big blockquote br caption cite code col colgroup dd dfn div dl dt
	em h1 h2 h3 h4 h5 h6 hr i img li ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt
	ul var`)

var narrativeAttributes = wordSet(`abbr accesskey align alt axis bgcolor border cellhalign cellpadding cellspacing
	cellvalign char charoff charset cite class colspan compact coords dir frame headers height href hreflang hspace
	id lang longdesc name nowrap rel rev rowspan rules scope shape span src start style summary tabindex title type
	valign value vspace width xmlns xml:lang xml:space`)

func wordSet(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// narrativeEmpty is only warned about (txt-2): official examples have it, and refusing the record would lose more.
const narrativeEmpty = "the narrative holds neither text nor a picture (txt-2)"

const narrativeBroken = "the narrative is not well-formed XHTML"

// checkNarrative returns what is wrong with the div of a narrative, "" when nothing is.
func checkNarrative(s string) string {
	c := narrativeCheck{s: strings.TrimSpace(s)}
	if !strings.HasPrefix(c.s, "<div") {
		return "the narrative must be one <div> element of XHTML"
	}
	for c.i < len(c.s) {
		if text := c.step(); text != "" {
			return text
		}
	}
	if len(c.open) > 0 {
		return narrativeBroken
	}
	if !c.content {
		return narrativeEmpty
	}
	return ""
}

type narrativeCheck struct {
	s       string
	i       int
	open    []string
	content bool
	closed  bool // the outer div has ended
}

func (c *narrativeCheck) step() string {
	rest := c.s[c.i:]
	switch {
	case c.closed:
		return narrativeBroken
	case rest[0] != '<':
		end := strings.IndexByte(rest, '<')
		if end < 0 {
			return narrativeBroken
		}
		text := rest[:end]
		c.i += end
		c.content = c.content || strings.TrimSpace(text) != ""
		return checkEntities(text)
	case strings.HasPrefix(rest, "<!--"):
		// XML 1.0, section 2.5: two hyphens only end a comment. To HTML, --!> ends one as well.
		end := strings.Index(rest[4:], "--")
		if end < 0 || !strings.HasPrefix(rest[4+end:], "-->") {
			return narrativeBroken
		}
		c.i += 4 + end + 3
		return ""
	case strings.HasPrefix(rest, "</"):
		end := strings.IndexByte(rest, '>')
		if end < 0 || len(c.open) == 0 || c.open[len(c.open)-1] != strings.TrimRight(rest[2:end], " \t\r\n") {
			return narrativeBroken
		}
		c.open = c.open[:len(c.open)-1]
		c.closed = len(c.open) == 0
		c.i += end + 1
		return ""
	}
	return c.tag(rest)
}

// tag reads <name attr="value" ..> or <name ../>.
func (c *narrativeCheck) tag(rest string) string {
	i := 1
	for i < len(rest) && isNameByte(rest[i]) {
		i++
	}
	name := rest[1:i]
	if name == "" {
		return narrativeBroken
	}
	if !narrativeElements[name] {
		return "the narrative holds an element that is not allowed there (txt-1)"
	}
	if len(c.open) >= maxDepth {
		return "the narrative is nested too deep"
	}
	c.content = c.content || name == "img"
	for {
		blank := i
		for i < len(rest) && isBlank(rest[i]) {
			i++
		}
		if i >= len(rest) {
			return narrativeBroken
		}
		if rest[i] == '>' {
			c.i += i + 1
			c.open = append(c.open, name)
			return ""
		}
		if strings.HasPrefix(rest[i:], "/>") {
			c.i += i + 2
			c.closed = len(c.open) == 0
			return ""
		}
		if blank == i {
			return narrativeBroken
		}
		n, text := checkAttribute(rest[i:])
		if text != "" {
			return text
		}
		i += n
	}
}

func checkAttribute(s string) (size int, wrong string) {
	i := 0
	for i < len(s) && isNameByte(s[i]) {
		i++
	}
	name := s[:i]
	for i < len(s) && isBlank(s[i]) {
		i++
	}
	if name == "" || i >= len(s) || s[i] != '=' {
		return 0, narrativeBroken
	}
	i++
	for i < len(s) && isBlank(s[i]) {
		i++
	}
	if i >= len(s) || s[i] != '"' && s[i] != '\'' {
		return 0, narrativeBroken
	}
	end := strings.IndexByte(s[i+1:], s[i])
	if end < 0 {
		return 0, narrativeBroken
	}
	value := s[i+1 : i+1+end]
	if strings.IndexByte(value, '<') >= 0 {
		return 0, narrativeBroken
	}
	if !narrativeAttributes[name] && !strings.HasPrefix(name, "xmlns:") {
		return 0, "the narrative holds an attribute that is not allowed there (txt-1)"
	}
	if (name == "href" || name == "src" || name == "cite" || name == "longdesc") && isActiveURL(value) {
		return 0, "the narrative holds a link that runs code"
	}
	return i + end + 2, checkEntities(value)
}

// isActiveURL finds schemes that run code, however they are disguised by case, blanks or character references. A
// data: URL is only allowed for pictures, which browsers do not run.
func isActiveURL(s string) bool {
	if !strings.ContainsAny(s, ":&") {
		return false
	}
	var b strings.Builder
	for i := 0; i < len(s) && b.Len() < 16; i++ {
		if c := s[i]; c > ' ' {
			b.WriteByte(c)
		}
	}
	head := strings.ToLower(b.String())
	for _, scheme := range [...]string{"javascript:", "vbscript:", "file:"} {
		if strings.HasPrefix(head, scheme) {
			return true
		}
	}
	if strings.HasPrefix(head, "data:") {
		return !strings.HasPrefix(head, "data:image/") || strings.HasPrefix(head, "data:image/svg")
	}
	// A character reference in front of the colon has no use but to hide the scheme.
	amp, colon := strings.IndexByte(head, '&'), strings.IndexByte(head, ':')
	return amp >= 0 && amp < len("javascript") && (colon < 0 || amp < colon) && !strings.ContainsAny(head[:amp], "/?#")
}

// checkEntities: & only begins a character reference or one of XML's five entities. HTML's named entities are none of
// XHTML inside FHIR (R4 narrative, "no support for HTML entities like &nbsp;").
func checkEntities(s string) string {
	for {
		i := strings.IndexByte(s, '&')
		if i < 0 {
			return ""
		}
		s = s[i+1:]
		end := strings.IndexByte(s, ';')
		if end < 1 || end > 10 {
			return narrativeBroken
		}
		switch name := s[:end]; {
		case name == "amp" || name == "lt" || name == "gt" || name == "quot" || name == "apos":
		case strings.HasPrefix(name, "#x") && len(name) > 2 && strings.Trim(name[2:], "0123456789abcdefABCDEF") == "":
		case strings.HasPrefix(name, "#") && len(name) > 1 && strings.Trim(name[1:], "0123456789") == "":
		default:
			return narrativeBroken
		}
		s = s[end+1:]
	}
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == ':' || c == '-' || c == '_'
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
