package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
	"housecall/telehealth"
	"housecall/telehealth/message"
	"housecall/telehealth/pool"
	"housecall/telehealth/request"
	"housecall/telehealth/schedule"
)

// house is a running node with Rosa's chart in it: of every kind something that
// can be found again by its mark, "zq<category>-<mark>".
type house struct {
	t         *testing.T
	app       *App
	rosa      string
	things    map[string]string   // type: id of something plain
	resources map[string][]string // type: ids
	marks     map[string][]string // category: marks
}

var matrixFeed = identity.SystemPrincipal("matrix feed")

// kinds of labels, by their codings in meta.security.
var kindCodes = map[string]string{"kindmh": "MH", "kindsud": "SUD", "kindsex": "SEX", "kindhiv": "HIV", "kindgdis": "GDIS"}

func newHouse(t *testing.T, cfg Config, m matrix) *house {
	h := &house{t: t, app: start(t, cfg), rosa: uuid.NewString(), things: map[string]string{}, resources: map[string][]string{}, marks: map[string][]string{}}
	h.patient(h.rosa, "Zqpatient-plain")
	h.marks["patient"], h.marks["visit"] = []string{"plain"}, []string{"plain"}
	h.chart()
	h.people(m)
	return h
}

func (h *house) patient(id, family string) {
	h.put(fmt.Sprintf(`{"resourceType":"Patient","id":"%s","name":[{"family":"%s","given":["Rosa"]}],"gender":"female","birthDate":"1952-03-02"}`, id, family))
}

// put writes as a feed does.
func (h *house) put(body string) *fhir.Node {
	h.t.Helper()
	n, err := fhir.Parse([]byte(body))
	require.NoError(h.t, err, body)
	_, err = h.app.Records.Write(context.Background(), matrixFeed, records.Batch{Ops: []records.Op{{Kind: records.Put, Node: n}}, Source: "urn:housecall:test"})
	require.NoError(h.t, err, body)
	return n
}

// write puts a resource with the mark into Rosa's chart.
func (h *house) write(x template, mark string) *fhir.Node {
	h.t.Helper()
	text, meta := "zq"+x.category+"-"+mark, ""
	if code := kindCodes[mark]; code != "" {
		meta = `,"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"` + code + `"}]}`
	}
	return h.put(strings.NewReplacer("%[1]s", uuid.NewString(), "%[2]s", h.rosa, "%[3]s", text, "%[4]s", meta,
		"%[5]s", base64.StdEncoding.EncodeToString([]byte("This says "+text+"."))).Replace(x.body))
}

// keep writes one that the walks look for.
func (h *house) keep(x template, mark string) string {
	h.t.Helper()
	n := h.write(x, mark)
	typ, id := n.ResourceType(), n.Get("id").Str()
	if mark == "plain" {
		h.things[typ] = id
	}
	if mark == "plain" || mark == "held" || mark == "kindmh" { // the other kinds are found in lists
		h.resources[typ] = append(h.resources[typ], id)
	}
	if !slices.Contains(h.marks[x.category], mark) {
		h.marks[x.category] = append(h.marks[x.category], mark)
	}
	return id
}

type template struct{ category, body string }

