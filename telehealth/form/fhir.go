package form

import "encoding/json"

type object = map[string]any

// Names of what is made here.
const (
	urlPrefix   = "urn:housecall:form:"
	optionCodes = "urn:housecall:form-option"
	translation = "http://hl7.org/fhir/StructureDefinition/translation"
	display     = "http://hl7.org/fhir/StructureDefinition/display"
)

// URL is the canonical name of a form with its version.
func (f *Form) URL() string { return urlPrefix + f.Key + "|" + f.Version }

// inSpanish is the extension of a text that says it in Spanish as well (FHIR R4,
// translation).
func inSpanish(t Text) object {
	return object{"extension": []any{object{"url": translation, "extension": []any{
		object{"url": "lang", "valueCode": "es"}, object{"url": "content", "valueString": t.Es},
	}}}}
}

var types = map[Kind]string{Choice: "choice", Several: "choice", Number: "decimal", Words: "text"}

func (o *Option) coding() object {
	return object{"system": optionCodes, "code": o.Code, "display": o.Text.En, "_display": inSpanish(o.Text)}
}

// Questionnaire gives the form as a FHIR Questionnaire (R4, section 9.10).
func (f *Form) Questionnaire() object {
	items := make([]any, len(f.Items))
	for n := range f.Items {
		i := &f.Items[n]
		x := object{"linkId": i.ID, "text": i.Text.En, "_text": inSpanish(i.Text), "type": types[i.Kind]}
		if i.Need {
			x["required"] = true
		}
		if i.Kind == Several {
			x["repeats"] = true
		}
		if i.Kind == Words {
			x["maxLength"] = maxWords
		}
		var options []any
		for o := range i.Options {
			options = append(options, object{"valueCoding": i.Options[o].coding()})
		}
		if options != nil {
			x["answerOption"] = options
		}
		if i.When != nil {
			x["enableWhen"] = []any{object{"question": i.When.Item, "operator": "=", "answerCoding": object{"system": optionCodes, "code": i.When.Code}}}
		}
		items[n] = x
	}
	return object{
		"resourceType": "Questionnaire", "id": f.id, "url": urlPrefix + f.Key, "version": f.Version, "name": "Form" + f.Key, "status": "active", "subjectType": []any{"Patient"},
		"title": f.Title.En, "_title": inSpanish(f.Title), "item": items,
	}
}

// Response gives what was answered as the parts of a QuestionnaireResponse (R4,
// section 9.11) that the form knows.
func (f *Form) Response(a Answers) object {
	var items []any
	for n := range f.Items {
		i := &f.Items[n]
		var given []any
		for _, x := range a[i.ID] {
			switch o := i.option(x); {
			case o != nil:
				given = append(given, object{"valueCoding": object{"system": optionCodes, "code": o.Code, "display": o.Text.En}})
			case i.Kind == Number:
				given = append(given, object{"valueDecimal": json.Number(x)})
			default:
				given = append(given, object{"valueString": x})
			}
		}
		if given != nil {
			items = append(items, object{"linkId": i.ID, "text": i.Text.En, "answer": given})
		}
	}
	out := object{
		"resourceType": "QuestionnaireResponse", "questionnaire": f.URL(),
		"_questionnaire": object{"extension": []any{object{"url": display, "valueString": f.Title.En}}},
	}
	if items != nil {
		out["item"] = items
	}
	return out
}
