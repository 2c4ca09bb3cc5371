package rest

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/records"
	"housecall/records/fhir"
	"housecall/records/subscription"
)

const subscriptionType = "Subscription"

// subscribed is every interaction with the type Subscription, which is kept beside
// the charts.
func (f *Face) subscribed(ctx context.Context, in call) (answer, error) {
	if in.history || in.ifSome != "" || in.method != fiber.MethodGet && in.ifNoneMatch != "" {
		return answer{}, invalid("not-supported", "", "Subscriptions have no history and no conditional changes.")
	}
	switch {
	case in.method == fiber.MethodGet && in.id == "":
		return f.listSubscriptions(ctx, in)
	case in.method == fiber.MethodGet:
		st, err := f.subs.Read(ctx, in.who, in.id)
		if err != nil {
			return answer{}, err
		}
		a := answer{status: fiber.StatusOK, body: st.Body, version: st.Version, modified: st.LastUpdated}
		if unchanged(in.ifNoneMatch, in.ifModifiedSince, st.Version, st.LastUpdated) {
			a.status, a.body = fiber.StatusNotModified, nil
		}
		return a, nil
	case in.method == fiber.MethodDelete && in.id != "":
		return answer{status: fiber.StatusNoContent}, f.subs.Delete(ctx, in.who, in.id)
	case in.method == fiber.MethodPost && in.id == "", in.method == fiber.MethodPut && in.id != "":
		n := in.node
		var err error
		if n == nil {
			if n, err = parse(in.body); err != nil {
				return answer{}, err
			}
		}
		var st records.Stored
		if in.method == fiber.MethodPost {
			st, err = f.subs.Create(ctx, in.who, n)
		} else {
			var version int64
			if version, err = versionOf(in.ifMatch); err == nil {
				st, err = f.subs.Update(ctx, in.who, in.id, version, n)
			}
		}
		if err != nil {
			return answer{}, err
		}
		a := written(st)
		if in.method == fiber.MethodPut {
			a.location = ""
		} else {
			a.location = subscriptionType + "/" + st.ID
		}
		return a, nil
	}
	return answer{}, fiber.ErrMethodNotAllowed
}

// listSubscriptions answers a search. One's own are few, so all come on one page.
func (f *Face) listSubscriptions(ctx context.Context, in call) (answer, error) {
	ids, states := listed(in.query["_id"]), listed(in.query["status"])
	var unknown []string
	for k := range in.query {
		switch k {
		case "_id", "status", "_format", "_count", "_total":
		default:
			unknown = append(unknown, k)
		}
	}
	slices.Sort(unknown)
	if len(unknown) > 0 && in.prefer.strict {
		return answer{}, invalid("not-supported", "", "Subscriptions are searched by _id and status.")
	}
	list, err := f.subs.List(ctx, in.who, ids, states)
	if err != nil {
		return answer{}, err
	}
	s := newSplice("searchset", size(list))
	s.total(len(list))
	self := f.base + "/" + subscriptionType
	if q := used(in.query, unknown); q != "" && !in.byForm {
		self += "?" + q
	}
	s.links(self, "")
	for i := range list {
		s.found(f.base, &list[i], "match")
	}
	return answer{status: fiber.StatusOK, body: s.bytes()}, nil
}

// listed splits the values of a parameter; nil when there are none.
func listed(values []string) (out []string) {
	for _, v := range values {
		for one := range strings.SplitSeq(v, ",") {
			_, id, isRef := strings.Cut(one, "/")
			if !isRef {
				id = one
			}
			out = append(out, id)
		}
	}
	return out
}

// subscriptionOperations are those of the Subscriptions R5 Backport, 1.1.0.
func (f *Face) subscriptionOperations() []operation {
	if f.subs == nil {
		return nil
	}
	const ig = "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-"
	types, both := []string{subscriptionType}, []string{fiber.MethodGet, fiber.MethodPost}
	return []operation{
		{name: "status", definition: ig + "status", types: types, levels: onType | onInstance, methods: both, handle: f.subscriptionStatus},
		{name: "events", definition: ig + "events", types: types, levels: onInstance, methods: both, handle: f.subscriptionEvents},
		{name: "get-ws-binding-token", definition: ig + "get-ws-binding-token", types: types, levels: onType | onInstance, methods: both, handle: f.bindingToken},
	}
}

