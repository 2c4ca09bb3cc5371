package portal

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/fhir"
)

// ClinicPatient is a line in a staff member's list of patients.
type ClinicPatient struct {
	Patient     string               `json:"patient"`
	Name        string               `json:"name"`
	BirthDate   string               `json:"birthDate"`
	Age         *records.Age         `json:"age,omitempty"`
	Sex         string               `json:"sex"`
	Identifiers []records.Identifier `json:"identifiers"`
	Phone       string               `json:"phone,omitempty"`
	InPanel     bool                 `json:"inPanel" doc:"Of one's care teams in person; else by an open conversation of a pool"`
}

type clinicPatientsIn struct{ Paging }

type clinicPatientsSearch struct {
	Body Words `doc:"Name, birth date, phone or number, in one field"`
}

// maxPanel bounds the patients that one staff member's search goes over.
const maxPanel = 5000

// maxWaiting bounds the open conversations whose patients are in a list.
const maxWaiting = 1000

func (p *Portal) clinicPatients(ctx context.Context, in *clinicPatientsIn) (*body[list[ClinicPatient]], error) {
	return p.findPatients(ctx, "", in.Paging)
}

func (p *Portal) searchPatients(ctx context.Context, in *clinicPatientsSearch) (*body[list[ClinicPatient]], error) {
	return p.findPatients(ctx, in.Body.Words, in.Body.paging())
}

// findPatients lists a staff member's own patients, and those who wait for a pool of
// theirs, by name. The list is read anew each time: who left the team a moment ago
// finds nobody.
func (p *Portal) findPatients(ctx context.Context, wanted string, in Paging) (*body[list[ClinicPatient]], error) {
	who := edge.Who(ctx)
	if in.Limit == 0 {
		in.Limit = 25
	}
	known, own, err := p.panel(ctx, who)
	if err != nil {
		return nil, err
	}
	if in.Cursor != "" { // the last patient of the page before: an id, because names do not go into addresses
		i := slices.IndexFunc(known, func(k records.Patient) bool { return k.ID == in.Cursor })
		if i < 0 { // nobody waits there any more: it goes on where they stood
			gone, err := p.Records.Patients(ctx, who, []string{in.Cursor})
			if err != nil {
				return nil, err
			}
			if len(gone) == 0 {
				return nil, fault.New(fault.Invalid, "This page link is no longer valid. Please start the list again.").WithCode("cursor")
			}
			i, _ = slices.BinarySearchFunc(known, placeOf(&gone[0]), func(k records.Patient, place string) int { return cmp.Compare(placeOf(&k), place) })
			i--
		}
		known = known[i+1:]
	}
	q := parseWords(wanted)
	found := slices.DeleteFunc(known, func(k records.Patient) bool { return !q.match(&k) })
	out := list[ClinicPatient]{Items: []ClinicPatient{}}
	if len(found) > in.Limit {
		found = found[:in.Limit]
		out.Next = found[in.Limit-1].ID
	}
	for _, k := range found {
		c := ClinicPatient{Patient: k.ID, Name: k.Name, BirthDate: k.BirthDate, Age: k.Age, Sex: k.Sex, Identifiers: some(k.Identifiers), InPanel: own[k.ID]}
		if len(k.Phones) > 0 {
			c.Phone = k.Phones[0]
		}
		out.Items = append(out.Items, c)
	}
	return &body[list[ClinicPatient]]{out}, nil
}

