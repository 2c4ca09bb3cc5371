package records_test

import (
	"archive/zip"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/fhir"
)

// visit is an Appointment of several patients; the status of each is given.
func visit(id, comment string, patients [][2]string) string {
	var who strings.Builder
	for _, p := range patients {
		fmt.Fprintf(&who, `,{"actor":{"reference":"Patient/%s","display":"Person %s"},"status":"%s"}`, p[0], p[0], p[1])
	}
	return `{"resourceType":"Appointment","id":"` + id + `","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">` + peopleOf(patients) + `</div>"},"status":"booked","start":"2026-12-01T10:00:00Z","end":"2026-12-01T10:30:00Z","comment":"` + comment +
		`","participant":[{"actor":{"display":"Dr. Quiet"},"status":"accepted"}` + who.String() + `]}`
}

func peopleOf(patients [][2]string) string {
	var names []string
	for _, p := range patients {
		names = append(names, "Person "+p[0])
	}
	return strings.Join(names, " and ")
}

func version(t *testing.T, h *house, who identity.Principal, typ, id string) (int64, string) {
	t.Helper()
	st, err := h.store.Read(context.Background(), who, typ, id)
	require.NoError(t, err)
	require.Contains(t, string(st.Body), fmt.Sprintf(`"versionId":"%d"`, st.Version))
	return st.Version, string(st.Body)
}

