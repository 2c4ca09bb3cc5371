package telehealth

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
	"housecall/telehealth/form"
	"housecall/telehealth/schedule"
)

// Before a visit the patient, or who acts for them with their forms, answers questions
// that the clinic chose. Until they are sent, the answers are a draft of the visit;
// then they are a QuestionnaireResponse in the chart.

// Asked is the questions of a visit and how far they are answered.
type Asked struct {
	Form       *form.Form        `json:"form,omitempty" doc:"Missing where nothing is asked"`
	State      string            `json:"state" enum:"none,draft,done"`
	May        bool              `json:"may" doc:"The viewer may answer"`
	Answers    form.Answers      `json:"answers,omitempty" doc:"For who wrote them, and who sees forms"`
	By         *Speaker          `json:"by,omitempty"`
	SavedAt    *time.Time        `json:"savedAt,omitempty"`
	FinishedAt *time.Time        `json:"finishedAt,omitempty"`
	Lines      []form.AnswerLine `json:"lines,omitempty" doc:"For the clinic: what was answered, with what was else the last time"`
	Before     *time.Time        `json:"before,omitempty" doc:"When the last time was"`
	Record     string            `json:"record,omitempty"`
}

// answers is a row of visit_answers.
type answers struct {
	form                          *form.Form
	account, name, role, relation string
	body                          form.Answers
	saved, finished               int64
	response                      string
}

const answerColumns = `form, account, name, role, relation, body, saved_at, finished_at, response`

func scanAnswers(scan func(...any) error) (*answers, error) {
	var a answers
	var key string
	var body []byte
	if err := scan(&key, &a.account, &a.name, &a.role, &a.relation, &body, &a.saved, &a.finished, &a.response); err != nil {
		return nil, err
	}
	if a.form = form.Of(key); a.form == nil {
		return nil, sql.ErrNoRows // of another version of the program
	}
	return &a, json.Unmarshal(body, &a.body)
}

