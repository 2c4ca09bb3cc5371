package schedule

import (
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
)

// Unfinished is a visit that somebody still has to write about.
type Unfinished struct {
	Visit       string    `json:"visit"`
	Patient     string    `json:"patient"`
	PatientName string    `json:"patientName"`
	Start       time.Time `json:"start"`
	Kind        string    `json:"kind" enum:"draft,none,translation" doc:"A note that is begun, one that is not, or a summary to be translated"`
	Language    string    `json:"language,omitempty" doc:"Of a translation"`
}

// Unfinished lists what is left of visits that are over, the oldest first: one's own
// notes that are not signed, and summaries of one's patients that want a translation.
// What hides behind a chart that one does not see any more is left out.
func (s *Service) Unfinished(ctx context.Context, who identity.Principal, cursor string, limit int) (items []Unfinished, next string, err error) {
	if who.Kind != identity.Staff || !who.AllowsFHIR(appointment, 's') {
		return nil, "", fault.New(fault.Forbidden, "Only staff can see the day of the clinic.").WithCode("role")
	}
	if limit <= 0 {
		limit = maxPage
	}
	limit = min(limit, maxPage)
	var from int64
	var after string
	if cursor != "" {
		raw, err := base64.RawURLEncoding.DecodeString(cursor)
		if err == nil {
			_, err = fmt.Sscanf(string(raw), "%d %s", &from, &after)
		}
		if err != nil {
			return nil, "", fault.New(fault.Invalid, "This list cannot be continued from here. Start it again.").WithCode("cursor")
		}
	}
	c := s.DB.Read(ctx)
	now := s.now()
	type row struct {
		Unfinished
		at int64
	}
	var rows []row
	err = c.Each(`SELECT a.id, a.patient_id, a.starts_at, a.account = ? AND a.status NOT IN ('cancelled', 'noshow') AND (a.note = 'draft' OR a.note = '' AND a.state = 'ended'), a.note, COALESCE(t.language, '')
		FROM appointments a JOIN care_team ct ON ct.patient_id = a.patient_id AND ct.account = ? AND ct.start_at <= ? AND (ct.end_at = 0 OR ct.end_at > ?)
		LEFT JOIN visit_translations t ON t.visit = a.id AND t.made_at = 0
		WHERE (a.account = ? AND a.status NOT IN ('cancelled', 'noshow') AND (a.note = 'draft' OR a.note = '' AND a.state = 'ended') OR t.visit IS NOT NULL)
			AND (a.starts_at > ? OR a.starts_at = ? AND a.id > ?) ORDER BY a.starts_at, a.id LIMIT ?`, func(r *sql.Rows) error {
		var x row
		var mine bool
		var note, language string
		err := r.Scan(&x.Visit, &x.Patient, &x.at, &mine, &note, &language)
		x.Start, x.Kind = moment(x.at), "translation"
		switch {
		case mine && note == NoteDraft:
			x.Kind = "draft"
		case mine:
			x.Kind = "none"
		default:
			x.Language = language
		}
		rows = append(rows, x)
		return err
	}, who.Account, who.Account, now, now, who.Account, from, from, after, limit+1)
	if err != nil {
		return nil, "", err
	}
	if len(rows) > limit {
		rows = rows[:limit]
		next = base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %s", rows[limit-1].at, rows[limit-1].Visit))
	}
	views := map[string]*access.View{}
	names := map[string]string{}
	var events []access.Event
	items = []Unfinished{}
	for _, x := range rows {
		v, known := views[x.Patient]
		if !known {
			if v, names[x.Patient], err = s.teamView(c, who, x.Patient); err != nil {
				return nil, "", err
			}
			if views[x.Patient] = v; v != nil {
				events = append(events, access.Event{Who: who, Patient: x.Patient, View: *v, Action: "search", Type: appointment, Categories: access.Of(access.Appointments), Count: 1, Outcome: "ok"})
			}
		}
		if v == nil {
			continue
		}
		seen, err := s.Records.Seen(c, v, appointment, []string{x.Visit})
		if err != nil {
			return nil, "", err
		}
		if seen[x.Visit] {
			x.PatientName = names[x.Patient]
			items = append(items, x.Unfinished)
		}
	}
	return items, next, s.Access.Record(ctx, events...)
}

// teamView enters a chart for somebody who writes notes there; nil: they do not.
func (s *Service) teamView(c *db.Conn, who identity.Principal, patient string) (*access.View, string, error) {
	v, err := s.Enter(c, who, patient)
	if fault.Is(err, fault.NotFound) {
		return nil, "", nil
	}
	if err != nil || v.Base != access.CareTeam || !v.Act.Has(access.Visits) || !v.Act.Has(access.Documents) {
		return nil, "", err
	}
	p, err := s.Records.PatientOf(c, v)
	return v, p.Name, err
}
