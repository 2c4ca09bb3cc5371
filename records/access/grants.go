package access

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/internal/revoke"
)

// lockChart takes the lock that orders the chart's writes. A chart that nothing
// was written to yet has no head to lock.
func (s *Service) lockChart(c *db.Conn, patient string) error {
	if c.Dialect != db.Postgres {
		return nil
	}
	var one int
	if err := c.QueryRow(`SELECT 1 FROM charts WHERE patient_id = ? FOR UPDATE`, patient).Scan(&one); err != nil && err != sql.ErrNoRows {
		return err
	}
	return nil
}

// changedTx leaves a row that access to a chart changed, and tells every node
// with the commit.
func (s *Service) changedTx(c *db.Conn, who identity.Principal, patient, action, typ, id string) error {
	v := View{Patient: patient}
	if who.Patient != "" && who.Patient == patient {
		v.Relation, v.Base = Self, Self
	}
	if err := s.RecordTx(c, Event{Who: who, Patient: patient, View: v, Action: action, Type: typ, ID: id, Categories: Of(Other)}); err != nil {
		return err
	}
	return s.spreadTx(c, patient)
}

// spreadTx tells it about the charts that are joined with this one as well: who
// came to them through it has to be decided on anew.
func (s *Service) spreadTx(c *db.Conn, patient string) error {
	charts, err := Linked(c, patient)
	if err != nil {
		return err
	}
	for _, p := range append(charts, patient) {
		if err := revoke.AddTx(c, revoke.Chart, p); err != nil {
			return err
		}
		c.After(func() { s.ties.dropChart(p) })
	}
	c.After(s.revocations.Wake)
	return nil
}

// SeatTakenTx tells every node, with the commit, that who sits in a visit has to
// be decided anew: somebody was turned away, or it is over, moved or called off.
func (s *Service) SeatTakenTx(c *db.Conn, visit string) error {
	c.After(s.revocations.Wake)
	return revoke.AddTx(c, revoke.Visit, visit)
}

const grantColumns = `SELECT id, patient_id, account, name, relation, basis, see, can, sensitive, birth_date, jurisdiction, zone,
	start_at, narrow_at, end_at, given_end, state, version, evidence, checked_by, checked_at, created_by, created_at FROM grants `

func queryGrants(c *db.Conn, where string, args ...any) ([]Grant, error) {
	var out []Grant
	err := c.Each(grantColumns+where, func(r *sql.Rows) error {
		var g Grant
		var start, narrow, end, given, checked, created int64
		if err := r.Scan(&g.ID, &g.Patient, &g.Account, &g.Name, &g.Relation, &g.Basis, &g.See, &g.Can, &g.Sensitive, &g.BirthDate, &g.Jurisdiction, &g.Zone,
			&start, &narrow, &end, &given, &g.State, &g.Version, &g.Evidence, &g.CheckedBy, &checked, &g.CreatedBy, &created); err != nil {
			return err
		}
		g.Start, g.NarrowsAt, g.End, g.given, g.CheckedAt, g.CreatedAt = moment(start), moment(narrow), moment(end), moment(given), moment(checked), moment(created)
		out = append(out, g)
		return nil
	}, args...)
	return out, err
}

// most is the longest list of grants of one chart or one account that is read.
const most = 200

// GrantsOf lists who has or had access to a chart, running ones first. Its
// patient, a caregiver who may share the record, and the privacy officer see it.
func (s *Service) GrantsOf(ctx context.Context, who identity.Principal, patient string) ([]Grant, error) {
	c := s.db.Read(ctx)
	v := View{Patient: patient}
	if !(who.Kind == identity.System && who.Scopes == nil || who.Is(identity.Privacy) && who.Scopes == nil && patient != "") {
		var err error
		v, err = s.ViewOf(c, who, patient)
		if err != nil {
			return nil, s.refused(ctx, who, patient, "Consent", err)
		}
		if v.Relation != Self && (v.Can&PowerShare == 0 || v.Relation != Proxy) {
			return nil, s.refused(ctx, who, patient, "Consent", NoChart())
		}
	}
	gs, err := queryGrants(c, `WHERE patient_id = ? ORDER BY state, created_at DESC, id LIMIT ?`, patient, most)
	if err != nil {
		return nil, err
	}
	now := s.now()
	guests, err := queryVisitGrants(c, `WHERE patient_id = ? ORDER BY state, created_at DESC, id LIMIT ?`, patient, most)
	if err != nil {
		return nil, err
	}
	for i := range guests {
		gs = append(gs, guests[i].grant())
	}
	invited := map[string]string{}
	if err := c.Each(`SELECT grant_id, name FROM grant_offers WHERE patient_id = ? AND grant_id <> ''`, func(r *sql.Rows) error {
		var id, name string
		err := r.Scan(&id, &name)
		invited[id] = name
		return err
	}, patient); err != nil {
		return nil, err
	}
	for i := range gs {
		gs[i].settle(now)
		gs[i].InvitedAs = invited[gs[i].ID]
		if gs[i].LastSeenAt, err = s.lastSeen(ctx, patient, gs[i].Account); err != nil {
			return nil, err
		}
	}
	return gs, s.Record(ctx, Event{Who: who, Patient: patient, View: v, Action: "read", Type: "Consent", Categories: Of(Other), Count: len(gs)})
}

