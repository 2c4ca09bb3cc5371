package mobileapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/mobileapi"
	"housecall/mobileapi/phonetest"
	"housecall/records/access"
	"housecall/telehealth/schedule"
)

var errNoNetwork = errors.New("no network")

// network is what lies between a phone and the server.
type network struct {
	s    *site
	off  bool // nothing gets through
	lost bool // requests get through, answers do not
}

func (n *network) do(r *http.Request) (*http.Response, error) {
	if n.off {
		return nil, errNoNetwork
	}
	r.Host = strings.TrimPrefix(base, "http://")
	res, err := n.s.app.Test(r, -1)
	if err == nil && n.lost {
		res.Body.Close()
		return nil, errNoNetwork
	}
	return res, err
}

func (s *site) phone(a identity.Account, disk string) (*phonetest.Phone, *network) {
	s.t.Helper()
	return s.phoneOf(identity.PhoneClient, a, disk)
}

// phoneOf is a phone whose token was given to some app.
func (s *site) phoneOf(client string, a identity.Account, disk string) (*phonetest.Phone, *network) {
	s.t.Helper()
	return s.phoneWith(identity.Family{Account: a.ID, Client: client}, disk)
}

// phoneWith is a phone whose token came of a sign-in that is told of.
func (s *site) phoneWith(f identity.Family, disk string) (*phonetest.Phone, *network) {
	s.t.Helper()
	n := &network{s: s}
	f.Scopes = []string{"patient/*.cruds", "user/*.cruds"}
	var p *phonetest.Phone
	require.NoError(s.t, s.db.InTx(context.Background(), func(c *db.Conn) error {
		_, tokens, err := s.id.GrantTx(c, f)
		if err == nil {
			p, err = phonetest.New(base, tokens.Access, disk, n.do)
		}
		return err
	}))
	return p, n
}

func observation(id, patient string, value float64) string {
	return fmt.Sprintf(`{"resourceType":"Observation","id":"%s","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"2823-3"}]},"subject":{"reference":"Patient/%s"},"effectiveDateTime":"2026-11-20","valueQuantity":{"value":%.3f,"unit":"mmol/L"}}`, id, patient, value)
}

func allergy(id, patient string) string {
	return `{"resourceType":"AllergyIntolerance","id":"` + id + `","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]},"code":{"text":"Penicillin"},"patient":{"reference":"Patient/` + patient + `"}}`
}

// A phone reads its copy without a network, keeps what is written there through
// being killed, and sends it once, however often it has to send it.
func TestAPhoneGoesOfflineAndComesBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx, disk := context.Background(), filepath.Join(t.TempDir(), "phone.json")
		potassium := newID()
		s.put(observation(potassium, s.rosa, 4.2))
		p, net := s.phone(s.self, disk)
		require.NoError(t, p.Open(s.rosa))
		require.NoError(t, p.Sync(ctx))
		require.Contains(t, string(p.Charts[s.rosa].Held["Observation/"+potassium]), "4.2")

		net.off = true
		id, err := p.Ask("message.send", s.rosa, map[string]any{"topic": "question", "subject": "My potassium", "text": "Is that too high?"})
		require.NoError(t, err)
		require.ErrorIs(t, p.Sync(ctx), errNoNetwork)
		require.Contains(t, string(p.Charts[s.rosa].Held["Observation/"+potassium]), "4.2", "the copy is read without a network")
		s.put(observation(potassium, s.rosa, 4.9)) // meanwhile

		p, net = s.phone(s.self, disk) // killed, and started again
		require.Len(t, p.Queue, 1)
		net.lost = true
		require.ErrorIs(t, p.Sync(ctx), errNoNetwork)
		require.Len(t, p.Queue, 1, "nobody told the phone that it was done")
		net.lost = false
		require.NoError(t, p.Sync(ctx))
		require.Empty(t, p.Queue)
		require.Empty(t, p.Refused)
		require.Contains(t, string(p.Charts[s.rosa].Held["Observation/"+potassium]), "4.9")
		require.Contains(t, string(p.Charts[s.rosa].Held["Communication/"+id]), "Is that too high?")
		page, err := s.messages.Thread(ctx, s.as(s.nurse), s.rosa, id, "", 50)
		require.NoError(t, err)
		require.Len(t, page.Messages, 1, "sent twice, it is there once")

		// Sent again: already. With other words: refused, and nothing else stops.
		again := mobileapi.Command{ID: id, Kind: "message.send", Patient: s.rosa, Body: json.RawMessage(`{"topic":"question","subject":"My potassium","text":"Is that too high?"}`)}
		other := again
		other.Body = json.RawMessage(`{"topic":"question","text":"Another"}`)
		var out mobileapi.Pushed
		require.NoError(t, p.Call(ctx, "POST", "/push", mobileapi.Push{Commands: []mobileapi.Command{again, other,
			{ID: newID(), Kind: "message.read", Patient: s.rosa, Body: json.RawMessage(`{"thread":"` + id + `","upTo":"` + id + `"}`)},
			{ID: newID(), Kind: "message.shout", Patient: s.rosa, Body: json.RawMessage(`{}`)},
			{ID: newID(), Kind: "message.send", Patient: s.rosa, Body: json.RawMessage(`{"txt":"?"}`)},
			{ID: "1", Kind: "message.send", Patient: s.rosa, Body: json.RawMessage(`{}`)},
			{ID: newID(), Kind: "message.send", Patient: newID(), Body: json.RawMessage(`{"topic":"question","text":"Whose?"}`)},
			{ID: newID(), Kind: "message.read", Patient: s.rosa, Body: json.RawMessage(`{"thread":"\u0000","upTo":"\u0000"}`)},
		}}, &out))
		var states []string
		for _, r := range out.Results {
			states = append(states, strings.TrimSuffix(r.State+" "+r.Code, " "))
		}
		require.Equal(t, []string{"already", "refused id_used", "done", "refused kind", "refused body", "refused invalid", "refused not_found", "refused not_found"}, states)

		// The nurse answers: there it is, and counted.
		_, err = s.messages.Send(ctx, s.as(s.nurse), s.rosa, answerIn(id, "No, that is fine."))
		require.NoError(t, err)
		require.NoError(t, p.Sync(ctx))
		require.Equal(t, 1, p.Charts[s.rosa].Unread)
		cursor := p.Charts[s.rosa].Cursor
		require.NoError(t, p.Sync(ctx))
		require.Equal(t, cursor, p.Charts[s.rosa].Cursor, "nothing new, nothing moves")
	})
}

func TestAPhoneBooksAndCancelsOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx := context.Background()
		practitioner := newID()
		s.put(`{"resourceType":"Practitioner","id":"` + practitioner + `","name":[{"family":"Hale","given":["Juniper"]}]}`)
		doctor, err := s.id.CreateAccount(ctx, identity.NewAccount{Email: "hale@housecall.test", Name: "Dr. Juniper Hale", Kind: identity.Staff, Roles: []identity.Role{identity.Clinician}, Practitioner: practitioner})
		require.NoError(t, err)
		require.NoError(t, d.InTx(ctx, func(c *db.Conn) error {
			return s.access.JoinTeamTx(c, feed, doctor.ID, s.rosa, identity.Clinician, time.Time{})
		}))
		start := time.Now().Add(48 * time.Hour).Truncate(time.Hour)
		_, err = s.schedule.Offer(ctx, feed, schedule.Offered{Account: doctor.ID, Specialty: "Family Medicine", Modes: []schedule.Mode{schedule.Video}, Starts: []time.Time{start}, Length: 20 * time.Minute})
		require.NoError(t, err)
		free, err := s.schedule.Free(ctx, s.as(s.self), s.rosa, schedule.Query{Days: 14})
		require.NoError(t, err)
		slot := free.Days[0].Slots[0].ID

		p, net := s.phone(s.self, "")
		require.NoError(t, p.Open(s.rosa))
		booked, err := p.Ask("appointment.book", s.rosa, map[string]any{"slot": slot, "mode": "video", "reason": "My knee"})
		require.NoError(t, err)
		late, err := p.Ask("appointment.book", s.rosa, map[string]any{"slot": slot, "mode": "video"})
		require.NoError(t, err)
		net.lost = true
		require.Error(t, p.Push(ctx))
		net.lost = false
		require.NoError(t, p.Sync(ctx))
		require.Len(t, p.Refused, 1)
		require.Equal(t, late, p.Refused[0].ID)
		require.Equal(t, "slot_taken", p.Refused[0].Code)
		require.NotEmpty(t, p.Refused[0].Reason)
		require.Contains(t, string(p.Charts[s.rosa].Held["Appointment/"+booked]), `"booked"`)

		_, err = p.Ask("appointment.cancel", s.rosa, map[string]any{"appointment": booked, "reason": "I am better"})
		require.NoError(t, err)
		net.lost = true
		require.Error(t, p.Push(ctx))
		net.lost = false
		require.NoError(t, p.Sync(ctx))
		require.Len(t, p.Refused, 1)
		require.Contains(t, string(p.Charts[s.rosa].Held["Appointment/"+booked]), `"cancelled"`)
	})
}

