package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/identity/provider"
	"housecall/internal/revoke"
	"housecall/records"
	"housecall/records/access"
	"housecall/telehealth"
	"housecall/telehealth/message"
	"housecall/telehealth/schedule"
)

// takings are the ways in which access ends: whose, what of theirs is over, and how
// it is taken back. An app's own ways leave the person's pages open.
var takings = []struct {
	name, whose string
	over        string // what ends: everything or app
	take        func(h *cutHouse, x *held)
}{
	{"a grant is stopped", "caregiver", "everything", func(h *cutHouse, x *held) {
		h.in(func(c *db.Conn) error {
			_, err := h.here.Access.RevokeTx(c, matrixFeed, h.ida, x.grant)
			return err
		})
	}},
	{"a court keeps them out", "caregiver", "everything", func(h *cutHouse, x *held) {
		h.in(func(c *db.Conn) error {
			_, err := h.here.Access.BlockTx(c, h.admin, access.BlockInput{Patient: h.ida, Account: x.who.Account, Name: "Somebody", Reason: "A court said so.", Evidence: "District court 12/26"})
			return err
		})
	}},
	{"an account is disabled", "caregiver", "everything", func(h *cutHouse, x *held) {
		require.NoError(h.t, h.here.Identity.Disable(context.Background(), x.who.Account))
	}},
	{"somebody is signed out everywhere", "caregiver", "everything", func(h *cutHouse, x *held) {
		require.NoError(h.t, h.here.Identity.EndAll(context.Background(), x.who.Account, ""))
	}},
	{"an app is cut off", "caregiver", "app", func(h *cutHouse, x *held) {
		require.NoError(h.t, h.here.Identity.CutOff(context.Background(), x.who, x.family))
	}},
	{"an app is switched off", "doctor", "app", func(h *cutHouse, x *held) {
		_, err := h.here.Provider.EnableApp(context.Background(), h.admin, x.client, false)
		require.NoError(h.t, err)
	}},
	{"somebody leaves the care team", "doctor", "everything", func(h *cutHouse, x *held) {
		h.in(func(c *db.Conn) error { return h.here.Access.LeaveTeamTx(c, matrixFeed, x.who.Account, h.ida) })
	}},
	{"a role is taken away", "doctor", "everything", func(h *cutHouse, x *held) {
		require.NoError(h.t, h.here.Identity.SetRoles(context.Background(), x.who.Account, []identity.Role{identity.Nurse}))
	}},
	{"an emergency is over", "emergency", "everything", func(h *cutHouse, x *held) {
		h.in(func(c *db.Conn) error { return h.here.Access.EndGlassTx(c, x.who, h.ida) })
	}},
	{"a link to a visit is taken back", "link", "everything", func(h *cutHouse, _ *held) {
		require.NoError(h.t, h.here.Visits.DropLink(context.Background(), h.host, h.ida, h.visit))
	}},
	{"a new link to a visit is made", "link", "everything", func(h *cutHouse, _ *held) { h.link() }},
	{"a link to a visit is opened in another browser", "link", "everything", func(h *cutHouse, x *held) {
		_, err := h.here.Visits.EnterByLink(context.Background(), x.token, "1950-02-03", identity.Principal{})
		require.NoError(h.t, err)
	}},
	{"who came by a link is turned away from the visit", "link", "seat", func(h *cutHouse, x *held) {
		_, err := h.here.Visits.Refuse(context.Background(), h.host, h.ida, h.visit, x.seat)
		require.NoError(h.t, err)
	}},
	{"a guest's invitation is taken back", "guest", "everything", func(h *cutHouse, x *held) {
		require.NoError(h.t, h.here.Visits.DropGuestLink(context.Background(), h.self, h.ida, h.visit, x.guest))
	}},
	{"a guest's link is opened in another browser", "guest", "everything", func(h *cutHouse, x *held) {
		_, err := h.here.Visits.EnterAsGuest(context.Background(), x.token, "", "", identity.Principal{})
		require.NoError(h.t, err)
	}},
	{"a guest is removed from a visit", "guest", "seat", func(h *cutHouse, x *held) {
		_, err := h.here.Visits.Remove(context.Background(), h.host, h.ida, h.visit, x.seat)
		require.NoError(h.t, err)
	}},
	{"somebody is turned away from a visit", "caregiver", "seat", func(h *cutHouse, x *held) {
		_, err := h.here.Visits.Refuse(context.Background(), h.host, h.ida, h.visit, x.seat)
		require.NoError(h.t, err)
	}},
}

