package carrier_test

import (
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/identity/egress"
	"housecall/internal/sitekey"
	"housecall/notifications/carrier"
	"housecall/notifications/carrier/carriertest"
)

// The example of RFC 8291, appendix A.
func TestSealIsThatOfTheRFC(t *testing.T) {
	b64 := func(s string) []byte {
		b, err := base64.RawURLEncoding.DecodeString(s)
		require.NoError(t, err)
		return b
	}
	private, err := ecdh.P256().NewPrivateKey(b64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
	require.NoError(t, err)
	receiver, err := ecdh.P256().NewPublicKey(b64("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"))
	require.NoError(t, err)
	got, err := carrier.Seal([]byte("When I grow up, I want to be a watermelon"), receiver, b64("BTBZMqHH6r4Tts7J_aSIgg"), private, b64("DGv6ra1nlYgDCS1FRnbzlw"))
	require.NoError(t, err)
	require.Equal(t, "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
		base64.RawURLEncoding.EncodeToString(got))
}

const phone = "ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12"

func word() carrier.Word {
	return carrier.Word{ID: "abcdefghijklmnopqrstuv", Text: "You have a new message", Language: "en", Link: "https://portal.example.org/n/abcdefghijklmnopqrstuv", Urgent: true}
}

// network is a carrier and the other end of it.
type network struct {
	carrier carrier.Carrier
	target  string // as the carrier is given it
	listed  string // as the server lists it
	all     func() []carriertest.Got
	answer  func(int, string)
	after   func(string)
	cut     func(bool)
	rings   func(string) int
}

func networks(t *testing.T) map[string]network {
	push := carriertest.NewPushService(t)
	web, err := carrier.NewWebPush(sitekey.ForTest(), "mailto:it@clinic.test", push.Client())
	require.NoError(t, err)
	sub, box := push.Subscribe(web.PublicKey())
	apple := carriertest.NewAPNs(t)
	apns, err := carrier.ParseAPNs(apple.URL())
	require.NoError(t, err)
	apns.Use(apple.Client())
	fire := carriertest.NewFCM(t)
	fcm, err := carrier.ParseFCM(fire.URL())
	require.NoError(t, err)
	fcm.Use(fire.Client())
	gateway := carriertest.NewGateway(t)
	sms, err := carrier.ParseSMS(gateway.URL())
	require.NoError(t, err)
	sms.Use(gateway.Client())
	return map[string]network{
		"webpush": {web, sub, box, push.All, push.Answer, push.RetryAfter, push.Cut, push.Rings},
		"apns":    {apns, phone, phone, apple.All, apple.Answer, apple.RetryAfter, apple.Cut, apple.Rings},
		"fcm":     {fcm, "token-1", "token-1", fire.All, fire.Answer, fire.RetryAfter, fire.Cut, fire.Rings},
		"sms":     {sms, "+15550123", "+15550123", gateway.All, gateway.Answer, gateway.RetryAfter, gateway.Cut, gateway.Rings},
	}
}

func TestEachCarrierCarriesTheWordAndNothingElse(t *testing.T) {
	for name, n := range networks(t) {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, n.carrier.Carry(context.Background(), n.target, word()))
			got := n.all()
			require.Len(t, got, 1)
			require.Equal(t, n.listed, got[0].Target)
			var fields map[string]any
			switch name {
			case "webpush":
				require.JSONEq(t, `{"id":"abcdefghijklmnopqrstuv"}`, got[0].Clear)
				require.NotContains(t, got[0].Raw, "message\"")
			case "apns":
				require.JSONEq(t, `{"aps":{"alert":{"body":"You have a new message"},"sound":"default"},"id":"abcdefghijklmnopqrstuv"}`, got[0].Clear)
			case "fcm":
				require.NoError(t, json.Unmarshal([]byte(got[0].Clear), &fields))
				require.Equal(t, map[string]any{"body": "You have a new message"}, fields["message"].(map[string]any)["notification"])
				require.Equal(t, map[string]any{"id": "abcdefghijklmnopqrstuv"}, fields["message"].(map[string]any)["data"])
			case "sms":
				require.Equal(t, "You have a new message https://portal.example.org/n/abcdefghijklmnopqrstuv", got[0].Clear)
			}
		})
	}
}

