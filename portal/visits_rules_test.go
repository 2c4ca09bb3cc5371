package portal_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/access/audittest"
	"housecall/telehealth"
	"housecall/telehealth/schedule"
)

// caregiver gives somebody new a grant for Rosa.
func (p *practice) caregiver(name string, see access.CategorySet, can access.Powers) *someone {
	p.t.Helper()
	a := p.node.account(name, identity.Person, "")
	require.NoError(p.t, p.db.InTx(context.Background(), func(c *db.Conn) error {
		_, err := p.access.GrantTx(c, feed, access.GrantInput{Account: a.ID, Name: name, Patient: p.rosa, Relation: "child", Basis: access.Consent, See: see, Can: can, End: time.Now().AddDate(0, 6, 0)})
		return err
	}))
	return p.signedIn(a)
}

// slots are the free times in their order.
func (p *practice) slots() (out []string) {
	p.t.Helper()
	for _, d := range p.free(p.self).Days {
		for _, s := range d.Slots {
			out = append(out, s.ID)
		}
	}
	return out
}

func (p *practice) at(a wireAppointment) string { return p.chart() + "/visits/" + a.ID }

func (p *practice) step(who *someone, a wireAppointment, path, body string) (v wireVisit) {
	p.t.Helper()
	who.do("POST", p.at(a)+path, body).json(p.t, &v)
	return v
}

func (p *practice) agree(who *someone, a wireAppointment) {
	p.t.Helper()
	p.step(who, a, "/consent", `{"version":"`+telehealth.ConsentVersion+`","agreed":true}`)
	p.step(who, a, "/place", here)
}

// here is where the patient is.
const here = `{"country":"US","region":"OR","address":"12 Harbor Street, kitchen","phone":"+1 555 0100"}`

func noteOf(plan string) string {
	return `{"version":0,"body":{"subjective":"Tired","objective":"","assessment":"See plan","plan":"` + plan + `","summary":"We talked about it.","instructions":["Rest"],"callIf":"","followUp":""}}`
}

// hold holds a visit whose note has that plan, and signs it.
func (p *practice) hold(a wireAppointment, plan string) (note wireNote) {
	p.t.Helper()
	p.doctor = p.signedIn(p.doctor.account)
	p.step(p.doctor, a, "/start", "")
	p.step(p.doctor, a, "/end", "")
	p.doctor.do("PUT", p.at(a)+"/note", noteOf(plan)).json(p.t, &note)
	p.doctor.do("POST", p.at(a)+"/note/sign", `{"version":1}`).json(p.t, &note)
	return note
}

// labels gives the sensitive kinds of the resources of a type, the newest last.
func (p *practice) labels(typ string) (out []access.Labels) {
	p.t.Helper()
	require.NoError(p.t, p.db.Read(context.Background()).Each(`SELECT labels FROM resources WHERE patient_id = ? AND type = ? ORDER BY last_updated, id`, func(r *sql.Rows) error {
		var l access.Labels
		err := r.Scan(&l)
		out = append(out, l)
		return err
	}, p.rosa, typ))
	return out
}

