package portal_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/access/audittest"
	"housecall/telehealth/sfu"
)

type wireGroup struct {
	Booked int
	Visit  struct {
		ID, State     string
		BehindMinutes int
		MayRecord     bool
		Me            struct {
			Seat, State    string
			Host, Controls bool
		}
		Room struct {
			Lead, Spotlight string
			Locked          bool
		}
		People []wireInGroup
	}
	Members []wireGroupMember
}

type wireGroupMember struct {
	Visit, Patient, Name, BirthDate, Status, State, Note, Absent string
	BehindMinutes                                                int
}

func (g wireGroup) member(t *testing.T, patient string) wireGroupMember {
	t.Helper()
	for _, m := range g.Members {
		if m.Patient == patient {
			return m
		}
	}
	t.Fatalf("%s is not among %v", patient, g.Members)
	return wireGroupMember{}
}

type wireInGroup struct {
	Seat, Name, Called, Role, State, Visit, For string
	Host, Me                                    bool
	Asks                                        int
}

func (g wireGroup) person(t *testing.T, name string) wireInGroup {
	t.Helper()
	for _, p := range g.Visit.People {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("%s is not among %v", name, g.Visit.People)
	return wireInGroup{}
}

type wireMember struct {
	ID, State   string
	Appointment struct {
		Group *struct {
			ID, Subject string
			Places      int
		}
		Reason string
	}
	Consent struct{ Version string }
	Me      struct{ Seat, State, Called string }
	People  []wireInGroup
}

// circle is a doctor's group with two families, of which one is not the desk's.
type circle struct {
	*practice
	bens  *someone
	group string
	of    map[string]string // appointment, by patient
}

const groups = "/api/v1/clinic/groups"

func (p *circle) at() string { return groups + "/" + p.group }

func (p *circle) visit(patient string) string {
	return "/api/v1/charts/" + patient + "/visits/" + p.of[patient]
}

func (p *circle) see(who *someone) (g wireGroup) {
	p.t.Helper()
	who.get(p.at()).json(p.t, &g)
	return g
}

func (p *circle) does(who *someone, path, body string) (g wireGroup) {
	p.t.Helper()
	who.do("POST", p.at()+path, body).json(p.t, &g)
	return g
}

func (p *circle) member(who *someone, patient string) (v wireMember) {
	p.t.Helper()
	who.get(p.visit(patient)).json(p.t, &v)
	return v
}

func (p *circle) add(who *someone, patient string) reply {
	p.t.Helper()
	id := newID()
	r := who.do("POST", p.at()+"/members", fmt.Sprintf(`{"id":"%s","patient":"%s"}`, id, patient))
	if r.StatusCode == 201 {
		p.of[patient] = id
	}
	return r
}

// waits brings a member to the waiting room under a name.
func (p *circle) waits(who *someone, patient, name string) string {
	p.t.Helper()
	at := p.visit(patient)
	for path, body := range map[string]string{"/consent": `{"version":"2026-11-group","agreed":true}`, "/place": here} {
		require.Equal(p.t, 200, who.do("POST", at+path, body).StatusCode, path)
	}
	if name != "" {
		r := who.do("POST", at+"/called", `{"name":"`+name+`"}`)
		require.Equal(p.t, 200, r.StatusCode, r.body)
	}
	var v wireMember
	who.do("POST", at+"/wait", "").json(p.t, &v)
	require.Equal(p.t, "waiting", v.Me.State)
	return v.Me.Seat
}

func newCircle(t *testing.T, n *node) *circle {
	t.Helper()
	return newCircleOf(t, n, 2)
}

func newCircleOf(t *testing.T, n *node, places int) *circle {
	t.Helper()
	p := &circle{practice: newPractice(t, n, time.Now().Add(10*time.Minute), time.Now().Add(26*time.Hour)), of: map[string]string{}}
	p.ben = newID() // of whom nothing is like of the other
	n.put(`{"resourceType":"Patient","id":"` + p.ben + `","name":[{"family":"Okafor","given":["Ben"]}],"birthDate":"1941-08-17"}`)
	p.join(p.doctor, p.ben)
	p.bens = n.signedIn(n.account("Benjamin", identity.Person, p.ben))
	p.join(p.desk, p.ben)
	slots := p.slots()
	p.group = newID()
	r := p.desk.do("POST", groups, fmt.Sprintf(`{"id":"%s","slot":"%s","subject":"Breathing exercises","places":%d}`, p.group, slots[0], places))
	require.Equal(t, 201, r.StatusCode, r.body)
	require.Equal(t, "slot_taken", p.desk.do("POST", groups, fmt.Sprintf(`{"id":"%s","slot":"%s","subject":"Another","places":2}`, newID(), slots[0])).code())
	require.NotContains(t, p.slots(), slots[0], "the doctor's time is taken once")
	return p
}

// A group is booked for each patient in their own chart: within its places, by who may
// book for them; who else comes is told to nobody.
func TestAGroupIsBookedForEachInTheirOwnChart(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newCircle(t, n)
		for _, who := range []*someone{p.self, p.elena, p.anyone} {
			require.Contains(t, []int{401, 403}, who.do("POST", groups, `{"id":"`+newID()+`","slot":"`+newID()+`","subject":"Mine","places":2}`).StatusCode, who.name)
		}
		require.Equal(t, 404, p.stranger.get(p.at()).StatusCode)
		require.Equal(t, 404, p.nurse.get(p.at()).StatusCode, "nobody comes of whom they know")
		require.Equal(t, 404, p.stranger.do("POST", p.at()+"/members", `{"id":"`+newID()+`","patient":"`+p.rosa+`"}`).StatusCode)

		cara := n.patient("Cara", "Lindgren", "")
		require.Equal(t, 404, p.add(p.desk, cara).StatusCode, "not a patient of theirs")
		p.join(p.desk, cara)
		require.Equal(t, "team", p.add(p.desk, cara).code(), "who leads does not treat them")
		require.Equal(t, 201, p.add(p.desk, p.rosa).StatusCode)
		require.Equal(t, "member", p.add(p.desk, p.rosa).code())
		require.Equal(t, 200, p.nurse.get(p.at()).StatusCode)
		require.Equal(t, 201, p.add(p.doctor, p.ben).StatusCode)
		p.join(p.doctor, cara)
		require.Equal(t, "full", p.add(p.desk, cara).code())

		// Each sees the group in their own list, and nothing of the other.
		for who, patient := range map[*someone]string{p.self: p.rosa, p.bens: p.ben} {
			list := who.get("/api/v1/charts/" + patient + "/appointments")
			require.Contains(t, list.body, `"group":{"subject":"Breathing exercises","places":2}`)
			v := p.member(who, patient)
			require.Empty(t, v.Appointment.Group.ID)
			require.Equal(t, "2026-11-group", v.Consent.Version)
			require.Empty(t, v.People)
		}
		var record []byte
		require.NoError(t, n.db.Read(context.Background()).QueryRow(`SELECT body FROM resources WHERE type = 'Appointment' AND id = ?`, p.of[p.rosa]).Scan(&record))
		require.Contains(t, string(record), "Breathing exercises")
		require.Contains(t, string(record), "Group visit")
		for _, secret := range []string{"Okafor", p.ben, p.group} {
			require.NotContains(t, string(record), secret)
		}

		// The nurse is in one care team only: they see the one, and do not lead.
		nurse := p.see(p.nurse)
		require.Len(t, nurse.Members, 1)
		require.Equal(t, 2, nurse.Booked)
		require.False(t, nurse.Visit.Me.Host)
		require.NotContains(t, p.nurse.get(p.at()).body, p.ben)
		require.Equal(t, 403, p.nurse.do("POST", p.at()+"/start", "").StatusCode)
		require.True(t, p.see(p.doctor).Visit.Me.Host)
		require.Equal(t, 403, p.desk.do("POST", p.at()+"/start", "").StatusCode)

		// One cancels, which gives the place to another; nobody moves one.
		require.Equal(t, "group", p.self.do("POST", "/api/v1/charts/"+p.rosa+"/appointments/"+p.of[p.rosa]+"/reschedule", `{"slot":"`+p.slots()[0]+`"}`).code())
		require.Equal(t, 200, p.self.do("POST", "/api/v1/charts/"+p.rosa+"/appointments/"+p.of[p.rosa]+"/cancel", `{}`).StatusCode)
		require.Equal(t, 201, p.add(p.desk, cara).StatusCode)
		require.Equal(t, 403, p.nurse.do("POST", p.at()+"/cancel", "").StatusCode)
		require.Equal(t, "cancelled", p.member(p.self, p.rosa).stateOfAppointment(t, p))
		require.Equal(t, 200, p.desk.do("POST", p.at()+"/cancel", "").StatusCode)
		require.Equal(t, 200, p.desk.do("POST", p.at()+"/cancel", "").StatusCode, "sent twice")
		require.Contains(t, p.bens.get("/api/v1/charts/"+p.ben+"/appointments?when=past").body, `"cancelled"`)
		require.Len(t, p.slots(), 2, "the time is free again")
	})
}