// After an answer that was lost it is carried again, and rings once.
func TestALostAnswerRingsOnce(t *testing.T) {
	for name, n := range networks(t) {
		t.Run(name, func(t *testing.T) {
			n.cut(true)
			err := n.carrier.Carry(context.Background(), n.target, word())
			require.Equal(t, carrier.Later, carrier.Failure(err).Class)
			require.NotContains(t, fmt.Sprint(err), "127.0.0.1", "targets are not in errors")
			n.cut(false)
			require.NoError(t, n.carrier.Carry(context.Background(), n.target, word()))
			require.GreaterOrEqual(t, len(n.all()), 2)
			require.Equal(t, 1, n.rings(n.listed))
			other := word()
			other.ID = "zyxwvutsrqponmlkjihgfe"
			require.NoError(t, n.carrier.Carry(context.Background(), n.target, other))
			require.Equal(t, 2, n.rings(n.listed), "another word rings for itself")
		})
	}
}

func TestWhatTheOtherEndsAnswer(t *testing.T) {
	all := networks(t)
	for _, c := range []struct {
		network string
		status  int
		reason  string
		want    carrier.Class
	}{
		{"webpush", 404, "", carrier.Gone}, {"webpush", 410, "", carrier.Gone}, {"webpush", 429, "", carrier.Later}, {"webpush", 500, "", carrier.Later}, {"webpush", 413, "", carrier.Refused}, {"webpush", 403, "", carrier.Setup},
		{"webpush", 307, "", carrier.Refused},
		{"apns", 410, "Unregistered", carrier.Gone}, {"apns", 410, "ExpiredToken", carrier.Gone}, {"apns", 400, "BadDeviceToken", carrier.Gone}, {"apns", 400, "DeviceTokenNotForTopic", carrier.Gone},
		{"apns", 400, "PayloadEmpty", carrier.Refused}, {"apns", 403, "InvalidProviderToken", carrier.Setup}, {"apns", 403, "ExpiredProviderToken", carrier.Later},
		{"apns", 429, "TooManyRequests", carrier.Later}, {"apns", 500, "InternalServerError", carrier.Later}, {"apns", 503, "Shutdown", carrier.Later}, {"apns", 400, "who@you.are", carrier.Refused},
		{"fcm", 404, "UNREGISTERED", carrier.Gone}, {"fcm", 404, "NotRegistered", carrier.Gone}, {"fcm", 403, "SENDER_ID_MISMATCH", carrier.Gone}, {"fcm", 400, "INVALID_ARGUMENT", carrier.Refused},
		{"fcm", 401, "THIRD_PARTY_AUTH_ERROR", carrier.Later}, {"fcm", 403, "", carrier.Setup}, {"fcm", 429, "QUOTA_EXCEEDED", carrier.Later}, {"fcm", 503, "UNAVAILABLE", carrier.Later},
		{"sms", 422, "number", carrier.Gone}, {"sms", 422, "blocked", carrier.Gone}, {"sms", 422, "rejected", carrier.Refused}, {"sms", 401, "", carrier.Setup}, {"sms", 429, "", carrier.Later}, {"sms", 503, "", carrier.Later},
	} {
		n := all[c.network]
		n.answer(c.status, c.reason)
		n.after("120")
		err := n.carrier.Carry(context.Background(), n.target, word())
		f := carrier.Failure(err)
		require.Equal(t, c.want, f.Class, "%s %d %s: %v", c.network, c.status, c.reason, err)
		require.Equal(t, c.status, f.Code)
		require.NotContains(t, f.Error(), "@")
		if c.status == 429 {
			require.Equal(t, 2*time.Minute, f.After)
		}
		n.answer(0, "")
		require.NoError(t, n.carrier.Carry(context.Background(), n.target, word()), "and it goes on after that")
	}
	for name, target := range map[string]string{"webpush": "{}", "apns": "../../x", "sms": "5550123"} {
		require.Equal(t, carrier.Gone, carrier.Failure(all[name].carrier.Carry(context.Background(), target, word())).Class, name)
	}
}

