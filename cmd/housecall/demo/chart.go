package demo

import (
	"bytes"
	"encoding/json"
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/google/uuid"
)

type (
	obj  = map[string]any
	list = []any
)

// seed and namespace decide every value and id that the story does not name.
const seed = 0x5EED1952

var namespace = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://housecall.test/demo"))

func newID(path string) string { return uuid.NewSHA1(namespace, []byte(path)).String() }

// chart gathers one person's resources in writing order.
type chart struct {
	calendar
	key       string
	name      string
	email     string
	patient   string
	female    bool
	born      time.Time
	doctor    string // the key of who looks after them
	resources []json.RawMessage
	team      []string
}

// person is what a Patient resource is made of.
type person struct {
	key, given, family string
	email              string // sign-in, when the person has one
	number             string // of the clinic
	female             bool
	born               time.Time
	died               time.Time
	doctor             string
	phone              string
	street, postcode   string
	languages          []string // the first one is preferred
	contact            obj
}

func open(cal calendar, p person) *chart {
	c := &chart{
		calendar: cal, key: p.key, name: p.given + " " + p.family, email: p.email,
		patient: newID(p.key + "/Patient"), female: p.female, born: p.born, doctor: p.doctor,
	}
	gender := "male"
	if p.female {
		gender = "female"
	}
	body := obj{
		"active": true,
		"identifier": list{obj{
			"use": "usual", "type": concept("Medical record number", coding{identifierType, "MR", "Medical record number"}),
			"system": "https://alder-street.test/number", "value": p.number, "assigner": place("alder"),
		}},
		"name":      list{obj{"use": "official", "family": p.family, "given": list{p.given}}},
		"gender":    gender,
		"birthDate": date(p.born),
		"telecom":   list{obj{"system": "phone", "value": p.phone, "use": "mobile"}},
		"address": list{obj{
			"use": "home", "line": list{p.street}, "city": "Fennel Bay", "state": "ME", "postalCode": p.postcode, "country": "US",
		}},
		"communication":        spoken(p.languages),
		"generalPractitioner":  list{clinician(p.doctor)},
		"managingOrganization": place("alder"),
	}
	if p.email != "" {
		body["telecom"] = append(body["telecom"].(list), obj{"system": "email", "value": p.email})
	}
	if !p.died.IsZero() {
		body["deceasedDateTime"] = stamp(p.died)
		body["active"] = false
	}
	if p.contact != nil {
		body["contact"] = list{p.contact}
	}
	c.resources = append(c.resources, encode("Patient", c.patient, body))
	return c
}

func spoken(tags []string) list {
	names := map[string]string{"en": "English", "es": "Spanish"}
	if len(tags) == 0 {
		tags = []string{"en"}
	}
	var all list
	for i, tag := range tags {
		all = append(all, obj{"language": concept(names[tag], coding{languageTags, tag, names[tag]}), "preferred": i == 0})
	}
	return all
}

// add puts a resource into the chart and returns its reference. The key names
// it among those of its type in this chart.
func (c *chart) add(kind, key string, body obj) string {
	id := newID(c.key + "/" + kind + "/" + key)
	c.resources = append(c.resources, encode(kind, id, body))
	return kind + "/" + id
}

func (c *chart) subject() obj { return obj{"reference": "Patient/" + c.patient, "display": c.name} }

// noise is a number from -1 to 1 that belongs to this place in this chart.
func (c *chart) noise(place string) float64 {
	sum := fnv.New64a()
	sum.Write([]byte(c.key + "/" + place))
	return rand.New(rand.NewPCG(seed, sum.Sum64())).Float64()*2 - 1
}

// slot is a time of the clinic's day for something that happened about that day.
func (c *chart) slot(day time.Time, place string) time.Time {
	third := int((c.noise("slot/"+place) + 1) * 11.99) // 24 slots of 20 minutes from 8 AM
	return at(workday(day), 8+third/3, third%3*20)
}

// knot is one point of a course: so many years ago, the value was this.
type knot struct{ yearsAgo, value float64 }

// course is how a value went over the years, oldest first.
type course []knot

// at reads the course at a moment; between knots it is a straight line.
func (k course) at(yearsAgo float64) float64 {
	if yearsAgo >= k[0].yearsAgo {
		return k[0].value
	}
	for i := 1; i < len(k); i++ {
		if yearsAgo >= k[i].yearsAgo {
			from, to := k[i-1], k[i]
			return from.value + (to.value-from.value)*(from.yearsAgo-yearsAgo)/(from.yearsAgo-to.yearsAgo)
		}
	}
	return k[len(k)-1].value
}

// level is the course's value at a moment, with the scatter of real measurements.
func (c *chart) level(k course, t time.Time, scatter float64, place string) float64 {
	return k.at(c.yearsBack(t)) + c.noise(place)*scatter
}

func encode(kind, id string, body obj) json.RawMessage {
	body["resourceType"], body["id"] = kind, id
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		panic(err) // maps of plain values always encode
	}
	return bytes.TrimSpace(out.Bytes())
}

// ref points at a resource of the same chart; "" gives nil, which callers leave out.
func ref(reference string) obj { return obj{"reference": reference} }

// set writes a field unless the value is empty.
func set(body obj, field string, value any) {
	switch v := value.(type) {
	case string:
		if v == "" {
			return
		}
	case list:
		if len(v) == 0 {
			return
		}
	case obj:
		if len(v) == 0 {
			return
		}
	}
	body[field] = value
}

// refs makes a list of references; empty ones fall out.
func refs(references ...string) list {
	var all list
	for _, r := range references {
		if r != "" {
			all = append(all, ref(r))
		}
	}
	return all
}

// exact is a decimal with its digits kept: 7.0 is not 7 to a reader of results.
func exact(value float64, digits int) json.Number {
	return json.Number(strconv.FormatFloat(value, 'f', digits, 64))
}

func quantity(value float64, digits int, unit, ucumCode string) obj {
	return obj{"value": exact(value, digits), "unit": unit, "system": ucum, "code": ucumCode}
}

// from says which outside place a resource came from. The clinic's own have no source.
func from(body obj, org string) obj {
	if org != "" && org != "alder" {
		meta(body)["source"] = places[org].source
	}
	return body
}

// private labels a resource as sensitive, with a code of v3-ActCode.
func private(body obj, label string) obj {
	if label != "" {
		meta(body)["security"] = list{coding{actCode, label, labels[label]}.json()}
	}
	return body
}

func meta(body obj) obj {
	if m, ok := body["meta"].(obj); ok {
		return m
	}
	m := obj{}
	body["meta"] = m
	return m
}
