package portal_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/telehealth"
)

type wireAsked struct {
	Form *struct {
		Key   string
		Items []struct{ ID, Kind string }
	}
	State   string
	May     bool
	Answers map[string][]string
	Lines   []struct {
		Ask, Said struct{ En, Es string }
		Was       *struct{ En, Es string }
		Look      bool
	}
	Record string
}

type wirePrepared struct {
	State         string
	Place         int
	ExpectedAt    time.Time
	BehindMinutes int
	Me            struct {
		Seat, PlaceAt   string
		Places, Outside bool
	}
	People []struct {
		Seat  string
		Check *struct {
			Camera, Reach, Browser, System string
			RoundTrip, Down, Up            int
		}
		Where *struct {
			Country, Region, Address, Phone string
			Outside                         bool
		}
	}
}

func (p *practice) prepared(who *someone, a wireAppointment) (v wirePrepared) {
	p.t.Helper()
	who.get(p.at(a)).json(p.t, &v)
	return v
}

func (n *node) admin() *someone {
	n.t.Helper()
	return n.signedIn(n.account("Moreno", identity.Staff, "", identity.Admin))
}

// resources gives the current bodies of a type in Rosa's chart.
func (p *practice) resources(typ string) (out []map[string]any) {
	p.t.Helper()
	rows, err := p.node.db.Read(context.Background()).Query(`SELECT body FROM resources WHERE patient_id = ? AND type = ? AND NOT deleted ORDER BY id`, p.rosa, typ)
	require.NoError(p.t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var body []byte
		var x map[string]any
		require.NoError(p.t, rows.Scan(&body))
		require.NoError(p.t, json.Unmarshal(body, &x))
		out = append(out, x)
	}
	require.NoError(p.t, rows.Err())
	return out
}

// Who waits is told on whichever day is looked at: it is now that they wait. The day itself holds its own visits only.
func TestWhoWaitsIsTheSameOnEveryDay(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		a := p.book(p.self, p.slots()[0], "")
		for _, date := range []string{"", time.Now().AddDate(0, 0, 3).Format(time.DateOnly), time.Now().AddDate(0, 0, -3).Format(time.DateOnly)} {
			day := func(who *someone) string { return who.get("/api/v1/clinic/day?whose=me&date=" + date).body }
			if date == "" {
				require.Contains(t, day(p.doctor), `"waiting":[]`)
				p.agree(p.self, a)
				p.step(p.self, a, "/wait", "")
			}
			var seen struct {
				Items   []struct{ ID string }
				Waiting []struct {
					ID     string
					People []struct{ Name string }
				}
			}
			require.NoError(t, json.Unmarshal([]byte(day(p.doctor)), &seen))
			require.Len(t, seen.Waiting, 1, date)
			require.Equal(t, a.ID, seen.Waiting[0].ID)
			require.Equal(t, "Rosa", seen.Waiting[0].People[0].Name)
			if date != "" {
				require.Empty(t, seen.Items, date)
			}
		}
	})
}

