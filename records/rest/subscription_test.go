package rest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/edge"
	"housecall/internal/identity"
	"housecall/internal/sitekey"
	"housecall/records"
	"housecall/records/access/audittest"
	"housecall/records/fhir"
	"housecall/records/rest"
	"housecall/records/subscription"
)

const patience = 20 * time.Second

// subscribed is a site whose face takes subscriptions.
func subscribed(t *testing.T, f func(t *testing.T, s *site, subs *subscription.Service)) {
	each(t, func(t *testing.T, s *site) {
		subs := s.subscriptions()
		require.NoError(t, subs.Start(context.Background()))
		s.face(subs)
		f(t, s, subs)
	})
}

func (s *site) subscriptions() *subscription.Service {
	s.t.Helper()
	subs, err := subscription.New(subscription.Deps{
		DB: s.db, Records: s.store, Access: s.access, Accounts: s.id, Key: sitekey.ForTest(), BaseURL: base + rest.Prefix, Node: "test", Private: true, Hosts: []string{"127.0.0.1"},
		Log: slog.New(slog.NewTextHandler(s.log, nil)), Every: 10 * time.Millisecond, Backoff: 5 * time.Millisecond, Heartbeat: time.Second,
	})
	require.NoError(s.t, err)
	s.t.Cleanup(subs.Stop)
	return subs
}

// face puts a face with subscriptions in the place of the other one, and gives the
// address at which it listens.
func (s *site) face(subs *subscription.Service) (address string) {
	s.t.Helper()
	u, err := url.Parse(base)
	require.NoError(s.t, err)
	s.app, err = edge.New(edge.Config{
		BaseURL: u, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Faces: map[string]edge.ErrorWriter{rest.Prefix: rest.WriteError}, CrossOrigin: []string{rest.Prefix},
		BodyLimits: map[string]int{rest.Prefix: rest.BodyLimit},
	})
	require.NoError(s.t, err)
	face, err := rest.New(rest.Deps{Store: s.store, Subs: subs, Key: sitekey.ForTest(), BaseURL: u})
	require.NoError(s.t, err)
	face.Mount(s.app, edge.Authenticate("", nil, s.id.Bearer))
	s.t.Cleanup(face.Stop)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(s.t, err)
	server := edge.Serve(s.app, ln, nil)
	s.t.Cleanup(func() {
		face.Stop()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = server.Stop(ctx)
	})
	return ln.Addr().String()
}

// told is a notification as a receiver reads it.
type told struct {
	ID, Type, Kind, Status, Topic string
	Since                         int64
	Numbers                       []int64
	Focus                         []string // "" where it is withheld
	Entries                       []string // "METHOD Type/id", with a * when the resource is there
	raw, auth                     string
}

func readTold(body []byte) (x told, err error) {
	var b struct {
		Type  string
		Entry []struct {
			FullURL  string
			Resource json.RawMessage
			Request  struct{ Method, URL string }
			Response struct{ Status string }
		}
	}
	if err := json.Unmarshal(body, &b); err != nil {
		return x, err
	}
	if b.Type != "history" || len(b.Entry) == 0 {
		return x, fmt.Errorf("not a notification: %s", body)
	}
	x.ID = strings.TrimSuffix(strings.TrimPrefix(b.Entry[0].Request.URL, base+"/fhir/Subscription/"), "/$status")
	var p struct {
		ResourceType string
		Parameter    []struct {
			Name, ValueCode, ValueCanonical, ValueString string
			Part                                         []struct {
				Name, ValueString, ValueInstant string
				ValueReference                  struct{ Reference string }
			}
		}
	}
	if err := json.Unmarshal(b.Entry[0].Resource, &p); err != nil || p.ResourceType != "Parameters" {
		return x, fmt.Errorf("no status: %s", body)
	}
	for _, m := range p.Parameter {
		switch m.Name {
		case "type":
			x.Kind = m.ValueCode
		case "status":
			x.Status = m.ValueCode
		case "topic":
			x.Topic = m.ValueCanonical
		case "events-since-subscription-start":
			x.Since, _ = strconv.ParseInt(m.ValueString, 10, 64)
		case "notification-event":
			focus := ""
			for _, part := range m.Part {
				switch part.Name {
				case "event-number":
					n, _ := strconv.ParseInt(part.ValueString, 10, 64)
					x.Numbers = append(x.Numbers, n)
				case "focus":
					focus = strings.TrimPrefix(part.ValueReference.Reference, base+"/fhir/")
				}
			}
			x.Focus = append(x.Focus, focus)
		}
	}
	for _, e := range b.Entry[1:] {
		line := e.Request.Method + " " + strings.TrimPrefix(e.FullURL, base+"/fhir/")
		if e.Resource != nil {
			line += "*"
		}
		x.Entries = append(x.Entries, line)
	}
	x.raw = string(body)
	return x, nil
}

