package mobileapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/mobileapi"
	"housecall/mobileapi/phonetest"
	"housecall/records/access"
)

// second is another chart of Rosa, and who at the clinic puts it in order.
func (s *site) second() (patient, lab string, desk identity.Principal) {
	s.t.Helper()
	patient, lab = newID(), newID()
	s.put(`{"resourceType":"Patient","id":"` + patient + `","name":[{"family":"Marin","given":["Rosa"]}],"birthDate":"1952-03-02"}`)
	s.put(observation(lab, patient, 5.3))
	a, err := s.id.CreateAccount(context.Background(), identity.NewAccount{Email: newID() + "@housecall.test", Name: "Desk", Kind: identity.Staff, Roles: []identity.Role{identity.FrontDesk}})
	require.NoError(s.t, err)
	for _, p := range []string{s.rosa, patient} {
		s.team(a, p, identity.FrontDesk)
	}
	return patient, lab, s.as(a)
}

func (s *site) team(a identity.Account, patient string, role identity.Role) {
	s.t.Helper()
	require.NoError(s.t, s.db.InTx(context.Background(), func(c *db.Conn) error {
		return s.access.JoinTeamTx(c, feed, a.ID, patient, role, time.Time{})
	}))
}

// pull asks with these cursors and gives the answer as it was sent, too.
func pull(t *testing.T, p *phonetest.Phone, cursors map[string]string) (mobileapi.Pulled, string) {
	t.Helper()
	var raw json.RawMessage
	require.NoError(t, p.Call(context.Background(), "POST", "/pull", mobileapi.Pull{Cursors: cursors}, &raw))
	var out mobileapi.Pulled
	require.NoError(t, json.Unmarshal(raw, &out))
	return out, string(raw)
}

func push(t *testing.T, p *phonetest.Phone, patient string) mobileapi.Result {
	t.Helper()
	var out mobileapi.Pushed
	require.NoError(t, p.Call(context.Background(), "POST", "/push", mobileapi.Push{Commands: []mobileapi.Command{
		{ID: newID(), Kind: "message.send", Patient: patient, Body: json.RawMessage(`{"topic":"question","text":"Which of the two is it?"}`)}}}, &out))
	return out.Results[0]
}

