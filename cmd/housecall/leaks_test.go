package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
	"housecall/telehealth/message"
)

// Two sisters, of whom one has been to the clinic alone. What their mother and an
// aunt find must be the same of both: nothing of what is hidden, and no gap, number
// or order by which it shows.

// plainTeen is what both charts hold; %[1]s is an id, %[2]s the chart, %[3]s an
// encounter, %[4]s the doctor, %[5]s the school clinic's slot.
var plainTeen = []string{
	`{"resourceType":"Encounter","id":"%[3]s","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"type":[{"text":"School check"}],"subject":{"reference":"Patient/%[2]s"},"period":{"start":"2026-10-01T09:00:00Z","end":"2026-10-01T09:30:00Z"}}`,
	`{"resourceType":"MedicationRequest","id":"%[1]s","status":"active","intent":"order","medicationCodeableConcept":{"text":"Ibuprofen"},"subject":{"reference":"Patient/%[2]s"},"encounter":{"reference":"Encounter/%[3]s"},"requester":{"reference":"Practitioner/%[4]s"},"authoredOn":"2026-10-06"}`,
	`{"resourceType":"Immunization","id":"%[1]s","status":"completed","vaccineCode":{"text":"Influenza"},"patient":{"reference":"Patient/%[2]s"},"occurrenceDateTime":"2026-10-03"}`,
	`{"resourceType":"Coverage","id":"%[1]s","status":"active","type":{"text":"Family plan"},"beneficiary":{"reference":"Patient/%[2]s"},"payor":[{"display":"Good Health"}]}`,
	`{"resourceType":"ExplanationOfBenefit","id":"%[1]s","status":"active","type":{"text":"Visit"},"use":"claim","patient":{"reference":"Patient/%[2]s"},"created":"2026-10-02","insurer":{"display":"Good Health"},"provider":{"reference":"Practitioner/%[4]s"},"outcome":"complete","insurance":[{"focal":true,"coverage":{"display":"Family plan"}}]}`,
	`{"resourceType":"DocumentReference","id":"%[1]s","status":"current","type":{"text":"School note"},"description":"School note","subject":{"reference":"Patient/%[2]s"},"date":"2026-10-04T09:00:00Z","content":[{"attachment":{"contentType":"text/plain","title":"Note","data":"SGVyIGVhcnMgYXJlIGZpbmUu"}}]}`,
	`{"resourceType":"Appointment","id":"%[1]s","status":"booked","description":"School check","start":"2027-01-05T09:00:00Z","end":"2027-01-05T09:20:00Z","slot":[{"reference":"Slot/%[5]s"}],"participant":[{"actor":{"reference":"Patient/%[2]s"},"status":"accepted"},{"actor":{"reference":"Practitioner/%[4]s"},"status":"accepted"}]}`,
	`{"resourceType":"Condition","id":"%[1]s","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"code":{"text":"Hay fever"},"subject":{"reference":"Patient/%[2]s"},"onsetDateTime":"2019-05-01","recordedDate":"2019-05-01"}`,
	`{"resourceType":"Observation","id":"%[1]s","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"2823-3"}],"text":"Potassium"},"subject":{"reference":"Patient/%[2]s"},"encounter":{"reference":"Encounter/%[3]s"},"effectiveDateTime":"2026-10-05T08:00:00Z","valueQuantity":{"value":4.1,"unit":"mmol/L"}}`,
}