// cutHouse are two nodes and Ida's chart.
type cutHouse struct {
	t           *testing.T
	here, there *App
	ida, visit  string
	file        string
	admin, host identity.Principal
	self        identity.Principal
}

// held is what somebody has open.
type held struct {
	who            identity.Principal
	cookie, phone  string
	grant, seat    string
	guest          string // invitation to the visit
	client, family string
	token, refresh string
	open           []*opened
	hooked         atomic.Int64
	cutShort       func() bool // what a download came to
}

// opened is one way by which something of the chart comes to somebody.
type opened struct {
	name, part string        // part: app, seat or page
	over       func() bool   // asked again and again
	ended      chan struct{} // or closed when it is over
	told       atomic.Int64  // what came by it
	took       time.Duration
}

const cutSecret = "0123456789abcdef0123456789abcdef"

func (h *cutHouse) in(f func(c *db.Conn) error) {
	h.t.Helper()
	require.NoError(h.t, h.here.DB.InTx(context.Background(), f))
}

func at(a *App) string { return "http://" + a.Config.Addr }

func newCutHouse(t *testing.T, one, two Config) *cutHouse {
	ctx := context.Background()
	_, port, _ := strings.Cut(one.Addr, ":")
	one.BaseURL = "http://localhost:" + port // one address, behind which there are two nodes
	two.BaseURL = one.BaseURL
	h := &cutHouse{t: t, here: start(t, one), there: start(t, two), ida: uuid.NewString()}
	put := func(body string) {
		t.Helper()
		h.write(body)
	}
	put(fmt.Sprintf(`{"resourceType":"Patient","id":"%s","name":[{"family":"Moss","given":["Ida"]}],"gender":"female","birthDate":"1950-02-03"}`, h.ida))
	h.self, _ = h.account(identity.NewAccount{Email: "ida@example.org", Name: "Ida Moss", Kind: identity.Person, Patient: h.ida})
	h.admin, _ = h.account(identity.NewAccount{Email: "office@example.org", Name: "Office", Kind: identity.Staff, Roles: []identity.Role{identity.Admin, identity.Privacy}})
	h.host, _ = h.account(identity.NewAccount{Email: "hale@example.org", Name: "Dr. Hale", Kind: identity.Staff, Roles: []identity.Role{identity.Clinician}, Practitioner: uuid.NewString()})
	h.in(func(c *db.Conn) error {
		return h.here.Access.JoinTeamTx(c, matrixFeed, h.host.Account, h.ida, identity.Clinician, time.Time{})
	})
	// A file that no line between two programs holds as a whole.
	h.file = uuid.NewString()
	_, err := h.there.Records.SaveBinary(ctx, h.self, h.ida, records.BinaryIn{ID: h.file, Title: "diary.txt", ContentType: "text/plain", Content: bytes.Repeat([]byte("I slept well. "), records.MaxBinary/14)})
	require.NoError(t, err)
	_, err = h.there.Messages.Send(ctx, h.self, h.ida, message.In{ID: uuid.NewString(), Topic: "question", Subject: "Diary", Text: "Here it is.", Attachments: []string{h.file}})
	require.NoError(t, err)
	// A visit, which has begun.
	from := time.Now().Add(5 * time.Minute).Truncate(time.Minute)
	_, err = h.here.Schedule.Offer(ctx, matrixFeed, schedule.Offered{Account: h.host.Account, Specialty: "Family Medicine", Modes: []schedule.Mode{schedule.Video}, Starts: []time.Time{from}, Length: 20 * time.Minute})
	require.NoError(t, err)
	var slot string
	require.NoError(t, h.here.DB.Read(ctx).QueryRow(`SELECT id FROM slots WHERE account = ?`, h.host.Account).Scan(&slot))
	booked, err := h.here.Schedule.Book(ctx, h.self, h.ida, schedule.In{ID: uuid.NewString(), Slot: slot, Mode: schedule.Video})
	require.NoError(t, err)
	h.visit = booked.ID
	_, err = h.here.Visits.Start(ctx, h.host, h.ida, h.visit)
	require.NoError(t, err)
	return h
}

func (h *cutHouse) write(body string) { (&house{t: h.t, app: h.here}).put(body) }