// Joined charts come to the phones of who sees them as one, each with its own
// order, and leave them when they are parted.
func TestAPhoneHoldsJoinedCharts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx, disk := context.Background(), filepath.Join(t.TempDir(), "phone.json")
		a, first := s.rosa, newID()
		b, lab, desk := s.second()
		s.put(observation(first, a, 4.2))
		p, _ := s.phone(s.self, disk)
		nurse, _ := s.phone(s.nurse, "")
		phones := map[string]*phonetest.Phone{"patient": p, "nurse": nurse}
		for name, x := range phones {
			require.NoError(t, x.Open(a))
			require.NoError(t, x.Sync(ctx))
			require.Len(t, x.Charts, 1, name)
			require.Empty(t, x.Charts[a].Joined, name)
			news, _ := pull(t, x, map[string]string{b: ""})
			require.Equal(t, mobileapi.ChartNews{Gone: true}, news.Charts[b], name)
			require.Equal(t, "not_found", push(t, x, b).Code, name)
		}

		_, err := s.store.Join(ctx, desk, a, b, "same person, two imports")
		require.NoError(t, err)
		for name, x := range phones {
			news, _ := pull(t, x, map[string]string{a: x.Charts[a].Cursor})
			require.Len(t, news.Charts, 1, name)
			require.Equal(t, []string{b}, news.Charts[a].Joined, name)
			require.False(t, news.Charts[a].Resync, "%s: the copy of the first is good", name)
			require.Len(t, news.Charts[a].Changes, 1, name)
			require.Contains(t, string(news.Charts[a].Changes[0].Resource), `"Patient/`+b+`"`, name)
			x.Limit = 1 // pages may split anywhere
			require.NoError(t, x.Sync(ctx))
			require.Contains(t, x.Charts[a].Held, "Observation/"+first, name)
			require.Contains(t, x.Charts[b].Held, "Observation/"+lab, name)
			require.NotContains(t, x.Charts[a].Held, "Observation/"+lab, "%s: each is a chart of its own", name)
			require.Equal(t, []string{b}, x.Charts[a].Joined, name)
			require.Equal(t, []string{a}, x.Charts[b].Joined, name)
		}
		var boot mobileapi.Bootstrap
		require.NoError(t, p.Call(ctx, "GET", "/bootstrap", nil, &boot))
		require.Len(t, boot.People, 1)
		require.Equal(t, []string{b}, boot.People[0].Joined)

		// What happens in one moves the cursor of that one.
		was := map[string]string{a: p.Charts[a].Cursor, b: p.Charts[b].Cursor}
		s.put(observation(lab, b, 5.9))
		news, _ := pull(t, p, was)
		require.Equal(t, was[a], news.Charts[a].Cursor)
		require.Len(t, news.Charts[b].Changes, 1)
		require.False(t, news.Charts[b].Resync)

		// Messages go into the chart that they name.
		sent, err := p.Ask("message.send", b, map[string]any{"topic": "question", "text": "Is that high?"})
		require.NoError(t, err)
		for _, x := range phones {
			require.NoError(t, x.Sync(ctx))
			require.Empty(t, x.Refused)
		}
		require.Contains(t, p.Charts[b].Held, "Communication/"+sent)
		require.NotContains(t, p.Charts[a].Held, "Communication/"+sent)
		page, err := s.messages.Thread(ctx, s.as(s.nurse), b, sent, "", 50)
		require.NoError(t, err)
		_, err = nurse.Ask("message.send", b, map[string]any{"thread": sent, "text": "No, that is fine."})
		require.NoError(t, err)
		require.Len(t, page.Messages, 1)
		require.NoError(t, nurse.Sync(ctx))
		require.NoError(t, p.Sync(ctx))
		require.Equal(t, 1, p.Charts[b].Unread)
		require.Zero(t, p.Charts[a].Unread)

		// A phone that begins now holds what those hold that were there before.
		fresh, _ := s.phone(s.self, "")
		require.NoError(t, fresh.Open(a))
		require.NoError(t, fresh.Sync(ctx))
		require.Len(t, fresh.Charts, 2)
		for patient, c := range fresh.Charts {
			require.True(t, maps.EqualFunc(p.Charts[patient].Held, c.Held, func(x, y json.RawMessage) bool { return bytes.Equal(x, y) }))
		}

		// Parted, the other chart is wiped, and the first stays as it is.
		_, err = p.Ask("message.send", b, map[string]any{"topic": "question", "text": "And this?"})
		require.NoError(t, err)
		_, err = s.store.Part(ctx, desk, a, b, "two people after all")
		require.NoError(t, err)
		news, _ = pull(t, p, map[string]string{a: p.Charts[a].Cursor, b: p.Charts[b].Cursor})
		require.Equal(t, mobileapi.ChartNews{Gone: true}, news.Charts[b])
		require.False(t, news.Charts[a].Resync)
		for name, x := range phones {
			require.NoError(t, x.Sync(ctx))
			require.Len(t, x.Charts, 1, name)
			require.Empty(t, x.Charts[a].Joined, name)
			require.Contains(t, x.Charts[a].Held, "Observation/"+first, name)
			require.NotContains(t, string(x.Charts[a].Held["Patient/"+a]), b, name)
		}
		require.Len(t, p.Refused, 1, "what was queued for it is refused, in words")
		require.Equal(t, "not_found", p.Refused[0].Code)
		kept, err := os.ReadFile(disk)
		require.NoError(t, err)
		require.NotContains(t, string(kept), b, "nor is it on the disk")
		boot = mobileapi.Bootstrap{}
		require.NoError(t, p.Call(ctx, "GET", "/bootstrap", nil, &boot))
		require.Empty(t, boot.People[0].Joined)

		_, err = s.store.Join(ctx, desk, a, b, "the same person after all")
		require.NoError(t, err)
		require.NoError(t, p.Sync(ctx))
		require.Contains(t, p.Charts[b].Held, "Observation/"+lab)
	})
}

