package portal

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/notifications"
	"housecall/notifications/carrier"
)

func (p *Portal) mountTelling(api huma.API) {
	get(api, "/me/notifications", "How somebody wants to be told", p.told)
	route(api, http.MethodPut, "/me/notifications", "Change how somebody wants to be told", p.changeTold)
	route(api, http.MethodPut, "/me/notifications/browser", "Let this browser be told", p.browserTold)
	route(api, http.MethodPost, "/me/notifications/browser/forget", "Do not tell this browser any more", p.browserForgotten)
	route(api, http.MethodPost, "/me/notifications/number", "Give a telephone number, to which a code is sent", p.numberGiven)
	route(api, http.MethodPost, "/me/notifications/number/confirm", "Confirm it with the code", p.numberConfirmed)
	route(api, http.MethodDelete, "/me/notifications/number", "Forget the telephone number", p.numberDropped)
	route(api, http.MethodPost, "/me/notifications/email/again", "Mail to the address again", p.mailAgain)
}

// Telling is how somebody wants to be told. In the app they always are.
type Telling struct {
	Push   PushTelling     `json:"push"`
	Email  EmailTelling    `json:"email"`
	SMS    SMSTelling      `json:"sms"`
	Order  []string        `json:"order" minItems:"3" maxItems:"3" enum:"push,email,sms" doc:"Which way is tried first; the next one follows when it was not seen"`
	Digest DigestTelling   `json:"digest"`
	Quiet  QuietHours      `json:"quiet"`
	Kinds  TellingKinds    `json:"kinds"`
	People []PersonTelling `json:"people,omitempty" maxItems:"30" doc:"Where somebody cared for is told of otherwise"`
}

// PushTelling is about browsers and phones that may ring.
type PushTelling struct {
	On       bool   `json:"on"`
	Works    bool   `json:"works,omitempty" doc:"Whether this site can make browsers or phones ring; it is not changed here"`
	Key      string `json:"key,omitempty" maxLength:"100" doc:"What browsers subscribe with; empty: they cannot"`
	Browsers int    `json:"browsers,omitempty"`
	Phones   int    `json:"phones,omitempty"`
}

// EmailTelling is about mail as a whole.
type EmailTelling struct {
	On      bool   `json:"on"`
	Address string `json:"address,omitempty" maxLength:"254" doc:"That of the account; it is not changed here"`
	Works   bool   `json:"works,omitempty" doc:"Whether this site sends mail at all; it is not changed here"`
	Failing bool   `json:"failing,omitempty" doc:"Mail servers say that there is no such address"`
}

// SMSTelling is about text messages.
type SMSTelling struct {
	On      bool   `json:"on"`
	Works   bool   `json:"works,omitempty" doc:"Whether this site sends text messages; it is not changed here"`
	Number  string `json:"number,omitempty" maxLength:"20" doc:"The end of the confirmed number; it is not changed here"`
	Failing bool   `json:"failing,omitempty" doc:"The number does not take messages any more"`
}

// DigestTelling is one mail a day instead of single ones.
type DigestTelling struct {
	On bool   `json:"on"`
	At string `json:"at" example:"08:00" maxLength:"5"`
}

// QuietHours are when nothing rings; it comes when they are over.
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
	Push  bool `json:"push"`
	Email bool `json:"email"`
	SMS   bool `json:"sms"`
}

// PersonTelling is how one of the people that somebody cares for is told of.
type PersonTelling struct {
	Patient string       `json:"patient" maxLength:"64"`
	Kinds   TellingKinds `json:"kinds"`
}

func (k *TellingKinds) each() map[notifications.Kind]*TellingKind {
	return map[notifications.Kind]*TellingKind{
		notifications.Message: &k.Message, notifications.Appointment: &k.Appointment, notifications.Visit: &k.Visit,
		notifications.Note: &k.Note, notifications.Result: &k.Result, notifications.Sharing: &k.Sharing, notifications.Request: &k.Ask,
	}
}

func (k *TellingKind) each() map[notifications.Channel]*bool {
	return map[notifications.Channel]*bool{notifications.Push: &k.Push, notifications.Email: &k.Email, notifications.Text: &k.SMS}
}

// channelWords are the channels as the API calls them.
var channelWords = map[notifications.Channel]string{notifications.Push: "push", notifications.Email: "email", notifications.Text: "sms"}

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
	if err != nil {
		return nil, err
	}
	r, err := p.Notices.Reach(ctx, a)
	if err != nil {
		return nil, err
	}
	n := p.Notices
	out := Telling{
		Push:   PushTelling{On: w.Push, Works: n.Works(notifications.Push), Browsers: r.Browsers, Phones: r.Phones},
		Email:  EmailTelling{On: w.Email, Address: a.Email, Works: n.Works(notifications.Email), Failing: r.MailFails},
		SMS:    SMSTelling{On: w.SMS, Works: n.Works(notifications.Text), Number: r.Number, Failing: r.NumberFails},
		Digest: DigestTelling{On: w.Digest.On, At: clock(w.Digest.At)},
		Quiet:  QuietHours{On: w.Quiet.On, From: clock(w.Quiet.From), To: clock(w.Quiet.To), TimeZone: w.Quiet.Zone.String()},
	}
	if n.Carriers.WebPush != nil {
		out.Push.Key = n.Carriers.WebPush.PublicKey()
	}
	for _, c := range w.Order {
		out.Order = append(out.Order, channelWords[c])
	}
	out.Kinds = kindsOf(w, "")
	people := map[string]bool{}
	for x := range w.Choices {
		people[x.Patient] = x.Patient != ""
	}
	for patient, one := range people {
		if one {
			out.People = append(out.People, PersonTelling{patient, kindsOf(w, patient)})
		}
	}
	slices.SortFunc(out.People, func(x, y PersonTelling) int { return strings.Compare(x.Patient, y.Patient) })
	return &body[Telling]{out}, nil
}