// templates are resources of each category; %[1]s is the id, %[2]s Rosa's chart,
// %[3]s the mark, %[4]s what stands in meta, %[5]s content that says the mark.
var templates = []template{
	{"conditions", `{"resourceType":"Condition","id":"%[1]s"%[4]s,"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-category","code":"problem-list-item"}]}],"code":{"text":"%[3]s"},"subject":{"reference":"Patient/%[2]s"},"onsetDateTime":"2019-05-01","recordedDate":"2019-05-01"}`},
	{"allergies", `{"resourceType":"AllergyIntolerance","id":"%[1]s"%[4]s,"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]},"code":{"text":"%[3]s"},"patient":{"reference":"Patient/%[2]s"}}`},
	{"medicines", `{"resourceType":"MedicationRequest","id":"%[1]s"%[4]s,"status":"active","intent":"order","medicationCodeableConcept":{"text":"%[3]s"},"subject":{"reference":"Patient/%[2]s"},"authoredOn":"2026-10-01"}`},
	{"immunizations", `{"resourceType":"Immunization","id":"%[1]s"%[4]s,"status":"completed","vaccineCode":{"text":"%[3]s"},"patient":{"reference":"Patient/%[2]s"},"occurrenceDateTime":"2024-10-01"}`},
	{"results", `{"resourceType":"Observation","id":"%[1]s"%[4]s,"status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"2823-3"}],"text":"%[3]s"},"subject":{"reference":"Patient/%[2]s"},"effectiveDateTime":"2026-11-20T08:00:00Z","valueQuantity":{"value":4.1,"unit":"mmol/L"},"note":[{"text":"%[3]s"}]}`},
	{"vitals", `{"resourceType":"Observation","id":"%[1]s"%[4]s,"status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"code":{"text":"%[3]s"},"subject":{"reference":"Patient/%[2]s"},"effectiveDateTime":"2026-11-20T08:00:00Z","valueString":"%[3]s"}`},
	{"visits", `{"resourceType":"Encounter","id":"%[1]s"%[4]s,"status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"type":[{"text":"%[3]s"}],"reasonCode":[{"text":"%[3]s"}],"subject":{"reference":"Patient/%[2]s"},"period":{"start":"2026-11-01T09:00:00Z","end":"2026-11-01T09:30:00Z"}}`},
	{"careplan", `{"resourceType":"Goal","id":"%[1]s"%[4]s,"lifecycleStatus":"active","description":{"text":"%[3]s"},"subject":{"reference":"Patient/%[2]s"},"startDate":"2026-01-01"}`},
	{"messages", `{"resourceType":"Communication","id":"%[1]s"%[4]s,"status":"completed","subject":{"reference":"Patient/%[2]s"},"sent":"2026-11-02T09:00:00Z","payload":[{"contentString":"%[3]s"}]}`},
	{"appointments", `{"resourceType":"Appointment","id":"%[1]s"%[4]s,"status":"booked","description":"%[3]s","start":"2027-01-05T09:00:00Z","end":"2027-01-05T09:20:00Z","participant":[{"actor":{"reference":"Patient/%[2]s"},"status":"accepted"}]}`},
	{"questionnaires", `{"resourceType":"QuestionnaireResponse","id":"%[1]s"%[4]s,"status":"completed","questionnaire":"http://example.org/q","subject":{"reference":"Patient/%[2]s"},"authored":"2026-11-02T09:00:00Z","item":[{"linkId":"1","text":"%[3]s","answer":[{"valueString":"%[3]s"}]}]}`},
	{"coverage", `{"resourceType":"Coverage","id":"%[1]s"%[4]s,"status":"active","type":{"text":"%[3]s"},"beneficiary":{"reference":"Patient/%[2]s"},"payor":[{"display":"%[3]s"}]}`},
	{"other", `{"resourceType":"Flag","id":"%[1]s"%[4]s,"status":"active","code":{"text":"%[3]s"},"subject":{"reference":"Patient/%[2]s"}}`},
	{"documents", `{"resourceType":"DocumentReference","id":"%[1]s"%[4]s,"status":"current","type":{"text":"%[3]s"},"description":"%[3]s","subject":{"reference":"Patient/%[2]s"},"date":"2026-10-01T09:00:00Z","content":[{"attachment":{"contentType":"text/plain","title":"%[3]s","data":"%[5]s"}}]}`},
	{"documents", `{"resourceType":"Binary","id":"%[1]s"%[4]s,"contentType":"text/plain","securityContext":{"reference":"Patient/%[2]s"},"data":"%[5]s"}`},
	{"demographics", `{"resourceType":"RelatedPerson","id":"%[1]s"%[4]s,"patient":{"reference":"Patient/%[2]s"},"name":[{"text":"%[3]s"}],"relationship":[{"text":"%[3]s"}]}`},
}

// chart fills Rosa's chart: of each template one that is plain and one of each
// sensitive kind.
func (h *house) chart() {
	for _, x := range templates {
		h.keep(x, "plain")
		for mark := range kindCodes {
			h.keep(x, mark)
		}
	}
}