// receiver is a hook that somebody runs.
type receiver struct {
	t      *testing.T
	server *httptest.Server
	mu     sync.Mutex
	got    []told
	status int
	hold   chan struct{} // when set, calls wait for it
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{t: t, status: 200}
	r.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		status, hold := r.status, r.hold
		x, err := readTold(body)
		if err != nil || req.Header.Get("Content-Type") != "application/fhir+json" {
			x.Kind = fmt.Sprint("broken: ", err)
		}
		x.auth = req.Header.Get("Authorization")
		if status == 200 {
			r.got = append(r.got, x)
		}
		r.mu.Unlock()
		if hold != nil {
			select {
			case <-hold:
			case <-req.Context().Done():
			}
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(r.server.Close)
	return r
}

func (r *receiver) answer(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

func (r *receiver) all() []told {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

// events are those that came, by number; a number that came twice counts once.
func (r *receiver) events() (focus map[int64]string) {
	focus = map[int64]string{}
	for _, x := range r.all() {
		for i, n := range x.Numbers {
			focus[n] = x.Focus[i]
		}
	}
	return focus
}

// wait waits until so many different events came, and checks that the numbers have
// no gap.
func (r *receiver) wait(n int) map[int64]string {
	r.t.Helper()
	require.Eventually(r.t, func() bool { return len(r.events()) >= n }, patience, 5*time.Millisecond, "%d events; there are %v", n, r.events())
	got := r.events()
	require.Len(r.t, got, n)
	for i := range n {
		require.Contains(r.t, got, int64(i+1), "a number is missing")
	}
	return got
}

func (r *receiver) waitKind(kind string, n int) {
	r.t.Helper()
	require.Eventually(r.t, func() bool {
		count := 0
		for _, x := range r.all() {
			if x.Kind == kind {
				count++
			}
		}
		return count >= n
	}, patience, 5*time.Millisecond, "%d of %s", n, kind)
}

func subscriptionBody(endpoint, topic, content string, more string, filters ...string) string {
	var x []string
	for _, f := range filters {
		x = append(x, fmt.Sprintf(`{"url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-filter-criteria","valueString":%q}`, f))
	}
	criteria := ""
	if x != nil {
		criteria = `"_criteria":{"extension":[` + strings.Join(x, ",") + `]},`
	}
	channel := `"type":"websocket"`
	if endpoint != "" {
		channel = fmt.Sprintf(`"type":"rest-hook","endpoint":%q,"header":["Authorization: Bearer s3cret"]`, endpoint)
	}
	return fmt.Sprintf(`{"resourceType":"Subscription","status":"requested","reason":"test","criteria":%q,%s"channel":{%s,"payload":"application/fhir+json","_payload":{"extension":[{"url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-payload-content","valueCode":%q}]}%s}}`,
		topic, criteria, channel, content, more)
}

func ownTopic(name string) string { return base + "/fhir/SubscriptionTopic/" + name }

func (s *site) subscribe(token, body string) (id string) {
	s.t.Helper()
	dbtest.Settled(s.t, s.db) // what was before is not told
	r := s.do(token, "POST", "/fhir/Subscription", body)
	require.Equal(s.t, 201, r.StatusCode, r.body)
	require.NotContains(s.t, r.body, "s3cret")
	var head struct{ ID, Status string }
	require.NoError(s.t, json.Unmarshal([]byte(r.body), &head))
	require.Equal(s.t, "requested", head.Status)
	return head.ID
}

func (s *site) stateOf(token, id string) string {
	s.t.Helper()
	r := s.do(token, "GET", "/fhir/Subscription/"+id, "")
	require.Equal(s.t, 200, r.StatusCode, r.body)
	var head struct{ Status string }
	require.NoError(s.t, json.Unmarshal([]byte(r.body), &head))
	return head.Status
}

func (s *site) waitState(token, id, want string) {
	s.t.Helper()
	require.Eventually(s.t, func() bool { return s.stateOf(token, id) == want }, patience, 5*time.Millisecond, "status %s; log: %s", want, s.log)
}

func TestAHookIsTold(t *testing.T) {
	subscribed(t, func(t *testing.T, s *site, _ *subscription.Service) {
		hook := newReceiver(t)
		id := s.subscribe(s.feed, subscriptionBody(hook.server.URL, ownTopic("resource-change"), "full-resource", "", "Observation?patient="+s.rosa+"&code=http://loinc.org|2823-3"))
		s.waitState(s.feed, id, "active")
		one, other := newID(), newID()
		s.put(observation(other, "Patient/"+s.ben, 1)) // of somebody else
		s.put(observation(one, "Patient/"+s.rosa, 1))
		s.put(strings.Replace(observation(newID(), "Patient/"+s.rosa, 1), "2823-3", "2951-2", 1)) // another test
		s.put(condition(newID(), s.rosa, "E11.9"))                                                // another type
		s.put(observation(one, "Patient/"+s.rosa, 2))
		require.Equal(t, 204, s.do(s.feed, "DELETE", "/fhir/Observation/"+one, "").StatusCode)
		for _, focus := range hook.wait(3) {
			require.Equal(t, "Observation/"+one, focus)
		}
		all := hook.all()
		require.Equal(t, "handshake", all[0].Kind)
		require.Empty(t, all[0].Entries)
		var entries []string
		for _, x := range all {
			require.Equal(t, "Bearer s3cret", x.auth)
			require.Equal(t, ownTopic("resource-change"), x.Topic)
			entries = append(entries, x.Entries...)
		}
		require.Contains(t, entries, "DELETE Observation/"+one)
		last := all[len(all)-1]
		require.EqualValues(t, 3, last.Since)

		// what came can be asked for again
		r := s.do(s.feed, "GET", "/fhir/Subscription/"+id+"/$events?eventsSinceNumber=2&eventsUntilNumber=3", "")
		require.Equal(t, 200, r.StatusCode, r.body)
		again, err := readTold([]byte(r.body))
		require.NoError(t, err)
		require.Equal(t, "query-event", again.Kind)
		require.Equal(t, []int64{2, 3}, again.Numbers)
		status := s.do(s.feed, "GET", "/fhir/Subscription/"+id+"/$status", "").bundle(t)
		require.Len(t, status.Entry, 1)
		require.Contains(t, string(status.Entry[0].Resource), `"valueCode":"query-status"`)
		require.Len(t, s.do(s.feed, "POST", "/fhir/Subscription/$status", `{"resourceType":"Parameters","parameter":[{"name":"id","valueId":"`+id+`"}]}`).bundle(t).Entry, 1)
		require.Equal(t, 404, s.do(s.doctor, "GET", "/fhir/Subscription/"+id, "").StatusCode, "it is not the doctor's")
		require.Equal(t, 404, s.do(s.doctor, "GET", "/fhir/Subscription/"+id+"/$status", "").StatusCode)
		require.Equal(t, 404, s.do(s.doctor, "GET", "/fhir/Subscription/"+id+"/$events", "").StatusCode)
		require.Empty(t, s.do(s.doctor, "GET", "/fhir/Subscription", "").bundle(t).Entry)
		require.Len(t, s.do(s.feed, "GET", "/fhir/Subscription?status=active", "").bundle(t).Entry, 1)
		require.Equal(t, 204, s.do(s.feed, "DELETE", "/fhir/Subscription/"+id, "").StatusCode)
		require.Equal(t, 404, s.do(s.feed, "GET", "/fhir/Subscription/"+id, "").StatusCode)
		require.NotContains(t, s.log.String(), hook.server.URL)
	})
}

// How much is told is what was asked for.
func TestContentOfNotifications(t *testing.T) {
	subscribed(t, func(t *testing.T, s *site, _ *subscription.Service) {
		hooks := map[string]*receiver{"empty": newReceiver(t), "id-only": newReceiver(t), "full-resource": newReceiver(t)}
		for content, hook := range hooks {
			id := s.subscribe(s.self, subscriptionBody(hook.server.URL, ownTopic("patient-chart-change"), content, ""))
			s.waitState(s.self, id, "active")
		}
		one := newID()
		s.put(observation(one, "Patient/"+s.rosa, 1))
		for content, hook := range hooks {
			hook.wait(1)
			all := hook.all()
			x := all[len(all)-1]
			switch content {
			case "empty":
				require.NotContains(t, x.raw, one)
				require.NotContains(t, x.raw, "Observation")
				require.Empty(t, x.Entries)
			case "id-only":
				require.Equal(t, []string{"PUT Observation/" + one}, []string{strings.Replace(x.Entries[0], "POST", "PUT", 1)})
				require.NotContains(t, x.raw, "valueQuantity")
			default:
				require.Contains(t, x.Entries[0], "Observation/"+one+"*")
				require.Contains(t, x.raw, `"valueQuantity":{"value":1`)
			}
		}
		var rows int
		require.Eventually(t, func() bool {
			rows = 0
			for _, r := range audittest.Of(t, s.db, s.rosa) {
				if bytes.Contains(r.Body, []byte(`"action":"subscription"`)) && bytes.Contains(r.Body, []byte(one)) {
					rows++
				}
			}
			return rows >= 2
		}, patience, 5*time.Millisecond)
		require.Equal(t, 2, rows, "what was told with content is a look at the chart")
	})
}

// What a grant leaves out takes no number; what is labelled later is not said to be
// gone; when the grant ends, the subscription does.
func TestSubscribersAreToldOnlyWhatTheySee(t *testing.T) {
	subscribed(t, func(t *testing.T, s *site, _ *subscription.Service) {
		hook := newReceiver(t)
		id := s.subscribe(s.elena, subscriptionBody(hook.server.URL, ownTopic("patient-chart-change"), "full-resource", "", "Condition?patient="+s.rosa))
		s.waitState(s.elena, id, "active")
		plain, private, later, last := newID(), newID(), newID(), newID()
		s.put(condition(private, s.rosa, "F33.1"))
		s.put(condition(plain, s.rosa, "E11.9"))
		s.put(condition(private, s.rosa, "F33.2"))
		s.put(condition(later, s.rosa, "I10"))
		hook.wait(2)
		s.put(condition(later, s.rosa, "F20.0"))
		require.Equal(t, 204, s.do(s.feed, "DELETE", "/fhir/Condition/"+private, "").StatusCode)
		s.put(condition(last, s.rosa, "I10"))
		require.Equal(t, map[int64]string{1: "Condition/" + plain, 2: "Condition/" + later, 3: "Condition/" + last}, hook.wait(3))
		for _, x := range hook.all() {
			require.NotContains(t, x.raw, private)
			require.NotContains(t, x.raw, "F20.0")
		}
		// asked for again, what she does not see now is withheld
		r := s.do(s.elena, "GET", "/fhir/Subscription/"+id+"/$events", "")
		again, err := readTold([]byte(r.body))
		require.NoError(t, err, r.body)
		require.Equal(t, []string{"Condition/" + plain, "", "Condition/" + last}, again.Focus)
		require.NotContains(t, r.body, later)

		require.Equal(t, 404, s.do(s.elena, "POST", "/fhir/Subscription", subscriptionBody(hook.server.URL, ownTopic("patient-chart-change"), "empty", "", "Condition?patient="+s.ben)).StatusCode, "not her chart")
		require.NoError(t, s.db.InTx(context.Background(), func(c *db.Conn) error {
			var grant string
			if err := c.QueryRow(`SELECT id FROM grants WHERE patient_id = ?`, s.rosa).Scan(&grant); err != nil {
				return err
			}
			_, err := s.access.RevokeTx(c, identity.SystemPrincipal("test"), s.rosa, grant)
			return err
		}))
		s.put(condition(newID(), s.rosa, "J45.9"))
		s.waitState(s.elena, id, "off")
		require.Len(t, hook.events(), 3)
	})
}

// An app that is cut off is told nothing more.
func TestASubscriptionEndsWithItsApp(t *testing.T) {
	subscribed(t, func(t *testing.T, s *site, _ *subscription.Service) {
		hook := newReceiver(t)
		id := s.subscribe(s.self, subscriptionBody(hook.server.URL, ownTopic("patient-chart-change"), "empty", ""))
		s.waitState(s.self, id, "active")
		who, err := s.id.Bearer(context.Background(), s.self)
		require.NoError(t, err)
		require.NoError(t, s.id.RevokeFamily(context.Background(), who.Session))
		s.put(observation(newID(), "Patient/"+s.rosa, 1))
		require.Eventually(t, func() bool {
			var status string
			require.NoError(t, s.db.Read(context.Background()).QueryRow(`SELECT status FROM subscriptions WHERE id = ?`, id).Scan(&status))
			return status == "off"
		}, patience, 5*time.Millisecond)
		require.Empty(t, hook.events())
	})
}

func TestAHookThatFails(t *testing.T) {
	subscribed(t, func(t *testing.T, s *site, _ *subscription.Service) {
		hook, healthy := newReceiver(t), newReceiver(t)
		id := s.subscribe(s.feed, subscriptionBody(hook.server.URL, ownTopic("resource-change"), "id-only", "", "Observation?patient="+s.rosa))
		fine := s.subscribe(s.feed, subscriptionBody(healthy.server.URL, ownTopic("resource-change"), "id-only", "", "Observation?patient="+s.rosa))
		s.waitState(s.feed, id, "active")
		s.waitState(s.feed, fine, "active")
		hook.answer(500)
		for range 3 {
			s.put(observation(newID(), "Patient/"+s.rosa, 1))
		}
		healthy.wait(3)
		s.waitState(s.feed, id, "error")
		require.Contains(t, s.do(s.feed, "GET", "/fhir/Subscription/"+id, "").body, "does not take notifications")
		hook.answer(200)
		s.put(observation(newID(), "Patient/"+s.rosa, 1))
		require.Equal(t, healthy.wait(4), hook.wait(4))
		s.waitState(s.feed, id, "active")

		// one that does not answer holds up nobody
		hook.mu.Lock()
		hook.hold = make(chan struct{})
		hook.mu.Unlock()
		defer close(hook.hold)
		for range 2 {
			s.put(observation(newID(), "Patient/"+s.rosa, 1))
		}
		healthy.wait(6)
	})
}

func TestHeartbeat(t *testing.T) {
	subscribed(t, func(t *testing.T, s *site, _ *subscription.Service) {
		hook := newReceiver(t)
		s.subscribe(s.feed, subscriptionBody(hook.server.URL, ownTopic("resource-change"), "empty",
			`,"extension":[{"url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-heartbeat-period","valueUnsignedInt":1}]`))
		hook.waitKind("heartbeat", 2)
	})
}

func TestSubscriptionsThatCannotBe(t *testing.T) {
	subscribed(t, func(t *testing.T, s *site, _ *subscription.Service) {
		good := func(change ...string) string {
			b := subscriptionBody("http://127.0.0.1:9/x", ownTopic("resource-change"), "empty", "", "Observation?patient="+s.rosa)
			return strings.NewReplacer(change...).Replace(b)
		}
		for name, body := range map[string]string{
			"topic": good("resource-change", "unheard-of"), "filter": good("Observation?", "Nothing?"), "parameter": good("?patient=", "?color="),
			"channel": good("rest-hook", "email"), "content": good(`"empty"`, `"all"`), "scheme": good("http://127", "ftp://127"), "unlisted": good("127.0.0.1:9", "hooks.example.org"), "user": good("http://127", "http://a:b@127"),
			"header": good("Authorization: Bearer", "Host: "), "masked": good("Bearer s3cret", "***"), "payload": good("application/fhir+json", "application/fhir+xml"),
			"end": good(`"reason"`, `"end":"2020-01-01T00:00:00Z","reason"`), "off": good("requested", "off"), "chain": good("?patient=", "?subject:Patient.name=x&patient="),
			"two patients": good("?patient=", "?patient="+s.ben+","),
		} {
			token := s.feed
			if name == "two patients" {
				token = s.doctor
			}
			r := s.do(token, "POST", "/fhir/Subscription", body)
			require.Contains(t, []int{400, 422}, r.StatusCode, name+": "+r.body)
		}
		require.Equal(t, 403, s.do(s.scoped("system/Subscription.c"), "POST", "/fhir/Subscription", good()).StatusCode, "no scope to read what it is about")
		require.Equal(t, 403, s.do(s.scoped("system/Observation.rs"), "POST", "/fhir/Subscription", good()).StatusCode)
		for range 20 {
			s.subscribe(s.doctor, good())
		}
		require.Equal(t, 429, s.do(s.doctor, "POST", "/fhir/Subscription", good()).StatusCode)
		cs := s.do("", "GET", "/fhir/metadata", "").body
		require.Contains(t, cs, ownTopic("new-result"))
	})
}

func (s *site) scoped(scopes ...string) string {
	tok, err := s.id.IssueToken(context.Background(), "", "other", scopes, time.Hour)
	require.NoError(s.t, err)
	return tok
}

// A change of a subscription shakes hands anew; a header that comes back masked
// stays; off is the end.
func TestUpdateOfASubscription(t *testing.T) {
	subscribed(t, func(t *testing.T, s *site, _ *subscription.Service) {
		hook := newReceiver(t)
		id := s.subscribe(s.feed, subscriptionBody(hook.server.URL, ownTopic("resource-change"), "id-only", "", "Observation?patient="+s.rosa))
		s.waitState(s.feed, id, "active")
		body := s.do(s.feed, "GET", "/fhir/Subscription/"+id, "").body
		require.Contains(t, body, "Authorization: ***")
		put := s.do(s.feed, "PUT", "/fhir/Subscription/"+id, strings.Replace(body, "Observation?", "Condition?", 1))
		require.Equal(t, 200, put.StatusCode, put.body)
		s.waitState(s.feed, id, "active")
		hook.waitKind("handshake", 2)
		s.put(observation(newID(), "Patient/"+s.rosa, 1))
		c := newID()
		s.put(condition(c, s.rosa, "E11.9"))
		require.Equal(t, "Condition/"+c, hook.wait(1)[1])
		all := hook.all()
		require.Equal(t, "Bearer s3cret", all[len(all)-1].auth)
		require.Equal(t, 412, s.do(s.feed, "PUT", "/fhir/Subscription/"+id, body, "If-Match", `W/"1"`).StatusCode)
		off := s.do(s.feed, "PUT", "/fhir/Subscription/"+id, strings.Replace(body, `"status":"active"`, `"status":"off"`, 1))
		require.Equal(t, 200, off.StatusCode, off.body)
		require.Equal(t, "off", s.stateOf(s.feed, id))
		require.Equal(t, 409, s.do(s.feed, "PUT", "/fhir/Subscription/"+id, body).StatusCode)
	})
}

// Many changes, two nodes of which one stops in the middle of it, and an endpoint
// that does not always take what comes: each event comes, none has two numbers, and
// each chart's changes come in their order.
func TestTwoNodesTellEachEvent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		a := s.subscriptions()
		require.NoError(t, a.Start(context.Background()))
		b := a
		if d.Dialect == db.Postgres {
			b = s.subscriptions()
			require.NoError(t, b.Start(context.Background()))
		}
		s.face(b)
		hook := newReceiver(t)
		id := s.subscribe(s.feed, subscriptionBody(hook.server.URL, ownTopic("resource-change"), "id-only", "", "Observation?status=final"))
		s.waitState(s.feed, id, "active")
		var want []string
		for i := range 40 {
			one := newID()
			s.put(observation(one, "Patient/"+[]string{s.rosa, s.ben}[i%2], i))
			want = append(want, "Observation/"+one)
			switch i {
			case 10:
				hook.answer(503)
			case 15:
				a.Stop()
				if b == a {
					b = s.subscriptions()
					require.NoError(t, b.Start(context.Background()))
				}
			case 20:
				hook.answer(200)
			}
		}
		got := hook.wait(len(want))
		for i, w := range want {
			require.Equal(t, w, got[int64(i+1)])
		}
		byNumber := map[int64]string{}
		for _, x := range hook.all() {
			for i, n := range x.Numbers {
				if byNumber[n] != "" {
					require.Equal(t, byNumber[n], x.Focus[i], "one number, two events")
				}
				byNumber[n] = x.Focus[i]
			}
		}
	})
}