func (h *cutHouse) account(n identity.NewAccount) (identity.Principal, string) {
	h.t.Helper()
	ctx := context.Background()
	a, err := h.here.Identity.CreateAccount(ctx, n)
	require.NoError(h.t, err)
	_, cookie, err := h.here.Identity.StartSession(ctx, identity.NewSession{Account: a.ID, Proof: identity.SecondFactor, Address: "127.0.0.1"})
	require.NoError(h.t, err)
	live, err := h.here.Identity.Session(ctx, cookie, false)
	require.NoError(h.t, err)
	return live.Principal, cookie
}

// somebody comes to Ida's chart and opens all that can be opened, on both nodes.
func (h *cutHouse) somebody(whose string) *held {
	h.t.Helper()
	ctx := context.Background()
	x := &held{}
	switch whose {
	case "link":
		h.byLink(x)
		return x
	case "guest":
		h.asGuest(x)
		return x
	}
	n := identity.NewAccount{Email: uuid.NewString() + "@example.org", Name: "Some Body", Kind: identity.Person}
	if whose != "caregiver" {
		n.Kind, n.Roles, n.Practitioner = identity.Staff, []identity.Role{identity.Clinician}, uuid.NewString()
	}
	x.who, x.cookie = h.account(n)
	h.in(func(c *db.Conn) error {
		switch whose {
		case "caregiver":
			g, err := h.here.Access.GrantTx(c, matrixFeed, access.GrantInput{Patient: h.ida, Account: x.who.Account, Name: "Some Body", Relation: "child", Basis: access.Consent, Sensitive: true,
				See: access.Everything, Can: access.AllPowers, End: time.Now().Add(24 * time.Hour)})
			x.grant = g.ID
			return err
		case "doctor":
			return h.here.Access.JoinTeamTx(c, matrixFeed, x.who.Account, h.ida, identity.Clinician, time.Time{})
		}
		_, err := h.here.Access.BreakGlassTx(c, x.who, h.ida, "Found unconscious at home, no papers.")
		return err
	})
	x.phone, _, _ = h.grant(x.who, identity.PhoneClient, identity.Family{Scopes: []string{"patient/*.cruds", "user/*.cruds", "housecall/sensitive"}})
	if whose != "emergency" {
		x.client = "app-" + uuid.NewString()[:8]
		require.NoError(h.t, h.here.Provider.RegisterClient(ctx, provider.Client{ID: x.client, Name: "Growth Chart", Secret: cutSecret, Offline: true,
			Redirects: []string{"https://growth.example/cb"}, Scopes: []string{"launch/patient", "patient/*.cruds"}}))
		x.token, x.refresh, x.family = h.grant(x.who, x.client, identity.Family{Offline: true, Scopes: []string{"launch/patient", "offline_access", "patient/*.cruds"}, Context: identity.Context{Patient: h.ida}})
		h.hook(x)
	}
	for _, a := range []*App{h.here, h.there} {
		h.pages(x, a)
		if x.token != "" {
			h.appAt(x, a)
		}
	}
	h.download(x, h.there)
	if whose == "caregiver" {
		h.sit(x)
	}
	return x
}

func (h *cutHouse) grant(who identity.Principal, client string, f identity.Family) (token, refresh, family string) {
	h.t.Helper()
	f.Account, f.Client, f.Proof, f.ProvedAt = who.Account, client, identity.SecondFactor, time.Now()
	h.in(func(c *db.Conn) error {
		made, t, err := h.here.Identity.GrantTx(c, f)
		token, refresh, family = t.Access, t.Refresh, made.ID
		return err
	})
	return token, refresh, family
}

func (x *held) add(o *opened) *opened {
	x.open = append(x.open, o)
	return o
}

// send asks a node for something; status 0: there was no answer.
func (h *cutHouse) send(a *App, method, path, body string, head ...string) (int, string) {
	r, err := http.NewRequest(method, at(a)+path, strings.NewReader(body))
	if err != nil {
		return 0, err.Error()
	}
	r.Host = h.here.Config.base.Host
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	res, err := client.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(b)
}

func refused(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotFound
}

