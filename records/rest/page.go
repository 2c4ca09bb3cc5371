package rest

import (
	"encoding/base64"
	"encoding/json"
	"net/url"

	"housecall/internal/fault"
	"housecall/internal/sitekey"
)

// pageSealer makes the opaque _page of next links. It holds the whole question
// and the store's cursor, so that no link repeats what was searched for.
type pageSealer struct{ *sitekey.Sealer }

type page struct {
	Query  string `json:"q"`
	Cursor string `json:"c"`
	Strict bool   `json:"s,omitempty"`
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
	return base64.RawURLEncoding.EncodeToString(p.Seal(plain, about))
}

// open gives the values of the question again, with the store's cursor in _page.
func (p pageSealer) open(about, token string) (values url.Values, strict bool, err error) {
	bad := fault.New(fault.Invalid, "This page link is no longer valid. Please search again.").WithCode("cursor")
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return nil, false, bad
	}
	plain, err := p.Open(b, about)
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
