package recording

import (
	"database/sql"
	"errors"
	"time"

	"github.com/google/uuid"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/records"
	"housecall/records/fhir"
)

// Person is somebody in a visit who is asked.
type Person struct{ Seat, Name, Role string }

// Visit is the visit that is recorded.
type Visit struct{ ID, Patient, PatientName string }

// Progress is how it stands with the last recording of a visit, to somebody there.
type Progress struct {
	ID      string     `json:"id"`
	State   string     `json:"state" enum:"asked,on,paused,over"`
	Text    string     `json:"text" doc:"Version of what is agreed to"`
	AskedBy string     `json:"askedBy" doc:"Name"`
	Mine    string     `json:"mine,omitempty" enum:"yes,no,withdrawn" doc:"What the viewer said to it; an earlier yes does not count for who was let in anew"`
	Missing []string   `json:"missing" doc:"Names of those in the room who have not agreed"`
	BeganAt *time.Time `json:"beganAt,omitempty"`
	EndedAt *time.Time `json:"endedAt,omitempty"`
	Why     string     `json:"why,omitempty" enum:"stopped,refused,withdrawn,ended,room,disk,full"`
	Filed   bool       `json:"filed,omitempty" doc:"It is a document of the chart"`
}

// NowTx tells how it stands; nil: none was asked for.
func (s *Service) NowTx(c *db.Conn, visit, seat string) (*Progress, error) {
	r, err := newest(c, visit)
	if err != nil || r == nil {
		return nil, err
	}
	out := &Progress{ID: r.id, State: r.state, Text: r.text, Missing: []string{}, Why: r.why, Filed: r.filedAt > 0 && r.expiresAt > 0 && r.goneAt == 0}
	if r.beganAt > 0 {
		t := moment(r.beganAt)
		out.BeganAt = &t
	}
	if r.endedAt > 0 {
		t := moment(r.endedAt)
		out.EndedAt = &t
	}
	if err := c.QueryRow(`SELECT name FROM visit_recording_answers WHERE recording = ? AND seat = ?`, r.id, r.askedBy).Scan(&out.AskedBy); err != nil {
		return nil, err
	}
	if seat != "" {
		var admitted, at int64
		err := c.QueryRow(`SELECT a.answer, a.at, p.admitted_at FROM visit_recording_answers a JOIN visit_people p ON p.visit = ? AND p.seat = a.seat WHERE a.recording = ? AND a.seat = ?`, visit, r.id, seat).Scan(&out.Mine, &at, &admitted)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		if out.Mine == "yes" && at < admitted {
			out.Mine = ""
		}
	}
	if r.state != over {
		_, missing, _, err := agreement(c, r.id, visit)
		if err != nil {
			return nil, err
		}
		out.Missing = append(out.Missing, missing...)
		// Of a node that went nothing is heard: nothing is kept until another one has the room.
		if r.state == on && (len(missing) > 0 || s.now()-r.beatAt > deadAfter.Microseconds()) {
			out.State = "paused"
		}
	}
	return out, nil
}

// OpenTx tells whether people were asked and it is not over.
func (s *Service) OpenTx(c *db.Conn, visit string) (bool, error) {
	r, err := newest(c, visit)
	return r != nil && r.state != over, err
}

func conflict(code, text string) error { return fault.New(fault.Conflict, text).WithCode(code) }

// AskTx asks everybody in the room. Who asks has agreed with that.
func (s *Service) AskTx(c *db.Conn, v Visit, by Person) error {
	switch open, err := s.OpenTx(c, v.ID); {
	case err != nil:
		return err
	case open:
		return nil // sent twice
	}
	var n int
	if err := c.QueryRow(`SELECT count(*) FROM visit_recordings WHERE visit = ?`, v.ID).Scan(&n); err != nil {
		return err
	}
	if n >= maxOfVisit {
		return fault.New(fault.TooMany, "People were asked so often in this visit that they are not asked again.")
	}
	id := uuid.Must(uuid.NewV7()).String()
	_, _, present, err := agreement(c, id, v.ID)
	if err != nil {
		return err
	}
	if present < 2 {
		return conflict("alone", "Nobody else is in the visit yet.")
	}
	if _, err := c.Exec(`INSERT INTO visit_recordings (id, visit, patient_id, state, text, asked_by, asked_at) VALUES `+db.Placeholders(1, 7), id, v.ID, v.Patient, asked, Text, by.Seat, s.now()); err != nil {
		return err
	}
	return s.AnswerTx(c, v, by, id, Text, true)
}

