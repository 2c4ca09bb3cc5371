package rest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/url"

	"housecall/internal/fault"
)

// pageSealer makes the opaque _page of next links. It holds the whole question
// and the store's cursor, so that no link repeats what was searched for.
type pageSealer struct{ aead cipher.AEAD }

type page struct {
	Query  string `json:"q"`
	Cursor string `json:"c"`
	Strict bool   `json:"s,omitempty"`
}

func newPageSealer(key []byte) (pageSealer, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return pageSealer{}, err
	}
	aead, err := cipher.NewGCM(block)
	return pageSealer{aead}, err
}

func (p pageSealer) seal(about string, values url.Values, cursor string, strict bool) string {
	v := make(url.Values, len(values))
	for k, list := range values {
		if k != "_page" {
			v[k] = list
		}
	}
	plain, err := json.Marshal(page{Query: v.Encode(), Cursor: cursor, Strict: strict})
	if err != nil {
		return ""
	}
	nonce := make([]byte, p.aead.NonceSize(), p.aead.NonceSize()+len(plain)+p.aead.Overhead())
	_, _ = rand.Read(nonce)
	return base64.RawURLEncoding.EncodeToString(p.aead.Seal(nonce, nonce, plain, []byte(about)))
}

// open gives the values of the question again, with the store's cursor in _page.
func (p pageSealer) open(about, token string) (values url.Values, strict bool, err error) {
	bad := fault.New(fault.Invalid, "This page link is no longer valid. Please search again.").WithCode("cursor")
	b, err := base64.RawURLEncoding.DecodeString(token)
	n := p.aead.NonceSize()
	if err != nil || len(b) < n {
		return nil, false, bad
	}
	plain, err := p.aead.Open(nil, b[:n], b[n:], []byte(about))
	if err != nil {
		return nil, false, bad
	}
	var pg page
	if err := json.Unmarshal(plain, &pg); err != nil {
		return nil, false, bad
	}
	if values, err = url.ParseQuery(pg.Query); err != nil {
		return nil, false, bad
	}
	if pg.Cursor != "" {
		values.Set("_page", pg.Cursor)
	}
	return values, pg.Strict, nil
}
