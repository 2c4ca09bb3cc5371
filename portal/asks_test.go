package portal_test

import (
	"context"
	"fmt"
	"net/url"
	"slices"
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
)

type wireAsk struct {
	ID, Kind, State, ForPatient, Reason, Note, Pharmacy string
	Version                                             int64
	Mine, Issues                                        bool
	By                                                  struct{ Name, Role, Relation string }
	Medicine                                            *struct{ ID, Name string }
	DaysLeft                                            *int
	Steps                                               []struct {
		State, Text string
		By          struct{ Name, Role, Side string }
	}
	Results []struct{ Type, ID, Title string }
	Next    []string
}

type wireOffer struct {
	Kind, Why, Open string
	Left            *int
	CanAsk          bool
	Pharmacies      []string
}

func prescription(id, patient, text, more string) string {
	return fmt.Sprintf(`{"resourceType":"MedicationRequest","id":"%s","status":"active","intent":"order","medicationCodeableConcept":{"text":"%s"},"subject":{"reference":"Patient/%s"},"authoredOn":"2026-01-10","dosageInstruction":[{"text":"One each morning"}]%s}`, id, text, patient, more)
}

const threeRefills = `,"dispenseRequest":{"numberOfRepeatsAllowed":3,"performer":{"display":"Corner Pharmacy"}}`

func dispense(patient, medicine string) string {
	return fmt.Sprintf(`{"resourceType":"MedicationDispense","id":"%s","status":"completed","medicationCodeableConcept":{"text":"x"},"subject":{"reference":"Patient/%s"},"authorizingPrescription":[{"reference":"MedicationRequest/%s"}],"whenHandedOver":"2026-02-01"}`, newID(), patient, medicine)
}

func (s *someone) offer(chart, medicine string) (o wireOffer) {
	s.node.t.Helper()
	s.get(chart+"/medicines/"+medicine+"/request").json(s.node.t, &o)
	return o
}

func (s *someone) ask(chart, body string) reply {
	s.node.t.Helper()
	return s.do("POST", chart+"/requests", body)
}

func (s *someone) asked(chart, body string) (a wireAsk) {
	s.node.t.Helper()
	s.ask(chart, body).json(s.node.t, &a)
	return a
}

func (s *someone) step(chart string, a wireAsk, to, more string) reply {
	s.node.t.Helper()
	return s.do("POST", chart+"/requests/"+a.ID+"/steps", fmt.Sprintf(`{"id":"%s","to":"%s","saw":%d%s}`, newID(), to, a.Version, more))
}

func (s *someone) stepped(chart string, a wireAsk, to, more string) (out wireAsk) {
	s.node.t.Helper()
	s.step(chart, a, to, more).json(s.node.t, &out)
	require.Equal(s.node.t, to, out.State)
	return out
}

func refill(id, medicine, more string) string {
	return fmt.Sprintf(`{"id":"%s","kind":"refill","medicine":"%s"%s}`, id, medicine, more)
}

func TestRefillAndRenewalAreToldApart(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		for _, c := range []struct {
			name, more string
			dispensed  int
			kind, why  string
			left       int
		}{
			{"refills are left", threeRefills, 0, "refill", "left", 3},
			{"the first filling is no refill", threeRefills, 1, "refill", "left", 3},
			{"some are used", threeRefills, 3, "refill", "left", 1},
			{"all are used", threeRefills, 4, "renewal", "none-left", 0},
			{"none were allowed", "", 0, "renewal", "none-left", 0},
			{"it has expired", `,"dispenseRequest":{"numberOfRepeatsAllowed":3,"validityPeriod":{"end":"2020-01-01"}}`, 0, "renewal", "expired", -1},
		} {
			id := newID()
			n.put(prescription(id, f.rosa, "Lisinopril 10 mg", c.more))
			for range c.dispensed {
				n.put(dispense(f.rosa, id))
			}
			o := f.self.offer(f.chart(), id)
			require.Equal(t, c.kind+" "+c.why, o.Kind+" "+o.Why, c.name)
			require.True(t, o.CanAsk, c.name)
			if c.left < 0 {
				require.Nil(t, o.Left, c.name)
			} else {
				require.Equal(t, c.left, *o.Left, c.name)
			}
			if strings.Contains(c.more, "Corner") {
				require.Contains(t, o.Pharmacies, "Corner Pharmacy", c.name)
			}
		}
		for status, want := range map[string]string{"stopped": "renewal stopped", "completed": "renewal stopped", "on-hold": "renewal paused", "entered-in-error": " ", "draft": " "} {
			id := newID()
			n.put(strings.Replace(prescription(id, f.rosa, "Lisinopril 10 mg", threeRefills), `"active"`, `"`+status+`"`, 1))
			o := f.self.offer(f.chart(), id)
			require.Equal(t, want, o.Kind+" "+o.Why, status)
		}
		id := newID()
		n.put(prescription(id, f.rosa, "Lisinopril 10 mg", ""))
		r := f.self.ask(f.chart(), refill(newID(), id, ""))
		require.Equal(t, "409 renewal", fmt.Sprint(r.StatusCode, " ", r.code()), r.body)
	})
}

