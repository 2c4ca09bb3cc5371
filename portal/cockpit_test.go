package portal_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/records/access"
	"housecall/records/fhir"
	"housecall/telehealth"
	"housecall/telehealth/sfu"
)

const lisinopril = `{"resourceType":"MedicationRequest","id":"%s","status":"%s","intent":"order","medicationCodeableConcept":{"text":"Lisinopril 20 mg"},"subject":{"reference":"Patient/%s"},"authoredOn":"2026-05-01"}`

// planned is a note with everything in it; the arguments are a medicine that is
// stopped and a problem that is known.
func planned(stop, problem string) string {
	return fmt.Sprintf(`{"subjective":"Dizzy on standing","objective":"Looks well","assessment":"Orthostatic","plan":"Less of the pill","summary":"Your pill was too strong.",
		"instructions":["Drink more"],"callIf":"you faint","followUp":"","language":"en",
		"vitals":[{"kind":"pressure","value":104,"second":62},{"kind":"pulse","value":72},{"kind":"temperature","value":98.6,"unit":"F"}],
		"problems":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"I95.1","text":"Orthostatic hypotension"},{"id":"%s","text":"Type 2 diabetes"}],
		"medicines":[{"name":"Lisinopril 5 mg","dose":1,"form":"tablet","often":"morning","days":90,"repeats":3}],
		"stops":[{"id":"%s","name":"Lisinopril 20 mg","reason":"Too strong"}],
		"orders":[{"group":"lab","system":"http://loinc.org","code":"24321-2","text":"Basic metabolic panel"},{"group":"referral","text":"Cardiology","urgent":true,"note":"Palpitations"}],
		"next":{"count":2,"unit":"weeks","mode":"video"}}`, problem, stop)
}

// live is a visit of Rosa's that goes on: she and her doctor are in it.
func (p *practice) live() (a wireAppointment, seat string) {
	p.t.Helper()
	a = p.book(p.self, p.free(p.self).Days[0].Slots[0].ID, "Dizzy in the morning")
	p.agree(p.self, a)
	seat = p.step(p.self, a, "/wait", "").Me.Seat
	require.Equal(p.t, "live", p.step(p.doctor, a, "/admit", `{"seat":"`+seat+`"}`).State)
	return a, seat
}

// bodies are the current resources of a type in Rosa's chart, the newest last.
func (p *practice) bodies(typ string) (out []*fhir.Node) {
	p.t.Helper()
	require.NoError(p.t, p.db.Read(context.Background()).Each(`SELECT body FROM resources WHERE patient_id = ? AND type = ? AND NOT deleted ORDER BY n`, func(r *sql.Rows) error {
		var b []byte
		if err := r.Scan(&b); err != nil {
			return err
		}
		n, err := fhir.Parse(b)
		out = append(out, n)
		return err
	}, p.rosa, typ))
	return out
}

// state is what of the chart and the visit could have moved.
func (p *practice) state(a wireAppointment) (out [6]int64) {
	p.t.Helper()
	for i, q := range []string{
		`SELECT count(*) FROM resource_versions WHERE patient_id = ?`, `SELECT count(*) FROM chart_changes WHERE patient_id = ?`, `SELECT head FROM charts WHERE patient_id = ?`,
		`SELECT COALESCE(sum(ended_at), 0) FROM appointments WHERE patient_id = ?`, `SELECT count(*) FROM visit_notes n JOIN appointments a ON a.id = n.visit WHERE a.patient_id = ? AND n.signed_at > 0`,
		`SELECT count(*) FROM visit_translations t JOIN appointments a ON a.id = t.visit WHERE a.patient_id = ?`,
	} {
		require.NoError(p.t, p.db.Read(context.Background()).QueryRow(q, p.rosa).Scan(&out[i]))
	}
	return out
}

func (p *practice) save(a wireAppointment, version int64, body string) (note wireNote) {
	p.t.Helper()
	p.doctor.do("PUT", p.at(a)+"/note", fmt.Sprintf(`{"version":%d,"body":%s}`, version, body)).json(p.t, &note)
	return note
}

