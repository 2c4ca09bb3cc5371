package access

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha3"
	"database/sql"
	"encoding/binary"
	"errors"
	"hash"
	"math"

	"housecall/internal/db"
	"housecall/internal/sitekey"
)

// A page is what is stored: the rows of one commit, one after another, under one
// code. A row's number is the page's first and its place in the page. All rows of
// a page have the same time, that of the commit.
type page struct {
	writer, first int64
	n             int
	at            int64
	form          int
	body, mac     []byte
}

func (p *page) last() int64 { return p.first + int64(p.n) - 1 }

// Forms of pages. Rows of before there were pages are pages of one row, under the
// code that was the row's; the database was brought to that form (migration 30). Both
// it and a page are of the site's first key; a keyed page has the name of its key
// before its code. A new hash is a new form: pages of old keep theirs.
const (
	formRow   = 1 // HMAC-SHA-256
	formPage  = 2 // HMAC-SHA-256
	formKeyed = 3 // HMAC-SHA-256
	formSHA3  = 4 // HMAC-SHA3-256, keyed
)

// CodeHash is the hash of the codes that are written.
type CodeHash int

// The hashes of codes.
const (
	SHA256   CodeHash = iota // FIPS 180-4
	SHA3_256                 // FIPS 202
)

// ParseCodeHash reads the name of one.
func ParseCodeHash(s string) (CodeHash, error) {
	switch s {
	case "sha-256":
		return SHA256, nil
	case "sha3-256":
		return SHA3_256, nil
	}
	return 0, errors.New("it must be sha-256 or sha3-256")
}

// codedBy is what the codes of a page and of its rows are made with.
type codedBy struct {
	form int // 0: as form 2
	key  sitekey.ID
}

// writes is what new pages are coded with: as those of before there was a second key,
// until there is one, so that nodes of the version before can check them.
func (s *Service) writes() codedBy {
	id, _, first := s.codes.Current()
	switch {
	case s.codeHash == SHA3_256:
		return codedBy{formSHA3, id}
	case first:
		return codedBy{formPage, id}
	}
	return codedBy{formKeyed, id}
}

// hmac begins a code. Of a key that is not here it begins one that nothing fits.
func (s *Service) hmac(by codedBy) hash.Hash {
	key := s.codes.Of(by.key)
	if by.form == 0 {
		key = s.codes.Of(s.codes.First())
	}
	if key == nil {
		key = make([]byte, hashSize)
		_, _ = rand.Read(key)
	}
	if by.form == formSHA3 {
		return hmac.New(func() hash.Hash { return sha3.New256() }, key)
	}
	return hmac.New(sha256.New, key)
}

// A page stays small: who looks for one row reads a whole page, and so each
// database keeps it in one piece.
const (
	maxPageRows  = 64
	maxPageBytes = 3_900
)

// paginate puts rows that have their numbers and one time into pages.
func (s *Service) paginate(rows []row) (pages []page) {
	by := s.writes()
	for len(rows) > 0 {
		p := page{writer: rows[0].writer, first: rows[0].counter, at: rows[0].at, form: by.form, body: make([]byte, 0, 1024)}
		var before parts
		for p.n < len(rows) && p.n < maxPageRows {
			now := rows[p.n].parts()
			end := len(p.body)
			for i := range now {
				p.body = appendPart(p.body, before[i], now[i])
			}
			if p.n > 0 && len(p.body) > maxPageBytes {
				p.body = p.body[:end]
				break
			}
			p.n++
			before = now
		}
		p.mac = s.pageMac(&p, by)
		pages, rows = append(pages, p), rows[p.n:]
	}
	return pages
}

// parts are what a page holds of a row.
type parts [4]string

func (r *row) parts() parts {
	return parts{r.patient, r.account, r.source, string(r.body)}
}

// A part is written as what it has in common with that of the row before, at its
// beginning and at its end, and what stands between: rows of one page are much
// alike. Two bytes each for the lengths of these, and four for that.
const partHead = 2 + 2 + 4

func appendPart(b []byte, before, now string) []byte {
	most := min(len(before), len(now), math.MaxUint16)
	begin := 0
	for begin < most && before[begin] == now[begin] {
		begin++
	}
	end := 0
	for begin+end < most && before[len(before)-1-end] == now[len(now)-1-end] {
		end++
	}
	b = binary.BigEndian.AppendUint16(b, uint16(begin))
	b = binary.BigEndian.AppendUint16(b, uint16(end))
	b = binary.BigEndian.AppendUint32(b, uint32(len(now)-begin-end))
	return append(b, now[begin:len(now)-end]...)
}

func cutPart(b []byte, before string) (now string, rest []byte, ok bool) {
	if len(b) < partHead {
		return "", nil, false
	}
	begin, end, n := int(binary.BigEndian.Uint16(b)), int(binary.BigEndian.Uint16(b[2:])), binary.BigEndian.Uint32(b[4:])
	if b = b[partHead:]; begin+end > len(before) || uint64(n) > uint64(len(b)) {
		return "", nil, false
	}
	if begin == len(before) && n == 0 {
		return before, b, true
	}
	return before[:begin] + string(b[:n]) + before[len(before)-end:], b[n:], true
}

