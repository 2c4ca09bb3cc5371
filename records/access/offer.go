package access

import (
	"context"
	"database/sql"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// OfferLife is how long the link of an invitation can be used.
const OfferLife = 14 * 24 * time.Hour

// maxOffers bounds the invitations of one chart that wait at a time.
const maxOffers = 20

// OfferState is where an invitation stands. The states are stored, all but the
// last.
type OfferState uint8

// The states.
const (
	OfferWaits OfferState = iota + 1
	OfferAccepted
	OfferWithdrawn
	OfferExpired
)

func (s OfferState) String() string {
	return [...]string{"", "waiting", "accepted", "withdrawn", "expired"}[s]
}

// Offer is an invitation: what whoever has its link and accepts will be given.
// Nobody is matched to it by name or address.
type Offer struct {
	ID, Patient    string
	Name, Relation string // as the patient wrote them
	See            CategorySet
	Can            Powers
	Sensitive      bool
	Appointment    string    // "": a grant; else access for this visit alone
	Start, End     time.Time // Start zero: when it is accepted
	ExpiresAt      time.Time
	State          OfferState
	Grant          string // what it became
	CreatedBy      string
	CreatedAt      time.Time
}

// OfferInput is what somebody asks for when they invite. The basis is always the
// patient's consent: any other ground is the clinic's to check.
type OfferInput struct {
	Patient        string
	Name, Relation string
	See            CategorySet
	Can            Powers
	Sensitive      bool
	End            time.Time
}

// OfferTx invites somebody with the patient's consent and gives the secret of the
// link, which is kept nowhere. Only the patient invites: a caregiver who may share
// what is in the record does not pass their own access on. Whoever accepts also
// sees whose chart it is.
func (s *Service) OfferTx(c *db.Conn, who identity.Principal, in OfferInput) (Offer, string, error) {
	if who.Kind == identity.System || !mayManage(who, in.Patient) {
		return Offer{}, "", NoChart()
	}
	now := s.now()
	g, err := GrantInput{Patient: in.Patient, Account: "whoever accepts", Name: in.Name, Relation: in.Relation, Basis: Consent,
		See: in.See, Can: in.Can, Sensitive: in.Sensitive, End: in.End}.check(now)
	if err != nil {
		return Offer{}, "", err
	}
	return s.offerTx(c, who, Offer{Patient: g.Patient, Name: g.Name, Relation: g.Relation, See: g.See | Of(Demographics), Can: g.Can, Sensitive: g.Sensitive, End: g.End})
}

func (s *Service) offerTx(c *db.Conn, who identity.Principal, o Offer) (Offer, string, error) {
	now := s.now()
	if err := s.lockChart(c, o.Patient); err != nil {
		return Offer{}, "", err
	}
	var waiting int
	if err := c.QueryRow(`SELECT count(*) FROM grant_offers WHERE patient_id = ? AND state = ? AND expires_at > ?`, o.Patient, OfferWaits, micros(now)).Scan(&waiting); err != nil {
		return Offer{}, "", err
	}
	if waiting >= maxOffers {
		return Offer{}, "", fault.New(fault.Conflict, "Too many invitations are waiting. Take one back first.")
	}
	secret := identity.NewSecret()
	o.ID, o.State, o.CreatedBy, o.CreatedAt, o.ExpiresAt = s.newID(), OfferWaits, who.Account, now, now.Add(OfferLife)
	if o.End.Before(o.ExpiresAt) {
		o.ExpiresAt = o.End
	}
	_, err := c.Exec(`INSERT INTO grant_offers (id, patient_id, secret, name, relation, see, can, sensitive, appointment, start_at, end_at, expires_at, state,
		created_by, created_at, changed_by, changed_at) VALUES `+db.Placeholders(1, 17),
		o.ID, o.Patient, identity.SecretHash(secret), o.Name, o.Relation, int64(o.See), int64(o.Can), o.Sensitive, o.Appointment, micros(o.Start), micros(o.End),
		micros(o.ExpiresAt), o.State, o.CreatedBy, micros(now), o.CreatedBy, micros(now))
	if err != nil {
		return Offer{}, "", err
	}
	return o, secret, s.RecordTx(c, s.offerEvent(who, &o, "create"))
}

// offerEvent is the row about an invitation that changes nobody's access yet.
func (s *Service) offerEvent(who identity.Principal, o *Offer, action string) Event {
	v := View{Patient: o.Patient}
	if who.Patient != "" && who.Patient == o.Patient {
		v.Relation, v.Base = Self, Self
	}
	return Event{Who: who, Patient: o.Patient, View: v, Action: action, Type: "Consent", ID: o.ID, Categories: Of(Other), Detail: "invitation"}
}

func queryOffers(c *db.Conn, where string, args ...any) ([]Offer, error) {
	var out []Offer
	err := c.Each(`SELECT id, patient_id, name, relation, see, can, sensitive, appointment, start_at, end_at, expires_at, state, grant_id, created_by, created_at
		FROM grant_offers `+where, func(r *sql.Rows) error {
		var o Offer
		var start, end, expires, created int64
		if err := r.Scan(&o.ID, &o.Patient, &o.Name, &o.Relation, &o.See, &o.Can, &o.Sensitive, &o.Appointment, &start, &end, &expires, &o.State, &o.Grant, &o.CreatedBy, &created); err != nil {
			return err
		}
		o.Start, o.End, o.ExpiresAt, o.CreatedAt = moment(start), moment(end), moment(expires), moment(created)
		out = append(out, o)
		return nil
	}, args...)
	return out, err
}

// Offers lists the invitations of a chart, newest first, for the patient alone.
func (s *Service) Offers(ctx context.Context, who identity.Principal, patient string) ([]Offer, error) {
	if who.Kind == identity.System || !mayManage(who, patient) {
		return nil, s.refused(ctx, who, patient, "Consent", NoChart())
	}
	list, err := queryOffers(s.db.Read(ctx), `WHERE patient_id = ? ORDER BY created_at DESC, id DESC LIMIT ?`, patient, most)
	if err != nil {
		return nil, err
	}
	now := s.now()
	for i := range list {
		if list[i].State == OfferWaits && !list[i].ExpiresAt.After(now) {
			list[i].State = OfferExpired
		}
	}
	e := s.offerEvent(who, &Offer{Patient: patient}, "read")
	e.Count = len(list)
	return list, s.Record(ctx, e)
}

// WithdrawTx takes back an invitation that nobody accepted yet.
func (s *Service) WithdrawTx(c *db.Conn, who identity.Principal, patient, id string) error {
	if who.Kind == identity.System || !mayManage(who, patient) {
		return noOffer()
	}
	if err := s.lockChart(c, patient); err != nil {
		return err
	}
	list, err := queryOffers(c, `WHERE id = ? AND patient_id = ?`, id, patient)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return noOffer()
	}
	return s.withdrawTx(c, who, &list[0])
}