// dial opens a socket with the cookie of somebody's page; without one it is an app's.
func (h *cutHouse) dial(a *App, path, cookie string) *websocket.Conn {
	h.t.Helper()
	head := http.Header{"Origin": {h.here.URL()}, "Host": {h.here.Config.base.Host}}
	if cookie != "" {
		name := h.here.Identity.CookieName()
		if strings.HasPrefix(path, "/api/join/") {
			name = h.here.Identity.PageCookieName()
		}
		head.Set("Cookie", name+"="+cookie)
	}
	conn, res, err := websocket.DefaultDialer.Dial("ws://"+a.Config.Addr+path, head)
	require.NoError(h.t, err, "%s %v", path, res)
	h.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// pages are what somebody has open in a browser and on a phone.
func (h *cutHouse) pages(x *held, a *App) {
	h.t.Helper()
	node := " at " + a.Config.Addr
	bearer := []string{"Authorization", "Bearer " + x.phone}
	read := func(name, method, path, body string, head ...string) {
		h.t.Helper()
		ask := func() (int, string) { return h.send(a, method, path, body, head...) }
		status, text := ask()
		require.Equal(h.t, http.StatusOK, status, "%s: %s", name, text)
		require.NotContains(h.t, text, `"gone":true`)
		x.add(&opened{name: name + node, part: "page", over: func() bool {
			status, text := ask()
			return refused(status) || strings.Contains(text, `"gone":true`)
		}})
	}
	read("page", http.MethodGet, "/api/v1/charts/"+h.ida, "", "Cookie", h.here.Identity.CookieName()+"="+x.cookie)
	read("phone", http.MethodPost, "/mobile/v1/pull", fmt.Sprintf(`{"cursors":{%q:""}}`, h.ida), bearer...)
	read("token", http.MethodGet, "/fhir/Patient/"+h.ida, "", bearer...)

	chart := x.add(&opened{name: "live chart" + node, part: "page", ended: make(chan struct{})})
	topic := x.add(&opened{name: "live topic" + node, part: "page", ended: make(chan struct{})})
	name := "messages/" + h.ida
	conn, ready := h.dial(a, "/live", x.cookie), make(chan struct{}, 2)
	require.NoError(h.t, conn.WriteJSON(map[string]any{"watch": []string{h.ida}, "etags": map[string]string{h.ida: `"old"`}, "topics": []string{name}}))
	go func() {
		gone := map[*opened]bool{}
		end := func(o *opened) {
			if !gone[o] {
				gone[o] = true
				close(o.ended)
			}
		}
		defer end(chart)
		defer end(topic)
		for {
			var m struct {
				Chart, Topic string
				Gone         any
			}
			if conn.ReadJSON(&m) != nil {
				return
			}
			switch {
			case m.Gone == h.ida:
				end(chart)
			case m.Gone == true && m.Topic == name:
				end(topic)
			case m.Topic == name, m.Chart == h.ida:
				o := map[bool]*opened{true: chart, false: topic}[m.Chart != ""]
				if o.told.Add(1) == 1 {
					ready <- struct{}{}
				}
			}
		}
	}()
	for range 2 {
		h.waits(ready, "a page follows"+node)
	}
}

func (h *cutHouse) waits(c <-chan struct{}, what string) {
	h.t.Helper()
	select {
	case <-c:
	case <-time.After(20 * time.Second):
		h.t.Fatal(what)
	}
}

// appAt are what an app has open at a node.
func (h *cutHouse) appAt(x *held, a *App) {
	h.t.Helper()
	node, bearer := " at "+a.Config.Addr, "Bearer "+x.token
	status, text := h.send(a, "GET", "/fhir/Patient/"+h.ida, "", "Authorization", bearer)
	require.Equal(h.t, 200, status, text)
	x.add(&opened{name: "app" + node, part: "app", over: func() bool {
		status, _ := h.send(a, "GET", "/fhir/Patient/"+h.ida, "", "Authorization", bearer)
		return refused(status)
	}})
	active := func() bool {
		_, text := h.form(a, "introspect", x.client, url.Values{"token": {x.token}})
		return strings.Contains(text, `"active":true`)
	}
	require.True(h.t, active())
	x.add(&opened{name: "introspection" + node, part: "app", over: func() bool { return !active() }})

	id := h.subscribe(x, `"type":"websocket"`)
	var p struct {
		Parameter []struct{ ValueString string }
	}
	status, text = h.send(a, "GET", "/fhir/Subscription/"+id+"/$get-ws-binding-token", "", "Authorization", bearer)
	require.Equal(h.t, 200, status, text)
	require.NoError(h.t, json.Unmarshal([]byte(text), &p))
	conn := h.dial(a, "/fhir/$ws", "")
	require.NoError(h.t, conn.WriteMessage(websocket.TextMessage, []byte("bind-with-token "+p.Parameter[0].ValueString)))
	o, ready := x.add(&opened{name: "subscription" + node, part: "app", ended: make(chan struct{})}), make(chan struct{}, 1)
	go func() {
		defer close(o.ended)
		for {
			if _, _, err := conn.ReadMessage(); err != nil {
				return
			}
			if o.told.Add(1) == 1 {
				ready <- struct{}{}
			}
		}
	}()
	h.waits(ready, "no handshake"+node)
}

func (h *cutHouse) form(a *App, path, client string, in url.Values) (int, string) {
	r, err := http.NewRequest("POST", at(a)+"/oidc/"+path, strings.NewReader(in.Encode()))
	if err != nil {
		return 0, err.Error()
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Host = h.here.Config.base.Host
	r.SetBasicAuth(client, cutSecret)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(b)
}

func (h *cutHouse) subscribe(x *held, channel string) string {
	h.t.Helper()
	status, text := h.send(h.here, "POST", "/fhir/Subscription", fmt.Sprintf(`{"resourceType":"Subscription","status":"requested","reason":"test","criteria":%q,"_criteria":{"extension":[{"url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-filter-criteria","valueString":"Observation?patient=%s"}]},
		"channel":{%s,"payload":"application/fhir+json","_payload":{"extension":[{"url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-payload-content","valueCode":"full-resource"}]}}}`,
		h.here.URL()+"/fhir/SubscriptionTopic/resource-change", h.ida, channel), "Authorization", "Bearer "+x.token, "Content-Type", "application/fhir+json")
	require.Equal(h.t, 201, status, text)
	var made struct{ ID string }
	require.NoError(h.t, json.Unmarshal([]byte(text), &made))
	return made.ID
}

// hook is told by calls; what it is told stands in hooked.
func (h *cutHouse) hook(x *held) {
	h.t.Helper()
	ready := make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if x.hooked.Add(1) == 1 {
			ready <- struct{}{}
		}
	}))
	h.t.Cleanup(server.Close)
	id := h.subscribe(x, fmt.Sprintf(`"type":"rest-hook","endpoint":%q`, server.URL))
	h.waits(ready, "the hook is not called")
	var status string
	x.add(&opened{name: "hook", part: "app", over: func() bool {
		_ = h.here.DB.Read(context.Background()).QueryRow(`SELECT status FROM subscriptions WHERE id = ?`, id).Scan(&status)
		return status == "off"
	}})
}