// What was tried before a visit is with it, in words and rough numbers, for the clinic.
func TestTheClinicSeesHowDevicesWereFound(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		a := p.book(p.self, p.slots()[0], "")
		const parts = `"camera":"ok","microphone":"fail","speaker":"skipped","network":"ok"`
		for _, wrong := range []string{`{"camera":"ok"}`, `{` + parts + `,"reach":"10.0.0.7"}`, `{` + parts + `,"down":2000000}`, `{` + parts + `,"browser":"Rosa's phone"}`, `{` + parts + `,"roundTrip":-1}`} {
			r := p.self.do("POST", p.at(a)+"/check", wrong)
			require.Contains(t, []int{400, 422}, r.StatusCode, wrong)
		}
		p.step(p.self, a, "/check", `{`+parts+`,"reach":"relay","roundTrip":180,"down":3200,"up":700,"browser":"safari","system":"iphone"}`)
		p.agree(p.self, a)
		p.step(p.self, a, "/wait", "")
		seen := p.prepared(p.doctor, a).People[0].Check
		require.Equal(t, "ok relay safari iphone 180 3200 700", fmt.Sprintf("%s %s %s %s %d %d %d", seen.Camera, seen.Reach, seen.Browser, seen.System, seen.RoundTrip, seen.Down, seen.Up))
		require.Nil(t, p.prepared(p.self, a).People[0].Check)
		var day struct {
			Waiting []struct {
				People []struct {
					Name  string
					Check struct{ Microphone, Reach string }
					Where *struct{ Phone string }
				}
			}
		}
		p.doctor.get("/api/v1/clinic/day?whose=me").json(t, &day)
		one := day.Waiting[0].People[0]
		require.Equal(t, []string{"Rosa", "fail", "relay"}, []string{one.Name, one.Check.Microphone, one.Check.Reach})
		require.Equal(t, "+1 555 0100", one.Where.Phone)
		desk := p.desk.get("/api/v1/clinic/day?whose=all").body
		require.Contains(t, desk, `"reach":"relay"`)
		require.NotContains(t, desk, "555 0100", "where they are is for those who hold the visit")

		// The line is tried by who may take part, and by nobody else.
		require.Len(t, p.self.get(p.at(a)+"/line").body, 128<<10)
		require.Equal(t, 204, p.self.do("POST", p.at(a)+"/line", strings.Repeat("x", 64<<10)).StatusCode)
		require.Equal(t, 413, p.self.do("POST", p.at(a)+"/line", strings.Repeat("x", 64<<10+1)).StatusCode)
		require.Equal(t, 404, p.stranger.get(p.at(a)+"/line").StatusCode)
		require.Equal(t, 403, p.desk.get(p.at(a)+"/line").StatusCode)
	})
}

// Agreeing leaves a Consent in the chart; taking it back ends it and the seat.
func TestAnAgreementIsAConsentInTheChart(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		p.regrant(access.Everything, access.PowerVisits)
		a := p.book(p.self, p.slots()[0], "")
		p.agree(p.self, a)
		p.agree(p.self, a)
		all := p.resources("Consent")
		require.Len(t, all, 1, "agreed again it is the same one")
		one := all[0]
		require.Equal(t, "active", one["status"])
		require.Contains(t, fmt.Sprint(one["policy"]), telehealth.ConsentVersion)
		require.Contains(t, fmt.Sprint(one["policyRule"]), telehealth.ConsentVersion)
		require.Contains(t, fmt.Sprint(one["performer"]), "Patient/"+p.rosa)
		require.Equal(t, "permit", one["provision"].(map[string]any)["type"])
		require.Empty(t, p.resources("Provenance"))

		p.agree(p.elena, a)
		all = p.resources("Consent")
		require.Len(t, all, 2)
		var hers map[string]any
		for _, x := range all {
			if x["id"] != one["id"] {
				hers = x
			}
		}
		require.Contains(t, fmt.Sprint(hers["performer"]), p.elena.account.ID)
		said := p.resources("Provenance")
		require.Len(t, said, 1, "on whose behalf")
		require.Contains(t, fmt.Sprint(said[0]["agent"]), "onBehalfOf:map[display:Rosa Marin reference:Patient/"+p.rosa)

		// In the room, and then not any more.
		seat := p.step(p.self, a, "/wait", "").Me.Seat
		p.step(p.doctor, a, "/admit", `{"seat":"`+seat+`"}`)
		for range 2 {
			r := p.self.do("DELETE", p.at(a)+"/consent", "")
			require.Equal(t, 200, r.StatusCode, r.body)
		}
		_, err := n.visits.SeatFor(context.Background(), p.self.principal(), p.rosa, a.ID)
		require.Error(t, err)
		require.Equal(t, "consent", p.self.do("POST", p.at(a)+"/wait", "").code())
		for _, x := range p.resources("Consent") {
			want := map[bool]string{true: "inactive", false: "active"}[x["id"] == one["id"]]
			require.Equal(t, want, x["status"])
		}
		p.agree(p.self, a)
		require.Len(t, p.resources("Consent"), 2)
		require.Equal(t, 403, p.doctor.do("DELETE", p.at(a)+"/consent", "").StatusCode)
	})
}

