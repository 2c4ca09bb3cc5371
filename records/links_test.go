package records_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/access/audittest"
)

// staff makes a staff member of the care teams of these patients.
func (h *house) staff(role identity.Role, patients ...string) identity.Principal {
	h.t.Helper()
	who := identity.Principal{Kind: identity.Staff, Account: newID(), Name: "Staff", Roles: []identity.Role{role}}
	for _, p := range patients {
		require.NoError(h.t, h.db.InTx(context.Background(), func(c *db.Conn) error {
			return h.access.JoinTeamTx(c, feed, who.Account, p, role, time.Time{})
		}))
	}
	return who
}

func refs(entries []records.Entry) []string {
	var out []string
	for _, e := range entries {
		out = append(out, e.Ref)
	}
	return out
}

const icd = "http://hl7.org/fhir/sid/icd-10-cm"

func TestJoinedCharts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		a, self := h.patient("Vega")
		b, _ := h.patient("Vega")
		inA, inB, lab := newID(), newID(), newID()
		h.put(condition(inA, a, icd, "I10", "High blood pressure"))
		h.put(condition(inB, b, icd, "E11.9", "Diabetes"))
		h.put(observation(lab, b, "2823-3", "2026-11-20T08:00:00Z", 5.3, ""))
		desk := h.staff(identity.FrontDesk, a, b)
		doctor := h.staff(identity.Clinician, a)
		mother := h.caregiver(a, self)
		stranger := h.staff(identity.Clinician)

		headA, headB := h.head(a), h.head(b)
		before, err := h.store.Open(ctx, self, a, "")
		require.NoError(t, err)
		mothers, err := h.store.Open(ctx, mother, a, "")
		require.NoError(t, err)

		for name, who := range map[string]identity.Principal{"patient": self, "caregiver": mother, "team of one": doctor, "stranger": stranger} {
			_, err := h.store.Join(ctx, who, a, b, "same person, two imports")
			require.Error(t, err, name)
			require.Equal(t, fault.NotFound, fault.KindOf(err), "%s: a chart that one may not see is not found", name)
		}
		_, err = h.store.Join(ctx, desk, a, b, " ")
		require.Equal(t, fault.Invalid, fault.KindOf(err))
		_, err = h.store.Join(ctx, desk, a, a, "same person, two imports")
		require.Equal(t, fault.Invalid, fault.KindOf(err))
		require.Equal(t, headA, h.head(a), "what was refused moves nothing")

		_, err = h.store.Join(ctx, desk, a, b, "same person, two imports")
		require.NoError(t, err)
		require.Equal(t, headA+1, h.head(a))
		require.Equal(t, headB+1, h.head(b))
		_, err = h.store.Join(ctx, desk, a, b, "same person, two imports")
		require.Equal(t, fault.Conflict, fault.KindOf(err))

		// The patient and the care team see one chart, from either side.
		for name, who := range map[string]identity.Principal{"patient": self, "doctor": doctor} {
			for _, p := range []string{a, b} {
				ch, err := h.store.Open(ctx, who, p, "")
				require.NoError(t, err, name)
				require.ElementsMatch(t, []string{"Condition/" + inA, "Condition/" + inB}, refs(ch.Conditions), name)
				require.Len(t, ch.Results, 1)
				require.Len(t, ch.Joined, 1)
			}
			page, err := h.store.Timeline(ctx, who, a, "", "", "", 30)
			require.NoError(t, err)
			require.ElementsMatch(t, []string{"Condition/" + inA, "Condition/" + inB, "Observation/" + lab}, refs(page.Items))
			detail, err := h.store.Detail(ctx, who, a, "Condition", inB)
			require.NoError(t, err)
			require.Equal(t, "Diabetes", detail.Entry.Title)
			patient, err := h.store.Read(ctx, who, "Patient", a)
			require.NoError(t, err)
			require.Contains(t, string(patient.Body), `"link":[{"other":{"reference":"Patient/`+b+`"},"type":"replaces"}]`)
			other, err := h.store.Read(ctx, who, "Patient", b)
			require.NoError(t, err)
			require.Contains(t, string(other.Body), `"type":"replaced-by"`)
		}
		after, err := h.store.Open(ctx, self, a, before.ETag)
		require.NoError(t, err)
		require.False(t, after.NotModified)

		// A grant counts for the chart that it names, and does not tell of another.
		ch, err := h.store.Open(ctx, mother, a, "")
		require.NoError(t, err)
		require.Equal(t, refs(mothers.Conditions), refs(ch.Conditions))
		require.Empty(t, ch.Joined)
		_, err = h.store.Open(ctx, mother, b, "")
		require.Equal(t, fault.NotFound, fault.KindOf(err))
		_, err = h.store.Detail(ctx, mother, a, "Condition", inB)
		require.Equal(t, fault.NotFound, fault.KindOf(err))
		patient, err := h.store.Read(ctx, mother, "Patient", a)
		require.NoError(t, err)
		require.NotContains(t, string(patient.Body), b)
		sync, err := h.store.Changes(ctx, mother, a, "", 100)
		require.NoError(t, err)
		for _, x := range sync.Items {
			require.NotContains(t, string(x.Body), b)
		}
		require.Zero(t, h.count(`SELECT count(*) FROM search_ref WHERE type = 'Patient' AND param = 'link'`), "search does not tell of it")
		_, err = h.store.Open(ctx, stranger, b, "")
		require.Equal(t, fault.NotFound, fault.KindOf(err))
		app := self
		app.Scopes = []string{"patient/*.rs"}
		_, err = h.store.Read(ctx, app, "Condition", inB)
		require.Equal(t, fault.NotFound, fault.KindOf(err), "an app stays in the chart that it was let into")

		// A change in either moves what the patient sees, and nothing of what the caregiver sees.
		mothers, err = h.store.Open(ctx, mother, a, "")
		require.NoError(t, err)
		tag := after.ETag
		written := newID()
		h.put(condition(written, b, icd, "J45.909", "Asthma"))
		after, err = h.store.Open(ctx, self, a, tag)
		require.NoError(t, err)
		require.False(t, after.NotModified)
		same, err := h.store.Open(ctx, mother, a, mothers.ETag)
		require.NoError(t, err)
		require.True(t, same.NotModified)

		// An import that sends the Patient again does not undo it.
		h.put(`{"resourceType":"Patient","id":"` + a + `","name":[{"family":"Vega","given":["Rosa"]}],"birthDate":"1952-03-02","gender":"female","link":[{"other":{"reference":"Patient/` + b + `"},"type":"seealso"}]}`)
		got, err := h.store.Read(ctx, self, "Patient", a)
		require.NoError(t, err)
		require.Contains(t, string(got.Body), `"type":"replaces"`)
		require.NotContains(t, string(got.Body), `seealso`)

		// Each opening is in the audit of both charts.
		n := h.audits(b, self)
		_, err = h.store.Open(ctx, self, a, "")
		require.NoError(t, err)
		require.Equal(t, n+1, h.audits(b, self))

		// The doctor of one treats in both: it is one person.
		note := newID()
		_, err = h.write(doctor, put(t, condition(note, b, icd, "M54.5", "Back pain")))
		require.NoError(t, err)

		// Parted: each is what it was, and what was written meanwhile waits for somebody.
		count, err := h.store.Part(ctx, desk, a, b, "two people after all")
		require.NoError(t, err)
		require.EqualValues(t, 2, count)
		ch, err = h.store.Open(ctx, self, a, "")
		require.NoError(t, err)
		require.Equal(t, []string{"Condition/" + inA}, refs(ch.Conditions))
		for _, who := range []identity.Principal{self, doctor} {
			_, err = h.store.Open(ctx, who, b, "")
			require.Equal(t, fault.NotFound, fault.KindOf(err))
		}
		got, err = h.store.Read(ctx, self, "Patient", a)
		require.NoError(t, err)
		require.NotContains(t, string(got.Body), `"link"`)
		require.Equal(t, 2, h.count(`SELECT count(*) FROM chart_assigns WHERE patient_id = ? AND other = ? AND state = 1 AND id IN (?, ?)`, b, a, written, note))
		_, err = h.store.Part(ctx, desk, a, b, "two people after all")
		require.Equal(t, fault.Conflict, fault.KindOf(err))
		for _, p := range []string{a, b} {
			require.EqualValues(t, h.head(p), h.count(`SELECT count(*) FROM chart_changes WHERE patient_id = ?`, p), "no number is left out")
		}
	})
}

