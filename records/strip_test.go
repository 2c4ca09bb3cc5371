package records

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"testing"

	"github.com/stretchr/testify/require"
)

const where = "GPS 48.137 11.575"

func segment(marker byte, content string) []byte {
	out := []byte{0xFF, marker, 0, 0}
	binary.BigEndian.PutUint16(out[2:], uint16(len(content)+2))
	return append(out, content...)
}

// shot is a JPEG with a segment behind its beginning.
func shot(t *testing.T, extra ...byte) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for i := range m.Pix {
		m.Pix[i] = byte(i * 7919 >> 3)
	}
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, m, nil))
	return append(append([]byte{0xFF, 0xD8}, extra...), b.Bytes()[2:]...)
}

// progressive is a grey picture of eight by eight in two scans (spectral selection,
// ITU T.81, annex G), with a segment between them.
func progressive(between []byte) []byte {
	out := []byte{0xFF, 0xD8}
	out = append(out, segment(0xDB, "\x00"+string(bytes.Repeat([]byte{1}, 64)))...)
	out = append(out, segment(0xC2, "\x08\x00\x08\x00\x08\x01\x01\x11\x00")...)
	lengths := "\x01" + string(make([]byte, 15))
	out = append(out, segment(0xC4, "\x00"+lengths+"\x00"+"\x10"+lengths+"\x00")...) // one code each: no difference, end of block
	out = append(out, segment(0xDA, "\x01\x01\x00\x00\x00\x00")...)
	out = append(out, 0x7F)
	out = append(out, between...)
	out = append(out, segment(0xDA, "\x01\x01\x00\x01\x3F\x00")...)
	return append(out, 0x7F, 0xFF, 0xD9)
}

func TestNothingStandsBehindAPicture(t *testing.T) {
	exif := segment(0xE1, "Exif\x00\x00MM\x00\x2A\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00"+where)
	film := append([]byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"), where+"\xFF\xD9"...)
	for name, given := range map[string][]byte{
		"film":           append(shot(t, exif...), film...),
		"second picture": append(shot(t), shot(t, exif...)...),
		"comment":        shot(t, segment(0xFE, where)...),
		"own segment":    shot(t, segment(0xE5, where)...),
		"thumbnail":      shot(t, segment(0xE0, "JFXX\x00\x10"+where)...),
		"many scans":     append(progressive(exif), film...),
		"stuffed":        append(progressive(append(segment(0xFE, where), exif...)), 0xFF, 0xD9),
	} {
		got, err := stripPicture("image/jpeg", given)
		require.NoError(t, err, name)
		require.NotContains(t, string(got), "48.137", name)
		require.NotContains(t, string(got), "ftyp", name)
		require.Equal(t, 1, bytes.Count(got, []byte{0xFF, 0xD9}), name)
		want, err := jpeg.Decode(bytes.NewReader(given))
		require.NoError(t, err, name)
		shown, err := jpeg.Decode(bytes.NewReader(got))
		require.NoError(t, err, name)
		require.Equal(t, want, shown, "%s: the picture itself stays", name)
	}
	many, err := stripPicture("image/jpeg", progressive(exif))
	require.NoError(t, err)
	require.Equal(t, progressive(nil), many, "every scan stays")
	whole := shot(t)
	for _, n := range []int{2, 3, 30, len(whole) - 1} {
		_, err := stripPicture("image/jpeg", whole[:n])
		require.ErrorIs(t, err, errPicture, "cut at %d", n)
	}
}

func TestAGIFSaysNothingBesideItsPictures(t *testing.T) {
	frame := image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.Black, color.White})
	var b bytes.Buffer
	require.NoError(t, gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{5, 5}}))
	given := b.Bytes()
	head := 13 + colours(given[10])
	extra := "\x21\xFE\x11" + where + "\x00" + "\x21\xFF\x0BXMP DataXMP\x11" + where + "\x00"
	given = append(append(append(bytes.Clone(given[:head]), extra...), given[head:]...), where...)
	got, err := stripPicture("image/gif", given)
	require.NoError(t, err)
	require.Equal(t, b.Bytes(), got, "what it shows and how often stays")
	_, err = stripPicture("image/gif", given[:head+len(extra)+5])
	require.ErrorIs(t, err, errPicture)
}

func TestAWebPKeepsWhatItShows(t *testing.T) {
	chunk := func(name, content string) string {
		return name + string(binary.LittleEndian.AppendUint32(nil, uint32(len(content)))) + content
	}
	riff := func(chunks string) string {
		return "RIFF" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(chunks)+4))) + "WEBP" + chunks
	}
	shown := chunk("VP8 ", "pixels")
	got, err := stripPicture("image/webp", []byte(riff(chunk("VP8X", "\x0C\x00\x00\x00\x00\x00\x00\x00\x00\x00")+shown+chunk("EXIF", where+"!")+chunk("ownx", where+"!"))+chunk("VP8 ", where+"!")))
	require.NoError(t, err)
	require.Equal(t, riff(chunk("VP8X", string(make([]byte, 10)))+shown), string(got))
}