// What a visit touches is on everything that it leaves: a caregiver who was not
// given sensitive kinds finds neither the note nor the summary, and nothing that
// tells of them.
func TestWhatAVisitTouchesIsOnAllThatItLeaves(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		start := time.Now().Add(time.Minute)
		p := newPractice(t, n, start, start.Add(20*time.Minute), start.Add(40*time.Minute))
		p.regrant(access.Everything, access.PowerVisits)
		slots := p.slots()
		byReason := p.book(p.self, slots[0], "Pregnancy")
		byNote := p.book(p.self, slots[1], "Tired")
		open := p.book(p.self, slots[2], "Cough")
		later := func() {
			n.clock.Add(19 * time.Minute)
			p.self, p.elena, p.doctor = n.signedIn(p.self.account), n.signedIn(p.elena.account), n.signedIn(p.doctor.account)
		}
		hidden := []wireNote{p.hold(byReason, "Blood test")}
		later()
		before := p.elena.get(p.at(byNote) + "/summary")
		hidden = append(hidden, p.hold(byNote, strings.Repeat("We talked for long. ", 40)+"Begin sertraline 50 mg."))
		for _, typ := range []string{"Encounter", "Composition"} {
			require.Equal(t, []access.Labels{access.Reproductive, access.MentalHealth}, p.labels(typ), typ)
		}
		require.Contains(t, p.labels("DocumentReference"), access.MentalHealth)
		require.Contains(t, p.labels("DocumentReference"), access.Reproductive)

		var seen wireVisit
		require.Equal(t, 404, p.elena.get(p.at(byReason)).StatusCode)
		p.elena.get(p.at(byNote)).json(t, &seen)
		require.Empty(t, seen.Note)
		require.Nil(t, seen.Summary)
		after := p.elena.get(p.at(byNote) + "/summary")
		require.Equal(t, []any{before.StatusCode, before.code()}, []any{after.StatusCode, after.code()}, "as before it was written")
		require.NotContains(t, p.elena.get(p.chart()+"/appointments?when=past").body, `"summary":true`)
		require.NotContains(t, p.elena.get(p.chart()+"/appointments/"+byNote.ID).body, `"summary":true`)
		for _, path := range []string{"", "/timeline", "/sections/documents", "/sections/visits"} {
			body := p.elena.get(p.chart() + path).body
			for _, word := range []string{"After-visit summary", "Visit note", "Video visit", "sertraline"} {
				require.NotContains(t, body, word, path)
			}
		}
		for _, x := range hidden {
			_, err := n.store.Read(context.Background(), p.elena.principal(), "Composition", strings.TrimPrefix(x.Composition, "Composition/"))
			require.True(t, fault.Is(err, fault.NotFound), "%v", err)
		}
		var all struct {
			Composition, Summary string
			Addenda              []struct{ Text string }
		}
		p.self.get(p.at(byNote)+"/summary").json(t, &all)
		require.Equal(t, hidden[1].Composition, all.Composition)
		p.self.get(p.at(byNote)).json(t, &seen)
		require.Equal(t, "signed", seen.Note)
		require.NotNil(t, seen.Summary)
		require.Contains(t, p.self.get(p.chart()+"/timeline").body, "Video visit")

		// What is added inherits, and may touch more than the note.
		add := func(a wireAppointment, text string) {
			t.Helper()
			r := p.doctor.do("POST", p.at(a)+"/note/addenda", fmt.Sprintf(`{"id":"%s","text":"%s"}`, newID(), text))
			require.Less(t, r.StatusCode, 300, r.body)
		}
		add(byNote, "The lab called.")
		require.Equal(t, []access.Labels{access.Reproductive, access.MentalHealth, access.MentalHealth}, p.labels("Composition"))
		later()
		p.hold(open, "Tea")
		add(open, "She is HIV-positive.")
		add(open, "The lab called.")
		p.elena.get(p.at(open)+"/summary").json(t, &all)
		require.Equal(t, "We talked about it.", all.Summary)
		require.Len(t, all.Addenda, 1)
		require.Equal(t, "The lab called.", all.Addenda[0].Text)
		p.self.get(p.at(open)+"/summary").json(t, &all)
		require.Len(t, all.Addenda, 2)
		p.elena.get(p.at(open)).json(t, &seen)
		require.Equal(t, "signed", seen.Note)
		require.Contains(t, p.elena.get(p.chart()+"/appointments?when=past").body, `"summary":true`)
	})
}

func TestTheChatOfAVisitIsForThoseWhoWereLetIn(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		p.regrant(access.Everything, access.PowerVisits)
		theo, mara := p.caregiver("Theo", access.Everything, access.PowerVisits), p.caregiver("Mara", access.Everything, access.PowerVisits)
		a := p.book(p.self, p.slots()[0], "Tired")
		for _, who := range []*someone{p.self, p.elena, theo, mara} {
			p.agree(who, a)
		}
		seat := func(who *someone) string { return `{"seat":"` + p.step(who, a, "/wait", "").Me.Seat + `"}` }
		p.step(p.doctor, a, "/admit", seat(p.self))
		// Elena was let in, turned away, and waited again; Theo waited; Mara only agreed.
		elena := seat(p.elena)
		p.step(p.doctor, a, "/admit", elena)
		require.Equal(t, 200, p.elena.get(p.at(a)+"/chat").StatusCode)
		p.step(p.doctor, a, "/refuse", elena)
		require.Equal(t, "not_admitted", p.elena.get(p.at(a)+"/chat").code())
		seat(p.elena)
		seat(theo)
		require.Equal(t, 201, p.self.do("POST", p.at(a)+"/chat", fmt.Sprintf(`{"id":"%s","text":"Hello"}`, newID())).StatusCode)
		p.step(p.doctor, a, "/end", "")
		for _, who := range []*someone{p.elena, theo, mara} {
			r := who.get(p.at(a) + "/chat")
			require.Equal(t, "not_admitted", r.code(), who.name)
			require.NotContains(t, r.body, "Hello")
		}
		for _, who := range []*someone{p.self, p.doctor} {
			require.Contains(t, who.get(p.at(a)+"/chat").body, "Hello", who.name)
		}
	})
}

