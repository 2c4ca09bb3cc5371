package fhir

import "unicode/utf8"

const hexDigits = "0123456789abcdef"

// Append writes compact JSON to dst: order kept, numbers as they were written, no HTML escaping.
func (n *Node) Append(dst []byte) []byte {
	if n == nil {
		return append(dst, "null"...)
	}
	switch n.kind {
	case KindBool:
		if n.truth {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case KindNumber:
		return append(dst, n.text...)
	case KindString:
		return appendString(dst, n.text)
	case KindObject:
		dst = append(dst, '{')
		for i := range n.members {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendString(dst, n.members[i].Key)
			dst = append(dst, ':')
			dst = n.members[i].Value.Append(dst)
		}
		return append(dst, '}')
	case KindArray:
		dst = append(dst, '[')
		for i, it := range n.items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = it.Append(dst)
		}
		return append(dst, ']')
	}
	return append(dst, "null"...)
}

// appendString writes s as a JSON string. What is not UTF-8 (only possible in nodes made in Go) becomes U+FFFD,
// so that the output is always JSON.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(dst, s[from:i]...)
				dst = append(dst, "\ufffd"...)
				from = i + 1
			}
			i += size
			continue
		}
		if c >= 0x20 && c != '"' && c != '\\' {
			i++
			continue
		}
		dst = append(dst, s[from:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		from = i
	}
	dst = append(dst, s[from:]...)
	return append(dst, '"')
}
