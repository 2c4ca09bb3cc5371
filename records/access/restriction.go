package access

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// Patients may ask the clinic to restrict what it shows and tells of them
// (45 CFR 164.522(a)(1)). What was agreed to and is about somebody who reads here is
// enforced in every decision; what is about others stands on the chart as a duty.
// In an emergency a restriction does not hold back what the treatment needs
// (164.522(a)(1)(iii)).

// Towards says whom a restriction is about.
type Towards string

// The kinds of those whom a restriction is about. The first five read here.
const (
	TowardsMember       Towards = "member"     // one of the care team
	TowardsCaregiver    Towards = "caregiver"  // one with whom the record is shared
	TowardsCaregivers   Towards = "caregivers" // all of them
	TowardsApps         Towards = "apps"       // all apps that the patient or a caregiver let in
	TowardsDesk         Towards = "frontdesk"  // the front desk
	TowardsInsurer      Towards = "insurer"
	TowardsOrganization Towards = "organization"
	TowardsPerson       Towards = "person"
)

// Enforced tells whether Housecall itself keeps to it.
func (t Towards) Enforced() bool {
	switch t {
	case TowardsMember, TowardsCaregiver, TowardsCaregivers, TowardsApps, TowardsDesk:
		return true
	}
	return false
}

func (t Towards) outside() bool {
	return t == TowardsInsurer || t == TowardsOrganization || t == TowardsPerson
}

// RestrictionState is what became of a request.
type RestrictionState int

// The states.
const (
	Asked RestrictionState = iota + 1
	Agreed
	Declined
	Withdrawn
)

// String is the state's word in the JSON API.
func (s RestrictionState) String() string {
	return map[RestrictionState]string{Asked: "asked", Agreed: "agreed", Declined: "declined", Withdrawn: "withdrawn"}[s]
}

// Restriction is one request and what became of it.
type Restriction struct {
	ID, Patient        string
	Towards            Towards
	Account, Name      string
	Categories         CategorySet
	Words              string
	State              RestrictionState
	Reason             string // of the decision
	AskedBy            string
	AskedAt            time.Time
	Decider            string
	DecidedAt, EndedAt time.Time
}

// lost are the categories that restrictions take from a view.
func (t *tie) lost(who identity.Principal, base Relation) (lost CategorySet) {
	if base == EmergencyAccess || base == Feed {
		return 0
	}
	for i := range t.restricted {
		r := &t.restricted[i]
		if r.holds(who.Account, base, who.ThroughApp()) {
			lost |= r.Categories
		}
	}
	return lost
}

func (r *Restriction) holds(account string, base Relation, app bool) bool {
	switch r.Towards {
	case TowardsMember:
		return r.Account == account && (base == CareTeam || base == ClinicStaff)
	case TowardsCaregiver:
		return r.Account == account && base == Proxy
	case TowardsCaregivers:
		return base == Proxy
	case TowardsDesk:
		return base == ClinicStaff
	case TowardsApps:
		return app
	}
	return false
}

// KeptCharts lists the charts of whose category a member of the care team is kept
// out now, by what the clinic agreed to or by a court's paper: for lists and counts
// that one statement makes. Nearly everybody has none.
func (s *Service) KeptCharts(c *db.Conn, account string, cat Category) ([]string, error) {
	now := micros(s.now())
	blocks, err := blocksOf(c, account)
	if err != nil {
		return nil, err
	}
	var out []string
	for p, spans := range blocks {
		if t := (tie{blocks: spans}); t.blocked(now) {
			out = append(out, p)
		}
	}
	err = c.Each(`SELECT patient_id FROM restrictions WHERE account = ? AND account <> '' AND state = ? AND towards = ? AND categories & ? <> 0`, func(r *sql.Rows) error {
		var p string
		err := r.Scan(&p)
		out = append(out, p)
		return err
	}, account, int(Agreed), string(TowardsMember), int64(Of(cat)))
	return out, err
}

const restrictionColumns = `SELECT id, patient_id, towards, account, name, categories, words, state, reason, asked_by, asked_at, decider, decided_at, ended_at FROM restrictions `

func queryRestrictions(c *db.Conn, where string, args ...any) ([]Restriction, error) {
	var out []Restriction
	err := c.Each(restrictionColumns+where, func(r *sql.Rows) error {
		var x Restriction
		var asked, decided, ended int64
		err := r.Scan(&x.ID, &x.Patient, &x.Towards, &x.Account, &x.Name, &x.Categories, &x.Words, &x.State, &x.Reason, &x.AskedBy, &asked, &x.Decider, &decided, &ended)
		x.AskedAt, x.DecidedAt, x.EndedAt = moment(asked), moment(decided), moment(ended)
		out = append(out, x)
		return err
	}, args...)
	return out, err
}

