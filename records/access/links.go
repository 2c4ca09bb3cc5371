package access

import (
	"database/sql"
	"slices"

	"housecall/internal/db"
	"housecall/internal/identity"
)

// Two charts of one person may be joined: one view over both, while each keeps
// its order, its audit and its grants. Who sees what of each is decided chart by
// chart, by these rules:
//
//   - The patient is the patient of all of them, and whoever treats or serves
//     them (care team, front desk, in an emergency) does so in all of them: it is
//     one person who is treated.
//   - A grant counts for the chart that it names and for no other: it was given
//     for what was in that chart.
//   - An app sees the chart that it was let into. Housecall's own app on a phone is
//     Housecall itself, as far as the scopes of its token go.

// Linked gives the charts that are joined with this one now.
func Linked(c *db.Conn, patient string) ([]string, error) {
	var out []string
	err := c.Each(`SELECT survivor, other FROM chart_links WHERE ended_at = 0 AND
		(survivor = ? OR other = ? OR survivor IN (SELECT survivor FROM chart_links WHERE other = ? AND ended_at = 0)) ORDER BY created_at, id LIMIT ?`, func(r *sql.Rows) error {
		var survivor, other string
		if err := r.Scan(&survivor, &other); err != nil {
			return err
		}
		for _, p := range []string{survivor, other} {
			if p != patient && !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
		return nil
	}, patient, patient, patient, most)
	return out, err
}

// SpreadTx tells every node, with the commit, that who may see the chart has to
// be decided anew.
func (s *Service) SpreadTx(c *db.Conn, patient string) error { return s.spreadTx(c, patient) }

// carries tells whether a view of one chart is also one of those that are joined
// with it.
func (v *View) carries() bool {
	if v.app {
		return false
	}
	switch v.Base {
	case Self, CareTeam, ClinicStaff, EmergencyAccess:
		return v.Patient != ""
	}
	return false
}

// ReachesOver tells whether who has this view sees the chart and those that are
// joined with it as one, in whatever is asked for by the one patient's id. With a
// token each chart is asked for by its own: its scopes may differ from one to the
// other.
func (v *View) ReachesOver() bool { return v.scopes == nil && v.carries() }

// Carries tells whether the view knows of the charts that this one is joined
// with: a proxy and an app are not told.
func (v *View) Carries() bool { return v.carries() || v.Base == Feed }

// Works tells whether somebody works in this chart as staff of its care team,
// by Housecall itself and not in an emergency. They put charts in order: join
// them, keep them apart, refile what landed in the wrong one.
func (v *View) Works() bool {
	return (v.Base == CareTeam || v.Base == ClinicStaff) && v.scopes == nil && v.Patient != "" || v.Base == Feed
}

// Treats is Works for doctors and nurses.
func (v *View) Treats() bool { return v.Base == CareTeam && v.Works() || v.Base == Feed }

// throughLink finds a view of a chart by one of a chart that is joined with it.
func (s *Service) throughLink(c *db.Conn, who identity.Principal, patient string, now int64) (View, bool, error) {
	if who.Kind != identity.Person && who.Kind != identity.Staff || who.ThroughApp() || patient == "" || who.Account == "" {
		return View{}, false, nil
	}
	charts, err := Linked(c, patient)
	if err != nil {
		return View{}, false, err
	}
	var best View
	for _, p := range charts {
		var t tie
		if needsTie(who, p) {
			if t, err = s.tieOf(c, who, p, now); err != nil {
				return View{}, false, err
			}
		}
		if v, ok := viewOf(who, p, t, now); ok && v.carries() && (best.Base == Nobody || v.Base < best.Base) {
			best = v
		}
	}
	if best.Base == Nobody {
		return View{}, false, nil
	}
	from := best.Fingerprint
	best.Patient = patient
	best.Fingerprint = fingerprint(who, &best, int64(from))
	return best, true, nil
}

// TeamSQL is the condition that somebody works in the chart in the column, as
// far as one statement can say it: whoever reads by it decides on each chart
// afterwards. A system works in all.
func (s *Service) TeamSQL(who identity.Principal, column string) (string, []any) {
	if who.Everywhere() {
		return "TRUE", nil
	}
	if who.Scopes != nil {
		return "FALSE", nil
	}
	return s.memberSQL(who, column)
}

// memberSQL is the condition that a staff member is of the care team of the chart
// in the column.
func (s *Service) memberSQL(who identity.Principal, column string) (string, []any) {
	if who.Kind != identity.Staff {
		return "FALSE", nil
	}
	now := micros(s.now())
	var roles []any
	for _, r := range who.Roles {
		if teamRole(r) {
			roles = append(roles, string(r))
		}
	}
	if len(roles) == 0 {
		return "FALSE", nil
	}
	in := db.Placeholders(1, len(roles))
	args := append([]any{who.Account, now, now}, roles...)
	args = append(append(args, who.Account, now, now, now, now), roles...)
	// Its own names are ones that no statement around it uses: the column must not
	// be taken for one of these tables'.
	return `(EXISTS (SELECT 1 FROM care_team of_team WHERE of_team.account = ? AND of_team.patient_id = ` + column + ` AND of_team.start_at <= ? AND (of_team.end_at = 0 OR of_team.end_at > ?) AND of_team.role IN ` + in + `)
		OR EXISTS (SELECT 1 FROM pool_charts of_chart JOIN pool_members of_member ON of_member.pool = of_chart.pool JOIN pools of_pool ON of_pool.id = of_chart.pool AND of_pool.active
			WHERE of_member.account = ? AND of_chart.patient_id = ` + column + ` AND of_member.start_at <= ? AND (of_member.end_at = 0 OR of_member.end_at > ?)
			AND of_chart.start_at <= ? AND (of_chart.end_at = 0 OR of_chart.end_at > ?) AND of_member.role IN ` + in + `))`, args
}