// Each patient of a visit for two sees it in every place as if it were theirs
// alone, and what changes for the other moves nothing for them.
func TestNobodySeesTheOthersOfARecord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		rosa, self := h.patient("Caléndula")
		ben, other := h.patient("Miller")
		carl, third := h.patient("Carl")
		id, obs := newID(), newID()
		h.put(observation(obs, ben, "2823-3", "2026-11-20", 4, ""))
		body := func(rosas, bens string) string {
			return strings.Replace(visit(id, "A talk", [][2]string{{rosa, rosas}, {ben, bens}}), `"status":"booked"`, `"status":"booked","supportingInformation":[{"reference":"Observation/`+obs+`"}]`, 1)
		}
		first := h.put(body("needs-action", "needs-action"))
		require.Empty(t, first.Patient)

		v, seen := version(t, h, self, "Appointment", id)
		require.EqualValues(t, 1, v)
		require.Contains(t, seen, "Patient/"+rosa)
		for _, trace := range []string{ben, obs, "Dr. Quiet", "<div"} {
			require.NotContains(t, seen, trace)
		}
		_, bens := version(t, h, other, "Appointment", id)
		require.NotContains(t, bens, rosa)
		require.Contains(t, bens, obs)
		_, all := version(t, h, feed, "Appointment", id)
		require.Contains(t, all, rosa)
		require.Contains(t, all, ben)
		_, err := h.store.Read(ctx, third, "Appointment", id)
		require.Equal(t, fault.NotFound, fault.KindOf(err))
		_, err = h.store.History(ctx, third, "Appointment", id, 0, 10)
		require.Equal(t, fault.NotFound, fault.KindOf(err))
		both := h.staff(identity.Clinician, rosa, ben)
		_, staffs := version(t, h, both, "Appointment", id)
		require.Contains(t, staffs, rosa)
		require.Contains(t, staffs, ben)

		tag := func(p string, who identity.Principal) string {
			tag, err := h.store.Tag(ctx, who, p)
			require.NoError(t, err)
			return tag
		}
		before, bensBefore := tag(rosa, self), tag(ben, other)
		h.put(body("needs-action", "declined"))
		require.Equal(t, before, tag(rosa, self))
		require.NotEqual(t, bensBefore, tag(ben, other))
		v, _ = version(t, h, self, "Appointment", id)
		require.EqualValues(t, 1, v, "what they see did not change")
		v, _ = version(t, h, other, "Appointment", id)
		require.EqualValues(t, 2, v)
		v, _ = version(t, h, both, "Appointment", id)
		require.EqualValues(t, 2, v)
		h.put(body("accepted", "declined"))
		v, seen = version(t, h, self, "Appointment", id)
		require.EqualValues(t, 3, v)
		require.NotEqual(t, before, tag(rosa, self))
		require.Contains(t, seen, `"accepted"`)

		history := func(who identity.Principal) (versions []int64, text string) {
			list, err := h.store.History(ctx, who, "Appointment", id, 0, 10)
			require.NoError(t, err)
			for _, st := range list {
				versions, text = append(versions, st.Version), text+string(st.Body)
			}
			return versions, text
		}
		versions, text := history(self)
		require.Equal(t, []int64{3, 1}, versions)
		require.NotContains(t, text, ben)
		versions, text = history(both)
		require.Equal(t, []int64{3, 2, 1}, versions)
		require.Contains(t, text, ben)
		versions, _ = history(feed)
		require.Equal(t, []int64{3, 2, 1}, versions)
		_, err = h.store.VRead(ctx, self, "Appointment", id, 2)
		require.Equal(t, fault.NotFound, fault.KindOf(err))
		old, err := h.store.VRead(ctx, self, "Appointment", id, 1)
		require.NoError(t, err)
		require.NotContains(t, string(old.Body), ben)
		dbtest.Settled(t, d)
		for who, n := range map[*identity.Principal]int{&self: 2, &other: 2, &both: 3, &feed: 3} {
			page, err := h.store.HistoryOf(ctx, *who, "Appointment", records.HistoryOptions{Count: 50})
			require.NoError(t, err)
			require.Len(t, page.Items, n)
			require.Equal(t, who == &self, !strings.Contains(bodies(page), ben))
		}

		for _, q := range []string{"status=booked", "_id=" + id, "patient=" + rosa, "actor=Patient/" + rosa, "date=2026-12-01", "part-status=accepted", "patient:Patient._id=" + rosa} {
			for _, who := range []identity.Principal{self, both, feed} {
				page := h.search(who, "Appointment", q+"&_total=accurate")
				require.Len(t, page.Items, 1, q)
				require.Equal(t, 1, page.Total, q)
				require.Equal(t, who.Account != self.Account, strings.Contains(bodies(page), ben), q)
			}
			require.Empty(t, h.search(third, "Appointment", q).Items, q)
		}
		for _, q := range []string{"patient=" + ben, "part-status=declined", "supporting-info=Observation/" + obs, "patient=" + rosa + "&actor=Patient/" + ben, "actor:missing=true"} {
			page := h.search(self, "Appointment", q+"&_total=accurate")
			require.Empty(t, page.Items, q)
			require.Zero(t, page.Total, q)
		}
		require.Len(t, h.search(feed, "Appointment", "patient="+rosa+"&actor=Patient/"+ben).Items, 1)
		require.Len(t, h.search(both, "Appointment", "part-status=declined").Items, 1)
		for who, n := range map[*identity.Principal]int{&self: 1, &both: 2, &feed: 2} {
			require.Len(t, h.search(*who, "Appointment", "_id="+id+"&_include=Appointment:patient").Included, n)
			require.Len(t, h.search(*who, "Patient", "_has:Appointment:patient:status=booked").Items, n)
			page := h.search(*who, "Patient", "_id="+rosa+"&_revinclude=Appointment:patient")
			require.Len(t, page.Included, 1)
			require.Equal(t, who != &self, strings.Contains(string(page.Included[0].Body), ben))
		}
		require.Empty(t, h.search(self, "Patient", "_has:Appointment:patient:part-status=declined").Items)

		for who, p := range map[*identity.Principal]string{&self: rosa, &feed: rosa, &both: rosa} {
			page, err := h.store.Everything(ctx, *who, p, records.EverythingOptions{})
			require.NoError(t, err)
			require.Contains(t, bodies(page), "Appointment")
			require.NotContains(t, bodies(page), ben)
		}
		changes, err := h.store.Changes(ctx, self, rosa, "", 100)
		require.NoError(t, err)
		require.Len(t, changes.Items, 2)
		for _, c := range changes.Items {
			require.NotContains(t, string(c.Body), ben)
		}
		export := func(o records.ExportOptions) (n int, text string) {
			o.Until, o.Types = h.clock(), []string{"Appointment"}
			for at := (records.ExportCursor{}); !at.Done; {
				page, err := h.store.Export(ctx, feed, o, at)
				require.NoError(t, err)
				n, at = n+len(page.Items), page.Next
				for _, st := range page.Items {
					text += string(st.Body)
				}
			}
			return n, text
		}
		n, text := export(records.ExportOptions{Patients: []string{rosa}})
		require.Equal(t, 1, n)
		require.NotContains(t, text, ben)
		n, _ = export(records.ExportOptions{})
		require.Equal(t, 2, n, "a part for each patient")
		n, text = export(records.ExportOptions{Shared: true})
		require.Equal(t, 1, n)
		require.Contains(t, text, ben)
		require.Contains(t, text, rosa)

		told := 0
		happened, err := h.store.After(ctx, records.Place{}, 1000)
		require.NoError(t, err)
		for _, x := range happened {
			if x.Type != "Appointment" {
				continue
			}
			is, err := h.store.Tell(h.db.Read(ctx), feed, x)
			require.NoError(t, err)
			if is.Seen {
				told++
			}
			if x.Patient == rosa || x.Patient == "" {
				mine, err := h.store.Tell(h.db.Read(ctx), self, x)
				require.NoError(t, err)
				require.Equal(t, x.Patient == rosa, mine.Seen)
				if mine.Seen {
					require.NotContains(t, string(mine.Body)+string(mine.Before), ben)
				}
			}
		}
		if d.Dialect == db.SQLite { // elsewhere other tests may hold the order up
			require.Equal(t, 3, told, "a system is told once of each change")
		}

		h.put(visit(id, "A talk", [][2]string{{rosa, "accepted"}, {carl, "accepted"}}))
		_, err = h.store.Read(ctx, other, "Appointment", id)
		require.Equal(t, fault.Gone, fault.KindOf(err), "whom it names no more")
		_, _ = version(t, h, third, "Appointment", id)
		v, _ = version(t, h, self, "Appointment", id)
		require.EqualValues(t, 3, v)
		_, err = h.write(feed, records.Op{Kind: records.Delete, Type: "Appointment", ID: id})
		require.NoError(t, err)
		for _, who := range []identity.Principal{self, third, feed} {
			_, err = h.store.Read(ctx, who, "Appointment", id)
			require.Equal(t, fault.Gone, fault.KindOf(err))
			require.Empty(t, h.search(who, "Appointment", "status=booked").Items)
		}
		require.Zero(t, h.count(`SELECT count(*) FROM resources r WHERE r.version <> (SELECT max(version) FROM resource_versions v WHERE v.patient_id = r.patient_id AND v.type = r.type AND v.id = r.id)`))
	})
}

