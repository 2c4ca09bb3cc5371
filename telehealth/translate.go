package telehealth

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/notifications"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
)

// Translated is the patient's part of a note in another language. What is structured
// needs no translator: the patient's page says it in their language. What was written
// freely stays as it was signed, and this stands beside it.
type Translated struct {
	Summary      string   `json:"summary" maxLength:"80000"`
	Instructions []string `json:"instructions" maxItems:"50"`
	CallIf       string   `json:"callIf" maxLength:"80000"`
	FollowUp     string   `json:"followUp" maxLength:"80000"`
}

// Translation says how far the translation of a summary has come.
type Translation struct {
	Language string     `json:"language"`
	State    string     `json:"state" enum:"wanted,there"`
	By       string     `json:"by,omitempty"`
	At       *time.Time `json:"at,omitempty"`
	*Translated
}

const defaultLanguage = "en"

func base(language string) string {
	b, _, _ := strings.Cut(strings.ToLower(language), "-")
	return b
}

// wanted is the language somebody wants to read, if their record says one.
func wanted(p *records.Patient) string {
	for _, preferred := range []bool{true, false} {
		for _, l := range p.Languages {
			if l.Preferred == preferred && l.Code != "" && (preferred || len(p.Languages) == 1) {
				return l.Code
			}
		}
	}
	return ""
}

// wantsTranslation asks for a translation of the summary, as a Task in the chart, where
// it is written in another language than the patient's.
func (v *visit) wantsTranslation(w *writing, n *note, p *records.Patient, o *outcome) error {
	language, written := wanted(p), n.body.Language
	if written == "" {
		written = defaultLanguage
	}
	if language == "" || base(language) == base(written) {
		return nil
	}
	task := o.add("Task", object{
		"status": "requested", "intent": "order", "code": object{"coding": []any{object{"system": "urn:housecall:task", "code": "translate", "display": "Translate"}}, "text": "Translate the after-visit summary"},
		"focus": object{"reference": "DocumentReference/" + n.document}, "for": w.whom(), "encounter": w.at(), "authoredOn": instant(w.signedAt), "lastModified": instant(w.signedAt), "requester": w.who(),
		"input": []any{object{"type": object{"text": "language"}, "valueCode": language}},
	})
	_, err := v.c.Exec(`INSERT INTO visit_translations (visit, language, task, asked_at) VALUES `+db.Placeholders(1, 4), v.ID, language, task.id, w.signedAt)
	return err
}

// translation is the row of visit_translations.
type translation struct {
	language, task, by string
	at                 int64
	body               []byte
}