// people makes the actors.
func (h *house) people(m matrix) {
	who := map[string]identity.Principal{}
	for _, a := range m.actors {
		who[a.name] = h.actor(a)
	}
	ctx, doctor, rosa := context.Background(), who["doctor"], who["rosa"]
	held := h.keep(templates[slices.IndexFunc(templates, func(x template) bool { return x.category == "results" })], "held")
	require.NoError(h.t, h.app.Records.Hold(ctx, doctor, h.rosa, "Observation", held, "It is to be told in a talk first.", time.Now().Add(72*time.Hour)))
	sent, err := h.app.Messages.Send(ctx, rosa, h.rosa, message.In{ID: uuid.NewString(), Topic: "question", Subject: "zqmessages-plain", Text: "zqmessages-plain"})
	require.NoError(h.t, err)
	h.things["thread"] = sent.Thread
	_, err = h.app.Messages.AddNote(ctx, doctor, h.rosa, sent.Thread, uuid.NewString(), "zqstaffnote")
	require.NoError(h.t, err)
	asked, err := h.app.Requests.Ask(ctx, rosa, h.rosa, request.Asking{ID: uuid.NewString(), Kind: request.Visit, Note: "zqappointments-plain"})
	require.NoError(h.t, err)
	h.things["ask"] = asked.ID
	h.visit(ctx, doctor, rosa)
	h.guest(ctx, rosa, who["guest"])
	h.link(ctx, who["desk"], m.actors[slices.IndexFunc(m.actors, func(a *actor) bool { return a.name == "link" })])
	h.guestLink(ctx, rosa, m.actors[slices.IndexFunc(m.actors, func(a *actor) bool { return a.name == "guest-link" })])
	var open struct{ Results []struct{ Key string } }
	require.NoError(h.t, json.Unmarshal([]byte(h.ask(m.actors[slices.IndexFunc(m.actors, func(a *actor) bool { return a.name == "rosa" })], "GET", "/api/v1/charts/"+h.rosa, "").body), &open))
	require.NotEmpty(h.t, open.Results)
	h.things["trend"] = open.Results[0].Key
}

// visit books a visit by video for Rosa, which begins in a quarter of an hour.
func (h *house) visit(ctx context.Context, doctor, rosa identity.Principal) {
	start := time.Now().Add(15 * time.Minute).Truncate(time.Minute)
	_, err := h.app.Schedule.Offer(ctx, matrixFeed, schedule.Offered{Account: doctor.Account, Specialty: "Family Medicine", Modes: []schedule.Mode{schedule.Video}, Starts: []time.Time{start, start.Add(24 * time.Hour)}, Length: 20 * time.Minute})
	require.NoError(h.t, err)
	var slot string
	require.NoError(h.t, h.app.DB.Read(ctx).QueryRow(`SELECT id FROM slots WHERE account = ? ORDER BY starts_at LIMIT 1`, doctor.Account).Scan(&slot))
	booked, err := h.app.Schedule.Book(ctx, rosa, h.rosa, schedule.In{ID: uuid.NewString(), Slot: slot, Mode: schedule.Video, Reason: "zqvisit-plain"})
	require.NoError(h.t, err)
	h.things["visit"] = booked.ID
}

// guest is let to the visit, and to nothing else.
func (h *house) guest(ctx context.Context, rosa, guest identity.Principal) {
	_, secret, err := h.app.Visits.Invite(ctx, rosa, h.rosa, h.things["visit"], guest.Name, "mother")
	require.NoError(h.t, err)
	require.NoError(h.t, h.app.DB.InTx(ctx, func(c *db.Conn) error {
		_, err := h.app.Access.AcceptTx(c, guest, secret)
		return err
	}))
}