// Where the patient is is said before they wait, held against where the clinic may
// treat, and seen by who holds the visit.
func TestWhereThePatientIsIsSaidBefore(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		a := p.book(p.self, p.slots()[0], "")
		var known struct {
			Name, BirthDate string
			Place           *struct{ Phone, Address string }
		}
		p.self.get(p.at(a)+"/place").json(t, &known)
		require.Equal(t, []string{"Rosa Marin", "1952-03-02"}, []string{known.Name, known.BirthDate})
		require.Equal(t, 403, p.doctor.get(p.at(a)+"/place").StatusCode)
		for _, wrong := range []string{`{"country":"usa","address":"Here","phone":"555 0100"}`, `{"country":"US","address":"","phone":"555 0100"}`, `{"country":"US","address":"Here","phone":"call me"}`, `{"country":"US","region":"or","address":"Here","phone":"555 0100"}`} {
			require.Contains(t, []int{400, 422}, p.self.do("POST", p.at(a)+"/place", wrong).StatusCode, wrong)
		}
		p.agree(p.self, a)
		p.self.get(p.at(a)+"/place").json(t, &known)
		require.Equal(t, "12 Harbor Street, kitchen", known.Place.Address)
		p.step(p.self, a, "/wait", "")
		seen := p.prepared(p.doctor, a).People[0].Where
		require.Equal(t, "US OR 12 Harbor Street, kitchen +1 555 0100", strings.Join([]string{seen.Country, seen.Region, seen.Address, seen.Phone}, " "))
		require.False(t, seen.Outside)
		require.NotContains(t, p.self.get(p.at(a)).body, "Harbor Street")
		require.NotContains(t, p.desk.get(p.at(a)).body, "Harbor Street")

		// The clinic may treat in Washington only: first it is warned, then it is refused.
		admin := n.admin()
		const path = "/api/v1/clinic/visits/licence"
		require.Equal(t, 403, p.doctor.get(path).StatusCode)
		require.Equal(t, 403, p.doctor.do("PUT", path, `{"places":["US-WA"],"outside":"warn","version":0}`).StatusCode)
		require.Equal(t, 200, admin.do("PUT", path, `{"places":["US-WA"],"outside":"warn","version":0}`).StatusCode)
		require.Equal(t, "version", admin.do("PUT", path, `{"places":[],"outside":"warn","version":0}`).code())
		require.True(t, p.prepared(p.doctor, a).People[0].Where.Outside)
		require.False(t, p.prepared(p.self, a).Me.Outside)
		require.Equal(t, 200, admin.do("PUT", path, `{"places":["US-WA","MX"],"outside":"refuse","version":1}`).StatusCode)
		require.Equal(t, 200, p.self.do("DELETE", p.at(a)+"/wait", "").StatusCode)
		require.True(t, p.prepared(p.self, a).Me.Outside)
		require.Equal(t, "outside", p.self.do("POST", p.at(a)+"/wait", "").code())
		p.step(p.self, a, "/place", `{"country":"US","region":"WA","address":"At my sister's","phone":"+1 555 0100"}`)
		require.Equal(t, "waiting", p.step(p.self, a, "/wait", "").Me.State)
		require.Contains(t, p.stepRows(), "visits licence")
	})
}

// stepRows are the details of what was changed outside of charts.
func (p *practice) stepRows() string {
	p.t.Helper()
	var out strings.Builder
	rows, err := p.node.db.Read(context.Background()).Query(`SELECT body FROM audit_pages`)
	require.NoError(p.t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var b []byte
		require.NoError(p.t, rows.Scan(&b))
		out.Write(b)
	}
	return out.String()
}

