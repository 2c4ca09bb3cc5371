package portal

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/url"
	"time"

	"housecall/internal/db"
	"housecall/internal/edge"
	"housecall/internal/identity"
	"housecall/internal/identity/login"
	"housecall/internal/identity/provider"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
	"housecall/notifications"
	"housecall/portal/web"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/ingest"
	"housecall/records/oversight"
	"housecall/telehealth"
	"housecall/telehealth/message"
	"housecall/telehealth/phrase"
	"housecall/telehealth/recording"
	"housecall/telehealth/request"
	"housecall/telehealth/schedule"
	"housecall/telehealth/signal"
)

// Clinic is how the clinic calls itself.
type Clinic struct {
	Name      string `json:"name"`
	Phone     string `json:"phone"`
	Emergency string `json:"emergency"` // number for emergencies
	Crisis    string `json:"crisis"`    // number for who may harm themselves
	Visit     string `json:"visit"`     // number by which a video visit goes on when its connection does not
	TimeZone  string `json:"timeZone"`  // IANA name
}

// Check is one finding about the installation, in plain words.
type Check struct {
	Name  string `json:"name"`
	OK    bool   `json:"ok"`
	Level string `json:"level" enum:"ok,warn,fail"`
	Text  string `json:"text" doc:"What was found, and what to do about it"`
}

// Deps is what the portal works with.
type Deps struct {
	DB          *db.DB
	Records     *records.Store
	Importer    *ingest.Importer
	Access      *access.Service
	Identity    *identity.Service
	Provider    *provider.Provider
	Login       *login.Login
	Hub         *notifications.Hub
	Notices     *notifications.Service
	Messages    *message.Service
	Schedule    *schedule.Service
	Requests    *request.Service
	Visits      *telehealth.Service
	Signal      *signal.Service
	Recordings  *recording.Service // nil: this site records no visits
	Revocations *revoke.Feed       // not started yet: the portal subscribes
	Key         *sitekey.Ring
	BaseURL     *url.URL
	Clinic      Clinic
	Version     string
	BounceToken string                        // with which a mail server reports bounces; empty: none does
	Health      func(context.Context) []Check // nil: nothing to say
	Calls       *edge.Limiter                 // of API calls; nil: 50 a second, 300 at once
	Client      fs.FS                         // the built web client; nil: the one in the binary
	Now         func() time.Time
	Log         *slog.Logger
}

// Portal is the browser's edge.
type Portal struct {
	Deps
	origin string
	live   *live
	client *client

	oversight *oversight.Service
	phrases   *phrase.Service
}

// New makes the portal. Call it before the feed of revocations is started.
func New(d Deps) (*Portal, error) {
	switch {
	case d.DB == nil, d.Records == nil, d.Importer == nil, d.Access == nil, d.Identity == nil, d.Provider == nil, d.Login == nil, d.Hub == nil, d.Notices == nil, d.Messages == nil, d.Schedule == nil, d.Requests == nil, d.Visits == nil, d.Signal == nil, d.Revocations == nil:
		return nil, errors.New("portal: a part is missing")
	case d.BaseURL == nil || d.BaseURL.Host == "":
		return nil, errors.New("portal: BaseURL is missing")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.Default()
	}
	if d.Health == nil {
		d.Health = func(context.Context) []Check { return []Check{} }
	}
	if d.Client == nil && web.Built() {
		d.Client = web.Files()
	}
	if d.Calls == nil {
		d.Calls = edge.NewLimiter(50, 300, d.Now)
	}
	p := &Portal{Deps: d, origin: d.BaseURL.Scheme + "://" + d.BaseURL.Host}
	var err error
	if p.client, err = newClient(d.Client); err != nil {
		return nil, err
	}
	if p.oversight, err = oversight.New(oversight.Deps{DB: d.DB, Access: d.Access, Accounts: d.Identity}); err != nil {
		return nil, err
	}
	if p.phrases, err = phrase.New(phrase.Deps{DB: d.DB, Records: d.Records, Schedule: d.Schedule, Zone: p.zone(), Now: d.Now}); err != nil {
		return nil, err
	}
	p.live = newLive(p)
	d.Revocations.Subscribe(p.live.revoked)
	return p, nil
}

// Start takes up telling sockets what changed.
func (p *Portal) Start(ctx context.Context) error {
	p.live.start(ctx)
	return nil
}

// Stop says goodbye to the sockets and waits until they are gone. Call it before
// the server is stopped. It may be called twice, or before Start.
func (p *Portal) Stop() { p.live.stop() }