func (v wireMember) stateOfAppointment(t *testing.T, p *circle) string {
	t.Helper()
	var a struct{ Status string }
	p.self.get("/api/v1/charts/"+p.rosa+"/appointments/"+v.ID).json(t, &a)
	return a.Status
}

// Two families in one room: they come in, are seen by the names they chose, and
// nothing that one of them is sent tells more of the other.
func TestAGroupIsHeldInOneRoomWithoutTellingOnOneAnother(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		p := newCircle(t, n)
		for _, patient := range []string{p.rosa, p.ben} {
			require.Equal(t, 201, p.add(p.desk, patient).StatusCode)
		}
		p.regrant(access.Everything, access.PowerVisits)
		require.Equal(t, "changed", p.self.do("POST", p.visit(p.rosa)+"/consent", `{"version":"2026-11","agreed":true}`).code())
		require.Equal(t, "Rosa", p.member(p.self, p.rosa).Me.Called)
		rosas := p.waits(p.self, p.rosa, "Butterfly")
		bens := p.waits(p.bens, p.ben, "")
		elenas := p.waits(p.elena, p.rosa, "Helper")
		require.Equal(t, "called", p.self.do("POST", p.visit(p.rosa)+"/called", `{"name":"  "}`).code())

		// Who hosts does it in the group, not in one chart.
		for path, body := range map[string]string{"/admit": seatOf(rosas), "/refuse": seatOf(rosas), "/start": "", "/end": "", "/lock": `{"on":true}`, "/mute": seatOf(rosas), "/wait": ""} {
			require.Equal(t, "group", p.doctor.do("POST", p.visit(p.rosa)+path, body).code(), path)
		}
		require.Equal(t, "group", p.self.do("POST", p.visit(p.rosa)+"/sealing", `{"on":true}`).code())
		require.Equal(t, "group", p.doctor.do("POST", p.visit(p.rosa)+"/recording", `{"text":"1"}`).code())
		require.Equal(t, "group", p.self.do("POST", p.visit(p.rosa)+"/guest-links", `{"name":"Ivo"}`).code())

		_, err := n.visits.SeatFor(ctx, p.self.principal(), p.rosa, p.of[p.rosa])
		require.Equal(t, "not_admitted", fault.Of(err).Code)
		g := p.see(p.doctor)
		require.Equal(t, "waiting", g.Visit.State)
		require.Equal(t, "Butterfly", g.person(t, "Rosa Marin").Called)
		require.Equal(t, "Rosa Marin", g.person(t, "Elena").For)
		require.Equal(t, "Ben", g.person(t, "Ben Okafor").Called)

		// One is let in, then all; each has a seat of the one room.
		p.does(p.doctor, "/admit", seatOf(rosas))
		require.Equal(t, "Dr. Juniper Hale", without(p.member(p.bens, p.ben).People)[0].Name)
		require.Len(t, without(p.member(p.bens, p.ben).People), 1, "who waits is told of who leads, and of no other")
		p.does(p.doctor, "/admit", `{"seat":""}`)
		doctor := p.see(p.doctor).Visit.Me.Seat
		room := map[string]string{}
		for who, patient := range map[*someone]string{p.self: p.rosa, p.elena: p.rosa, p.bens: p.ben, p.doctor: ""} {
			visit := p.of[patient]
			if patient == "" {
				visit = p.group
			}
			in, err := n.visits.ChartOf(ctx, visit)
			require.NoError(t, err)
			require.Equal(t, patient, in)
			seat, err := n.visits.SeatFor(ctx, who.principal(), patient, visit)
			require.NoError(t, err, who.name)
			require.Equal(t, p.group, seat.Room)
			require.Equal(t, sfu.MaxGroup, seat.Size)
			require.Equal(t, who == p.doctor, seat.Host)
			room[who.name] = seat.ID
		}
		require.Equal(t, map[string]string{p.self.name: rosas, p.elena.name: elenas, p.bens.name: bens, p.doctor.name: doctor}, room)
		for _, who := range []*someone{p.stranger, p.nurse, p.desk, p.self} {
			_, err := n.visits.SeatFor(ctx, who.principal(), "", p.group)
			require.Equal(t, fault.NotFound, fault.KindOf(err), who.name)
		}

		// The room tells who is there: of all visits at once.
		require.NoError(t, n.visits.Present(ctx, p.group, []string{doctor, rosas, bens}))
		require.Equal(t, "in", p.member(p.self, p.rosa).Me.State)
		require.Equal(t, "in", p.member(p.bens, p.ben).Me.State)
		require.Equal(t, "admitted", p.member(p.elena, p.rosa).Me.State)

		// What they write is read under the same names.
		say := func(who *someone, at, text string) {
			r := who.do("POST", at+"/chat", fmt.Sprintf(`{"id":"%s","text":"%s"}`, newID(), text))
			require.Equal(t, 201, r.StatusCode, r.body)
		}
		say(p.self, p.visit(p.rosa), "Hello all")
		say(p.bens, p.visit(p.ben), "Good morning")
		say(p.doctor, p.at(), "Welcome")
		require.Contains(t, p.doctor.get(p.at()+"/chat").body, `"Rosa Marin"`)
		require.Contains(t, p.bens.get(p.visit(p.ben)+"/chat").body, `"Butterfly"`)

		// Every answer that one of them gets holds nothing of the other but that.
		secrets := map[*someone][]string{
			p.self: {p.ben, p.of[p.ben], "Okafor", "Benjamin", "1941-08-17", p.bens.account.ID, p.bens.account.Email},
			p.bens: {p.rosa, p.of[p.rosa], "Rosa", "Marin", "Elena", "1952-03-02", p.self.account.ID, p.elena.account.ID, p.grant.ID},
		}
		for who, hidden := range secrets {
			patient := p.rosa
			if who == p.bens {
				patient = p.ben
			}
			chart := "/api/v1/charts/" + patient
			for _, path := range []string{chart, chart + "/appointments", chart + "/appointments/" + p.of[patient], chart + "/timeline", chart + "/access", p.visit(patient), p.visit(patient) + "/chat", p.visit(patient) + "/place", p.visit(patient) + "/form", "/api/v1/agenda", "/api/v1/me", "/api/v1/me/notices"} {
				r := who.get(path)
				for _, secret := range hidden {
					require.NotContains(t, r.body, secret, "%s %s", who.name, path)
				}
			}
			for _, act := range []string{"/mute", "/remove", "/spotlight", "/admit", "/lead"} {
				r := who.do("POST", p.visit(patient)+act, seatOf(bens))
				require.Equal(t, 403, r.StatusCode)
				r = who.do("POST", p.at()+act, seatOf(bens))
				require.Contains(t, []int{403, 404}, r.StatusCode)
				for _, secret := range hidden {
					require.NotContains(t, r.body, secret, act)
				}
			}
		}
		names := []string{}
		for _, x := range p.member(p.bens, p.ben).People {
			names = append(names, x.Name+" "+x.Role)
			require.Empty(t, x.Called+x.Visit+x.For)
		}
		require.ElementsMatch(t, []string{"Benjamin patient", "Dr. Juniper Hale clinician", "Butterfly member", "Helper member"}, names)

		// The controls reach over all charts.
		p.does(p.doctor, "/mute", `{"seat":""}`)
		for who, patient := range map[*someone]string{p.self: p.rosa, p.bens: p.ben} {
			seat, err := n.visits.SeatFor(ctx, who.principal(), patient, p.of[patient])
			require.NoError(t, err)
			require.NotZero(t, seat.Muted)
			require.Equal(t, doctor, seat.MutedBy)
		}
		p.does(p.doctor, "/spotlight", seatOf(bens))
		seat, err := n.visits.SeatFor(ctx, p.bens.principal(), p.ben, p.of[p.ben])
		require.NoError(t, err)
		require.True(t, seat.Spotlight)
		require.Equal(t, "gone", p.doctor.do("POST", p.at()+"/spotlight", seatOf(newID())).code())
		p.does(p.doctor, "/lock", `{"on":true}`)
		p.does(p.doctor, "/return", seatOf(rosas))
		require.Equal(t, 200, p.self.do("DELETE", p.visit(p.rosa)+"/wait", "").StatusCode)
		require.Equal(t, "locked", p.self.do("POST", p.visit(p.rosa)+"/wait", "").code())
		p.does(p.doctor, "/lock", `{"on":false}`)
		require.Equal(t, 200, p.self.do("POST", p.visit(p.rosa)+"/wait", "").StatusCode)
		p.does(p.doctor, "/admit", `{"seat":""}`)
		p.does(p.doctor, "/remove", seatOf(elenas))
		_, err = n.visits.SeatFor(ctx, p.elena.principal(), p.rosa, p.of[p.rosa])
		require.Equal(t, "removed", fault.Of(err).Code)
		require.NotContains(t, p.bens.get(p.visit(p.ben)).body, "Helper")

		// It is over for all at once; the notes are each of one chart.
		require.Equal(t, "live", p.doctor.do("POST", p.visit(p.rosa)+"/note/sign", `{"version":0,"end":true}`).code())
		p.does(p.doctor, "/end", "")
		p.does(p.doctor, "/end", "")
		require.Equal(t, "ended", p.member(p.self, p.rosa).State)
		require.Equal(t, "ended", p.member(p.bens, p.ben).State)
		_, err = n.visits.SeatFor(ctx, p.bens.principal(), p.ben, p.of[p.ben])
		require.Equal(t, "ended", fault.Of(err).Code)
		require.Equal(t, "ended", p.bens.get(p.visit(p.ben)+"/chat").code())
		own := strings.Replace(noteOf("Only Rosa's"), `{"version":0,`, `{"version":1,`, 1)
		var made struct {
			Items []struct {
				Visit, State, Why string
				Version           int64
			}
		}
		p.doctor = p.signedIn(p.doctor.account)
		p.doctor.do("POST", p.at()+"/notes", strings.Replace(noteOf("For all"), `"version":0,`, "", 1)).json(t, &made)
		require.Len(t, made.Items, 2)
		require.Equal(t, 200, p.doctor.do("PUT", p.visit(p.rosa)+"/note", own).StatusCode)
		notes := fmt.Sprintf(`{"notes":[{"visit":"%s","version":1},{"visit":"%s","version":1}]}`, p.of[p.rosa], p.of[p.ben])
		p.doctor.do("POST", p.at()+"/notes/sign", notes).json(t, &made)
		became := map[string]string{}
		for _, x := range made.Items {
			became[x.Visit] = x.State + " " + x.Why
		}
		require.Equal(t, map[string]string{p.of[p.rosa]: "kept changed", p.of[p.ben]: "signed "}, became)
		p.doctor.do("POST", p.at()+"/notes/sign", fmt.Sprintf(`{"notes":[{"visit":"%s","version":2}]}`, p.of[p.rosa])).json(t, &made)
		require.Equal(t, "signed", made.Items[0].State)
		require.Contains(t, p.self.get(p.visit(p.rosa)+"/summary").body, "We talked about it.")
		require.NotContains(t, p.bens.get("/api/v1/charts/"+p.ben).body, "Only Rosa's")

		// Each chart has in its own log what was done there.
		for _, patient := range []string{p.rosa, p.ben} {
			details := ""
			for _, r := range audittest.Of(t, n.db, patient) {
				details += string(r.Body)
			}
			for _, what := range []string{`"group"`, `"admit"`, `"end"`} {
				require.Contains(t, details, what)
			}
		}
	})
}

func without(list []wireInGroup) (out []wireInGroup) {
	for _, p := range list {
		if !p.Me {
			out = append(out, p)
		}
	}
	return out
}
