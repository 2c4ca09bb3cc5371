package portal

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/fault"
	"housecall/notifications"
)

func (p *Portal) mountNotices(api huma.API) {
	get(api, "/notices", "What somebody was told, newest first", p.notices)
	route(api, http.MethodPost, "/notices/seen", "Mark notices as seen", p.noticesSeen)
	get(api, "/notices/{id}", "Where the link of a mail leads", p.notice)
	get(api, "/me/notifications", "How somebody wants to be told", p.told)
	route(api, http.MethodPut, "/me/notifications", "Change how somebody wants to be told", p.changeTold)
}

// Notice tells that something waits.
type Notice struct {
	ID      string    `json:"id"`
	Kind    string    `json:"kind" enum:"message,appointment,visit,note,sharing,result,ask,oversight"`
	At      time.Time `json:"at"`
	Seen    bool      `json:"seen"`
	Patient string    `json:"patient,omitempty"`
	Ref     string    `json:"ref" doc:"thread/<id>, visit/<id>, appointment/<id>, entry/<type>/<id>, glass/<id> or restriction/<id>"`
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

// Telling is how somebody wants to be told. In the app they always are.
type Telling struct {
	Email EmailTelling `json:"email"`
	Quiet QuietHours   `json:"quiet"`
	Kinds TellingKinds `json:"kinds"`
}

// EmailTelling is about mail as a whole.
type EmailTelling struct {
	On      bool   `json:"on"`
	Address string `json:"address,omitempty" maxLength:"254" doc:"That of the account; it is not changed here"`
	Works   bool   `json:"works,omitempty" doc:"Whether this site sends mail at all; it is not changed here"`
}

// QuietHours are when no mail is sent; it comes when they are over.
type QuietHours struct {
	On       bool   `json:"on"`
	From     string `json:"from" example:"22:00" maxLength:"5"`
	To       string `json:"to" example:"07:00" maxLength:"5"`
	TimeZone string `json:"timeZone" example:"America/Chicago" maxLength:"64"`
}

// TellingKinds has each kind of notice.
type TellingKinds struct {
	Message     TellingKind `json:"message"`
	Appointment TellingKind `json:"appointment"`
	Visit       TellingKind `json:"visit"`
	Note        TellingKind `json:"note"`
	Result      TellingKind `json:"result"`
	Sharing     TellingKind `json:"sharing"`
	Ask         TellingKind `json:"ask" doc:"Requests"`
}

// TellingKind is how one kind of notice is told.
type TellingKind struct {
	Email bool `json:"email"`
}

func (k *TellingKinds) each() map[notifications.Kind]*TellingKind {
	return map[notifications.Kind]*TellingKind{
		notifications.Message: &k.Message, notifications.Appointment: &k.Appointment, notifications.Visit: &k.Visit,
		notifications.Note: &k.Note, notifications.Result: &k.Result, notifications.Sharing: &k.Sharing, notifications.Request: &k.Ask,
	}
}

func (p *Portal) told(ctx context.Context, _ *none) (*body[Telling], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	w, err := p.Notices.Preferences(ctx, who)
	if err != nil {
		return nil, err
	}
	a, err := p.Identity.AccountByID(ctx, who.Account)
	out := Telling{
		Email: EmailTelling{On: w.Email, Address: a.Email, Works: p.Notices.Mail != nil},
		Quiet: QuietHours{On: w.Quiet.On, From: clock(w.Quiet.From), To: clock(w.Quiet.To), TimeZone: w.Quiet.Zone.String()},
	}
	for kind, k := range out.Kinds.each() {
		k.Email = !w.IsSilent(kind)
	}
	return &body[Telling]{out}, err
}

func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

func minutes(clock string) (int, error) {
	t, err := time.Parse("15:04", clock)
	if err != nil {
		return 0, fault.New(fault.Invalid, "Write the time as hours and minutes. An example: 22:00")
	}
	return t.Hour()*60 + t.Minute(), nil
}

func (p *Portal) changeTold(ctx context.Context, in *body[Telling]) (*body[Telling], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	w := notifications.Preferences{Email: in.Body.Email.On, Quiet: notifications.Quiet{On: in.Body.Quiet.On}}
	if w.Quiet.From, err = minutes(in.Body.Quiet.From); err != nil {
		return nil, err
	}
	if w.Quiet.To, err = minutes(in.Body.Quiet.To); err != nil {
		return nil, err
	}
	if w.Quiet.Zone, err = notifications.Zone(in.Body.Quiet.TimeZone); err != nil {
		return nil, err
	}
	for kind, k := range in.Body.Kinds.each() {
		if !k.Email {
			w.Silent = append(w.Silent, kind)
		}
	}
	if err := p.Notices.SetPreferences(ctx, who, w); err != nil {
		return nil, err
	}
	return p.told(ctx, nil)
}