// NewRestriction is what a patient asks for.
type NewRestriction struct {
	Patient    string
	Towards    Towards
	Account    string // of a member
	Grant      string // of a caregiver
	Name       string // of an insurer, organization or person
	Categories CategorySet
	Words      string
}

// maxAsked bounds the requests of one patient that wait or hold.
const maxAsked = 50

func plainText(s string, most int) bool {
	return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 && utf8.RuneCountInString(s) <= most
}

// AskRestrictionTx keeps what a patient asks for. Only the patient asks.
func (s *Service) AskRestrictionTx(c *db.Conn, who identity.Principal, n NewRestriction) (Restriction, error) {
	if who.Patient == "" || who.Patient != n.Patient || who.Scopes != nil {
		return Restriction{}, NoChart()
	}
	n.Words, n.Name = strings.TrimSpace(n.Words), strings.TrimSpace(n.Name)
	x := Restriction{ID: s.newID(), Patient: n.Patient, Towards: n.Towards, Categories: n.Categories & Everything, Words: n.Words, State: Asked, AskedBy: who.Account, AskedAt: s.now()}
	if x.Categories == 0 || !n.Towards.Enforced() && !n.Towards.outside() || n.Towards.outside() && n.Name == "" || !plainText(n.Name, 200) || !plainText(n.Words, 1000) {
		return Restriction{}, fault.New(fault.Invalid, "Say about whom it is, and which kinds of data.")
	}
	if err := s.lockChart(c, n.Patient); err != nil {
		return Restriction{}, err
	}
	if err := s.nameTowards(c, &x, &n); err != nil {
		return Restriction{}, err
	}
	var running int
	if err := c.QueryRow(`SELECT count(*) FROM restrictions WHERE patient_id = ? AND state IN (1, 2)`, n.Patient).Scan(&running); err != nil {
		return Restriction{}, err
	}
	if running >= maxAsked {
		return Restriction{}, fault.New(fault.Conflict, "There are many requests already. Please withdraw some, or call the clinic.")
	}
	_, err := c.Exec(`INSERT INTO restrictions (id, patient_id, towards, account, name, categories, words, state, asked_by, asked_at) VALUES (?,?,?,?,?,?,?,?,?,?)`,
		x.ID, x.Patient, string(x.Towards), x.Account, x.Name, int64(x.Categories), x.Words, int(Asked), x.AskedBy, micros(x.AskedAt))
	if err != nil {
		return Restriction{}, err
	}
	return x, s.RecordTx(c, Event{Who: who, Patient: x.Patient, View: ownView(x.Patient), Action: "create", Type: "Consent", ID: x.ID, Categories: Of(Other), Detail: "restriction"})
}

func ownView(patient string) View { return View{Patient: patient, Relation: Self, Base: Self} }

// nameTowards finds whom a restriction is about among those whom the patient knows.
func (s *Service) nameTowards(c *db.Conn, x *Restriction, n *NewRestriction) error {
	var err error
	switch now := micros(s.now()); {
	case n.Towards == TowardsMember:
		x.Account = n.Account
		err = c.QueryRow(`SELECT a.name FROM care_team t JOIN accounts a ON a.id = t.account WHERE t.account = ? AND t.patient_id = ? AND (t.end_at = 0 OR t.end_at > ?)`, n.Account, n.Patient, now).Scan(&x.Name)
	case n.Towards == TowardsCaregiver:
		err = c.QueryRow(`SELECT account, name FROM grants WHERE id = ? AND patient_id = ? AND state = ? AND end_at > ?`, n.Grant, n.Patient, int(Active), now).Scan(&x.Account, &x.Name)
	case n.Towards.outside():
		x.Name = n.Name
	}
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.New(fault.Invalid, "Say about whom it is, and which kinds of data.")
	}
	return err
}

// WithdrawRestrictionTx ends what the patient asked for (164.522(a)(2)).
func (s *Service) WithdrawRestrictionTx(c *db.Conn, who identity.Principal, patient, id string) error {
	if who.Patient == "" || who.Patient != patient || who.Scopes != nil {
		return NoChart()
	}
	if err := s.lockChart(c, patient); err != nil {
		return err
	}
	n, err := c.Exec(`UPDATE restrictions SET state = ?, ended_at = ? WHERE id = ? AND patient_id = ? AND state IN (1, 2)`, int(Withdrawn), micros(s.now()), id, patient)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "We could not find that.")
	}
	if err != nil {
		return err
	}
	if err := s.RecordTx(c, Event{Who: who, Patient: patient, View: ownView(patient), Action: "delete", Type: "Consent", ID: id, Categories: Of(Other), Detail: "restriction"}); err != nil {
		return err
	}
	return s.spreadTx(c, patient)
}