func TestADaughterAsksAndTheClinicAnswers(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		nurse := n.signedIn(n.account("Quill", identity.Staff, "", identity.Nurse))
		f.join(nurse, f.rosa)
		med, id := newID(), newID()
		n.put(prescription(med, f.rosa, "Lisinopril 10 mg", threeRefills))
		body := refill(id, med, `,"daysLeft":4,"pharmacy":"Corner Pharmacy","note":"We travel on Friday."`)
		a := f.elena.asked(f.chart(), body)
		require.Equal(t, "Elena proxy mother for Rosa Marin", a.By.Name+" "+a.By.Role+" "+a.By.Relation+" for "+a.ForPatient)
		require.Equal(t, "Lisinopril 10 mg", a.Medicine.Name)
		require.Equal(t, 4, *a.DaysLeft)
		require.Equal(t, []string{"cancelled"}, a.Next)
		require.Equal(t, id, f.elena.asked(f.chart(), body).ID, "sent twice it is there once")
		other := f.elena.ask(f.chart(), refill(id, med, `,"daysLeft":5`))
		require.Equal(t, "409 id_used", fmt.Sprint(other.StatusCode, " ", other.code()))
		second := f.self.ask(f.chart(), refill(newID(), med, ""))
		require.Equal(t, "409 open_request", fmt.Sprint(second.StatusCode, " ", second.code()))
		require.Equal(t, id, f.self.offer(f.chart(), med).Open)
		for _, who := range []*someone{f.self, nurse, f.doctor} {
			require.True(t, who.told("ask/"+id), who.name)
		}
		require.False(t, f.desk.told("ask/"+id), "medicines are not for the front desk")
		require.Equal(t, 404, f.desk.get(f.chart()+"/requests/"+id).StatusCode)

		// The record says who asked, and for whom.
		told := f.provenance(id)
		require.Len(t, told, 1)
		agent := told[0].Get("agent").Items()[0]
		require.Equal(t, "Elena for Patient/"+f.rosa, agent.Get("who", "display").Str()+" for "+agent.Get("onBehalfOf", "reference").Str())
		require.Contains(t, agent.Get("who", "identifier", "value").Str(), f.elena.account.ID)

		st, err := n.store.Read(context.Background(), feed, "Task", id)
		require.NoError(t, err)
		node, err := fhir.Parse(st.Body)
		require.NoError(t, err)
		require.Equal(t, "MedicationRequest/"+med, node.Get("focus", "reference").Str())
		require.Equal(t, "urn:uuid:"+f.elena.account.ID, node.Get("requester", "identifier", "value").Str())

		var l struct {
			Items  []struct{ ID, PatientName string }
			Counts map[string]int
		}
		nurse.get("/api/v1/clinic/requests").json(t, &l)
		require.Len(t, l.Items, 1)
		require.Equal(t, "Rosa Marin", l.Items[0].PatientName)
		require.Equal(t, 1, l.Counts["refill"])
		for _, who := range []*someone{f.desk, f.stranger} {
			l.Items, l.Counts = nil, nil
			who.get("/api/v1/clinic/requests").json(t, &l)
			require.Empty(t, l.Items, who.name)
			require.Zero(t, l.Counts["refill"], who.name)
		}
		require.Equal(t, 403, f.self.get("/api/v1/clinic/requests").StatusCode)

		seen := nurse.stepped(f.chart(), a, "received", "")
		late := f.doctor.step(f.chart(), a, "accepted", "")
		require.Equal(t, "409 moved", fmt.Sprint(late.StatusCode, " ", late.code()), "who saw an older one looks again")
		require.Equal(t, 400, nurse.step(f.chart(), seen, "on-hold", "").StatusCode, "a question has words")
		held := nurse.stepped(f.chart(), seen, "on-hold", `,"text":"Does she still take one a day?"`)
		require.Equal(t, "Does she still take one a day?", held.Reason)
		require.Equal(t, 403, nurse.step(f.chart(), held, "received", `,"text":"Yes"`).StatusCode, "the clinic does not answer itself")
		answered := f.elena.stepped(f.chart(), held, "received", `,"text":"Yes, each morning."`)
		require.Empty(t, answered.Reason)
		require.Equal(t, "Yes, each morning.", answered.Steps[3].Text)
		doing := nurse.stepped(f.chart(), answered, "in-progress", "")
		require.True(t, doing.Issues)
		done := nurse.stepped(f.chart(), doing, "completed", `,"text":"It is at the pharmacy tomorrow.","issue":{"days":90,"repeats":3}`)
		require.Len(t, done.Results, 1)
		require.Equal(t, 409, f.self.step(f.chart(), done, "cancelled", "").StatusCode, "what is done is not taken back")

		fresh, err := n.store.Read(context.Background(), feed, "MedicationRequest", done.Results[0].ID)
		require.NoError(t, err)
		require.Contains(t, string(fresh.Body), `"priorPrescription":{"reference":"MedicationRequest/`+med+`"}`)
		require.Contains(t, string(fresh.Body), `"text":"One each morning"`)
		old, err := n.store.Read(context.Background(), feed, "MedicationRequest", med)
		require.NoError(t, err)
		require.Contains(t, string(old.Body), `"status":"completed"`)

		var mine wireAsk
		f.self.get(f.chart()+"/requests/"+id).json(t, &mine)
		require.Equal(t, "completed", mine.State)
		require.Len(t, mine.Steps, 6)
		require.Equal(t, "Elena", mine.By.Name)
		rows, _, _, err := n.access.AccessLog(context.Background(), feed, f.rosa, "", 200)
		require.NoError(t, err)
		logged := map[string]bool{}
		for _, r := range rows {
			logged[r.Who+" "+r.Action] = true
		}
		require.True(t, logged["Elena create"] && logged["Quill update"], logged)
	})
}

