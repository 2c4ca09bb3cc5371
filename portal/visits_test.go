package portal_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
	"housecall/telehealth/schedule"
)

// practice is a family whose doctor offers times.
type practice struct {
	*family
	nurse *someone
}

type wireSlot struct{ ID, Start, End, Practitioner string }

type wireFree struct {
	Practitioners []struct{ ID, Name, Role string }
	Days          []struct {
		Date  string
		Slots []wireSlot
	}
	Next    string
	CanBook bool
}

type wireAppointment struct {
	ID, Patient, Start, End, Mode, Status, Reason, Visit, JoinFrom string
	Practitioner                                                   struct{ ID, Name, Role string }
	Summary                                                        bool
}

type wireVisit struct {
	ID, State, PatientName, Note string
	TalkSeconds, BehindMinutes   int
	Me                           struct {
		Seat, Role, State, ConsentAt string
		Host                         bool
	}
	People []struct {
		Seat, Name, Role, State string
		Me                      bool
		Check                   *struct{ Camera string }
	}
	Summary *struct{ Ref string }
}

type wireNote struct {
	State, Composition, SignedBy string
	Version                      int64
	Addenda                      []struct{ By, Text string }
}

func newPractice(t *testing.T, n *node, starts ...time.Time) *practice {
	t.Helper()
	p := &practice{family: newFamily(t, n)}
	id := newID()
	n.put(`{"resourceType":"Practitioner","id":"` + id + `","name":[{"family":"Hale","given":["Juniper"]}]}`)
	doctor, err := n.id.CreateAccount(context.Background(), identity.NewAccount{Email: "hale@housecall.test", Name: "Dr. Juniper Hale", Kind: identity.Staff, Roles: []identity.Role{identity.Clinician}, Practitioner: id})
	require.NoError(t, err)
	p.doctor = n.signedIn(doctor)
	p.nurse = n.signedIn(n.account("Quill", identity.Staff, "", identity.Nurse))
	p.join(p.doctor, p.rosa)
	p.join(p.doctor, p.ben)
	p.join(p.nurse, p.rosa)
	added, err := n.schedule.Offer(context.Background(), feed, schedule.Offered{Account: doctor.ID, Specialty: "Family Medicine", Modes: []schedule.Mode{schedule.Video}, Starts: starts, Length: 20 * time.Minute})
	require.NoError(t, err)
	require.EqualValues(t, len(starts), added)
	return p
}

func (p *practice) free(who *someone) wireFree {
	p.t.Helper()
	var f wireFree
	who.get(p.chart()+"/booking?mode=video").json(p.t, &f)
	return f
}

func (p *practice) book(who *someone, slot, reason string) wireAppointment {
	p.t.Helper()
	var a wireAppointment
	r := who.do("POST", p.chart()+"/appointments", fmt.Sprintf(`{"id":"%s","slot":"%s","mode":"video","reason":"%s"}`, newID(), slot, reason))
	require.Equal(p.t, 201, r.StatusCode, r.body)
	r.json(p.t, &a)
	return a
}

// caregiver gives Elena another grant.
func (f *family) regrant(see access.CategorySet, can access.Powers) {
	f.t.Helper()
	require.NoError(f.t, f.db.InTx(context.Background(), func(c *db.Conn) error {
		if _, err := f.access.RevokeTx(c, feed, f.rosa, f.grant.ID); err != nil {
			return err
		}
		var err error
		f.grant, err = f.access.GrantTx(c, feed, access.GrantInput{Account: f.elena.account.ID, Name: "Elena", Patient: f.rosa, Relation: "mother", Basis: access.Consent, See: see, Can: can, End: time.Now().AddDate(0, 6, 0)})
		return err
	}))
}

