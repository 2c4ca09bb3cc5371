package ingest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"

	"housecall/records/fhir"
)

// A batch of NDJSON lines that are handled together.
const (
	batchLines = 500
	batchBytes = 4 << 20
)

// job is a piece of input: a whole JSON file, or some lines.
type job struct {
	file    string
	line    int // number of the first line; 0: one document
	raw     []byte
	failure *Reason // the file or line could not be read
	at      int64   // bytes on disk read so far
}

// reader cuts the input into jobs, in order.
type reader struct {
	emit func(job) error
	done int64 // bytes on disk of files that are finished
	skip func(string)
}

func (r *reader) all(ctx context.Context, files []input) error {
	for i := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		before := r.done
		if err := r.file(ctx, &files[i]); err != nil {
			return err
		}
		r.done = before + files[i].size
	}
	return nil
}

func (r *reader) file(ctx context.Context, in *input) error {
	if in.kind == ".zip" {
		return r.zip(ctx, in)
	}
	f, err := in.plain()
	if err != nil {
		return r.fail(in, 0, err)
	}
	defer f.Close()
	if in.kind == ".ndjson" {
		return r.lines(in, f)
	}
	raw, err := io.ReadAll(io.LimitReader(f, maxDocument+1))
	if err == nil && len(raw) > maxDocument {
		err = errTooBig
	}
	if err != nil {
		return r.fail(in, 0, err)
	}
	return r.emit(job{file: in.name, raw: raw, at: r.done + in.size})
}

func (r *reader) zip(ctx context.Context, in *input) error {
	f, err := in.open()
	if err != nil {
		return r.fail(in, 0, err)
	}
	defer f.Close()
	at, ok := f.(io.ReaderAt)
	if !ok {
		return r.fail(in, 0, errors.New("no random access"))
	}
	files, skipped, err := unpack(in, at)
	if err != nil {
		return r.fail(in, 0, err)
	}
	for _, s := range skipped {
		r.skip(s)
	}
	return r.all(ctx, files)
}

func (r *reader) lines(in *input, f io.Reader) error {
	b := bufio.NewReaderSize(f, 256<<10)
	j := job{file: in.name, line: in.before + 1}
	count, read, number := 0, int64(0), in.before
	flush := func() error {
		if len(j.raw) == 0 {
			j.line = number + 1
			return nil
		}
		j.at = r.done + read
		if in.gz {
			j.at = r.done + read/8 // a fair guess until the end
		}
		j.at = min(j.at, r.done+in.size)
		err := r.emit(j)
		j = job{file: in.name, line: number + 1}
		count = 0
		return err
	}
	for {
		line, tooLong, err := readLine(b)
		read += int64(len(line))
		if err != nil && err != io.EOF || read > maxStream {
			if err == nil || err == io.EOF {
				err = errTooBig
			}
			if e := flush(); e != nil {
				return e
			}
			return r.fail(in, number+1, err)
		}
		end := err == io.EOF
		if !end || len(line) > 0 || tooLong {
			number++
		}
		if tooLong {
			number-- // the lines before it end here
			if err := flush(); err != nil {
				return err
			}
			number++
			if err := r.fail(in, number, errTooBig); err != nil {
				return err
			}
			j.line = number + 1
		} else {
			j.raw = append(append(j.raw, line...), '\n')
			if count++; count == batchLines || len(j.raw) > batchBytes || end {
				if err := flush(); err != nil {
					return err
				}
			}
		}
		if end {
			return flush()
		}
	}
}

