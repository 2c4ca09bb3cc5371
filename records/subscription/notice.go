package subscription

import (
	"strconv"
	"time"

	"housecall/records"
	"housecall/records/fhir"
)

// event is one change as a subscription was told it.
type event struct {
	records.Happened
	number int64
	hidden bool   // is not shown any more; the number stays
	body   []byte // full-resource
}

// kinds of notifications (value set subscription-notification-type).
const (
	handshake  = "handshake"
	heartbeat  = "heartbeat"
	occurrence = "event-notification"
	queryState = "query-status"
	queryEvent = "query-event"
)

// notice is one notification, or the answer to $events.
type notice struct {
	base    string
	id      string // of the bundle
	at      time.Time
	sub     *stored
	kind    string
	events  []event
	content string
}

func strs(kv ...string) []fhir.Member {
	m := make([]fhir.Member, 0, len(kv)/2)
	for i := 0; i < len(kv); i += 2 {
		m = append(m, fhir.Member{Key: kv[i], Value: fhir.String(kv[i+1])})
	}
	return m
}

func parameter(name, kind string, value *fhir.Node) *fhir.Node {
	return fhir.Object(fhir.Member{Key: "name", Value: fhir.String(name)}, fhir.Member{Key: kind, Value: value})
}

func reference(url string) *fhir.Node { return fhir.Object(strs("reference", url)...) }

func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// status is the Parameters that stands for R5's SubscriptionStatus.
func (n *notice) status() *fhir.Node {
	list := []*fhir.Node{
		parameter("subscription", "valueReference", reference(n.base+"/Subscription/"+n.sub.id)),
		parameter("topic", "valueCanonical", fhir.String(n.sub.topic)),
		parameter("status", "valueCode", fhir.String(n.sub.status)),
		parameter("type", "valueCode", fhir.String(n.kind)),
		parameter("events-since-subscription-start", "valueString", fhir.String(strconv.FormatInt(n.sub.events, 10))),
	}
	for i := range n.events {
		e := &n.events[i]
		parts := []*fhir.Node{
			parameter("event-number", "valueString", fhir.String(strconv.FormatInt(e.number, 10))),
			parameter("timestamp", "valueInstant", fhir.String(instant(e.At))),
		}
		if n.content != empty && !e.hidden {
			parts = append(parts, parameter("focus", "valueReference", reference(n.base+"/"+e.Type+"/"+e.ID)))
		}
		list = append(list, parameter("notification-event", "part", fhir.Array(parts...)))
	}
	if n.sub.problem != "" {
		list = append(list, parameter("error", "valueCodeableConcept", fhir.Object(strs("text", n.sub.problem)...)))
	}
	return fhir.Object(
		fhir.Member{Key: "resourceType", Value: fhir.String("Parameters")},
		fhir.Member{Key: "id", Value: fhir.String(n.id)},
		fhir.Member{Key: "meta", Value: profile(profileStatus)},
		fhir.Member{Key: "parameter", Value: fhir.Array(list...)})
}

func profile(url string) *fhir.Node {
	return fhir.Object(fhir.Member{Key: "profile", Value: fhir.Array(fhir.String(url))})
}

// bundle is the notification as it is sent. Resources are spliced in as bytes.
func (n *notice) bundle() []byte {
	b := []byte(`{"resourceType":"Bundle","id":"` + n.id + `","meta":{"profile":["` + profileNotice + `"]},"type":"history","timestamp":"` + instant(n.at) + `","entry":[{"fullUrl":"urn:uuid:` + n.id + `","resource":`)
	b = n.status().Append(b)
	b = append(b, `,"request":{"method":"GET","url":"`+n.base+`/Subscription/`+n.sub.id+`/$status"},"response":{"status":"200"}}`...)
	shown := map[string]bool{}
	for i := len(n.events) - 1; i >= 0 && n.content != empty; i-- { // of a resource that changed twice the later version
		e := &n.events[i]
		name := e.Type + "/" + e.ID
		if e.hidden || shown[name] {
			continue
		}
		shown[name] = true
		method, status := "PUT", "200"
		switch e.Outcome {
		case records.Created:
			status = "201"
		case records.Deleted:
			method, status = "DELETE", "204"
		}
		b = append(b, `,{"fullUrl":"`+n.base+`/`+name+`"`...)
		if n.content == fullResource && e.Outcome != records.Deleted {
			b = append(append(b, `,"resource":`...), e.body...)
		}
		b = append(b, `,"request":{"method":"`+method+`","url":"`+name+`"},"response":{"status":"`+status+`"}}`...)
	}
	return append(b, `]}`...)
}