// secretTeen is what only one of them has, each with the words that give it away.
// None bears a label of its own making: the rules find what they are.
var secretTeen = []struct{ word, body string }{
	{"zqvisittype", `{"resourceType":"Encounter","id":"%[3]s","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"type":[{"text":"zqvisittype"}],"reasonCode":[{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"Z30.09"}]}],"subject":{"reference":"Patient/%[2]s"},"period":{"start":"2026-11-03T16:00:00Z","end":"2026-11-03T16:30:00Z"}}`},
	{"zqpharmacy", `{"resourceType":"MedicationRequest","id":"%[1]s","status":"active","intent":"order","medicationCodeableConcept":{"text":"Levonorgestrel 1.5 mg"},"subject":{"reference":"Patient/%[2]s"},"encounter":{"reference":"Encounter/%[3]s"},"authoredOn":"2026-11-03","requester":{"reference":"Practitioner/%[4]s"},"dispenseRequest":{"performer":{"reference":"Organization/%[5]s","display":"zqpharmacy"}}}`},
	{"zqvaccine", `{"resourceType":"Immunization","id":"%[1]s","status":"completed","vaccineCode":{"text":"zqvaccine"},"reasonCode":[{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"Z20.2"}]}],"patient":{"reference":"Patient/%[2]s"},"occurrenceDateTime":"2026-11-03"}`},
	{"zqinsurance", `{"resourceType":"ExplanationOfBenefit","id":"%[1]s","status":"active","type":{"text":"zqinsurance"},"use":"claim","patient":{"reference":"Patient/%[2]s"},"created":"2026-11-04","insurer":{"display":"Good Health"},"provider":{"reference":"Practitioner/%[4]s"},"outcome":"complete","diagnosis":[{"sequence":1,"diagnosisCodeableConcept":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"Z30.09"}]}}],"insurance":[{"focal":true,"coverage":{"display":"Family plan"}}]}`},
	{"zqaftervisit", `{"resourceType":"DocumentReference","id":"%[1]s","status":"current","type":{"text":"After your visit"},"description":"zqaftervisit: contraception","subject":{"reference":"Patient/%[2]s"},"date":"2026-11-03T16:30:00Z","context":{"encounter":[{"reference":"Encounter/%[3]s"}]},"content":[{"attachment":{"contentType":"text/plain","title":"zqaftervisit","data":"` + base64.StdEncoding.EncodeToString([]byte("zqaftervisit")) + `"}}]}`},
	{"zqslot", `{"resourceType":"Appointment","id":"%[1]s","status":"booked","description":"zqslot","serviceType":[{"text":"Contraception clinic"}],"start":"2027-01-07T16:00:00Z","end":"2027-01-07T16:20:00Z","slot":[{"reference":"Slot/%[5]s"}],"participant":[{"actor":{"reference":"Patient/%[2]s"},"status":"accepted"},{"actor":{"reference":"Practitioner/%[4]s"},"status":"accepted"}]}`},
	{"zqdeleted", `{"resourceType":"Condition","id":"%[1]s","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"code":{"text":"zqdeleted pregnancy"},"subject":{"reference":"Patient/%[2]s"},"recordedDate":"2026-11-03"}`},
}

// inTurn makes ids in their order, so that lists that go by them are alike.
func inTurn() string { return uuid.Must(uuid.NewV7()).String() }

// teen is one of the sisters, as the walk asks about her.
type teen struct {
	*house
	name   string
	secret []string // Type/id of what is hidden
	file   string   // a file that was sent along with a hidden message
	second string   // another chart of hers, which was joined with this one
}

func newTeen(h *house, name string, confidential bool, doctor, practitioner, slot, clinicSlot, pharmacy string) *teen {
	x := &teen{house: &house{t: h.t, app: h.app, rosa: inTurn(), things: map[string]string{}, resources: map[string][]string{}}, name: name}
	patient := fmt.Sprintf(`{"resourceType":"Patient","id":"%s","name":[{"family":"Teen","given":["%s"]}],"gender":"female","birthDate":"2011-03-02"}`, x.rosa, name)
	if !confidential { // see below
		x.put(strings.Replace(patient, `"gender"`, `"active":true,"gender"`, 1))
	} else {
		x.put(patient)
	}
	filled := func(body, encounter, place string) string {
		return strings.NewReplacer("%[1]s", inTurn(), "%[2]s", x.rosa, "%[3]s", encounter, "%[4]s", practitioner, "%[5]s", place).Replace(body)
	}
	require.NoError(x.t, x.app.DB.InTx(context.Background(), func(c *db.Conn) error {
		return x.app.Access.JoinTeamTx(c, matrixFeed, doctor, x.rosa, identity.Clinician, time.Time{})
	}))
	plain, alone := inTurn(), inTurn()
	all := records.Batch{Source: "urn:housecall:test"} // at one time, so that lists that go by it are alike
	for _, body := range plainTeen {
		n, err := fhir.Parse([]byte(filled(body, plain, slot)))
		require.NoError(x.t, err)
		all.Ops = append(all.Ops, records.Op{Kind: records.Put, Node: n})
		x.resources[n.ResourceType()] = nil
		x.things[n.ResourceType()] = n.Get("id").Str()
	}
	_, err := x.app.Records.Write(context.Background(), matrixFeed, all)
	require.NoError(x.t, err)
	if !confidential {
		// That the clinic changed something of the Patient shows by its version, and what
		// it was by its history. Here it is something else than that charts were joined.
		x.put(patient)
		return x
	}
	for _, s := range secretTeen {
		place := clinicSlot
		if s.word == "zqpharmacy" {
			place = pharmacy
		}
		n := x.put(filled(s.body, alone, place))
		id := n.Get("id").Str()
		if s.word == "zqdeleted" {
			_, err := x.app.Records.Write(context.Background(), matrixFeed, records.Batch{Ops: []records.Op{{Kind: records.Delete, Type: n.ResourceType(), ID: id}}, Source: "urn:housecall:test"})
			require.NoError(x.t, err)
		}
		x.secret = append(x.secret, n.ResourceType()+"/"+id)
	}
	// A second chart, from another clinic, that is hers as well.
	x.second = inTurn()
	x.put(fmt.Sprintf(`{"resourceType":"Patient","id":"%s","name":[{"family":"Teen","given":["%s"]}],"gender":"female","birthDate":"2011-03-02"}`, x.second, name))
	x.put(strings.NewReplacer("%[1]s", inTurn(), "%[2]s", x.second).Replace(strings.ReplaceAll(plainTeen[7], "Hay fever", "zqmerged")))
	_, err = x.app.Records.Join(context.Background(), matrixFeed, x.rosa, x.second, "It is the same girl.")
	require.NoError(x.t, err)
	return x
}

