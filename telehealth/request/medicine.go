package request

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
)

// Possible is what can be asked for about a medicine, and why.
type Possible struct {
	Kind       Kind     `json:"kind,omitempty" enum:"refill,renewal" doc:"Missing: nothing can be asked for"`
	Why        string   `json:"why,omitempty" enum:"left,none-left,expired,stopped,paused"`
	Left       *int     `json:"left,omitempty" doc:"Fillings that the prescription still allows"`
	ValidUntil string   `json:"validUntil,omitempty"`
	Open       string   `json:"open,omitempty" doc:"The request that is open already"`
	CanAsk     bool     `json:"canAsk"`
	Pharmacies []string `json:"pharmacies" doc:"Those that the record names"`
}

// maxDispenses bounds what is looked at of one chart.
const maxDispenses = 300

// offer tells refill and renewal apart: a refill is what the prescription itself
// still allows (FHIR R4, MedicationRequest.dispenseRequest). The first filling is no
// repeat; where the record does not hold what was handed out, it is taken to have
// been.
func (s *Service) offer(c *db.Conn, v *access.View, n *fhir.Node) (Possible, error) {
	o := Possible{Pharmacies: []string{}}
	d := n.Get("dispenseRequest")
	add := func(name string) {
		if name != "" && len(o.Pharmacies) < 10 && !slices.Contains(o.Pharmacies, name) {
			o.Pharmacies = append(o.Pharmacies, name)
		}
	}
	add(d.Get("performer", "display").Str())
	handed := 0
	some, err := s.Records.Dated(c, v, medicationDispense, records.Dated{At: math.MaxInt64}, true, maxDispenses)
	if err != nil {
		return o, err
	}
	for _, x := range some {
		m, err := fhir.Parse(x.Body)
		if err != nil {
			return o, err
		}
		add(m.Get("location", "display").Str())
		for _, p := range m.Get("performer").Items() {
			add(p.Get("actor", "display").Str())
		}
		if status := m.Get("status").Str(); status != "completed" && status != "in-progress" {
			continue
		}
		for _, a := range m.Get("authorizingPrescription").Items() {
			if a.Get("reference").Str() == medicationRequest+"/"+n.Get("id").Str() {
				handed++
				break
			}
		}
	}
	repeats, _ := strconv.Atoi(d.Get("numberOfRepeatsAllowed").Num())
	left := max(0, repeats-max(0, handed-1))
	o.ValidUntil = d.Get("validityPeriod", "end").Str()
	switch n.Get("status").Str() {
	case "active":
		o.Kind, o.Why, o.Left = Refill, "left", &left
		switch {
		case expired(o.ValidUntil, s.Now().In(s.Zone)):
			o.Kind, o.Why, o.Left = Renewal, "expired", nil
		case left == 0:
			o.Kind, o.Why = Renewal, "none-left"
		}
	case "on-hold":
		o.Kind, o.Why = Renewal, "paused"
	case "stopped", "completed", "cancelled":
		o.Kind, o.Why = Renewal, "stopped"
	}
	return o, nil
}

// expired compares a FHIR date, of whatever precision, with today: it holds through
// the whole of what it names.
func expired(end string, now time.Time) bool {
	day := end
	if len(day) > 10 {
		day = day[:10]
	}
	return day != "" && now.Format(time.DateOnly)[:len(day)] > day
}

// prescription reads what a request is about, as far as the view sees it.
func (s *Service) prescription(c *db.Conn, v *access.View, id string) (*fhir.Node, error) {
	if id == "" || len(id) > 64 || !v.See.Has(access.Medicines) || !v.AllowsType(medicationRequest, 'r') {
		return nil, notFound()
	}
	bodies, err := s.Records.Bodies(c, v, medicationRequest, []string{id})
	if err == nil && bodies[id] == nil {
		err = notFound()
	}
	if err != nil {
		return nil, err
	}
	return fhir.Parse(bodies[id])
}

// Offer tells what somebody can ask for about a medicine.
func (s *Service) Offer(ctx context.Context, who identity.Principal, patient, medicine string) (Possible, error) {
	c := s.DB.Read(ctx)
	var o Possible
	v, err := seeing(s.Records.Enter(c, who, patient, task))
	if err == nil {
		var n *fhir.Node
		if n, err = s.prescription(c, v, medicine); err == nil {
			o, err = s.offer(c, v, n)
		}
	}
	if err == nil && o.Kind != "" {
		o.CanAsk = mayAsk(v, o.Kind)
		o.Open, err = s.openFor(c, v, medicine)
	}
	if err != nil {
		return Possible{}, s.Records.Refuse(ctx, who, patient, medicationRequest, medicine, err)
	}
	return o, s.Records.Looked(ctx, who, v, "read", medicationRequest, medicine, access.Of(access.Medicines), 1)
}

// openFor is the open request for a medicine, if the view sees it.
func (s *Service) openFor(c *db.Conn, v *access.View, medicine string) (string, error) {
	rows, err := list(c, `WHERE r.patient_id = ? AND r.medicine = ? AND r.open = 1`, v.Patient, medicine)
	if err != nil || len(rows) == 0 {
		return "", err
	}
	seen, err := s.Records.Seen(c, v, task, []string{rows[0].id})
	if err != nil || !seen[rows[0].id] {
		return "", err
	}
	return rows[0].id, nil
}

// fits refuses a refill where a renewal is needed, and the other way round: what the
// person was told when they asked is not true any more.
func (o *Possible) fits(k Kind) error {
	switch {
	case o.Kind == "":
		return fault.New(fault.Conflict, "This entry cannot be asked for again. Please write to the clinic about it.").WithCode("not_possible")
	case o.Kind == k:
		return nil
	case k == Refill:
		return fault.New(fault.Conflict, "Nothing is left on this prescription. It needs a renewal instead of a refill.").WithCode("renewal")
	}
	return fault.New(fault.Conflict, "This prescription still has refills. You can ask for a refill.").WithCode("refill")
}

// nameOf is what a medicine is called: by its prescription, or by the Medication that
// this refers to.
func (s *Service) nameOf(c *db.Conn, v *access.View, n *fhir.Node) (string, error) {
	if name := called(n.Get("medicationCodeableConcept")); name != "" {
		return name, nil
	}
	ref := n.Get("medicationReference")
	if name := ref.Get("display").Str(); name != "" {
		return name, nil
	}
	for _, k := range n.Get("contained").Items() {
		if "#"+k.Get("id").Str() == ref.Get("reference").Str() {
			return called(k.Get("code")), nil
		}
	}
	id, ok := strings.CutPrefix(ref.Get("reference").Str(), "Medication/")
	if !ok {
		return "", nil
	}
	bodies, err := s.Records.Bodies(c, v, "Medication", []string{id})
	if err != nil || bodies[id] == nil {
		return "", err
	}
	m, err := fhir.Parse(bodies[id])
	return called(m.Get("code")), err
}

func called(concept *fhir.Node) string {
	if s := concept.Get("text").Str(); s != "" {
		return s
	}
	for _, c := range concept.Get("coding").Items() {
		if s := c.Get("display").Str(); s != "" {
			return s
		}
	}
	return ""
}