// link opens the visit in a browser by Rosa's own link to it, as somebody who has no
// account does.
func (h *house) link(ctx context.Context, desk identity.Principal, a *actor) {
	_, url, err := h.app.Visits.MakeLink(ctx, desk, h.rosa, h.things["visit"])
	require.NoError(h.t, err)
	_, token, _ := strings.Cut(url, "#")
	a.page, err = h.app.Visits.EnterByLink(ctx, token, "1952-03-02", identity.Principal{})
	require.NoError(h.t, err)
	h.holds(ctx, a)
}

// guestLink opens the visit in a browser of somebody without an account whom Rosa
// invited.
func (h *house) guestLink(ctx context.Context, rosa identity.Principal, a *actor) {
	_, url, err := h.app.Visits.InviteByLink(ctx, rosa, h.rosa, h.things["visit"], telehealth.GuestIn{Name: "Guest Link", Role: "interpreter"})
	require.NoError(h.t, err)
	_, token, _ := strings.Cut(url, "#")
	a.page, err = h.app.Visits.EnterAsGuest(ctx, token, "", "", identity.Principal{})
	require.NoError(h.t, err)
	h.holds(ctx, a)
}

func (h *house) holds(ctx context.Context, a *actor) {
	holder, err := h.app.Identity.PageOf(ctx, a.page)
	require.NoError(h.t, err)
	a.csrf = h.app.Identity.CSRF(holder.Session)
}

func (h *house) actor(a *actor) identity.Principal {
	ctx := context.Background()
	kind, rest, _ := strings.Cut(a.name, "-")
	if kind == "system" {
		scopes := map[string]string{"all": "system/*.rs", "observations": "system/Observation.rs", "nothing": "system/Slot.rs"}[rest]
		h.must(&a.token)(h.app.Identity.IssueToken(ctx, "", "matrix", strings.Fields(scopes), time.Hour))
		return identity.Principal{}
	}
	if a.name == "nobody" || a.name == "link" || a.name == "guest-link" {
		return identity.Principal{}
	}
	if kind == "app" {
		scopes := map[string]string{
			"all": "patient/*.rs", "sensitive": "patient/*.rs housecall/sensitive", "observations": "patient/Observation.rs", "conditions": "user/Condition.rs",
			"identity": "openid fhirUser", "of-proxy": "user/*.rs", "of-stranger": "user/*.rs patient/*.rs", "of-doctor": "user/*.rs",
		}[rest]
		email := map[string]string{"of-proxy": "proxy-plain", "of-stranger": "stranger", "of-doctor": "doctor"}[rest]
		if email == "" {
			email = "rosa"
		}
		account, err := h.app.Identity.AccountByEmail(ctx, email+"@housecall.test")
		require.NoError(h.t, err)
		h.must(&a.token)(h.app.Identity.IssueToken(ctx, account.ID, "", strings.Fields(scopes), time.Hour))
		return identity.Principal{}
	}
	n := identity.NewAccount{Email: a.name + "@housecall.test", Name: "Actor " + a.name, Kind: identity.Person}
	for _, r := range identity.Roles {
		if a.is(string(r)) {
			n.Kind, n.Practitioner = identity.Staff, uuid.NewString()
			n.Roles = append(n.Roles, r)
		}
	}
	switch a.name {
	case "rosa":
		n.Patient = h.rosa
	case "stranger":
		n.Patient = uuid.NewString()
		h.patient(n.Patient, "Stranger")
	}
	account, err := h.app.Identity.CreateAccount(ctx, n)
	require.NoError(h.t, err)
	_, a.cookie, err = h.app.Identity.StartSession(ctx, identity.NewSession{Account: account.ID, Proof: identity.SecondFactor, Address: "127.0.0.1"})
	require.NoError(h.t, err)
	live, err := h.app.Identity.Session(ctx, a.cookie, false)
	require.NoError(h.t, err)
	a.csrf = h.app.Identity.CSRF(live.Principal.Session)
	require.NoError(h.t, h.app.DB.InTx(ctx, func(c *db.Conn) error {
		_, tokens, err := h.app.Identity.GrantTx(c, identity.Family{
			Account: account.ID, Client: identity.PhoneClient, Proof: identity.SecondFactor, ProvedAt: time.Now(),
			Scopes: []string{"patient/*.cruds", "user/*.cruds", "housecall/sensitive"},
		})
		a.token = tokens.Access
		return err
	}))
	h.tie(a, live.Principal)
	return live.Principal
}