// What a grant that was narrowed hides is gone from the phone, and all of it when
// the grant is revoked.
func TestANarrowedGrantRemovesAndARevokedOneWipes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx := context.Background()
		potassium, penicillin := newID(), newID()
		s.put(observation(potassium, s.rosa, 4.2))
		s.put(allergy(penicillin, s.rosa))
		grant := s.grant(access.Of(access.Demographics, access.Results, access.Allergies, access.Messages))
		disk := filepath.Join(t.TempDir(), "phone.json")
		p, _ := s.phone(s.elena, disk)
		require.NoError(t, p.Open(s.rosa))
		require.NoError(t, p.Sync(ctx))
		held := p.Charts[s.rosa].Held
		require.Contains(t, held, "AllergyIntolerance/"+penicillin)
		require.Contains(t, held, "Observation/"+potassium)

		rosa := s.as(s.self)
		require.NoError(t, d.InTx(ctx, func(c *db.Conn) error {
			_, err := s.access.NarrowTx(c, rosa, s.rosa, grant, access.Narrowing{See: access.Of(access.Demographics, access.Results), End: time.Now().AddDate(0, 1, 0)})
			return err
		}))
		require.Eventually(t, func() bool {
			require.NoError(t, p.Sync(ctx))
			_, there := p.Charts[s.rosa].Held["AllergyIntolerance/"+penicillin]
			return !there
		}, 10*time.Second, 20*time.Millisecond)
		require.Contains(t, p.Charts[s.rosa].Held, "Observation/"+potassium)
		id, err := p.Ask("message.send", s.rosa, map[string]any{"topic": "question", "text": "May I still?"})
		require.NoError(t, err)

		require.NoError(t, d.InTx(ctx, func(c *db.Conn) error {
			_, err := s.access.RevokeTx(c, rosa, s.rosa, grant)
			return err
		}))
		require.Eventually(t, func() bool {
			require.NoError(t, p.Sync(ctx))
			return p.Charts[s.rosa] == nil
		}, 10*time.Second, 20*time.Millisecond)
		require.Equal(t, id, p.Refused[0].ID, "what was queued is refused, in words")
		p, _ = s.phone(s.elena, disk)
		require.NotContains(t, p.Charts, s.rosa, "nor is it on the disk")
		require.NotContains(t, fmt.Sprint(p.State), "Marin")
	})
}

func TestADeviceThatIsRemovedIsSignedOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx := context.Background()
		old, _ := s.phone(s.self, "")
		p, _ := s.phone(s.self, "")
		require.NoError(t, old.Open(s.rosa))
		require.NoError(t, old.Sync(ctx))
		device := mobileapi.DeviceIn{ID: newID(), Platform: "ios", Name: "Rosa's phone", Version: "1.4.2", PushToken: "secret-of-the-platform"}
		for range 2 {
			require.NoError(t, old.Call(ctx, "POST", "/devices", device, nil))
		}
		var list struct{ Items []mobileapi.Device }
		require.NoError(t, p.Call(ctx, "GET", "/devices", nil, &list))
		require.Len(t, list.Items, 1)
		require.Equal(t, "Rosa's phone", list.Items[0].Name)
		require.True(t, list.Items[0].Push)
		require.False(t, list.Items[0].Current)
		var kept []byte
		require.NoError(t, d.Read(ctx).QueryRow(`SELECT push_token FROM devices WHERE id = ?`, device.ID).Scan(&kept))
		require.NotContains(t, string(kept), "secret", "a push token is sealed")

		stranger, _ := s.phone(s.elena, "")
		require.ErrorContains(t, stranger.Call(ctx, "DELETE", "/devices/"+device.ID, nil, nil), "404")
		require.ErrorContains(t, p.Call(ctx, "POST", "/devices", mobileapi.DeviceIn{ID: newID(), Platform: "toaster", Version: "1"}, nil), "422")
		require.ErrorContains(t, p.Call(ctx, "DELETE", "/devices/"+device.ID, nil, nil), "403", "another phone is signed out under a fresh proof")
		require.NoError(t, old.Sync(ctx), "and goes on until then")
		fresh, _ := s.phoneWith(identity.Family{Account: s.self.ID, Client: identity.PhoneClient, Proof: identity.Passkey, ProvedAt: time.Now()}, "")
		require.NoError(t, fresh.Call(ctx, "DELETE", "/devices/"+device.ID, nil, nil))
		require.Eventually(t, func() bool { return errors.Is(old.Sync(ctx), phonetest.ErrSignedOut) }, 10*time.Second, 20*time.Millisecond)
		require.Empty(t, old.Charts)
		require.NoError(t, p.Sync(ctx), "the other one stays")
	})
}

