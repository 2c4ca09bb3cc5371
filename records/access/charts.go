package access

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"housecall/internal/db"
	"housecall/internal/identity"
)

// Charts lists the charts that somebody may open: their own, those by grant, and
// for staff those of their care teams; at most so many. A system has no list.
func (s *Service) Charts(ctx context.Context, who identity.Principal, most int) ([]string, error) {
	return s.ChartsTx(s.db.Read(ctx), who, most)
}

// ChartsTx is Charts on a connection that is there already.
func (s *Service) ChartsTx(c *db.Conn, who identity.Principal, most int) ([]string, error) {
	if who.Bound() {
		list, err := s.MembersOf(c, who.Group)
		return slices.Clone(list[:min(len(list), most)]), err
	}
	var charts []string
	seen := map[string]bool{}
	now := micros(s.now())
	blocks, err := blocksOf(c, who.Account)
	if err != nil {
		return nil, err
	}
	add := func(patient string) {
		if t := (tie{blocks: blocks[patient]}); patient != who.Patient && t.blocked(now) {
			return
		}
		if patient != "" && !seen[patient] && len(charts) < most {
			seen[patient] = true
			charts = append(charts, patient)
		}
	}
	add(who.Patient)
	grants, err := queryGrants(c, "WHERE account = ? AND state = ? LIMIT ?", who.Account, Active, most)
	if err != nil {
		return nil, err
	}
	for _, g := range grants {
		if g.activeAt(now) {
			add(g.Patient)
		}
	}
	guests, err := queryVisitGrants(c, "WHERE account = ? AND state = ? AND end_at > ? LIMIT ?", who.Account, Active, now, most)
	if err != nil {
		return nil, err
	}
	for _, g := range guests {
		if g.activeAt(now) {
			add(g.Patient)
		}
	}
	if who.Kind == identity.Staff {
		team, err := queryTeam(c, "WHERE account = ? ORDER BY patient_id LIMIT ?", who.Account, most)
		if err != nil {
			return nil, err
		}
		pools, err := pooled(c, "WHERE m.account = ? AND (m.end_at = 0 OR m.end_at > ?) AND (pc.end_at = 0 OR pc.end_at > ?) ORDER BY pc.patient_id LIMIT ?", who.Account, now, now, most)
		if err != nil {
			return nil, err
		}
		for _, m := range append(team, pools...) {
			if m.runs(who, now) {
				add(m.Patient)
			}
		}
	}
	if who.ThroughApp() || who.Kind == identity.System {
		return charts, nil
	}
	// What is joined with a chart that is somebody's own, or of their team.
	joined, args := []string{`c.id = ?`}, []any{who.Patient}
	if team, more := s.memberSQL(who, "c.id"); team != "FALSE" {
		joined, args = append(joined, team), append(args, more...)
	}
	err = c.Each(`SELECT DISTINCT c.joined FROM (SELECT survivor AS id, other AS joined FROM chart_links WHERE ended_at = 0
		UNION ALL SELECT other, survivor FROM chart_links WHERE ended_at = 0
		UNION ALL SELECT a.other, b.other FROM chart_links a JOIN chart_links b ON b.survivor = a.survivor AND b.other <> a.other WHERE a.ended_at = 0 AND b.ended_at = 0) c
		WHERE `+strings.Join(joined, " OR ")+` LIMIT ?`, func(r *sql.Rows) error {
		var p string
		err := r.Scan(&p)
		add(p)
		return err
	}, append(args, most)...)
	return charts, err
}

// CategoriesOfType are the categories that a resource type may fall into.
func CategoriesOfType(typ string) CategorySet {
	if set, ok := categoriesOf[typ]; ok {
		return set
	}
	return Of(Other)
}

var categoriesOf = func() map[string]CategorySet {
	m := map[string]CategorySet{}
	for c, types := range typesOf {
		for _, t := range types {
			m[t] |= Of(Category(c))
		}
	}
	return m
}()