// download begins to read a file, and reads on when everything else is over.
func (h *cutHouse) download(x *held, a *App) {
	h.t.Helper()
	r, err := http.NewRequest("GET", at(a)+"/api/v1/charts/"+h.ida+"/binaries/"+h.file, nil)
	require.NoError(h.t, err)
	r.Host = h.here.Config.base.Host
	r.Header.Set("Cookie", h.here.Identity.CookieName()+"="+x.cookie)
	res, err := http.DefaultClient.Do(r)
	require.NoError(h.t, err)
	h.t.Cleanup(func() { _ = res.Body.Close() })
	require.Equal(h.t, 200, res.StatusCode)
	_, err = io.CopyN(io.Discard, res.Body, 1000)
	require.NoError(h.t, err)
	due := time.After(300 * time.Millisecond) // a download asks four times a second whether it may go on
	x.cutShort = func() bool {                // what is on the line already comes; the rest does not
		<-due
		_, err := io.Copy(io.Discard, res.Body)
		return err != nil
	}
}

// sit takes a seat in the visit, at the other node.
func (h *cutHouse) sit(x *held) {
	h.t.Helper()
	ctx := context.Background()
	_, err := h.here.Visits.Consent(ctx, x.who, h.ida, h.visit, telehealth.ConsentVersion)
	require.NoError(h.t, err)
	_, err = h.here.Visits.SayPlace(ctx, x.who, h.ida, h.visit, telehealth.Whereabouts{Country: "US", Address: "At home", Phone: "+1 555 0100"})
	if !fault.Is(err, fault.Forbidden) { // a guest of the visit does not speak for her
		require.NoError(h.t, err)
	}
	v, err := h.here.Visits.Wait(ctx, x.who, h.ida, h.visit)
	require.NoError(h.t, err)
	x.seat = v.Me.Seat
	_, err = h.here.Visits.Admit(ctx, h.host, h.ida, h.visit, x.seat)
	require.NoError(h.t, err)
	path := "/visits/" + h.visit + "/signal"
	if x.who.Kind == identity.Visitor {
		path = "/api/join/signal"
	}
	conn := h.dial(h.there, path, x.cookie)
	o := x.add(&opened{name: "seat", part: "seat", ended: make(chan struct{})})
	go func() {
		defer close(o.ended)
		for {
			if _, _, err := conn.ReadMessage(); err != nil {
				return
			}
		}
	}()
}

