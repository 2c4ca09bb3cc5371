package portal_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/clamd/clamdtest"
	"housecall/records/access"
)

// photo is a JPEG that says where it was taken, and that it lies on its side.
func photo(t *testing.T) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 40, 30))
	for x := range 40 {
		m.Set(x, x%30, color.RGBA{200, 30, 30, 255})
	}
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, m, nil))
	exif := []byte("Exif\x00\x00II\x2A\x00\x08\x00\x00\x00\x02\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x25\x88\x04\x00\x01\x00\x00\x00\x26\x00\x00\x00\x00\x00\x00\x00GPS 48.137 11.575")
	segment := append([]byte{0xFF, 0xE1, 0, 0}, exif...)
	binary.BigEndian.PutUint16(segment[2:], uint16(len(exif)+2))
	out := append([]byte{0xFF, 0xD8}, segment...)
	return append(append(out, b.Bytes()[2:]...), "trailer: 48.137"...)
}

func (s *someone) send(chart, id, contentType, name string, content []byte) reply {
	return s.do("PUT", chart+"/binaries/"+id, string(content), "Content-Type", contentType, "Content-Disposition", `attachment; filename*=UTF-8''`+name)
}

func TestAPhotoGoesAlongWithAMessage(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		f.regrant(access.Of(access.Demographics, access.Messages), access.PowerMessages) // no documents
		id, content := newID(), photo(t)
		first := f.elena.send(f.chart(), id, "image/jpeg", "My%20foot.jpg", content)
		require.Equal(t, 200, first.StatusCode, first.body)
		require.Equal(t, first.body, f.elena.send(f.chart(), id, "image/jpeg", "My%20foot.jpg", content).body, "sent twice is once done")
		require.Equal(t, "id_used", f.elena.send(f.chart(), id, "image/jpeg", "x.jpg", append(bytes.Clone(content), 1)).code())
		require.Equal(t, "id_used", f.self.send(f.chart(), id, "image/jpeg", "My%20foot.jpg", content).code())

		r := f.elena.do("POST", f.chart()+"/threads", fmt.Sprintf(`{"id":"%s","topic":"question","text":"Look at this","attachments":["%s"]}`, newID(), id))
		require.Equal(t, 201, r.StatusCode, r.body)
		require.Contains(t, r.body, `"title":"My foot.jpg"`)
		for _, who := range []*someone{f.elena, f.self, f.doctor} {
			got := who.get(f.chart() + "/binaries/" + id)
			require.Equal(t, 200, got.StatusCode, got.body)
			require.Equal(t, "image/jpeg", got.Header.Get("Content-Type"))
			require.Contains(t, got.Header.Get("Content-Security-Policy"), "sandbox")
			require.Equal(t, "nosniff", got.Header.Get("X-Content-Type-Options"))
			require.Contains(t, got.Header.Get("Cache-Control"), "no-store")
			require.NotContains(t, got.body, "48.137", "where it was taken is nobody's business")
			require.Contains(t, got.body, "\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06", "which side is up stays")
			_, err := jpeg.Decode(strings.NewReader(got.body))
			require.NoError(t, err)
		}
		part := f.self.do("GET", f.chart()+"/binaries/"+id, "", "Range", "bytes=0-1")
		require.Equal(t, 206, part.StatusCode)
		require.Equal(t, "\xFF\xD8", part.body)
		for _, who := range []*someone{f.stranger, f.desk} {
			require.Equal(t, 404, who.get(f.chart()+"/binaries/"+id).StatusCode)
			require.Equal(t, 404, who.send(f.chart(), newID(), "image/jpeg", "x.jpg", content).StatusCode)
		}
		require.Equal(t, 401, f.anyone.get(f.chart()+"/binaries/"+id).StatusCode)
		r = f.self.do("POST", f.chart()+"/threads", fmt.Sprintf(`{"id":"%s","topic":"question","text":"x","attachments":["%s"]}`, newID(), newID()))
		require.Equal(t, "attachment", r.code(), r.body)
		require.NotContains(t, n.log.String(), "foot")
	})
}

func TestOnlyFilesThatAreHarmless(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		var picture bytes.Buffer
		require.NoError(t, png.Encode(&picture, image.NewGray(image.Rect(0, 0, 3, 3))))
		for name, x := range map[string]struct{ contentType, content, code string }{
			"page":        {"text/html", "<!doctype html><html><script>alert(1)</script></html>", "file_type"},
			"page as png": {"image/png", "<!doctype html><html></html>", "file_type"},
			"drawing":     {"image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`, "file_type"},
			"program":     {"application/octet-stream", "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x3e\x00", "file_type"},
			"png as jpeg": {"image/jpeg", picture.String(), "file_type"},
			"half a png":  {"image/png", picture.String()[:40], "invalid"},
		} {
			r := f.self.send(f.chart(), newID(), x.contentType, "file", []byte(x.content))
			require.Equal(t, 400, r.StatusCode/100*100, "%s: %s", name, r.body)
			require.Contains(t, []string{x.code, "file_type"}, r.code(), "%s: %s", name, r.body)
		}
		require.Equal(t, 200, f.self.send(f.chart(), newID(), "image/png", "a.png", picture.Bytes()).StatusCode)
		require.Equal(t, 200, f.self.send(f.chart(), newID(), "application/pdf", "a.pdf", []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")).StatusCode)
	})
}

// A file that the scanner finds harmful is not taken, nor is any while it does not
// answer; whoever sent it reads why, in their language.
func TestFilesAreScanned(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		send := func(content, language string) reply {
			return f.self.do("PUT", f.chart()+"/binaries/"+newID(), content, "Content-Type", "text/plain", "Content-Disposition", `attachment; filename="results.txt"`, "Accept-Language", language)
		}
		require.Equal(t, 200, send("plain words", "en").StatusCode)
		require.Contains(t, n.scanner.Scanned(), "plain words")
		r := send(clamdtest.EICAR, "en")
		require.Equal(t, 422, r.StatusCode, r.body)
		require.Equal(t, "infected", r.code())
		require.Contains(t, r.body, "The virus scanner found something harmful")
		require.Contains(t, send(clamdtest.EICAR, "es").body, "El antivirus")
		n.scanner.Stop()
		r = send("plain words", "es")
		require.Equal(t, 503, r.StatusCode, r.body)
		require.NotEmpty(t, r.Header.Get("Retry-After"))
		require.Contains(t, r.body, "tienen virus")
		require.NotContains(t, n.log.String(), "results.txt")
		require.NotContains(t, n.log.String(), "Eicar")
	})
}