// audits counts the rows that somebody has in the audit of a chart.
func (h *house) audits(patient string, who identity.Principal) (n int) {
	h.t.Helper()
	for _, r := range audittest.Of(h.t, h.db, patient) {
		if r.Account == who.Account {
			n++
		}
	}
	return n
}

func (h *house) head(patient string) int64 {
	return int64(h.count(`SELECT head FROM charts WHERE patient_id = ?`, patient))
}

// TestLinkedRelations: which relation reaches from a chart into one that is
// joined with it.
func TestLinkedRelations(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		a, self := h.patient("Vega")
		b, _ := h.patient("Vega")
		c, _ := h.patient("Vega")
		desk := h.staff(identity.FrontDesk, a, b, c)
		doctor, nurse := h.staff(identity.Clinician, b), h.staff(identity.Nurse, c)
		mother := h.caregiver(b, self)
		emergency := h.staff(identity.Clinician)
		require.NoError(t, d.InTx(ctx, func(x *db.Conn) error {
			_, err := h.access.BreakGlassTx(x, emergency, c, "unconscious in the emergency room")
			return err
		}))
		for _, other := range []string{b, c} {
			_, err := h.store.Join(ctx, desk, a, other, "three imports of one person")
			require.NoError(t, err)
		}
		_, err := h.store.Join(ctx, desk, b, c, "three imports of one person")
		require.Equal(t, fault.Conflict, fault.KindOf(err))
		for name, x := range map[string]struct {
			who  identity.Principal
			sees string
			as   access.Relation
		}{
			"patient": {self, a + b + c, access.Self}, "doctor of one": {doctor, a + b + c, access.CareTeam}, "nurse of another": {nurse, a + b + c, access.CareTeam},
			"front desk": {desk, a + b + c, access.ClinicStaff}, "emergency": {emergency, a + b + c, access.EmergencyAccess}, "caregiver": {mother, b, access.Proxy},
		} {
			for _, p := range []string{a, b, c} {
				v, err := h.access.ViewOf(d.Read(ctx), x.who, p)
				if !strings.Contains(x.sees, p) {
					require.Equal(t, fault.NotFound, fault.KindOf(err), name)
					continue
				}
				require.NoError(t, err, name)
				require.Equal(t, x.as, v.Base, name)
				require.Equal(t, p, v.Patient)
			}
			charts, err := h.access.Charts(ctx, x.who, 100)
			require.NoError(t, err)
			if name != "emergency" {
				require.Len(t, charts, len(x.sees)/len(a), name)
			}
			// Housecall's own app on a phone stands where the person stands; another stays in
			// the charts that are theirs without the link, and is not told.
			phone := x.who
			phone.Client, phone.Scopes = identity.PhoneClient, []string{"patient/*.cruds", "user/*.cruds"}
			charts, err = h.access.Charts(ctx, phone, 100)
			require.NoError(t, err)
			if name != "emergency" {
				require.Len(t, charts, len(x.sees)/len(a), name)
			}
			app := phone
			app.Client = "wellness-app"
			for _, p := range []string{a, b, c} {
				v, err := h.access.ViewOf(d.Read(ctx), phone, p)
				if !strings.Contains(x.sees, p) {
					require.Equal(t, fault.NotFound, fault.KindOf(err), name)
					continue
				}
				require.NoError(t, err, name)
				require.Equal(t, x.as != access.Proxy, v.Carries(), name)
				require.False(t, v.ReachesOver() || v.Works(), name)
				v, err = h.access.ViewOf(d.Read(ctx), app, p)
				require.True(t, fault.Is(err, fault.NotFound) || err == nil && !v.Carries(), name)
				told, err := h.store.Beside(ctx, phone, p)
				require.NoError(t, err)
				require.Len(t, told, len(x.sees)/len(a)-1, name)
				told, err = h.store.Beside(ctx, app, p)
				require.True(t, len(told) == 0 && (err == nil || fault.Is(err, fault.NotFound)), name)
			}
			if name == "patient" {
				_, err = h.access.ViewOf(d.Read(ctx), app, b)
				require.Equal(t, fault.NotFound, fault.KindOf(err))
			}
		}
	})
}