// Every step of a visit is in the patient's log of accesses, in words that the
// page knows, and without what was said.
func TestEveryStepOfAVisitLeavesItsRow(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		a := p.book(p.self, p.slots()[0], "Tired")
		p.step(p.self, a, "/check", `{"camera":"ok","microphone":"ok","speaker":"ok","network":"ok"}`)
		p.agree(p.self, a)
		p.step(p.self, a, "/wait", "")
		p.self.do("DELETE", p.at(a)+"/wait", "")
		p.step(p.doctor, a, "/late", `{"minutes":5}`)
		seat := `{"seat":"` + p.step(p.self, a, "/wait", "").Me.Seat + `"}`
		p.step(p.doctor, a, "/refuse", seat)
		p.step(p.self, a, "/wait", "")
		p.step(p.doctor, a, "/admit", seat)
		p.step(p.doctor, a, "/start", "")
		require.Equal(t, 201, p.self.do("POST", p.at(a)+"/chat", fmt.Sprintf(`{"id":"%s","text":"A cough"}`, newID())).StatusCode)
		p.step(p.doctor, a, "/end", "")
		require.Equal(t, 200, p.doctor.do("PUT", p.at(a)+"/note", noteOf("A cough")).StatusCode)
		require.Equal(t, 200, p.doctor.do("POST", p.at(a)+"/note/sign", `{"version":1}`).StatusCode)

		got := map[string]int{}
		for _, r := range audittest.Of(t, n.db, p.rosa) {
			require.NotContains(t, string(r.Body), "cough")
			var e struct{ Name, Action, Type, ID, Outcome, Detail string }
			if json.Unmarshal(r.Body, &e) == nil && e.ID == a.ID && e.Action == "update" && e.Outcome == "ok" && e.Detail != "" {
				got[e.Name+" "+e.Detail]++
			}
		}
		require.Equal(t, map[string]int{
			"Rosa check": 1, "Rosa consent": 1, "Rosa place": 1, "Rosa wait": 3, "Rosa leave": 1, "Rosa chat": 1,
			"Dr. Juniper Hale late": 1, "Dr. Juniper Hale refuse": 1, "Dr. Juniper Hale admit": 1, "Dr. Juniper Hale start": 1, "Dr. Juniper Hale end": 1,
			"Dr. Juniper Hale save note": 1, "Dr. Juniper Hale sign": 1,
		}, got)

		// Looking at the chat is not looking at the visit.
		looks := func() int {
			rows, _, _, err := n.access.AccessLog(context.Background(), feed, p.rosa, "", 100)
			require.NoError(t, err)
			for _, r := range rows {
				if r.Who == "Rosa" && r.Action == "read" {
					require.Contains(t, r.What, "appointments")
					return r.Count
				}
			}
			return 0
		}
		p.self.get(p.at(a))
		one := looks()
		p.self.get(p.at(a))
		require.Equal(t, one, looks(), "pages ask all the time")
		p.self.get(p.at(a) + "/chat")
		require.Equal(t, one+1, looks())
	})
}

// Who sends a signature twice is told of their own, not of somebody else's.
func TestASignatureIsTheSigners(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		id := newID()
		n.put(`{"resourceType":"Practitioner","id":"` + id + `","name":[{"family":"Okoye","given":["Ife"]}]}`)
		second, err := n.id.CreateAccount(context.Background(), identity.NewAccount{Email: "okoye@housecall.test", Name: "Dr. Ife Okoye", Kind: identity.Staff, Roles: []identity.Role{identity.Clinician}, Practitioner: id})
		require.NoError(t, err)
		signer := n.signedIn(second)
		p.join(signer, p.rosa)
		a := p.book(p.self, p.slots()[0], "Tired")
		p.step(p.doctor, a, "/start", "")
		p.step(p.doctor, a, "/end", "")
		require.Equal(t, 200, p.doctor.do("PUT", p.at(a)+"/note", noteOf("Rest")).StatusCode)
		var note wireNote
		for range 2 {
			signer.do("POST", p.at(a)+"/note/sign", `{"version":1}`).json(t, &note)
			require.Equal(t, "Dr. Ife Okoye", note.SignedBy)
		}
		r := p.doctor.do("POST", p.at(a)+"/note/sign", `{"version":1}`)
		require.Equal(t, "signed", r.code(), r.body)
		require.Len(t, p.labels("Composition"), 1)
	})
}

