package portal_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/identity"
)

const standardPool = "00000000-0000-7000-8000-000000000001"

// nurse is a nurse in the standard pool, which is joined to Rosa's chart.
func (f *family) nurse(t *testing.T, n *node, name string) *someone {
	who := n.signedIn(n.account(name, identity.Staff, "", identity.Nurse))
	r := f.admin.do("POST", "/api/v1/clinic/pools/"+standardPool+"/members", `{"account":"`+who.account.ID+`","role":"nurse"}`)
	require.Equal(t, 204, r.StatusCode, r.body)
	return who
}

func TestAPoolsInboxOverHTTP(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		ash, birch := f.nurse(t, n, "Ash"), f.nurse(t, n, "Birch")
		require.NotContains(t, ash.get("/api/v1/clinic/patients").body, f.rosa, "a pool may be joined to every chart: it makes nobody's list of patients")
		require.Equal(t, 200, ash.get("/api/v1/clinic/patients?cursor="+f.rosa).StatusCode, "a list goes on after who is not in it any more")
		require.Equal(t, 400, n.signedIn(n.account("Elsewhere", identity.Staff, "", identity.Nurse)).get("/api/v1/clinic/patients?cursor="+f.rosa).StatusCode)
		began := f.self.begin(f.rosa, "Is it too much?")
		require.Contains(t, ash.get("/api/v1/clinic/patients").body, `"patient":"`+f.rosa+`"`)
		require.Contains(t, ash.get("/api/v1/clinic/patients").body, `"inPanel":false`)
		require.Contains(t, ash.do("POST", "/api/v1/clinic/patients/search", `{"words":"marin 1952"}`).body, f.rosa)
		require.NotContains(t, f.desk.get("/api/v1/clinic/patients").body, `"inPanel":false`, "who reads no messages finds nobody by them")
		at := "/api/v1/clinic/inbox/" + f.rosa + "/" + began.Thread.ID
		post := func(by *someone, what, body string, status int) string {
			t.Helper()
			r := by.do("POST", at+what, body)
			require.Equal(t, status, r.StatusCode, r.body)
			return r.body
		}
		require.Contains(t, ash.get("/api/v1/clinic/inbox").body, began.Thread.ID)
		require.Contains(t, ash.get("/api/v1/clinic/inbox?pool="+standardPool).body, began.Thread.ID)
		require.Equal(t, 404, f.doctor.get("/api/v1/clinic/inbox?pool="+standardPool).StatusCode, "not their pool")
		require.Contains(t, ash.get("/api/v1/clinic/inbox/pools").body, "Care team")
		require.Contains(t, ash.do("POST", "/api/v1/clinic/inbox/search", `{"words":"Marin"}`).body, began.Thread.ID, "by the name of a patient whom the pool looks after")
		require.Equal(t, 403, f.self.get("/api/v1/clinic/inbox/pools").StatusCode)
		require.Equal(t, 200, ash.get(f.chart()).StatusCode)

		post(ash, "/claim", "", 200)
		post(birch, "/claim", "", 409)
		post(birch, "/hand", `{"account":"`+f.doctor.account.ID+`"}`, 409)
		require.Contains(t, post(ash, "/hand", `{"account":"`+birch.account.ID+`","from":"`+ash.account.ID+`","note":"She knows you."}`, 200), "Birch")
		require.Contains(t, ash.get(at+"/steps").body, "She knows you.")
		require.Contains(t, ash.get(at+"/people").body, "Birch")
		for _, who := range []*someone{f.self, f.elena, f.stranger, f.desk} {
			for _, path := range []string{"/steps", "/people"} {
				r := who.get(at + path)
				require.Contains(t, []int{403, 404}, r.StatusCode, path)
			}
			require.NotContains(t, who.get(f.chart()+"/threads/"+began.Thread.ID).body, "She knows you.")
		}
		require.Contains(t, post(birch, "/priority", `{"priority":"urgent"}`, 200), `"priority":"urgent"`)
		require.NotContains(t, f.self.get(f.chart()+"/threads/"+began.Thread.ID).body, "urgent")
		require.Contains(t, ash.get("/api/v1/clinic/inbox?priority=urgent").body, began.Thread.ID)
		require.NotContains(t, ash.get("/api/v1/clinic/inbox?priority=soon").body, began.Thread.ID)
		require.NotContains(t, ash.get("/api/v1/clinic/inbox?overdue=true").body, began.Thread.ID)
		require.Contains(t, ash.get("/api/v1/clinic/inbox/load?pool="+standardPool).body, `"open":1`)

		// Who leaves the pool has nothing at once, on an open page too.
		p := ash.follow(f.rosa)
		require.Equal(t, 204, f.admin.do("DELETE", "/api/v1/clinic/pools/"+standardPool+"/members/"+ash.account.ID, "").StatusCode)
		said := p.next()
		for said["chart"] != nil {
			said = p.next()
		}
		require.Equal(t, map[string]any{"gone": f.rosa}, said)
		require.Equal(t, 404, ash.get(f.chart()).StatusCode)
		require.NotContains(t, ash.get("/api/v1/clinic/patients").body, f.rosa)
		require.Equal(t, 404, ash.get(at+"/steps").StatusCode)
		require.NotContains(t, ash.get("/api/v1/clinic/inbox").body, began.Thread.ID)
	})
}

