package access

import (
	"context"
	"time"

	"housecall/internal/fault"
	"housecall/internal/identity"
)

// Events gives rows of the audit to apps and systems, as AuditEvent of FHIR: a
// chart's to its patient and to who may share it, as far as the list of accesses
// shows them (logview.go); any to the privacy officer and to a system. All of them
// need the scope. Newest first.
func (s *Service) Events(ctx context.Context, who identity.Principal, q ReportQuery) (rows []ReportRow, next string, err error) {
	v, all, err := s.maySeeEvents(ctx, who, q.Patient, 's')
	if err != nil {
		return nil, "", s.refused(ctx, who, q.Patient, "AuditEvent", err)
	}
	if q.From.IsZero() {
		q.From = time.Unix(0, 0)
	}
	if now := s.now().Add(time.Second); q.Until.IsZero() || q.Until.After(now) {
		q.Until = now.Truncate(time.Hour).Add(time.Hour) // pages of one list have the same end
	}
	if !all {
		q.sight = s.eventSight(&v, who)
	}
	q.Sort, q.Limit = "time", min(max(q.Limit, 1), maxReport)
	if q.From.Before(q.Until) {
		if rows, next, err = s.report(ctx, &q); err != nil {
			return nil, "", err
		}
	}
	if err := s.Record(ctx, Event{Who: who, Patient: q.Patient, View: v, Action: "search", Type: "AuditEvent", Categories: Of(Other), Count: len(rows)}); err != nil {
		return nil, "", err
	}
	if !all {
		for i := range rows {
			rows[i].Address, rows[i].Session = "", ""
		}
	}
	return rows, next, nil
}

// Event gives one row by its place in the log.
func (s *Service) Event(ctx context.Context, who identity.Principal, writer, counter int64) (ReportRow, error) {
	found, err := s.at(ctx, place{writer, counter})
	if err != nil {
		return ReportRow{}, err
	}
	if found == nil {
		if !who.AllowsFHIR("AuditEvent", 'r') {
			return ReportRow{}, errEventScope
		}
		return ReportRow{}, NoChart()
	}
	v, all, err := s.maySeeEvents(ctx, who, found.patient, 'r')
	if err != nil {
		return ReportRow{}, s.refused(ctx, who, found.patient, "AuditEvent", err)
	}
	x := reported{row: *found}
	new(ReportQuery).keep(&x)
	if !all {
		look := s.eventSight(&v, who)
		shown, err := look.keep(s.db.Read(ctx), []row{*found})
		if err == nil && len(shown) == 0 {
			err = s.refused(ctx, who, found.patient, "AuditEvent", NoChart())
		}
		if err != nil {
			return ReportRow{}, err
		}
		look.cut(&x.entry)
	}
	if err := s.Record(ctx, Event{Who: who, Patient: found.patient, View: v, Action: "read", Type: "AuditEvent", Categories: Of(Other)}); err != nil {
		return ReportRow{}, err
	}
	out := s.reportRow(&x)
	if !all {
		out.Address, out.Session = "", ""
	}
	return out, nil
}

// eventSight is what somebody is shown of a chart's rows. An app that may not see
// sensitive kinds does not learn from them what there is of those, neither by who
// looked nor by what the person themselves did.
func (s *Service) eventSight(v *View, who identity.Principal) sight {
	x := s.sightOf(v, who.Account)
	if x.view != nil && who.ThroughApp() && !who.HasScope(ScopeSensitive) {
		hides := *v
		hides.Hide = AllLabels
		x.view, x.account = &hides, ""
	}
	return x
}

var errEventScope = fault.New(fault.Forbidden, "This app was not allowed to see this kind of record.").WithCode("scope")

// maySeeEvents decides; all says that the source of each row is seen as well.
func (s *Service) maySeeEvents(ctx context.Context, who identity.Principal, patient string, action byte) (v View, all bool, err error) {
	switch {
	case !who.AllowsFHIR("AuditEvent", action):
		return View{}, false, errEventScope
	case who.Bound():
		_, err := s.ViewOf(s.db.Read(ctx), who, patient)
		if err == nil && patient == "" {
			err = errEventScope // those of nobody's chart are not its own
		}
		return View{Patient: patient, Relation: Feed, Base: Feed}, true, err
	case who.Kind == identity.System && who.Scopes != nil:
		return View{Patient: patient, Relation: Feed, Base: Feed}, true, nil
	case who.Is(identity.Privacy):
		return View{Patient: patient, Role: identity.Privacy}, true, nil
	}
	if who.Context.Patient != "" && who.Context.Patient != patient {
		return View{}, false, NoChart()
	}
	person := who // whether the scopes reach was decided above
	person.Scopes = nil
	v, err = s.maySeeLog(ctx, person, patient)
	return v, false, err
}