// Who waits for a visit that is called off or moved does not wait any more.
func TestNobodyWaitsForAVisitThatIsNot(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		soon := time.Now().Add(10 * time.Minute)
		p := newPractice(t, n, soon, soon.Add(20*time.Minute), soon.Add(48*time.Hour))
		slots := p.slots()
		waiting := func() int {
			var day struct{ Waiting []struct{ ID string } }
			p.doctor.get("/api/v1/clinic/day?whose=me&date="+soon.UTC().Format(time.DateOnly)).json(t, &day)
			return len(day.Waiting)
		}
		a := p.book(p.self, slots[0], "Tired")
		p.agree(p.self, a)
		p.step(p.self, a, "/wait", "")
		require.Equal(t, 1, waiting())
		move := func(to string) (v wireVisit) {
			t.Helper()
			r := p.self.do("POST", p.chart()+"/appointments/"+a.ID+"/reschedule", `{"slot":"`+to+`"}`)
			require.Less(t, r.StatusCode, 300, r.body)
			p.self.get(p.at(a)).json(t, &v)
			return v
		}
		v := move(slots[2])
		require.Equal(t, []string{"scheduled", "none", ""}, []string{v.State, v.Me.State, v.Me.ConsentAt}, "it was given for another day")
		require.Zero(t, waiting())
		move(slots[0])
		p.agree(p.self, a)
		p.step(p.self, a, "/wait", "")
		require.Equal(t, 1, waiting())
		if soon.UTC().YearDay() == soon.Add(20*time.Minute).UTC().YearDay() {
			v = move(slots[1])
			require.Equal(t, []string{"scheduled", "none"}, []string{v.State, v.Me.State})
			require.NotEmpty(t, v.Me.ConsentAt)
			require.Zero(t, waiting())
			move(slots[0])
			p.step(p.self, a, "/wait", "")
		}
		require.Equal(t, 200, p.self.do("POST", p.chart()+"/appointments/"+a.ID+"/cancel", `{}`).StatusCode)
		require.Zero(t, waiting())
		p.self.get(p.at(a)).json(t, &v)
		require.Equal(t, []string{"scheduled", "none"}, []string{v.State, v.Me.State})
	})
}

// Who does not see a part of an appointment can change the rest of it, and leaves
// that part in it.
func TestAnAppointmentIsChangedByWhoDoesNotSeeAllOfIt(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		soon := time.Now().Add(48 * time.Hour)
		p := newPractice(t, n, soon, soon.Add(time.Hour), soon.Add(2*time.Hour))
		slots := p.slots()
		stored := func(id string) string {
			t.Helper()
			s, err := n.store.Read(context.Background(), feed, "Appointment", id)
			require.NoError(t, err)
			return string(s.Body)
		}
		blind := p.caregiver("Theo", access.Of(access.Appointments), access.PowerScheduling)
		app := n.token(p.self.account, "patient/Appointment.cruds")
		for _, who := range []*someone{blind, app} {
			a := p.book(p.self, slots[0], "Tired")
			r := who.do("POST", p.chart()+"/appointments/"+a.ID+"/reschedule", `{"slot":"`+slots[1]+`"}`)
			require.Equal(t, 200, r.StatusCode, who.name+" "+r.body)
			require.NotContains(t, r.body, "Marin")
			require.Contains(t, stored(a.ID), `"display":"Rosa Marin"`, who.name)
			r = who.do("POST", p.chart()+"/appointments/"+a.ID+"/cancel", `{}`)
			require.Equal(t, 200, r.StatusCode, who.name+" "+r.body)
			require.Contains(t, stored(a.ID), `"display":"Rosa Marin"`, who.name)
			require.Contains(t, stored(a.ID), `"status":"cancelled"`, who.name)
		}
	})
}

