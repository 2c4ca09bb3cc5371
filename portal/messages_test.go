package portal_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

type wireThread struct {
	ID, Patient, Topic, Subject, State, LastText, Turn, PatientName string
	LastFrom                                                        struct{ Name, Role, Relation, Side string }
	Count, Unread                                                   int
	Due                                                             string
	ClaimedBy                                                       *struct {
		Name, Role string
		Me         bool
	}
}

type wireMessage struct {
	ID, Thread, At, Text, ForPatient string
	Mine                             bool
	From                             struct{ Name, Role, Relation, Side string }
	Attachments                      []struct{ ID, ContentType string }
	ReadBy                           []struct{ Name, Role, Side, At string }
}

type wirePage struct {
	Thread   wireThread
	Messages []wireMessage
	Next     string
}

func (s *someone) begin(patient, text string) wirePage {
	s.node.t.Helper()
	var p wirePage
	r := s.do("POST", "/api/v1/charts/"+patient+"/threads", fmt.Sprintf(`{"id":"%s","topic":"question","subject":"A question","text":"%s"}`, newID(), text))
	require.Equal(s.node.t, 201, r.StatusCode, r.body)
	r.json(s.node.t, &p)
	return p
}

func TestAThreadGoesBackAndForth(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		began := f.self.begin(f.rosa, "Is it too much?")
		require.Equal(t, "clinic", began.Thread.Turn)
		require.NotEmpty(t, began.Thread.Due)
		require.True(t, began.Messages[0].Mine)
		at := f.chart() + "/threads/" + began.Thread.ID

		var inbox struct {
			Items  []wireThread
			Counts struct{ All, Mine, Unclaimed, Done int }
		}
		f.doctor.get("/api/v1/clinic/inbox").json(t, &inbox)
		require.Len(t, inbox.Items, 1)
		require.Equal(t, "Rosa Marin", inbox.Items[0].PatientName)
		require.Equal(t, 1, inbox.Items[0].Unread)
		require.Equal(t, 1, inbox.Counts.Unclaimed)
		var m wireMessage
		r := f.doctor.do("POST", at+"/messages", `{"id":"`+newID()+`","text":"No, it is not."}`)
		require.Equal(t, 201, r.StatusCode, r.body)
		r.json(t, &m)
		require.Equal(t, "clinician", m.From.Role)
		require.Equal(t, 204, f.doctor.do("POST", at+"/read", `{"message":"`+began.Messages[0].ID+`"}`).StatusCode)
		var page wirePage
		f.self.get(at).json(t, &page)
		require.Len(t, page.Messages, 2)
		require.Equal(t, "Is it too much?", page.Messages[0].Text, "the oldest first")
		require.Len(t, page.Messages[0].ReadBy, 1)
		require.Equal(t, "Lee", page.Messages[0].ReadBy[0].Name)
		require.Equal(t, 1, page.Thread.Unread)
		require.Equal(t, "you", page.Thread.Turn)
		require.Equal(t, "Lee", page.Thread.ClaimedBy.Name, "who answers takes it")
		var me struct {
			People      []struct{ Unread int }
			InboxUnread int
		}
		f.self.get("/api/v1/me").json(t, &me)
		require.Equal(t, 1, me.People[0].Unread)
		require.Equal(t, 204, f.self.do("POST", at+"/read", `{"message":"`+m.ID+`"}`).StatusCode)
		f.self.get("/api/v1/me").json(t, &me)
		require.Zero(t, me.People[0].Unread)
	})
}