// A socket takes up a subscription by a token that works once.
func TestAWebSocketIsTold(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		subs := s.subscriptions()
		require.NoError(t, subs.Start(context.Background()))
		address := s.face(subs)
		id := s.subscribe(s.self, subscriptionBody("", ownTopic("patient-chart-change"), "id-only", ""))
		token := func() string {
			r := s.do(s.self, "GET", "/fhir/Subscription/"+id+"/$get-ws-binding-token", "")
			require.Equal(t, 200, r.StatusCode, r.body)
			var p struct {
				Parameter []struct{ Name, ValueString, ValueUrl string }
			}
			require.NoError(t, json.Unmarshal([]byte(r.body), &p))
			require.Equal(t, "ws://housecall.test:8080/fhir/$ws", p.Parameter[3].ValueUrl)
			return p.Parameter[0].ValueString
		}
		dial := func(token string) *websocket.Conn {
			conn, res, err := websocket.DefaultDialer.Dial("ws://"+address+"/fhir/$ws", http.Header{"Host": {strings.TrimPrefix(base, "http://")}})
			require.NoError(t, err, "%+v", res)
			t.Cleanup(func() { _ = conn.Close() })
			require.NoError(t, conn.SetReadDeadline(time.Now().Add(patience)))
			require.NoError(t, conn.WriteMessage(websocket.TextMessage, []byte("bind-with-token "+token)))
			return conn
		}
		read := func(conn *websocket.Conn) told {
			_, b, err := conn.ReadMessage()
			require.NoError(t, err)
			x, err := readTold(b)
			require.NoError(t, err)
			return x
		}
		one := token()
		conn := dial(one)
		require.Equal(t, "handshake", read(conn).Kind)
		s.waitState(s.self, id, "active")
		first := newID()
		s.put(observation(first, "Patient/"+s.rosa, 1))
		require.Equal(t, []string{"Observation/" + first}, read(conn).Focus)
		_, _, err := dial(one).ReadMessage()
		require.True(t, websocket.IsCloseError(err, websocket.ClosePolicyViolation), "%v", err)

		// what comes while nobody listens waits for the next socket
		require.NoError(t, conn.Close())
		again := dial(token())
		require.Equal(t, "handshake", read(again).Kind)
		second := newID()
		s.put(observation(second, "Patient/"+s.rosa, 2))
		for {
			x := read(again)
			if slices.Contains(x.Focus, "Observation/"+second) {
				require.Contains(t, x.Numbers, int64(2))
				break
			}
		}
		// the person signs out of the app
		who, err := s.id.Bearer(context.Background(), s.self)
		require.NoError(t, err)
		require.NoError(t, s.id.RevokeFamily(context.Background(), who.Session))
		_, _, err = again.ReadMessage()
		require.True(t, websocket.IsCloseError(err, websocket.ClosePolicyViolation), "%v", err)
	})
}