// provenance gives what is said of where a request comes from.
func (f *family) provenance(id string) (out []*fhir.Node) {
	f.t.Helper()
	q, issues := fhir.ParseQuery("Provenance", url.Values{"target": {"Task/" + id}}, true)
	require.Empty(f.t, issues)
	page, err := f.store.Search(context.Background(), feed, q)
	require.NoError(f.t, err)
	for _, st := range page.Items {
		node, err := fhir.Parse(st.Body)
		require.NoError(f.t, err)
		out = append(out, node)
	}
	return out
}

func TestARenewalNeedsWhoPrescribes(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		nurse := n.signedIn(n.account("Quill", identity.Staff, "", identity.Nurse))
		f.join(nurse, f.rosa)
		med := newID()
		n.put(strings.Replace(prescription(med, f.rosa, "Lisinopril 10 mg", ""), `"active"`, `"stopped"`, 1))
		a := f.self.asked(f.chart(), fmt.Sprintf(`{"id":"%s","kind":"renewal","medicine":"%s"}`, newID(), med))
		require.Equal(t, 403, nurse.step(f.chart(), a, "completed", `,"issue":{"days":30,"repeats":0}`).StatusCode)
		require.Equal(t, 400, f.doctor.step(f.chart(), a, "completed", "").StatusCode, "a renewal without a prescription is none")
		require.Equal(t, 400, f.doctor.step(f.chart(), a, "completed", `,"results":[{"type":"MedicationRequest","id":"`+newID()+`"}]`).StatusCode)
		done := f.doctor.stepped(f.chart(), a, "completed", `,"issue":{"days":30,"repeats":0}`)
		old, err := n.store.Read(context.Background(), feed, "MedicationRequest", med)
		require.NoError(t, err)
		require.Contains(t, string(old.Body), `"status":"stopped"`, "what was stopped stays so")
		require.NotEqual(t, med, done.Results[0].ID)
		again := f.self.offer(f.chart(), med)
		require.Empty(t, again.Open)
	})
}