// panel gives a staff member's own patients, and those with an open conversation in a
// pool of theirs, by name. A pool may be joined to every chart of the clinic: the rest
// of them are opened from the inbox or looked for, and are in nobody's list.
func (p *Portal) panel(ctx context.Context, who identity.Principal) (known []records.Patient, own map[string]bool, err error) {
	var ids []string
	own = map[string]bool{}
	for cursor := ""; ; {
		members, next, err := p.Access.Panel(ctx, who, cursor, 500)
		if err != nil {
			return nil, nil, err
		}
		for _, m := range members {
			ids, own[m.Patient] = append(ids, m.Patient), true
		}
		if cursor = next; cursor == "" || len(ids) >= maxPanel {
			break
		}
	}
	waiting, err := p.Messages.OpenCharts(ctx, who, maxWaiting)
	if err != nil {
		return nil, nil, err
	}
	for _, id := range waiting {
		if !own[id] {
			ids = append(ids, id)
		}
	}
	known, err = p.Records.Patients(ctx, who, ids)
	if err != nil {
		return nil, nil, err
	}
	slices.SortFunc(known, func(a, b records.Patient) int { return cmp.Compare(placeOf(&a), placeOf(&b)) })
	return known, own, nil
}

// placeOf orders by family name, given name and id.
func placeOf(k *records.Patient) string {
	return fhir.Fold(k.Family) + "\x00" + fhir.Fold(k.Given) + "\x00" + k.ID
}

// words is what somebody typed to find a patient. All of it must fit.
type words struct {
	names  []string // beginnings of names
	dates  []string // beginnings of birth dates
	number []string // digits within a phone number, or part of an identifier
}

func parseWords(typed string) words {
	var q words
	for _, w := range strings.FieldsFunc(typed, func(r rune) bool { return unicode.IsSpace(r) || r == ',' }) {
		switch date := birthDate(w); {
		case date != "":
			q.dates = append(q.dates, date)
		case strings.ContainsFunc(w, unicode.IsDigit):
			q.number = append(q.number, strings.ToLower(w))
		default:
			q.names = append(q.names, fhir.Fold(w))
		}
	}
	return q
}

// birthDate reads 1952, 1952-03, 1952-03-02 and the way dates are written at a
// front desk, month before day: 3/2/1952.
func birthDate(w string) string {
	digits := func(s string, least, most int) bool {
		return len(s) >= least && len(s) <= most && strings.Trim(s, "0123456789") == ""
	}
	if p := strings.Split(w, "/"); len(p) == 3 && digits(p[0], 1, 2) && digits(p[1], 1, 2) && digits(p[2], 4, 4) {
		pad := func(s string) string { return strings.Repeat("0", 2-len(s)) + s }
		return p[2] + "-" + pad(p[0]) + "-" + pad(p[1])
	}
	p := strings.Split(w, "-")
	if !digits(p[0], 4, 4) || p[0] < "1850" || p[0] > "2150" || len(p) > 3 {
		return ""
	}
	for _, x := range p[1:] {
		if !digits(x, 2, 2) {
			return ""
		}
	}
	return w
}

func (q words) match(k *records.Patient) bool {
	names := strings.FieldsFunc(fhir.Fold(k.Name+" "+k.Family+" "+k.Given), func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' })
	for _, w := range q.names {
		if !slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, w) }) {
			return false
		}
	}
	for _, d := range q.dates {
		if !strings.HasPrefix(k.BirthDate, d) && !hasNumber(k, d) {
			return false
		}
	}
	for _, n := range q.number {
		if !hasNumber(k, n) {
			return false
		}
	}
	return true
}

func hasNumber(k *records.Patient, n string) bool {
	for _, id := range k.Identifiers {
		if strings.Contains(strings.ToLower(id.Value), n) {
			return true
		}
	}
	digits := onlyDigits(n)
	return len(digits) >= 3 && slices.ContainsFunc(k.Phones, func(p string) bool { return strings.Contains(onlyDigits(p), digits) })
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// Health is the state of the installation, for administrators.
type Health struct {
	Checks []Check `json:"checks"`
}

func (p *Portal) health(ctx context.Context, _ *none) (*body[Health], error) {
	if who, err := owner(ctx); err != nil {
		return nil, err
	} else if !who.Is(identity.Admin) {
		return nil, fault.New(fault.Forbidden, "Only administrators can see this.").WithCode("role")
	}
	return &body[Health]{Health{some(p.Health(ctx))}}, nil
}