// Who sees a part changes that part; what they do not see stays, and what concerns
// others is not theirs to change.
func TestWritingThroughAPart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		rosa, self := h.patient("Caléndula")
		ben, other := h.patient("Miller")
		id := newID()
		h.put(visit(id, "A talk", [][2]string{{ben, "needs-action"}, {rosa, "needs-action"}}))
		change := func(who identity.Principal, from, to string, match int64) error {
			st, err := h.store.Read(ctx, who, "Appointment", id)
			require.NoError(t, err)
			require.Contains(t, string(st.Body), from)
			op := put(t, strings.Replace(string(st.Body), from, to, 1))
			op.Kind, op.IfMatch = records.Update, match
			_, err = h.write(who, op)
			return err
		}
		require.NoError(t, change(self, "needs-action", "accepted", 1))
		_, all := version(t, h, feed, "Appointment", id)
		require.Contains(t, all, "Dr. Quiet")
		require.Less(t, strings.Index(all, "Patient/"+ben), strings.Index(all, "Patient/"+rosa), "at their places")
		require.Contains(t, all, `Person `+ben+`"},"status":"needs-action"`)
		require.Contains(t, all, `Person `+rosa+`"},"status":"accepted"`)
		require.NotContains(t, all, "<div", "a narrative that is not true any more")

		require.NoError(t, change(other, "needs-action", "tentative", 1), "for them it is the version 1 that they saw")
		v, _ := version(t, h, feed, "Appointment", id)
		require.EqualValues(t, 3, v)
		require.NoError(t, change(self, "accepted", "declined", 2))
		require.Equal(t, fault.PreconditionFailed, fault.KindOf(change(self, "declined", "accepted", 2)))
		require.Equal(t, fault.Forbidden, fault.KindOf(change(self, "2026-12-01T10:00", "2026-12-01T09:00", 0)), "the others' time as well")
		require.Equal(t, fault.Forbidden, fault.KindOf(change(self, "A talk", "Another", 4)))

		patch, err := fhir.ParsePatch([]byte(`[{"op":"test","path":"/participant/0/status","value":"declined"},{"op":"replace","path":"/participant/0/status","value":"accepted"}]`))
		require.NoError(t, err)
		st, err := h.write(self, records.Op{Kind: records.Patch, Type: "Appointment", ID: id, Patch: patch, IfMatch: 4})
		require.NoError(t, err)
		require.NotContains(t, string(st[0].Body), ben)
		require.EqualValues(t, 5, st[0].Version)
		_, all = version(t, h, feed, "Appointment", id)
		require.Contains(t, all, `Person `+ben+`"},"status":"tentative"`)

		for _, op := range []records.Op{put(t, visit(id, "A talk", [][2]string{{ben, "accepted"}, {rosa, "accepted"}})), put(t, visit(newID(), "A talk", [][2]string{{ben, "accepted"}, {rosa, "accepted"}}))} {
			_, err = h.write(self, op)
			require.Equal(t, fault.NotFound, fault.KindOf(err), "a chart that they may not see")
		}
		_, err = h.write(self, records.Op{Kind: records.Delete, Type: "Appointment", ID: id})
		require.Equal(t, fault.Forbidden, fault.KindOf(err))
		_, stranger := h.patient("Stranger")
		for _, op := range []records.Op{{Kind: records.Delete, Type: "Appointment", ID: id}, put(t, visit(id, "A talk", [][2]string{{stranger.Patient, "accepted"}}))} {
			_, err = h.write(stranger, op)
			require.Equal(t, fault.NotFound, fault.KindOf(err))
		}
		both := h.staff(identity.FrontDesk, rosa, ben)
		require.NoError(t, change(both, "A talk", "Another", 5))
		require.Equal(t, 1, len(h.search(self, "Appointment", "status=booked").Items))
		_, err = h.write(both, records.Op{Kind: records.Delete, Type: "Appointment", ID: id})
		require.NoError(t, err)
		require.Empty(t, h.search(self, "Appointment", "status=booked").Items)
		mine := newID()
		_, err = h.write(both, put(t, visit(mine, "A talk", [][2]string{{ben, "accepted"}, {rosa, "accepted"}})))
		require.NoError(t, err)
		_, seen := version(t, h, self, "Appointment", mine)
		require.NotContains(t, seen, ben)
	})
}

