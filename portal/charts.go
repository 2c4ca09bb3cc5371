package portal

import (
	"context"
	"net/http"

	"housecall/internal/edge"
	"housecall/records"
)

type chartIn struct {
	Patient     string `path:"patient" maxLength:"64"`
	IfNoneMatch string `header:"If-None-Match" maxLength:"4096"`
}

type chartOut struct {
	Status int
	ETag   string `header:"ETag"`
	Body   *records.Chart
}

func (p *Portal) chart(ctx context.Context, in *chartIn) (*chartOut, error) {
	ch, err := p.Records.Open(ctx, edge.Who(ctx), in.Patient, in.IfNoneMatch)
	if err != nil {
		return nil, err
	}
	out := &chartOut{Status: http.StatusOK, ETag: ch.ETag, Body: ch}
	if ch.NotModified {
		out.Status, out.Body = http.StatusNotModified, nil
	}
	return out, nil
}

type timelineIn struct {
	Patient string `path:"patient" maxLength:"64"`
	Kind    string `query:"kind" maxLength:"40"`
	Paging
}

func (p *Portal) timeline(ctx context.Context, in *timelineIn) (*body[records.Entries], error) {
	e, err := p.Records.Timeline(ctx, edge.Who(ctx), in.Patient, in.Kind, "", in.Cursor, in.Limit)
	return entriesOf(e, err)
}

type timelineSearch struct {
	Patient string `path:"patient" maxLength:"64"`
	Body    struct {
		Kind string `json:"kind,omitempty" maxLength:"40"`
		Words
	}
}

func (p *Portal) searchTimeline(ctx context.Context, in *timelineSearch) (*body[records.Entries], error) {
	q := in.Body
	e, err := p.Records.Timeline(ctx, edge.Who(ctx), in.Patient, q.Kind, q.Words.Words, q.Cursor, q.Limit)
	return entriesOf(e, err)
}

type sectionIn struct {
	Patient  string `path:"patient" maxLength:"64"`
	Category string `path:"category" maxLength:"40"`
	Paging
}

func (p *Portal) section(ctx context.Context, in *sectionIn) (*body[records.Entries], error) {
	e, err := p.Records.Section(ctx, edge.Who(ctx), in.Patient, in.Category, in.Cursor, in.Limit)
	return entriesOf(e, err)
}

func entriesOf(e records.Entries, err error) (*body[records.Entries], error) {
	e.Items = some(e.Items)
	return &body[records.Entries]{e}, err
}

type trendIn struct {
	Patient string `path:"patient" maxLength:"64"`
	Key     string `path:"key" maxLength:"100"`
}

func (p *Portal) trend(ctx context.Context, in *trendIn) (*body[records.Trend], error) {
	t, err := p.Records.Trend(ctx, edge.Who(ctx), in.Patient, in.Key)
	return &body[records.Trend]{t}, err
}

type entryIn struct {
	Patient string `path:"patient" maxLength:"64"`
	Type    string `path:"type" maxLength:"64"`
	ID      string `path:"id" maxLength:"64"`
}

func (p *Portal) entry(ctx context.Context, in *entryIn) (*body[records.Detail], error) {
	d, err := p.Records.Detail(ctx, edge.Who(ctx), in.Patient, in.Type, in.ID)
	return &body[records.Detail]{d}, err
}

type documentOut struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Policy      string `header:"Content-Security-Policy"`
	Body        []byte
}

// document hands over the content of a document. What a browser could run is
// only ever saved, and what it shows may load nothing and run nothing.
func (p *Portal) document(ctx context.Context, in *entryIn) (*documentOut, error) {
	content, contentType, show, err := p.Records.DocumentContent(ctx, edge.Who(ctx), in.Patient, in.Type, in.ID)
	if err != nil {
		return nil, err
	}
	out := &documentOut{ContentType: contentType, Disposition: "inline", Body: content,
		Policy: "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}
	if !show {
		out.ContentType, out.Disposition = "application/octet-stream", "attachment"
	}
	if out.ContentType != "application/pdf" { // which browsers do not show in a sandbox
		out.Policy += "; sandbox"
	}
	return out, nil
}