// kindsOf gives what somebody chose, also where a whole channel is off.
func kindsOf(w notifications.Preferences, patient string) (k TellingKinds) {
	w.Push, w.Email, w.SMS = true, true, true
	for kind, t := range k.each() {
		for channel, on := range t.each() {
			*on = w.Wants(patient, kind, channel)
		}
	}
	return k
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
	b := in.Body
	w := notifications.Preferences{
		Push: b.Push.On, Email: b.Email.On, SMS: b.SMS.On, Choices: map[notifications.Choice]bool{},
		Digest: notifications.Digest{On: b.Digest.On}, Quiet: notifications.Quiet{On: b.Quiet.On},
	}
	for _, word := range b.Order {
		for c, name := range channelWords {
			if name == word {
				w.Order = append(w.Order, c)
			}
		}
	}
	if w.Quiet.From, err = minutes(b.Quiet.From); err != nil {
		return nil, err
	}
	if w.Quiet.To, err = minutes(b.Quiet.To); err != nil {
		return nil, err
	}
	if w.Digest.At, err = minutes(b.Digest.At); err != nil {
		return nil, err
	}
	if w.Quiet.Zone, err = notifications.Zone(b.Quiet.TimeZone); err != nil {
		return nil, err
	}
	choose(&w, "", b.Kinds)
	for _, one := range b.People {
		if one.Patient != "" {
			choose(&w, one.Patient, one.Kinds)
		}
	}
	if err := p.Notices.SetPreferences(ctx, who, w); err != nil {
		return nil, err
	}
	return p.told(ctx, nil)
}

// choose keeps what is not as it would be anyhow: so a usual that changes changes for
// all who left it alone.
func choose(w *notifications.Preferences, patient string, kinds TellingKinds) {
	asIs := kindsOf(*w, patient)
	usual := asIs.each()
	for kind, t := range kinds.each() {
		for channel, on := range t.each() {
			if *on != *usual[kind].each()[channel] {
				w.Choices[notifications.Choice{Patient: patient, Kind: kind, Channel: channel}] = *on
			}
		}
	}
}

type browserIn struct {
	Body struct {
		Endpoint string `json:"endpoint" maxLength:"1000"`
		P256dh   string `json:"p256dh" maxLength:"100"`
		Auth     string `json:"auth" maxLength:"40"`
	}
}

func (p *Portal) browserTold(ctx context.Context, in *browserIn) (*none, error) {
	return forOwner(ctx, func(who identity.Principal) error {
		return p.Notices.Subscribe(ctx, who, carrier.Subscription(in.Body))
	})
}

type browserGone struct {
	Body struct {
		Endpoint string `json:"endpoint" maxLength:"1000"`
	}
}

func (p *Portal) browserForgotten(ctx context.Context, in *browserGone) (*none, error) {
	return forOwner(ctx, func(who identity.Principal) error { return p.Notices.Unsubscribe(ctx, who, in.Body.Endpoint) })
}

type numberIn struct {
	Body struct {
		Number string `json:"number" maxLength:"30" example:"+1 555 010 0123"`
	}
}

func (p *Portal) numberGiven(ctx context.Context, in *numberIn) (*none, error) {
	return forOwner(ctx, func(who identity.Principal) error { return p.Notices.GiveNumber(ctx, who, in.Body.Number) })
}

type smsCodeIn struct {
	Body struct {
		Code string `json:"code" maxLength:"10"`
	}
}

func (p *Portal) numberConfirmed(ctx context.Context, in *smsCodeIn) (*none, error) {
	return forOwner(ctx, func(who identity.Principal) error { return p.Notices.ConfirmNumber(ctx, who, in.Body.Code) })
}

func (p *Portal) numberDropped(ctx context.Context, _ *none) (*none, error) {
	return forOwner(ctx, func(who identity.Principal) error { return p.Notices.DropNumber(ctx, who) })
}

func (p *Portal) mailAgain(ctx context.Context, _ *none) (*none, error) {
	return forOwner(ctx, func(who identity.Principal) error { return p.Notices.MailAgain(ctx, who) })
}

func forOwner(ctx context.Context, do func(identity.Principal) error) (*none, error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, do(who)
}
