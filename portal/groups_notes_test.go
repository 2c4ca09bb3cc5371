package portal_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/identity"
	"housecall/records/access/audittest"
)

// What a text for all names of a chart is filled in for each member from their own: into
// no note comes anything of another member, nor of a chart that is not asked.
func TestATextForAllIsFilledFromEachOnesOwnChart(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newCircle(t, n)
		n.put(fmt.Sprintf(lisinopril, newID(), "active", p.rosa))
		n.put(`{"resourceType":"AllergyIntolerance","id":"` + newID() + `","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]},"code":{"text":"Bee sting"},"patient":{"reference":"Patient/` + p.ben + `"}}`)
		for _, patient := range []string{p.rosa, p.ben} {
			require.Equal(t, 201, p.add(p.desk, patient).StatusCode)
		}
		p.waits(p.self, p.rosa, "Butterfly")
		p.waits(p.bens, p.ben, "")
		p.does(p.doctor, "/admit", `{"seat":""}`)
		p.does(p.doctor, "/end", "")

		text := `{"body":{"subjective":"{first} breathes well.\nMedicines:\n{medicines}","objective":"Allergies: {allergies}","assessment":"Fine","plan":"See {patient} again {soon} {result:}","summary":"Well done, {first}.","instructions":["Rest, {first}"],"callIf":"{visit}","followUp":"","language":"en"}}`
		var made struct {
			Items []struct {
				Visit, State, Why string
				Missing           []string
			}
		}
		p.doctor.do("POST", p.at()+"/notes", text).json(t, &made)
		require.Len(t, made.Items, 2)
		missing := map[string][]string{}
		for _, x := range made.Items {
			require.Equal(t, "draft", x.State, x.Why)
			missing[x.Visit] = x.Missing
		}
		require.Equal(t, map[string][]string{p.of[p.rosa]: {"allergies", "visit"}, p.of[p.ben]: {"medicines", "visit"}}, missing)

		note := func(patient string) (body map[string]any) {
			var one struct{ Body json.RawMessage }
			p.doctor.get(p.visit(patient)+"/note").json(t, &one)
			require.NoError(t, json.Unmarshal(one.Body, &body))
			return body
		}
		rosas, bens := note(p.rosa), note(p.ben)
		require.Equal(t, "Rosa breathes well.\nMedicines:\n- Lisinopril 20 mg", strings.TrimSpace(rosas["subjective"].(string)))
		require.Equal(t, "Allergies: ___", rosas["objective"])
		require.Equal(t, []any{"Rest, Rosa"}, rosas["instructions"])
		require.Equal(t, "Ben breathes well.\nMedicines:\n___", bens["subjective"])
		require.Equal(t, "Allergies: Bee sting", bens["objective"])
		require.Equal(t, "See Ben Okafor again {soon} {result:}", bens["plan"], "braces around anything else are left")
		require.Equal(t, "Well done, Ben.", bens["summary"])
		for patient, other := range map[string][]string{p.rosa: {"Ben", "Okafor", "Bee"}, p.ben: {"Rosa", "Marin", "Lisinopril"}} {
			raw, err := json.Marshal(note(patient))
			require.NoError(t, err)
			for _, secret := range other {
				require.NotContains(t, string(raw), secret)
			}
		}

		// Sent again it changes nothing; who writes no note there fills in none.
		made.Items = nil
		p.doctor.do("POST", p.at()+"/notes", strings.Replace(text, "breathes", "coughs", 1)).json(t, &made)
		for _, x := range made.Items {
			require.Equal(t, "kept changed", x.State+" "+x.Why)
			require.Empty(t, x.Missing)
		}
		require.NotContains(t, note(p.rosa)["subjective"], "coughs")
		for _, who := range []*someone{p.nurse, p.desk, p.stranger, p.self} {
			require.Contains(t, []int{403, 404}, who.do("POST", p.at()+"/notes", text).StatusCode, who.name)
		}
	})
}

