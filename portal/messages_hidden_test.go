package portal_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
)

// write sends a message, into a thread or as a new one, and gives its id.
func (s *someone) write(chart, thread, subject, text string, files ...string) string {
	s.node.t.Helper()
	id, at, more := newID(), chart+"/threads", `"topic":"question","subject":"`+subject+`",`
	if thread != "" {
		at, more = at+"/"+thread+"/messages", ""
	}
	list := ""
	for _, f := range files {
		list = `,"attachments":["` + f + `"]`
	}
	r := s.do("POST", at, fmt.Sprintf(`{"id":"%s",%s"text":"%s"%s}`, id, more, text, list))
	require.Equal(s.node.t, 201, r.StatusCode, r.body)
	return id
}

func (s *someone) threads(chart string) []wireThread {
	s.node.t.Helper()
	var l struct{ Items []wireThread }
	s.get(chart+"/threads").json(s.node.t, &l)
	return l.Items
}

func (s *someone) unread() (n int) {
	s.node.t.Helper()
	var me struct{ People []struct{ Unread int } }
	s.get("/api/v1/me").json(s.node.t, &me)
	for _, p := range me.People {
		n += p.Unread
	}
	return n
}

func (s *someone) told(ref string) bool {
	s.node.t.Helper()
	told, _, err := s.node.notices.List(context.Background(), identity.Principal{Kind: identity.Person, Account: s.account.ID}, "", 100)
	require.NoError(s.node.t, err)
	for _, x := range told {
		if x.Ref == ref {
			return true
		}
	}
	return false
}

func TestWhatWasSentStaysAsItWas(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		file := newID()
		require.Equal(t, 200, f.self.send(f.chart(), file, "application/pdf", "a.pdf", []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")).StatusCode)
		thread := f.self.write(f.chart(), "", "A question", "Is it too much?", file)
		answer := f.doctor.write(f.chart(), thread, "", "No, it is not.")
		app := identity.Principal{Kind: identity.Person, Account: f.self.account.ID, Patient: f.rosa, Client: "app", Scopes: []string{"patient/*.cruds", access.ScopeSensitive}}
		staff := identity.Principal{Kind: identity.Staff, Account: f.doctor.account.ID, Roles: f.doctor.account.Roles}
		write := func(who identity.Principal, op records.Op) error {
			_, err := n.store.Write(context.Background(), who, records.Batch{Ops: []records.Op{op}})
			return err
		}
		for _, who := range []identity.Principal{app, staff, feed} {
			for typ, ids := range map[string][]string{"Communication": {thread, answer}, "Binary": {file}} {
				for _, id := range ids {
					st, err := n.store.Read(context.Background(), feed, typ, id)
					require.NoError(t, err)
					for _, kind := range []records.OpKind{records.Put, records.Update} {
						node, err := fhir.Parse(st.Body)
						require.NoError(t, err)
						node.Set("language", fhir.String("de"))
						require.True(t, fault.Is(write(who, records.Op{Kind: kind, Type: typ, ID: id, Node: node}), fault.Forbidden))
					}
					require.True(t, fault.Is(write(who, records.Op{Kind: records.Delete, Type: typ, ID: id}), fault.Forbidden))
				}
			}
			fake, err := fhir.Make(map[string]any{"resourceType": "Communication", "status": "completed", "subject": map[string]any{"reference": "Patient/" + f.rosa}, "meta": map[string]any{"source": records.Own}})
			require.NoError(t, err)
			require.True(t, fault.Is(write(who, records.Op{Kind: records.Create, Type: "Communication", Node: fake}), fault.Invalid))
		}
		// What came from elsewhere is no message of this house.
		other := newID()
		for range 2 {
			node, err := fhir.Make(map[string]any{"resourceType": "Communication", "id": other, "status": "completed", "subject": map[string]any{"reference": "Patient/" + f.rosa}, "sent": time.Now().Format(time.RFC3339Nano)})
			require.NoError(t, err)
			require.NoError(t, write(feed, records.Op{Kind: records.Put, Type: "Communication", ID: other, Node: node}))
		}
		f.self.write(f.chart(), thread, "", "Thank you")
		var page wirePage
		f.doctor.get(f.chart()+"/threads/"+thread).json(t, &page)
		require.Len(t, page.Messages, 3)
		require.Equal(t, "No, it is not.", page.Messages[1].Text)
		require.Equal(t, 200, f.doctor.get(f.chart()+"/binaries/"+file).StatusCode)
	})
}

