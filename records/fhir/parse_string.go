package fhir

import (
	"unicode/utf16"
	"unicode/utf8"
)

// str reads a string. Without escapes it is a part of the input and costs nothing.
func (p *parser) str() (string, *SyntaxError) {
	s, from := p.s, p.i+1
	for i := from; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			p.i = i + 1
			return s[from:i], nil
		case c == '\\':
			return p.escaped(from, i)
		case c < 0x20:
			p.i = i
			return "", p.fail("a control character stands in a string")
		}
	}
	p.i = len(s)
	return "", p.fail("the text ends inside a string")
}

func (p *parser) escaped(from, i int) (string, *SyntaxError) {
	s := p.s
	buf := make([]byte, 0, min(len(s)-from, 2*(i-from)+64))
	buf = append(buf, s[from:i]...)
	for i < len(s) {
		c := s[i]
		switch {
		case c == '"':
			p.i = i + 1
			return string(buf), nil
		case c < 0x20:
			p.i = i
			return "", p.fail("a control character stands in a string")
		case c != '\\':
			run := i
			for i < len(s) && s[i] >= 0x20 && s[i] != '"' && s[i] != '\\' {
				i++
			}
			buf = append(buf, s[run:i]...)
			continue
		}
		p.i = i
		if i+1 >= len(s) {
			return "", p.fail("the text ends inside a string")
		}
		switch e := s[i+1]; e {
		case '"', '\\', '/':
			buf = append(buf, e)
		case 'b':
			buf = append(buf, '\b')
		case 'f':
			buf = append(buf, '\f')
		case 'n':
			buf = append(buf, '\n')
		case 'r':
			buf = append(buf, '\r')
		case 't':
			buf = append(buf, '\t')
		case 'u':
			r, size := unicodeEscape(s[i:])
			if size == 0 {
				return "", p.fail("a \\u escape is not four hexadecimal digits or half of a pair")
			}
			buf = utf8.AppendRune(buf, r)
			i += size
			continue
		default:
			return "", p.fail("an unknown escape stands in a string")
		}
		i += 2
	}
	p.i = len(s)
	return "", p.fail("the text ends inside a string")
}

// unicodeEscape reads \uXXXX, or the two of a surrogate pair. size is 0 when it is neither.
func unicodeEscape(s string) (r rune, size int) {
	hi, ok := hex4(s)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(hi) {
		return hi, 6
	}
	lo, ok := hex4(s[6:])
	if !ok {
		return 0, 0
	}
	if r = utf16.DecodeRune(hi, lo); r == utf8.RuneError {
		return 0, 0
	}
	return r, 12
}

func hex4(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	var r rune
	for i := 2; i < 6; i++ {
		d := s[i]
		switch {
		case d >= '0' && d <= '9':
			d -= '0'
		case d >= 'a' && d <= 'f':
			d -= 'a' - 10
		case d >= 'A' && d <= 'F':
			d -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(d)
	}
	return r, true
}