// answers gives those of this visit; nil: nobody has begun.
func (v *visit) answers() (*answers, error) {
	a, err := scanAnswers(v.c.QueryRow(`SELECT `+answerColumns+` FROM visit_answers WHERE visit = ?`, v.ID).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return a, err
}

// lastTime gives what was answered to the same questions before an earlier visit, as
// far as the viewer sees it.
func (v *visit) lastTime(a *answers) (*answers, error) {
	last, err := scanAnswers(v.c.QueryRow(`SELECT `+answerColumns+` FROM visit_answers WHERE patient_id = ? AND form = ? AND visit <> ? AND finished_at > 0 AND finished_at < ? ORDER BY finished_at DESC LIMIT 1`,
		v.Patient, a.form.Key, v.ID, a.finished).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	seen, err := v.s.Records.Seen(v.c, v.view, "QuestionnaireResponse", []string{last.response})
	if err != nil || !seen[last.response] {
		return nil, err
	}
	return last, nil
}

// mayAnswer: the patient, and a caregiver who was given their forms.
func (v *visit) mayAnswer() bool {
	switch v.view.Base {
	case access.Self:
		return v.view.Relation == access.Self
	case access.ByLink:
		return true
	case access.Proxy:
		return v.view.Relation == access.Proxy && v.view.Visits == nil && v.view.Act.Has(access.Questionnaires) && v.view.See.Has(access.Questionnaires)
	}
	return false
}

// asked shows how far the questions are answered.
func (v *visit) asked() (Asked, error) {
	reads := v.view.Visits == nil && v.view.See.Has(access.Questionnaires)
	if !v.mayAnswer() && !reads {
		return Asked{State: "none"}, nil // for them nothing is asked
	}
	out := Asked{State: "none", May: v.mayAnswer() && v.open() == nil}
	a, err := v.answers()
	if err != nil {
		return out, err
	}
	if a == nil {
		out.Form, err = v.formFor()
		return out, err
	}
	out.Form, out.State = a.form, "draft"
	out.By, out.SavedAt = &Speaker{a.name, a.role, a.relation}, momentOf(a.saved)
	mine := a.account == v.me()
	if a.finished != 0 {
		out.State, out.FinishedAt = "done", momentOf(a.finished)
		if reads && !mine {
			seen, err := v.s.Records.Seen(v.c, v.view, "QuestionnaireResponse", []string{a.response})
			if err != nil {
				return out, err
			}
			reads = seen[a.response]
		}
	}
	if mine || reads && !v.hosts() {
		out.Answers = a.body
	}
	if v.hosts() && reads && a.finished != 0 {
		var before form.Answers
		last, err := v.lastTime(a)
		if err != nil {
			return out, err
		}
		if last != nil {
			before, out.Before = last.body, momentOf(last.finished)
			if before == nil {
				before = form.Answers{}
			}
		}
		out.Lines, out.Record = a.form.Lines(a.body, before), "QuestionnaireResponse/"+a.response
	}
	return out, nil
}

// open: the visit is still to come or goes on, by video or not.
func (v *visit) open() error {
	switch {
	case v.Status == schedule.StatusCancelled:
		return fault.New(fault.Conflict, "This visit was cancelled.").WithCode("cancelled")
	case v.State == schedule.Ended || v.Status == schedule.StatusFulfilled || v.Status == schedule.StatusNoShow || v.State != schedule.Live && v.s.now() > v.EndsAt+schedule.DoorsClose.Microseconds():
		return fault.New(fault.Conflict, "This visit is over.").WithCode("ended")
	}
	return nil
}

// Asked gives the questions of a visit, and the answers to who may see them.
func (s *Service) Asked(ctx context.Context, who identity.Principal, patient, id string) (Asked, error) {
	var out Asked
	var view *access.View
	err := s.DB.InReadTx(ctx, func(c *db.Conn) error {
		v, err := s.open(c, who, patient, id, false)
		if err != nil {
			return err
		}
		view = v.view
		out, err = v.asked()
		return err
	})
	if err != nil {
		return Asked{}, s.Records.Refuse(ctx, who, patient, "QuestionnaireResponse", "", err)
	}
	return out, s.seen(ctx, who, view, id, "form")
}

// Answer keeps answers, and with finish sends them: then they are in the chart, and
// sent again they are a new version there.
func (s *Service) Answer(ctx context.Context, who identity.Principal, patient, id, key string, given form.Answers, finish bool) (Asked, error) {
	var out Asked
	_, err := s.change(ctx, who, patient, id, "form", func(v *visit) error {
		if !v.mayAnswer() {
			return fault.New(fault.Forbidden, "You can see this visit, but not answer its questions.").WithCode("role")
		}
		if err := v.open(); err != nil {
			return err
		}
		a, err := v.answers()
		if err != nil {
			return err
		}
		if a == nil {
			a = &answers{}
			if a.form, err = v.formFor(); err != nil {
				return err
			}
		}
		switch {
		case a.form == nil || a.form.Key != key:
			return fault.New(fault.Conflict, "Other questions are asked now. Please load the page again.").WithCode("form")
		case a.finished != 0 && !finish:
			return fault.New(fault.Conflict, "These questions were answered already. Send them again to change them.").WithCode("done")
		}
		if a.body, err = a.form.Check(given, finish); err != nil {
			return err
		}
		a.account, a.name, a.role, a.relation = v.me(), v.who.Name, v.role(), ""
		if a.role == proxyRole {
			a.relation = v.view.Kinship
		}
		whose, err := s.Records.PatientOf(v.c, v.view)
		if err != nil {
			return err
		}
		if v.view.Base == access.ByLink {
			a.name = whose.Name
		}
		a.saved = s.now()
		if finish {
			if err := v.send(a, whose.Name); err != nil {
				return err
			}
		}
		if err := v.putAnswers(a); err != nil {
			return err
		}
		out, err = v.asked()
		return err
	})
	return out, err
}

func (v *visit) putAnswers(a *answers) error {
	body, err := json.Marshal(a.body)
	if err != nil {
		return err
	}
	_, err = v.c.Exec(`INSERT INTO visit_answers (visit, patient_id, form, version, account, name, role, relation, body, saved_at, finished_at, response) VALUES `+db.Placeholders(1, 12)+`
		ON CONFLICT (visit) DO UPDATE SET version = excluded.version, account = excluded.account, name = excluded.name, role = excluded.role, relation = excluded.relation,
			body = excluded.body, saved_at = excluded.saved_at, finished_at = excluded.finished_at, response = excluded.response`,
		v.ID, v.Patient, a.form.Key, a.form.Version, a.account, a.name, a.role, a.relation, body, a.saved, a.finished, a.response)
	return err
}

// send writes the answers into the chart. What was written freely may say more than
// its writer may find again: it is theirs to say.
func (v *visit) send(a *answers, whose string) error {
	body := a.form.Response(a.body)
	kind, status := records.Update, "amended"
	if a.response == "" {
		kind, status, a.response = records.Create, "completed", newID()
	}
	a.finished = a.saved
	p := &person{Person: Person{Name: a.name, Role: a.role}, account: a.account}
	body["id"], body["status"], body["authored"] = a.response, status, instant(a.finished)
	body["subject"], body["author"], body["source"] = subjectOf(v.Patient, whose), v.giver(p), v.giver(p)
	body["identifier"] = object{"system": visitSystem, "value": v.ID}
	n, err := labelled(body, access.LabelsOfText(a.form.Texts(a.body)...))
	if err != nil {
		return err
	}
	_, err = v.s.Records.WriteTx(v.c, v.writtenBy(n), records.Batch{Ops: []records.Op{{Kind: kind, Type: "QuestionnaireResponse", ID: a.response, Node: n}}, Source: records.Own})
	return err
}

// PublishForms writes the forms that come with the program into the shared chart, where
// every system finds them. What is there already stays as it is.
func (s *Service) PublishForms(ctx context.Context) error {
	var ops []records.Op
	for _, f := range form.All() {
		n, err := fhir.Make(f.Questionnaire())
		if err != nil {
			return err
		}
		ops = append(ops, records.Op{Kind: records.Put, Type: "Questionnaire", ID: f.ID(), Node: n})
	}
	if _, err := s.Records.Write(ctx, house, records.Batch{Ops: ops, Source: records.Own}); err != nil {
		return fmt.Errorf("publish forms: %w", err)
	}
	return nil
}
