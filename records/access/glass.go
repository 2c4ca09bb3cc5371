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

const glassTime = time.Hour

// GlassState is what the privacy officer makes of a chart that was opened in an
// emergency.
type GlassState int

// The states.
const (
	Unreviewed GlassState = iota + 1
	Justified
	Unjustified
)

var glassWords = map[GlassState]string{Unreviewed: "open", Justified: "justified", Unjustified: "unjustified"}

// String is the state's word in the JSON API.
func (s GlassState) String() string { return glassWords[s] }

// Glass is one time that somebody opened a chart in an emergency.
type Glass struct {
	ID            string
	Account, Name string
	Role          identity.Role
	Patient       string
	Reason        string
	Start, End    time.Time
	State         GlassState
	Note          string
	Reviewer      string
	ReviewedAt    time.Time
}

// BreakGlassTx opens a chart to a clinician or nurse in an emergency, to read in
// it for an hour; asked again, for an hour from then. The reason stands in the
// patient's own list of accesses. Who may open the chart already needs no
// emergency. The caller tells the privacy officers in the same transaction.
func (s *Service) BreakGlassTx(c *db.Conn, who identity.Principal, patient, reason string) (Glass, error) {
	role := identity.Clinician
	if !who.Is(role) {
		role = identity.Nurse
	}
	reason = strings.Join(strings.Fields(reason), " ")
	switch n := utf8.RuneCountInString(reason); {
	case !who.Is(role) || who.Scopes != nil: // for them there is no such way
		return Glass{}, NoChart()
	case n < 10 || n > 500 || !utf8.ValidString(reason) || strings.IndexByte(reason, 0) >= 0:
		return Glass{}, fault.New(fault.Invalid, "Say in one or two sentences why you need this record now.")
	}
	if err := s.lockChart(c, patient); err != nil {
		return Glass{}, err
	}
	if err := isPatient(c, patient); err != nil {
		return Glass{}, err
	}
	if v, err := s.ViewOf(c, who, patient); err == nil && v.Base != EmergencyAccess && v.Base != Proxy {
		return Glass{}, fault.New(fault.Conflict, "You can open this record already.")
	}
	now := s.now()
	g := Glass{ID: s.newID(), Account: who.Account, Name: who.Name, Role: role, Patient: patient, Reason: reason, Start: now, End: now.Add(glassTime), State: Unreviewed}
	_, err := c.Exec(`INSERT INTO emergency_access (account, patient_id, role, reason, start_at, end_at) VALUES (?,?,?,?,?,?)
		ON CONFLICT (account, patient_id) DO UPDATE SET role = excluded.role, reason = excluded.reason, start_at = excluded.start_at, end_at = excluded.end_at`,
		g.Account, patient, string(role), reason, micros(now), micros(g.End))
	if err == nil { // what it is begun anew for ends here
		err = endGlass(c, g.Account, patient, micros(now))
	}
	if err == nil {
		_, err = c.Exec(`INSERT INTO glass_breaks (id, account, name, role, patient_id, reason, start_at, end_at, state) VALUES (?,?,?,?,?,?,?,?,?)`,
			g.ID, g.Account, g.Name, string(role), patient, reason, micros(now), micros(g.End), Unreviewed)
	}
	if err == nil {
		err = s.RecordTx(c, Event{Who: who, Patient: patient, Action: "open", View: g.view()}) // what is read then has rows of its own
	}
	if err != nil {
		return Glass{}, err
	}
	return g, s.spreadTx(c, patient)
}

// view is that of who broke the glass, for the audit.
func (g *Glass) view() View {
	return View{Patient: g.Patient, Relation: EmergencyAccess, Base: EmergencyAccess, Role: g.Role, Emergency: true, Reason: g.Reason}
}

func endGlass(c *db.Conn, account, patient string, now int64) error {
	_, err := c.Exec(`UPDATE glass_breaks SET end_at = ? WHERE account = ? AND patient_id = ? AND end_at > ?`, now, account, patient, now)
	return err
}