// A caregiver with a grant and an app of others do not learn that there is
// another chart: they are told what they would be told without it.
func TestAPhoneOfACaregiverKnowsOneChart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx := context.Background()
		a, first := s.rosa, newID()
		b, _, desk := s.second()
		s.put(observation(first, a, 4.2))
		s.grant(access.Everything)
		elena, _ := s.phone(s.elena, "")
		app, _ := s.phoneOf("wellness-app", s.self, "")
		phones := map[string]*phonetest.Phone{"caregiver": elena, "app": app}
		held := map[string][]string{}
		for name, x := range phones {
			require.NoError(t, x.Open(a))
			require.NoError(t, x.Sync(ctx))
			held[name] = slices.Sorted(maps.Keys(x.Charts[a].Held))
			require.Contains(t, held[name], "Observation/"+first)
		}
		_, err := s.store.Join(ctx, desk, a, b, "same person, two imports")
		require.NoError(t, err)
		for name, x := range phones {
			for _, cursor := range []string{"", x.Charts[a].Cursor} {
				news, raw := pull(t, x, map[string]string{a: cursor})
				require.NotContains(t, raw, b, name)
				require.NotContains(t, raw, "joined", name)
				require.Equal(t, cursor == "", news.Charts[a].Resync, name)
			}
			require.NoError(t, x.Sync(ctx))
			require.Equal(t, held[name], slices.Sorted(maps.Keys(x.Charts[a].Held)), name)
			require.Len(t, x.Charts, 1, name)
			cursor := x.Charts[a].Cursor

			s.put(observation(newID(), b, 6.1))
			news, raw := pull(t, x, map[string]string{a: cursor, b: ""})
			require.Equal(t, mobileapi.ChartNews{Cursor: cursor}, news.Charts[a], "%s: what is written there moves nothing here", name)
			require.Equal(t, mobileapi.ChartNews{Gone: true}, news.Charts[b], name)
			require.NotContains(t, raw, "joined", name)
			got := push(t, x, b)
			nowhere := push(t, x, newID())
			got.ID, nowhere.ID = "", ""
			require.Equal(t, nowhere, got, "%s: as of a chart that is not there", name)
			require.Equal(t, "not_found", got.Code, name)
			var boot json.RawMessage
			require.NoError(t, x.Call(ctx, "GET", "/bootstrap", nil, &boot))
			require.Contains(t, string(boot), a, name)
			require.NotContains(t, string(boot), b, name)
			require.NotContains(t, string(boot), "joined", name)
		}
		// With a grant for each she holds both, and is not told that they are one person's.
		require.NoError(t, d.InTx(ctx, func(c *db.Conn) error {
			_, err := s.access.GrantTx(c, feed, access.GrantInput{Account: s.elena.ID, Name: "Elena", Patient: b, Relation: "mother", Basis: access.Consent,
				See: access.Everything, End: time.Now().AddDate(0, 6, 0)})
			return err
		}))
		require.Eventually(t, func() bool {
			news, raw := pull(t, elena, map[string]string{a: elena.Charts[a].Cursor, b: ""})
			require.NotContains(t, raw, "joined")
			require.Empty(t, news.Charts[a].Changes)
			return len(news.Charts[b].Changes) > 0
		}, 10*time.Second, 20*time.Millisecond)
		_, err = s.store.Part(ctx, desk, a, b, "two people after all")
		require.NoError(t, err)
		for name, x := range phones {
			news, raw := pull(t, x, map[string]string{a: x.Charts[a].Cursor})
			require.NotContains(t, raw, b, name)
			require.False(t, news.Charts[a].Resync, name)
		}
	})
}

// Whoever may not open the first chart any more loses those that came with it; a
// phone that is signed out loses all.
func TestJoinedChartsGoWithTheFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx := context.Background()
		a := s.rosa
		b, _, desk := s.second()
		c, lab, other := s.second()
		for patient, who := range map[string]identity.Principal{b: desk, c: other} {
			_, err := s.store.Join(ctx, who, a, patient, "three imports of one person")
			require.NoError(t, err)
		}
		nurse, _ := s.phone(s.nurse, "")
		p, _ := s.phone(s.self, "")
		for name, x := range map[string]*phonetest.Phone{"nurse": nurse, "patient": p} {
			require.NoError(t, x.Open(a))
			require.NoError(t, x.Sync(ctx))
			require.Len(t, x.Charts, 3, name)
			require.ElementsMatch(t, []string{b, c}, x.Charts[a].Joined, name)
			require.ElementsMatch(t, []string{a, c}, x.Charts[b].Joined, name)
			require.Contains(t, x.Charts[c].Held, "Observation/"+lab, name)
		}
		_, err := s.store.Part(ctx, desk, a, b, "two people after all")
		require.NoError(t, err)
		require.NoError(t, p.Sync(ctx))
		require.Equal(t, []string{c}, p.Charts[a].Joined)
		require.NotContains(t, p.Charts, b)
		require.Contains(t, p.Charts[c].Held, "Observation/"+lab, "the third stays")

		require.NoError(t, d.InTx(ctx, func(x *db.Conn) error { return s.access.LeaveTeamTx(x, feed, s.nurse.ID, a) }))
		require.Eventually(t, func() bool {
			require.NoError(t, nurse.Sync(ctx))
			return len(nurse.Charts) == 0
		}, 10*time.Second, 20*time.Millisecond)

		who, err := s.id.Bearer(ctx, p.Token)
		require.NoError(t, err)
		require.NoError(t, s.id.RevokeFamily(ctx, who.Session))
		require.Eventually(t, func() bool { return errors.Is(p.Sync(ctx), phonetest.ErrSignedOut) }, 10*time.Second, 20*time.Millisecond)
		require.Empty(t, p.Charts)
	})
}

// More charts than one pull takes are asked for in several.
func TestAPhoneHoldsManyCharts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx := context.Background()
		p, _ := s.phone(s.self, "")
		require.NoError(t, p.Open(s.rosa))
		for range mobileapi.MaxCharts + 5 {
			require.NoError(t, p.Open(newID()))
		}
		require.NoError(t, p.Sync(ctx))
		require.Equal(t, []string{s.rosa}, slices.Collect(maps.Keys(p.Charts)))
		require.Contains(t, p.Charts[s.rosa].Held, "Patient/"+s.rosa)
	})
}