// somebody makes an account with a page, and with a token as of a phone.
func (h *house) somebody(n identity.NewAccount) (*actor, identity.Principal) {
	h.t.Helper()
	ctx := context.Background()
	a := &actor{name: n.Name}
	account, err := h.app.Identity.CreateAccount(ctx, n)
	require.NoError(h.t, err)
	_, a.cookie, err = h.app.Identity.StartSession(ctx, identity.NewSession{Account: account.ID, Proof: identity.SecondFactor, Address: "127.0.0.1"})
	require.NoError(h.t, err)
	live, err := h.app.Identity.Session(ctx, a.cookie, false)
	require.NoError(h.t, err)
	a.csrf = h.app.Identity.CSRF(live.Principal.Session)
	require.NoError(h.t, h.app.DB.InTx(ctx, func(c *db.Conn) error {
		_, tokens, err := h.app.Identity.GrantTx(c, identity.Family{Account: account.ID, Client: identity.PhoneClient, Proof: identity.SecondFactor, ProvedAt: time.Now(),
			Scopes: []string{"patient/*.cruds", "user/*.cruds", "housecall/sensitive"}})
		a.token = tokens.Access
		return err
	}))
	return a, live.Principal
}

// roads are the ways to one of the sisters' charts on which only the chart is named.
func (x *teen) roads(practitioner, clinicSlot, pharmacy string) []string {
	paths := x.readings()
	add := func(format string, args ...any) { paths = append(paths, fmt.Sprintf(format, args...)) }
	p := x.rosa
	for typ := range x.resources {
		for _, q := range []string{"_summary=count", "_count=1&_total=accurate", "_security=http://terminology.hl7.org/CodeSystem/v3-ActCode|SEX", "_lastUpdated=gt2020-01-01&_total=accurate", "_include=*", "_sort=-_lastUpdated&_count=2"} {
			add("/fhir/%s?patient=%s&%s", typ, p, q)
		}
		add("/fhir/Patient?_id=%s&_has:%s:patient:_lastUpdated=gt2020-01-01&_total=accurate", p, typ)
	}
	for _, q := range []string{
		"Patient?_id=%[1]s&_has:Encounter:patient:date=2026-11-03&_total=accurate", "Patient?_id=%[1]s&_has:Appointment:patient:date=2027-01-07&_total=accurate", "Patient?_id=%[1]s&_has:Immunization:patient:date=2026-11-03",
		"Encounter?patient=%[1]s&date=ge2026-11-01&_total=accurate", "Appointment?patient=%[1]s&date=2027-01-07&_total=accurate", "Appointment?patient=%[1]s&slot=Slot/%[3]s&_total=accurate", "Appointment?patient=%[1]s&slot.schedule.actor:Practitioner=%[2]s",
		"Practitioner?_id=%[2]s&_has:Appointment:actor:date=2027-01-07&_total=accurate", "Slot?_id=%[3]s&_has:Appointment:slot:patient=%[1]s&_total=accurate", "Slot?_id=%[3]s&_revinclude=Appointment:slot", "Practitioner?_id=%[2]s&_revinclude=*",
		"Organization?_id=%[4]s&_has:MedicationRequest:intended-dispenser:patient=%[1]s&_total=accurate", "MedicationRequest?patient=%[1]s&intended-dispenser=%[4]s&_total=accurate", "Organization?_id=%[4]s&_revinclude=MedicationRequest:intended-dispenser", "Organization?_id=%[4]s&_revinclude=*",
		"ExplanationOfBenefit?patient=%[1]s&created=2026-11-04&_total=accurate", "ExplanationOfBenefit?patient=%[1]s&provider=%[2]s&_total=accurate&_summary=count", "Observation?patient=%[1]s&encounter.date=2026-11-03", "DocumentReference?patient=%[1]s&encounter.date=2026-11-03&_total=accurate",
		"Condition?patient=%[1]s&recorded-date=2026-11-03&_total=accurate", "Patient/%[1]s/$everything?_since=2020-01-01T00:00:00Z&_count=3", "Patient/%[1]s/$everything?start=2026-11-01", "Patient/%[1]s/_history", "Patient?_id=%[1]s&_include=Patient:link", "Patient/%[1]s/AuditEvent?_count=1000", "AuditEvent?patient=%[1]s&_total=accurate",
		"Patient/%[1]s/$export", "Provenance?patient=%[1]s&_total=accurate", "Task?patient=%[1]s&_total=accurate", "Composition?patient=%[1]s&_total=accurate", "Communication?patient=%[1]s&_total=accurate",
	} {
		add("/fhir/%s", strings.NewReplacer("%[1]s", p, "%[2]s", practitioner, "%[3]s", clinicSlot, "%[4]s", pharmacy).Replace(q))
	}
	for _, words := range []string{"contraception", "zqslot", "16:00", "pregnancy"} {
		add(`/api/v1/charts/%s/timeline/search {"words":%q,"limit":200}`, p, words)
	}
	return slices.Compact(paths)
}