func TestAFreeTimeIsBookedMovedAndCancelled(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		soon := time.Now().Add(48 * time.Hour).Truncate(time.Minute)
		p := newPractice(t, n, soon, soon.Add(time.Hour), soon.Add(2*time.Hour))
		free := p.free(p.self)
		require.True(t, free.CanBook)
		require.Len(t, free.Practitioners, 1)
		require.Equal(t, "Family Medicine", free.Practitioners[0].Role)
		var slots []wireSlot
		for _, d := range free.Days {
			slots = append(slots, d.Slots...)
		}
		require.Len(t, slots, 3)

		id := newID()
		want := fmt.Sprintf(`{"id":"%s","slot":"%s","mode":"video","reason":"My blood pressure"}`, id, slots[0].ID)
		var first, again wireAppointment
		p.self.do("POST", p.chart()+"/appointments", want).json(t, &first)
		p.self.do("POST", p.chart()+"/appointments", want).json(t, &again)
		require.Equal(t, first, again, "sent twice is once done")
		require.Equal(t, "booked", first.Status)
		require.Equal(t, "Dr. Juniper Hale", first.Practitioner.Name)
		require.NotEmpty(t, first.JoinFrom)
		r := p.self.do("POST", p.chart()+"/appointments", fmt.Sprintf(`{"id":"%s","slot":"%s","mode":"video"}`, id, slots[1].ID))
		require.Equal(t, 409, r.StatusCode)
		require.Equal(t, "id_used", r.code())
		r = p.self.do("POST", p.chart()+"/appointments", fmt.Sprintf(`{"id":"%s","slot":"%s","mode":"video"}`, newID(), slots[0].ID))
		require.Equal(t, "slot_taken", r.code(), r.body)

		// It is a record like any other, which only the pages for visits change.
		stored, err := n.store.Read(context.Background(), feed, "Appointment", id)
		require.NoError(t, err)
		require.Contains(t, string(stored.Body), `"source":"urn:housecall"`)
		require.Contains(t, string(stored.Body), "My blood pressure")

		var coming struct{ Items []wireAppointment }
		p.self.get(p.chart()+"/appointments?when=coming").json(t, &coming)
		require.Len(t, coming.Items, 1)

		var moved wireAppointment
		p.desk.do("POST", p.chart()+"/appointments/"+id+"/reschedule", `{"slot":"`+slots[2].ID+`"}`).json(t, &moved)
		require.NotEqual(t, first.Start, moved.Start)
		require.Equal(t, slots[0].ID, p.free(p.self).Days[0].Slots[0].ID, "its time is free again")
		var told struct {
			Items []struct{ Kind, Ref string }
		}
		p.self.get("/api/v1/notices").json(t, &told)
		require.NotEmpty(t, told.Items)
		require.Equal(t, "appointment/"+id, told.Items[0].Ref)

		var gone wireAppointment
		p.self.do("POST", p.chart()+"/appointments/"+id+"/cancel", `{"reason":"I am better"}`).json(t, &gone)
		require.Equal(t, "cancelled", gone.Status)
		p.self.get(p.chart()+"/appointments?when=coming").json(t, &coming)
		require.Empty(t, coming.Items)
		p.self.get(p.chart()+"/appointments?when=past").json(t, &coming)
		require.Len(t, coming.Items, 1)
		r = p.self.do("POST", p.chart()+"/appointments/"+id+"/reschedule", `{"slot":"`+slots[0].ID+`"}`)
		require.Equal(t, "over", r.code(), r.body)

		// Who may see visits and not book them is told so; who may see nothing finds nothing.
		r = p.elena.do("POST", p.chart()+"/appointments", fmt.Sprintf(`{"id":"%s","slot":"%s","mode":"video"}`, newID(), slots[0].ID))
		require.Equal(t, http.StatusForbidden, r.StatusCode, r.body)
		r = p.stranger.do("POST", p.chart()+"/appointments", fmt.Sprintf(`{"id":"%s","slot":"%s","mode":"video"}`, newID(), slots[0].ID))
		require.Equal(t, http.StatusNotFound, r.StatusCode, r.body)
		require.Equal(t, http.StatusForbidden, p.self.get("/api/v1/clinic/day").StatusCode)
	})
}

func TestOfTwoWhoWantATimeExactlyOneGetsIt(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(48*time.Hour))
		ben := n.signedIn(n.account("Ben", identity.Person, p.ben))
		slot := p.free(p.self).Days[0].Slots[0].ID
		type try struct {
			who   *someone
			chart string
		}
		tries := []try{{p.self, p.rosa}, {ben, p.ben}, {p.desk, p.rosa}, {ben, p.ben}}
		replies := make([]reply, len(tries))
		var all sync.WaitGroup
		for i, x := range tries {
			all.Go(func() {
				replies[i] = x.who.do("POST", "/api/v1/charts/"+x.chart+"/appointments", fmt.Sprintf(`{"id":"%s","slot":"%s","mode":"video"}`, newID(), slot))
			})
		}
		all.Wait()
		got := 0
		for _, r := range replies {
			if r.StatusCode == 201 {
				got++
				continue
			}
			require.Equal(t, 409, r.StatusCode, r.body)
			require.Contains(t, []string{"slot_taken", "overlap"}, r.code())
		}
		require.Equal(t, 1, got)
		var appointments, resources int
		c := n.db.Read(context.Background())
		require.NoError(t, c.QueryRow(`SELECT count(*) FROM appointments`).Scan(&appointments))
		require.NoError(t, c.QueryRow(`SELECT count(*) FROM resources WHERE type = 'Appointment'`).Scan(&resources))
		require.Equal(t, []int{1, 1}, []int{appointments, resources}, "nothing of the others was written")
	})
}

