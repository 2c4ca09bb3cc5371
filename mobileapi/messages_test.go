package mobileapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/mobileapi"
	"housecall/telehealth/message"
)

// What is begun on the phone is there on the desk; what was sent is taken back while
// nobody has it; and nothing that cannot wait is sent before the person was told.
func TestAPhoneWritesAMessage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx := context.Background()
		p, _ := s.phone(s.self, "")
		do := func(id, kind, body string) string {
			t.Helper()
			var out mobileapi.Pushed
			require.NoError(t, p.Call(ctx, "POST", "/push", mobileapi.Push{Commands: []mobileapi.Command{{ID: id, Kind: kind, Patient: s.rosa, Body: json.RawMessage(body)}}}, &out))
			if r := out.Results[0]; r.Code != "" {
				return r.State + " " + r.Code
			}
			return out.Results[0].State
		}
		held := func() []message.HeldMessage {
			t.Helper()
			var out mobileapi.Held
			require.NoError(t, p.Call(ctx, "GET", "/charts/"+s.rosa+"/held", nil, &out))
			return out.Items
		}
		draft := "/charts/" + s.rosa + "/drafts/new"
		var kept, got message.Draft
		require.NoError(t, p.Call(ctx, "PUT", draft, message.Draft{Text: "Begun on the phone", Topic: "question"}, &kept))
		desk := s.as(s.self)
		there, err := s.messages.Draft(ctx, desk, s.rosa, "new")
		require.NoError(t, err)
		require.Equal(t, "Begun on the phone", there.Text)
		there.Text = "Finished on the desk"
		_, older, err := s.messages.SaveDraft(ctx, desk, s.rosa, "new", there)
		require.NoError(t, err)
		require.False(t, older)
		kept.Text = "Written on the phone, not knowing"
		require.ErrorContains(t, p.Call(ctx, "PUT", draft, kept, &got), "409")
		require.NoError(t, p.Call(ctx, "GET", draft, nil, &got))
		require.Equal(t, "Finished on the desk", got.Text)
		require.Len(t, got.Others, 1, "nothing was overwritten")
		require.NoError(t, p.Call(ctx, "DELETE", draft, nil, nil))

		id := newID()
		require.Equal(t, mobileapi.Done, do(id, "message.hold", `{"topic":"question","text":"Take this back, please","language":"en","ask":true}`))
		require.Equal(t, mobileapi.Already, do(id, "message.hold", `{"topic":"question","text":"Take this back, please","language":"en","ask":true}`))
		require.Len(t, held(), 1)
		require.Equal(t, mobileapi.Done, do(newID(), "message.takeback", `{"message":"`+id+`"}`))
		require.Empty(t, held())
		require.NoError(t, p.Call(ctx, "GET", draft, nil, &got))
		require.Equal(t, "Take this back, please", got.Text, "the words are not lost")
		require.Equal(t, "refused not_found", do(newID(), "message.takeback", `{"message":"no id"}`))

		later := newID()
		require.Equal(t, mobileapi.Done, do(later, "message.hold", fmt.Sprintf(`{"topic":"question","text":"See you then","at":%q}`, time.Now().Add(48*time.Hour).Format(time.RFC3339))))
		require.True(t, held()[0].Scheduled)
		require.Equal(t, "refused body", do(newID(), "message.send", `{"topic":"question","text":"x","at":"2030-01-01T00:00:00Z"}`), "what is sent goes now")

		urgent := newID()
		for _, kind := range []string{"message.send", "message.hold"} {
			require.Equal(t, "refused call-emergency", do(urgent, kind, `{"topic":"question","text":"Me duele el pecho","ask":true}`))
			require.Equal(t, "refused call-crisis", do(newID(), kind, `{"topic":"question","text":"I want to die","ask":true}`))
		}
		require.Equal(t, mobileapi.Done, do(urgent, "message.hold", `{"topic":"question","text":"Me duele el pecho","told":true}`))
		require.Len(t, held(), 1, "it did not wait")
		page, err := s.messages.Thread(ctx, s.as(s.nurse), s.rosa, urgent, "", 25)
		require.NoError(t, err)
		require.Equal(t, "urgent", page.Thread.Priority)
		require.Equal(t, "refused sent", do(newID(), "message.takeback", `{"message":"`+urgent+`"}`))

		// Another app on the phone has nothing of what was not sent.
		app, _ := s.phoneOf("another-app", s.self, "")
		for _, method := range []string{"GET", "DELETE"} {
			require.ErrorContains(t, app.Call(ctx, method, draft, nil, nil), "403")
		}
		var none mobileapi.Held
		require.NoError(t, app.Call(ctx, "GET", "/charts/"+s.rosa+"/held", nil, &none))
		require.Empty(t, none.Items)
		require.ErrorContains(t, p.Call(ctx, "GET", "/charts/"+newID()+"/held", nil, nil), "404")
	})
}
