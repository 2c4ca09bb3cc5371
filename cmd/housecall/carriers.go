package main

import (
	"context"
	"net"
	"net/http"
	"regexp"
	"time"

	"housecall/internal/identity/egress"
	"housecall/internal/sitekey"
	"housecall/notifications"
	"housecall/notifications/carrier"
)

var bounceToken = regexp.MustCompile(`^[A-Za-z0-9._~+/=-]{20,200}$`)

// checkCarriers reads how people are told outside the app, besides by mail.
func (c *Config) checkCarriers() (err error) {
	c.carriers = notifications.Carriers{}
	if c.WebPush != "" {
		if err := carrier.CheckContact(c.WebPush); err != nil {
			return wrong("HOUSECALL_WEB_PUSH", c.WebPush, err.Error(), "mailto:it@clinic.example.org")
		}
	}
	if c.APNsURL != "" {
		if c.carriers.APNs, err = carrier.ParseAPNs(c.APNsURL); err != nil {
			return wrong("HOUSECALL_APNS_URL", redactURL(c.APNsURL), err.Error(), "https://api.push.apple.com?key=/etc/housecall/AuthKey.p8&key-id=ABC1234567&team=DEF1234567&topic=org.example.app")
		}
	}
	if c.FCMURL != "" {
		if c.carriers.FCM, err = carrier.ParseFCM(c.FCMURL); err != nil {
			return wrong("HOUSECALL_FCM_URL", redactURL(c.FCMURL), err.Error(), "https://fcm.googleapis.com?key=/etc/housecall/service-account.json")
		}
	}
	if c.SMSURL != "" {
		if c.carriers.SMS, err = carrier.ParseSMS(c.SMSURL); err != nil {
			return wrong("HOUSECALL_SMS_URL", redactURL(c.SMSURL), err.Error(), "https://:secret@sms.example.org/messages?from=+15550100")
		}
	}
	if c.BounceToken != "" && !bounceToken.MatchString(c.BounceToken) {
		return wrong("HOUSECALL_BOUNCE_TOKEN", "(set)", "it must be 20 letters and digits or more", "the output of: openssl rand -hex 24")
	}
	return nil
}

// openCarriers gives them their way out, which leads nowhere inside the network
// unless nobody but this machine is served.
func (c *Config) openCarriers(key *sitekey.Ring) (notifications.Carriers, error) {
	out, browsers := c.outward, c.outward
	if out == nil {
		out = func() *http.Client { return egress.Way{Private: c.onlyHere()}.Client() }
		// The push services of browsers are where each of them says.
		browsers = func() *http.Client { return c.outside(c.onlyHere()) }
	}
	ways := c.carriers
	if ways.APNs != nil {
		ways.APNs.Use(out())
	}
	if ways.FCM != nil {
		ways.FCM.Use(out())
	}
	if ways.SMS != nil {
		ways.SMS.Use(out())
	}
	if c.WebPush == "" {
		return ways, nil
	}
	w, err := carrier.NewWebPush(key, c.WebPush, browsers())
	ways.WebPush = w
	return ways, err
}

// checkWays says which ways to be told there are besides mail. It reaches for their
// hosts and sends nothing.
func checkWays(ctx context.Context, cfg *Config) (list []Check) {
	const push, ios, android, text, bounces = "web push", "iphones", "android", "text messages", "bounces"
	if cfg.WebPush == "" {
		list = append(list, warn(push, "Off: browsers do not ring. Set HOUSECALL_WEB_PUSH=mailto:you@clinic.example.org."))
	} else {
		list = append(list, good(push, "On, as %s. Its key is derived from the site key.", cfg.WebPush))
	}
	list = append(list, reached(ctx, ios, "HOUSECALL_APNS_URL", "phones", cfg.carriers.APNs != nil, func() string { return cfg.carriers.APNs.Host() }))
	list = append(list, reached(ctx, android, "HOUSECALL_FCM_URL", "phones", cfg.carriers.FCM != nil, func() string { return cfg.carriers.FCM.Host() }))
	list = append(list, reached(ctx, text, "HOUSECALL_SMS_URL", "telephones", cfg.carriers.SMS != nil, func() string { return cfg.carriers.SMS.Host() }))
	if cfg.mail != nil && cfg.BounceToken == "" {
		list = append(list, warn(bounces, "Only what the mail server refuses at once is seen. Set HOUSECALL_BOUNCE_TOKEN and let it report mails that come back later."))
	} else if cfg.mail != nil {
		list = append(list, good(bounces, "Mails that came back are reported at %s/hooks/mail-bounces.", cfg.base))
	}
	return list
}

func reached(ctx context.Context, name, setting, what string, on bool, host func() string) Check {
	if !on {
		return warn(name, "Off: %s do not ring this way. Set %s, see docs/operations.md.", what, setting)
	}
	at := host()
	if _, _, err := net.SplitHostPort(at); err != nil {
		at = net.JoinHostPort(at, "443")
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", at)
	if err != nil {
		return bad(name, "%s does not answer (%v). Until it does, what is sent there waits and is tried again.", at, rootCause(err))
	}
	_ = conn.Close()
	return good(name, "On: %s answers.", at)
}