func TestAVisitFromTheWaitingRoomToTheSignedNote(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		p.regrant(access.Everything, access.PowerVisits)
		a := p.book(p.self, p.free(p.self).Days[0].Slots[0].ID, "Dizzy in the morning")
		at := p.chart() + "/visits/" + a.ID
		step := func(who *someone, method, path, body string) (v wireVisit) {
			t.Helper()
			who.do(method, at+path, body).json(t, &v)
			return v
		}
		refused := func(code string, who *someone, method, path, body string) {
			t.Helper()
			r := who.do(method, at+path, body)
			require.GreaterOrEqual(t, r.StatusCode, 400, r.body)
			require.Equal(t, code, r.code(), r.body)
		}
		refused("consent", p.self, "POST", "/wait", "")
		refused("changed", p.self, "POST", "/consent", `{"version":"1999-01","agreed":true}`)
		step(p.self, "POST", "/check", `{"camera":"ok","microphone":"ok","speaker":"ok","network":"fail"}`)
		step(p.self, "POST", "/consent", `{"version":"2026-11","agreed":true}`)
		refused("place", p.self, "POST", "/wait", "")
		step(p.self, "POST", "/place", here)
		require.Equal(t, "waiting", step(p.self, "POST", "/wait", "").Me.State)
		_, err := n.visits.SeatFor(context.Background(), p.self.principal(), p.rosa, a.ID)
		require.Error(t, err, "nobody has let her in")

		var day struct {
			Items, Waiting []struct{ ID, PatientName, WaitingSince string }
		}
		p.doctor.get("/api/v1/clinic/day?whose=me").json(t, &day)
		require.Len(t, day.Waiting, 1)
		require.Equal(t, "Rosa Marin", day.Waiting[0].PatientName)
		seen := step(p.doctor, "GET", "", "")
		require.True(t, seen.Me.Host)
		require.Equal(t, "waiting", seen.State)
		require.Equal(t, "ok", seen.People[0].Check.Camera)
		require.NotNil(t, seen.People[0].Check)
		seat := seen.People[0].Seat
		refused("role", p.self, "POST", "/admit", `{"seat":"`+seat+`"}`)
		refused("role", p.desk, "POST", "/start", "")
		require.Equal(t, "live", step(p.doctor, "POST", "/admit", `{"seat":"`+seat+`"}`).State)
		require.Equal(t, "admitted", step(p.self, "GET", "", "").Me.State)

		mine, err := n.visits.SeatFor(context.Background(), p.self.principal(), p.rosa, a.ID)
		require.NoError(t, err)
		require.Equal(t, seat, mine.ID)
		theirs, err := n.visits.SeatFor(context.Background(), p.doctor.principal(), p.rosa, a.ID)
		require.NoError(t, err)
		require.True(t, theirs.Host)
		_, err = n.visits.SeatFor(context.Background(), p.elena.principal(), p.rosa, a.ID)
		require.Error(t, err, "she did not wait")
		require.NoError(t, n.visits.Present(context.Background(), a.ID, []string{mine.ID, theirs.ID}))
		require.Equal(t, "in", step(p.self, "GET", "", "").Me.State)

		// The node with the room dies, and it is noticed later: nobody has talked since.
		n.clock.Add(time.Minute)
		require.NoError(t, n.visits.Gone(context.Background(), a.ID, 20*time.Second))
		apart := step(p.self, "GET", "", "")
		require.Equal(t, "left", apart.Me.State)
		require.InDelta(t, 40, apart.TalkSeconds, 3)
		n.clock.Add(time.Minute)
		require.Equal(t, apart.TalkSeconds, step(p.self, "GET", "", "").TalkSeconds)
		require.NoError(t, n.visits.Present(context.Background(), a.ID, []string{mine.ID, theirs.ID}))

		// A caregiver who was given that joins as the third.
		step(p.elena, "POST", "/consent", `{"version":"2026-11","agreed":true}`)
		refused("not_admitted", p.elena, "GET", "/chat", "")
		step(p.elena, "POST", "/place", here)
		third := step(p.elena, "POST", "/wait", "")
		require.Equal(t, "proxy", third.Me.Role)
		step(p.doctor, "POST", "/admit", `{"seat":"`+third.Me.Seat+`"}`)
		line := fmt.Sprintf(`{"id":"%s","text":"Can you hear me?"}`, newID())
		require.Equal(t, 201, p.elena.do("POST", at+"/chat", line).StatusCode)
		require.Equal(t, 201, p.elena.do("POST", at+"/chat", line).StatusCode)
		var chat struct{ Items []struct{ Text string } }
		p.self.get(at+"/chat").json(t, &chat)
		require.Len(t, chat.Items, 1)

		// The note: two who write, one who signs.
		body := `{"subjective":"Dizzy on standing","objective":"BP 104/62","assessment":"Orthostatic","plan":"Halve the pill","summary":"Your pill was a bit too strong.","instructions":["Take half a pill"],"callIf":"you faint","followUp":"in two weeks"}`
		var note wireNote
		p.nurse.get(at+"/note").json(t, &note)
		require.Equal(t, "none", note.State)
		p.doctor.do("PUT", at+"/note", `{"version":0,"body":`+body+`}`).json(t, &note)
		require.EqualValues(t, 1, note.Version)
		refused("changed", p.nurse, "PUT", "/note", `{"version":0,"body":`+body+`}`)
		require.Equal(t, http.StatusForbidden, p.self.get(at+"/note").StatusCode, "a draft is for those who write it")
		refused("live", p.doctor, "POST", "/note/sign", `{"version":1}`)
		refused("not_yet", p.self, "GET", "/summary", "")
		require.Equal(t, "ended", step(p.doctor, "POST", "/end", "").State)
		_, err = n.visits.SeatFor(context.Background(), p.self.principal(), p.rosa, a.ID)
		require.Error(t, err, "it is over")
		refused("role", p.nurse, "POST", "/note/sign", `{"version":1}`)
		n.clock.Add(11 * time.Minute)
		refused("step_up", p.doctor, "POST", "/note/sign", `{"version":1}`)
		p.doctor = n.signedIn(p.doctor.account) // as after a step-up
		p.doctor.do("POST", at+"/note/sign", `{"version":1}`).json(t, &note)
		require.Equal(t, "signed", note.State)
		p.doctor.do("POST", at+"/note/sign", `{"version":1}`).json(t, &note) // sent twice

		// The patient has it at once, caregivers too, in the chart and by itself.
		var summary struct {
			Summary, Composition string
			Instructions         []string
			Addenda              []struct{ Text string }
		}
		p.self.get(at+"/summary").json(t, &summary)
		require.Equal(t, "Your pill was a bit too strong.", summary.Summary)
		p.elena.get(at+"/summary").json(t, &summary)
		require.Equal(t, []string{"Take half a pill"}, summary.Instructions)
		chart := p.self.get(p.chart()).body
		require.Contains(t, chart, "After-visit summary")
		require.Contains(t, chart, `"name":"Alder Street Clinic"`, "what the clinic wrote is the clinic's")
		require.NotContains(t, chart, `"name":"Housecall"`)
		require.Contains(t, chart, "Visit note")
		require.Contains(t, p.self.get(p.chart()+"/timeline").body, "Video visit")
		var done wireAppointment
		p.self.get(p.chart()+"/appointments/"+a.ID).json(t, &done)
		require.Equal(t, "fulfilled", done.Status)
		require.True(t, done.Summary)
		var told struct {
			Items []struct{ Kind, Ref string }
		}
		p.elena.get("/api/v1/notices").json(t, &told)
		require.Equal(t, "note", told.Items[0].Kind)

		// Signed is signed.
		refused("signed", p.doctor, "PUT", "/note", `{"version":1,"body":`+body+`}`)
		stored, err := n.store.Read(context.Background(), p.doctor.principal(), "Composition", strings.TrimPrefix(note.Composition, "Composition/"))
		require.NoError(t, err)
		changed, err := fhir.Parse([]byte(strings.ReplaceAll(string(stored.Body), "Halve the pill", "Double the pill")))
		require.NoError(t, err)
		_, err = n.store.Write(context.Background(), p.doctor.principal(), records.Batch{Ops: []records.Op{{Kind: records.Put, Node: changed}}})
		require.True(t, fault.Is(err, fault.Forbidden), "%v", err)
		for i := range 2 {
			add := newID()
			for range 2 {
				r := p.doctor.do("POST", at+"/note/addenda", fmt.Sprintf(`{"id":"%s","text":"Lab called %d"}`, add, i))
				r.json(t, &note)
			}
		}
		require.Len(t, note.Addenda, 2)
		p.self.get(at+"/summary").json(t, &summary)
		require.Len(t, summary.Addenda, 2)

		// Without the power to join a caregiver only sees that there was a visit.
		p.regrant(access.Everything, access.PowerMedicines)
		refused("role", p.elena, "POST", "/check", `{"camera":"ok","microphone":"ok","speaker":"ok","network":"ok"}`)
		require.Equal(t, http.StatusNotFound, p.stranger.get(at).StatusCode)
		require.NotContains(t, n.log.String(), "Rosa")
		require.NotContains(t, n.log.String(), "Dizzy")
	})
}
