package access

import (
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// Powers are what a grant lets a caregiver do besides seeing, a bit each. The
// bits are stored.
type Powers uint32

// The powers.
const (
	PowerMessages   Powers = 1 << iota // write to the care team
	PowerScheduling                    // book, move and cancel visits
	PowerMedicines                     // ask for refills, report what is taken
	PowerDocuments                     // add documents
	PowerVisits                        // join video visits
	PowerShare                         // share and export the record

	AllPowers = PowerMessages | PowerScheduling | PowerMedicines | PowerDocuments | PowerVisits | PowerShare
)

var powerNames = []string{"messages", "scheduling", "medicines", "documents", "visits", "share"}

// powerActs: the category that a power acts on, in the order of the names.
var powerActs = []CategorySet{Of(Messages), Of(Appointments, Questionnaires), Of(Medicines), Of(Documents), 0, 0}

// Words gives the words of the JSON API.
func (p Powers) Words() []string {
	out := []string{}
	for i, name := range powerNames {
		if p&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	return out
}

// ParsePowers reads the words of the JSON API.
func ParsePowers(words []string) (Powers, bool) {
	var p Powers
next:
	for _, w := range words {
		for i, name := range powerNames {
			if name == w {
				p |= 1 << i
				continue next
			}
		}
		return 0, false
	}
	return p, true
}

func (p Powers) acts() CategorySet {
	var s CategorySet
	for i, acts := range powerActs {
		if p&(1<<i) != 0 {
			s |= acts
		}
	}
	return s
}

// Basis is the legal ground of a grant.
type Basis string

// The grounds.
const (
	Consent         Basis = "consent"           // the patient said so
	Parent          Basis = "parent"            // parent or guardian of a minor: age rules hold
	Guardian        Basis = "guardian"          // court-appointed guardian of an adult
	PowerOfAttorney Basis = "power-of-attorney" // health care power of attorney
)

// State is where a grant stands.
type State uint8

// The states. They are stored.
const (
	Active State = iota + 1
	Ended
	Revoked
)

func (s State) String() string { return [...]string{"", "active", "ended", "revoked"}[s] }

// Grant is one caregiver's access to one patient's chart.
type Grant struct {
	ID, Patient, Account string
	Name                 string // the caregiver's name when it was given
	Relation             string // what the patient is to the caregiver or the other way, as the clinic words it: "child", "mother"
	Basis                Basis
	See                  CategorySet
	Can                  Powers
	Sensitive            bool // includes the sensitive kinds
	BirthDate            string
	Jurisdiction         string
	Zone                 string
	Start, End           time.Time
	NarrowsAt            time.Time // zero: never
	State                State
	Version              int64
	CreatedBy            string
	CreatedAt            time.Time
	Evidence             string // the paper that the basis rests on, and who looked at it when
	CheckedBy            string
	CheckedAt            time.Time
	LastSeenAt           time.Time // zero: never; only GrantsOf fills it
	Appointment          string    // the visit that it is for alone; "": a grant of its own
	InvitedAs            string    // what the patient called the person in the invitation; only GrantsOf fills it

	given time.Time // the end that was asked for, before the age rules cut it; zero: as long as they allow
}

// ChangesOn is the next moment at which the grant gets smaller by itself.
func (g Grant) ChangesOn(now time.Time) time.Time {
	if g.NarrowsAt.After(now) && g.NarrowsAt.Before(g.End) {
		return g.NarrowsAt
	}
	return g.End
}

// SeesAt is what the grant lets its holder see at a moment.
func (g Grant) SeesAt(now time.Time) (see CategorySet, can Powers, sensitive bool) {
	if !g.NarrowsAt.IsZero() && !now.Before(g.NarrowsAt) {
		return g.See & narrowed, g.Can & narrowedPowers, false
	}
	return g.See, g.Can, g.Sensitive
}

func (g *Grant) activeAt(now int64) bool {
	return g.State == Active && g.Start.UnixMicro() <= now && now < g.End.UnixMicro()
}

// apply cuts the policy's outer bound down to the grant.
func (g *Grant) apply(v *View, now int64) {
	at := time.UnixMicro(now)
	see, can, sensitive := g.SeesAt(at)
	v.See &= see
	v.Can = can
	v.Act &= can.acts() & see
	if !sensitive {
		v.Hide = AllLabels
	}
	v.ChangesAt = g.ChangesOn(at).UnixMicro()
}

// GrantInput is what somebody asks for when they give access.
type GrantInput struct {
	Patient, Account string
	Name, Relation   string
	Basis            Basis
	See              CategorySet
	Can              Powers
	Sensitive        bool
	BirthDate        string // the patient's; needed when the basis is Parent
	Jurisdiction     string // "US-CA"; "" takes the general rule
	Zone             *time.Location
	Start, End       time.Time // Start zero: now; End is always needed
	Evidence         string    // the paper that shows the basis; needed for all but the patient's consent
}

const longestGrant = 25 * 366 * 24 * time.Hour

// check refuses what cannot be granted, in words for the person who asks, and
// gives the grant as it will be.
func (in GrantInput) check(now time.Time) (Grant, error) {
	var issues []fault.Issue
	wrong := func(field, text string) {
		issues = append(issues, fault.Issue{Code: "invalid", Expression: field, Text: text})
	}
	g := Grant{Patient: in.Patient, Account: in.Account, Name: strings.TrimSpace(in.Name), Relation: strings.TrimSpace(in.Relation), Basis: in.Basis,
		See: in.See & Everything, Can: in.Can & AllPowers, Sensitive: in.Sensitive, BirthDate: in.BirthDate, Jurisdiction: in.Jurisdiction,
		Start: in.Start, End: in.End, State: Active, Version: 1, Evidence: strings.TrimSpace(in.Evidence), given: in.End}
	if g.Start.IsZero() {
		g.Start = now
	}
	if in.Zone != nil {
		g.Zone = in.Zone.String()
	}
	if g.Patient == "" || len(g.Patient) > 64 {
		wrong("patient", "Say whose record is shared.")
	}
	if g.Account == "" || len(g.Account) > 64 {
		wrong("account", "Say with whom the record is shared.")
	}
	if g.Name == "" || len(g.Name) > 200 {
		wrong("name", "Give the name of the person with whom the record is shared.")
	}
	if g.Relation == "" || len(g.Relation) > 60 {
		wrong("relation", "Say how the two are related.")
	}
	if g.See == 0 {
		wrong("sees", "Choose at least one part of the record.")
	}
	if missing := g.Can.acts() &^ g.See &^ Of(Questionnaires); missing != 0 {
		wrong("can", "Somebody can only act on what they can see. Also share: "+missing.String()+".")
	}
	switch g.Basis {
	case Consent, Guardian, PowerOfAttorney:
	case Parent:
		narrow, end, err := boundaries(in.BirthDate, in.Jurisdiction, in.Zone)
		if err != nil {
			wrong("birthDate", "A parent's access needs the child's date of birth, like 2014-05-31.")
			break
		}
		g.NarrowsAt = narrow
		if g.End.IsZero() || g.End.After(end) {
			g.End = end
		}
		if !end.After(now) {
			wrong("basis", "This person is old enough to decide alone. They can share their record themselves.")
		}
	default:
		wrong("basis", "Say on what ground the record is shared.")
	}
	if g.Basis != Consent && g.Evidence == "" || len(g.Evidence) > 500 {
		wrong("evidence", "Say which paper shows that this person may act for the patient.")
	}
	switch {
	case g.End.IsZero():
		wrong("until", "Say until when the record is shared.")
	case !g.End.After(g.Start) || !g.End.After(now):
		wrong("until", "The last day must be in the future.")
	case g.End.Sub(g.Start) > longestGrant:
		wrong("until", "Access can be given for 25 years at most.")
	}
	if issues != nil {
		return Grant{}, fault.New(fault.Invalid, issues[0].Text).WithIssues(issues...)
	}
	return g, nil
}

// mayManage tells whether somebody decides about the grants of a chart: its
// patient, or Housecall itself for an operator. An app never does, and no
// administrator: they configure, and open charts to nobody.
func mayManage(who identity.Principal, patient string) bool {
	if who.Scopes != nil {
		return false
	}
	return who.Kind == identity.System || who.Patient != "" && who.Patient == patient && who.Kind != identity.Anonymous
}

// GrantTx gives a caregiver access when the transaction commits. One caregiver
// has at most one running grant for a chart.
func (s *Service) GrantTx(c *db.Conn, who identity.Principal, in GrantInput) (Grant, error) {
	if !mayManage(who, in.Patient) {
		return Grant{}, NoChart()
	}
	if in.Account == who.Account && who.Kind != identity.System {
		return Grant{}, fault.New(fault.Invalid, "Nobody can give access to themselves.")
	}
	if in.Basis != Consent && who.Kind != identity.System {
		return Grant{}, fault.New(fault.Invalid, "A patient shares by their own consent. Any other ground is checked by the clinic.")
	}
	return s.giveTx(c, who, who.Account, in)
}

// giveTx writes a grant down that by decided about.
func (s *Service) giveTx(c *db.Conn, who identity.Principal, by string, in GrantInput) (Grant, error) {
	now := s.now()
	g, err := in.check(now)
	if err != nil {
		return Grant{}, err
	}
	if err := s.lockChart(c, g.Patient); err != nil {
		return Grant{}, err
	}
	blocked, err := s.blockedTx(c, g.Account, g.Patient)
	if err != nil {
		return Grant{}, err
	}
	if blocked && (who.Kind == identity.System || who.Kind == identity.Staff && who.Account != g.Account) {
		return Grant{}, fault.New(fault.Conflict, "A court's paper keeps this person out of this record.")
	}
	if blocked { // nobody else is told of the paper
		return Grant{}, noOffer()
	}
	if _, err := c.Exec(`UPDATE grants SET state = ? WHERE account = ? AND patient_id = ? AND state = ? AND end_at <= ?`,
		Ended, g.Account, g.Patient, Active, now.UnixMicro()); err != nil {
		return Grant{}, err
	}
	var running int
	if err := c.QueryRow(`SELECT count(*) FROM grants WHERE account = ? AND patient_id = ? AND state = ?`, g.Account, g.Patient, Active).Scan(&running); err != nil {
		return Grant{}, err
	}
	if running > 0 {
		return Grant{}, fault.New(fault.Conflict, "This person already has access. Change or stop that first.")
	}
	g.ID, g.CreatedBy, g.CreatedAt = s.newID(), by, now
	if g.Evidence != "" {
		g.CheckedBy, g.CheckedAt = by, now
	}
	_, err = c.Exec(`INSERT INTO grants (id, patient_id, account, name, relation, basis, see, can, sensitive, birth_date, jurisdiction, zone,
		start_at, narrow_at, end_at, given_end, state, version, evidence, checked_by, checked_at, created_by, created_at, changed_by, changed_at) VALUES `+db.Placeholders(1, 25),
		g.ID, g.Patient, g.Account, g.Name, g.Relation, string(g.Basis), int64(g.See), int64(g.Can), g.Sensitive, g.BirthDate, g.Jurisdiction, g.Zone,
		g.Start.UnixMicro(), micros(g.NarrowsAt), g.End.UnixMicro(), micros(g.given), g.State, g.Version, g.Evidence, g.CheckedBy, micros(g.CheckedAt), g.CreatedBy, micros(now), who.Account, micros(now))
	if err != nil {
		return Grant{}, err
	}
	return g, s.changedTx(c, who, g.Patient, "create", "Consent", g.ID)
}

// Narrowing is what is left of a grant; it can only take away.
type Narrowing struct {
	See       CategorySet
	Can       Powers
	Sensitive bool
	End       time.Time // zero: as before
}

// NarrowTx makes a running grant smaller.
func (s *Service) NarrowTx(c *db.Conn, who identity.Principal, patient, id string, to Narrowing) (Grant, error) {
	g, err := s.grantTx(c, who, patient, id, mayManage(who, patient))
	if err != nil {
		return Grant{}, err
	}
	if to.See == 0 || to.See&^g.See != 0 || to.Can&^g.Can != 0 || to.Sensitive && !g.Sensitive || to.End.After(g.End) {
		return Grant{}, fault.New(fault.Invalid, "This can only be made smaller. To share more, stop it and share again.")
	}
	to.Can &= powersWithin(to.See)
	if to.End.IsZero() {
		to.End = g.End
	} else if !to.End.After(s.now()) {
		return Grant{}, fault.New(fault.Invalid, "The last day must be in the future.")
	} else {
		g.given = to.End
	}
	g.See, g.Can, g.Sensitive, g.End = to.See, to.Can, to.Sensitive, to.End
	g.Version++
	if _, err := c.Exec(`UPDATE grants SET see = ?, can = ?, sensitive = ?, end_at = ?, given_end = ?, version = ?, changed_by = ?, changed_at = ? WHERE id = ?`,
		int64(g.See), int64(g.Can), g.Sensitive, g.End.UnixMicro(), micros(g.given), g.Version, who.Account, s.now().UnixMicro(), g.ID); err != nil {
		return Grant{}, err
	}
	return g, s.changedTx(c, who, patient, "update", "Consent", g.ID)
}

func powersWithin(see CategorySet) Powers {
	var p Powers
	for i, acts := range powerActs {
		if acts == 0 || acts&see != 0 {
			p |= 1 << i
		}
	}
	return p
}

// RevokeTx stops a grant at once. The caregiver may do it too, and the privacy
// officer, for patients who cannot.
func (s *Service) RevokeTx(c *db.Conn, who identity.Principal, patient, id string) (Grant, error) {
	manages := mayManage(who, patient) || who.Is(identity.Privacy) && who.Scopes == nil
	g, err := s.grantTx(c, who, patient, id, manages)
	if fault.Is(err, fault.NotFound) {
		return s.revokeVisitTx(c, who, patient, id, manages)
	}
	if err != nil {
		return Grant{}, err
	}
	g.State, g.Version = Revoked, g.Version+1
	if _, err := c.Exec(`UPDATE grants SET state = ?, version = ?, changed_by = ?, changed_at = ? WHERE id = ?`,
		g.State, g.Version, who.Account, s.now().UnixMicro(), g.ID); err != nil {
		return Grant{}, err
	}
	return g, s.changedTx(c, who, patient, "delete", "Consent", g.ID)
}

// grantTx finds a running grant that the principal may change, under the lock of
// the chart's head: whoever writes to the chart decides under the same lock.
func (s *Service) grantTx(c *db.Conn, who identity.Principal, patient, id string, manages bool) (Grant, error) {
	if err := s.lockChart(c, patient); err != nil {
		return Grant{}, err
	}
	gs, err := queryGrants(c, `WHERE id = ? AND patient_id = ?`, id, patient)
	if err != nil {
		return Grant{}, err
	}
	if len(gs) == 0 || !manages && (who.Scopes != nil || who.Account == "" || gs[0].Account != who.Account) {
		return Grant{}, fault.New(fault.NotFound, "We could not find this sharing.")
	}
	if !gs[0].activeAt(s.now().UnixMicro()) && (gs[0].State != Active || !gs[0].Start.After(s.now())) {
		return Grant{}, fault.New(fault.Conflict, "This sharing has already ended.")
	}
	return gs[0], nil
}
