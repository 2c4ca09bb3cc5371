package notifications

import (
	"slices"
	"time"

	"housecall/notifications/carrier"
)

// Channel is a way to be told as people know it. What is told is in the app
// anyhow, live; channels are for those who are not looking.
type Channel string

// The channels, in the order in which they are tried unless somebody chose another.
const (
	Push  Channel = "push" // the browsers and phones that somebody allowed to ring
	Email Channel = "mail"
	Text  Channel = "sms"
)

// Channels lists them.
var Channels = []Channel{Push, Email, Text}

// network is what carries a channel's words to a place.
type network string

const (
	byWebPush network = "webpush"
	byAPNs    network = "apns"
	byFCM     network = "fcm"
	byMail    network = "mail"
	bySMS     network = "sms"
)

var networks = []network{byWebPush, byAPNs, byFCM, byMail, bySMS}

func (n network) channel() Channel {
	switch n {
	case byMail:
		return Email
	case bySMS:
		return Text
	}
	return Push
}

// Carriers are the networks that this site has; nil: it does not.
type Carriers struct {
	WebPush *carrier.WebPush
	APNs    *carrier.APNs
	FCM     *carrier.FCM
	SMS     *carrier.SMS
}

func (s *Service) carrier(n network) carrier.Carrier {
	switch {
	case n == byMail && s.Mail != nil:
		return s.Mail
	case n == byWebPush && s.Carriers.WebPush != nil:
		return s.Carriers.WebPush
	case n == byAPNs && s.Carriers.APNs != nil:
		return s.Carriers.APNs
	case n == byFCM && s.Carriers.FCM != nil:
		return s.Carriers.FCM
	case n == bySMS && s.Carriers.SMS != nil:
		return s.Carriers.SMS
	}
	return nil
}

// Works tells whether this site has a channel at all.
func (s *Service) Works(c Channel) bool {
	return slices.ContainsFunc(networks, func(n network) bool { return n.channel() == c && s.carrier(n) != nil })
}

// patience is how long somebody has to see what they were told by one channel
// before the next is tried: after the first, and after the second.
var patience = map[Kind][2]time.Duration{
	Message:     {10 * time.Minute, 20 * time.Minute},
	Visit:       {3 * time.Minute, 3 * time.Minute},
	Appointment: {time.Hour, 2 * time.Hour},
	Note:        {4 * time.Hour, 12 * time.Hour},
	Result:      {4 * time.Hour, 12 * time.Hour},
	Sharing:     {4 * time.Hour, 12 * time.Hour},
	Oversight:   {15 * time.Minute, time.Hour},
}

func (k Kind) patience(step int) time.Duration { return patience[k][min(max(step-1, 0), 1)] }

// usual is whether a kind is told by a channel as long as nobody chose: telephones
// ring for what cannot wait.
func usual(k Kind, c Channel) bool {
	return c != Text || k == Message || k == Visit || k == Appointment
}

// urgent kinds wake a phone that sleeps.
func (k Kind) urgent() bool { return k == Message || k == Visit || k == Oversight }