// A result that is held back from the patient is told when it is released.
func TestAHeldResultIsToldLater(t *testing.T) {
	subscribed(t, func(t *testing.T, s *site, _ *subscription.Service) {
		hook := newReceiver(t)
		id := s.subscribe(s.self, subscriptionBody(hook.server.URL, ownTopic("patient-chart-change"), "id-only", "", "Observation?patient="+s.rosa))
		s.waitState(s.self, id, "active")
		held, plain := newID(), newID()
		s.hold(observation(held, "Patient/"+s.rosa, 1), time.Now().Add(1500*time.Millisecond))
		s.put(observation(plain, "Patient/"+s.rosa, 2))
		require.Equal(t, "Observation/"+plain, hook.wait(1)[1])
		require.Equal(t, "Observation/"+held, hook.wait(2)[2])
	})
}

func (s *site) hold(body string, until time.Time) {
	s.t.Helper()
	n, err := fhir.Parse([]byte(body))
	require.NoError(s.t, err)
	_, err = s.store.Write(context.Background(), identity.SystemPrincipal("feed"), records.Batch{Ops: []records.Op{{Kind: records.Put, Node: n, ReleaseAt: until}}})
	require.NoError(s.t, err)
}

// A node ends between the commit and the delivery, or while it delivers: the next
// one goes on, with the same number.
func TestANodeEndsWhileItTells(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		a := s.subscriptions()
		require.NoError(t, a.Start(context.Background()))
		s.face(a)
		hook := newReceiver(t)
		id := s.subscribe(s.feed, subscriptionBody(hook.server.URL, ownTopic("resource-change"), "id-only", "", "Observation?patient="+s.rosa))
		s.waitState(s.feed, id, "active")
		hook.mu.Lock()
		hook.hold = make(chan struct{})
		hook.mu.Unlock()
		one, two := newID(), newID()
		s.put(observation(one, "Patient/"+s.rosa, 1))
		hook.wait(1) // it was sent, and the answer does not come
		a.Stop()
		close(hook.hold)
		s.put(observation(two, "Patient/"+s.rosa, 2)) // nobody is there to tell it
		require.NoError(t, s.subscriptions().Start(context.Background()))
		require.Equal(t, map[int64]string{1: "Observation/" + one, 2: "Observation/" + two}, hook.wait(2))
		times := 0
		for _, x := range hook.all() {
			for _, n := range x.Numbers {
				if n == 1 {
					times++
				}
			}
		}
		require.Equal(t, 2, times, "what nobody said was taken comes again")
	})
}
