package rest_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/blob"
	"housecall/internal/db"
	"housecall/internal/edge"
	"housecall/internal/sitekey"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/access/audittest"
	"housecall/records/rest"
)

// withFiles gives the site a place for files.
func (s *site) withFiles() (dir string) {
	s.t.Helper()
	dir = s.t.TempDir()
	blobs, err := blob.Open(context.Background(), blob.Config{Dir: dir, Key: sitekey.ForTest()})
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = blobs.Close() })
	s.store, err = records.New(records.Deps{DB: s.db, Access: s.access, Key: sitekey.ForTest(), Blobs: blobs, Scan: s.scanner})
	require.NoError(s.t, err)
	u, err := url.Parse(base)
	require.NoError(s.t, err)
	s.app, err = edge.New(edge.Config{BaseURL: u, Faces: map[string]edge.ErrorWriter{rest.Prefix: rest.WriteError}, BodyLimits: map[string]int{rest.Prefix: rest.BodyLimit}})
	require.NoError(s.t, err)
	face, err := rest.New(rest.Deps{Store: s.store, Key: sitekey.ForTest(), BaseURL: u})
	require.NoError(s.t, err)
	face.Mount(s.app, edge.Authenticate("", nil, s.id.Bearer))
	return filepath.Join(dir, blob.Folder)
}

// sent is a file that Rosa sent along with a message.
func (s *site) sent(title string, content []byte, labels access.Labels) (id string) {
	s.t.Helper()
	ctx := context.Background()
	who, err := s.id.Bearer(ctx, s.self)
	require.NoError(s.t, err)
	id = newID()
	_, err = s.store.SaveBinary(ctx, who, s.rosa, records.BinaryIn{ID: id, Title: title, Content: content})
	require.NoError(s.t, err)
	require.NoError(s.t, s.db.InTx(ctx, func(c *db.Conn) error {
		b, err := s.store.BinaryTx(c, s.rosa, id)
		if err != nil {
			return err
		}
		op, err := s.store.SendBinaryTx(c, s.rosa, b, labels)
		if err == nil {
			_, err = s.store.WriteTx(c, who, records.Batch{Ops: []records.Op{op}, Source: records.Own, Kept: true})
		}
		return err
	}))
	return id
}

func binary(id, patient, contentType, content string) string {
	return fmt.Sprintf(`{"resourceType":"Binary","id":"%s","contentType":"%s","securityContext":{"reference":"Patient/%s"},"data":"%s"}`, id, contentType, patient, base64.StdEncoding.EncodeToString([]byte(content)))
}

