package subscription

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/fhir"
)

// stored is a subscription as the database holds it.
type stored struct {
	id, account, client, family, scopes  string
	chart, topic, criteria               string
	channel, endpoint, content           string
	sealed, body                         []byte
	heartbeat, timeout, maxCount, endsAt int64
	status, problem, bound               string
	version, updated                     int64
	events, delivered                    int64
	failures, failedAt, nextAt, sentAt   int64
}

const columns = `id, account, client, family, scopes, chart, topic, criteria, channel, endpoint, content, headers, body, heartbeat, timeout, max_count, ends_at,
	status, error, bound, version, last_updated, events, delivered, failures, failed_at, next_at, sent_at`

func (x *stored) fields() []any {
	return []any{&x.id, &x.account, &x.client, &x.family, &x.scopes, &x.chart, &x.topic, &x.criteria, &x.channel, &x.endpoint, &x.content, &x.sealed, &x.body,
		&x.heartbeat, &x.timeout, &x.maxCount, &x.endsAt, &x.status, &x.problem, &x.bound, &x.version, &x.updated, &x.events, &x.delivered,
		&x.failures, &x.failedAt, &x.nextAt, &x.sentAt}
}

func (s *Service) load(c *db.Conn, id string, lock bool) (*stored, error) {
	query := `SELECT ` + columns + ` FROM subscriptions WHERE id = ?`
	if lock && c.Dialect == db.Postgres {
		query += ` FOR UPDATE`
	}
	var x stored
	return &x, c.QueryRow(query, id).Scan(x.fields()...)
}

func ended() error {
	return fault.New(fault.Conflict, "This subscription has ended. Please make a new one.")
}

func notFound() error { return fault.New(fault.NotFound, "We could not find that.") }

// mine loads a subscription of whoever asks. Those of others are not there.
func (s *Service) mine(c *db.Conn, who identity.Principal, id string, lock bool) (*stored, error) {
	if !fhir.ValidID(id) {
		return nil, notFound()
	}
	x, err := s.load(c, id, lock)
	if isNoRows(err) || err == nil && (x.account != who.Account || x.client != who.Client) {
		return nil, notFound()
	}
	return x, err
}

// may tells whether somebody may do the action with subscriptions at all: an app or
// a system with a token. Housecall's own pages follow changes in their own way.
func may(who identity.Principal, action byte) error {
	if who.Scopes == nil || who.Kind == identity.Anonymous {
		return fault.New(fault.Forbidden, "Subscriptions are for apps and systems.").WithCode("session")
	}
	if !who.AllowsFHIR("Subscription", action) {
		return fault.New(fault.Forbidden, "This app was not allowed to use subscriptions.").WithCode("scope")
	}
	return nil
}

// Create keeps a subscription. It is requested at first, and active once its
// endpoint has taken the handshake.
func (s *Service) Create(ctx context.Context, who identity.Principal, n *fhir.Node) (records.Stored, error) {
	if err := may(who, 'c'); err != nil {
		return records.Stored{}, err
	}
	w, err := s.read(who, n, nil)
	if err != nil {
		return records.Stored{}, err
	}
	if w.off {
		return records.Stored{}, invalid("business-rule", "Subscription.status", "A new subscription is requested.")
	}
	if err := s.open(ctx, who, w); err != nil {
		return records.Stored{}, err
	}
	now := s.micros()
	x := &stored{id: s.newID(), account: who.Account, client: who.Client, family: who.Session, status: statusRequested, version: 1, updated: now, nextAt: now}
	if err := s.take(x, who, w); err != nil {
		return records.Stored{}, err
	}
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		if c.Dialect == db.Postgres { // two at one time are counted one after the other
			if _, err := c.Exec(`SELECT pg_advisory_xact_lock(7044, hashtext(?))`, who.Account+" "+who.Client); err != nil {
				return err
			}
		}
		var n int
		if err := c.QueryRow(`SELECT count(*) FROM subscriptions WHERE account = ? AND client = ? AND status <> 'off'`, who.Account, who.Client).Scan(&n); err != nil {
			return err
		}
		if n >= maxPerOwner {
			return fault.Newf(fault.TooMany, "At most %d subscriptions can be kept. Please end one first.", maxPerOwner)
		}
		from, err := s.records.Here(c)
		if err != nil {
			return err
		}
		if _, err := c.Exec(`UPDATE subscription_state SET tx = ?, seq = ? WHERE id = 1 AND seq < 0`, from.Tx, from.Seq); err != nil {
			return err // with the first one handing out begins
		}
		_, err = c.Exec(`INSERT INTO subscriptions (`+columns+`, from_tx, from_seq) VALUES `+db.Placeholders(1, len(x.fields())+2), append(values(x), from.Tx, from.Seq)...)
		return err
	})
	if err != nil {
		return records.Stored{}, err
	}
	st := s.shown(x)
	st.Outcome = records.Created
	return st, nil
}