// Who did not come to a group is said by who leads, for each member; nothing says it by
// itself, and nobody waits for it.
func TestWhoDidNotComeToAGroupIsSaidByWhoLeads(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newCircleOf(t, n, 4)
		cara, dan := n.patient("Cara", "Lindgren", ""), n.patient("Dan", "Osei", "")
		for _, patient := range []string{p.rosa, p.ben, cara, dan} {
			if patient == cara || patient == dan {
				p.join(p.doctor, patient)
				p.join(p.desk, patient)
			}
			r := p.add(p.desk, patient)
			require.Equal(t, 201, r.StatusCode, r.body)
		}
		cars := n.signedIn(n.account("Cara", identity.Person, cara))
		p.waits(p.self, p.rosa, "Butterfly")
		p.does(p.doctor, "/admit", `{"seat":""}`)
		p.waits(cars, cara, "") // is at the door until the end, and nobody lets her in
		missed := func(who *someone, on bool, patients ...string) reply {
			ids := make([]string, len(patients))
			for i, patient := range patients {
				ids[i] = `"` + p.of[patient] + `"`
			}
			return who.do("POST", p.at()+"/missed", fmt.Sprintf(`{"visits":[%s],"missed":%t}`, strings.Join(ids, ","), on))
		}
		require.Equal(t, "live", missed(p.doctor, true, p.ben).code())
		require.Empty(t, p.see(p.doctor).member(t, p.ben).Absent)

		g := p.does(p.doctor, "/end", "")
		require.Equal(t, "ended", g.Visit.State)
		require.Equal(t, map[string]string{p.rosa: "", p.ben: "missed", cara: "door", dan: "missed"}, map[string]string{
			p.rosa: g.member(t, p.rosa).Absent, p.ben: g.member(t, p.ben).Absent, cara: g.member(t, cara).Absent, dan: g.member(t, dan).Absent,
		})
		status := func(patient string) string {
			var record []byte
			require.NoError(t, n.db.Read(context.Background()).QueryRow(`SELECT body FROM resources WHERE type = 'Appointment' AND id = ?`, p.of[patient]).Scan(&record))
			var a struct{ Status string }
			require.NoError(t, json.Unmarshal(record, &a))
			require.Equal(t, a.Status, p.see(p.doctor).member(t, patient).Status)
			return a.Status
		}
		require.Equal(t, "booked", status(p.ben), "nothing says it by itself")

		for who, code := range map[*someone]int{p.nurse: 403, p.desk: 403, p.stranger: 404, p.self: 403, p.bens: 403} {
			require.Equal(t, code, missed(who, true, p.ben).StatusCode, who.name)
		}
		require.Equal(t, 404, p.doctor.do("POST", p.at()+"/missed", `{"visits":["`+newID()+`"],"missed":true}`).StatusCode)
		require.Equal(t, "came", missed(p.doctor, true, p.rosa, p.ben).code(), "who was in it came")
		require.Equal(t, "booked", status(p.rosa))
		require.Equal(t, "noshow", status(p.ben), "and that keeps nobody else back")
		require.Equal(t, 200, missed(p.doctor, true, p.ben, dan).StatusCode, "sent twice")
		require.Equal(t, []string{"noshow", "noshow", "booked"}, []string{status(p.ben), status(dan), status(cara)})
		require.Contains(t, p.bens.get("/api/v1/charts/"+p.ben+"/appointments?when=past").body, `"status":"noshow"`)
		require.NotContains(t, p.self.get("/api/v1/charts/"+p.rosa+"/appointments?when=past").body, "noshow")
		require.Equal(t, 1, p.day(p.doctor, "me").of(p.group).Came)
		require.Equal(t, 2, p.day(p.doctor, "me").of(p.group).Missed)
		require.Equal(t, "noshow", p.doctor.do("PUT", p.visit(p.ben)+"/note", noteOf("Nothing")).code())

		// It was the wrong one: that can be said, too.
		require.Equal(t, 200, missed(p.doctor, false, dan).StatusCode)
		require.Equal(t, "booked", status(dan))
		details := ""
		for _, r := range audittest.Of(t, n.db, dan) {
			details += string(r.Body)
		}
		require.Contains(t, details, `"noshow"`)
		require.Contains(t, details, `"noshow taken back"`)
	})
}

func (d wireGroupDay) of(group string) wireDayGroup {
	for _, g := range d.Groups {
		if g.ID == group {
			return g
		}
	}
	return wireDayGroup{}
}