// A second patient may come to a record: the first chart keeps all that it has. It
// cannot go over to another patient.
func TestARecordOfOneBecomesOneOfSeveral(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		rosa, self := h.patient("Caléndula")
		ben, other := h.patient("Miller")
		id := newID()
		require.Equal(t, rosa, h.put(visit(id, "A talk", [][2]string{{rosa, "accepted"}})).Patient)
		h.put(visit(id, "A long talk", [][2]string{{rosa, "accepted"}}))
		_, err := h.write(feed, put(t, visit(id, "A long talk", [][2]string{{ben, "accepted"}})))
		require.Equal(t, fault.Invalid, fault.KindOf(err))
		patch, err := fhir.ParsePatch([]byte(`[{"op":"add","path":"/participant/-","value":{"actor":{"reference":"Patient/` + ben + `"},"status":"accepted"}}]`))
		require.NoError(t, err)
		_, err = h.write(self, records.Op{Kind: records.Patch, Type: "Appointment", ID: id, Patch: patch})
		require.Equal(t, fault.NotFound, fault.KindOf(err))
		_, err = h.write(feed, records.Op{Kind: records.Patch, Type: "Appointment", ID: id, Patch: patch})
		require.NoError(t, err)
		_, seen := version(t, h, other, "Appointment", id)
		require.NotContains(t, seen, rosa)
		list, err := h.store.History(ctx, feed, "Appointment", id, 0, 10)
		require.NoError(t, err)
		require.Len(t, list, 3, "with what was before")
		dbtest.Settled(t, d)
		page, err := h.store.HistoryOf(ctx, feed, "Appointment", records.HistoryOptions{Count: 10})
		require.NoError(t, err)
		require.Len(t, page.Items, 3)
		list, err = h.store.History(ctx, self, "Appointment", id, 0, 10)
		require.NoError(t, err)
		require.GreaterOrEqual(t, len(list), 2)
		list, err = h.store.History(ctx, other, "Appointment", id, 0, 10)
		require.NoError(t, err)
		require.Len(t, list, 1)
		require.Len(t, h.search(feed, "Appointment", "patient="+rosa).Items, 1)
		h.put(visit(id, "Alone", [][2]string{{rosa, "accepted"}}))
		_, err = h.store.Read(ctx, other, "Appointment", id)
		require.Equal(t, fault.Gone, fault.KindOf(err))
		_, seen = version(t, h, self, "Appointment", id)
		require.Contains(t, seen, "Alone")

		h.put(visit(id, "Again", [][2]string{{rosa, "accepted"}, {ben, "accepted"}}))
		_, err = h.store.Refile(ctx, h.staff(identity.Clinician, rosa, ben), records.Refile{From: rosa, To: ben, Refs: []string{"Appointment/" + id}, Reason: "It was Ben"})
		require.Equal(t, fault.Invalid, fault.KindOf(err))
		require.Contains(t, err.Error(), "several patients")
	})
}