func (v *visit) translation() (*translation, error) {
	var t translation
	err := v.c.QueryRow(`SELECT language, task, made_at, made_by, body FROM visit_translations WHERE visit = ?`, v.ID).Scan(&t.language, &t.task, &t.at, &t.by, &t.body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &t, err
}

func (t *translation) show() (*Translation, error) {
	out := &Translation{Language: t.language, State: "wanted"}
	if t.at == 0 {
		return out, nil
	}
	out.State, out.By, out.At, out.Translated = "there", t.by, momentOf(t.at), &Translated{}
	return out, json.Unmarshal(t.body, out.Translated)
}

func (t *Translated) check() error {
	texts := []*string{&t.Summary, &t.CallIf, &t.FollowUp}
	for i := range t.Instructions {
		texts = append(texts, &t.Instructions[i])
	}
	for _, x := range texts {
		*x = strings.TrimSpace(strings.ReplaceAll(*x, "\r\n", "\n"))
		if err := kept(*x, maxPart); err != nil {
			return err
		}
	}
	if len(t.Instructions) > maxInstructions {
		return tooLong()
	}
	t.Instructions = slices.DeleteFunc(append([]string{}, t.Instructions...), func(x string) bool { return x == "" })
	if t.Summary == "" {
		return fault.New(fault.Invalid, "A translation needs the sentence for the patient.").WithCode("incomplete")
	}
	return nil
}

// Translate adds the translation that was asked for: a document of its own beside the
// signed one, with the Task done and the patient's side told.
func (s *Service) Translate(ctx context.Context, who identity.Principal, patient, id string, in Translated) (Translation, error) {
	if err := in.check(); err != nil {
		return Translation{}, err
	}
	var out Translation
	_, err := s.change(ctx, who, patient, id, "translate", func(v *visit) error {
		if err := v.mustWrite(); err != nil {
			return err
		}
		n, err := v.note()
		if err != nil {
			return err
		}
		t, err := v.translation()
		if err != nil {
			return err
		}
		raw, err := json.Marshal(in)
		if err != nil {
			return err
		}
		switch {
		case n.signedAt == 0:
			return notYet()
		case t == nil:
			return fault.New(fault.Conflict, "No translation of this summary was asked for.").WithCode("not_wanted")
		case t.at != 0 && string(t.body) == string(raw):
			return out.of(t) // sent twice
		case t.at != 0:
			return fault.New(fault.Conflict, "This summary is translated already.").WithCode("translated")
		}
		t.at, t.by, t.body = s.now(), who.Name, raw
		document := newID()
		if err := v.writeTranslation(n, t, &in, document); err != nil {
			return err
		}
		if _, err := v.c.Exec(`UPDATE visit_translations SET made_at = ?, made_by = ?, document = ?, body = ? WHERE visit = ?`, t.at, t.by, document, raw, v.ID); err != nil {
			return err
		}
		if err := v.tell("note/"+v.ID+"/translated", notifications.Note, "DocumentReference", document); err != nil {
			return err
		}
		return out.of(t)
	})
	return out, err
}

func (x *Translation) of(t *translation) error {
	shown, err := t.show()
	if err == nil {
		*x = *shown
	}
	return err
}

func (v *visit) writeTranslation(n *note, t *translation, in *Translated, document string) error {
	labels, err := v.inherited(n)
	if err != nil {
		return err
	}
	labels |= access.LabelsOfText(append([]string{in.Summary, in.CallIf, in.FollowUp}, in.Instructions...)...)
	person, err := v.s.Records.PatientOf(v.c, v.view)
	if err != nil {
		return err
	}
	w := writing{visit: v.ID, patient: person.Name, subject: v.Patient, signer: v.who.Name, practitioner: v.who.Practitioner, signedAt: t.at}
	body := NoteBody{Summary: in.Summary, Instructions: in.Instructions, CallIf: in.CallIf, FollowUp: in.FollowUp}
	by := object{"display": v.who.Name}
	if fhir.IsUUID(v.who.Practitioner) {
		by = w.who()
	}
	made := object{
		"resourceType": "DocumentReference", "id": document, "status": "current", "docStatus": "final",
		"type": concept(loinc, "69730-0", "Instructions", "After-visit summary"), "subject": w.whom(), "date": instant(t.at), "author": []any{by},
		"description": "After-visit summary, translated", "relatesTo": []any{object{"code": "transforms", "target": object{"reference": "DocumentReference/" + n.document}}},
		"content": []any{object{"attachment": object{
			"contentType": "text/plain; charset=utf-8", "language": t.language, "title": "After-visit summary", "creation": instant(t.at), "data": base64.StdEncoding.EncodeToString([]byte(written(&body))),
		}}},
	}
	doc, err := labelled(made, labels.Sensitive())
	if err != nil {
		return err
	}
	ops := []records.Op{{Kind: records.Create, Type: "DocumentReference", ID: document, Node: doc}}
	tasks, err := v.s.Records.Uncut(v.c, v.view, "Task", []string{t.task})
	if err != nil {
		return err
	}
	if tasks[t.task] != nil {
		task, err := fhir.Parse(tasks[t.task])
		if err != nil {
			return err
		}
		task.Set("status", fhir.String("completed"))
		task.Set("lastModified", fhir.String(instant(t.at)))
		ops = append(ops, records.Op{Kind: records.Update, Type: "Task", ID: t.task, Node: task})
	}
	_, err = v.s.Records.WriteTx(v.c, v.who, records.Batch{Ops: ops, Source: records.Own, Kept: true})
	return err
}

// written is the text of a translation; its headings would be in the wrong language.
func written(b *NoteBody) string {
	parts := []string{b.Summary, strings.Join(b.Instructions, "\n"), b.CallIf, b.FollowUp}
	return strings.Join(slices.DeleteFunc(parts, func(x string) bool { return x == "" }), "\n\n")
}
