package main

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/notifications"
	"housecall/notifications/mailtest"
)

// What is posted at one node is nudged to the others, shown by them, and mailed
// once by whichever comes first.
func TestANoticeOfOneNodeIsToldByAll(t *testing.T) {
	sink := mailtest.New(t)
	one, two := twoNodes(t)
	one.SMTPURL = sink.URL()
	here := start(t, one)
	there := serve(t, two, "HOUSECALL_SMTP_URL="+sink.URL())

	made := there.says("user", "add", "ida@example.org", "--name", "Ida Moss")
	account, password := printedAccount.FindStringSubmatch(made)[1], choosePassword(t, made)
	b := newBrowser(t)
	b.signIn(there.url+"/auth/login?return=/", "ida@example.org", password)

	third, err := notifications.NewHub(notifications.Config{URL: one.NATSURL, Key: here.Key.Secret("hub topics")})
	require.NoError(t, err)
	require.NoError(t, third.Start(context.Background()))
	t.Cleanup(third.Stop)
	page := third.Subscribe(notifications.Topic(account))
	defer page.Close()

	const n = 6
	for i := range n { // visits, each of which is mailed for itself
		require.NoError(t, here.DB.InTx(context.Background(), func(c *db.Conn) error {
			return here.Notices.PostTx(c, notifications.Notice{ID: fmt.Sprint("v", i), Account: account, Kind: notifications.Visit, Patient: "p", Ref: fmt.Sprint("visit/", i), Until: time.Now().Add(time.Hour)})
		}))
	}
	select {
	case <-page.C:
	case <-time.After(10 * time.Second):
		t.Fatal("the other nodes were not nudged")
	}
	var shown struct {
		Unseen int
		Items  []struct{ ID, Ref string }
	}
	_, text := b.open(there.url + "/api/v1/notices")
	require.NoError(t, json.Unmarshal([]byte(text), &shown))
	require.Equal(t, n, shown.Unseen)
	_, text = b.open(there.url + "/api/v1/notices/" + shown.Items[0].ID)
	require.Contains(t, text, shown.Items[0].Ref, "the link of a mail leads there")

	require.Eventually(t, func() bool {
		var left int
		err := here.DB.Read(context.Background()).QueryRow(`SELECT count(*) FROM river_job WHERE state <> 'completed'`).Scan(&left)
		return err == nil && left == 0
	}, 30*time.Second, 20*time.Millisecond)
	ids := map[string]bool{}
	for _, m := range sink.Mails() {
		require.Equal(t, "ida@example.org", m.To)
		ids[m.ID] = true
	}
	require.Len(t, sink.Mails(), n)
	require.Len(t, ids, n)

	out, _, _ := command(t, one, "doctor", "--smtp-url", sink.URL())
	require.Contains(t, out, "takes us in")
	require.Len(t, sink.Mails(), n, "looking at it sends nothing")
	out, _, code := command(t, one, "doctor", "--smtp-url", "smtp://"+freeAddress(t)+"?from=portal@clinic.test")
	require.NotZero(t, code)
	require.Contains(t, out, "does not take us in")
}
