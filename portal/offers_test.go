package portal_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/records"
)

const aYear = 365 * 24 * time.Hour

// What a patient invites somebody to is what they see once they accept, and not
// before; less at once when it is narrowed; nothing once it is given back.
func TestInvitingSomebody(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		carl := n.signedIn(n.account("Carl", identity.Person, ""))
		until := time.Now().Add(aYear).Format(time.DateOnly)
		invite := fmt.Sprintf(`{"name":"My brother","relation":"sister","sees":["conditions","results"],"can":[],"sensitive":false,"until":"%s"}`, until)
		offers := f.chart() + "/offers"
		for _, who := range []*someone{f.elena, f.doctor, f.desk, f.admin, f.stranger} {
			require.Equal(t, 404, who.do("POST", offers, invite).StatusCode, who.name)
			require.Equal(t, 404, who.get(offers).StatusCode, who.name)
		}
		require.Equal(t, 403, f.app.do("POST", offers, invite).StatusCode)
		for _, wrong := range []string{
			fmt.Sprintf(`{"name":"","relation":"sister","sees":["results"],"can":[],"sensitive":false,"until":"%s"}`, until),
			fmt.Sprintf(`{"name":"C","relation":"sister","sees":[],"can":[],"sensitive":false,"until":"%s"}`, until),
			fmt.Sprintf(`{"name":"C","relation":"sister","sees":["everything"],"can":[],"sensitive":false,"until":"%s"}`, until),
			fmt.Sprintf(`{"name":"C","relation":"sister","sees":["results"],"can":["fly"],"sensitive":false,"until":"%s"}`, until),
			`{"name":"C","relation":"sister","sees":["results"],"can":[],"sensitive":false,"until":""}`,
			`{"name":"C","relation":"sister","sees":["results"],"can":[],"sensitive":false,"until":"2020-01-01"}`,
		} {
			require.Equal(t, 400, f.self.do("POST", offers, wrong).StatusCode, wrong)
		}
		var made struct{ ID, Secret, State string }
		f.self.do("POST", offers, invite).json(t, &made)
		require.Equal(t, "waiting", made.State)
		pending := f.self.get(offers).body
		require.Contains(t, pending, "My brother")
		require.NotContains(t, pending, made.Secret, "the link is shown once")

		link := fmt.Sprintf(`{"secret":"%s"}`, made.Secret)
		require.Equal(t, 401, n.nobody().do("POST", "/api/v1/me/offers/open", link).StatusCode)
		require.Equal(t, 403, f.app.do("POST", "/api/v1/me/offers/open", link).StatusCode)
		require.Equal(t, 404, carl.do("POST", "/api/v1/me/offers/open", `{"secret":"guess"}`).StatusCode)
		var seen struct {
			PatientName, Patient string
			Sees                 []string
		}
		carl.do("POST", "/api/v1/me/offers/open", link).json(t, &seen)
		require.Equal(t, "Rosa Marin", seen.PatientName)
		require.Empty(t, seen.Patient)
		require.Equal(t, 404, carl.get(f.chart()).StatusCode, "looking is not accepting")
		require.Equal(t, 409, f.self.do("POST", "/api/v1/me/offers/accept", link).StatusCode)
		carl.do("POST", "/api/v1/me/offers/accept", link).json(t, &seen)
		require.Equal(t, f.rosa, seen.Patient)
		require.Equal(t, 404, carl.do("POST", "/api/v1/me/offers/accept", link).StatusCode)

		chart := carl.get(f.chart()).body
		require.Contains(t, chart, "diabetes")
		require.Contains(t, chart, `"number":5.3`)
		require.NotContains(t, chart, "depression")
		require.Contains(t, carl.get(f.chart()+"/sections/documents").body, `"items":[]`)
		require.Contains(t, f.self.get("/api/v1/notices").body, `"kind":"sharing"`)

		var grants struct {
			Items []struct{ ID, Name, InvitedAs, State string }
		}
		f.self.get(f.chart()+"/grants").json(t, &grants)
		grant := ""
		for _, g := range grants.Items {
			if g.Name == "Carl" {
				grant = g.ID
				require.Equal(t, "My brother", g.InvitedAs)
			}
		}
		path := f.chart() + "/grants/" + grant
		less := `{"sees":["demographics","conditions"],"can":[],"sensitive":false,"until":""}`
		require.Equal(t, 404, f.elena.do("PATCH", path, less).StatusCode)
		require.Equal(t, 400, f.self.do("PATCH", path, `{"sees":["demographics","documents"],"can":[],"sensitive":false,"until":""}`).StatusCode, "never wider")
		require.Equal(t, 204, f.self.do("PATCH", path, less).StatusCode)
		require.NotContains(t, carl.get(f.chart()).body, `"number":5.3`)

		require.Equal(t, 404, f.elena.do("DELETE", path, "").StatusCode)
		require.Equal(t, 404, f.admin.do("DELETE", path, "").StatusCode)
		require.Equal(t, 204, carl.do("DELETE", path, "").StatusCode, "a caregiver may give it back")
		require.Equal(t, 404, carl.get(f.chart()).StatusCode)

		f.self.do("POST", offers, invite).json(t, &made)
		require.Equal(t, 404, f.elena.do("DELETE", offers+"/"+made.ID, "").StatusCode)
		require.Equal(t, 204, f.self.do("DELETE", offers+"/"+made.ID, "").StatusCode)
		require.Equal(t, 404, carl.do("POST", "/api/v1/me/offers/accept", fmt.Sprintf(`{"secret":"%s"}`, made.Secret)).StatusCode)
		n.clock.Add(11 * time.Minute)
		for method, path := range map[string]string{"POST": offers, "PATCH": path, "DELETE": offers + "/" + made.ID} {
			body := map[string]string{"POST": invite, "PATCH": less, "DELETE": ""}[method]
			require.Equal(t, "step_up", f.self.do(method, path, body).code(), path)
		}
		require.NotContains(t, n.log.String(), made.Secret)
		require.NotContains(t, n.log.String(), "My brother")
	})
}