func TestGroupsListsAndProvenanceOfSeveral(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		rosa, self := h.patient("Caléndula")
		ben, other := h.patient("Miller")
		nurse := h.staff(identity.Nurse, rosa)
		group, list, own, prov, rosas, bens := newID(), newID(), newID(), newID(), newID(), newID()
		h.put(observation(rosas, rosa, "2823-3", "2026-11-20", 4, ""))
		h.put(observation(bens, ben, "2823-3", "2026-11-20", 4, ""))
		h.put(`{"resourceType":"Group","id":"` + group + `","type":"person","actual":true,"name":"Tuesday walk","quantity":2,"member":[{"entity":{"reference":"Patient/` + rosa + `"}},{"entity":{"reference":"Patient/` + ben + `"}}]}`)
		h.put(`{"resourceType":"List","id":"` + list + `","status":"current","mode":"working","entry":[{"item":{"reference":"Observation/` + rosas + `"}},{"item":{"reference":"Observation/` + bens + `"}}]}`)
		h.put(`{"resourceType":"List","id":"` + own + `","status":"current","mode":"working","subject":{"reference":"Patient/` + rosa + `"},"entry":[{"item":{"reference":"Observation/` + rosas + `"}}]}`)
		h.put(`{"resourceType":"Provenance","id":"` + prov + `","target":[{"reference":"Observation/` + rosas + `"},{"reference":"Observation/` + bens + `"}],"recorded":"2026-11-20T10:00:00Z","agent":[{"who":{"reference":"Patient/` + ben + `"}}]}`)
		for key, typ := range map[string]string{group: "Group", list: "List", prov: "Provenance"} {
			_, seen := version(t, h, self, typ, key)
			for _, trace := range []string{ben, bens, `"quantity"`} {
				require.NotContains(t, seen, trace, typ)
			}
			n, err := fhir.Parse([]byte(seen))
			require.NoError(t, err)
			require.Empty(t, fhir.Validate(n), "%s", seen)
			_, seen = version(t, h, other, typ, key)
			require.NotContains(t, seen, rosa)
			require.NotContains(t, seen, rosas)
			_, seen = version(t, h, nurse, typ, key)
			require.NotContains(t, seen, ben)
			_, seen = version(t, h, feed, typ, key)
			require.True(t, strings.Contains(seen, ben) || strings.Contains(seen, bens))
		}
		for _, who := range []identity.Principal{self, feed} { // a list in which they stand is not about them
			page := h.search(who, "List", "patient="+rosa)
			require.Len(t, page.Items, 1)
			require.Equal(t, own, page.Items[0].ID)
			require.Len(t, h.search(who, "List", "status=current").Items, 2)
			require.Len(t, h.search(who, "List", "item=Observation/"+rosas).Items, 2)
			require.Len(t, h.search(who, "Group", "member=Patient/"+rosa).Items, 1)
			require.Len(t, h.search(who, "Provenance", "target=Observation/"+rosas).Items, 1)
			require.Len(t, h.search(who, "Patient", "_has:List:patient:status=current").Items, 1)
			page = h.search(who, "Patient", "_id="+rosa+"&_revinclude=List:subject")
			require.Len(t, page.Included, 1)
		}
		require.Empty(t, h.search(self, "Provenance", "target=Observation/"+bens).Items)
		st, err := h.write(feed, put(t, `{"resourceType":"Group","type":"person","actual":true,"id":"`+group+`","name":"Nobody"}`))
		require.NoError(t, err)
		require.Empty(t, st[0].Patient)
		_, err = h.store.Read(ctx, self, "Group", group)
		require.Equal(t, fault.Gone, fault.KindOf(err))
		h.put(`{"resourceType":"Group","id":"` + group + `","type":"person","actual":true,"name":"Monday walk","member":[{"entity":{"reference":"Patient/` + rosa + `"}}]}`)
		_, seen := version(t, h, self, "Group", group)
		require.Contains(t, seen, "Monday")
	})
}

