package records

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"housecall/internal/fault"
)

// Bounds of making a picture small.
const (
	thumbSide   = 480
	thumbPixels = 24_000_000 // of the picture; what says it has more is not decoded at all
	thumbsAtOne = 2
)

var thumbs = make(chan struct{}, thumbsAtOne)

func noThumbnail() error {
	return fault.New(fault.NotFound, "There is no small picture of this.").WithCode("thumbnail")
}

// Thumbnail makes a small JPEG of a picture, upright. How large a picture is says
// its head, which is read first: one that would not fit into memory is left alone.
func Thumbnail(ctx context.Context, contentType string, r io.Reader) ([]byte, error) {
	decoders := map[string]struct {
		config func(io.Reader) (image.Config, error)
		decode func(io.Reader) (image.Image, error)
	}{"image/jpeg": {jpeg.DecodeConfig, jpeg.Decode}, "image/png": {png.DecodeConfig, png.Decode}, "image/gif": {gif.DecodeConfig, gif.Decode}}
	d, known := decoders[contentType]
	if !known {
		return nil, noThumbnail()
	}
	select {
	case thumbs <- struct{}{}:
		defer func() { <-thumbs }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	b, err := io.ReadAll(io.LimitReader(r, maxPicture+1))
	if err != nil {
		return nil, err
	}
	head, err := d.config(bytes.NewReader(b))
	if err != nil || len(b) > maxPicture || head.Width < 1 || head.Height < 1 || int64(head.Width)*int64(head.Height) > thumbPixels {
		return nil, noThumbnail()
	}
	m, err := d.decode(bytes.NewReader(b))
	if err != nil {
		return nil, noThumbnail()
	}
	up := uint16(1)
	if contentType == "image/jpeg" {
		up = orientationOf(b)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, turn(shrink(m, thumbSide), up), &jpeg.Options{Quality: 80}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// orientationOf reads which side is up out of a JPEG that was stripped: the
// segment that says so comes first.
func orientationOf(b []byte) uint16 {
	for at := 2; at+4 <= len(b) && b[at] == 0xFF && b[at+1] >= 0xE0 && b[at+1] <= 0xEF; {
		size := int(b[at+2])<<8 | int(b[at+3])
		if size < 2 || at+2+size > len(b) {
			break
		}
		if up := orientation(b[at+4 : at+2+size]); b[at+1] == 0xE1 && up > 0 {
			return up
		}
		at += 2 + size
	}
	return 1
}

// shrink makes each pixel the mean of those that fall into it, on white.
func shrink(m image.Image, most int) *image.RGBA {
	from := m.Bounds()
	w, h := from.Dx(), from.Dy()
	if scale := float64(most) / float64(max(w, h)); scale < 1 {
		w, h = max(1, int(float64(w)*scale)), max(1, int(float64(h)*scale))
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		y0, y1 := from.Min.Y+y*from.Dy()/h, from.Min.Y+max((y+1)*from.Dy()/h, y*from.Dy()/h+1)
		for x := range w {
			x0, x1 := from.Min.X+x*from.Dx()/w, from.Min.X+max((x+1)*from.Dx()/w, x*from.Dx()/w+1)
			var r, g, b, n uint64
			for py := y0; py < y1; py++ {
				for px := x0; px < x1; px++ {
					cr, cg, cb, ca := m.At(px, py).RGBA()
					white := uint64(0xFFFF - ca)
					r, g, b, n = r+uint64(cr)+white, g+uint64(cg)+white, b+uint64(cb)+white, n+1
				}
			}
			out.SetRGBA(x, y, color.RGBA{uint8(r / n >> 8), uint8(g / n >> 8), uint8(b / n >> 8), 0xFF})
		}
	}
	return out
}

// turn puts a picture upright (Exif 2.32, section 4.6.4, tag 0x0112).
func turn(m *image.RGBA, up uint16) *image.RGBA {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	place := map[uint16]func(x, y int) (int, int){
		2: func(x, y int) (int, int) { return w - 1 - x, y }, 3: func(x, y int) (int, int) { return w - 1 - x, h - 1 - y },
		4: func(x, y int) (int, int) { return x, h - 1 - y }, 5: func(x, y int) (int, int) { return y, x },
		6: func(x, y int) (int, int) { return h - 1 - y, x }, 7: func(x, y int) (int, int) { return h - 1 - y, w - 1 - x },
		8: func(x, y int) (int, int) { return y, w - 1 - x },
	}[up]
	if place == nil {
		return m
	}
	size := image.Rect(0, 0, w, h)
	if up >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			tx, ty := place(x, y)
			out.SetRGBA(tx, ty, m.RGBAAt(x, y))
		}
	}
	return out
}
