package portal_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/notifications"
)

func TestNotices(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ida, bob := n.account("ida", identity.Person, ""), n.account("bob", identity.Person, "")
		require.NoError(t, n.db.InTx(context.Background(), func(c *db.Conn) error {
			return n.notices.PostTx(c, notifications.Notice{ID: "one", Account: ida.ID, Kind: notifications.Message, Patient: "p1", Ref: "thread/t1"},
				notifications.Notice{ID: "two", Account: ida.ID, Kind: notifications.Visit, Patient: "p1", Ref: "visit/v1"})
		}))
		self, other := n.signedIn(ida), n.signedIn(bob)
		var page struct {
			Items []struct {
				ID, Kind, Patient, Ref string
				Seen                   bool
			}
			Next   string
			Unseen int
		}
		self.get("/api/v1/notices?limit=1").json(t, &page)
		require.Equal(t, 2, page.Unseen)
		require.Len(t, page.Items, 1)
		require.NotEmpty(t, page.Next)
		id := page.Items[0].ID
		require.Equal(t, 200, self.get("/api/v1/notices/"+id).StatusCode)
		require.Equal(t, 404, other.get("/api/v1/notices/"+id).StatusCode)
		require.Equal(t, 403, n.token(ida, "openid").get("/api/v1/notices").StatusCode, "not through apps")
		require.Equal(t, 204, self.do("POST", "/api/v1/notices/seen", `{"ids":["`+id+`"]}`).StatusCode)
		self.get("/api/v1/notices").json(t, &page)
		require.Equal(t, 1, page.Unseen)
		require.Equal(t, 204, self.do("POST", "/api/v1/notices/seen", `{"all":true}`).StatusCode)
		self.get("/api/v1/notices").json(t, &page)
		require.Zero(t, page.Unseen)
	})
}

func TestHowSomebodyWantsToBeTold(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		self := n.signedIn(n.account("ida", identity.Person, ""))
		type telling struct {
			Email struct {
				On, Works bool
				Address   string
			}
			Quiet struct {
				On                 bool
				From, To, TimeZone string
			}
			Kinds  map[string]struct{ Push, Email, SMS bool }
			Order  []string
			Digest struct {
				On bool
				At string
			}
			People []struct {
				Patient string
				Kinds   map[string]struct{ Push, Email, SMS bool }
			}
		}
		var w telling
		self.get("/api/v1/me/notifications").json(t, &w)
		require.True(t, w.Email.On)
		require.False(t, w.Email.Works, "mail is off here")
		require.NotEmpty(t, w.Email.Address)
		require.False(t, w.Quiet.On)
		require.Len(t, w.Kinds, len(notifications.Kinds))
		require.Equal(t, []string{"push", "email", "sms"}, w.Order)
		require.True(t, w.Kinds["visit"].SMS)
		require.False(t, w.Kinds["note"].SMS, "telephones ring for what cannot wait")
		kinds := func(message, appointment string) string {
			return `{"message":{` + message + `},"appointment":{` + appointment + `},"visit":{"push":true,"email":true,"sms":true},"note":{"push":true,"email":true,"sms":false},"result":{"push":true,"email":true,"sms":false},"sharing":{"push":true,"email":true,"sms":false},"ask":{"push":true,"email":true,"sms":false}}`
		}
		const all, noMail = `"push":true,"email":true,"sms":true`, `"push":true,"email":false,"sms":true`
		order := `["email","push","sms"]`
		put := func(quiet string) reply {
			return self.do("PUT", "/api/v1/me/notifications", `{"push":{"on":true},"email":{"on":true},"sms":{"on":false},"order":`+order+`,"digest":{"on":true,"at":"18:15"},"quiet":`+quiet+
				`,"kinds":`+kinds(noMail, all)+`,"people":[{"patient":"mother","kinds":`+kinds(noMail, noMail)+`},{"patient":"father","kinds":`+kinds(noMail, all)+`}]}`)
		}
		require.Equal(t, 200, put(`{"on":true,"from":"21:30","to":"06:45","timeZone":"Europe/Madrid"}`).StatusCode)
		w = telling{}
		self.get("/api/v1/me/notifications").json(t, &w)
		require.True(t, w.Quiet.On)
		require.Equal(t, "21:30 06:45 Europe/Madrid", w.Quiet.From+" "+w.Quiet.To+" "+w.Quiet.TimeZone)
		require.False(t, w.Kinds["message"].Email)
		require.True(t, w.Kinds["visit"].Email)
		require.True(t, w.Kinds["visit"].SMS, "what was chosen stays, though the channel is off")
		require.Equal(t, []string{"email", "push", "sms"}, w.Order)
		require.True(t, w.Digest.On)
		require.Equal(t, "18:15", w.Digest.At)
		require.Len(t, w.People, 1, "only who is told of otherwise")
		require.Equal(t, "mother", w.People[0].Patient)
		require.False(t, w.People[0].Kinds["appointment"].Email)
		require.True(t, w.People[0].Kinds["appointment"].Push)
		require.False(t, w.People[0].Kinds["message"].Email, "as for everybody")
		order = `["email","email","sms"]`
		require.Equal(t, 400, put(`{"on":true,"from":"21:30","to":"06:45","timeZone":"Europe/Madrid"}`).StatusCode)
		order = `["email","push","sms"]`
		for _, wrong := range []string{
			`{"on":true,"from":"25:00","to":"06:45","timeZone":"Europe/Madrid"}`, `{"on":true,"from":"21:00","to":"06:45","timeZone":"Mars/Olympus"}`,
			`{"on":true,"from":"21:00","to":"21:00","timeZone":"Europe/Madrid"}`,
		} {
			require.GreaterOrEqual(t, put(wrong).StatusCode, 400, wrong)
		}
	})
}