// Parts of files that lie encrypted in chunks and of those that stand in the
// record are given alike (RFC 9110, section 14).
func TestContentInParts(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.withFiles()
		var b bytes.Buffer
		for i := range 30_000 { // several chunks
			fmt.Fprintf(&b, "line %d\n", i)
		}
		whole := b.String()
		size := len(whole)
		inline := newID()
		s.put(binary(inline, s.rosa, "text/plain", whole))
		file := s.sent("Notes of May.txt", []byte(whole), 0)
		sum := sha256.Sum256([]byte(whole))
		tag := `"` + hex.EncodeToString(sum[:16]) + `"`
		for name, id := range map[string]string{"inline": inline, "file": file} {
			path := "/fhir/Binary/" + id
			r := s.do(s.self, "GET", path, "")
			require.Equal(t, 200, r.StatusCode, name)
			require.Equal(t, whole, r.body)
			require.EqualValues(t, size, r.ContentLength)
			for k, v := range map[string]string{
				"Accept-Ranges": "bytes", "Etag": tag, "X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store",
			} {
				require.Equal(t, v, r.Header.Get(k), name+" "+k)
			}
			require.Contains(t, r.Header.Get("Content-Type"), "text/plain")
			require.Contains(t, r.Header.Get("Content-Security-Policy"), "sandbox")
			require.Contains(t, r.Header.Get("Content-Disposition"), "attachment", "text is saved, not shown")
			require.Contains(t, r.Header.Get("Vary"), "Accept")

			for asked, want := range map[string][2]int{
				"bytes=0-0": {0, 1}, "bytes=0-9": {0, 10}, "bytes=65530-65545": {65530, 65546}, "bytes=-7": {size - 7, size}, "BYTES=5-": {5, size},
				fmt.Sprintf("bytes=%d-", size-1): {size - 1, size}, "bytes=100-99999999": {100, size}, "bytes=-99999999": {0, size}, "bytes=9-99999999999999999999": {9, size},
			} {
				r := s.do(s.self, "GET", path, "", "Range", asked)
				require.Equal(t, 206, r.StatusCode, asked)
				require.Equal(t, whole[want[0]:want[1]], r.body, asked)
				require.Equal(t, fmt.Sprintf("bytes %d-%d/%d", want[0], want[1]-1, size), r.Header.Get("Content-Range"), asked)
				require.EqualValues(t, want[1]-want[0], r.ContentLength)
			}
			for _, asked := range []string{fmt.Sprintf("bytes=%d-", size), "bytes=99999999999999999999-", "bytes=-0", fmt.Sprintf("bytes=%d-%d", size+5, size+9)} {
				r := s.do(s.self, "GET", path, "", "Range", asked)
				require.Equal(t, 416, r.StatusCode, asked)
				require.Equal(t, fmt.Sprintf("bytes */%d", size), r.Header.Get("Content-Range"))
				require.Contains(t, r.body, "OperationOutcome")
			}
			for _, asked := range []string{"bytes=9-3", "bytes=", "bytes=-", "bytes=a-b", "lines=0-3", "bytes=0-3,7-9", "bytes=+1-3", "nonsense"} {
				r := s.do(s.self, "GET", path, "", "Range", asked)
				require.Equal(t, 200, r.StatusCode, asked)
				require.Equal(t, whole, r.body, asked)
			}
			for condition, status := range map[string]int{tag: 206, "W/" + tag: 200, `"other"`: 200, "Sat, 28 Nov 2026 10:00:00 GMT": 200} {
				require.Equal(t, status, s.do(s.self, "GET", path, "", "Range", "bytes=0-3", "If-Range", condition).StatusCode, condition)
			}
			r = s.do(s.self, "GET", path, "", "If-None-Match", `"x", W/`+tag, "Range", "bytes=0-3")
			require.Equal(t, 304, r.StatusCode)
			require.Empty(t, r.body)

			r = s.do(s.self, "HEAD", path, "", "Range", "bytes=0-3")
			require.Equal(t, 200, r.StatusCode, "a range is for GET")
			require.Empty(t, r.body)
			require.Equal(t, fmt.Sprint(size), r.Header.Get("Content-Length"))
			require.Equal(t, "bytes", r.Header.Get("Accept-Ranges"))

			// who names a format of FHIR gets the resource
			for _, h := range [][]string{{"Accept", "application/fhir+json"}, {"Accept", "text/html;q=0.5, application/json"}} {
				r := s.do(s.self, "GET", path, "", append(h, "Range", "bytes=0-3")...)
				require.Equal(t, 200, r.StatusCode)
				require.Contains(t, r.body, `"resourceType":"Binary"`)
				require.Equal(t, `W/"1"`, r.Header.Get("ETag"))
				require.Contains(t, r.Header.Get("Vary"), "Accept")
			}
			require.Contains(t, s.do(s.self, "GET", path+"?_format=json", "", "Accept", "*/*").body, `"resourceType":"Binary"`)
			require.Equal(t, 406, s.do(s.self, "GET", path, "", "Accept", "application/fhir+xml").StatusCode)
			require.Equal(t, whole, s.do(s.self, "GET", path, "", "Accept", "text/plain, */*;q=0.1").body)
		}
		require.Contains(t, s.do(s.self, "GET", "/fhir/Binary/"+file, "").Header.Get("Content-Disposition"), "Notes of May.txt")
	})
}