func TestAVisitIsSignedWithAllThatItDecided(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		old := newID()
		n.put(fmt.Sprintf(lisinopril, old, "active", p.rosa))
		a, _ := p.live()
		p.save(a, 0, planned(old, p.diabetes))
		r := p.doctor.do("POST", p.at(a)+"/note/sign", `{"version":1}`)
		require.Equal(t, "live", r.code(), "a call is not ended by the way")
		var note wireNote
		for range 2 { // sent twice
			p.doctor.do("POST", p.at(a)+"/note/sign", `{"version":1,"end":true}`).json(t, &note)
		}
		require.Equal(t, "signed", note.State)
		require.Equal(t, "ended", p.step(p.doctor, a, "/end", "").State)

		encounter := p.bodies("Encounter")
		require.Len(t, encounter, 1)
		at := "Encounter/" + encounter[0].Get("id").Str()
		require.Len(t, encounter[0].Get("diagnosis").Items(), 2)
		vitals := map[string]*fhir.Node{}
		for _, o := range p.bodies("Observation") {
			if o.Get("encounter", "reference").Str() == at {
				vitals[o.Get("code", "coding").Items()[0].Get("code").Str()] = o
			}
		}
		require.Len(t, vitals, 3)
		require.Equal(t, "62", vitals["85354-9"].Get("component").Items()[1].Get("valueQuantity", "value").Num())
		require.Equal(t, "[degF]", vitals["8310-5"].Get("valueQuantity", "code").Str())
		found := p.bodies("Condition")
		require.Len(t, found, 3, "what was known is not written down again")
		require.Equal(t, "I95.1", found[2].Get("code", "coding").Items()[0].Get("code").Str())
		medicines := p.bodies("MedicationRequest")
		require.Len(t, medicines, 2)
		for _, m := range medicines {
			switch m.Get("id").Str() {
			case old:
				require.Equal(t, "stopped", m.Get("status").Str())
				require.Equal(t, "Too strong", m.Get("statusReason", "text").Str())
			default:
				require.Equal(t, "1 tablet in the morning", m.Get("dosageInstruction").Items()[0].Get("text").Str())
				require.Equal(t, "active", m.Get("status").Str())
			}
		}
		orders := p.bodies("ServiceRequest")
		require.Len(t, orders, 3)
		for _, o := range orders {
			require.Equal(t, at, o.Get("encounter", "reference").Str())
		}
		provenance := p.bodies("Provenance")
		require.Len(t, provenance, 1)
		require.Len(t, provenance[0].Get("target").Items(), 3+1+1+1+3+3, "everything has its author")
		composition := p.bodies("Composition")
		require.Len(t, composition, 1)
		for _, words := range []string{"Blood pressure: 104/62 mmHg", "Orthostatic hypotension (I95.1)", "Lisinopril 5 mg. 1 tablet in the morning", "Stopped: Lisinopril 20 mg. Too strong", "Referral: Cardiology. Palpitations", "Next visit: in 2 weeks, by video"} {
			require.Contains(t, string(composition[0].Append(nil)), words)
		}

		// Rosa has it in her words, and in her chart.
		summary := p.self.get(p.at(a) + "/summary").body
		for _, words := range []string{`"plain":"Blood test: salts, sugar and kidneys"`, `"local":"Análisis de sangre: sales, azúcar y riñones"`, `"often":"morning"`, `"nextDay":"`} {
			require.Contains(t, summary, words)
		}
		chart := p.self.get(p.chart()).body
		require.Contains(t, chart, "104/62")
		require.Contains(t, chart, "Lisinopril 5 mg")
		require.NotContains(t, n.log.String(), "Lisinopril")
	})
}