func (s *Service) withdrawTx(c *db.Conn, who identity.Principal, o *Offer) error {
	if o.State != OfferWaits {
		return fault.New(fault.Conflict, "This invitation was accepted or taken back already.")
	}
	if _, err := c.Exec(`UPDATE grant_offers SET state = ?, changed_by = ?, changed_at = ? WHERE id = ?`, OfferWithdrawn, who.Account, micros(s.now()), o.ID); err != nil {
		return err
	}
	return s.RecordTx(c, s.offerEvent(who, o, "delete"))
}

func noOffer() error {
	return fault.New(fault.NotFound, "This invitation does not exist or is not valid any more. Please ask for a new one.")
}

// offerOf finds the invitation of a secret that somebody who is signed in may
// still accept. One of a patient whose account was closed is not valid.
func (s *Service) offerOf(c *db.Conn, who identity.Principal, secret string) (Offer, error) {
	if who.Kind != identity.Person && who.Kind != identity.Staff || who.Scopes != nil || who.Account == "" || len(secret) > 200 {
		return Offer{}, noOffer()
	}
	list, err := queryOffers(c, `WHERE secret = ? AND NOT EXISTS (SELECT 1 FROM accounts WHERE accounts.id = created_by AND NOT accounts.active)`, identity.SecretHash(secret))
	if err != nil {
		return Offer{}, err
	}
	now := s.now()
	if len(list) == 0 || list[0].State != OfferWaits || !list[0].ExpiresAt.After(now) || !list[0].End.After(now) {
		return Offer{}, noOffer()
	}
	o := list[0]
	blocked, err := s.blockedTx(c, who.Account, o.Patient)
	if err != nil {
		return Offer{}, err
	}
	if blocked { // in no other words than for one that is not there
		return Offer{}, noOffer()
	}
	if who.Patient == o.Patient || who.Account == o.CreatedBy {
		return Offer{}, fault.New(fault.Conflict, "This is your own invitation. Send its link to the person whom you want to invite.")
	}
	return o, nil
}

// OpenOffer shows an invitation to somebody who has its link and is signed in. It
// consumes nothing.
func (s *Service) OpenOffer(ctx context.Context, who identity.Principal, secret string) (Offer, error) {
	o, err := s.offerOf(s.db.Read(ctx), who, secret)
	if err != nil {
		return Offer{}, err
	}
	return o, s.Record(ctx, s.offerEvent(who, &o, "read"))
}

// AcceptTx makes an invitation what it offers, for the account that accepts. The
// grant bears the name of that account, so that the patient sees who it was.
func (s *Service) AcceptTx(c *db.Conn, who identity.Principal, secret string) (Offer, error) {
	o, err := s.offerOf(c, who, secret)
	if err != nil {
		return Offer{}, err
	}
	if err := s.lockChart(c, o.Patient); err != nil {
		return Offer{}, err
	}
	if o, err = s.offerOf(c, who, secret); err != nil { // as it is under the lock
		return Offer{}, err
	}
	name := who.Name
	if name == "" {
		name = o.Name
	}
	if o.Appointment != "" {
		o.Grant, err = s.visitGrantTx(c, who, &o, name)
	} else {
		var g Grant
		g, err = s.giveTx(c, who, o.CreatedBy, GrantInput{Patient: o.Patient, Account: who.Account, Name: name, Relation: o.Relation, Basis: Consent,
			See: o.See, Can: o.Can, Sensitive: o.Sensitive, End: o.End})
		o.Grant = g.ID
	}
	if err != nil {
		return Offer{}, err
	}
	o.State = OfferAccepted
	_, err = c.Exec(`UPDATE grant_offers SET state = ?, grant_id = ?, changed_by = ?, changed_at = ? WHERE id = ?`, OfferAccepted, o.Grant, who.Account, micros(s.now()), o.ID)
	return o, err
}
