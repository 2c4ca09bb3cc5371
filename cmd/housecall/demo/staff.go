package demo

import "encoding/json"

// worker is somebody who treats people.
type worker struct {
	given, family, prefix, suffix string
	number                        string // National Provider Identifier
	specialty, specialtyName      string // provider taxonomy
	place                         string
	email                         string // the account, for those of the clinic
}

var clinicianOrder = []string{"hale", "sedge", "quill", "reed", "fenwick", "oakes", "lark", "dell", "moss", "vale", "copper"}

var clinicians = map[string]worker{
	"hale":    {"Juniper", "Hale", "Dr.", "MD", "1900001011", "207Q00000X", "Family Medicine", "alder", "clinician@housecall.test"},
	"sedge":   {"Priya", "Sedge", "Dr.", "MD", "1900001060", "207R00000X", "Internal Medicine", "alder", "clinician2@housecall.test"},
	"quill":   {"Tobias", "Quill", "", "RN", "1900001110", "163W00000X", "Registered Nurse", "alder", "nurse@housecall.test"},
	"reed":    {"Ottoline", "Reed", "", "CNM", "1900001169", "367A00000X", "Advanced Practice Midwife", "alder", ""},
	"fenwick": {"Silas", "Fenwick", "Dr.", "MD", "1900001219", "207W00000X", "Ophthalmology", "eye", ""},
	"oakes":   {"Pim", "Oakes", "Dr.", "MD", "1900001268", "207P00000X", "Emergency Medicine", "hospital", ""},
	"lark":    {"Evander", "Lark", "Dr.", "MD", "1900001318", "207RC0000X", "Cardiovascular Disease", "hospital", ""},
	"dell":    {"Amos", "Dell", "Dr.", "MD", "1900001367", "207RP1001X", "Pulmonary Disease", "hospital", ""},
	"moss":    {"Henrietta", "Moss", "Dr.", "MD", "1900001417", "207RX0202X", "Medical Oncology", "cancer", ""},
	"vale":    {"Corin", "Vale", "", "PsyD", "1900001466", "103T00000X", "Psychologist", "harbor", ""},
	"copper":  {"Nell", "Copper", "", "PharmD", "1900001516", "183500000X", "Pharmacist", "pharmacy", ""},
}

func (w worker) name() string {
	if w.prefix == "" {
		return w.given + " " + w.family
	}
	return w.prefix + " " + w.given + " " + w.family
}

func practitionerID(key string) string { return newID("Practitioner/" + key) }

// clinician refers to a practitioner.
func clinician(key string) obj {
	return obj{"reference": "Practitioner/" + practitionerID(key), "display": clinicians[key].name()}
}

func practitioner(key string) json.RawMessage {
	w := clinicians[key]
	name := obj{"use": "official", "family": w.family, "given": list{w.given}, "suffix": list{w.suffix}}
	if w.prefix != "" {
		name["prefix"] = list{w.prefix}
	}
	body := obj{
		"active": true, "identifier": list{obj{"system": npi, "value": w.number}}, "name": list{name},
	}
	if w.email != "" {
		body["telecom"] = list{obj{"system": "email", "value": w.email, "use": "work"}}
	}
	return encode("Practitioner", practitionerID(key), body)
}

func practitionerRole(key string) json.RawMessage {
	w := clinicians[key]
	specialty := concept(w.specialtyName, coding{nucc, w.specialty, w.specialtyName})
	return encode("PractitionerRole", newID("PractitionerRole/"+key), obj{
		"active": true, "practitioner": clinician(key), "organization": place(w.place),
		"code": list{specialty}, "specialty": list{specialty},
		"location": list{roomOf(w.place)},
		"telecom":  list{obj{"system": "phone", "value": places[w.place].phone, "use": "work"}},
	})
}

const frontDesk = "frontdesk@housecall.test"

// accounts are the clinic's sign-ins.
func accounts() []Staff {
	treating := func(key, role string) Staff {
		w := clinicians[key]
		return Staff{Email: w.email, Name: w.name(), Roles: []string{role}, Practitioner: practitionerID(key)}
	}
	return []Staff{
		treating("hale", "clinician"),
		treating("sedge", "clinician"),
		treating("quill", "nurse"),
		{Email: frontDesk, Name: "Marigold Penn", Roles: []string{"frontdesk"}},
		{Email: "privacy@housecall.test", Name: "Ansel Thorne", Roles: []string{"privacy"}},
		{Email: "admin@housecall.test", Name: "Beatrix Loam", Roles: []string{"admin"}},
	}
}
