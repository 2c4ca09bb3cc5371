package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"housecall/internal/blob"
	"housecall/internal/clamd"
	"housecall/internal/db"
	"housecall/internal/edge"
	"housecall/internal/identity"
	"housecall/internal/identity/login"
	"housecall/internal/identity/provider"
	"housecall/internal/keyring"
	"housecall/internal/logship"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
	"housecall/notifications"
	"housecall/portal"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/bulk"
	"housecall/records/ingest"
	"housecall/records/rest"
	"housecall/records/subscription"
	"housecall/telehealth"
	"housecall/telehealth/message"
	"housecall/telehealth/recording"
	"housecall/telehealth/request"
	"housecall/telehealth/schedule"
	"housecall/telehealth/sfu"
	"housecall/telehealth/signal"
)

// App is the whole of one node: every part, built in the order in which they
// rest on one another.
type App struct {
	Config        Config
	Log           *slog.Logger
	Metrics       *prometheus.Registry
	Limit         *edge.Limiter
	DB            *db.DB
	Keys          *keyring.Keeper
	Key           *sitekey.Ring // of Keys
	Revocations   *revoke.Feed
	Hub           *notifications.Hub
	Access        *access.Service
	Identity      *identity.Service
	Notices       *notifications.Service
	Provider      *provider.Provider
	Login         *login.Login
	Blobs         *blob.Store
	Records       *records.Store
	Messages      *message.Service
	Schedule      *schedule.Service
	Requests      *request.Service
	Visits        *telehealth.Service
	Signal        *signal.Service
	Recordings    *recording.Service // nil: this site records no visits
	Importer      *ingest.Importer
	Bulk          *bulk.Service
	Subscriptions *subscription.Service
	FHIR          *rest.Face
	Portal        *portal.Portal

	ship    *logship.Shipper // nil: the log stays on standard error
	lock    *folderLock
	relay   *relay
	web     *edge.Server
	admin   *adminServer
	stops   []func() // of what was started, in that order
	closers []func()
	once    sync.Once
}

// part is something that works in the background.
type part interface {
	Start(context.Context) error
	Stop()
}

// NewApp opens the data folder and the database and builds every part. Nothing
// works in the background before Start, and nothing listens before Listen. The
// caller must Stop it in any case.
func NewApp(ctx context.Context, cfg Config) (*App, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if err := prepareFolder(cfg.Data); err != nil {
		return nil, err
	}
	lock, err := lockFolder(cfg.Data)
	if err != nil {
		return nil, err
	}
	a, err := newApp(ctx, cfg, lock)
	if err != nil {
		lock.release()
	}
	return a, err
}