var (
	anyID     = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	anyTime   = regexp.MustCompile(`20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`)
	anySeal   = regexp.MustCompile(`[A-Za-z0-9_-]{32,}={0,2}|AuditEvent/[0-9a-f]+-[0-9a-f]+|"(sealedUpTo|pending)":\d+`)
	givesAway = regexp.MustCompile(`zq(visittype|pharmacy|vaccine|insurance|aftervisit|slot|deleted|merged|thread|file|staffnote|draft|held)`)
)

// leveled is an answer without what differs between two charts that are alike: ids
// are numbered by their first place in it, and times near now are left out.
func (x *teen) leveled(a answer) string {
	seen := map[string]string{}
	body := strings.ReplaceAll(a.body, x.name, "NAME")
	body = anyID.ReplaceAllStringFunc(body, func(id string) string {
		if seen[id] == "" {
			seen[id] = fmt.Sprintf("id%d", len(seen))
		}
		return seen[id]
	})
	today := time.Now().UTC()
	body = anyTime.ReplaceAllStringFunc(body, func(text string) string {
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil && at.Sub(today).Abs() < 72*time.Hour {
			return "NOW"
		}
		return text
	})
	return fmt.Sprint(a.status, " ", anySeal.ReplaceAllString(changing.ReplaceAllString(body, ""), "SEAL"))
}

func (h *house) walk(a *actor, path string) answer {
	path, body, asked := strings.Cut(path, " ")
	return h.ask(a, map[bool]string{false: http.MethodGet, true: http.MethodPost}[asked], path, body)
}

