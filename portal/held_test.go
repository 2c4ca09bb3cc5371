package portal_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
)

type wireHeld struct {
	ID, Thread, Text, State, Why string
	Scheduled                    bool
	Version                      int64
	Attachments                  []struct{ ID string }
}

func (s *someone) holds(chart, body string) (h wireHeld) {
	s.node.t.Helper()
	r := s.do("POST", chart+"/held", body)
	require.Equal(s.node.t, 201, r.StatusCode, r.body)
	r.json(s.node.t, &h)
	return h
}

func (s *someone) held(chart string) []wireHeld {
	s.node.t.Helper()
	var l struct{ Items []wireHeld }
	s.get(chart+"/held").json(s.node.t, &l)
	return l.Items
}

func (n *node) deliver() {
	n.t.Helper()
	require.NoError(n.t, n.messages.Deliver(context.Background()))
}

// For half a minute nobody has what was sent; then everybody has it once, in the
// order in which it was sent.
func TestAMessageCanBeTakenBackUntilItIsDelivered(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		began := f.self.begin(f.rosa, "A first question")
		thread, at := began.Thread.ID, f.chart()+"/threads/"+began.Thread.ID
		before := f.doctor.get(at).Header.Get("ETag")
		id := newID()
		body := fmt.Sprintf(`{"id":"%s","thread":"%s","text":"Wrong","language":"es"}`, id, thread)
		require.Equal(t, "waits", f.self.holds(f.chart(), body).State)
		require.Equal(t, id, f.self.holds(f.chart(), body).ID, "sent twice it is held once")
		require.Len(t, f.self.held(f.chart()), 1)
		require.Empty(t, f.doctor.held(f.chart()), "nobody else sees it")
		n.deliver()
		require.Equal(t, before, f.doctor.get(at).Header.Get("ETag"), "nothing moved")

		require.Equal(t, 200, f.self.do("DELETE", f.chart()+"/held/"+id, "").StatusCode)
		require.Equal(t, 200, f.self.do("DELETE", f.chart()+"/held/"+id, "").StatusCode)
		require.Equal(t, 409, f.self.do("POST", f.chart()+"/held", body).StatusCode, "taken back it stays taken back")
		require.Equal(t, 409, f.self.do("POST", at+"/messages", fmt.Sprintf(`{"id":"%s","text":"Wrong"}`, id)).StatusCode)
		var draft wireDraft
		f.self.get(f.chart()+"/drafts/"+thread).json(t, &draft)
		require.Equal(t, "Wrong", draft.Text, "the words are not lost")

		// Taken back before it came: a bad line turns things around.
		late := newID()
		require.Equal(t, 200, f.self.do("DELETE", f.chart()+"/held/"+late, "").StatusCode)
		require.Equal(t, 409, f.self.do("POST", f.chart()+"/held", fmt.Sprintf(`{"id":"%s","thread":"%s","text":"Late"}`, late, thread)).StatusCode)

		var ids []string
		for i := range 3 {
			ids = append(ids, newID())
			f.self.holds(f.chart(), fmt.Sprintf(`{"id":"%s","thread":"%s","text":"Message %d","language":"es"}`, ids[i], thread, i))
		}
		n.clock.Add(31 * time.Second)
		var all sync.WaitGroup
		for range 4 { // nodes at the same moment
			all.Go(func() { require.NoError(t, n.messages.Deliver(context.Background())) })
		}
		all.Wait()
		var page struct {
			Messages []struct{ ID, Text, Language string }
		}
		f.doctor.get(at).json(t, &page)
		require.Len(t, page.Messages, 4)
		for i, id := range ids {
			require.Equal(t, id, page.Messages[i+1].ID)
			require.Equal(t, "es", page.Messages[i+1].Language)
		}
		require.Empty(t, f.self.held(f.chart()))
		require.Equal(t, 409, f.self.do("DELETE", f.chart()+"/held/"+ids[0], "").StatusCode, "too late")
		h := f.self.holds(f.chart(), fmt.Sprintf(`{"id":"%s","thread":"%s","text":"Message 0","language":"es"}`, ids[0], thread))
		require.Equal(t, "sent", h.State, "the answer to it was lost")
	})
}