// Restrictions lists those of a chart. The patient sees all that they asked for;
// staff who may open the chart see what was agreed to about people outside, for that
// is theirs to keep. Whom a restriction shuts out is told to nobody else.
func (s *Service) Restrictions(ctx context.Context, who identity.Principal, patient string) ([]Restriction, error) {
	c := s.db.Read(ctx)
	v, err := s.ViewOf(c, who, patient)
	if err == nil && (who.Scopes != nil || v.Base == Proxy || patient == "") {
		err = NoChart()
	}
	if err != nil {
		return nil, s.refused(ctx, who, patient, "Consent", err)
	}
	all, err := queryRestrictions(c, `WHERE patient_id = ? ORDER BY state, asked_at DESC, id LIMIT ?`, patient, most)
	if err != nil {
		return nil, err
	}
	if v.Base != Self {
		all = slices.DeleteFunc(all, func(x Restriction) bool { return x.State != Agreed || !x.Towards.outside() })
	}
	return all, s.Record(ctx, Event{Who: who, Patient: patient, View: v, Action: "read", Type: "Consent", Categories: Of(Other), Count: len(all), Detail: "restrictions"})
}

// RestrictionsToDecide lists for the privacy officers what patients asked for: the
// oldest first of those that wait, the newest first of those that were decided.
func (s *Service) RestrictionsToDecide(ctx context.Context, who identity.Principal, decided bool, cursor string, limit int) (items []Restriction, next string, err error) {
	if err := officer(who); err != nil {
		return nil, "", s.refused(ctx, who, "", "Consent", err)
	}
	limit = min(max(limit, 1), 100)
	list, where, order, after := "restrictions wait", `state = 1`, `asked_at, id`, `(asked_at, id) > (?, ?)`
	if decided {
		list, where, order, after = "restrictions done", `state <> 1`, `asked_at DESC, id DESC`, `(asked_at, id) < (?, ?)`
	}
	var args []any
	if cursor != "" {
		at, id, err := s.openPlace(list, cursor)
		if err != nil {
			return nil, "", err
		}
		where, args = where+` AND `+after, []any{at, id}
	}
	items, err = queryRestrictions(s.db.Read(ctx), `WHERE `+where+` ORDER BY `+order+` LIMIT ?`, append(args, limit+1)...)
	if err != nil {
		return nil, "", err
	}
	if len(items) > limit {
		items = items[:limit]
		next = s.sealPlace(list, micros(items[limit-1].AskedAt), items[limit-1].ID)
	}
	return items, next, s.Record(ctx, Event{Who: who, Action: "search", Type: "Consent", Detail: "restrictions"})
}

// DecideRestrictionTx agrees to a request or declines it, with a reason that the
// patient reads. What is agreed to holds at once.
func (s *Service) DecideRestrictionTx(c *db.Conn, who identity.Principal, id string, agree bool, reason string) (Restriction, error) {
	if err := officer(who); err != nil {
		return Restriction{}, err
	}
	reason = strings.TrimSpace(reason)
	if reason == "" && !agree || !plainText(reason, 1000) {
		return Restriction{}, fault.New(fault.Invalid, "Say in a few words how you came to this.")
	}
	found, err := queryRestrictions(c, `WHERE id = ?`, id)
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "We could not find that.")
	}
	if err != nil {
		return Restriction{}, err
	}
	x := found[0]
	if x.Account == who.Account || x.AskedBy == who.Account {
		return Restriction{}, fault.New(fault.Forbidden, "Somebody else has to decide what concerns you.")
	}
	if err := s.lockChart(c, x.Patient); err != nil {
		return Restriction{}, err
	}
	state, word := Declined, "restriction declined"
	if agree {
		state, word = Agreed, "restriction agreed"
	}
	n, err := c.Exec(`UPDATE restrictions SET state = ?, reason = ?, decided_by = ?, decider = ?, decided_at = ? WHERE id = ? AND state = ?`,
		int(state), reason, who.Account, who.Name, micros(s.now()), id, int(Asked))
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "Somebody else has looked at this meanwhile.")
	}
	if err != nil {
		return Restriction{}, err
	}
	x.State = state
	if err := s.RecordTx(c, Event{Who: who, Patient: x.Patient, View: View{Patient: x.Patient, Role: identity.Privacy}, Action: "update", Type: "Consent", ID: id, Categories: Of(Other), Detail: word}); err != nil {
		return Restriction{}, err
	}
	return x, s.spreadTx(c, x.Patient)
}