// The seeded deck: what a teenager came for alone is found by nobody from whom it is
// hidden, by no road, and cannot be inferred by comparing her chart with her sister's.
func TestWhatIsHiddenLeavesNoTrace(t *testing.T) {
	eachDatabase(t, func(t *testing.T, cfg Config) {
		ctx := context.Background()
		h := &house{t: t, app: start(t, cfg)}
		_, doctor := h.somebody(identity.NewAccount{Email: "doctor@example.org", Name: "Doctor", Kind: identity.Staff, Roles: []identity.Role{identity.Clinician}, Practitioner: inTurn()})
		practitioner, pharmacy := doctor.Practitioner, inTurn()
		h.put(fmt.Sprintf(`{"resourceType":"Practitioner","id":"%s","name":[{"family":"Hale"}]}`, practitioner))
		h.put(fmt.Sprintf(`{"resourceType":"Organization","id":"%s","name":"Corner Pharmacy"}`, pharmacy))
		schedule, slots := inTurn(), []string{inTurn(), inTurn(), inTurn()}
		h.put(fmt.Sprintf(`{"resourceType":"Schedule","id":"%s","actor":[{"reference":"Practitioner/%s"}],"serviceType":[{"text":"Clinic for young people"}]}`, schedule, practitioner))
		for i, slot := range slots {
			h.put(fmt.Sprintf(`{"resourceType":"Slot","id":"%s","schedule":{"reference":"Schedule/%s"},"status":"busy","start":"2027-01-0%[3]dT16:00:00Z","end":"2027-01-0%[3]dT16:20:00Z"}`, slot, schedule, 5+i/2*2))
		}
		mia := newTeen(h, "Mia", true, doctor.Account, practitioner, slots[0], slots[2], pharmacy)
		ana := newTeen(h, "Ana", false, doctor.Account, practitioner, slots[1], slots[2], pharmacy)
		self, miaWho := h.somebody(identity.NewAccount{Email: "mia@example.org", Name: "Mia Teen", Kind: identity.Person, Patient: mia.rosa})
		_, anaWho := h.somebody(identity.NewAccount{Email: "ana@example.org", Name: "Ana Teen", Kind: identity.Person, Patient: ana.rosa})
		say := func(who identity.Principal, x *teen, subject, text string, files ...string) string {
			t.Helper()
			sent, err := h.app.Messages.Send(ctx, who, x.rosa, message.In{ID: inTurn(), Topic: "question", Subject: subject, Text: text, Attachments: files})
			require.NoError(t, err)
			return sent.Thread
		}
		mia.things["thread"], ana.things["thread"] = say(miaWho, mia, "School", "May I do sports?"), say(anaWho, ana, "School", "May I do sports?")
		readers := map[string]*actor{}
		for name, see := range map[string]access.CategorySet{
			"mother": access.Of(access.Demographics, access.Allergies, access.Immunizations, access.Appointments, access.Coverage, access.Messages), // what a parent keeps at that age
			"aunt":   access.Everything,
		} {
			a, who := h.somebody(identity.NewAccount{Email: name + "@example.org", Name: name, Kind: identity.Person})
			readers[name] = a
			can := access.AllPowers
			if name == "mother" {
				can = access.PowerMessages | access.PowerScheduling
			}
			for _, x := range []*teen{mia, ana} {
				require.NoError(t, h.app.DB.InTx(ctx, func(c *db.Conn) error {
					_, err := h.app.Access.GrantTx(c, matrixFeed, access.GrantInput{Patient: x.rosa, Account: who.Account, Name: name, Relation: name, Basis: access.Consent, See: see, Can: can, End: time.Now().Add(24 * time.Hour)})
					return err
				}))
			}
		}
		pages := map[string]*heard{}
		for name, a := range readers {
			pages[name] = h.hears(a, mia, ana)
		}
		mia.file = inTurn()
		_, err := h.app.Records.SaveBinary(ctx, miaWho, mia.rosa, records.BinaryIn{ID: mia.file, Title: "contraception.txt", ContentType: "text/plain", Content: []byte("zqfile")})
		require.NoError(t, err)
		thread := say(miaWho, mia, "Contraception", "zqthread", mia.file)
		require.NoError(t, h.app.Messages.MarkRead(ctx, doctor, mia.rosa, thread, thread))
		// What is noted among the staff, begun, and not delivered yet. To look at a thread is
		// all that the logs tell of a note.
		_, err = h.app.Messages.AddNote(ctx, doctor, mia.rosa, mia.things["thread"], inTurn(), "zqstaffnote")
		require.NoError(t, err)
		_, err = h.app.Messages.Thread(ctx, doctor, ana.rosa, ana.things["thread"], "", 10)
		require.NoError(t, err)
		_, _, err = h.app.Messages.SaveDraft(ctx, miaWho, mia.rosa, mia.things["thread"], message.Draft{Text: "zqdraft"})
		require.NoError(t, err)
		_, err = h.app.Messages.Hold(ctx, miaWho, mia.rosa, message.HoldIn{In: message.In{ID: inTurn(), Thread: mia.things["thread"], Text: "zqheld"}, At: time.Now().Add(24 * time.Hour)})
		require.NoError(t, err)
		for _, p := range pages {
			require.Zero(t, p.of(mia.rosa))
		}
		say(anaWho, ana, "Sports", "Thank you.")
		for name, p := range pages {
			require.Eventually(t, func() bool { return p.of(ana.rosa) > 0 }, 20*time.Second, 5*time.Millisecond, "%s hears of the other's message", name)
			require.Zero(t, p.of(mia.rosa), "%s hears that something moved which is hidden", name)
		}
		say(miaWho, mia, "Sports", "Thank you.")

		for _, ref := range mia.secret[:len(mia.secret)-1] { // all but what was deleted; the rows of that name them
			typ, id, _ := strings.Cut(ref, "/")
			_, err := h.app.Records.Read(ctx, doctor, typ, id)
			require.NoError(t, err)
		}

		log := func(path string) bool {
			return strings.HasSuffix(path, "/access") || strings.Contains(path, "AuditEvent")
		}
		for _, name := range []string{"aunt", "mother"} {
			a := readers[name]
			theirs, hers := mia.roads(practitioner, slots[2], pharmacy), ana.roads(practitioner, slots[2], pharmacy)
			slices.SortStableFunc(theirs, func(x, y string) int { // the logs first, before this walk fills them
				return map[bool]int{true: 0, false: 1}[log(x)] - map[bool]int{true: 0, false: 1}[log(y)]
			})
			byName := func(x *teen, path string) string {
				for typ, id := range x.things {
					path = strings.ReplaceAll(path, id, typ)
				}
				return strings.ReplaceAll(path, x.rosa, "CHART")
			}
			other := map[string]string{}
			for _, path := range hers {
				other[byName(ana, path)] = path
			}
			for _, path := range theirs {
				got := h.walk(a, path)
				if word := givesAway.FindString(got.body); word != "" {
					t.Errorf("%s finds %s at %s", name, word, path)
				}
				for _, ref := range append(mia.secret, mia.file, thread, mia.second) {
					_, id, found := strings.Cut(ref, "/")
					if !found {
						id = ref
					}
					if strings.Contains(got.body, id) {
						t.Errorf("%s finds the id of %s at %s", name, ref, path)
					}
				}
				if strings.HasSuffix(path, mia.rosa+"/_history") { // a Patient's: see newTeen
					continue
				}
				if log(path) && name != "aunt" { // who may share the record sees who looked
					continue
				}
				if strings.Contains(path, "/api/v1/notices") || strings.Contains(path, "/api/v1/me") || !strings.Contains(path, mia.rosa) {
					continue // of both charts at once
				}
				sister := other[byName(mia, path)]
				require.NotEmpty(t, sister, path)
				if x, y := mia.leveled(got), ana.leveled(h.walk(a, sister)); x != y {
					i := 0
					for i < min(len(x), len(y)) && x[i] == y[i] {
						i++
					}
					from := max(i-150, 0)
					t.Errorf("%s can tell the two apart at %s:\n%.400s\n%.400s", name, path, x[from:], y[from:])
				}
			}
		}
		// An app that she let in, which may not see sensitive kinds, finds as little.
		token, err := h.app.Identity.IssueToken(ctx, miaWho.Account, "", []string{"patient/*.rs"}, time.Hour)
		require.NoError(t, err)
		app, audited := &actor{name: "app", token: token}, false
		for _, path := range mia.roads(practitioner, slots[2], pharmacy) {
			if !strings.HasPrefix(path, "/fhir/") || !strings.Contains(path, mia.rosa) {
				continue
			}
			got := h.walk(app, path)
			audited = audited || strings.Contains(got.body, `"resourceType":"AuditEvent"`)
			if word := givesAway.FindString(got.body); word != "" {
				t.Errorf("an app finds %s at %s", word, path)
			}
			for _, ref := range mia.secret {
				if _, id, _ := strings.Cut(ref, "/"); strings.Contains(got.body, id) {
					t.Errorf("an app finds the id of %s at %s", ref, path)
				}
			}
		}
		require.True(t, audited)
		for name, a := range readers { // afterwards, for what was refused stands in the log of accesses
			for _, ref := range mia.secret {
				typ, id, _ := strings.Cut(ref, "/")
				nobody := inTurn()
				for _, path := range []string{"/fhir/%[1]s/%[2]s", "/fhir/%[1]s/%[2]s/_history", "/fhir/%[1]s/%[2]s/_history/1", "/fhir/%[1]s?_id=%[2]s&_total=accurate", "/fhir/%[1]s?_id=%[2]s&_revinclude=*",
					"/api/v1/charts/" + mia.rosa + "/entries/%[1]s/%[2]s", "/api/v1/charts/" + mia.rosa + "/documents/%[1]s/%[2]s/content", "/api/v1/charts/" + mia.rosa + "/appointments/%[2]s", "/fhir/Observation?encounter=%[1]s/%[2]s", "/fhir/Encounter/%[2]s/$everything"} {
					x, y := h.walk(a, fmt.Sprintf(path, typ, id)), h.walk(a, fmt.Sprintf(path, typ, nobody))
					if !same(x, y, id, nobody) && anyID.ReplaceAllString(mia.leveled(x), "") != anyID.ReplaceAllString(mia.leveled(y), "") {
						t.Errorf("%s can tell %s from nothing at %s:\n%d %.300s\n%d %.300s", name, ref, path, x.status, x.body, y.status, y.body)
					}
				}
			}
			for _, path := range []string{"/fhir/Binary/", "/api/v1/charts/" + mia.rosa + "/binaries/", "/mobile/v1/charts/" + mia.rosa + "/binaries/", "/api/v1/charts/" + mia.rosa + "/threads/", "/api/v1/charts/"} {
				for _, id := range []string{mia.file, thread, mia.second} {
					if got := h.walk(a, path+id); got.status < 400 {
						t.Errorf("%s gets %d at %s of what is hidden", name, got.status, path)
					}
				}
			}
		}
		// The walk would be worth nothing if the words were not there.
		var all strings.Builder
		for _, path := range mia.roads(practitioner, slots[2], pharmacy) {
			all.WriteString(h.walk(self, path).body)
		}
		all.WriteString(h.walk(self, "/api/v1/charts/"+mia.rosa+"/threads/"+thread).body + h.walk(self, "/api/v1/charts/"+mia.rosa+"/binaries/"+mia.file).body)
		words := []string{"zqthread", "zqfile", "zqmerged", "zqheld"}
		require.NotContains(t, all.String(), "zqstaffnote", "what the clinic notes for itself she does not find either")
		noted, err := h.app.Messages.Notes(ctx, doctor, mia.rosa, mia.things["thread"])
		require.NoError(t, err)
		require.Len(t, noted, 1)
		for _, s := range secretTeen {
			words = append(words, s.word)
		}
		for _, w := range words {
			if w != "zqdeleted" { // of which she, too, finds only the past
				require.Contains(t, all.String(), w)
			}
		}
	})
}

