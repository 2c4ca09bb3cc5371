package access

import (
	"encoding/json"
	"slices"
	"strconv"
	"unicode/utf8"
)

// appendJSON writes an entry as encoding/json does: every read makes one, and a
// page takes them for alike only if they are written alike.
func (e *entry) appendJSON(b []byte) []byte {
	b = append(b, `{"kind":`...)
	b = appendText(b, e.Kind)
	b = appendMember(b, `,"account":`, e.Account)
	b = appendMember(b, `,"name":`, e.Name)
	b = appendMember(b, `,"role":`, e.Role)
	b = appendMember(b, `,"relation":`, e.Relation)
	b = appendMember(b, `,"kinship":`, e.Kinship)
	b = appendMember(b, `,"grant":`, e.Grant)
	b = appendMember(b, `,"pool":`, e.Pool)
	b = appendMember(b, `,"practitioner":`, e.Practitioner)
	b = appendMember(b, `,"app":`, e.App)
	b = appendMember(b, `,"appName":`, e.AppName)
	b = append(b, `,"action":`...)
	b = appendText(b, e.Action)
	if e.Categories != 0 {
		b = append(b, `,"categories":`...)
		b = strconv.AppendUint(b, uint64(e.Categories), 10)
	}
	b = appendMember(b, `,"type":`, e.Type)
	b = appendMember(b, `,"id":`, e.ID)
	if e.Count != 0 {
		b = append(b, `,"count":`...)
		b = strconv.AppendInt(b, int64(e.Count), 10)
	}
	b = appendMember(b, `,"outcome":`, e.Outcome)
	b = appendMember(b, `,"purpose":`, e.Purpose)
	if e.Emergency {
		b = append(b, `,"emergency":true`...)
	}
	b = appendMember(b, `,"reason":`, e.Reason)
	b = appendMember(b, `,"detail":`, e.Detail)
	b = appendMember(b, `,"request":`, e.Request)
	b = appendMember(b, `,"node":`, e.Node)
	return append(b, '}')
}

// appendMember leaves out an empty text.
func appendMember(b []byte, name, text string) []byte {
	if text == "" {
		return b
	}
	return appendText(append(b, name...), text)
}

// appendText writes a text. Most have nothing that must be written otherwise.
func appendText(b []byte, s string) []byte {
	plain := func(c byte) bool {
		return c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&' && c != 0x7f
	}
	for i := range len(s) {
		if !plain(s[i]) {
			text, _ := json.Marshal(s) // of a string it does not fail
			return append(b, text...)
		}
	}
	b = append(slices.Grow(b, len(s)+2), '"')
	b = append(b, s...)
	return append(b, '"')
}
