package demo

import "encoding/json"

// house is an organization, with the place where it sees people if it does.
type house struct {
	name, kind, kindName   string // organization-type
	source                 string // what meta.source says of its resources
	phone, street, postal  string
	room, roomKind, roomIs string // name of its Location and its v3-RoleCode, if people go there
}

var placeOrder = []string{"alder", "lab", "pharmacy", "eye", "hospital", "cancer", "harbor", "app"}

var places = map[string]house{
	"alder":    {"Alder Street Clinic", "prov", "Healthcare Provider", "https://alder-street.test", "555-0100", "12 Alder Street", "04901", "Alder Street Clinic", "FMC", "Family medicine clinic"},
	"lab":      {"Pennywhistle Laboratory", "prov", "Healthcare Provider", "https://pennywhistle.test", "555-0120", "3 Foundry Lane", "04901", "", "", ""},
	"pharmacy": {"Copper Kettle Pharmacy", "prov", "Healthcare Provider", "https://copper-kettle.test", "555-0131", "40 Market Square", "04901", "Copper Kettle Pharmacy", "COMM", "Community Location"},
	"eye":      {"Lantern Hill Eye Center", "prov", "Healthcare Provider", "https://lantern-hill-eyes.test", "555-0142", "8 Lantern Hill", "04902", "Lantern Hill Eye Center", "OPTC", "optometry clinic"},
	"hospital": {"Lantern Hill Hospital", "prov", "Healthcare Provider", "https://lantern-hill.test", "555-0150", "1 Lantern Hill", "04902", "Lantern Hill Hospital, Emergency", "ER", "Emergency room"},
	"cancer":   {"Tidewater Cancer Center", "prov", "Healthcare Provider", "https://tidewater.test", "555-0163", "77 Harbor Road", "04903", "Tidewater Cancer Center", "ONCL", "medical oncology clinic"},
	"harbor":   {"Quiet Harbor Counseling", "prov", "Healthcare Provider", "https://quiet-harbor.test", "555-0174", "5 Ferry Steps", "04903", "Quiet Harbor Counseling", "OF", "Outpatient facility"},
	"app":      {"Kettle & Cuff", "other", "Other", "https://kettle-and-cuff.test", "", "", "", "", "", ""},
}

// place refers to an organization.
func place(key string) obj {
	return obj{"reference": "Organization/" + newID("Organization/"+key), "display": places[key].name}
}

// roomOf refers to where an organization sees people.
func roomOf(key string) obj {
	return obj{"reference": "Location/" + newID("Location/"+key), "display": places[key].room}
}

// sharedResources are those that belong to no chart, in writing order.
func sharedResources() []json.RawMessage {
	var all []json.RawMessage
	for _, key := range placeOrder {
		all = append(all, organization(key))
	}
	for _, key := range placeOrder {
		if places[key].room != "" {
			all = append(all, location(key))
		}
	}
	for _, key := range clinicianOrder {
		all = append(all, practitioner(key))
	}
	for _, key := range clinicianOrder {
		all = append(all, practitionerRole(key))
	}
	return all
}

func (h house) contact(body obj) obj {
	if h.phone != "" {
		body["telecom"] = list{obj{"system": "phone", "value": h.phone, "use": "work"}}
	}
	return body
}

func (h house) address() obj {
	return obj{"use": "work", "line": list{h.street}, "city": "Fennel Bay", "state": "ME", "postalCode": h.postal, "country": "US"}
}

func organization(key string) json.RawMessage {
	h := places[key]
	body := h.contact(obj{
		"active": true, "name": h.name,
		"identifier": list{obj{"system": "https://fennel-bay.test/organizations", "value": key}, obj{"system": "urn:ietf:rfc:3986", "value": h.source}},
		"type":       list{tho(thoBase+"organization-type", h.kind, h.kindName)},
	})
	if h.street != "" {
		body["address"] = list{h.address()}
	}
	return encode("Organization", newID("Organization/"+key), body)
}

func location(key string) json.RawMessage {
	h := places[key]
	return encode("Location", newID("Location/"+key), h.contact(obj{
		"status": "active", "mode": "instance", "name": h.room, "address": h.address(),
		"type":                 list{tho(roleCode, h.roomKind, h.roomIs)},
		"managingOrganization": place(key),
	}))
}
