package mobileapi_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/mobileapi"
	"housecall/telehealth/request"
)

// A phone asks for a refill without a network and sends it twice: it is asked once, and
// the clinic's question is answered from the phone.
func TestAPhoneAsksForAMedicine(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx := context.Background()
		medicine, id, step := newID(), newID(), newID()
		s.put(`{"resourceType":"MedicationRequest","id":"` + medicine + `","status":"active","intent":"order","medicationCodeableConcept":{"text":"Lisinopril 10 mg"},"subject":{"reference":"Patient/` + s.rosa + `"},"dispenseRequest":{"numberOfRepeatsAllowed":2}}`)
		p, _ := s.phone(s.self, "")
		do := func(c mobileapi.Command) mobileapi.Result {
			t.Helper()
			var out mobileapi.Pushed
			require.NoError(t, p.Call(ctx, "POST", "/push", mobileapi.Push{Commands: []mobileapi.Command{c}}, &out))
			return out.Results[0]
		}
		ask := mobileapi.Command{ID: id, Kind: "request.ask", Patient: s.rosa, Body: json.RawMessage(`{"kind":"refill","medicine":"` + medicine + `","daysLeft":3}`)}
		require.Equal(t, mobileapi.Done, do(ask).State)
		require.Equal(t, mobileapi.Already, do(ask).State)
		ask.ID = newID()
		require.Equal(t, "open_request", do(ask).Code, "one open request for a medicine")
		nurse := s.as(s.nurse)
		held, err := s.requests.Answer(ctx, nurse, s.rosa, id, request.Answering{ID: newID(), To: request.OnHold, Saw: 1, Text: "Which pharmacy?"})
		require.NoError(t, err)
		answer := mobileapi.Command{ID: step, Kind: "request.answer", Patient: s.rosa, Body: json.RawMessage(`{"request":"` + id + `","to":"received","saw":2,"text":"The one at the corner."}`)}
		require.EqualValues(t, 2, held.Version)
		require.Equal(t, mobileapi.Done, do(answer).State)
		got, err := s.requests.Request(ctx, nurse, s.rosa, id)
		require.NoError(t, err)
		require.Equal(t, "received The one at the corner.", string(got.State)+" "+got.Steps[2].Text)
	})
}