func values(x *stored) []any {
	return []any{x.id, x.account, x.client, x.family, x.scopes, x.chart, x.topic, x.criteria, x.channel, x.endpoint, x.content, x.sealed, x.body,
		x.heartbeat, x.timeout, x.maxCount, x.endsAt, x.status, x.problem, x.bound, x.version, x.updated, x.events, x.delivered,
		x.failures, x.failedAt, x.nextAt, x.sentAt}
}

// open looks whether the chart that the subscription is about may be opened. That
// leaves the audit row of any other look at it.
func (s *Service) open(ctx context.Context, who identity.Principal, w *wanted) error {
	if w.chart == "" {
		return nil
	}
	c := s.db.Read(ctx)
	v, err := s.access.ViewOf(c, who, w.chart)
	if err != nil {
		return notFoundOr(err)
	}
	return s.records.Account(ctx, who, &v, "subscription", records.Happened{Patient: w.chart, Type: "Patient", ID: w.chart})
}

func notFoundOr(err error) error {
	if fault.Is(err, fault.NotFound) {
		return notFound()
	}
	return err
}

// take writes what is wanted into the row.
func (s *Service) take(x *stored, who identity.Principal, w *wanted) error {
	x.scopes, x.chart, x.topic, x.criteria = strings.Join(who.Scopes, " "), w.chart, w.topic.URL, w.criteria()
	x.channel, x.endpoint, x.content = w.channel, w.endpoint, w.content
	x.heartbeat, x.timeout, x.maxCount, x.endsAt = w.heartbeat, w.timeout, w.maxCount, w.endsAt
	x.sealed = nil
	if len(w.headers) > 0 {
		plain, err := json.Marshal(w.headers)
		if err != nil {
			return err
		}
		x.sealed = s.seal.Seal(plain, "headers "+x.id)
	}
	for _, k := range []string{"id", "meta", "error"} {
		w.node.Delete(k)
	}
	x.body = w.node.Append(nil)
	if len(x.body) > maxSubscription {
		return fault.New(fault.TooLarge, "This subscription is too large.")
	}
	return nil
}

func (s *Service) headers(x *stored) (list []string, err error) {
	if x.sealed == nil {
		return nil, nil
	}
	plain, err := s.seal.Open(x.sealed, "headers "+x.id)
	if err != nil {
		return nil, errors.New("subscription: stored headers do not fit the site key")
	}
	return list, json.Unmarshal(plain, &list)
}

// shown is the subscription as its owner reads it.
func (s *Service) shown(x *stored) records.Stored {
	st := records.Stored{Type: "Subscription", ID: x.id, Version: x.version, LastUpdated: time.UnixMicro(x.updated).UTC()}
	n, err := fhir.Parse(x.body)
	if err != nil {
		return st
	}
	n.Set("status", fhir.String(x.status))
	if x.problem != "" {
		n.Set("error", fhir.String(x.problem))
	}
	members := []fhir.Member{
		{Key: "resourceType", Value: fhir.String("Subscription")}, {Key: "id", Value: fhir.String(x.id)},
		{Key: "meta", Value: fhir.Object(
			fhir.Member{Key: "versionId", Value: fhir.String(strconv.FormatInt(x.version, 10))},
			fhir.Member{Key: "lastUpdated", Value: fhir.String(instant(st.LastUpdated))},
			fhir.Member{Key: "profile", Value: fhir.Array(fhir.String(Profile))})},
	}
	for _, m := range n.Members() {
		if m.Key != "resourceType" {
			members = append(members, m)
		}
	}
	st.Body = fhir.Object(members...).Append(nil)
	return st
}