// Questions are answered by the patient, kept while they are, sent once, and read by
// the clinic with what was else the last time.
func TestQuestionsBeforeAVisit(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		soon := time.Now().Add(10 * time.Minute)
		p := newPractice(t, n, soon, soon.Add(time.Hour))
		require.NoError(t, n.visits.PublishForms(context.Background()))
		require.NoError(t, n.visits.PublishForms(context.Background()))
		a := p.book(p.self, p.slots()[0], "")
		ask := func(who *someone, a wireAppointment) (x wireAsked) {
			t.Helper()
			who.get(p.at(a)+"/form").json(t, &x)
			return x
		}
		require.Nil(t, ask(p.self, a).Form, "nobody chose any")
		admin := n.admin()
		const path = "/api/v1/clinic/visits/forms"
		require.Equal(t, 403, p.doctor.get(path).StatusCode)
		require.Contains(t, admin.get(path).body, "Family Medicine")
		require.Equal(t, 400, admin.do("PUT", path, `{"choices":[{"mode":"video","form":"nothing"}],"version":0}`).StatusCode)
		r := admin.do("PUT", path, `{"choices":[{"mode":"video","form":"medicines"},{"mode":"video","specialty":"Family Medicine","form":"general"}],"version":0}`)
		require.Equal(t, 200, r.StatusCode, r.body)
		x := ask(p.self, a)
		require.Equal(t, "general", x.Form.Key)
		require.Equal(t, "none", x.State)
		put := func(who *someone, a wireAppointment, answers string, finish bool) reply {
			t.Helper()
			return who.do("PUT", p.at(a)+"/form", fmt.Sprintf(`{"form":"general","answers":%s,"finish":%t}`, answers, finish))
		}
		require.Equal(t, "form", put(p.self, a, `{"height":["180"]}`, false).code())
		require.Equal(t, "form", put(p.self, a, `{"bad":["terrible"]}`, false).code())
		require.Equal(t, 200, put(p.self, a, `{"what":["A cough"]}`, false).StatusCode)
		require.Equal(t, "unanswered", put(p.self, a, `{"what":["A cough"]}`, true).code())
		require.Equal(t, "draft", ask(p.self, a).State)
		require.Equal(t, []string{"A cough"}, ask(p.self, a).Answers["what"])
		require.Empty(t, ask(p.doctor, a).Answers, "a draft is not the clinic's")
		require.Empty(t, p.resources("QuestionnaireResponse"))
		require.Equal(t, 200, put(p.self, a, `{"what":["A cough"],"bad":["little"],"signs":["none"],"medicine-which":["Not asked"]}`, true).StatusCode)
		stored := p.resources("QuestionnaireResponse")
		require.Len(t, stored, 1)
		require.Equal(t, "completed", stored[0]["status"])
		require.Equal(t, "urn:housecall:form:general|1", stored[0]["questionnaire"])
		require.Equal(t, "done", put(p.self, a, `{"what":["A cough"]}`, false).code())
		shared, err := n.store.Read(context.Background(), feed, "Questionnaire", "5b0a8c1e-31f0-4d0c-9c53-6f1e0d2a7c01")
		require.NoError(t, err)
		require.EqualValues(t, 1, shared.Version, "published twice it is there once")
		require.Contains(t, string(shared.Body), "¿Por qué nos consulta?")

		// The next time: what is else is marked, and what has to be seen comes first.
		b := p.book(p.self, p.slots()[0], "")
		require.Equal(t, 200, put(p.self, b, `{"what":["A cough"],"bad":["much"],"signs":["chest"]}`, true).StatusCode)
		seen := ask(p.doctor, b)
		require.True(t, seen.Lines[0].Look)
		by := map[string]string{}
		for _, l := range seen.Lines {
			by[l.Ask.En] = l.Said.En
			if l.Was != nil {
				by[l.Ask.En] += " / " + l.Was.En
			}
		}
		require.Equal(t, "A cough", by["What brings you here, in your own words?"])
		require.Equal(t, "Very much / A little", by["How much does it bother you?"])
		require.Equal(t, "Pain in the chest / None of these", by["Do you have any of these now?"])
		require.Equal(t, 403, put(p.doctor, b, `{}`, false).StatusCode)
		require.JSONEq(t, `{"state":"none","may":false}`, p.desk.get(p.at(b)+"/form").body)

		// A caregiver answers who was given forms and bookings; who only joins does not.
		p.regrant(access.Everything, access.PowerVisits)
		require.Equal(t, 403, put(p.elena, b, `{"what":["A cough"],"bad":["little"]}`, true).StatusCode)
		p.regrant(access.Everything, access.PowerScheduling)
		require.Equal(t, 200, put(p.elena, b, `{"what":["A cough"],"bad":["some"]}`, true).StatusCode)
		require.Len(t, p.resources("QuestionnaireResponse"), 2)
		require.Contains(t, fmt.Sprint(p.resources("QuestionnaireResponse")), p.elena.account.ID)
	})
}