// readLine reads a line without its end. Of a line beyond the bound nothing is
// kept.
func readLine(b *bufio.Reader) (line []byte, tooLong bool, err error) {
	for {
		part, err := b.ReadSlice('\n')
		if !tooLong {
			line = append(line, part...)
			if len(line) > maxResource {
				line, tooLong = nil, true
			}
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		return bytes.TrimRight(line, "\r\n"), tooLong, err
	}
}

// fail reports a file or line that cannot be read; the import goes on.
func (r *reader) fail(in *input, line int, err error) error {
	text := "the file cannot be read or is damaged"
	code := "structure"
	if errors.Is(err, errTooBig) {
		code, text = "too-long", "more comes out of this than is read at once"
	}
	return r.emit(job{file: in.name, line: line, failure: &Reason{Code: code, Text: text}, at: r.done})
}

// unit is what is decided and written together: the resources of a bundle, or
// of some lines.
type unit struct {
	seq      int
	job      job
	items    []*item
	failures []Refusal // of no resource
	base     string    // address of the sending server

	byKey    map[string]*item // "Type/id"
	byID     map[string]*item // id alone, nil when several types have it
	byURL    map[string]*item
	byIdent  map[string][]*item
	source   string
	snapshot int                // commits seen when it was resolved
	seen     []*item            // losers against another entry of the same unit
	drained  bool               // comes from the table of waiting ones
	promised map[string]bool    // keys that come in the same round of waiting ones
	reserved map[string]*mapped // ids given to them ahead
}

// read parses a job into a unit.
func read(j job) *unit {
	u := &unit{job: j}
	if j.failure != nil {
		u.failures = []Refusal{{Place: Place{File: j.file, Line: j.line}, Reasons: []Reason{*j.failure}}}
		return u
	}
	if j.line == 0 {
		u.document(j.raw, Place{File: j.file})
	} else {
		line := j.line
		for part := range bytes.Lines(j.raw) {
			if len(bytes.TrimSpace(part)) > 0 {
				u.document(part, Place{File: j.file, Line: line})
			}
			line++
		}
	}
	u.index()
	return u
}

func (u *unit) document(raw []byte, place Place) {
	n, err := fhir.Parse(raw)
	if err != nil {
		reason := Reason{Code: "structure", Text: "this is not JSON"}
		if s, ok := errors.AsType[*fhir.SyntaxError](err); ok {
			reason = Reason{Code: "structure", Expression: s.Path, Text: s.Msg + " (byte " + strconv.Itoa(s.Offset) + ")"}
		}
		u.failures = append(u.failures, Refusal{Place: place, Reasons: []Reason{reason}})
		return
	}
	if n.ResourceType() == "Bundle" {
		u.bundle(n, place)
		return
	}
	if n.Kind() != fhir.KindObject || n.Get("resourceType").Kind() != fhir.KindString {
		u.failures = append(u.failures, Refusal{Place: place, Reasons: []Reason{{Code: "structure", Text: "this is not a FHIR resource: it has no resourceType"}}})
		return
	}
	u.items = append(u.items, makeItem(n, place, ""))
}

var bundleTypes = map[string]bool{"transaction": true, "batch": true, "collection": true, "searchset": true, "document": true}

// carriedTypes are what a patient's bundle carries along so that it can stand by
// itself: of everybody, and about nobody.
var carriedTypes = map[string]bool{
	"Organization": true, "Practitioner": true, "PractitionerRole": true, "Location": true, "HealthcareService": true,
	"Endpoint": true, "Medication": true, "Substance": true, "InsurancePlan": true, "OrganizationAffiliation": true,
}

func (u *unit) bundle(n *fhir.Node, place Place) {
	if !bundleTypes[n.Get("type").Str()] {
		u.failures = append(u.failures, Refusal{Place: place, Type: "Bundle", Reasons: []Reason{{fhir.CodeNotSupported, "Bundle.type", "only bundles of type transaction, batch, collection, searchset and document hold records"}}})
		return
	}
	entries := n.Get("entry").Items()
	base, patient := "", false
	for _, e := range entries {
		typ := e.Get("resource").ResourceType()
		patient = patient || typ == "Patient"
		if b := baseOf(e.Get("fullUrl").Str(), typ); base == "" && b != "" {
			base = b
		}
	}
	if u.base == "" {
		u.base = base
	}
	for i, e := range entries {
		at := place
		at.Entry, at.FullURL = i+1, e.Get("fullUrl").Str()
		r := e.Get("resource")
		method := e.Get("request", "method").Str()
		switch {
		case e.Get("search", "mode").Str() == "outcome":
			continue // about the search, not a record
		case r.Kind() != fhir.KindObject && (method == "GET" || method == "HEAD"):
			continue
		case method != "" && method != "POST" && method != "PUT":
			u.failures = append(u.failures, Refusal{Place: at, Type: r.ResourceType(), Reasons: []Reason{{fhir.CodeNotSupported, "Bundle.entry.request.method", "an import brings records and deletes or patches none"}}})
			continue
		case r.Kind() != fhir.KindObject || r.Get("resourceType").Kind() != fhir.KindString:
			u.failures = append(u.failures, Refusal{Place: at, Reasons: []Reason{{Code: "structure", Expression: "Bundle.entry.resource", Text: "there is no resource in this entry"}}})
			continue
		}
		it := makeItem(r, at, base)
		if patient && carriedTypes[it.typ] {
			it.content.standing = carried
		}
		u.items = append(u.items, it)
	}
}

// index makes the items findable for each other. Of two that are the same
// resource one counts.
func (u *unit) index() {
	u.byKey, u.byID, u.byURL, u.byIdent = map[string]*item{}, map[string]*item{}, map[string]*item{}, map[string][]*item{}
	conditional := false
	for _, it := range u.items {
		for i := range it.refs {
			conditional = conditional || it.refs[i].target.query != ""
		}
	}
	for _, it := range u.items {
		if it.sid == "" {
			continue
		}
		if had := u.byKey[it.key()]; had == nil || it.content.digest != had.content.digest && it.content.replaces(had.content) {
			u.byKey[it.key()] = it
		}
	}
	for _, it := range u.items {
		it = u.byKey[it.key()]
		if it == nil {
			continue
		}
		if had, ok := u.byID[it.sid]; !ok || had == it {
			u.byID[it.sid] = it
		} else {
			u.byID[it.sid] = nil
		}
	}
	for _, it := range u.items {
		if it.place.FullURL != "" && it.sid != "" {
			u.byURL[it.place.FullURL] = u.byKey[it.key()]
		}
		if conditional && u.byKey[it.key()] == it && it.sid != "" {
			for _, k := range it.identifiers() {
				u.byIdent[k] = append(u.byIdent[k], it)
			}
		}
	}
}

// find looks for the target of a reference among the items.
func (u *unit) find(r *ref) (it *item, ambiguous bool) {
	if it := u.byURL[r.value]; it != nil {
		return it, false
	}
	switch {
	case r.target.query != "":
		switch l := u.byIdent[r.target.key()]; len(l) {
		case 0:
			return nil, false
		case 1:
			return l[0], false
		}
		return nil, true
	case r.target.typ != "":
		return u.byKey[r.target.key()], false
	}
	return u.byID[r.target.id], false
}