func TestKeepingSomebodyOut(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		officer := n.signedIn(n.account("Penny", identity.Staff, "", identity.Privacy))
		block := fmt.Sprintf(`{"patient":"%s","email":"elena@housecall.test","reason":"protective order","evidence":"County court 26-118"}`, f.rosa)
		for _, who := range []*someone{f.self, f.elena, f.doctor, f.desk} {
			require.Equal(t, 403, who.do("POST", "/api/v1/clinic/blocks", block).StatusCode, who.name)
			require.Equal(t, 403, who.get("/api/v1/clinic/blocks").StatusCode, who.name)
		}
		require.Equal(t, 200, f.elena.get(f.chart()).StatusCode)
		var made struct{ ID string }
		officer.do("POST", "/api/v1/clinic/blocks", block).json(t, &made)
		out, none := f.elena.get(f.chart()), f.elena.get("/api/v1/charts/"+newID())
		require.Equal(t, 404, out.StatusCode)
		require.Equal(t, len(none.body), len(out.body), "in the same words as a chart that does not exist")
		require.NotContains(t, f.elena.get("/api/v1/me").body, f.rosa)
		require.NotContains(t, f.elena.get("/api/v1/me").body, "County")
		require.Equal(t, 404, officer.get(f.chart()).StatusCode, "a paper opens no chart")
		require.Contains(t, f.admin.get("/api/v1/clinic/blocks").body, "County court 26-118")
		var list struct {
			Items []struct{ State, SetBy, PatientName, Lifter string }
		}
		of := "/api/v1/clinic/blocks?patient="
		f.admin.get(of+f.rosa).json(t, &list)
		require.Len(t, list.Items, 1)
		require.Equal(t, "Penny", list.Items[0].SetBy)
		require.Equal(t, "Rosa Marin", list.Items[0].PatientName)
		require.Equal(t, "holds", list.Items[0].State)
		require.Contains(t, f.admin.get(of+f.rosa).body, `"patientName":"Rosa Marin"`)
		nobody := f.admin.get(of + newID()).body
		require.Contains(t, nobody, `"items":[]`)
		require.NotContains(t, nobody, "patientName")
		require.Equal(t, 403, f.elena.get(of+f.rosa).StatusCode)
		lift := "/api/v1/clinic/blocks/" + made.ID + "/lift"
		require.Equal(t, 403, f.doctor.do("POST", lift, `{"reason":"it ended"}`).StatusCode)
		require.Equal(t, 204, f.admin.do("POST", lift, `{"reason":"it ended"}`).StatusCode)
		require.Equal(t, 200, f.elena.get(f.chart()).StatusCode)
		f.admin.get(of+f.rosa).json(t, &list)
		require.Equal(t, "lifted", list.Items[0].State)
		require.Equal(t, "Root", list.Items[0].Lifter)

		rows, _, _, err := n.access.AccessLog(context.Background(), feed, f.rosa, "", 100)
		require.NoError(t, err)
		seen := map[string]bool{}
		for _, r := range rows {
			seen[r.Who+" "+r.Action] = true
		}
		require.True(t, seen["Penny create"] && seen["Root delete"], "%v", seen)
	})
}

