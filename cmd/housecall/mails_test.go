package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/notifications"
	"housecall/notifications/mailtest"
)

// What mail servers and mail programs ask of the site, without anybody signed in: a
// report that a mail came back, and the one tap that ends mails of a kind (RFC 8058).
func TestMailsThatComeBackAndMailsThatEnd(t *testing.T) {
	cfg := testConfig(t)
	cfg.Addr = freeAddress(t)
	sink := mailtest.New(t)
	const token = "a-token-that-is-long-enough"
	cfg.SMTPURL, cfg.BounceToken = sink.URL(), token
	app := start(t, cfg)
	ctx := context.Background()
	ida, err := app.Identity.CreateAccount(ctx, identity.NewAccount{Email: "ida@example.org", Name: "Ida Moss", Kind: identity.Person})
	require.NoError(t, err)
	require.NoError(t, app.DB.InTx(ctx, func(c *db.Conn) error {
		return app.Notices.PostTx(c, notifications.Notice{ID: "v", Account: ida.ID, Kind: notifications.Visit, Ref: "visit/v", Until: time.Now().Add(time.Hour)})
	}))
	require.Eventually(t, func() bool { return len(sink.Mails()) == 1 }, 30*time.Second, 20*time.Millisecond)
	mail := sink.Mails()[0]
	client := &http.Client{Timeout: 10 * time.Second}
	ask := func(method, url, kind, bearer, body string) (int, string) {
		req, err := http.NewRequest(method, url, strings.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Content-Type", kind)
		if bearer != "" {
			req.Header.Set("Authorization", "Bearer "+bearer)
		}
		res, err := client.Do(req)
		require.NoError(t, err)
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res.StatusCode, string(text)
	}
	wants := func() bool {
		w, err := app.Notices.Preferences(ctx, identity.Principal{Account: ida.ID})
		require.NoError(t, err)
		return w.Wants("", notifications.Visit, notifications.Email)
	}
	unfolded := strings.NewReplacer("\r\n ", "", "\r\n\t", "").Replace(mail.Raw)
	link := regexp.MustCompile(`List-Unsubscribe: ?<([^>]+)>`).FindStringSubmatch(unfolded)[1]
	const form = "application/x-www-form-urlencoded"
	status, _ := ask("POST", link, form, "", "hello=there")
	require.Equal(t, 400, status, "a form of something else")
	require.True(t, wants())
	status, text := ask("POST", link[:len(link)-4], form, "", "List-Unsubscribe=One-Click")
	require.Equal(t, 404, status)
	require.NotContains(t, text, "ida")
	require.True(t, wants())
	for range 2 { // mail programs try again
		status, text = ask("POST", link, form, "", "List-Unsubscribe=One-Click")
		require.Equal(t, 204, status, text)
		require.False(t, wants())
	}
	stop := link[strings.LastIndexByte(link, '/')+1:]
	status, text = ask("POST", app.URL()+"/auth/unsubscribe/look", "application/json", "", `{"token":"`+stop+`"}`)
	require.Equal(t, 200, status, text)
	require.JSONEq(t, `{"kind":"visit","stopped":true}`, text)
	status, text = ask("POST", app.URL()+"/auth/unsubscribe/change", "application/json", "", `{"token":"`+stop+`","stop":false}`)
	require.Equal(t, 200, status, text)
	require.True(t, wants(), "undone")

	report := strings.ReplaceAll(fmt.Sprintf("Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; relay.test\n\n"+
		"Final-Recipient: rfc822; ida@example.org\nAction: failed\nStatus: 5.1.1\n\n--b\nContent-Type: text/rfc822-headers\n\nMessage-Id: %s\n\n--b--\n", mail.ID), "\n", "\r\n")
	fails := func() bool {
		r, err := app.Notices.Reach(ctx, ida)
		require.NoError(t, err)
		return r.MailFails
	}
	for _, bearer := range []string{"", "another-token-that-is-long"} {
		status, _ = ask("POST", app.URL()+"/hooks/mail-bounces", "message/rfc822", bearer, report)
		require.Equal(t, 404, status)
		require.False(t, fails())
	}
	status, text = ask("POST", app.URL()+"/hooks/mail-bounces", "message/rfc822", token, report)
	require.Equal(t, 202, status, text)
	require.True(t, fails())
}