// heard is what a page was told: how often something of a chart moved, after it was
// told that it may follow.
type heard struct{ ch chan map[string]int }

func (p *heard) of(chart string) int {
	m := <-p.ch
	defer func() { p.ch <- m }()
	return max(0, m["messages/"+chart]-1) + max(0, m[chart]-1)
}

func (h *house) hears(a *actor, of ...*teen) *heard {
	h.t.Helper()
	conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(h.app.URL(), "http")+"/live", http.Header{"Origin": {h.app.URL()}, "Cookie": {h.app.Identity.CookieName() + "=" + a.cookie}})
	require.NoError(h.t, err)
	h.t.Cleanup(func() { _ = conn.Close() })
	var watch, topics []string
	etags := map[string]string{}
	for _, x := range of {
		watch, topics, etags[x.rosa] = append(watch, x.rosa), append(topics, "messages/"+x.rosa), `"old"`
	}
	p := &heard{make(chan map[string]int, 1)}
	p.ch <- map[string]int{}
	ready := make(chan struct{})
	wait := ready
	go func() {
		for {
			var m struct{ Chart, Topic string }
			if conn.ReadJSON(&m) != nil {
				return
			}
			if m.Chart+m.Topic == "" {
				continue
			}
			counts := <-p.ch
			counts[m.Chart+m.Topic]++
			if len(counts) == 2*len(of) && ready != nil {
				close(ready)
				ready = nil
			}
			p.ch <- counts
		}
	}()
	b, err := json.Marshal(map[string]any{"watch": watch, "etags": etags, "topics": topics})
	require.NoError(h.t, err)
	require.NoError(h.t, conn.WriteMessage(websocket.TextMessage, b))
	select {
	case <-wait:
	case <-time.After(20 * time.Second):
		h.t.Fatal("a page does not follow")
	}
	return p
}