// GrantsFor lists the running grants of an account, of charts that it is not kept
// out of.
func (s *Service) GrantsFor(ctx context.Context, account string) ([]Grant, error) {
	now := s.now().UnixMicro()
	c := s.db.Read(ctx)
	blocks, err := blocksOf(c, account)
	if err != nil {
		return nil, err
	}
	gs, err := queryGrants(c, `WHERE account = ? AND state = ? AND start_at <= ? AND end_at > ? ORDER BY created_at, id LIMIT ?`,
		account, Active, now, now, most)
	return slices.DeleteFunc(gs, func(g Grant) bool {
		t := tie{blocks: blocks[g.Patient]}
		return t.blocked(now)
	}), err
}

// settle shows a grant whose time is over as ended.
func (g *Grant) settle(now time.Time) {
	if g.State == Active && !g.End.After(now) {
		g.State = Ended
	}
}

// Subject is a chart that somebody may open as its patient or as a caregiver.
type Subject struct {
	Patient  string
	Relation Relation
	Grant    *Grant // nil for one's own
}

// Subjects lists the charts of a person: their own first, then by age of grant.
func (s *Service) Subjects(ctx context.Context, who identity.Principal) ([]Subject, error) {
	if who.Kind != identity.Person && who.Kind != identity.Staff {
		return nil, nil
	}
	var out []Subject
	if who.Patient != "" {
		out = append(out, Subject{Patient: who.Patient, Relation: Self})
	}
	gs, err := s.GrantsFor(ctx, who.Account)
	if err != nil {
		return nil, err
	}
	for i := range gs {
		if gs[i].Patient != who.Patient {
			out = append(out, Subject{Patient: gs[i].Patient, Relation: Proxy, Grant: &gs[i]})
		}
	}
	guests, err := s.guestsOf(ctx, who.Account)
	for i := range guests {
		if !slices.ContainsFunc(out, func(x Subject) bool { return x.Patient == guests[i].Patient }) {
			out = append(out, Subject{Patient: guests[i].Patient, Relation: Proxy, Grant: &guests[i]})
		}
	}
	return out, err
}

// RebirthTx moves the ages at which parents' grants change after a date of birth
// was corrected, earlier or later. A grant never ends later than it was given for:
// what was cut short by a date that was wrong comes back, as long as it is running.
func (s *Service) RebirthTx(c *db.Conn, who identity.Principal, patient, birthDate string) error {
	gs, err := queryGrants(c, `WHERE patient_id = ? AND state = ? AND basis = ?`, patient, Active, string(Parent))
	if err != nil {
		return err
	}
	for _, g := range gs {
		if g.BirthDate == birthDate || !g.End.After(s.now()) {
			continue
		}
		zone, err := time.LoadLocation(g.Zone)
		if err != nil {
			zone = time.UTC
		}
		narrow, end, err := boundaries(birthDate, g.Jurisdiction, zone)
		if err != nil {
			return err
		}
		if !g.given.IsZero() && end.After(g.given) {
			end = g.given
		}
		if _, err := c.Exec(`UPDATE grants SET birth_date = ?, narrow_at = ?, end_at = ?, version = version + 1, changed_at = ? WHERE id = ?`,
			birthDate, micros(narrow), micros(end), micros(s.now()), g.ID); err != nil {
			return err
		}
	}
	if len(gs) == 0 {
		return nil
	}
	return s.changedTx(c, who, patient, "update", "Consent", "")
}

// micros and moment turn times into the database's numbers and back; zero is zero.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