// EndGlassTx closes a chart again that somebody opened in an emergency.
func (s *Service) EndGlassTx(c *db.Conn, who identity.Principal, patient string) error {
	if err := s.lockChart(c, patient); err != nil {
		return err
	}
	now := micros(s.now())
	g := Glass{Patient: patient}
	err := c.QueryRow(`UPDATE emergency_access SET end_at = ? WHERE account = ? AND patient_id = ? AND end_at > ? RETURNING role, reason`, now, who.Account, patient, now).Scan(&g.Role, &g.Reason)
	if errors.Is(err, sql.ErrNoRows) {
		return NoChart()
	}
	if err == nil {
		err = endGlass(c, who.Account, patient, now)
	}
	if err != nil {
		return err
	}
	if err := s.RecordTx(c, Event{Who: who, Patient: patient, Action: "open", View: g.view(), Detail: "emergency access ended"}); err != nil {
		return err
	}
	return s.spreadTx(c, patient)
}

// isPatient refuses what is not the chart of a patient that is there.
func isPatient(c *db.Conn, patient string) error {
	var one int
	err := c.QueryRow(`SELECT 1 FROM resources WHERE patient_id = ? AND type = 'Patient' AND id = ? AND NOT deleted`, patient, patient).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return NoChart()
	}
	return err
}

const glassColumns = `SELECT id, account, name, role, patient_id, reason, start_at, end_at, state, note, reviewer, reviewed_at FROM glass_breaks `

func queryGlass(c *db.Conn, where string, args ...any) ([]Glass, error) {
	var out []Glass
	err := c.Each(glassColumns+where, func(r *sql.Rows) error {
		var g Glass
		var start, end, reviewed int64
		err := r.Scan(&g.ID, &g.Account, &g.Name, &g.Role, &g.Patient, &g.Reason, &start, &end, &g.State, &g.Note, &g.Reviewer, &reviewed)
		g.Start, g.End, g.ReviewedAt = moment(start), moment(end), moment(reviewed)
		out = append(out, g)
		return err
	}, args...)
	return out, err
}

// OwnGlass lists the charts that somebody has open in an emergency now.
func (s *Service) OwnGlass(ctx context.Context, who identity.Principal) ([]Glass, error) {
	if who.Scopes != nil || !who.Is(identity.Clinician) && !who.Is(identity.Nurse) {
		return nil, nil
	}
	now := micros(s.now())
	all, err := queryGlass(s.db.Read(ctx), `WHERE account = ? AND start_at <= ? AND end_at > ? ORDER BY end_at, id LIMIT ?`, who.Account, now, now, most)
	return slices.DeleteFunc(all, func(g Glass) bool { return !who.Is(g.Role) }), err
}

// officer tells whether somebody is a privacy officer at a page of Housecall.
func officer(who identity.Principal) error {
	if !who.Is(identity.Privacy) || who.Scopes != nil {
		return fault.New(fault.Forbidden, "Only privacy officers can see this.").WithCode("role")
	}
	return nil
}

// Officers lists the accounts of the privacy officers.
func (s *Service) Officers(c *db.Conn) ([]string, error) {
	var out []string
	err := c.Each(`SELECT id, roles FROM accounts WHERE kind = ? AND active AND roles LIKE '%privacy%' ORDER BY id LIMIT ?`, func(r *sql.Rows) error {
		var id, roles string
		err := r.Scan(&id, &roles)
		if slices.Contains(strings.Fields(roles), string(identity.Privacy)) {
			out = append(out, id)
		}
		return err
	}, int(identity.Staff), most)
	return out, err
}