func (h *house) must(into *string) func(string, error) {
	return func(value string, err error) { h.t.Helper(); require.NoError(h.t, err); *into = value }
}

// tie makes the relation to Rosa's chart that the actor's name tells.
func (h *house) tie(a *actor, who identity.Principal) {
	now := time.Now()
	in := func(f func(c *db.Conn) error) {
		h.t.Helper()
		require.NoError(h.t, h.app.DB.InTx(context.Background(), f))
	}
	team := func(role identity.Role) {
		in(func(c *db.Conn) error {
			return h.app.Access.JoinTeamTx(c, matrixFeed, who.Account, h.rosa, role, time.Time{})
		})
	}
	if a.is("team") && a.name != "nurse-pool" {
		team(who.Roles[0])
	}
	switch a.name {
	case "nurse-pool", "nurse-pool-left", "nurse-pool-apart": // in the standard pool, which is joined to Rosa's chart, or in one that is not
		pools := h.app.Messages.Pools
		id := pool.Standard
		if a.name == "nurse-pool-apart" {
			apart, err := pools.Save(context.Background(), matrixFeed, pool.Pool{Name: "Apart"})
			require.NoError(h.t, err)
			id = apart.ID
		}
		require.NoError(h.t, pools.Join(context.Background(), matrixFeed, access.NewPoolMember{Pool: id, Account: who.Account, Role: identity.Nurse}))
		if a.name == "nurse-pool-left" {
			require.NoError(h.t, pools.Leave(context.Background(), matrixFeed, id, who.Account))
		}
	case "doctor-before":
		team(identity.Clinician)
		in(func(c *db.Conn) error { return h.app.Access.LeaveTeamTx(c, matrixFeed, who.Account, h.rosa) })
	case "doctor-wrong-role": // was a doctor in the team, and works at the front desk now
		team(identity.Clinician)
	case "emergency", "emergency-over":
		in(func(c *db.Conn) error {
			_, err := h.app.Access.BreakGlassTx(c, who, h.rosa, "Found unconscious at home, no papers.")
			return err
		})
		if a.name == "emergency-over" {
			in(func(c *db.Conn) error {
				_, err := c.Exec(`UPDATE emergency_access SET end_at = ? WHERE account = ?`, now.Add(-time.Minute).UnixMicro(), who.Account)
				return err
			})
		}
	}
	kind, rest, _ := strings.Cut(a.name, "-")
	if kind != "proxy" {
		return
	}
	g := access.GrantInput{
		Patient: h.rosa, Account: who.Account, Name: who.Name, Relation: "mother", Basis: access.Consent, Sensitive: a.kinds,
		Can: access.AllPowers, End: now.Add(24 * time.Hour),
	}
	for c := range a.sees {
		category, ok := access.ParseCategory(c)
		require.True(h.t, ok)
		g.See |= access.Of(category)
	}
	switch rest {
	case "over", "stopped", "coming":
		g.See = access.Everything
		if rest == "coming" {
			g.Start = now.Add(time.Hour)
		}
	case "all", "plain":
	default: // only what one can do with what one sees
		g.Can = map[string]access.Powers{
			"messages": access.PowerMessages, "appointments": access.PowerScheduling, "medicines": access.PowerMedicines, "documents": access.PowerDocuments, "visits": access.PowerVisits,
		}[rest]
	}
	var given access.Grant
	in(func(c *db.Conn) (err error) { given, err = h.app.Access.GrantTx(c, matrixFeed, g); return err })
	switch rest {
	case "stopped":
		in(func(c *db.Conn) error {
			_, err := h.app.Access.RevokeTx(c, matrixFeed, h.rosa, given.ID)
			return err
		})
	case "over":
		in(func(c *db.Conn) error {
			_, err := c.Exec(`UPDATE grants SET end_at = ? WHERE id = ?`, now.Add(-time.Minute).UnixMicro(), given.ID)
			return err
		})
	}
}