// Two wait for one doctor: each knows their place. The clinic says that it is late, and
// who has not come yet is told.
func TestWhoWaitsKnowsTheirPlace(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		soon := time.Now().Add(5 * time.Minute)
		p := newPractice(t, n, soon, soon.Add(20*time.Minute), soon.Add(40*time.Minute))
		slots := p.slots()
		second := p.book(p.self, slots[1], "") // Rosa's own, later one
		first := newID()
		ben := n.signedIn(n.account("Ben", identity.Person, p.ben))
		require.Equal(t, 201, ben.do("POST", "/api/v1/charts/"+p.ben+"/appointments", fmt.Sprintf(`{"id":"%s","slot":"%s","mode":"video"}`, first, slots[0])).StatusCode)
		third := p.book(p.self, slots[2], "")
		at := "/api/v1/charts/" + p.ben + "/visits/" + first
		ben.do("POST", at+"/consent", `{"version":"`+telehealth.ConsentVersion+`","agreed":true}`)
		ben.do("POST", at+"/place", here)
		require.Equal(t, 200, ben.do("POST", at+"/wait", "").StatusCode)
		n.clock.Add(6 * time.Minute) // the door of the second one is open
		p.agree(p.self, second)
		p.step(p.self, second, "/wait", "")
		v := p.prepared(p.self, second)
		require.Equal(t, 2, v.Place)
		var bens wirePrepared
		ben.get(at).json(t, &bens)
		require.Equal(t, 1, bens.Place)
		require.True(t, bens.ExpectedAt.Before(v.ExpectedAt))
		var day struct{ Waiting []struct{ ID string } }
		p.doctor.get("/api/v1/clinic/day?whose=me").json(t, &day)
		require.Len(t, day.Waiting, 2)
		require.Equal(t, first, day.Waiting[0].ID, "in the order that people are told")

		told := func() int { return strings.Count(p.self.get("/api/v1/notices").body, third.ID) }
		before := told()
		var n1 struct{ Told int }
		p.doctor.do("POST", "/api/v1/clinic/day/late", `{"minutes":15}`).json(t, &n1)
		require.Equal(t, 3, n1.Told)
		p.doctor.do("POST", "/api/v1/clinic/day/late", `{"minutes":15}`)
		require.Equal(t, before+1, told(), "once, and before she comes")
		require.Equal(t, 15, p.prepared(p.self, second).BehindMinutes)
		require.Equal(t, 15, p.prepared(p.self, third).BehindMinutes)
		require.Equal(t, 403, p.self.do("POST", "/api/v1/clinic/day/late", `{"minutes":15}`).StatusCode)
		p.doctor.do("POST", "/api/v1/clinic/day/late", `{"minutes":0}`).json(t, &n1)
		require.Zero(t, p.prepared(p.self, second).BehindMinutes)
	})
}

// Who waits and the clinic write to each other; nobody else who waits reads it, and
// what is said in the room is not read from outside.
func TestWhoWaitsWritesWithTheClinic(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		p.regrant(access.Everything, access.PowerVisits)
		a := p.book(p.self, p.slots()[0], "")
		say := func(who *someone, text, seat string) reply {
			return who.do("POST", p.at(a)+"/chat", fmt.Sprintf(`{"id":"%s","text":"%s","seat":"%s"}`, newID(), text, seat))
		}
		require.Equal(t, "not_admitted", say(p.self, "Hello?", "").code())
		for _, who := range []*someone{p.self, p.elena} {
			p.agree(who, a)
		}
		rosas := p.step(p.self, a, "/wait", "").Me.Seat
		elenas := p.step(p.elena, a, "/wait", "").Me.Seat
		require.Equal(t, 201, say(p.self, "My camera is dark", elenas).StatusCode)
		asks := func() (out int) {
			var day struct {
				Waiting []struct {
					People []struct {
						Seat string
						Asks int
					}
				}
			}
			p.doctor.get("/api/v1/clinic/day?whose=me").json(t, &day)
			for _, x := range day.Waiting[0].People {
				out += x.Asks
			}
			return out
		}
		require.Equal(t, 1, asks())
		require.Contains(t, p.doctor.get(p.at(a)).body, `"asks":1`)
		require.NotContains(t, p.self.get(p.at(a)).body, `"asks"`)
		require.NotContains(t, p.elena.get(p.at(a)+"/chat").body, "dark")
		require.Contains(t, p.nurse.get(p.at(a)+"/chat").body, `"seat":"`+rosas+`"`)
		require.Equal(t, 403, p.desk.get(p.at(a)+"/chat").StatusCode)
		require.Equal(t, 201, say(p.nurse, "Turn it on in the settings", rosas).StatusCode)
		require.Zero(t, asks())
		require.Contains(t, p.self.get(p.at(a)+"/chat").body, "Turn it on")
		p.step(p.doctor, a, "/admit", `{"seat":"`+rosas+`"}`)
		require.Equal(t, 201, say(p.self, "Now I see you", "").StatusCode)
		require.NotContains(t, p.elena.get(p.at(a)+"/chat").body, "Now I see")
		require.Contains(t, p.self.get(p.at(a)+"/chat").body, "Turn it on", "what was said before is not lost")
		require.Equal(t, "gone", say(p.doctor, "Too late", rosas).code())
	})
}