func TestARequestIsHiddenAsWhatItIsAbout(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		med := newID()
		n.put(prescription(med, f.rosa, "Sertraline 50 mg", threeRefills))
		require.Equal(t, 404, f.elena.get(f.chart()+"/medicines/"+med+"/request").StatusCode)
		require.Equal(t, 404, f.elena.ask(f.chart(), refill(newID(), med, "")).StatusCode)
		a := f.self.asked(f.chart(), refill(newID(), med, ""))
		require.Equal(t, 404, f.elena.get(f.chart()+"/requests/"+a.ID).StatusCode)
		require.NotContains(t, f.elena.get(f.chart()+"/requests").body, a.ID)
		require.False(t, f.elena.told("ask/"+a.ID))
		require.Contains(t, f.doctor.get(f.chart()+"/requests").body, a.ID)
		require.Empty(t, f.provenance(a.ID), "who asks for themselves acts for nobody")
		who := f.elena.principal()
		_, err := n.store.Read(context.Background(), who, "Task", a.ID)
		require.True(t, fault.Is(err, fault.NotFound))
		done := f.doctor.stepped(f.chart(), a, "completed", `,"issue":{"days":30,"repeats":1}`)
		_, err = n.store.Read(context.Background(), who, "MedicationRequest", done.Results[0].ID)
		require.True(t, fault.Is(err, fault.NotFound))

		plain := newID()
		n.put(prescription(plain, f.rosa, "Lisinopril 10 mg", threeRefills))
		shown := f.self.asked(f.chart(), refill(newID(), plain, ""))
		require.Contains(t, f.elena.get(f.chart()+"/requests").body, shown.ID)
		f.regrant(access.Everything&^access.Of(access.Medicines), access.PowerScheduling|access.PowerMessages)
		require.NotContains(t, f.elena.get(f.chart()+"/requests").body, shown.ID, "who does not see medicines does not see that one was asked for")
		require.Equal(t, 404, f.elena.ask(f.chart(), refill(newID(), plain, "")).StatusCode)

		fake, err := fhir.Make(map[string]any{"resourceType": "Task", "status": "completed", "intent": "order", "for": map[string]any{"reference": "Patient/" + f.rosa}, "meta": map[string]any{"source": records.Own}})
		require.NoError(t, err)
		staff := f.doctor.principal()
		_, err = n.store.Write(context.Background(), staff, records.Batch{Ops: []records.Op{{Kind: records.Create, Type: "Task", Node: fake}}})
		require.True(t, fault.Is(err, fault.Invalid), "nobody else names our source")
		st, err := n.store.Read(context.Background(), staff, "Task", shown.ID)
		require.NoError(t, err)
		node, err := fhir.Parse(st.Body)
		require.NoError(t, err)
		node.Set("status", fhir.String("rejected"))
		_, err = n.store.Write(context.Background(), staff, records.Batch{Ops: []records.Op{{Kind: records.Update, Type: "Task", ID: shown.ID, Node: node}}})
		require.True(t, fault.Is(err, fault.Forbidden), "a request is answered in its own place")
	})
}

