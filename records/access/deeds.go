package access

import (
	"context"
	"encoding/json"
	"time"

	"housecall/internal/fault"
	"housecall/internal/identity"
)

// Deed is one thing that a caregiver did for the patient.
type Deed struct {
	At   time.Time `json:"at"`
	What string    `json:"what" enum:"message,booked,changed,asked,answered,form"`
	ID   string    `json:"id,omitempty" doc:"Of what was written, to find it again"`
}

// deedsOf are the acts that are told, by what the audit row says; looking is told in
// the list of who looked.
var deedsOf = map[[2]string]string{
	{"create", "Communication"}: "message", {"create", "Appointment"}: "booked", {"update", "Appointment"}: "changed",
	{"create", "Task"}: "asked", {"update", "Task"}: "answered", {"create", "QuestionnaireResponse"}: "form",
}

// Deeds lists what the holder of a grant did in the chart, newest first, from the
// audit, for whoever sees the list of who looked.
func (s *Service) Deeds(ctx context.Context, who identity.Principal, patient, grant, cursor string, limit int) (out []Deed, next string, err error) {
	v, err := s.maySeeLog(ctx, who, patient)
	if err != nil {
		return nil, "", s.refused(ctx, who, patient, "AuditEvent", err)
	}
	var account string
	c := s.db.Read(ctx)
	gs, err := queryGrants(c, `WHERE id = ? AND patient_id = ?`, grant, patient)
	if err == nil && len(gs) == 0 {
		var vs []VisitGrant
		if vs, err = queryVisitGrants(c, `WHERE id = ? AND patient_id = ?`, grant, patient); err == nil && len(vs) > 0 {
			account = vs[0].Account
		}
	} else if err == nil {
		account = gs[0].Account
	}
	if err == nil && account == "" {
		err = fault.New(fault.NotFound, "We could not find that.")
	}
	if err != nil {
		return nil, "", err
	}
	from := newest
	if cursor != "" {
		b, err := s.openCursor("deeds "+patient+" "+grant, cursor)
		if err == nil {
			err = json.Unmarshal(b, &from)
		}
		if err != nil {
			return nil, "", fault.Wrap(fault.Invalid, "This page of the list cannot be found. Please open the list again.", err)
		}
	}
	limit = min(max(limit, 1), 200)
	rows := s.rowsFor(ctx, patient, from, s.sightOf(&v, who.Account))
	rows.accounts = []string{account}
	for n := 0; ; n++ {
		r, err := rows.next()
		if err != nil {
			return nil, "", err
		}
		if r == nil {
			break
		}
		if len(out) == limit || n == maxRead {
			b, err := json.Marshal(from)
			if err != nil {
				return nil, "", err
			}
			next = s.sealCursor("deeds "+patient+" "+grant, b)
			break
		}
		from = r.position()
		var e entry
		if json.Unmarshal(r.body, &e) != nil || e.Outcome != "ok" || e.Relation != Proxy.String() || e.Detail != "" { // a detail tells of coming to a visit, not of moving it
			continue
		}
		if what, ok := deedsOf[[2]string{e.Action, e.Type}]; ok {
			out = append(out, Deed{At: time.UnixMicro(r.at).UTC(), What: what, ID: e.ID})
		}
	}
	return out, next, s.Record(ctx, Event{Who: who, Patient: patient, View: v, Action: "read", Type: "AuditEvent", Categories: Of(Other)})
}