// newApp builds the app of a folder whose lock is held, from valid settings.
func newApp(ctx context.Context, cfg Config, lock *folderLock) (_ *App, err error) {
	a := &App{Config: cfg, Metrics: prometheus.NewRegistry(), lock: lock}
	if err := a.openLogPlace(); err != nil {
		return nil, err
	}
	a.Log = cfg.logger(a.ship)
	slog.SetDefault(a.Log) // for the packages below, and for libraries
	defer func() {
		if err != nil {
			a.lock = nil // stays with the caller
			a.Stop()
		}
	}()
	if a.DB, err = db.Open(ctx, db.Config{URL: cfg.DatabaseURL, Dir: cfg.Data}); err != nil {
		return nil, err
	}
	a.closers = append(a.closers, func() { _ = a.DB.Close() })
	if _, err = migrate(ctx, &cfg, a.DB); err != nil {
		return nil, err
	}
	if a.Keys, err = keyring.Open(ctx, keyring.Config{DB: a.DB, Setting: cfg.SiteKey, Dir: cfg.Data, Node: cfg.Node, Form: cfg.cipher, Columns: sealedColumns, Settle: cfg.settle}); err != nil {
		return nil, err
	}
	a.Key = a.Keys.Ring()
	a.Limit = edge.NewLimiter(cfg.RateLimit, 4*cfg.RateLimit, nil)
	a.Revocations = revoke.NewFeed(a.DB)
	if a.Hub, err = notifications.NewHub(notifications.Config{URL: cfg.NATSURL, Key: a.Key.Secret("hub topics"), Log: a.Log}); err != nil {
		return nil, err
	}
	anchors, err := a.openAnchors(ctx)
	if err != nil {
		return nil, err
	}
	if a.Access, err = access.New(access.Deps{DB: a.DB, Key: a.Key, Code: cfg.codeHash, Revocations: a.Revocations, Node: cfg.Node, CheckpointFile: filepath.Join(cfg.Data, "audit-checkpoints.jsonl"), Anchors: anchors, Told: a.told()}); err != nil {
		return nil, err
	}
	if a.Identity, err = identity.New(identity.Deps{DB: a.DB, Key: a.Key, Revocations: a.Revocations, BaseURL: cfg.base.String(), Record: a.Access.RecordActs, Breach: cfg.breach, AdminNetworks: cfg.admins}); err != nil {
		return nil, err
	}
	a.Keys.Recorder(func(c *db.Conn, who identity.Principal, action, detail string) error {
		return a.Identity.RecordTx(c, identity.Act{Who: who, Action: action, Detail: detail})
	})
	ways, err := cfg.openCarriers(a.Key)
	if err != nil {
		return nil, err
	}
	if a.Notices, err = notifications.New(notifications.Deps{Carriers: ways, Vault: a.Identity, Private: cfg.onlyHere(), DB: a.DB, Hub: a.Hub, Key: a.Key, Accounts: a.Identity, Links: a.Identity, Mail: cfg.mail, BaseURL: cfg.base, Zone: cfg.namedZone(), MayOpen: a.stillOpen, Log: a.Log}); err != nil {
		return nil, err
	}
	if a.Provider, err = provider.New(provider.Deps{DB: a.DB, Identity: a.Identity, Key: a.Key, Charts: a.Access, Keys: cfg.outside(false), Apps: cfg.outside(cfg.onlyHere()), KeyAge: cfg.KeyAge}); err != nil {
		return nil, err
	}
	if err = a.Provider.Init(ctx); err != nil {
		return nil, err
	}
	if err = a.tellApps(); err != nil {
		return nil, err
	}
	if a.Login, err = login.New(login.Deps{DB: a.DB, Identity: a.Identity, Provider: a.Provider, Issuers: cfg.issuers}); err != nil {
		return nil, err
	}
	if a.Blobs, err = blob.Open(ctx, blob.Config{URL: cfg.BlobURL, Dir: cfg.Data, Key: a.Key}); err != nil {
		return nil, err
	}
	a.closers = append(a.closers, func() { _ = a.Blobs.Close() })
	var scan records.Scanner
	if cfg.Clamd != "" {
		if scan, err = clamd.New(cfg.Clamd, a.Metrics); err != nil {
			return nil, err
		}
	}
	if a.Records, err = records.New(records.Deps{DB: a.DB, Access: a.Access, Key: a.Key, Hub: a.Hub, Blobs: a.Blobs, Scan: scan, Clinic: cfg.clinic().Name}); err != nil {
		return nil, err
	}
	if a.Messages, err = message.New(message.Deps{DB: a.DB, Records: a.Records, Access: a.Access, Notices: a.Notices, Hub: a.Hub, Key: a.Key, Accounts: a.Identity, Undo: cfg.TakeBack, ShowPresence: cfg.ShowPresence}); err != nil {
		return nil, err
	}
	if a.Schedule, err = schedule.New(schedule.Deps{DB: a.DB, Records: a.Records, Access: a.Access, Notices: a.Notices, Hub: a.Hub, Key: a.Key, Zone: cfg.namedZone()}); err != nil {
		return nil, err
	}
	if a.Requests, err = request.New(request.Deps{DB: a.DB, Records: a.Records, Access: a.Access, Notices: a.Notices, Hub: a.Hub, Key: a.Key, Zone: cfg.namedZone()}); err != nil {
		return nil, err
	}
	a.relay = newRelay(a)
	if err = a.openRecordings(); err != nil {
		return nil, err
	}
	if a.Visits, err = telehealth.New(telehealth.Deps{DB: a.DB, Records: a.Records, Access: a.Access, Identity: a.Identity, Notices: a.Notices, Schedule: a.Schedule, Relays: a.relay.beforehand, Media: a.mediaAddresses, Recordings: a.Recordings}); err != nil {
		return nil, err
	}
	if err = a.Visits.AddJobs(); err != nil {
		return nil, err
	}
	if a.Signal, err = signal.New(signal.Deps{
		DB: a.DB, Hub: a.Hub, Seats: a.Visits, Node: cfg.Node, Topic: schedule.VisitTopic, Log: a.Log,
		Media: sfu.Config{Port: cfg.ICEPort, Addresses: cfg.iceAddress, Loopback: cfg.onlyHere(), Relays: a.relay.relays},
	}); err != nil {
		return nil, err
	}
	if a.Importer, err = ingest.New(ingest.Deps{DB: a.DB, Store: a.Records, Access: a.Access, Jobs: a.Notices}); err != nil {
		return nil, err
	}
	if a.Bulk, err = bulk.New(bulk.Deps{DB: a.DB, Records: a.Records, Access: a.Access, Accounts: a.Identity, Blobs: a.Blobs, Importer: a.Importer, Jobs: a.Notices, Keep: cfg.BulkKeep, Hosts: cfg.hosts}); err != nil {
		return nil, err
	}
	if a.Subscriptions, err = subscription.New(subscription.Deps{
		DB: a.DB, Records: a.Records, Access: a.Access, Accounts: a.Identity, Key: a.Key, BaseURL: rest.Base(cfg.base), Node: cfg.Node, Private: cfg.onlyHere(), Hosts: cfg.hosts, Log: a.Log,
	}); err != nil {
		return nil, err
	}
	if a.FHIR, err = rest.New(rest.Deps{Store: a.Records, Bulk: a.Bulk, Subs: a.Subscriptions, Audit: a.Access, Key: a.Key, BaseURL: cfg.base, Version: version, Clinic: cfg.ClinicName, Smart: smart(a.Provider.Issuer())}); err != nil {
		return nil, err
	}
	if a.Portal, err = portal.New(portal.Deps{
		DB: a.DB, Records: a.Records, Importer: a.Importer, Access: a.Access, Identity: a.Identity, Provider: a.Provider, Login: a.Login, Hub: a.Hub, Notices: a.Notices, Messages: a.Messages, Schedule: a.Schedule, Requests: a.Requests, Visits: a.Visits, Signal: a.Signal, Recordings: a.Recordings, Revocations: a.Revocations,
		Key: a.Key, BaseURL: cfg.base, Clinic: cfg.clinic(), Version: version, BounceToken: cfg.BounceToken, Health: a.Health, Calls: a.Limit, Log: a.Log,
	}); err != nil {
		return nil, err
	}
	a.Metrics.MustRegister(newMediaMetrics(a))
	a.Revocations.Subscribe(a.Signal.Revoked)
	a.Revocations.Subscribe(a.Subscriptions.Revoked)
	return a, nil
}

