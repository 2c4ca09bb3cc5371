package notifications

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"time"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/internal/sitekey"
)

// Accounts tells where somebody's mail goes, and in which language.
type Accounts interface {
	AccountByID(ctx context.Context, id string) (identity.Account, error)
}

// Deps is what notices and jobs work with.
type Deps struct {
	DB       *db.DB
	Hub      *Hub // nil: no page is nudged
	Key      *sitekey.Ring
	Accounts Accounts
	Links    Links   // nil: no one-time links are mailed
	Mail     *Mailer // nil: no mail is sent
	Carriers Carriers
	Vault    Vault // nil: there are no browsers, phones and numbers
	Private  bool  // browsers' push services may be inside the network, as in tests
	// MayOpen tells whether a chart is open to somebody now; nil: nobody asks.
	MayOpen func(ctx context.Context, account, patient string) (bool, error)
	BaseURL *url.URL       // links in mails lead here
	Zone    *time.Location // of the clinic: of quiet hours, until somebody names their own
	Poll    time.Duration  // how often the queue is looked at when nothing tells of a job; zero: as the database needs it
	Now     func() time.Time
	Log     *slog.Logger
}

// Service tells people that something waits for them, and runs jobs for every
// part of the house.
type Service struct {
	Deps
	links *sitekey.Secret
	stops *sitekey.Sealer
	queue
}

// New makes the service. Jobs can be enqueued at once; they are worked on from
// Start on, here or on any other node.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Accounts == nil || d.Key == nil || d.BaseURL == nil {
		return nil, errors.New("notifications: a part is missing")
	}
	if d.Zone == nil {
		d.Zone = time.UTC
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.Default()
	}
	s := &Service{Deps: d, links: d.Key.Secret("notice links"), stops: d.Key.Sealer("notice unsubscribe")}
	if err := s.queue.prepare(d.DB); err != nil {
		return nil, err
	}
	if err := addWorker(s, s.tell); err != nil {
		return nil, err
	}
	if err := addWorker(s, s.mailDigest); err != nil {
		return nil, err
	}
	if err := addWorker(s, s.sweep); err != nil {
		return nil, err
	}
	return s, s.carryLetters()
}

// tells: there is some way to be told outside the app.
func (s *Service) tells() bool {
	return s.Mail != nil || s.Carriers.WebPush != nil || s.Carriers.APNs != nil || s.Carriers.FCM != nil || s.Carriers.SMS != nil
}

func (s *Service) now() time.Time { return s.Now() }