// Access for one visit: nothing before its doors open, the visit while they are,
// nothing once it is called off.
func TestAGuestAtOneVisit(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		soon := time.Now().Add(10 * time.Minute).Truncate(time.Minute)
		later := time.Now().Add(48 * time.Hour).Truncate(time.Minute)
		p := newPractice(t, n, soon, later)
		slots := map[string]string{}
		for _, d := range p.free(p.self).Days {
			for _, s := range d.Slots {
				slots[s.Start] = s.ID
			}
		}
		id := func(at time.Time) string {
			for start, slot := range slots {
				if x, err := time.Parse(time.RFC3339, start); err == nil && x.Equal(at) {
					return slot
				}
			}
			t.Fatalf("no slot at %s in %v", at, slots)
			return ""
		}
		a := p.book(p.self, id(later), "a talk")
		carl := n.signedIn(n.account("Carl", identity.Person, ""))
		guests := p.chart() + "/visits/" + a.ID + "/guests"
		who := `{"name":"Carl","relation":"sister"}`
		require.Equal(t, 404, carl.do("POST", guests, who).StatusCode)
		require.Equal(t, 403, p.elena.do("POST", guests, who).StatusCode)
		require.Equal(t, 404, p.self.do("POST", p.chart()+"/visits/"+newID()+"/guests", who).StatusCode)
		var made struct{ Secret string }
		p.doctor.do("POST", guests, who).json(t, &made)
		require.Equal(t, 200, carl.do("POST", "/api/v1/me/offers/accept", fmt.Sprintf(`{"secret":"%s"}`, made.Secret)).StatusCode)
		visit := p.chart() + "/visits/" + a.ID
		require.Equal(t, 404, carl.get(visit).StatusCode, "the doors are not open")
		require.Equal(t, 200, p.self.do("POST", p.chart()+"/appointments/"+a.ID+"/reschedule", `{"slot":"`+id(soon)+`"}`).StatusCode)
		r := carl.get(visit)
		require.Equal(t, 200, r.StatusCode, r.body)
		require.Equal(t, 200, carl.do("POST", visit+"/consent", `{"version":"2026-11","agreed":true}`).StatusCode)
		chart := carl.get(p.chart()).body
		require.NotContains(t, chart, "diabetes")
		require.NotContains(t, chart, `"number":5.3`)
		require.Contains(t, p.self.get(p.chart()+"/grants").body, a.ID, "the patient sees the guest")
		require.Equal(t, 200, p.self.do("POST", p.chart()+"/appointments/"+a.ID+"/cancel", `{"reason":"better"}`).StatusCode)
		require.Equal(t, 404, carl.get(visit).StatusCode)
		require.Equal(t, 404, carl.get(p.chart()).StatusCode)
	})
}