// One part that is wrong holds everything back: there is no record, the visit goes on,
// and the note is a draft as before.
func TestOneWrongPartHoldsAllOfItBack(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		old, stopped := newID(), newID()
		n.put(fmt.Sprintf(lisinopril, old, "active", p.rosa))
		n.put(fmt.Sprintf(lisinopril, stopped, "stopped", p.rosa))
		a, _ := p.live()
		whole := planned(old, p.diabetes)
		var version int64
		for what, spoil := range map[string]func(map[string]any){
			"a code that is not in the list":     func(b map[string]any) { b["problems"].([]any)[0].(map[string]any)["code"] = "I95.1234" },
			"a problem of nobody":                func(b map[string]any) { b["problems"].([]any)[1].(map[string]any)["id"] = newID() },
			"a pressure that cannot be":          func(b map[string]any) { b["vitals"].([]any)[0].(map[string]any)["second"] = 140 },
			"a medicine without a dose":          func(b map[string]any) { b["medicines"].([]any)[0].(map[string]any)["dose"] = 0 },
			"a medicine that is stopped already": func(b map[string]any) { b["stops"].([]any)[0].(map[string]any)["id"] = stopped },
			"the same medicine twice":            func(b map[string]any) { b["stops"] = append(b["stops"].([]any), b["stops"].([]any)[0]) },
			"an order with a code of its own":    func(b map[string]any) { b["orders"].([]any)[0].(map[string]any)["code"] = "99213" },
			"no assessment":                      func(b map[string]any) { b["assessment"] = "" },
		} {
			var body map[string]any
			require.NoError(t, json.Unmarshal([]byte(whole), &body))
			spoil(body)
			spoilt, err := json.Marshal(body)
			require.NoError(t, err)
			version = p.save(a, version, string(spoilt)).Version
			before := p.state(a)
			r := p.doctor.do("POST", p.at(a)+"/note/sign", fmt.Sprintf(`{"version":%d,"end":true}`, version))
			require.GreaterOrEqual(t, r.StatusCode, 400, what)
			require.Less(t, r.StatusCode, 500, "%s: %s", what, r.body)
			require.Equal(t, before, p.state(a), what)
			var v wireVisit
			p.doctor.get(p.at(a)).json(t, &v)
			require.Equal(t, "live draft", v.State+" "+v.Note, what)
		}
		version = p.save(a, version, whole).Version
		var note wireNote
		p.doctor.do("POST", p.at(a)+"/note/sign", fmt.Sprintf(`{"version":%d,"end":true}`, version)).json(t, &note)
		require.Equal(t, "signed", note.State, "mended, it can be signed")
	})
}

func TestOlderVersionsAreLookedAtAndCopiesSayWhereTheyAreFrom(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(2*time.Minute), time.Now().Add(24*time.Minute))
		slots := p.slots()
		first := p.book(p.self, slots[0], "Dizzy")
		p.hold(first, "Half a pill a day")
		a := p.book(p.self, slots[1], "Dizzy again")
		n.clock.Add(10 * time.Minute) // its doors are open

		var note struct {
			Earlier *struct {
				Visit, SignedBy string
				Body            struct{ Plan string }
			}
			Body struct {
				Copied []struct{ By, At string }
			}
		}
		p.doctor.get(p.at(a)+"/note").json(t, &note)
		require.NotNil(t, note.Earlier)
		require.Equal(t, "Half a pill a day", note.Earlier.Body.Plan)
		text := func(plan, copied string) string {
			return `{"subjective":"","objective":"","assessment":"x","plan":"` + plan + `","summary":"y","instructions":[],"callIf":"","followUp":"","copied":[{"part":"plan","text":"` + copied + `","visit":"` + first.ID + `"}]}`
		}
		r := p.doctor.do("PUT", p.at(a)+"/note", `{"version":0,"body":`+text("Two pills a day", "Two pills a day")+`}`)
		require.Equal(t, "copied", r.code(), "nobody says that something is copied that is not")
		p.doctor.do("PUT", p.at(a)+"/note", `{"version":0,"body":`+text("Half a pill a day and water", "Half a pill a day")+`}`).json(t, &note)
		require.Equal(t, "Dr. Juniper Hale", note.Body.Copied[0].By)
		p.save(a, 1, text("Half a pill a day, and more water", "Half a pill a day"))

		var list struct{ Items []struct{ Version int64 } }
		p.doctor.get(p.at(a)+"/note/versions").json(t, &list)
		require.Len(t, list.Items, 1, "what one writes within a while is one version")
		n.clock.Add(3 * time.Minute)
		p.save(a, 2, text("All gone", "Half a pill a day"))
		p.doctor.get(p.at(a)+"/note/versions").json(t, &list)
		require.Len(t, list.Items, 2)
		var older struct {
			Body struct{ Plan string }
		}
		p.nurse.get(p.at(a)+"/note/versions/2").json(t, &older)
		require.Equal(t, "Half a pill a day, and more water", older.Body.Plan)
		require.Equal(t, 404, p.doctor.get(p.at(a)+"/note/versions/1").StatusCode)
		require.Equal(t, 403, p.self.get(p.at(a)+"/note/versions").StatusCode)

		p.doctor.do("PUT", p.at(a)+"/note", `{"version":3,"apart":true,"body":`+text("Half a pill a day, and more water", "Half a pill a day")+`}`).json(t, &note) // brought back
		p.doctor.get(p.at(a)+"/note/versions").json(t, &list)
		require.Len(t, list.Items, 3, "what it took the place of is not lost")
		p.doctor = p.signedIn(p.doctor.account)
		p.step(p.doctor, a, "/start", "")
		var signed wireNote
		p.doctor.do("POST", p.at(a)+"/note/sign", `{"version":4,"end":true}`).json(t, &signed)
		all := p.bodies("Composition")
		require.Contains(t, string(all[len(all)-1].Append(nil)), "[Copied from the note of "+n.clock.Now().UTC().Format(time.DateOnly)+", Dr. Juniper Hale:] Half a pill a day [End of copy]")
	})
}