// What was put off goes at its time, as who sent it may then.
func TestAMessageGoesAtItsTime(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		id, when := newID(), n.clock.Now().Add(48*time.Hour).UTC().Format(time.RFC3339)
		const begin = `{"id":"%s","topic":"question","subject":"Later","text":"%s","at":"%s","version":%d}`
		require.Equal(t, 400, f.self.do("POST", f.chart()+"/held", fmt.Sprintf(begin, newID(), "Too far", n.clock.Now().AddDate(0, 0, 91).UTC().Format(time.RFC3339), 0)).StatusCode)
		h := f.self.holds(f.chart(), fmt.Sprintf(begin, id, "In two days", when, 0))
		require.True(t, h.Scheduled)
		n.clock.Add(time.Hour)
		f.self, f.doctor = f.renew(), n.signedIn(f.doctor.account)
		n.deliver()
		require.Len(t, f.self.held(f.chart()), 1)

		r := f.self.do("PUT", f.chart()+"/held/"+id, fmt.Sprintf(begin, id, "In two days, in other words", when, h.Version))
		require.Equal(t, 200, r.StatusCode, r.body)
		require.Equal(t, 409, f.self.do("PUT", f.chart()+"/held/"+id, fmt.Sprintf(begin, id, "From another device", when, h.Version)).StatusCode)
		require.Equal(t, 404, f.doctor.do("PUT", f.chart()+"/held/"+id, fmt.Sprintf(begin, id, "Not theirs", when, 2)).StatusCode)

		// The doctor puts one off, and is no longer in the team when its time comes.
		theirs := newID()
		f.doctor.holds(f.chart(), fmt.Sprintf(begin, theirs, "From the doctor", when, 0))
		require.NoError(t, n.db.InTx(context.Background(), func(c *db.Conn) error { return n.access.LeaveTeamTx(c, feed, f.doctor.account.ID, f.rosa) }))
		n.clock.Add(48 * time.Hour)
		n.deliver()
		var list struct{ Items []wireThread }
		f.renew().get(f.chart()+"/threads").json(t, &list)
		require.Len(t, list.Items, 1)
		require.Equal(t, "In two days, in other words", list.Items[0].LastText)
		var state int
		require.NoError(t, n.db.Read(context.Background()).QueryRow(`SELECT state FROM held_messages WHERE id = ?`, theirs).Scan(&state))
		require.Equal(t, 3, state, "it is kept for the doctor, and not sent")

		// Who at the clinic answers and closes, closes; who asks opens again.
		f.doctor = n.signedIn(f.doctor.account)
		f.join(f.doctor, f.rosa)
		for _, x := range []struct {
			who  *someone
			want string
		}{{f.doctor, "closed"}, {f.renew(), "open"}} {
			x.who.holds(f.chart(), fmt.Sprintf(`{"id":"%s","thread":"%s","text":"One more thing"}`, newID(), id))
			require.Equal(t, 200, f.doctor.do("POST", f.chart()+"/threads/"+id+"/close", "").StatusCode)
			n.clock.Add(time.Minute)
			n.deliver()
			var page wirePage
			f.doctor.get(f.chart()+"/threads/"+id).json(t, &page)
			require.Equal(t, x.want, page.Thread.State)
		}

		// At once: without a wait, and once.
		now := newID()
		f.self = f.renew()
		f.self.holds(f.chart(), fmt.Sprintf(`{"id":"%s","thread":"%s","text":"Now"}`, now, id))
		require.Equal(t, 200, f.self.do("POST", f.chart()+"/held/"+now+"/send", "").StatusCode)
		require.Equal(t, 200, f.self.do("POST", f.chart()+"/held/"+now+"/send", "").StatusCode)
		var page wirePage
		f.self.get(f.chart()+"/threads/"+id).json(t, &page)
		require.Len(t, page.Messages, 4)
	})
}

// renew signs Rosa in again: days have passed.
func (f *family) renew() *someone { return f.signedIn(f.self.account) }

