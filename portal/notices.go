package portal

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"housecall/notifications"
)

func (p *Portal) mountNotices(app *fiber.App, api huma.API) {
	get(api, "/notices", "What somebody was told, newest first", p.notices)
	route(api, http.MethodPost, "/notices/seen", "Mark notices as seen", p.noticesSeen)
	get(api, "/notices/{id}", "Where the link of a mail leads", p.notice)
	p.mountTelling(api)
	p.mountDelivery(app, api)
}

// Notice tells that something waits.
type Notice struct {
	ID      string    `json:"id"`
	Kind    string    `json:"kind" enum:"message,appointment,visit,note,sharing,result,ask,oversight,signin,moved,reach"`
	At      time.Time `json:"at"`
	Seen    bool      `json:"seen"`
	Patient string    `json:"patient,omitempty"`
	Ref     string    `json:"ref" doc:"thread/<id>, visit/<id>, appointment/<id>, entry/<type>/<id>, glass/<id>, restriction/<id>, reach/mail or reach/sms"`
}

// Notices is one page of them.
type Notices struct {
	Items  []Notice `json:"items"`
	Next   string   `json:"next,omitempty" doc:"Cursor of the next page"`
	Unseen int      `json:"unseen"`
}

func noticeOf(t notifications.Told) Notice {
	return Notice{ID: t.ID, Kind: string(t.Kind), At: t.At, Seen: t.Seen, Patient: t.Patient, Ref: t.Ref}
}

func (p *Portal) notices(ctx context.Context, in *Paging) (*body[Notices], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	limit := in.Limit
	if limit == 0 {
		limit = 20
	}
	items, next, err := p.Notices.List(ctx, who, in.Cursor, limit)
	if err != nil {
		return nil, err
	}
	out := Notices{Items: []Notice{}, Next: next}
	for _, t := range items {
		out.Items = append(out.Items, noticeOf(t))
	}
	out.Unseen, err = p.Notices.Unseen(ctx, who)
	return &body[Notices]{out}, err
}

type noticesSeenIn struct {
	Body struct {
		IDs []string `json:"ids,omitempty" maxItems:"100"`
		All bool     `json:"all,omitempty"`
	}
}

func (p *Portal) noticesSeen(ctx context.Context, in *noticesSeenIn) (*none, error) {
	who, err := owner(ctx)
	switch {
	case err != nil:
		return nil, err
	case in.Body.All:
		return &none{}, p.Notices.Seen(ctx, who)
	case len(in.Body.IDs) == 0:
		return &none{}, nil
	}
	return &none{}, p.Notices.Seen(ctx, who, in.Body.IDs...)
}

func (p *Portal) notice(ctx context.Context, in *ByID) (*body[Notice], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	t, err := p.Notices.Open(ctx, who, in.ID)
	return &body[Notice]{noticeOf(t)}, err
}