// Only who waits or is in the room takes a place, and the patient and the host
// always have theirs.
func TestAVisitIsFullOfThoseWhoCame(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		a := p.book(p.self, p.slots()[0], "Tired")
		p.agree(p.self, a)
		var near []*someone
		for i := range 8 {
			near = append(near, p.caregiver(fmt.Sprintf("Near%d", i), access.Everything, access.PowerVisits))
			p.agree(near[i], a)
		}
		require.Equal(t, "live", p.step(p.doctor, a, "/start", "").State)
		for i, who := range near[:6] {
			seat := p.step(who, a, "/wait", "").Me.Seat
			if i%2 == 0 {
				require.Equal(t, "live", p.step(p.doctor, a, "/admit", `{"seat":"`+seat+`"}`).State)
			}
		}
		require.Equal(t, "full", near[6].do("POST", p.at(a)+"/wait", "").code())
		require.Equal(t, "waiting", p.step(p.self, a, "/wait", "").Me.State, "the patient has a place")
		require.Equal(t, "admitted", p.step(p.nurse, a, "/start", "").Me.State, "so has the care team")
		require.Equal(t, 200, near[1].do("DELETE", p.at(a)+"/wait", "").StatusCode)
		require.Equal(t, "full", near[6].do("POST", p.at(a)+"/wait", "").code(), "the nurse has it")
		require.Equal(t, 200, near[3].do("DELETE", p.at(a)+"/wait", "").StatusCode)
		require.Equal(t, "waiting", p.step(near[6], a, "/wait", "").Me.State)
	})
}

// A practitioner is at one place at a time, however long the times are.
func TestTimesOfAPractitionerDoNotOverlap(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		soon := time.Now().Add(48 * time.Hour).Truncate(time.Minute)
		p := newPractice(t, n, soon)
		offer := func(length time.Duration, after ...time.Duration) int64 {
			t.Helper()
			o := schedule.Offered{Account: p.doctor.account.ID, Specialty: "Family Medicine", Modes: []schedule.Mode{schedule.Video}, Length: length}
			for _, d := range after {
				o.Starts = append(o.Starts, soon.Add(d))
			}
			added, err := n.schedule.Offer(context.Background(), feed, o)
			require.NoError(t, err)
			return added
		}
		require.Zero(t, offer(time.Hour, -10*time.Minute, 0, 10*time.Minute, -30*time.Minute))
		require.EqualValues(t, 2, offer(time.Hour, 20*time.Minute, 40*time.Minute, -time.Hour, -50*time.Minute), "right before and right after")
		require.Len(t, p.slots(), 3)
		added := make([]int64, 4)
		var all sync.WaitGroup
		for i := range added {
			all.Go(func() { added[i] = offer(time.Hour, time.Duration(300+15*i)*time.Minute) })
		}
		all.Wait()
		require.EqualValues(t, 1, added[0]+added[1]+added[2]+added[3], "of those who offer at once")

		// Should times overlap all the same, one of them is booked.
		first := p.slots()[1]
		other := newID()
		require.NoError(t, n.db.InTx(context.Background(), func(c *db.Conn) error {
			_, err := c.Exec(`INSERT INTO slots (id, practitioner, account, specialty, starts_at, ends_at, modes, place) SELECT ?, practitioner, account, specialty, starts_at + 600000000, ends_at + 600000000, modes, place FROM slots WHERE id = ?`, other, first)
			return err
		}))
		ben := n.signedIn(n.account("Ben", identity.Person, p.ben))
		replies := make([]reply, 2)
		for i, try := range []struct {
			who         *someone
			chart, slot string
		}{{p.self, p.rosa, first}, {ben, p.ben, other}} {
			all.Go(func() {
				replies[i] = try.who.do("POST", "/api/v1/charts/"+try.chart+"/appointments", fmt.Sprintf(`{"id":"%s","slot":"%s","mode":"video"}`, newID(), try.slot))
			})
		}
		all.Wait()
		codes := []int{replies[0].StatusCode, replies[1].StatusCode}
		require.ElementsMatch(t, []int{201, 409}, codes, replies[0].body+replies[1].body)
		for _, r := range replies {
			if r.StatusCode == 409 {
				require.Equal(t, "slot_taken", r.code(), r.body)
			}
		}
	})
}