// link gives the secret of a new link to the visit.
func (h *cutHouse) link() string {
	h.t.Helper()
	_, url, err := h.here.Visits.MakeLink(context.Background(), h.host, h.ida, h.visit)
	require.NoError(h.t, err)
	_, token, _ := strings.Cut(url, "#")
	return token
}

// byLink is Ida in a browser without an account: she opens her link at one node and
// sits in the visit at the other.
func (h *cutHouse) byLink(x *held) {
	h.t.Helper()
	ctx := context.Background()
	x.token = h.link()
	var err error
	x.cookie, err = h.here.Visits.EnterByLink(ctx, x.token, "1950-02-03", identity.Principal{})
	require.NoError(h.t, err)
	h.holds(x)
}

// asGuest is somebody without an account whom Ida invited.
func (h *cutHouse) asGuest(x *held) {
	h.t.Helper()
	ctx := context.Background()
	made, url, err := h.here.Visits.InviteByLink(ctx, h.self, h.ida, h.visit, telehealth.GuestIn{Name: "Carmen Ruiz", Role: "interpreter"})
	require.NoError(h.t, err)
	x.guest = made.ID
	_, x.token, _ = strings.Cut(url, "#")
	x.cookie, err = h.here.Visits.EnterAsGuest(ctx, x.token, "", "", identity.Principal{})
	require.NoError(h.t, err)
	h.holds(x)
}

// holds opens what the holder of a link has, on both nodes, and takes the seat.
func (h *cutHouse) holds(x *held) {
	h.t.Helper()
	var err error
	x.who, err = h.here.Identity.PageOf(context.Background(), x.cookie)
	require.NoError(h.t, err)
	for _, a := range []*App{h.here, h.there} {
		ask := func() int {
			status, _ := h.send(a, "GET", "/api/join/visit", "", "Cookie", h.here.Identity.PageCookieName()+"="+x.cookie)
			return status
		}
		require.Equal(h.t, 200, ask())
		x.add(&opened{name: "link at " + a.Config.Addr, part: "page", over: func() bool { return refused(ask()) }})
	}
	h.sit(x)
}

// When a visit is over, whoever came by a link is out at the other node as well, and
// is told that it is over, and no more.
func TestAVisitThatIsOverEndsForWhoCameByALink(t *testing.T) {
	one, two, cut := twoNodesWithBus(t)
	h := newCutHouse(t, one, two)
	x := h.somebody("link")
	cut()
	_, err := h.here.Visits.End(context.Background(), h.host, h.ida, h.visit)
	require.NoError(t, err)
	seat := x.open[len(x.open)-1]
	require.Equal(t, "seat", seat.name)
	h.waits(seat.ended, "the seat is still open")
	name := h.here.Identity.PageCookieName() + "=" + x.cookie
	status, text := h.send(h.there, "GET", "/api/join/visit", "", "Cookie", name)
	require.Equal(t, 200, status)
	require.Contains(t, text, `"state":"ended"`)
	require.NotContains(t, text, h.ida)
	csrf := h.here.Identity.CSRF(x.who.Session)
	for _, path := range []string{"/api/join/wait", "/api/join/consent"} {
		status, text := h.send(h.there, "POST", path, `{"version":"`+telehealth.ConsentVersion+`"}`, "Cookie", name, "X-CSRF-Token", csrf, "Origin", h.here.URL())
		require.Equal(t, 409, status, "%s: %s", path, text)
	}
	status, text = h.send(h.there, "GET", "/api/join/chat", "", "Cookie", name)
	require.Equal(t, 409, status, text)
}

// leave lets somebody's place in the visit be another's.
func (h *cutHouse) leave(x *held) {
	if x.seat != "" {
		_, _ = h.here.Visits.Refuse(context.Background(), h.host, h.ida, h.visit, x.seat)
	}
}

