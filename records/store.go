package records

import (
	"errors"
	"time"

	"github.com/google/uuid"

	"housecall/internal/blob"
	"housecall/internal/db"
	"housecall/internal/sitekey"
	"housecall/records/access"
	"housecall/records/fhir"
)

// Nudger tells whoever watches a chart that it moved. It only makes things
// faster; nothing rests on it.
type Nudger interface{ Publish(topic string) }

// Deps is what a Store works with.
type Deps struct {
	DB     *db.DB
	Access *access.Service
	Key    *sitekey.Ring
	Hub    Nudger           // may be nil
	Blobs  *blob.Store      // nil: no files are kept
	Scan   Scanner          // nil: nothing is scanned
	Clinic string           // its name, by which people know what was written here; may be empty
	Now    func() time.Time // nil: time.Now
	NewID  func() string    // nil: UUIDv7 (RFC 9562, section 5.7)
}

// Store is the chart store.
type Store struct {
	db      *db.DB
	access  *access.Service
	hub     Nudger
	now     func() time.Time
	newID   func() string
	etags   *sitekey.Secret // of ETags
	seals   cursorSealer
	kinds   *sitekey.Secret // of the opaque ids of kinds of results
	names   *nameCache
	blobs   *blob.Store
	scanner Scanner
	uploads chan struct{} // one for each file that is held in memory

	classify   func(*fhir.Node) access.Class
	labelRules int64 // the version of the rules that it goes by

	onUpload  func(c *db.Conn, patient, id string) error            // may be nil
	onPatient func(c *db.Conn, patient string, version int64) error // may be nil
}

// New makes a Store.
func New(d Deps) (*Store, error) {
	if d.DB == nil || d.Access == nil || d.Key == nil {
		return nil, errors.New("records: database, access and site key are needed")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.NewID == nil {
		d.NewID = func() string { return uuid.Must(uuid.NewV7()).String() }
	}
	return &Store{
		db: d.DB, access: d.Access, hub: d.Hub, now: d.Now, newID: d.NewID,
		etags: d.Key.Secret("records etag"), seals: cursorSealer{d.Key.Sealer("records cursor")}, kinds: d.Key.Secret("records kind"),
		classify: access.Classify, labelRules: access.RulesVersion,
		names: newNameCache(d.Clinic), blobs: d.Blobs, scanner: d.Scan, uploads: make(chan struct{}, binaryWorkers),
	}, nil
}

// OnPatient says what else happens in the transaction in which somebody wrote a
// Patient. Call it before anybody does. Whoever prepares Patients (Prepare) sees
// to it in another way.
func (s *Store) OnPatient(f func(c *db.Conn, patient string, version int64) error) { s.onPatient = f }

// ChartTopic names a chart for the hub, which puts keyed hashes of topics on the
// bus and nothing else.
func (s *Store) ChartTopic(patient string) string { return "chart " + patient }

func (s *Store) nudge(patients []string) {
	if s.hub == nil {
		return
	}
	for _, p := range patients {
		s.hub.Publish(s.ChartTopic(p))
	}
}

// micros is the time as the database keeps it, cut to the millisecond that a
// FHIR instant shows, so that both say the same.
func micros(t time.Time) int64 { return t.UnixMilli() * 1000 }

func fromMicros(m int64) time.Time { return time.UnixMicro(m).UTC() }

func instant(m int64) string { return fromMicros(m).Format("2006-01-02T15:04:05.000Z") }