// pageMac is the code of a page.
func (s *Service) pageMac(p *page, by codedBy) []byte {
	head := make([]byte, 0, 64)
	head = append(head, "housecall audit page "...)
	head = append(head, byte('0'+by.form), 0)
	for _, n := range [...]int64{p.writer, p.first, int64(p.n), p.at} {
		head = binary.BigEndian.AppendUint64(head, uint64(n))
	}
	h := s.hmac(by)
	h.Write(head)
	h.Write(p.body)
	if by.form < formKeyed {
		return h.Sum(nil)
	}
	return h.Sum(bytes.Clone(by.key[:]))
}

// rows takes a page apart, and says of each row whether its code is right. What
// cannot be read was changed, and gives as many rows of which nothing is known.
func (s *Service) rows(p *page) []row {
	if p.n < 1 || p.n > maxPageRows {
		p.n = 1 // somebody else's: what it holds cannot be told
	}
	out := make([]row, p.n)
	b := p.body
	var before parts
	for i := range out {
		for k := range before {
			var whole bool
			if before[k], b, whole = cutPart(b, before[k]); !whole {
				return s.unreadable(p)
			}
		}
		r := &out[i]
		r.writer, r.counter, r.at = p.writer, p.first+int64(i), p.at
		r.patient, r.account, r.source, r.body = before[0], before[1], before[2], []byte(before[3])
	}
	if len(b) > 0 {
		return s.unreadable(p)
	}
	good := false
	by := codedBy{form: p.form}
	if p.form >= formKeyed && len(p.mac) > len(by.key) {
		copy(by.key[:], p.mac)
	}
	if by.form < formKeyed {
		by.key = s.codes.First()
	}
	for i := range out {
		out[i].by = by
	}
	switch {
	case p.form >= formPage && p.form <= formSHA3:
		good = hmac.Equal(s.pageMac(p, by), p.mac) && s.codes.Served(by.key, p.at)
	case p.form == formRow && p.n == 1:
		out[0].mac = p.mac
		good = hmac.Equal(s.macOf(&out[0]), p.mac)
	}
	if !good {
		for i := range out {
			out[i].bad = true
		}
	}
	return out
}

func (s *Service) unreadable(p *page) []row {
	out := make([]row, p.n)
	for i := range out {
		out[i] = row{writer: p.writer, counter: p.first + int64(i), at: p.at, bad: true, blank: true}
	}
	return out
}

const pageColumns = `SELECT writer, first, n, at, form, body, mac `

func (p *page) scan(rows *sql.Rows) error {
	return rows.Scan(&p.writer, &p.first, &p.n, &p.at, &p.form, &p.body, &p.mac)
}

func readPages(c *db.Conn, where string, args ...any) (out []page, err error) {
	err = c.Each(pageColumns+`FROM audit_pages `+where, func(r *sql.Rows) error {
		var p page
		err := p.scan(r)
		out = append(out, p)
		return err
	}, args...)
	return out, err
}

const (
	insertPage  = `INSERT INTO audit_pages (writer, first, n, at, form, body, mac) VALUES (?,?,?,?,?,?,?)`
	insertPages = `INSERT INTO audit_pages (writer, first, n, at, form, body, mac)
		SELECT * FROM unnest(?::bigint[], ?::bigint[], ?::int[], ?::bigint[], ?::smallint[], ?::bytea[], ?::bytea[])`
)

func (p *page) args() []any { return []any{p.writer, p.first, p.n, p.at, p.form, p.body, p.mac} }

// insertSteps are the statements that write pages.
func insertSteps(d db.Dialect, pages []page) []db.Step {
	if len(pages) == 1 || d == db.SQLite {
		steps := make([]db.Step, len(pages))
		for i := range pages {
			steps[i] = db.Step{SQL: insertPage, Args: pages[i].args()}
		}
		return steps
	}
	return []db.Step{{SQL: insertPages, Args: columnsOf(pages)}}
}

// columnsOf gives pages as PostgreSQL's arrays.
func columnsOf(pages []page) []any {
	k := len(pages)
	numbers, counts, forms, blobs := make([]int64, 3*k), make([]int32, k), make([]int16, k), make([][]byte, 2*k)
	for i := range pages {
		p := &pages[i]
		numbers[i], numbers[k+i], numbers[2*k+i] = p.writer, p.first, p.at
		counts[i], forms[i] = int32(p.n), int16(p.form)
		blobs[i], blobs[k+i] = p.body, p.mac
	}
	return []any{numbers[:k], numbers[k : 2*k], counts, numbers[2*k:], forms, blobs[:k], blobs[k:]}
}