// Content is seen by who sees the Binary, and each look leaves one row.
func TestContentIsDecidedLikeTheRecord(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		dir := s.withFiles()
		document, plain, private := newID(), s.sent("", []byte("see my foot"), 0), s.sent("", []byte("about my drinking"), access.SubstanceUse)
		s.put(binary(document, s.rosa, "application/pdf", "%PDF-1.7"))
		held := newID()
		s.hold(binary(held, s.rosa, "text/plain", "not yet"), time.Now().Add(time.Hour))
		get := func(token, id string, headers ...string) int {
			r := s.do(token, "GET", "/fhir/Binary/"+id, "", headers...)
			if r.StatusCode != 200 && r.StatusCode != 206 {
				require.Empty(t, r.Header.Get("Content-Range"))
				require.Empty(t, r.Header.Get("Accept-Ranges"), "it says nothing about what is there")
			}
			return r.StatusCode
		}
		for name, x := range map[string]struct {
			token, id string
			status    int
		}{
			"her own": {s.self, document, 200}, "her doctor": {s.doctor, document, 200}, "a stranger": {s.stranger, document, 404}, "nobody": {"", document, 401},
			"no documents": {s.elena, document, 404}, "a message": {s.elena, plain, 200}, "a labelled one": {s.elena, private, 404}, "hers": {s.self, private, 200},
			"held back": {s.self, held, 404}, "not from the doctor": {s.doctor, held, 200}, "unknown": {s.self, newID(), 404},
			"by scope": {s.scoped("system/Observation.rs"), document, 403},
		} {
			require.Equal(t, x.status, get(x.token, x.id), name)
			if x.status == 200 {
				x.status = 206
			}
			require.Equal(t, x.status, get(x.token, x.id, "Range", "bytes=0-1"), name)
		}
		rows := func(action string) (n int) {
			for _, e := range s.rowsOf(document) {
				if strings.Contains(e, `"action":"`+action+`"`) {
					n++
				}
			}
			return n
		}
		require.Equal(t, 4, rows("read"), "one a look: of herself and the doctor")
		require.Equal(t, 4, rows("refused"), "of the stranger and the daughter")

		// before it is sent it is no part of the record
		who, err := s.id.Bearer(context.Background(), s.self)
		require.NoError(t, err)
		waiting := newID()
		_, err = s.store.SaveBinary(context.Background(), who, s.rosa, records.BinaryIn{ID: waiting, Content: []byte("a draft")})
		require.NoError(t, err)
		require.Equal(t, 404, get(s.self, waiting))

		// what was deleted is gone; what was tampered with is refused before a byte of it leaves
		require.Equal(t, 204, s.do(s.feed, "DELETE", "/fhir/Binary/"+document, "").StatusCode)
		require.Equal(t, 410, get(s.self, document))
		require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				err = os.WriteFile(path, bytes.Repeat([]byte("x"), 200), 0o600)
			}
			return err
		}))
		r := s.do(s.self, "GET", "/fhir/Binary/"+plain, "")
		require.Equal(t, 500, r.StatusCode)
		require.Contains(t, r.body, "OperationOutcome")
		require.Contains(t, r.Header.Get("Content-Type"), "application/fhir+json")
	})
}

// rowsOf are the audit rows about a record.
func (s *site) rowsOf(id string) (rows []string) {
	s.t.Helper()
	for _, r := range audittest.Rows(s.t, s.db) {
		if bytes.Contains(r.Body, []byte(id)) {
			rows = append(rows, string(r.Body))
		}
	}
	return rows
}

// A type that somebody else named does not make a browser run what it gets.
func TestContentThatPretends(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.withFiles()
		for given, want := range map[string]string{
			"text/html": "text/html", "image/svg+xml": "image/svg+xml", "application/javascript": "application/javascript", "no type": "application/octet-stream",
		} {
			id := newID()
			s.put(binary(id, s.rosa, given, "<script>alert(1)</script>"))
			r := s.do(s.doctor, "GET", "/fhir/Binary/"+id, "")
			require.Equal(t, want, r.Header.Get("Content-Type"))
			require.Equal(t, "attachment", r.Header.Get("Content-Disposition"))
			require.Equal(t, "nosniff", r.Header.Get("X-Content-Type-Options"))
			require.Contains(t, r.Header.Get("Content-Security-Policy"), "sandbox")
		}
		empty := newID()
		s.put(`{"resourceType":"Binary","id":"` + empty + `","contentType":"text/plain","securityContext":{"reference":"Patient/` + s.rosa + `"}}`)
		require.Equal(t, 404, s.do(s.doctor, "GET", "/fhir/Binary/"+empty, "").StatusCode)
		require.Equal(t, 200, s.do(s.doctor, "GET", "/fhir/Binary/"+empty, "", "Accept", "application/fhir+json").StatusCode)
	})
}