func TestReplyAndCloseIsOneStep(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		began := f.self.begin(f.rosa, "Is it too much?")
		at := "/api/v1/clinic/inbox/" + f.rosa + "/" + began.Thread.ID + "/answer"
		body := `{"id":"` + newID() + `","text":"No, it is not."}`
		for range 3 {
			r := f.doctor.do("POST", at, body)
			require.Equal(t, 200, r.StatusCode, r.body)
			require.Contains(t, r.body, `"state":"closed"`)
		}
		var page wirePage
		f.self.get(f.chart()+"/threads/"+began.Thread.ID).json(t, &page)
		require.Len(t, page.Messages, 2)
		require.Equal(t, 201, f.self.do("POST", f.chart()+"/threads/"+began.Thread.ID+"/messages", `{"id":"`+newID()+`","text":"Thank you. And the other?"}`).StatusCode)
		r := f.doctor.do("POST", at, body)
		require.Equal(t, 200, r.StatusCode, r.body)
		require.Contains(t, r.body, `"state":"open"`, "what was written since then is not closed away")
		require.Contains(t, []int{403, 404}, f.self.do("POST", at, `{"id":"`+newID()+`","text":"Hm"}`).StatusCode)
	})
}

func TestAMessageBecomesSomethingOnce(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		began := f.self.begin(f.rosa, "May I have more of the pills?")
		at := "/api/v1/clinic/inbox/" + f.rosa + "/" + began.Thread.ID
		for kind, typ := range map[string]string{"task": "Task", "refill": "Task", "appointment": "Task", "note": "DocumentReference"} {
			id := newID()
			body := fmt.Sprintf(`{"id":"%s","kind":"%s","text":"Please see to it."}`, id, kind)
			for range 2 {
				r := f.doctor.do("POST", at+"/become", body)
				require.Equal(t, 201, r.StatusCode, r.body)
				require.Contains(t, r.body, typ+"/"+id)
			}
			require.Equal(t, 409, f.doctor.do("POST", at+"/become", strings.Replace(body, "see to it", "wait", 1)).StatusCode)
			made := n.read(typ, id)
			require.Contains(t, made, `"Communication/`+began.Thread.ID+`"`)
			require.Contains(t, n.read("Communication", began.Thread.ID), `"`+typ+"/"+id+`"`)
		}
		require.Equal(t, 4, strings.Count(f.doctor.get(at+"/steps").body, `"kind":"turn"`))
		require.Equal(t, 400, f.doctor.do("POST", at+"/become", `{"id":"`+newID()+`","kind":"refill","medicine":"`+newID()+`","text":"More"}`).StatusCode)
		var page wirePage
		f.self.get(f.chart()+"/threads/"+began.Thread.ID).json(t, &page)
		require.Len(t, page.Messages, 1)
		require.Equal(t, "May I have more of the pills?", page.Messages[0].Text)
		for _, who := range []*someone{f.self, f.desk, f.stranger} {
			require.Contains(t, []int{403, 404}, who.do("POST", at+"/become", `{"id":"`+newID()+`","kind":"task","text":"Do it"}`).StatusCode)
		}
	})
}

