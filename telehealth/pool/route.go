package pool

import (
	"cmp"
	"database/sql"
	"slices"
	"strings"

	"housecall/internal/db"
)

// Reasons why a thread came to its pool. They are stored with each decision.
const (
	ByTopic    = "topic"    // the pool answers this topic
	ByLanguage = "language" // it answers this language
	ByTeam     = "team"     // it is in the care team, and answers everything
	ByStandard = "standard" // the clinic's own
	ByNobody   = "unjoined" // no pool is joined to the chart
)

// Choice is to which pool a message goes, and why.
type Choice struct {
	Pool   *Pool
	Reason string
}

// RouteTx finds the pool for a message when it is delivered: of those that are
// joined to the chart now, one with somebody in it, that answers the topic, then
// the language, then everything; the standard pool last. Where no pool is joined
// it is the one of the installation, and only who is in the care team in person
// sees it.
func (s *Service) RouteTx(c *db.Conn, patient, topic, language string) (Choice, error) {
	type candidate struct {
		*Pool
		members, score int
		reason         string
	}
	now := s.now()
	var ids []string
	members := map[string]int{}
	err := c.Each(`SELECT x.pool, (SELECT count(*) FROM pool_members m WHERE m.pool = x.pool AND m.start_at <= ? AND (m.end_at = 0 OR m.end_at > ?) AND m.role IN ('clinician', 'nurse'))
		FROM pool_charts x JOIN pools p ON p.id = x.pool WHERE x.patient_id = ? AND p.active AND x.start_at <= ? AND (x.end_at = 0 OR x.end_at > ?) ORDER BY x.pool LIMIT ?`, func(r *sql.Rows) error {
		var id string
		var n int
		err := r.Scan(&id, &n)
		ids, members[id] = append(ids, id), n
		return err
	}, now, now, patient, now, now, maxPools)
	if err != nil {
		return Choice{}, err
	}
	var list []candidate
	for _, id := range ids {
		p, err := s.Get(c, id)
		if err != nil {
			return Choice{}, err
		}
		x := candidate{Pool: p, members: min(members[id], 1), reason: ByTeam}
		r := &p.Rules
		speaks := slices.ContainsFunc(r.Languages, func(l string) bool { return strings.HasPrefix(strings.ToLower(language), strings.ToLower(l)) })
		if len(r.Topics) > 0 && !slices.Contains(r.Topics, topic) || len(r.Languages) > 0 && !speaks {
			continue
		}
		switch {
		case len(r.Topics) > 0 && speaks:
			x.score, x.reason = 4, ByTopic
		case len(r.Topics) > 0:
			x.score, x.reason = 3, ByTopic
		case speaks:
			x.score, x.reason = 2, ByLanguage
		case p.Standard:
			x.reason = ByStandard
		default:
			x.score = 1
		}
		list = append(list, x)
	}
	if len(list) == 0 {
		p, err := s.Get(c, Standard)
		return Choice{p, ByNobody}, err
	}
	best := slices.MaxFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.members, b.members), cmp.Compare(a.score, b.score), cmp.Compare(b.ID, a.ID))
	})
	return Choice{best.Pool, best.reason}, nil
}

// JoinedTx tells whether a pool is joined to a chart now.
func (s *Service) JoinedTx(c *db.Conn, pool, patient string) (joined bool, err error) {
	now := s.now()
	err = c.QueryRow(`SELECT EXISTS (SELECT 1 FROM pool_charts x JOIN pools p ON p.id = x.pool WHERE x.patient_id = ? AND x.pool = ? AND p.active AND x.start_at <= ? AND (x.end_at = 0 OR x.end_at > ?))`,
		patient, pool, now, now).Scan(&joined)
	return joined, err
}