func TestVisitsCopiesAndFormsAreAskedFor(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		visit := f.self.asked(f.chart(), fmt.Sprintf(`{"id":"%s","kind":"visit","note":"My knee hurts","mode":"video","when":"Mornings"}`, newID()))
		copies := f.self.asked(f.chart(), fmt.Sprintf(`{"id":"%s","kind":"record","documents":"The last blood tests","recipient":"Dr. Sol","purpose":"A second opinion"}`, newID()))
		file := newID()
		require.Equal(t, 200, f.self.send(f.chart(), file, "application/pdf", "school.pdf", []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")).StatusCode)
		form := f.self.asked(f.chart(), fmt.Sprintf(`{"id":"%s","kind":"form","form":"%s"}`, newID(), file))
		require.Equal(t, 400, f.self.ask(f.chart(), fmt.Sprintf(`{"id":"%s","kind":"form","form":"%s"}`, newID(), newID())).StatusCode, "a file that is not there")
		require.Equal(t, 200, f.doctor.get(f.chart()+"/binaries/"+file).StatusCode)

		var l struct {
			Items  []struct{ ID string }
			Next   string
			Counts map[string]int
		}
		f.desk.get("/api/v1/clinic/requests?limit=1").json(t, &l)
		require.Equal(t, visit.ID, l.Items[0].ID, "the oldest first")
		require.Equal(t, map[string]int{"refill": 0, "renewal": 0, "visit": 1, "record": 1, "form": 0}, l.Counts)
		cursor := l.Next
		l.Items, l.Next = nil, ""
		f.desk.get("/api/v1/clinic/requests?limit=1&cursor="+cursor).json(t, &l)
		require.Equal(t, copies.ID, l.Items[0].ID)
		require.Empty(t, l.Next)
		l.Items = nil
		f.doctor.get("/api/v1/clinic/requests?kind=form").json(t, &l)
		require.Equal(t, form.ID, l.Items[0].ID)

		no := f.desk.stepped(f.chart(), copies, "rejected", `,"text":"Please ask the laboratory for these."`)
		require.Equal(t, "Please ask the laboratory for these.", no.Reason)
		require.True(t, f.self.told("ask/"+copies.ID))
		require.Equal(t, 404, f.desk.step(f.chart(), form, "received", "").StatusCode, "forms are not for the front desk")
		back := f.self.stepped(f.chart(), visit, "cancelled", "")
		require.Empty(t, back.Next)
		secret := f.self.asked(f.chart(), fmt.Sprintf(`{"id":"%s","kind":"visit","note":"I feel worse with sertraline"}`, newID()))
		require.Equal(t, 404, f.desk.get(f.chart()+"/requests/"+secret.ID).StatusCode, "why somebody comes is not for the desk when it is sensitive")
		f.desk.get("/api/v1/clinic/requests").json(t, &l)
		require.Zero(t, l.Counts["visit"])

		for _, bad := range []string{`"kind":"visit"`, `"kind":"record","documents":"x"`, `"kind":"form"`, `"kind":"refill"`, `"kind":"visit","note":"x","medicine":"y"`, `"kind":"visit","note":"x","purpose":"y"`} {
			r := f.self.ask(f.chart(), `{"id":"`+newID()+`",`+bad+`}`)
			require.Equal(t, 400, r.StatusCode, bad+r.body)
		}
		require.Equal(t, 403, f.doctor.ask(f.chart(), fmt.Sprintf(`{"id":"%s","kind":"visit","note":"x"}`, newID())).StatusCode, "the clinic does not ask itself")
		require.Equal(t, 404, f.stranger.ask(f.chart(), fmt.Sprintf(`{"id":"%s","kind":"visit","note":"x"}`, newID())).StatusCode)

		var all struct {
			Items  []struct{ ID string }
			Next   string
			CanAsk []string
		}
		seen := []string{}
		for at := ""; ; {
			all.Items, all.Next = nil, ""
			f.self.get(f.chart()+"/requests?limit=2&cursor="+at).json(t, &all)
			for _, x := range all.Items {
				seen = append(seen, x.ID)
			}
			if at = all.Next; at == "" {
				break
			}
		}
		require.Equal(t, []string{secret.ID, form.ID, copies.ID, visit.ID}, seen, "the newest first, each once")
		require.Len(t, all.CanAsk, 5)
	})
}

func TestOfManyWhoAskAtOnceOneDoes(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		med := newID()
		n.put(prescription(med, f.rosa, "Lisinopril 10 mg", threeRefills))
		var wg sync.WaitGroup
		var mu sync.Mutex
		got := map[int]int{}
		for i := range 8 {
			wg.Go(func() {
				who := f.self
				if i%2 == 0 {
					who = f.elena
				}
				r := who.ask(f.chart(), refill(newID(), med, ""))
				mu.Lock()
				defer mu.Unlock()
				got[r.StatusCode]++
			})
		}
		wg.Wait()
		require.Equal(t, map[int]int{201: 1, 409: 7}, got)
	})
}

func TestAPageIsToldOfARequestAtOnce(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		mine := "requests/" + f.rosa
		clinic, own, stranger := f.doctor.open(), f.self.open(), f.stranger.open()
		clinic.topics("asked")
		clinic.hears("asked")
		own.topics(mine)
		own.hears(mine)
		stranger.topics(mine)
		stranger.loses(mine)
		a := f.self.asked(f.chart(), fmt.Sprintf(`{"id":"%s","kind":"visit","note":"My knee hurts"}`, newID()))
		clinic.hears("asked")
		own.hears(mine)
		f.doctor.stepped(f.chart(), a, "accepted", "")
		own.hears(mine)
		stranger.silent()
	})
}