func TestSomebodyIsSentBackToTheWaitingRoom(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		a, seat := p.live()
		_, err := n.visits.SeatFor(context.Background(), p.self.principal(), p.rosa, a.ID)
		require.NoError(t, err)
		require.Equal(t, 403, p.self.do("POST", p.at(a)+"/return", `{"seat":"`+seat+`"}`).StatusCode)
		require.Equal(t, "live", p.step(p.doctor, a, "/return", `{"seat":"`+seat+`"}`).State, "the visit goes on")
		_, err = n.visits.SeatFor(context.Background(), p.self.principal(), p.rosa, a.ID)
		require.Error(t, err)
		var v wireVisit
		p.self.get(p.at(a)).json(t, &v)
		require.Equal(t, "waiting", v.Me.State, "they wait, nobody refused them")
		p.step(p.doctor, a, "/admit", `{"seat":"`+seat+`"}`)
		_, err = n.visits.SeatFor(context.Background(), p.self.principal(), p.rosa, a.ID)
		require.NoError(t, err)
	})
}

func TestAfterAVisit(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		n.put(`{"resourceType":"Patient","id":"` + p.rosa + `","name":[{"family":"Marin","given":["Rosa"]}],"gender":"female","birthDate":"1952-03-02","communication":[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"es"}]},"preferred":true}]}`)
		a, seat := p.live()
		rate := func(who *someone, body string) reply { return who.do("POST", p.at(a)+"/rating", body) }
		require.Equal(t, "not_over", rate(p.self, `{"stars":5}`).code())
		for range 2 { // the room tells it each minute
			require.NoError(t, n.visits.Measured(context.Background(), a.ID, seat, sfu.Summary{
				Time: 90 * time.Second, Weak: 30 * time.Second, OnlySound: 15 * time.Second, Large: 60 * time.Second, Small: 30 * time.Second, Relayed: 80 * time.Second,
				Came: 990, CameLost: 10, Went: 1000, WentLost: 25, Trip: sfu.Spread{Sum: 400, N: 4, Max: 180}, Jitter: sfu.Spread{Sum: 20, N: 4, Max: 9}, Breaks: 1, Freezes: 2, Frozen: time.Second,
			}))
		}
		require.NoError(t, n.visits.Measured(context.Background(), a.ID, newID(), sfu.Summary{Time: time.Second}), "of nobody: it is not kept")
		p.save(a, 0, `{"subjective":"","objective":"","assessment":"x","plan":"y","summary":"Your pill was too strong.","instructions":["Half a pill"],"callIf":"","followUp":"","language":"en"}`)

		type todo struct {
			Items []struct{ Visit, Kind, Language, PatientName string }
		}
		left := func(who *someone) (out todo) { who.get("/api/v1/clinic/notes/unfinished").json(t, &out); return out }
		require.Equal(t, "draft", left(p.doctor).Items[0].Kind)
		require.Empty(t, left(p.nurse).Items, "it is the doctor's to sign")
		p.doctor.do("POST", p.at(a)+"/note/sign", `{"version":1,"end":true}`).json(t, &wireNote{})

		// In her own language.
		require.Equal(t, "es Rosa Marin translation", func() string { x := left(p.nurse).Items[0]; return x.Language + " " + x.PatientName + " " + x.Kind }())
		require.Equal(t, "requested", p.bodies("Task")[0].Get("status").Str())
		var summary struct {
			Summary     string
			Translation struct{ State, Summary, By string }
		}
		p.self.get(p.at(a)+"/summary").json(t, &summary)
		require.Equal(t, "wanted", summary.Translation.State)
		spanish := `{"summary":"Su pastilla era muy fuerte.","instructions":["Media pastilla"],"callIf":"","followUp":""}`
		require.Equal(t, 403, p.self.do("POST", p.at(a)+"/summary/translation", spanish).StatusCode)
		for range 2 {
			require.Equal(t, 200, p.nurse.do("POST", p.at(a)+"/summary/translation", spanish).StatusCode)
		}
		require.Equal(t, "translated", p.doctor.do("POST", p.at(a)+"/summary/translation", `{"summary":"Otra","instructions":[],"callIf":"","followUp":""}`).code())
		p.self.get(p.at(a)+"/summary").json(t, &summary)
		require.Equal(t, "Your pill was too strong. / there Su pastilla era muy fuerte.", summary.Summary+" / "+summary.Translation.State+" "+summary.Translation.Summary)
		require.Equal(t, "completed", p.bodies("Task")[0].Get("status").Str())
		require.Empty(t, left(p.nurse).Items)
		require.Empty(t, left(p.doctor).Items)

		// How it was.
		require.Equal(t, 422, rate(p.self, `{"stars":6}`).StatusCode)
		require.Equal(t, "not_over", rate(p.doctor, `{"stars":5}`).code(), "who held it does not rate it")
		require.Equal(t, 200, rate(p.self, `{"stars":2,"comment":"zqcomment, it was choppy"}`).StatusCode)
		require.Equal(t, 200, rate(p.self, `{"stars":4,"comment":"zqcomment, better than I said"}`).StatusCode)
		var v struct {
			Rating  *struct{ Stars int }
			Ratings []struct {
				Stars         int
				Comment, Role string
			}
			Lines []telehealth.VisitLine
		}
		p.self.get(p.at(a)).json(t, &v)
		require.Equal(t, 4, v.Rating.Stars)
		require.Empty(t, v.Ratings)
		require.Empty(t, v.Lines, "it is for the clinic")
		p.doctor.get(p.at(a)).json(t, &v)
		require.Len(t, v.Ratings, 1)
		require.Equal(t, "patient", v.Ratings[0].Role)
		require.Equal(t, []telehealth.VisitLine{{
			Seat: seat, Name: "Rosa", Role: "patient", Level: "weak", Seconds: 180, PoorSeconds: 60, OnlySoundSeconds: 30, LostOut: 1, LostIn: 2.5, DelayMs: 100, WorstDelayMs: 180, JitterMs: 5,
			Freezes: 4, FrozenSeconds: 2, Way: "relay", Over: "udp", Breaks: 2, LargePercent: 66, SmallPercent: 33,
		}}, v.Lines)
		require.NotContains(t, n.log.String(), "zqcomment")
	})
}

