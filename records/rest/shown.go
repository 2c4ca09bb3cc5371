package rest

import (
	"net/url"
	"strings"

	"housecall/records"
	"housecall/records/fhir"
)

// shown is how much of each resource the reader wants (R4 3.1.1.5.7 and
// 3.1.1.5.8). Who wants all of it gets the stored bytes.
type shown struct {
	summary  string
	elements []string
}

func shownOf(values url.Values) (shown, error) {
	var s shown
	switch v := values.Get("_summary"); v {
	case "true", "text", "data":
		s.summary = v
	case "", "false", "count":
	default:
		return s, invalid("invalid", "_summary", "_summary can be true, text, data, count or false.")
	}
	for _, list := range values["_elements"] {
		for _, e := range strings.Split(list, ",") {
			if e = strings.TrimSpace(e); e != "" {
				s.elements = append(s.elements, e)
			}
		}
	}
	if len(s.elements) > 200 {
		return s, invalid("too-long", "_elements", "Too many elements are asked for.")
	}
	return s, nil
}

// of gives the wanted part of a body.
func (s shown) of(body []byte) ([]byte, error) {
	if s.summary == "" && len(s.elements) == 0 {
		return body, nil
	}
	n, err := fhir.Parse(body)
	if err != nil {
		return nil, err
	}
	return fhir.Subset(n, s.summary, s.elements).Append(make([]byte, 0, len(body))), nil
}

// cut does the same for all resources of a list.
func (s shown) cut(items []records.Stored) error {
	for i := range items {
		if items[i].Outcome == records.Deleted {
			continue
		}
		var err error
		if items[i].Body, err = s.of(items[i].Body); err != nil {
			return err
		}
	}
	return nil
}
