package notifications

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// Kind says what a notice is about.
type Kind string

// The kinds.
const (
	Message     Kind = "message"
	Appointment Kind = "appointment"
	Visit       Kind = "visit"
	Note        Kind = "note"
	Sharing     Kind = "sharing"
	Result      Kind = "result"
	Request     Kind = "ask"
)

// Oversight tells privacy officers that something waits for their word. It is
// their duty to look, so their wishes and quiet hours do not hold it back.
const Oversight Kind = "oversight"

// SignIn tells somebody of unusual tries to sign in to their account. Neither wishes
// nor quiet hours hold it back, and it is mailed to an address only that is known to
// be theirs.
const SignIn Kind = "signin"

// Moved tells somebody that a session of theirs was ended because its cookie was used
// in another browser. It is told as SignIn is.
const Moved Kind = "moved"

// ofAccount tells whether a kind is about the safety of an account.
func (k Kind) ofAccount() bool { return k == SignIn || k == Moved }

// held tells whether wishes and quiet hours count for a kind.
func (k Kind) held() bool { return k != Oversight && k != Reach && !k.ofAccount() }

// Reach tells somebody that a way to reach them does not work any more. It is told
// in the app only: there is no other place for it.
const Reach Kind = "reach"

// Kinds lists every kind about which somebody may say how they want to be told.
var Kinds = []Kind{Message, Appointment, Visit, Note, Sharing, Result, Request}

// Notice tells one person that something waits for them.
type Notice struct {
	ID      string // the same for one account is told once
	Account string // to whom
	Kind    Kind
	Patient string // chart, an opaque id; only for the link in the app
	Ref     string // thread/<id>, visit/<id>, appointment/<id>, ask/<id>, entry/<type>/<id>
	At      time.Time
	// Until is when telling stops being of use, for instance when the visit
	// begins. Quiet hours do not hold back what would come too late.
	Until time.Time
}

// Told is a notice as its receiver sees it.
type Told struct {
	ID      string // opaque, as in the link of a mail
	Kind    Kind
	Patient string
	Ref     string
	At      time.Time
	Seen    bool
}

// state is what became of telling somebody of a notice outside the app, as a whole
// or by one network at one place. The numbers are in the database.
type state int

const (
	notTold  state = iota // nothing is told outside the app here
	waits                 // a job will look at it
	underWay              // handed over; no answer yet
	sent
	dropped  // seen meanwhile, taken back, too late, or not wanted
	covered  // another one of its kind told the person already
	refused  // the other side will not have it
	unknown  // the other side did not say whether it took it; not sent again
	gathered // comes with the mail of the day
	gone     // nobody was at that place any more, and it was forgotten
)