// AnswerTx takes what somebody says. Everybody's yes lets it begin; a no ends it, at
// once and whoever says it.
func (s *Service) AnswerTx(c *db.Conn, v Visit, by Person, id, text string, yes bool) error {
	r, err := newest(c, v.ID)
	if err != nil {
		return err
	}
	if r == nil || r.id != id || r.state == over {
		if !yes {
			return nil // it is over already
		}
		return conflict("over", "This recording is over. You are asked again if there is to be another one.")
	}
	if yes && text != r.text {
		return conflict("changed", "The text has changed. Please read it again.")
	}
	var was, consent string
	err = c.QueryRow(`SELECT answer, consent FROM visit_recording_answers WHERE recording = ? AND seat = ?`, id, by.Seat).Scan(&was, &consent)
	known := err == nil
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	answer := "yes"
	if !yes {
		if answer = "no"; was == "yes" {
			answer = "withdrawn"
		}
	}
	if !known {
		consent = uuid.Must(uuid.NewV7()).String()
	}
	at := s.now()
	if _, err := c.Exec(`INSERT INTO visit_recording_answers (recording, seat, name, role, answer, text, at, consent) VALUES `+db.Placeholders(1, 8)+`
		ON CONFLICT (recording, seat) DO UPDATE SET name = excluded.name, role = excluded.role, answer = excluded.answer, text = excluded.text, at = excluded.at`,
		id, by.Seat, by.Name, by.Role, answer, r.text, at, consent); err != nil {
		return err
	}
	node, err := fhir.Make(consentOf(v, by, id, consent, r.text, answer, at))
	if err != nil {
		return err
	}
	if _, err := s.Records.WriteTx(c, s.system, records.Batch{Ops: []records.Op{{Kind: records.Put, Type: "Consent", ID: consent, Node: node}}, Source: records.Own}); err != nil {
		return err
	}
	if !yes {
		why := WhyRefused
		if answer == "withdrawn" {
			why = WhyWithdrawn
		}
		return s.endTx(c, id, why)
	}
	return s.beginTx(c, r)
}

// beginTx begins what everybody in the room has agreed to.
func (s *Service) beginTx(c *db.Conn, r *row) error {
	_, missing, present, err := agreement(c, r.id, r.visit)
	if err != nil || len(missing) > 0 || present == 0 || r.state != asked {
		return err
	}
	_, err = c.Exec(`UPDATE visit_recordings SET state = ?, began_at = ?, beat_at = ? WHERE id = ? AND state = ?`, on, s.now(), s.now(), r.id, asked)
	c.After(s.Nudge)
	return err
}

// EndTx ends the recording of a visit, if there is one.
func (s *Service) EndTx(c *db.Conn, visit, why string) error {
	r, err := newest(c, visit)
	if err != nil || r == nil || r.state == over {
		return err
	}
	return s.endTx(c, r.id, why)
}

// endTx ends a recording; one that never began is done with. One in whose room nobody
// was any more ended when it was heard of last.
func (s *Service) endTx(c *db.Conn, id, why string) error {
	now := s.now()
	_, err := c.Exec(`UPDATE visit_recordings SET state = ?, ended_at = CASE WHEN ? AND began_at > 0 THEN beat_at ELSE ? END, why = ?, filed_at = CASE WHEN began_at = 0 THEN ? ELSE filed_at END WHERE id = ? AND state <> ?`,
		over, why == WhyRoom, now, why, now, id, over)
	c.After(s.Nudge)
	return err
}

// consentOf is what one person said to one recording (FHIR R4, section 6.2).
func consentOf(v Visit, by Person, recording, id, text, answer string, at int64) map[string]any {
	status, kind := "active", "permit"
	switch answer {
	case "no":
		status, kind = "rejected", "deny"
	case "withdrawn":
		status, kind = "inactive", "deny"
	}
	who := map[string]any{"display": by.Name}
	if by.Role == "patient" {
		who["reference"] = "Patient/" + v.Patient
	}
	code := func(system, code, display string) map[string]any {
		return map[string]any{"coding": []any{map[string]any{"system": system, "code": code, "display": display}}}
	}
	when := moment(at).Format("2006-01-02T15:04:05.000Z")
	return map[string]any{
		"resourceType": "Consent", "id": id, "status": status,
		"identifier":   []any{map[string]any{"system": "urn:housecall:recording", "value": recording}},
		"scope":        code("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy", "Privacy Consent"),
		"category":     []any{map[string]any{"coding": []any{map[string]any{"system": records.RecordingSystem, "code": records.VisitRecording}}, "text": "Recording of a video visit"}},
		"patient":      map[string]any{"reference": "Patient/" + v.Patient, "display": v.PatientName},
		"dateTime":     when,
		"performer":    []any{who},
		"policyRule":   map[string]any{"text": "Recording of a video visit, text " + text},
		"verification": []any{map[string]any{"verified": answer == "yes", "verificationDate": when}},
		"provision": map[string]any{
			"type":  kind,
			"actor": []any{map[string]any{"role": map[string]any{"text": by.Role}, "reference": who}},
			"data":  []any{map[string]any{"meaning": "instance", "reference": map[string]any{"reference": "Appointment/" + v.ID}}},
		},
	}
}