// Read gives a subscription of one's own.
func (s *Service) Read(ctx context.Context, who identity.Principal, id string) (records.Stored, error) {
	if err := may(who, 'r'); err != nil {
		return records.Stored{}, err
	}
	x, err := s.mine(s.db.Read(ctx), who, id, false)
	if err != nil {
		return records.Stored{}, err
	}
	return s.shown(x), nil
}

// List gives one's own subscriptions, the newest first; of the given ids and states
// only, where there are any. There are never many.
func (s *Service) List(ctx context.Context, who identity.Principal, ids, states []string) ([]records.Stored, error) {
	if err := may(who, 's'); err != nil {
		return nil, err
	}
	all, err := s.owned(ctx, who, ids, states)
	if err != nil {
		return nil, err
	}
	out := make([]records.Stored, len(all))
	for i := range all {
		out[i] = s.shown(&all[i])
	}
	return out, nil
}

// maxOwned bounds a list: those that are over stay readable for a while.
const maxOwned = 500

func (s *Service) owned(ctx context.Context, who identity.Principal, ids, states []string) ([]stored, error) {
	var out []stored
	err := s.db.Read(ctx).Each(`SELECT `+columns+` FROM subscriptions WHERE account = ? AND client = ? ORDER BY id DESC LIMIT ?`, func(r *sql.Rows) error {
		var x stored
		if err := r.Scan(x.fields()...); err != nil {
			return err
		}
		if (ids == nil || slices.Contains(ids, x.id)) && (states == nil || slices.Contains(states, x.status)) {
			out = append(out, x)
		}
		return nil
	}, who.Account, who.Client, maxOwned)
	return out, err
}

// Update changes a subscription of one's own: it is requested anew, under the token
// that the change came with. With the status off it ends.
func (s *Service) Update(ctx context.Context, who identity.Principal, id string, ifMatch int64, n *fhir.Node) (records.Stored, error) {
	if err := may(who, 'u'); err != nil {
		return records.Stored{}, err
	}
	old, err := s.mine(s.db.Read(ctx), who, id, false)
	if err != nil {
		return records.Stored{}, err
	}
	if old.status == statusOff {
		return records.Stored{}, ended()
	}
	if n.Get("id").Str() != id {
		return records.Stored{}, invalid("value", "Subscription.id", "The id in the body does not fit the address.")
	}
	var known []string
	if n.Get("channel", "endpoint").Str() == old.endpoint { // secrets were told for one address, and are sent to no other
		if known, err = s.headers(old); err != nil {
			return records.Stored{}, err
		}
	}
	w, err := s.read(who, n, known)
	if err != nil {
		return records.Stored{}, err
	}
	if err := s.open(ctx, who, w); err != nil {
		return records.Stored{}, err
	}
	var st records.Stored
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		x, err := s.mine(c, who, id, true)
		if err != nil {
			return err
		}
		if x.version != old.version || ifMatch != 0 && ifMatch != x.version {
			return fault.New(fault.PreconditionFailed, "Somebody else changed this meanwhile. Please look at the new version first.")
		}
		if w.off {
			if err := s.endTx(c, id, ""); err != nil {
				return err
			}
			x, err = s.load(c, id, false)
			st = s.shown(x)
			return err
		}
		if x.status == statusOff {
			return ended()
		}
		before := *x
		now := s.micros()
		if err := s.take(x, who, w); err != nil {
			return err
		}
		if before.topic != x.topic || before.criteria != x.criteria || before.chart != x.chart {
			if _, err := c.Exec(`DELETE FROM subscription_events WHERE subscription = ? AND number = 0`, id); err != nil {
				return err
			}
		}
		x.family, x.status, x.problem, x.bound = who.Session, statusRequested, "", ""
		x.version, x.updated, x.failures, x.failedAt, x.nextAt = x.version+1, now, 0, 0, now
		_, err = c.Exec(`UPDATE subscriptions SET (`+columns+`) = `+db.Placeholders(1, len(x.fields()))+` WHERE id = ?`, append(values(x), id)...)
		st = s.shown(x)
		return err
	})
	st.Outcome = records.Updated
	return st, err
}

// Delete ends a subscription of one's own and forgets it.
func (s *Service) Delete(ctx context.Context, who identity.Principal, id string) error {
	if err := may(who, 'd'); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(c *db.Conn) error {
		if _, err := s.mine(c, who, id, true); err != nil {
			return err
		}
		_, err := c.Exec(`DELETE FROM subscriptions WHERE id = ?`, id)
		return err
	})
}
