package access

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
)

// Deps is what the service needs.
type Deps struct {
	DB             *db.DB
	Key            *sitekey.Ring
	Code           CodeHash     // of rows and pages that are written
	Revocations    *revoke.Feed // not started yet: the service subscribes
	Now            func() time.Time
	NewID          func() string // nil: UUIDv7
	Node           string        // this node's name, one a process
	CheckpointFile string        // signed checkpoints are appended here; empty: kept in the database only
	Anchors        []Anchor      // places outside this machine that get them as well
	Told           func(Told)    // is handed security events for another system, and must not wait; nil: nobody is
}

// Service decides about access and keeps its record.
type Service struct {
	db          *db.DB
	now         func() time.Time
	newID       func() string
	node        string
	revocations *revoke.Feed
	ties        ties
	codes       *sitekey.Secret // of rows and pages
	codeHash    CodeHash
	signs       *sitekey.Secret // checkpoints
	cursors     *sitekey.Sealer
	reads       *readWriter
	record      func(context.Context, []Event) error // keep, but for a benchmark
	sealer      *sealer
	refusals    *refusals
	told        func(Told)
	groups      groups
	anchors     []*anchorer
}

// New makes the service. It writes and seals audit rows after Start.
func New(d Deps) (*Service, error) {
	switch {
	case d.DB == nil:
		return nil, errors.New("access: needs a database")
	case d.Key == nil:
		return nil, errors.New("access: needs the site key")
	case d.Revocations == nil:
		return nil, errors.New("access: needs the feed of revocations")
	case d.Node == "":
		return nil, errors.New("access: needs the name of the node")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.NewID == nil {
		d.NewID = func() string { return uuid.Must(uuid.NewV7()).String() }
	}
	s := &Service{
		db: d.DB, now: d.Now, newID: d.NewID, node: d.Node, revocations: d.Revocations, told: d.Told,
		codes: d.Key.Secret("audit mac"), codeHash: d.Code,
		signs:   d.Key.Secret("audit checkpoints"),
		cursors: d.Key.Sealer("access cursors"),
	}
	s.reads, s.record = newReadWriter(s), s.keep
	s.sealer = newSealer(s, d.CheckpointFile)
	s.refusals = newRefusals(s)
	for _, a := range d.Anchors {
		s.anchors = append(s.anchors, newAnchorer(s, a))
	}
	d.Revocations.Subscribe(s.ties.revoked)
	return s, nil
}

// Start takes up writing the audit of reads, and sealing.
func (s *Service) Start(ctx context.Context) error {
	s.reads.start(ctx)
	s.sealer.start(ctx)
	s.refusals.start()
	for _, a := range s.anchors {
		a.start()
	}
	return nil
}

// Stop writes what waits, seals it and ends. It may be called twice, or before
// Start.
func (s *Service) Stop() {
	s.refusals.stop()
	s.reads.stop()
	s.sealer.stop()
	for _, a := range s.anchors {
		a.stop()
	}
}

// PublicKey belongs to the current site key; the log is signed with it once the key
// before it has handed over, see Signing.
func (s *Service) PublicKey() ed25519.PublicKey {
	return publicOf(ed25519.NewKeyFromSeed(s.signs.Now()))
}

// sealCursor makes an opaque cursor that only the same list takes back.
func (s *Service) sealCursor(list string, b []byte) string {
	return base64.RawURLEncoding.EncodeToString(s.cursors.Seal(b, list))
}

func (s *Service) openCursor(list, cursor string) ([]byte, error) {
	wrong := fault.New(fault.Invalid, "This page of the list cannot be found. Please open the list again.")
	if len(cursor) > 4096 {
		return nil, wrong
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return nil, wrong
	}
	out, err := s.cursors.Open(b, list)
	if err != nil {
		return nil, wrong
	}
	return out, nil
}

// sealPlace makes a cursor that goes on after a row's time and id.
func (s *Service) sealPlace(list string, at int64, id string) string {
	return s.sealCursor(list, []byte(strconv.FormatInt(at, 10)+" "+id))
}

func (s *Service) openPlace(list, cursor string) (at int64, id string, err error) {
	b, err := s.openCursor(list, cursor)
	if err != nil {
		return 0, "", err
	}
	number, id, _ := strings.Cut(string(b), " ")
	at, err = strconv.ParseInt(number, 10, 64)
	return at, id, err
}