// Who may invite to a visit sees whom they let in, and takes it away again.
func TestTheGuestsOfAVisit(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newPractice(t, n, time.Now().Add(5*time.Minute).Truncate(time.Minute), time.Now().Add(48*time.Hour).Truncate(time.Minute))
		visit := func(slot int) string {
			days := p.free(p.self).Days
			return p.chart() + "/visits/" + p.book(p.self, days[slot].Slots[0].ID, "a talk").ID
		}
		soon, later := visit(0), visit(0)
		guests := soon + "/guests"
		var list struct {
			Items []struct{ ID, Name, Relation, State string }
		}
		seen := func(who *someone, want int) {
			t.Helper()
			who.get(guests).json(t, &list)
			require.Len(t, list.Items, want)
		}
		seen(p.self, 0)
		carl := n.signedIn(n.account("Carl", identity.Person, ""))
		var made struct{ ID, Secret string }
		p.doctor.do("POST", guests, `{"name":"My son","relation":"parent"}`).json(t, &made)
		seen(p.self, 1)
		require.Equal(t, "invited", list.Items[0].State)
		require.NotContains(t, p.doctor.get(guests).body, made.Secret)
		require.Equal(t, 403, p.elena.get(guests).StatusCode)
		require.Equal(t, 403, p.desk.get(guests).StatusCode)
		require.Equal(t, 404, p.stranger.get(guests).StatusCode)
		require.Equal(t, 404, carl.get(guests).StatusCode)
		require.Equal(t, 404, p.app.get(guests).StatusCode)
		require.Contains(t, p.self.get(later+"/guests").body, `"items":[]`, "of one visit alone")

		require.Equal(t, 200, carl.do("POST", "/api/v1/me/offers/accept", fmt.Sprintf(`{"secret":"%s"}`, made.Secret)).StatusCode)
		require.Equal(t, 200, carl.get(soon).StatusCode)
		require.Equal(t, 403, carl.get(guests).StatusCode, "a guest brings nobody")
		seen(p.doctor, 1)
		require.Equal(t, "active", list.Items[0].State)
		guest := guests + "/" + list.Items[0].ID
		require.Equal(t, 403, p.elena.do("DELETE", guest, "").StatusCode)
		require.Equal(t, 403, p.desk.do("DELETE", guest, "").StatusCode)
		require.Equal(t, 404, p.stranger.do("DELETE", guest, "").StatusCode)
		require.Equal(t, 404, p.self.do("DELETE", later+"/guests/"+list.Items[0].ID, "").StatusCode, "it is no guest of that visit")
		require.Equal(t, 204, p.doctor.do("DELETE", guest, "").StatusCode)
		require.Equal(t, 404, carl.get(soon).StatusCode)
		require.Equal(t, 409, p.doctor.do("DELETE", guest, "").StatusCode)
		seen(p.self, 1)
		require.Equal(t, "revoked", list.Items[0].State)

		p.self.do("POST", guests, `{"name":"Jo","relation":"friend"}`).json(t, &made)
		require.Equal(t, 204, p.self.do("DELETE", guests+"/"+made.ID, "").StatusCode)
		require.Equal(t, 404, carl.do("POST", "/api/v1/me/offers/accept", fmt.Sprintf(`{"secret":"%s"}`, made.Secret)).StatusCode)
		seen(p.self, 1)
		n.clock.Add(11 * time.Minute)
		require.Equal(t, "step_up", p.self.do("DELETE", guest, "").code())
	})
}

