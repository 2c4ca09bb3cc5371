package rest

import (
	"strconv"
	"time"

	"housecall/records"
	"housecall/records/fhir"
)

// splice writes a Bundle around resources that are bytes already.
type splice struct {
	b     []byte
	count int
}

func newSplice(kind string, size int) *splice {
	s := &splice{b: make([]byte, 0, size+512)}
	s.raw(`{"resourceType":"Bundle","type":"` + kind + `"`)
	return s
}

func (s *splice) raw(text string) { s.b = append(s.b, text...) }

func (s *splice) str(text string) { s.b = fhir.String(text).Append(s.b) }

func (s *splice) total(n int) {
	if n >= 0 {
		s.raw(`,"total":` + strconv.Itoa(n))
	}
}

func (s *splice) links(self, next string) {
	s.raw(`,"link":[{"relation":"self","url":`)
	s.str(self)
	s.raw(`}`)
	if next != "" {
		s.raw(`,{"relation":"next","url":`)
		s.str(next)
		s.raw(`}`)
	}
	s.raw(`]`)
}

// entry begins an entry; member adds to it and done ends it.
func (s *splice) entry() {
	if s.count == 0 {
		s.raw(`,"entry":[{`)
	} else {
		s.raw(`,{`)
	}
	s.count++
}

func (s *splice) done() { s.raw(`}`) }

func (s *splice) bytes() []byte {
	if s.count > 0 {
		s.raw(`]`)
	}
	s.raw(`}`)
	return s.b
}

func (s *splice) found(base string, r *records.Stored, mode string) {
	s.entry()
	s.raw(`"fullUrl":"` + base + `/` + r.Type + `/` + r.ID + `","resource":`)
	s.b = append(s.b, r.Body...)
	s.raw(`,"search":{"mode":"` + mode + `"}`)
	s.done()
}

// said adds an entry that speaks about the search itself.
func (s *splice) said(outcome []byte) {
	s.entry()
	s.raw(`"resource":`)
	s.b = append(s.b, outcome...)
	s.raw(`,"search":{"mode":"outcome"}`)
	s.done()
}

// response writes what became of an entry of a batch, transaction or history.
func (s *splice) response(status int, location string, version int64, modified time.Time, outcome []byte) {
	s.raw(`"response":{"status":"` + statusLine(status) + `"`)
	if location != "" {
		s.raw(`,"location":`)
		s.str(location)
	}
	if version > 0 {
		s.raw(`,"etag":"W/\"` + strconv.FormatInt(version, 10) + `\""`)
	}
	if !modified.IsZero() {
		s.raw(`,"lastModified":"` + modified.UTC().Format("2006-01-02T15:04:05.000Z") + `"`)
	}
	if outcome != nil {
		s.raw(`,"outcome":`)
		s.b = append(s.b, outcome...)
	}
	s.raw(`}`)
}

func size(items []records.Stored) int {
	n := 0
	for i := range items {
		n += len(items[i].Body) + 220
	}
	return n
}
