package oversight

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
)

const (
	maxDays  = 31
	before   = 14 * 24 * time.Hour // of the period, from which one's usual hour is known
	around   = 30 * 24 * time.Hour // of a look, in which something should go on in the chart
	leastFew = 15                  // charts of an hour that are never many
	timesFew = 3                   // of the usual hour that are many
	maxHints = 500
)

// looks are what one staff member did in one chart.
type looks struct {
	first, last    time.Time
	n              int
	role, relation string
	emergency      bool
}

type pair struct{ account, patient string }

// gathered is what a period's rows come to.
type gathered struct {
	pairs map[pair]*looks
	hours map[string]map[time.Time]map[string]bool // account, hour, charts
	names map[string]string
}

// Hints looks through the rows of a period. Only what was let in counts: what
// was refused is in the report. more says that there were more than are given.
func (s *Service) Hints(ctx context.Context, who identity.Principal, from, until time.Time) (hints []Hint, more bool, err error) {
	if err := access.MaySeeAudit(who); err != nil {
		return nil, false, err
	}
	if !from.Before(until) || until.Sub(from) > maxDays*24*time.Hour {
		return nil, false, fault.New(fault.Invalid, "Please choose a period of at most a month.")
	}
	if err := s.Access.Record(ctx, access.Event{Who: who, View: access.View{Role: identity.Privacy}, Action: "search", Type: "AuditEvent", Detail: "unusual accesses"}); err != nil {
		return nil, false, err
	}
	g, err := s.gather(ctx, from, until)
	if err != nil {
		return nil, false, err
	}
	hints = g.many(from)
	close, err := s.close(ctx, g)
	if err != nil {
		return nil, false, err
	}
	hints = append(hints, close...)
	slices.SortFunc(hints, func(a, b Hint) int {
		return cmp.Or(b.Until.Compare(a.Until), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Patient, b.Patient), cmp.Compare(a.Kind, b.Kind))
	})
	if more = len(hints) > maxHints; more {
		hints = hints[:maxHints]
	}
	return hints, more, s.name(ctx, hints)
}

func (s *Service) gather(ctx context.Context, from, until time.Time) (gathered, error) {
	g := gathered{pairs: map[pair]*looks{}, hours: map[string]map[time.Time]map[string]bool{}, names: map[string]string{}}
	return g, s.Access.Looks(ctx, from.Add(-before), until, func(l *access.Look) {
		if !l.Staff || l.Refused || l.Role == string(identity.Privacy) {
			return
		}
		g.names[l.Account] = l.Name
		hour := l.At.Truncate(time.Hour)
		if g.hours[l.Account] == nil {
			g.hours[l.Account] = map[time.Time]map[string]bool{}
		}
		if g.hours[l.Account][hour] == nil {
			g.hours[l.Account][hour] = map[string]bool{}
		}
		g.hours[l.Account][hour][l.Patient] = true
		if l.At.Before(from) {
			return
		}
		x := g.pairs[pair{l.Account, l.Patient}]
		if x == nil {
			x = &looks{first: l.At}
			g.pairs[pair{l.Account, l.Patient}] = x
		}
		x.last, x.role, x.relation = l.At, l.Role, l.Relation
		x.emergency = x.emergency || l.Emergency
		x.n++
	})
}

// many finds hours with far more charts than the same person's middle hour.
func (g *gathered) many(from time.Time) (hints []Hint) {
	for account, hours := range g.hours {
		for at, charts := range hours {
			if at.Before(from.Truncate(time.Hour)) || len(charts) <= leastFew {
				continue
			}
			var others []int
			for h, c := range hours {
				if h != at {
					others = append(others, len(c))
				}
			}
			usual := 0
			if slices.Sort(others); len(others) > 0 {
				usual = others[len(others)/2]
			}
			if len(charts) > timesFew*usual {
				hints = append(hints, Hint{Kind: ManyCharts, Account: account, Who: g.names[account], From: at, Until: at.Add(time.Hour), Count: len(charts), Usual: usual})
			}
		}
	}
	return hints
}

// close finds who is close to the patient, and looks without an occasion.
func (s *Service) close(ctx context.Context, g gathered) (hints []Hint, err error) {
	accounts, err := s.Accounts.Staff(ctx)
	if err != nil {
		return nil, err
	}
	owners := map[string]string{} // chart: account
	staff := map[string]person{}
	active := map[string]bool{}
	patients := map[string]bool{}
	for p := range g.pairs {
		active[p.account], patients[p.patient] = true, true
	}
	for i := range accounts {
		a := &accounts[i]
		if a.Patient != "" {
			owners[a.Patient] = a.ID
		}
		if active[a.ID] {
			if staff[a.ID], err = s.staffPerson(ctx, a); err != nil {
				return nil, err
			}
		}
	}
	people, err := s.people(ctx, slices.Sorted(maps.Keys(patients)))
	if err != nil {
		return nil, err
	}
	for p, x := range g.pairs {
		add := func(kind string) {
			hints = append(hints, Hint{Kind: kind, Account: p.account, Who: g.names[p.account], Role: x.role, Patient: p.patient, From: x.first, Until: x.last, Count: x.n})
		}
		switch owner := owners[p.patient]; {
		case owner == p.account:
			add(OwnChart)
		case owner != "":
			add(Colleague)
		}
		if owners[p.patient] != p.account {
			for _, kind := range nearness(staff[p.account], people[p.patient]) {
				add(kind)
			}
		}
		if x.emergency {
			add(Emergency)
			continue
		}
		quiet, err := s.quiet(ctx, p.patient, x.first, x.last)
		if err != nil {
			return nil, err
		}
		if quiet {
			add(NothingOn)
		}
	}
	return hints, nil
}

// nearness compares a staff member with a patient.
func nearness(a, b person) (kinds []string) {
	if slices.ContainsFunc(a.families, func(f string) bool { return slices.Contains(b.families, f) }) {
		kinds = append(kinds, SameSurname)
	}
	best := ""
	for _, x := range a.homes {
		for _, y := range b.homes {
			switch {
			case x.postal != y.postal || x.street != y.street:
			case x.line == y.line:
				best = SameAddress
			case best == "":
				best = SameStreet
			}
		}
	}
	if best != "" {
		kinds = append(kinds, best)
	}
	return kinds
}

// quiet tells whether nothing was booked, written or received in the chart around
// the looks: no visit, message, report, order or prescription, of whatever kind.
func (s *Service) quiet(ctx context.Context, patient string, first, last time.Time) (bool, error) {
	var busy bool
	from, until := first.Add(-around).UnixMicro(), last.Add(around).UnixMicro()
	err := s.DB.Read(ctx).QueryRow(`SELECT EXISTS (SELECT 1 FROM resources WHERE patient_id = ? AND NOT deleted
		AND type IN ('Appointment','Encounter','Communication','DiagnosticReport','ServiceRequest','MedicationRequest','Task')
		AND (sort_at BETWEEN ? AND ? OR last_updated BETWEEN ? AND ?))`, patient, from, until, from, until).Scan(&busy)
	return !busy, err
}

// name puts the patients' names into the hints.
func (s *Service) name(ctx context.Context, hints []Hint) error {
	ids := map[string]bool{}
	for i := range hints {
		ids[hints[i].Patient] = true
	}
	delete(ids, "")
	names, err := s.Names(ctx, slices.Sorted(maps.Keys(ids)))
	for i := range hints {
		hints[i].Name = names[hints[i].Patient]
	}
	return err
}