// manyVisits writes visits of several patients at random.
func manyVisits(store *records.Store, charts, ids []string, r *rand.Rand, rounds int) error {
	for i := range rounds {
		var ops []records.Op
		for _, k := range r.Perm(len(ids))[:1+r.IntN(2)] {
			var who [][2]string
			for _, c := range r.Perm(len(charts))[:r.IntN(4)] {
				who = append(who, [2]string{charts[c], []string{"accepted", "declined", "tentative"}[r.IntN(3)]})
			}
			n, err := fhir.Parse([]byte(visit(ids[k], fmt.Sprint("round ", i), who)))
			if err != nil {
				return err
			}
			op := records.Op{Kind: records.Put, Node: n}
			if r.IntN(10) == 0 {
				op = records.Op{Kind: records.Delete, Type: "Appointment", ID: ids[k]}
			}
			ops = append(ops, op)
		}
		c := charts[r.IntN(len(charts))]
		n, err := fhir.Parse([]byte(observation(fmt.Sprintf("%s%012x", c[:24], r.IntN(4)), c, "2823-3", "2026-11-20", 4+r.Float64(), "")))
		if err != nil {
			return err
		}
		ops = append(ops, records.Op{Kind: records.Put, Node: n})
		_, err = store.Write(context.Background(), feed, records.Batch{Ops: ops})
		switch fault.KindOf(err) {
		case fault.Invalid, fault.NotFound: // went over from the one patient that it had; nothing to delete
		default:
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// Two nodes write visits of several patients at random: nothing waits for ever,
// no number is missing or given twice, and each part is what the whole says.
func TestManyChartsAtRandom(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		stores := []*records.Store{h.store, secondNode(t, d)}
		var charts, ids []string
		for i := range 5 {
			p, _ := h.patient(fmt.Sprint("P", i))
			charts, ids = append(charts, p), append(ids, newID())
		}
		seed := uint64(time.Now().UnixNano())
		t.Logf("seed %d", seed)
		errs := make(chan error, 8)
		for w := range cap(errs) {
			go func() {
				errs <- manyVisits(stores[w%2], charts, ids, rand.New(rand.NewPCG(seed, uint64(w))), 25)
			}()
		}
		for range cap(errs) {
			require.NoError(t, <-errs)
		}
		c := d.Read(context.Background())
		for _, p := range charts {
			want := int64(1)
			require.NoError(t, c.Each(`SELECT n FROM chart_changes WHERE patient_id = ? ORDER BY n`, func(r *sql.Rows) error {
				var n int64
				err := r.Scan(&n)
				require.Equal(t, want, n)
				want++
				return err
			}, p))
			require.EqualValues(t, want-1, h.head(p))
			require.Equal(t, int(want-1), h.count(`SELECT count(*) FROM resource_versions WHERE patient_id = ?`, p))
		}
		require.Zero(t, h.count(`SELECT count(*) FROM resources r WHERE r.version <> (SELECT max(version) FROM resource_versions v WHERE v.patient_id = r.patient_id AND v.type = r.type AND v.id = r.id)`))
		several := 0
		for _, id := range ids {
			var home string
			if err := c.QueryRow(`SELECT patient_id FROM resource_locator WHERE type = 'Appointment' AND id = ?`, id).Scan(&home); err != nil || home != "" {
				continue
			}
			several++
			require.Equal(t, h.count(`SELECT max(version) FROM resource_versions WHERE type = 'Appointment' AND id = ?`, id),
				h.count(`SELECT count(DISTINCT version) FROM resource_versions WHERE type = 'Appointment' AND id = ?`, id), "no version is missing")
			whole, err := h.store.Read(context.Background(), feed, "Appointment", id)
			if fault.Is(err, fault.Gone) {
				require.Zero(t, h.count(`SELECT count(*) FROM resources WHERE type = 'Appointment' AND id = ? AND NOT deleted`, id))
				continue
			}
			require.NoError(t, err)
			n, err := fhir.Parse(whole.Body)
			require.NoError(t, err)
			named := records.ChartsOf(n)
			require.Equal(t, len(named), h.count(`SELECT count(*) FROM resources WHERE type = 'Appointment' AND id = ? AND patient_id <> '' AND NOT deleted`, id))
			for _, p := range named {
				self := identity.Principal{Kind: identity.Person, Account: newID(), Patient: p}
				_, part := version(t, h, self, "Appointment", id)
				var got, want struct {
					Comment     string
					Participant []struct {
						Actor  struct{ Reference string }
						Status string
					}
				}
				require.NoError(t, json.Unmarshal([]byte(part), &got))
				require.NoError(t, json.Unmarshal(whole.Body, &want))
				require.Equal(t, want.Comment, got.Comment)
				require.Len(t, got.Participant, 1)
				require.True(t, slices.Contains(want.Participant, got.Participant[0]))
			}
		}
		require.NotZero(t, several)
	})
}

// The same id is given at once by many: each finds the one that was first.
func TestTheSameIDAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		stores := []*records.Store{h.store, secondNode(t, d)}
		rosa, _ := h.patient("Caléndula")
		ben, _ := h.patient("Miller")
		for range 6 {
			orgs, visits, obs := []string{newID(), newID()}, newID(), newID()
			errs := make(chan error, 8)
			for w := range cap(errs) {
				go func() {
					var ops []records.Op
					for i := range orgs { // in different orders
						n, _ := fhir.Parse([]byte(fmt.Sprintf(`{"resourceType":"Organization","id":"%s","name":"Node %d"}`, orgs[(i+w)%2], w)))
						ops = append(ops, records.Op{Kind: records.Put, Node: n})
					}
					n, _ := fhir.Parse([]byte(visit(visits, fmt.Sprint("node ", w), [][2]string{{rosa, "accepted"}, {ben, "accepted"}})))
					ops = append(ops, records.Op{Kind: records.Put, Node: n})
					_, err := stores[w%2].Write(context.Background(), feed, records.Batch{Ops: ops})
					if err == nil { // in two charts
						n, _ := fhir.Parse([]byte(observation(obs, []string{rosa, ben}[w%2], "2823-3", "2026-11-20", float64(w), "")))
						if _, err = stores[w%2].Write(context.Background(), feed, records.Batch{Ops: []records.Op{{Kind: records.Put, Node: n}}}); fault.Is(err, fault.Invalid) {
							err = nil
						}
					}
					errs <- err
				}()
			}
			for range cap(errs) {
				require.NoError(t, <-errs)
			}
			for _, id := range append(orgs, visits) {
				require.Equal(t, cap(errs), h.count(`SELECT version FROM resources WHERE patient_id = '' AND id = ?`, id))
			}
			require.Equal(t, 1, h.count(`SELECT count(*) FROM resources WHERE type = 'Observation' AND id = ?`, obs), "in one chart alone")
		}
	})
}