// A guest finds the visits that they were let to, whose doors are open, and no other
// appointment: in no list, by no id, in no copy, and nothing moves when another does.
func TestAGuestFindsNoOtherAppointment(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		now := time.Now().Truncate(time.Minute)
		p := newPractice(t, n, now.Add(5*time.Minute), now.Add(26*time.Minute), now.Add(48*time.Hour), now.Add(50*time.Hour))
		n.put(`{"resourceType":"RelatedPerson","id":"` + newID() + `","patient":{"reference":"Patient/` + p.rosa + `"},"name":[{"text":"Somebody near"}]}`)
		carl := n.signedIn(n.account("Carl", identity.Person, ""))
		var slots []string
		for _, d := range p.free(p.self).Days {
			for _, s := range d.Slots {
				slots = append(slots, s.ID)
			}
		}
		require.Len(t, slots, 4)
		var ids []string
		for i, why := range []string{"Sleep", "Dizzy", "Private"} {
			ids = append(ids, p.book(p.self, slots[i], why).ID)
		}
		for _, id := range ids[:2] {
			var made struct{ Secret string }
			p.self.do("POST", p.chart()+"/visits/"+id+"/guests", `{"name":"Carl","relation":"sister"}`).json(t, &made)
			require.Equal(t, 200, carl.do("POST", "/api/v1/me/offers/accept", fmt.Sprintf(`{"secret":"%s"}`, made.Secret)).StatusCode)
		}
		sees := func(want ...string) {
			t.Helper()
			var list struct{ Items []wireAppointment }
			carl.get(p.chart()+"/appointments").json(t, &list)
			var found []string
			for _, a := range list.Items {
				found = append(found, a.ID)
			}
			require.Equal(t, want, found)
			for _, id := range ids {
				for _, at := range []string{"/appointments/", "/visits/"} {
					status := map[bool]int{true: 200, false: 404}[slices.Contains(want, id)]
					require.Equal(t, status, carl.get(p.chart()+at+id).StatusCode, id)
				}
			}
		}
		sees(ids[0])
		require.NoError(t, n.db.InTx(ctx, func(c *db.Conn) error { // as when the doors of the next one open
			if _, err := c.Exec(`UPDATE visit_grants SET start_at = ? WHERE appointment = ?`, now.UnixMicro(), ids[1]); err != nil {
				return err
			}
			return n.access.SpreadTx(c, p.rosa)
		}))
		sees(ids[0], ids[1])
		require.Equal(t, 404, carl.do("POST", p.chart()+"/visits/"+ids[2]+"/consent", `{"version":"2026-11","agreed":true}`).StatusCode)
		require.Equal(t, 404, carl.get(p.chart()+"/booking?mode=video").StatusCode)
		require.NotContains(t, carl.get(p.chart()).body, "Somebody near")

		copyOf := func(cursor string) records.Changes {
			t.Helper()
			c, err := n.store.Changes(ctx, carl.principal(), p.rosa, cursor, 100)
			require.NoError(t, err)
			return c
		}
		first := copyOf("")
		require.Len(t, first.Items, 3, "Rosa and two visits")
		tag := carl.get(p.chart()).Header.Get("ETag")
		require.Equal(t, 200, p.self.do("POST", p.chart()+"/appointments/"+ids[2]+"/reschedule", `{"slot":"`+slots[3]+`"}`).StatusCode)
		require.Equal(t, tag, carl.get(p.chart()).Header.Get("ETag"), "another visit moved")
		again := copyOf(first.Cursor)
		require.Equal(t, first.Cursor, again.Cursor)
		require.Empty(t, again.Items)
		require.Equal(t, 200, p.self.do("POST", p.chart()+"/appointments/"+ids[1]+"/cancel", `{"reason":"better"}`).StatusCode)
		sees(ids[0])
		require.NotEqual(t, tag, carl.get(p.chart()).Header.Get("ETag"))
		require.Len(t, copyOf(first.Cursor).Items, 2)
	})
}
