package records

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/fault"
)

func element(id []byte, content ...byte) []byte {
	return append(append(append([]byte{}, id...), 0x40|byte(len(content)>>8), byte(len(content))), content...)
}

// recorded is what a browser's recorder makes, with tracks of these types. The
// segment has no length, as while it is still being written.
func recorded(types ...byte) []byte {
	var tracks []byte
	for _, kind := range types {
		tracks = append(tracks, element([]byte{0xAE}, append(element([]byte{0xD7}, 1), element([]byte{0x83}, kind)...)...)...)
	}
	out := element([]byte{0x1A, 0x45, 0xDF, 0xA3}, append(element([]byte{0x42, 0x82}, []byte("webm")...), element([]byte{0x42, 0x87}, 4)...)...)
	out = append(out, 0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF)
	out = append(out, element([]byte{0x15, 0x49, 0xA9, 0x66}, element([]byte{0x2A, 0xD7, 0xB1}, 0x0F)...)...)
	out = append(out, element([]byte{0x16, 0x54, 0xAE, 0x6B}, tracks...)...)
	return append(out, 0x1F, 0x43, 0xB6, 0x75, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xE7, 0x81, 0x00)
}

func mp4box(kind string, content ...[]byte) []byte {
	all := bytes.Join(content, nil)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(len(all)+8)), kind...), all...)
}

func mp4(handlers ...string) []byte {
	moov := [][]byte{mp4box("mvhd", make([]byte, 100)), mp4box("udta", mp4box("\xA9xyz", []byte("\x00\x12\x15\xC7+48.1370+011.5750/")))}
	for _, h := range handlers {
		moov = append(moov, mp4box("trak", mp4box("mdia", mp4box("hdlr", make([]byte, 8), []byte(h), make([]byte, 12))), mp4box("meta", []byte("+48.1370"))))
	}
	return bytes.Join([][]byte{mp4box("ftyp", []byte("isom\x00\x00\x02\x00isomiso2mp41")), mp4box("moov", moov...), mp4box("mdat", []byte("sound"))}, nil)
}

// What a page records is taken as sound; what holds pictures beside it is not.
func TestARecordingIsSound(t *testing.T) {
	for name, x := range map[string]struct {
		content []byte
		want    string
	}{
		"webm": {recorded(2), "audio/webm"}, "film webm": {recorded(2, 1), ""}, "webm without tracks": {recorded(), ""},
		"mp4": {mp4("soun"), "audio/mp4"}, "film mp4": {mp4("soun", "vide"), ""}, "mp4 without tracks": {mp4(), ""},
		"cut mp4": {mp4("soun")[:150], ""},
	} {
		in := BinaryIn{ID: "0190b0e2-7c1a-7c1a-8c1a-0190b0e27c1a", ContentType: "audio/anything", Content: x.content}
		if x.want == "" {
			require.Error(t, in.check(), name)
			continue
		}
		require.NoError(t, in.check(), name)
		require.Equal(t, x.want, in.ContentType, name)
	}
	for i := range 4000 { // whatever comes: no panic, no endless walk
		b := append(recorded(2), mp4("soun")...)
		b[i*7919%len(b)] ^= byte(i)
		soundOnly("video/webm", b)
		soundOnly("video/mp4", b)
		_, _ = stripMP4(b)
	}
}

func TestARecordingDoesNotTellWhere(t *testing.T) {
	given := mp4("soun")
	require.Contains(t, string(given), "48.137")
	got, err := stripPicture("audio/mp4", given)
	require.NoError(t, err)
	require.NotContains(t, string(got), "48.137")
	require.Len(t, got, len(given), "nothing moves")
	require.True(t, mp4Sound(got))
	require.Contains(t, string(got), "sound")
}

// heic is the head of a photo as an iPhone takes it.
func TestAPhotoThatNotEveryDeviceShowsIsRefusedKindly(t *testing.T) {
	heic := append(mp4box("ftyp", []byte("heic\x00\x00\x00\x00mif1heic")), mp4box("meta", []byte(where))...)
	in := BinaryIn{ID: "0190b0e2-7c1a-7c1a-8c1a-0190b0e27c1a", ContentType: "image/heic", Content: heic}
	err := in.check()
	require.True(t, fault.Is(err, fault.Invalid))
	require.ErrorContains(t, err, "JPEG")
}

// A small picture is upright, and what would not fit into memory is not decoded.
func TestThumbnail(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 1200, 800))
	for y := range 800 {
		for x := range 1200 {
			c := color.RGBA{255, 255, 255, 255}
			if x < 600 && y < 400 {
				c = color.RGBA{200, 0, 0, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	var plain bytes.Buffer
	require.NoError(t, jpeg.Encode(&plain, m, nil))
	turned := append(append([]byte{0xFF, 0xD8}, upright(6)...), plain.Bytes()[2:]...) // the camera lay on its side
	b, err := Thumbnail(context.Background(), "image/jpeg", bytes.NewReader(turned))
	require.NoError(t, err)
	small, err := jpeg.Decode(bytes.NewReader(b))
	require.NoError(t, err)
	require.Equal(t, image.Pt(320, 480), small.Bounds().Size())
	red := func(x, y int) bool { _, g, _, _ := small.At(x, y).RGBA(); return g < 0x4000 }
	require.True(t, red(280, 40), "what was top left is top right")
	require.False(t, red(40, 40))
	require.False(t, red(280, 440))

	var huge bytes.Buffer
	require.NoError(t, png.Encode(&huge, image.NewGray(image.Rect(0, 0, 10, 10))))
	bomb := huge.Bytes()
	binary.BigEndian.PutUint32(bomb[16:], 60_000)
	binary.BigEndian.PutUint32(bomb[20:], 60_000)
	for _, x := range []struct {
		kind string
		b    []byte
	}{{"image/png", bomb}, {"image/jpeg", []byte("no picture")}, {"application/pdf", []byte("%PDF-1.7")}} {
		_, err := Thumbnail(context.Background(), x.kind, bytes.NewReader(x.b))
		require.True(t, fault.Is(err, fault.NotFound), x.kind)
	}
}