func TestAThreadIsThereAsFarAsItIsSeen(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		f.regrant(access.Everything, access.PowerMessages)
		file := newID()
		require.Equal(t, 200, f.self.send(f.chart(), file, "application/pdf", "a.pdf", []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")).StatusCode)
		thread := f.self.write(f.chart(), "", "Question", "I think I am pregnant", file)
		at := f.chart() + "/threads/" + thread
		require.Empty(t, f.elena.threads(f.chart()))
		require.Zero(t, f.elena.unread())
		require.False(t, f.elena.told("thread/"+thread))
		require.True(t, f.doctor.told("thread/"+thread))
		for _, path := range []string{at, f.chart() + "/drafts/" + thread, f.chart() + "/binaries/" + file} {
			require.Equal(t, 404, f.elena.get(path).StatusCode, path)
			require.Less(t, f.self.get(path).StatusCode, 300, path)
			require.Less(t, f.doctor.get(path).StatusCode, 300, path)
		}
		for path, body := range map[string]string{"/close": "", "/reopen": "", "/read": `{"message":"` + thread + `"}`, "/messages": `{"id":"` + newID() + `","text":"What is it?"}`} {
			require.Equal(t, 404, f.elena.do("POST", at+path, body).StatusCode, path)
		}
		var inbox struct{ Items []wireThread }
		f.doctor.get("/api/v1/clinic/inbox").json(t, &inbox)
		require.Len(t, inbox.Items, 1, "it waits for the clinic as before")

		answer := f.doctor.write(f.chart(), thread, "", "Please come in on Monday.")
		f.self.write(f.chart(), thread, "", "Is the pregnancy test reliable?")
		seen := f.elena.threads(f.chart())
		require.Len(t, seen, 1)
		require.Equal(t, 1, seen[0].Count)
		require.Equal(t, 1, seen[0].Unread)
		require.Equal(t, "Please come in on Monday.", seen[0].LastText)
		require.Equal(t, "Lee", seen[0].LastFrom.Name)
		require.Equal(t, "you", seen[0].Turn)
		require.Equal(t, 1, f.elena.unread())
		require.True(t, f.elena.told("thread/"+thread))
		var page wirePage
		f.elena.get(at+"?limit=1").json(t, &page)
		require.Len(t, page.Messages, 1)
		require.Equal(t, answer, page.Messages[0].ID)
		require.Empty(t, page.Next)
		require.Equal(t, 204, f.elena.do("POST", at+"/read", `{"message":"`+answer+`"}`).StatusCode)
		require.Zero(t, f.elena.unread())
		require.Equal(t, 3, f.self.threads(f.chart())[0].Count)

		// The subject makes the answers as sensitive as the question.
		second := f.self.write(f.chart(), "", "My pregnancy", "May I ask?")
		f.doctor.write(f.chart(), second, "", "Of course.")
		require.Equal(t, 404, f.elena.get(f.chart()+"/threads/"+second).StatusCode)
		require.Len(t, f.elena.threads(f.chart()), 1)

		// Nobody's own words are taken from them.
		own := f.elena.write(f.chart(), "", "Pregnancy", "Is she pregnant?")
		f.doctor.write(f.chart(), own, "", "We cannot tell you.")
		f.elena.get(f.chart()+"/threads/"+own).json(t, &page)
		require.Len(t, page.Messages, 2)
		require.Equal(t, own, f.elena.threads(f.chart())[0].ID)
		var first struct {
			Items []wireThread
			Next  string
		}
		f.elena.get(f.chart()+"/threads?limit=1").json(t, &first)
		require.Equal(t, own, first.Items[0].ID)
		f.elena.get(f.chart()+"/threads?limit=1&cursor="+first.Next).json(t, &first)
		require.Equal(t, thread, first.Items[0].ID)
	})
}

