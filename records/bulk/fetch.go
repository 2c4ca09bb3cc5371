package bulk

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"housecall/internal/identity/egress"
)

const (
	maxFetch = 8 << 30  // of one file, as it is sent
	maxPlain = 16 << 30 // that may come out of it
	maxLine  = 16 << 20
)

// unfetchable says why a file cannot be had. Its text names no address.
type unfetchable struct {
	text  string
	final bool // trying again is of no use
	err   error
}

func (u *unfetchable) Error() string { return u.text }
func (u *unfetchable) Unwrap() error { return u.err }

// source is a file that is being fetched, from the place on that is not in yet.
type source struct {
	body io.Closer
	r    *bufio.Reader
	tag  string
	left int64
}

func (s *source) close() { _ = s.body.Close() }

// fetch asks for what is not in yet. A server that cannot send a part sends
// everything, and what is in already is read over. What changed meanwhile is read
// from the beginning.
func (s *Service) fetch(ctx context.Context, in *input) (*source, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, in.url, nil)
	if err != nil {
		return nil, &unfetchable{"The address of the file cannot be read.", true, err}
	}
	req.Header.Set("Accept", "application/fhir+ndjson, application/ndjson, */*;q=0.1")
	req.Header.Set("Accept-Encoding", "identity") // parts of it can be asked for
	if in.place > 0 && in.tag != "" {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", in.place))
		req.Header.Set("If-Range", in.tag)
	}
	res, err := s.Client.Do(req)
	if errors.Is(err, egress.ErrSpecial) {
		return nil, &unfetchable{"The address of the file is not a public one.", true, err}
	}
	if errors.Is(err, egress.ErrUnlisted) {
		return nil, &unfetchable{"The file is at a host that this site does not call.", true, err}
	}
	if err != nil {
		return nil, &unfetchable{"The server of the file does not answer.", false, err}
	}
	src := &source{body: res.Body, tag: strongTag(res.Header.Get("ETag")), left: maxPlain}
	skip := in.place
	switch res.StatusCode {
	case http.StatusOK:
		if in.tag != "" && src.tag != in.tag {
			in.place, in.line, skip = 0, 0, 0
		}
	case http.StatusPartialContent:
		skip = 0
		if want := fmt.Sprintf("bytes %d-", in.place); len(res.Header.Get("Content-Range")) < len(want) || res.Header.Get("Content-Range")[:len(want)] != want {
			src.close()
			return nil, &unfetchable{"The server of the file sends another part than it was asked for.", true, nil}
		}
	case http.StatusRequestedRangeNotSatisfiable: // everything is in
		src.r = bufio.NewReader(bytes.NewReader(nil))
		return src, nil
	default:
		src.close()
		again := res.StatusCode >= 500 || res.StatusCode == http.StatusTooManyRequests || res.StatusCode == http.StatusRequestTimeout
		return nil, &unfetchable{fmt.Sprintf("The server of the file answers with status %d.", res.StatusCode), !again, nil}
	}
	src.r = bufio.NewReaderSize(res.Body, 64<<10)
	if head, _ := src.r.Peek(2); skip == in.place && len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(src.r)
		if err != nil {
			src.close()
			return nil, &unfetchable{"The file is damaged.", true, err}
		}
		src.r = bufio.NewReaderSize(z, 64<<10)
		src.tag = "" // parts of what is packed cannot be asked for by place
	}
	if _, err := io.CopyN(io.Discard, src.r, skip); err != nil {
		src.close()
		return nil, &unfetchable{"The file is shorter than it was.", errors.Is(err, io.EOF), err}
	}
	return src, nil
}

// strongTag gives an ETag by which a part may be asked for (RFC 9110, section
// 13.1.5).
func strongTag(tag string) string {
	if len(tag) < 2 || tag[0] != '"' || len(tag) > 200 {
		return ""
	}
	return tag
}

// window reads whole lines, some bytes of them or as many as come in this turn,
// and tells whether these are the last.
func (s *source) window(most int, turn func() bool) (b []byte, lines int64, end bool, err error) {
	for len(b) < most && (len(b) == 0 || lines%100 != 0 || turn()) {
		line, err := s.line()
		if len(line) > 0 {
			b = append(b, line...)
			lines++
		}
		if errors.Is(err, io.EOF) {
			return b, lines, true, nil
		}
		if err != nil {
			return nil, 0, false, err
		}
	}
	return b, lines, false, nil
}

func (s *source) line() ([]byte, error) {
	var line []byte
	for {
		part, err := s.r.ReadSlice('\n')
		line = append(line, part...)
		if s.left -= int64(len(part)); s.left < 0 || len(line) > maxLine {
			return nil, &unfetchable{"More comes out of this file, or of one of its lines, than is read at once.", true, nil}
		}
		switch {
		case err == nil:
			return line, nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF):
			return line, io.EOF
		default:
			return nil, &unfetchable{"The file breaks off.", false, err}
		}
	}
}

func opened(b []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
}
