package demo

import (
	"fmt"
	"time"
)

// vaccine is what CVX calls it, and what people do.
type vaccine struct {
	code, name, text string
	route            string // IM by default
	dose             float64
}

var vaccines = map[string]vaccine{
	"flu":            {"150", "Influenza, split virus, quadrivalent, PF", "Flu vaccine", "IM", 0.5},
	"fluHigh":        {"197", "Influenza, high-dose, quadrivalent, PF", "Flu vaccine, high dose", "IM", 0.7},
	"fluHighNow":     {"135", "Influenza, high-dose, trivalent, PF", "Flu vaccine, high dose", "IM", 0.5},
	"fluNow":         {"140", "Influenza, split virus, trivalent, PF", "Flu vaccine", "IM", 0.5},
	"covid":          {"309", "COVID-19, mRNA, LNP-S, PF, tris-sucrose, 30 mcg/0.3 mL", "COVID-19 vaccine", "IM", 0.3},
	"covidFirst":     {"208", "COVID-19, mRNA, LNP-S, PF, 30 mcg/0.3 mL dose", "COVID-19 vaccine", "IM", 0.3},
	"covidChild":     {"310", "COVID-19, mRNA, LNP-S, PF, tris-sucrose, 10 mcg/0.3 mL", "COVID-19 vaccine", "IM", 0.3},
	"pneumo13":       {"133", "Pneumococcal conjugate PCV 13", "Pneumonia vaccine (PCV13)", "IM", 0.5},
	"pneumo20":       {"216", "Pneumococcal conjugate PCV20, polysaccharide CRM197 conjugate, adjuvant, PF", "Pneumonia vaccine (PCV20)", "IM", 0.5},
	"pneumo23":       {"33", "pneumococcal polysaccharide PPV23", "Pneumonia vaccine (PPSV23)", "IM", 0.5},
	"shingles":       {"187", "zoster recombinant", "Shingles vaccine", "IM", 0.5},
	"tetanus":        {"113", "Td (adult), 5 Lf tetanus toxoid, preservative free, adsorbed", "Tetanus and diphtheria vaccine (Td)", "IM", 0.5},
	"tetanusCough":   {"115", "Tdap", "Tetanus, diphtheria and whooping cough vaccine (Tdap)", "IM", 0.5},
	"rsv":            {"305", "RSV, bivalent, protein subunit RSVpreF, diluent reconstituted, 0.5 mL, PF", "RSV vaccine", "IM", 0.5},
	"hepatitisB":     {"08", "Hep B, adolescent or pediatric", "Hepatitis B vaccine", "IM", 0.5},
	"hepatitisBGrow": {"43", "Hep B, adult", "Hepatitis B vaccine", "IM", 1.0},
	"five":           {"110", "DTaP-Hep B-IPV", "DTaP, hepatitis B and polio vaccine", "IM", 0.5},
	"hib":            {"48", "Hib (PRP-T)", "Hib vaccine", "IM", 0.5},
	"rota":           {"116", "rotavirus, pentavalent", "Rotavirus vaccine", "PO", 2.0},
	"dtap":           {"20", "DTaP", "DTaP vaccine", "IM", 0.5},
	"dtapPolio":      {"130", "DTaP-IPV", "DTaP and polio vaccine", "IM", 0.5},
	"mmr":            {"03", "MMR", "Measles, mumps and rubella vaccine (MMR)", "SC", 0.5},
	"mmrPox":         {"94", "MMRV", "MMR and chickenpox vaccine", "SC", 0.5},
	"pox":            {"21", "varicella", "Chickenpox vaccine", "SC", 0.5},
	"hepatitisA":     {"83", "Hep A, ped/adol, 2 dose", "Hepatitis A vaccine", "IM", 0.5},
	"hpv":            {"165", "HPV9", "HPV vaccine", "IM", 0.5},
	"mening":         {"203", "meningococcal conjugate quadrivalent, MenACWY-TT (MCV4)", "Meningitis vaccine (MenACWY)", "IM", 0.5},
	"meningB":        {"162", "meningococcal B, recombinant", "Meningitis B vaccine", "IM", 0.5},
}