// PostTx tells people in the transaction that makes it true: rolled back, nobody
// is told. After the commit their open pages are nudged (topic "notices/" and
// the account).
func (s *Service) PostTx(c *db.Conn, notices ...Notice) error {
	for _, n := range notices {
		if n.Account == "" || n.ID == "" || !n.Kind.known() || len(n.ID)+len(n.Ref) > 400 {
			return errors.New("notifications: a notice is incomplete")
		}
		at := n.At
		if at.IsZero() {
			at = s.now()
		}
		telling, until := notTold, int64(0)
		if s.tells() && n.Kind != Reach {
			telling = waits
		}
		if !n.Until.IsZero() {
			until = n.Until.UnixMicro()
		}
		added, err := c.Exec(`INSERT INTO notices (account, id, kind, patient, ref, link, at, until_at, telling) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			n.Account, n.ID, string(n.Kind), n.Patient, n.Ref, s.link(n.Account, n.ID), at.UnixMicro(), until, int(telling))
		if err != nil {
			return err
		}
		if added == 0 {
			continue
		}
		if telling == waits {
			if err := s.EnqueueTx(c, tellJob{Account: n.Account, Notice: n.ID}, s.firstAt(n)); err != nil {
				return err
			}
		}
		s.nudgeTx(c, n.Account)
	}
	return nil
}

func (k Kind) known() bool {
	for _, x := range Kinds {
		if k == x {
			return true
		}
	}
	return !k.held()
}

// triedTx tells somebody that wrong tries were made at their account. How often that
// may be is decided where they are counted.
func (s *Service) triedTx(c *db.Conn, account string) error {
	return s.PostTx(c, Notice{ID: "signin/" + uuid.Must(uuid.NewV7()).String(), Account: account, Kind: SignIn, Ref: "signin"})
}

// movedTx tells somebody that a session of theirs was used in another browser and ended.
func (s *Service) movedTx(c *db.Conn, account string) error {
	return s.PostTx(c, Notice{ID: "moved/" + uuid.Must(uuid.NewV7()).String(), Account: account, Kind: Moved, Ref: "signin"})
}

// Topic is what the pages of an account watch to hear of notices.
func Topic(account string) string { return "notices/" + account }

func (s *Service) nudgeTx(c *db.Conn, account string) {
	if s.Hub != nil {
		c.After(func() { s.Hub.Publish(Topic(account)) })
	}
}

// CancelTx takes back what has not been told of these notices outside the app. The
// notices stay.
func (s *Service) CancelTx(c *db.Conn, ids ...string) error {
	for _, id := range ids {
		if _, err := c.Exec(`UPDATE notices SET telling = ?, telling_at = ? WHERE id = ? AND telling = 1`, int(dropped), s.now().UnixMicro(), id); err != nil {
			return err
		}
	}
	return nil
}

// SeenRefTx marks what one person was told about a thing as seen: they have
// looked at the thing itself, and are told of it by no further channel.
func (s *Service) SeenRefTx(c *db.Conn, account, ref string) error {
	n, err := c.Exec(`UPDATE notices SET seen_at = ? WHERE account = ? AND ref = ? AND seen_at = 0`, s.now().UnixMicro(), account, ref)
	if err == nil && n > 0 {
		s.nudgeTx(c, account)
	}
	return err
}

// Seen marks the person's own notices as seen; all of them without ids.
func (s *Service) Seen(ctx context.Context, who identity.Principal, ids ...string) error {
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		query, args := `UPDATE notices SET seen_at = ? WHERE account = ? AND seen_at = 0`, []any{s.now().UnixMicro(), who.Account}
		if len(ids) > 0 {
			query += ` AND link IN ` + db.Placeholders(1, len(ids))
			for _, id := range ids {
				args = append(args, id)
			}
		}
		n, err := c.Exec(query, args...)
		if err == nil && n > 0 {
			s.nudgeTx(c, who.Account)
		}
		return err
	})
}

// Unseen is how many notices the person has not seen.
func (s *Service) Unseen(ctx context.Context, who identity.Principal) (n int, err error) {
	err = s.DB.Read(ctx).QueryRow(`SELECT count(*) FROM notices WHERE account = ? AND seen_at = 0`, who.Account).Scan(&n)
	return n, err
}

// List gives the person's notices, newest first.
func (s *Service) List(ctx context.Context, who identity.Principal, cursor string, limit int) (items []Told, next string, err error) {
	limit = min(max(limit, 1), 100)
	query, args := `SELECT id, link, kind, patient, ref, at, seen_at FROM notices WHERE account = ?`, []any{who.Account}
	if cursor != "" {
		at, id, err := openCursor(cursor)
		if err != nil {
			return nil, "", err
		}
		query += ` AND (at < ? OR at = ? AND id < ?)`
		args = append(args, at, at, id)
	}
	var last string
	err = s.DB.Read(ctx).Each(query+` ORDER BY at DESC, id DESC LIMIT ?`, func(r *sql.Rows) error {
		var t Told
		var id string
		var at, seen int64
		if err := r.Scan(&id, &t.ID, &t.Kind, &t.Patient, &t.Ref, &at, &seen); err != nil {
			return err
		}
		if len(items) == limit {
			next = last
			return nil
		}
		t.At, t.Seen = time.UnixMicro(at).UTC(), seen != 0
		items, last = append(items, t), base64.RawURLEncoding.EncodeToString([]byte(fmt.Sprintf("%d %s", at, id)))
		return nil
	}, append(args, limit+1)...)
	return items, next, err
}

func openCursor(cursor string) (at int64, id string, err error) {
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	word, id, ok := strings.Cut(string(b), " ")
	if err == nil {
		at, err = strconv.ParseInt(word, 10, 64)
	}
	if err != nil || !ok {
		return 0, "", fault.New(fault.Invalid, "This list cannot be continued from here. Start it again.")
	}
	return at, id, nil
}

// Open resolves the opaque id of a mail's link for its receiver, and for nobody
// else.
func (s *Service) Open(ctx context.Context, who identity.Principal, link string) (t Told, err error) {
	var at, seen int64
	err = s.DB.Read(ctx).QueryRow(`SELECT link, kind, patient, ref, at, seen_at FROM notices WHERE link = ? AND account = ?`, link, who.Account).
		Scan(&t.ID, &t.Kind, &t.Patient, &t.Ref, &at, &seen)
	if errors.Is(err, sql.ErrNoRows) {
		return t, fault.New(fault.NotFound, "We could not find that.")
	}
	t.At, t.Seen = time.UnixMicro(at).UTC(), seen != 0
	return t, err
}

// link is the opaque id of a notice: it tells nothing and cannot be guessed.
func (s *Service) link(account, id string) string {
	m := hmac.New(sha256.New, s.links.Now())
	m.Write([]byte(account + "\x00" + id))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:16])
}