func TestTheCockpitOpensWithOneRequest(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		a, _ := p.live()
		p.save(a, 0, planned("", ""))
		var all struct {
			Visit wireVisit
			Note  wireNote
			Chart struct{ Conditions []struct{ Title string } }
		}
		p.doctor.get(p.at(a)+"/cockpit").json(t, &all)
		require.Equal(t, "live", all.Visit.State)
		require.EqualValues(t, 1, all.Note.Version)
		require.Len(t, all.Chart.Conditions, 2)
		require.Equal(t, 403, p.self.get(p.at(a)+"/cockpit").StatusCode)
		require.Equal(t, 403, p.desk.get(p.at(a)+"/cockpit").StatusCode)
		require.Equal(t, 404, p.stranger.get(p.at(a)+"/cockpit").StatusCode)
		require.Equal(t, 200, p.doctor.do("POST", "/api/v1/clinic/codes/search", `{"kind":"problem","words":"htn"}`).StatusCode)
		require.Equal(t, 403, p.self.do("POST", "/api/v1/clinic/codes/search", `{"kind":"problem","words":"htn"}`).StatusCode)
	})
}

// A sensitive problem is on all that was signed with it: who may not see one part may
// not know of the others.
func TestASensitiveProblemIsOnAllThatIsSignedWithIt(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		p.regrant(access.Everything, access.PowerVisits) // but not the sensitive kinds
		a, _ := p.live()
		p.save(a, 0, `{"subjective":"","objective":"","assessment":"x","plan":"y","summary":"z","instructions":[],"callIf":"","followUp":"","vitals":[{"kind":"pulse","value":71}],
			"problems":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"B20","text":"Human immunodeficiency virus [HIV] disease"}],"orders":[{"group":"lab","text":"Complete blood count"}],"next":{"count":1,"unit":"weeks","mode":"clinic"}}`)
		p.doctor.do("POST", p.at(a)+"/note/sign", `{"version":1,"end":true}`).json(t, &wireNote{})
		for _, typ := range []string{"Observation", "Condition", "ServiceRequest", "Encounter", "Composition", "DocumentReference", "Provenance"} {
			of := p.labels(typ)
			require.NotZero(t, of[len(of)-1]&access.HIV, typ)
		}
		require.Contains(t, p.self.get(p.chart()).body, "71")
		require.NotContains(t, p.elena.get(p.chart()).body, `"71`)
		require.Equal(t, "not_yet", p.elena.get(p.at(a)+"/summary").code())
	})
}