func TestAPhoneSendsAPhoto(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx := context.Background()
		p, net := s.phone(s.self, "")
		var photo bytes.Buffer
		require.NoError(t, png.Encode(&photo, image.NewGray(image.Rect(0, 0, 20, 20))))
		id := newID()
		put := func(token string) *http.Response {
			r := httptest.NewRequest("PUT", base+"/mobile/v1/charts/"+s.rosa+"/binaries/"+id, bytes.NewReader(photo.Bytes()))
			r.Header.Set("Content-Type", "image/png")
			r.Header.Set("Content-Disposition", `attachment; filename="knee.png"`)
			if token != "" {
				r.Header.Set("Authorization", "Bearer "+token)
			}
			res, err := net.do(r)
			require.NoError(t, err)
			return res
		}
		require.Equal(t, 401, put("").StatusCode)
		require.Equal(t, 200, put(p.Token).StatusCode)
		require.Equal(t, 200, put(p.Token).StatusCode, "sent twice")
		sent, err := p.Ask("message.send", s.rosa, map[string]any{"topic": "question", "text": "My knee", "attachments": []string{id}})
		require.NoError(t, err)
		require.NoError(t, p.Open(s.rosa))
		require.NoError(t, p.Sync(ctx))
		require.Empty(t, p.Refused)
		require.Contains(t, string(p.Charts[s.rosa].Held["Communication/"+sent]), "Binary/"+id)
		res, _ := s.get("/mobile/v1/charts/"+s.rosa+"/binaries/"+id, "Authorization", "Bearer "+p.Token)
		require.Equal(t, 200, res.StatusCode)
		require.Equal(t, "image/png", res.Header.Get("Content-Type"))
	})
}

// Wherever the network breaks and the pages split, phones come to hold what the
// chart holds, and each message is there once.
func TestPhonesOnABadNetworkAgree(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx, r := context.Background(), rand.New(rand.NewPCG(7, 11))
		s.grant(access.Everything)
		phones, nets := []*phonetest.Phone{}, []*network{}
		for _, a := range []identity.Account{s.self, s.self, s.elena} {
			p, n := s.phone(a, filepath.Join(t.TempDir(), "phone.json"))
			require.NoError(t, p.Open(s.rosa))
			p.Limit = 1 + r.IntN(5)
			phones, nets = append(phones, p), append(nets, n)
		}
		facts := make([]string, 6)
		for i := range facts {
			facts[i] = newID()
		}
		sent := map[string]bool{}
		for range 60 {
			i := r.IntN(len(phones))
			switch p := phones[i]; r.IntN(4) {
			case 0:
				s.put(observation(facts[r.IntN(len(facts))], s.rosa, r.Float64()))
			case 1:
				id, err := p.Ask("message.send", s.rosa, map[string]any{"topic": "question", "text": fmt.Sprint("Message ", len(sent))})
				require.NoError(t, err)
				sent[id] = true
			default:
				nets[i].off, nets[i].lost = r.IntN(4) == 0, r.IntN(3) == 0
				if err := p.Push(ctx); err == nil {
					_, _ = p.Pull(ctx)
				}
				if r.IntN(4) == 0 { // killed
					again, err := phonetest.New(p.Base, p.Token, p.Disk, p.Do)
					require.NoError(t, err)
					again.Limit = p.Limit
					phones[i] = again
				}
			}
		}
		for i := range nets {
			nets[i].off, nets[i].lost = false, false
			require.NoError(t, phones[i].Push(ctx))
			require.Empty(t, phones[i].Refused)
		}
		fresh, _ := s.phone(s.self, "")
		require.NoError(t, fresh.Open(s.rosa))
		require.NoError(t, fresh.Sync(ctx))
		messages := 0
		for ref := range fresh.Charts[s.rosa].Held {
			if id, is := strings.CutPrefix(ref, "Communication/"); is {
				require.True(t, sent[id])
				messages++
			}
		}
		require.Len(t, sent, messages)
		for i, p := range phones {
			require.NoError(t, p.Sync(ctx))
			same := maps.EqualFunc(p.Charts[s.rosa].Held, fresh.Charts[s.rosa].Held, func(a, b json.RawMessage) bool { return bytes.Equal(a, b) })
			require.True(t, same, "phone %d", i)
		}
	})
}