// GlassToReview lists for the privacy officers which charts were opened in an
// emergency: the oldest first of those that wait for a word, the newest first of
// the others.
func (s *Service) GlassToReview(ctx context.Context, who identity.Principal, reviewed bool, cursor string, limit int) (items []Glass, next string, err error) {
	if err := officer(who); err != nil {
		return nil, "", s.refused(ctx, who, "", "Flag", err)
	}
	limit = min(max(limit, 1), 100)
	list, where, order := "glass waits", `state = 1`, `start_at, id`
	after := `(start_at, id) > (?, ?)`
	if reviewed {
		list, where, order, after = "glass done", `state <> 1`, `start_at DESC, id DESC`, `(start_at, id) < (?, ?)`
	}
	var args []any
	if cursor != "" {
		at, id, err := s.openPlace(list, cursor)
		if err != nil {
			return nil, "", err
		}
		where, args = where+` AND `+after, []any{at, id}
	}
	items, err = queryGlass(s.db.Read(ctx), `WHERE `+where+` ORDER BY `+order+` LIMIT ?`, append(args, limit+1)...)
	if err != nil {
		return nil, "", err
	}
	if len(items) > limit {
		items = items[:limit]
		last := &items[limit-1]
		next = s.sealPlace(list, micros(last.Start), last.ID)
	}
	return items, next, s.Record(ctx, Event{Who: who, Action: "search", Type: "AuditEvent", Detail: "emergency accesses"})
}

// GlassOf gives one, with what was opened by it, as far as the patient's own list
// of accesses tells.
func (s *Service) GlassOf(ctx context.Context, who identity.Principal, id string) (Glass, []AccessRow, error) {
	if err := officer(who); err != nil {
		return Glass{}, nil, s.refused(ctx, who, "", "Flag", err)
	}
	g, err := oneGlass(s.db.Read(ctx), id)
	if err != nil {
		return Glass{}, nil, err
	}
	rows, err := s.openedBy(ctx, &g)
	if err != nil {
		return Glass{}, nil, err
	}
	return g, rows, s.Record(ctx, Event{Who: who, Patient: g.Patient, View: View{Patient: g.Patient, Role: identity.Privacy}, Action: "read", Type: "AuditEvent", Categories: Of(Other), Detail: "emergency access"})
}

func oneGlass(c *db.Conn, id string) (Glass, error) {
	found, err := queryGlass(c, `WHERE id = ?`, id)
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "We could not find that.")
	}
	if err != nil {
		return Glass{}, err
	}
	return found[0], nil
}

// openedBy gives the lines of the chart's log that somebody left there while the
// glass was broken, newest first.
func (s *Service) openedBy(ctx context.Context, g *Glass) ([]AccessRow, error) {
	in := s.rowsOf(ctx, g.Patient, position{At: micros(g.End) + 1})
	in.accounts, in.since = []string{g.Account}, micros(g.Start)
	rows, _, _, err := foldRows(in, nil, most)
	return rows, err
}

// ReviewGlassTx keeps what the privacy officer says about a chart that was opened
// in an emergency. Nobody judges what they did themselves.
func (s *Service) ReviewGlassTx(c *db.Conn, who identity.Principal, id string, justified bool, note string) error {
	if err := officer(who); err != nil {
		return err
	}
	note = strings.TrimSpace(note)
	if n := utf8.RuneCountInString(note); n == 0 || n > 1000 || !utf8.ValidString(note) || strings.IndexByte(note, 0) >= 0 {
		return fault.New(fault.Invalid, "Say in a few words how you came to this.")
	}
	g, err := oneGlass(c, id)
	switch {
	case err != nil:
		return err
	case g.Account == who.Account:
		return fault.New(fault.Forbidden, "Somebody else has to look at what you did.")
	}
	state, word := Unjustified, "unjustified"
	if justified {
		state, word = Justified, "justified"
	}
	n, err := c.Exec(`UPDATE glass_breaks SET state = ?, note = ?, reviewed_by = ?, reviewer = ?, reviewed_at = ? WHERE id = ? AND state = ?`,
		state, note, who.Account, who.Name, micros(s.now()), id, Unreviewed)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "Somebody else has looked at this meanwhile.")
	}
	return s.RecordTx(c, Event{Who: who, Patient: g.Patient, View: View{Patient: g.Patient, Role: identity.Privacy}, Action: "read", Type: "AuditEvent", ID: id, Categories: Of(Other), Detail: "emergency access " + word})
}