func TestAnAgendaOverEverybody(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		f.regrant(access.Everything, access.AllPowers)
		f.join(f.doctor, f.ben)
		var second access.Grant
		require.NoError(t, n.db.InTx(context.Background(), func(c *db.Conn) (err error) {
			second, err = n.access.GrantTx(c, feed, access.GrantInput{Account: f.elena.account.ID, Name: "Elena", Patient: f.ben, Relation: "father", Basis: access.Consent,
				See: access.Of(access.Demographics, access.Medicines), Can: access.PowerMedicines, End: time.Now().AddDate(0, 6, 0)})
			return err
		}))
		require.NotEmpty(t, second.ID)
		visit := f.elena.asked(f.chart(), fmt.Sprintf(`{"id":"%s","kind":"visit","note":"Her knee hurts"}`, newID()))
		f.doctor.stepped(f.chart(), visit, "on-hold", `,"text":"Which knee?"`)
		thread := f.doctor.write(f.chart(), "", "Hello", "How is the knee?")
		f.doctor.write("/api/v1/charts/"+f.ben, "", "Not for her", "This is not shared with Elena.")
		recent := newID()
		n.put(strings.Replace(observation(recent, f.rosa, 4.1), "2026-11-20", time.Now().UTC().Format(time.DateOnly), 1))
		var page struct {
			Items []struct {
				Patient, Relation string
				Unread            int
				Answers           []struct{ ID, Reason string }
				Threads           []struct{ ID string }
				Visits            []struct{ ID string }
				Results           []struct{ Ref string }
			}
			Next string
		}
		r := f.elena.get("/api/v1/agenda?limit=1")
		r.json(t, &page)
		require.Len(t, page.Items, 1)
		require.NotEmpty(t, page.Next)
		all := append(page.Items[:0:0], page.Items...)
		next := page.Next
		page.Items, page.Next = nil, ""
		f.elena.get("/api/v1/agenda?limit=1&cursor="+next).json(t, &page)
		all = append(all, page.Items...)
		require.Len(t, all, 2)
		require.Empty(t, page.Next)
		for _, p := range all {
			if p.Patient == f.ben {
				require.Zero(t, p.Unread+len(p.Threads)+len(p.Answers)+len(p.Results), "his messages are not shared")
				continue
			}
			require.Equal(t, f.rosa, p.Patient)
			require.Equal(t, "mother 1", fmt.Sprint(p.Relation, " ", p.Unread))
			require.Equal(t, visit.ID+" Which knee?", p.Answers[0].ID+" "+p.Answers[0].Reason)
			require.Equal(t, thread, p.Threads[0].ID)
			require.Equal(t, "Observation/"+recent, p.Results[0].Ref)
		}
		for _, chart := range []string{f.rosa, f.ben} {
			rows, _, _, err := n.access.AccessLog(context.Background(), feed, chart, "", 100)
			require.NoError(t, err)
			require.True(t, slices.ContainsFunc(rows, func(r access.AccessRow) bool { return r.Who == "Elena" }), "her look into the agenda is in the log of each")
		}

		deeds := func(who *someone, query string) (out struct {
			Items []struct{ What, ID string }
			Next  string
		}) {
			who.get(f.chart()+"/grants/"+f.grant.ID+"/deeds"+query).json(t, &out)
			return out
		}
		f.elena.write(f.chart(), thread, "", "The left one.")
		first := deeds(f.self, "?limit=1")
		require.Equal(t, "message", first.Items[0].What)
		rest := deeds(f.self, "?limit=1&cursor="+first.Next)
		require.Equal(t, "asked "+visit.ID, rest.Items[0].What+" "+rest.Items[0].ID)
		require.Len(t, deeds(f.self, "").Items, 2, "the doctor's answers are not hers")
		require.Equal(t, 404, f.doctor.get(f.chart()+"/grants/"+f.grant.ID+"/deeds").StatusCode)
		require.Equal(t, 404, f.self.get(f.chart()+"/grants/"+second.ID+"/deeds").StatusCode, "a grant of another chart")
	})
}