// All of it works for who comes by a link, and tells nothing more of the record.
func TestWhatIsDoneBeforeWorksByALink(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		require.Equal(t, 200, n.admin().do("PUT", "/api/v1/clinic/visits/forms", `{"choices":[{"mode":"video","form":"general"}],"version":0}`).StatusCode)
		a := p.book(p.self, p.slots()[0], "")
		var made struct{ Link struct{ URL string } }
		p.desk.do("POST", p.at(a)+"/link", "").json(t, &made)
		_, token, _ := strings.Cut(made.Link.URL, "#")
		rosa := n.byLink()
		require.Equal(t, 204, rosa.enter(token, "1952-03-02").StatusCode)
		rosa.see()
		require.JSONEq(t, `{"name":"Rosa Marin","birthDate":"1952-03-02"}`, rosa.ask("GET", "/place", "").body)
		require.Len(t, rosa.ask("GET", "/line", "").body, 128<<10)
		require.Contains(t, rosa.ask("GET", "/form", "").body, `"may":true`)
		require.Equal(t, 200, rosa.ask("PUT", "/form", `{"form":"general","answers":{"what":["Depressed"],"bad":["some"]},"finish":true}`).StatusCode)
		require.Contains(t, rosa.ask("GET", "/form", "").body, "Depressed")
		require.Len(t, p.resources("QuestionnaireResponse"), 1)
		require.Equal(t, 200, rosa.ask("POST", "/consent", `{"version":"2026-11"}`).StatusCode)
		require.Len(t, p.resources("Consent"), 1)
		require.Equal(t, "place", rosa.ask("POST", "/wait", "").code())
		require.Equal(t, 200, rosa.ask("POST", "/place", here).StatusCode)
		require.Equal(t, 200, rosa.ask("POST", "/wait", "").StatusCode)
		require.Equal(t, 201, rosa.ask("POST", "/chat", fmt.Sprintf(`{"id":"%s","text":"I am here"}`, newID())).StatusCode)
		require.Contains(t, rosa.ask("GET", "/chat", "").body, "I am here")
		require.Equal(t, 200, rosa.ask("DELETE", "/consent", "").StatusCode)
		require.Contains(t, fmt.Sprint(p.resources("Consent")), "status:inactive")

		// A guest who comes in another browser takes along what they said, and nothing of hers.
		_, invited := p.asks(p.self, p.at(a), `{"name":"Carmen Ruiz","relation":"friend"}`)
		for range 2 {
			carmen := n.byLink()
			require.Equal(t, 204, carmen.comes(invited, "", "").StatusCode)
			carmen.waits()
		}
		require.Contains(t, rosa.ask("GET", "/place", "").body, "Harbor")

		// What Rosa answers with her account is not told to the link.
		require.Equal(t, 200, p.self.do("PUT", p.at(a)+"/form", `{"form":"general","answers":{"what":["My secret"],"bad":["some"]},"finish":true}`).StatusCode)
		require.NotContains(t, rosa.ask("GET", "/form", "").body, "My secret")
		// Another browser is asked again where she is.
		tablet := n.byLink()
		require.Equal(t, 204, tablet.enter(token, "1952-03-02").StatusCode)
		require.NotContains(t, tablet.ask("GET", "/place", "").body, "Harbor")
		require.Empty(t, tablet.see().Visit.Me.ConsentAt)
	})
}