// shot is one vaccine given.
type shot struct {
	what      string
	on        time.Time
	dose      int // of its series, 0 outside one
	of        int
	by        string
	source    string // "alder" by default; copied records differ by source
	encounter string
	copied    bool // told by the person or a letter, not given by the source
}

func (c *chart) shot(s shot) string {
	v := vaccines[s.what]
	if s.source == "" {
		s.source = "alder"
	}
	if s.by == "" {
		s.by = "quill"
	}
	lot := fmt.Sprintf("K%05d", int((c.noise("lot/"+s.what+date(s.on))+1)*49999))
	body := obj{
		"status": "completed", "patient": c.subject(),
		"vaccineCode":        concept(v.text, coding{cvx, v.code, v.name}),
		"occurrenceDateTime": date(s.on),
		"primarySource":      !s.copied,
	}
	if s.copied {
		body["reportOrigin"] = tho(thoBase+"immunization-origin", "provider", "Other Provider")
		body["performer"] = list{obj{"actor": place(s.source)}}
	} else {
		body["lotNumber"] = lot
		body["doseQuantity"] = quantity(v.dose, 1, "mL", "mL")
		body["performer"] = list{
			obj{"function": tho(thoBase+"v2-0443", "AP", "Administering Provider"), "actor": clinician(s.by)},
			obj{"actor": place(s.source)},
		}
		body["location"] = roomOf(s.source)
		body["route"] = tho(thoBase+"v3-RouteOfAdministration", v.route, routeNames[v.route])
		if v.route != "PO" {
			body["site"] = tho(thoBase+"v3-ActSite", "LA", "left arm")
			if ageOn(c.born, s.on) < 2 {
				body["site"] = tho(thoBase+"v3-ActSite", "LT", "left thigh")
			}
		}
	}
	if s.dose != 0 {
		series := obj{"doseNumberPositiveInt": s.dose}
		if s.of != 0 {
			series["seriesDosesPositiveInt"] = s.of
		}
		body["protocolApplied"] = list{series}
	}
	if s.encounter != "" {
		body["encounter"] = ref(s.encounter)
	}
	return c.add("Immunization", s.what+"/"+date(s.on)+"/"+s.source, from(body, s.source))
}

var routeNames = map[string]string{
	"IM": "Injection, intramuscular", "SC": "Injection, subcutaneous", "PO": "Swallow, oral",
}

// due is one dose of the childhood schedule.
type due struct {
	what     string
	months   int
	dose, of int
}

// childVaccines is the United States childhood schedule as most clinics give it.
var childVaccines = []due{
	{"hepatitisB", 0, 1, 4},
	{"five", 2, 1, 3}, {"hib", 2, 1, 4}, {"pneumo13", 2, 1, 4}, {"rota", 2, 1, 3},
	{"five", 4, 2, 3}, {"hib", 4, 2, 4}, {"pneumo13", 4, 2, 4}, {"rota", 4, 2, 3},
	{"five", 6, 3, 3}, {"hib", 6, 3, 4}, {"pneumo13", 6, 3, 4}, {"rota", 6, 3, 3},
	{"mmr", 12, 1, 2}, {"pox", 12, 1, 2}, {"hepatitisA", 12, 1, 2}, {"pneumo13", 12, 4, 4},
	{"dtap", 15, 4, 5}, {"hib", 15, 4, 4}, {"hepatitisA", 18, 2, 2},
	{"dtapPolio", 49, 5, 5}, {"mmrPox", 49, 2, 2},
	{"tetanusCough", 133, 1, 1}, {"mening", 133, 1, 2}, {"hpv", 133, 1, 2}, {"hpv", 145, 2, 2},
	{"mening", 193, 2, 2}, {"meningB", 193, 1, 2},
}

// scheduled gives every dose that was due before today.
func (c *chart) scheduled(visitNear func(time.Time) time.Time) {
	for _, d := range childVaccines {
		on := visitNear(c.born.AddDate(0, d.months, 0))
		if on.Before(c.today) {
			c.shot(shot{what: d.what, on: on, dose: d.dose, of: d.of})
		}
	}
}