func TestFCMAsksForATokenWhenItNeedsOne(t *testing.T) {
	server := carriertest.NewFCM(t)
	f, err := carrier.ParseFCM(server.URL())
	require.NoError(t, err)
	f.Use(server.Client())
	for range 3 {
		require.NoError(t, f.Carry(context.Background(), "t", word()))
	}
	require.Equal(t, 1, server.Grants())
	server.Expire()
	require.Equal(t, carrier.Later, carrier.Failure(f.Carry(context.Background(), "t", word())).Class)
	require.NoError(t, f.Carry(context.Background(), "t", word()))
	require.Equal(t, 2, server.Grants())
}

// What a browser gave as its endpoint may lead anywhere; we do not go inside.
func TestNoEndpointLeadsInside(t *testing.T) {
	push := carriertest.NewPushService(t)
	w, err := carrier.NewWebPush(sitekey.ForTest(), "mailto:it@clinic.test", egress.Way{}.Client())
	require.NoError(t, err)
	sub, _ := push.Subscribe(w.PublicKey())
	require.Error(t, w.Carry(context.Background(), strings.Replace(sub, "http://", "https://", 1), word()))
	require.Empty(t, push.All())
	var s carrier.Subscription
	require.NoError(t, json.Unmarshal([]byte(sub), &s))
	require.NoError(t, s.Check(true))
	require.Error(t, s.Check(false), "http")
	s.Endpoint = "https://push.example.org/x"
	require.NoError(t, s.Check(false))
	s.Auth = "AAAA"
	require.Error(t, s.Check(false))
}

func TestTheSitesKeyStays(t *testing.T) {
	one, err := carrier.NewWebPush(sitekey.ForTest(), "mailto:it@clinic.test", http.DefaultClient)
	require.NoError(t, err)
	two, err := carrier.NewWebPush(sitekey.ForTest(), "https://clinic.test/contact", http.DefaultClient)
	require.NoError(t, err)
	require.Equal(t, one.PublicKey(), two.PublicKey())
	require.Len(t, one.PublicKey(), 87)
	_, err = carrier.NewWebPush(sitekey.ForTest(), "it@clinic.test", http.DefaultClient)
	require.Error(t, err)
}

func TestSettingsThatCannotBeUsed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(file, []byte("no key"), 0o600))
	apple, fire := carriertest.NewAPNs(t), carriertest.NewFCM(t)
	for raw, why := range map[string]string{
		"ftp://api.push.apple.com":                                                           "https://",
		strings.Replace(apple.URL(), "topic=", "topics=", 1):                                 `"topics" is not known`,
		strings.Replace(apple.URL(), "key-id=KEY1234567", "key-id=short", 1):                 "key-id",
		"https://api.push.apple.com?key-id=KEY1234567&team=TEAM123456&topic=a.b&key=/no":     "cannot be read",
		"https://api.push.apple.com?key-id=KEY1234567&team=TEAM123456&topic=a.b&key=" + file: ".p8",
	} {
		_, err := carrier.ParseAPNs(raw)
		require.ErrorContains(t, err, why, raw)
	}
	for raw, why := range map[string]string{
		"https://fcm.googleapis.com":                                    "cannot be read",
		"https://fcm.googleapis.com?key=" + file:                        "service account",
		strings.Replace(fire.URL(), "127.0.0.1", "push.example.org", 1): "https://",
	} {
		_, err := carrier.ParseFCM(raw)
		require.ErrorContains(t, err, why, raw)
	}
	for raw, why := range map[string]string{
		"https://sms.example.org/m":                 "token",
		"http://:t@sms.example.org/m":               "https://",
		"https://:t@sms.example.org/m?from=a%0ab":   "from",
		"https://:t@sms.example.org/m?sender=15550": "not known",
	} {
		_, err := carrier.ParseSMS(raw)
		require.ErrorContains(t, err, why, raw)
	}
}