func TestBulkActsAnswerForEach(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		ash := f.nurse(t, n, "Ash")
		var on []string
		for i := range 3 {
			on = append(on, fmt.Sprintf(`{"patient":"%s","thread":"%s"}`, f.rosa, f.self.begin(f.rosa, fmt.Sprint("Question ", i)).Thread.ID))
		}
		require.Equal(t, 200, f.doctor.do("POST", "/api/v1/clinic/inbox/bulk", `{"act":"claim","on":[`+on[0]+`]}`).StatusCode)
		all := strings.Join(on, ",")
		r := ash.do("POST", "/api/v1/clinic/inbox/bulk", `{"act":"claim","all":true,"on":[`+all+`]}`)
		require.Equal(t, 409, r.StatusCode, r.body)
		require.Contains(t, ash.get("/api/v1/clinic/inbox?view=mine").body, `"items":[]`, "all or nothing")
		r = ash.do("POST", "/api/v1/clinic/inbox/bulk", `{"act":"claim","on":[`+all+`,{"patient":"`+newID()+`","thread":"`+newID()+`"}]}`)
		require.Equal(t, 200, r.StatusCode, r.body)
		var done struct {
			Items []struct {
				Thread, Code string
				Done         bool
			}
		}
		r.json(t, &done)
		require.Equal(t, "claimed", done.Items[0].Code)
		require.True(t, done.Items[1].Done && done.Items[2].Done)
		require.Equal(t, "not_found", done.Items[3].Code)
		require.Equal(t, 200, ash.do("POST", "/api/v1/clinic/inbox/bulk", `{"act":"close","all":true,"on":[`+strings.Join(on[1:], ",")+`]}`).StatusCode)
		require.Equal(t, 422, ash.do("POST", "/api/v1/clinic/inbox/bulk", `{"act":"close","on":[]}`).StatusCode)
		require.Contains(t, ash.do("POST", "/api/v1/clinic/inbox/people", `{"patients":["`+f.rosa+`"]}`).body, "Care team")
		require.Equal(t, 404, ash.do("POST", "/api/v1/clinic/inbox/people", `{"patients":["`+f.rosa+`","`+newID()+`"]}`).StatusCode)
		require.Equal(t, 403, f.self.do("POST", "/api/v1/clinic/inbox/people", `{"patients":["`+f.rosa+`"]}`).StatusCode)
		require.Equal(t, 403, f.self.do("POST", "/api/v1/clinic/inbox/bulk", `{"act":"close","on":[`+all+`]}`).StatusCode)
	})
}

func TestPhrasesFillInWhatTheWriterSees(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		began := f.self.begin(f.rosa, "Is it too much?")
		at := "/api/v1/clinic/inbox/" + f.rosa + "/" + began.Thread.ID + "/phrase"
		put := func(by *someone, name, body string, status int) {
			t.Helper()
			r := by.do("PUT", "/api/v1/clinic/phrases/"+name, body)
			require.Equal(t, status, r.StatusCode, r.body)
		}
		put(f.doctor, "hello", `{"text":"Dear {first} ({age}), this is {me}. {result:unicorn}"}`, 200)
		put(f.doctor, "hello", `{"text":"Again"}`, 409)
		put(f.doctor, "hello", `{"text":"{password}"}`, 400)
		put(f.doctor, "ours", `{"text":"Hi","clinic":true}`, 403)
		put(f.admin, "ours", `{"text":"Of the clinic","clinic":true}`, 200)
		put(f.admin, "hello", `{"text":"Of the clinic","clinic":true}`, 200)
		var got struct {
			Text    string
			Missing []string
		}
		r := f.doctor.do("POST", at, `{"name":"hello"}`)
		require.Equal(t, 200, r.StatusCode, r.body)
		r.json(t, &got)
		require.Regexp(t, `^Dear Rosa \(\d+\), this is Lee\. ___$`, got.Text)
		require.Equal(t, []string{"result:unicorn"}, got.Missing)
		require.Contains(t, f.doctor.do("POST", at, `{"name":"ours"}`).body, "Of the clinic")
		require.Equal(t, 404, f.doctor.do("POST", at, `{"name":"none"}`).StatusCode)
		require.Equal(t, 404, f.stranger.do("POST", at, `{"name":"ours"}`).StatusCode, "no chart")
		require.Equal(t, 403, f.self.do("POST", at, `{"name":"ours"}`).StatusCode)
		require.Equal(t, 204, f.doctor.do("DELETE", "/api/v1/clinic/phrases/hello", "").StatusCode)
		require.Equal(t, 403, f.doctor.do("DELETE", "/api/v1/clinic/phrases/ours?clinic=true", "").StatusCode)
		require.Contains(t, f.doctor.do("POST", at, `{"name":"hello"}`).body, "Of the clinic")

		id := newID()
		require.Equal(t, 204, f.doctor.do("PUT", "/api/v1/clinic/inbox/filters/"+id, `{"id":"`+id+`","name":"Late ones","overdue":true}`).StatusCode)
		require.Contains(t, f.doctor.get("/api/v1/clinic/inbox/filters").body, "Late ones")
		require.NotContains(t, f.stranger.get("/api/v1/clinic/inbox/filters").body, "Late ones")
		require.Equal(t, 204, f.doctor.do("DELETE", "/api/v1/clinic/inbox/filters/"+id, "").StatusCode)
		require.NotContains(t, f.doctor.get("/api/v1/clinic/inbox/filters").body, "Late ones")
	})
}

// read is a resource as the record holds it.
func (n *node) read(typ, id string) string {
	n.t.Helper()
	stored, err := n.store.Read(context.Background(), feed, typ, id)
	require.NoError(n.t, err)
	return string(stored.Body)
}