// mediaAddresses are where sound and picture go on this node, as addresses that a
// browser asks whether they answer.
func (a *App) mediaAddresses() []string {
	var out []string
	for p := range a.Signal.Addresses() {
		out = append(out, "stun:"+p.String())
	}
	slices.Sort(out)
	return out[:min(len(out), 4)]
}

// Start starts the background parts.
func (a *App) Start(ctx context.Context) error {
	if err := a.Visits.PublishForms(ctx); err != nil {
		return err
	}
	for _, p := range []struct {
		name string
		part part
	}{
		{"keys", a.Keys}, {"access", a.Access}, {"identity", a.Identity}, {"provider", a.Provider}, {"login", a.Login}, {"revocations", a.Revocations}, {"hub", a.Hub}, {"nudges", newNudges(a.Revocations, a.Hub)}, {"jobs", a.Notices}, {"messages", a.Messages}, {"visits", a.Signal}, {"relay", a.relay}, {"subscriptions", a.Subscriptions}, {"portal", a.Portal},
		{"relabelling", records.NewRelabeller(a.Records, a.Config.Node)}, {"inbox", message.NewMinder(a.Messages, a.Log)},
	} {
		if err := p.part.Start(ctx); err != nil {
			return fmt.Errorf("start %s: %w", p.name, err)
		}
		a.stops = append(a.stops, p.part.Stop)
	}
	if a.Recordings != nil {
		if err := a.Recordings.Start(ctx); err != nil {
			return fmt.Errorf("start recordings: %w", err)
		}
		a.stops = append(a.stops, a.Recordings.Stop)
	}
	a.stops = append(a.stops, a.Bulk.Stop) // before the jobs, whose turns it ends
	return nil
}

// Listen begins to serve: the site on its address, operators on the socket in
// the data folder.
func (a *App) Listen() error {
	secure, err := a.Config.tlsConfig()
	if err != nil {
		return err
	}
	app, err := a.routes()
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", a.Config.Addr)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w; end what uses it, or choose another with HOUSECALL_ADDR", a.Config.Addr, err)
	}
	if a.admin, err = serveAdmin(a, a.Config.Data); err != nil {
		_ = ln.Close()
		return err
	}
	a.web = edge.ServeShared(app, ln, secure, a.relay.other())
	a.relay.try()
	return nil
}

// URL is where people reach this node.
func (a *App) URL() string { return a.Config.base.String() }

// Done is closed when the web server has ended.
func (a *App) Done() <-chan struct{} { return a.web.Done() }

// Stop takes no more requests, lets those under way finish, stops the parts in
// the opposite order of their start and closes the database. It may be called
// twice, and before Start.
func (a *App) Stop() {
	a.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if a.Signal != nil {
			a.Signal.Stop() // who is in a visit moves at once
		}
		if a.web != nil {
			a.Portal.Stop() // its sockets would hold up the server
			a.FHIR.Stop()
			_ = a.web.Stop(ctx)
		}
		if a.admin != nil {
			a.admin.stop(ctx)
		}
		for i := len(a.stops) - 1; i >= 0; i-- {
			a.stops[i]()
		}
		for i := len(a.closers) - 1; i >= 0; i-- {
			a.closers[i]()
		}
		a.lock.release()
	})
}

// ready: this node can answer requests. A lost bus makes pages slower to learn
// of changes and is no reason to send people elsewhere.
func (a *App) ready(ctx context.Context) error {
	if a.Signal.Draining() {
		return errors.New("this node drains: visits go to others")
	}
	var one int
	if err := a.DB.Read(ctx).QueryRow(`SELECT 1`).Scan(&one); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	if err := a.Keys.Problem(); err != nil {
		return err
	}
	if !a.Revocations.Fresh() {
		return errors.New("revocations cannot be read")
	}
	return nil
}