// Whatever is taken back ends on both nodes whatever was open by it, also when the
// bus is cut. The bound on the time is how often the revocations are read; a test
// under load asserts only that it ends, and that nothing comes afterwards.
func TestWhatIsTakenBackEndsEverywhere(t *testing.T) {
	require.LessOrEqual(t, revoke.Every, 300*time.Millisecond, "what is taken back is heard well within a second")
	one, two, cut := twoNodesWithBus(t)
	h := newCutHouse(t, one, two)
	for _, bus := range []string{"with the bus", "without the bus"} {
		if bus == "without the bus" {
			cut()
			require.Eventually(t, func() bool { return h.here.Hub.Health() != nil && h.there.Hub.Health() != nil }, 20*time.Second, 10*time.Millisecond)
		}
		t.Run(bus, func(t *testing.T) { h.t = t; h.takeBack(t) })
	}
}

func (h *cutHouse) takeBack(t *testing.T) {
	slowest, over, hooks := map[string]time.Duration{}, map[*opened]string{}, map[*held]string{}
	for _, w := range takings {
		x := h.somebody(w.whose)
		ends := func(o *opened) bool { return w.over == "everything" || o.part == w.over }
		began := time.Now()
		w.take(h, x)
		began = began.Add(time.Since(began)) // from the commit on
		var all sync.WaitGroup
		for _, o := range x.open {
			if ends(o) {
				all.Go(func() { o.wait(began) })
			}
		}
		all.Wait()
		for _, o := range x.open {
			if ends(o) {
				require.NotZero(t, o.took, "%s: %s is still open", w.name, o.name)
				channel, _, _ := strings.Cut(o.name, " at ")
				slowest[channel] = max(slowest[channel], o.took)
			} else if o.over != nil {
				require.False(t, o.over(), "%s: %s is over as well", w.name, o.name)
			}
		}
		if x.refresh != "" && w.over != "seat" {
			status, text := h.form(h.there, "token", x.client, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {x.refresh}})
			require.Contains(t, []int{400, 401}, status, "%s: %s", w.name, text)
		}
		if w.over == "everything" && x.cutShort != nil {
			require.True(t, x.cutShort(), "%s: the whole file came", w.name)
		}
		h.leave(x)
		for _, o := range x.open {
			if ends(o) {
				over[o] = w.name
			}
		}
		if w.over != "seat" && x.refresh != "" {
			hooks[x] = w.name
		}
	}
	h.silent(t, over, hooks)
	t.Log(slowest)
}

func (o *opened) wait(began time.Time) {
	deadline := time.After(20 * time.Second)
	for {
		if o.over != nil && o.over() {
			break
		}
		select {
		case <-o.ended:
		case <-deadline:
			return
		case <-time.After(20 * time.Millisecond):
			continue
		}
		break
	}
	o.took = max(time.Since(began), 1)
}

// silent writes something of which Ida is told on both nodes, and holds that
// nothing of it came by what was over, each by the name of what was taken back.
func (h *cutHouse) silent(t *testing.T, over map[*opened]string, hooks map[*held]string) {
	t.Helper()
	before, hooked := map[*opened]int64{}, map[*held]int64{}
	for o := range over {
		before[o] = o.told.Load()
	}
	for x := range hooks {
		hooked[x] = x.hooked.Load()
	}
	ida := &held{who: h.self}
	var err error
	_, ida.cookie, err = h.here.Identity.StartSession(context.Background(), identity.NewSession{Account: h.self.Account, Proof: identity.SecondFactor, Address: "127.0.0.1"})
	require.NoError(t, err)
	ida.phone, _, _ = h.grant(h.self, identity.PhoneClient, identity.Family{Scopes: []string{"patient/*.cruds"}})
	h.pages(ida, h.here)
	h.pages(ida, h.there)
	h.write(fmt.Sprintf(`{"resourceType":"Observation","id":"%s","status":"final","code":{"text":"Weight"},"subject":{"reference":"Patient/%s"},"effectiveDateTime":"2026-11-20","valueString":"60 kg"}`, uuid.NewString(), h.ida))
	for _, o := range ida.open {
		if strings.HasPrefix(o.name, "live chart") {
			require.Eventually(t, func() bool { return o.told.Load() > 1 }, 20*time.Second, 5*time.Millisecond, "Ida is not told")
		}
	}
	for o, name := range over {
		require.Equal(t, before[o], o.told.Load(), "%s: something came by %s", name, o.name)
	}
	for x, name := range hooks {
		require.Equal(t, hooked[x], x.hooked.Load(), "%s: the hook was called", name)
	}
}