// What staff note among themselves is not there for anybody else, and moves nothing.
func TestStaffNotesStayWithStaff(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		began := f.self.begin(f.rosa, "A first question")
		at := f.chart() + "/threads/" + began.Thread.ID
		notes := "/api/v1/clinic/inbox/" + f.rosa + "/" + began.Thread.ID + "/notes"
		var before, after struct{ Items []wireThread }
		tag := f.self.get(at).Header.Get("ETag")
		chart := f.self.get(f.chart()).Header.Get("ETag")
		f.doctor.get("/api/v1/clinic/inbox").json(t, &before)
		// What exports, phones, subscriptions and notifications are made of.
		leaves := func() (rows [4]int) {
			for i, table := range []string{"resources", "resource_versions", "chart_changes", "notices"} {
				require.NoError(t, n.db.Read(context.Background()).QueryRow(`SELECT count(*) FROM `+table).Scan(&rows[i]))
			}
			return rows
		}
		was := leaves()

		id := newID()
		for range 2 {
			r := f.doctor.do("POST", notes, `{"id":"`+id+`","text":"Ask her about the stairs."}`)
			require.Equal(t, 201, r.StatusCode, r.body)
		}
		require.Equal(t, 409, f.doctor.do("POST", notes, `{"id":"`+id+`","text":"Other words"}`).StatusCode)
		var list struct{ Items []struct{ Text string } }
		f.doctor.get(notes).json(t, &list)
		require.Len(t, list.Items, 1)
		for _, who := range []*someone{f.self, f.elena, f.stranger, f.desk, f.admin, f.app, f.anyone} {
			for _, method := range []string{"GET", "POST"} {
				r := who.do(method, notes, map[string]string{"POST": `{"id":"` + newID() + `","text":"Mine"}`}[method])
				require.Contains(t, []int{401, 403, 404}, r.StatusCode)
				require.NotContains(t, r.body, "stairs")
			}
		}
		f.doctor.get(notes).json(t, &list)
		require.Len(t, list.Items, 1, "nobody else wrote one")
		require.Equal(t, was, leaves(), "nothing of it leaves the house")
		require.Equal(t, tag, f.self.get(at).Header.Get("ETag"))
		require.Equal(t, chart, f.self.get(f.chart()).Header.Get("ETag"))
		f.doctor.get("/api/v1/clinic/inbox").json(t, &after)
		require.Equal(t, before, after, "no count moves")
		for _, path := range []string{at, f.chart() + "/timeline", f.chart() + "/access", "/fhir/Communication?patient=" + f.rosa, "/api/v1/notices"} {
			require.NotContains(t, f.self.get(path).body, "stairs", path)
		}
	})
}

// Nobody changes what was sent; its writer adds a correction, which both sides see
// with it. And who looks for words finds them, as far as they see the message.
func TestCorrectionsAndSearch(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		began := f.self.begin(f.rosa, "Mi presión es 180")
		at := f.chart() + "/threads/" + began.Thread.ID
		first := began.Messages[0].ID
		require.Equal(t, 403, f.doctor.do("POST", at+"/messages", `{"id":"`+newID()+`","text":"No","corrects":"`+first+`"}`).StatusCode, "not who wrote it")
		fix, again := newID(), newID()
		require.Equal(t, 201, f.self.do("POST", at+"/messages", `{"id":"`+fix+`","text":"It was 108","corrects":"`+first+`"}`).StatusCode)
		require.Equal(t, 201, f.self.do("POST", at+"/messages", `{"id":"`+again+`","text":"118, I mean","corrects":"`+fix+`"}`).StatusCode)
		var page struct {
			Messages []struct {
				ID, Text, Corrects string
				CorrectedBy        []string
			}
		}
		f.doctor.get(at).json(t, &page)
		require.Equal(t, "Mi presión es 180", page.Messages[0].Text)
		require.Equal(t, []string{fix, again}, page.Messages[0].CorrectedBy)
		require.Equal(t, first, page.Messages[2].Corrects, "a correction of a correction corrects the first")

		for i := range 5 {
			require.Equal(t, 201, f.self.do("POST", at+"/messages", fmt.Sprintf(`{"id":"%s","text":"Knee number %d"}`, newID(), i)).StatusCode)
		}
		hidden := f.self.begin(f.rosa, "My contraception, and the knee").Thread.ID
		find := func(who *someone, words, cursor string, limit int) (found []string, next string) {
			var l struct {
				Items []struct{ Text string }
				Next  string
			}
			who.do("POST", f.chart()+"/messages/search", fmt.Sprintf(`{"words":%q,"cursor":%q,"limit":%d}`, words, cursor, limit)).json(t, &l)
			for _, x := range l.Items {
				found = append(found, x.Text)
			}
			return found, l.Next
		}
		got, _ := find(f.self, "PRESION es", "", 10)
		require.Equal(t, []string{"Mi presión es 180"}, got)
		got, _ = find(f.self, "knee", "", 10)
		require.Len(t, got, 6)
		var all []string
		for next, first := "", true; first || next != ""; first = false {
			got, next = find(f.self, "knee", next, 2)
			all = append(all, got...)
		}
		require.Len(t, all, 6, "in pages")
		got, next := find(f.elena, "knee", "", 5)
		require.Len(t, got, 5, "what is hidden is not found")
		require.NotContains(t, fmt.Sprint(got), "contraception")
		got, _ = find(f.elena, "knee", next, 5)
		require.Empty(t, got)
		got, _ = find(f.elena, "contraception", "", 5)
		require.Empty(t, got)
		require.Equal(t, 404, f.elena.get(f.chart()+"/threads/"+hidden).StatusCode)
	})
}
