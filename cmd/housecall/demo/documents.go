package demo

import (
	"encoding/base64"
	"time"
)

// paper is a DocumentReference with its text inside.
type paper struct {
	key, title  string
	on          time.Time
	kind        coding
	by          string
	source      string // "alder" by default
	encounter   string
	summary     string // one line about what it says
	text        string
	translation string // the same in Spanish
	label       string
}

var (
	progressNote = coding{loinc, "11506-3", "Progress note"}
	consultNote  = coding{loinc, "11488-4", "Consult note"}
	emergencyRep = coding{loinc, "34111-5", "Emergency department Note"}
	discharge    = coding{loinc, "18842-5", "Discharge summary"}
	instructions = coding{loinc, "69730-0", "Instructions"}
	pathology    = coding{loinc, "11526-1", "Pathology study"}
)

func (c *chart) document(p paper) string {
	if p.source == "" {
		p.source = "alder"
	}
	content := list{obj{"attachment": c.attachment(p, p.text, p.title, "en")}}
	if p.translation != "" {
		content = append(content, obj{"attachment": c.attachment(p, p.translation, "Resumen de su visita", "es")})
	}
	body := obj{
		"status": "current", "docStatus": "final",
		"type":      concept(p.title, p.kind),
		"category":  list{concept("", coding{usCoreBase + "us-core-documentreference-category", "clinical-note", "Clinical Note"})},
		"subject":   c.subject(),
		"date":      stamp(p.on),
		"author":    list{clinician(p.by)},
		"custodian": place(p.source),
		"content":   content,
	}
	set(body, "description", p.summary)
	context := obj{"period": obj{"start": stamp(p.on)}}
	set(context, "encounter", refs(p.encounter))
	body["context"] = context
	return c.add("DocumentReference", p.key, private(from(body, p.source), p.label))
}

func (c *chart) attachment(p paper, text, title, language string) obj {
	return obj{
		"contentType": "text/plain; charset=utf-8", "language": language, "title": title,
		"creation": stamp(p.on), "size": len(text),
		"data": base64.StdEncoding.EncodeToString([]byte(text)),
	}
}

// picture is a DiagnosticReport whose finding is words: an X-ray, an ultrasound, a heart tracing.
type picture struct {
	key, text  string
	code       coding
	on         time.Time
	by, source string
	section    string // v2-0074
	sectionIs  string
	encounter  string
	conclusion string
	results    []string
	label      string
}

func (c *chart) pictured(p picture) string {
	if p.section == "" {
		p.section, p.sectionIs = "RAD", "Radiology"
	}
	if p.source == "" {
		p.source = "hospital"
	}
	body := obj{
		"status": "final", "subject": c.subject(),
		"category":           list{tho(reportSection, p.section, p.sectionIs)},
		"code":               concept(p.text, p.code),
		"effectiveDateTime":  stamp(p.on),
		"issued":             stamp(p.on.Add(3 * time.Hour)),
		"performer":          list{place(p.source)},
		"resultsInterpreter": list{clinician(p.by)},
		"conclusion":         p.conclusion,
	}
	if p.encounter != "" {
		body["encounter"] = ref(p.encounter)
	}
	set(body, "result", refs(p.results...))
	return c.add("DiagnosticReport", p.key, private(from(body, p.source), p.label))
}