// The official examples that name several patients are taken.
func TestOfficialExamplesOfSeveral(t *testing.T) {
	z, err := zip.OpenReader(deck(t, "fhir-r4-examples", "hl7.fhir.r4.examples-4.0.1-subset.zip"))
	require.NoError(t, err)
	defer z.Close()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		patients := map[string]string{}
		taken := 0
		for _, f := range z.File {
			r, err := f.Open()
			require.NoError(t, err)
			b, err := io.ReadAll(r)
			require.NoError(t, err)
			n, err := fhir.Parse(bytes.TrimSpace(b))
			if err != nil || !records.MayBeAboutSeveral(n.ResourceType()) {
				continue
			}
			for _, ref := range fhir.References(n) {
				if typ, id, _, ok := fhir.SplitReference(ref.Value); ok && typ == "Patient" {
					if patients[id] == "" {
						patients[id], _ = h.patient("P")
					}
					ref.Node.SetStr("Patient/" + patients[id])
				}
			}
			n.Set("id", fhir.String(newID()))
			id := n.Get("id").Str()
			_, err = h.write(feed, records.Op{Kind: records.Put, Node: n})
			require.NoError(t, err, f.Name)
			if h.count(`SELECT count(*) FROM resource_charts WHERE id = ?`, id) > 1 {
				taken++
			}
		}
		require.NotZero(t, taken)
	})
}