func TestNobodyIsToldOfAVisitTheyDoNotSee(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		soon := time.Now().Add(48 * time.Hour).Truncate(time.Minute)
		p := newPractice(t, n, soon, soon.Add(time.Hour))
		p.regrant(access.Everything, access.PowerMessages)
		var slots []wireSlot
		for _, d := range p.free(p.self).Days {
			slots = append(slots, d.Slots...)
		}
		plain := p.book(p.self, slots[0].ID, "My knee")
		hidden := p.book(p.self, slots[1].ID, "Pregnancy test")
		require.True(t, p.elena.told("appointment/"+plain.ID))
		require.False(t, p.elena.told("appointment/"+hidden.ID))
		require.True(t, p.doctor.told("appointment/"+hidden.ID))
	})
}

func TestWhatWasNotSentIsNobodyElses(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		f.regrant(access.Everything, access.PowerMessages)
		ctx, content := context.Background(), []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")
		n.clock.Add(-8 * 24 * time.Hour) // jobs of then are due now
		forgotten, drafted, sent := newID(), newID(), newID()
		for _, id := range []string{forgotten, drafted, sent} {
			require.Equal(t, 200, f.self.send(f.chart(), id, "application/pdf", "a.pdf", content).StatusCode)
			require.Equal(t, 200, f.self.get(f.chart()+"/binaries/"+id).StatusCode)
			for _, who := range []*someone{f.elena, f.doctor} {
				require.Equal(t, 404, who.get(f.chart()+"/binaries/"+id).StatusCode)
				r := who.do("POST", f.chart()+"/threads", fmt.Sprintf(`{"id":"%s","topic":"question","text":"x","attachments":["%s"]}`, newID(), id))
				require.Equal(t, "attachment", r.code(), r.body)
			}
			_, err := n.store.Read(ctx, feed, "Binary", id)
			require.True(t, fault.Is(err, fault.NotFound), "it is no part of the record")
		}
		require.Equal(t, 200, f.self.do("PUT", f.chart()+"/drafts/new", `{"text":"Later","attachments":[{"id":"`+drafted+`","contentType":"application/pdf","title":"a.pdf","size":1}]}`).StatusCode)
		f.self.write(f.chart(), "", "A question", "Look", sent)
		require.Equal(t, 200, f.self.do("PUT", f.chart()+"/drafts/new", `{"text":"Later","attachments":[{"id":"`+drafted+`","contentType":"application/pdf","title":"a.pdf","size":1}]}`).StatusCode)
		_, err := n.store.Read(ctx, feed, "Binary", sent)
		require.NoError(t, err)

		require.NoError(t, n.notices.Start(ctx))
		defer n.notices.Stop()
		require.Eventually(t, func() bool { return f.self.get(f.chart()+"/binaries/"+forgotten).StatusCode == 404 }, timeout, 20*time.Millisecond)
		require.Equal(t, 200, f.self.get(f.chart()+"/binaries/"+drafted).StatusCode, "a draft names it")
		require.Equal(t, 200, f.doctor.get(f.chart()+"/binaries/"+sent).StatusCode)
		f.self.write(f.chart(), "", "A question", "Look", drafted)
		require.Equal(t, 200, f.doctor.get(f.chart()+"/binaries/"+drafted).StatusCode)
	})
}

// Who writes is told beforehand who reads it; the names of caregivers, as far as they
// may know whom the patient let in.
func TestWhoWritesIsToldWhoReads(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		type options struct {
			Audience, Caregivers []struct {
				Name, Relation string
				Part           bool
			}
			Others bool
		}
		of := func(who *someone) (o options) {
			t.Helper()
			who.get(f.chart()+"/message-options").json(t, &o)
			return o
		}
		o := of(f.self)
		require.NotEmpty(t, o.Audience)
		require.Len(t, o.Caregivers, 1)
		require.Equal(t, f.elena.account.Name, o.Caregivers[0].Name)
		require.True(t, o.Caregivers[0].Part)
		require.Equal(t, o.Caregivers, of(f.doctor).Caregivers)
		require.Empty(t, of(n.token(f.self.account, "patient/Patient.rs", "patient/Communication.rs")).Caregivers, "an app is not told whom the patient let in")

		f.regrant(access.Everything, access.PowerMessages)
		o = of(f.elena)
		require.Empty(t, o.Caregivers)
		require.False(t, o.Others, "herself she knows")
	})
}