func (f *Face) subscriptionStatus(c *fiber.Ctx) error {
	in, err := parametersOf(c, param{name: "id", kind: 'n', many: true}, param{name: "status", kind: 'c', many: true})
	if err != nil {
		return err
	}
	ids := listed(in.texts("id"))
	if one := c.Params("id"); one != "" {
		ids = []string{one}
	}
	list, err := f.subs.Status(c.UserContext(), edge.Principal(c), ids, listed(in.texts("status")))
	if err != nil {
		return err
	}
	if c.Params("id") != "" && len(list) == 0 {
		return fault.New(fault.NotFound, "We could not find that.")
	}
	s := newSplice("searchset", size(list))
	s.total(len(list))
	for i := range list {
		s.entry()
		s.raw(`"fullUrl":"urn:uuid:` + list[i].ID + `","resource":`)
		s.b = append(s.b, list[i].Body...)
		s.raw(`,"search":{"mode":"match"}`)
		s.done()
	}
	return sendJSON(c, s.bytes())
}

func (f *Face) subscriptionEvents(c *fiber.Ctx) error {
	in, err := parametersOf(c, param{name: "eventsSinceNumber", kind: 'e'}, param{name: "eventsUntilNumber", kind: 'e'}, param{name: "content", kind: 'c'})
	if err != nil {
		return err
	}
	values := in.values()
	number := func(name string) (n int64) {
		if v := values.Get(name); v != "" {
			var bad error
			if n, bad = strconv.ParseInt(v, 10, 64); bad != nil || n < 0 {
				err = invalid("invalid", name, "Numbers of events are counted from 1.")
			}
		}
		return n
	}
	from, until := number("eventsSinceNumber"), number("eventsUntilNumber")
	if err != nil {
		return err
	}
	body, err := f.subs.Events(c.UserContext(), edge.Principal(c), c.Params("id"), from, until, values.Get("content"))
	if err != nil {
		return err
	}
	return sendJSON(c, body)
}

func (f *Face) bindingToken(c *fiber.Ctx) error {
	in, err := parametersOf(c, param{name: "id", kind: 'n', many: true})
	if err != nil {
		return err
	}
	ids := listed(in.texts("id"))
	if one := c.Params("id"); one != "" {
		ids = []string{one}
	}
	if len(ids) != 1 {
		return invalid("required", "id", "Please name one subscription.")
	}
	token, expires, err := f.subs.BindingToken(c.UserContext(), edge.Principal(c), ids[0])
	if err != nil {
		return err
	}
	param := func(name, kind, value string) *fhir.Node {
		return fhir.Object(fhir.Member{Key: "name", Value: fhir.String(name)}, fhir.Member{Key: kind, Value: fhir.String(value)})
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return sendJSON(c, fhir.Object(
		fhir.Member{Key: "resourceType", Value: fhir.String("Parameters")},
		fhir.Member{Key: "parameter", Value: fhir.Array(
			param("token", "valueString", token),
			param("expiration", "valueDateTime", expires.UTC().Format("2006-01-02T15:04:05Z")),
			param("subscription", "valueString", ids[0]),
			param("websocket-url", "valueUrl", "ws"+strings.TrimPrefix(f.base, "http")+socketPath),
		)}).Append(nil))
}

func sendJSON(c *fiber.Ctx, body []byte) error {
	c.Set(fiber.HeaderContentType, JSON+"; charset=utf-8")
	return c.Send(body)
}

// subscriptionPromise is what the capability statement says of subscriptions.
func (f *Face) subscriptionPromise() object {
	interactions := []object{}
	for _, code := range []string{"read", "update", "delete", "create", "search-type"} {
		interactions = append(interactions, object{"code": code})
	}
	topics := []object{}
	for _, t := range f.subs.Topics() {
		topics = append(topics, object{"url": subscription.TopicExtension, "valueCanonical": t.URL})
	}
	return object{
		"type": subscriptionType, "supportedProfile": []string{subscription.Profile}, "interaction": interactions, "extension": topics,
		"versioning": "versioned", "readHistory": false, "updateCreate": false, "operation": f.promised(subscriptionType),
		"searchParam": []object{{"name": "_id", "type": "token"}, {"name": "status", "type": "token"}},
	}
}
