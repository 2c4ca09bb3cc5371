package notifications

import (
	"context"
	"database/sql"
	"time"

	"housecall/internal/db"
)

// Overview is how telling people goes, for those who look after the site. It counts,
// and knows nobody.
type Overview struct {
	Since    time.Time
	Networks []NetworkOverview
	Counts   []Count
	Failures []Failing
	Browsers int // that can be told
	Phones   int
	Numbers  int
	Failing  int // mail addresses that do not exist, as servers say
	NoNumber int // telephone numbers that are dead
}

// NetworkOverview is one of the networks.
type NetworkOverview struct {
	Name string
	On   bool
	Host string
	Dead int // places that were forgotten since then, because nobody was there
}

// Count is how many of a kind are in one state.
type Count struct {
	Network, Kind, State string
	N                    int
}

// Failing is a class of failures: how many, and when the last was.
type Failing struct {
	Network, Class string
	Code, N        int
	Last           time.Time
}

// stateWords are the states as the page knows them.
var stateWords = map[state]string{
	waits: "waits", underWay: "underWay", sent: "sent", dropped: "dropped", covered: "covered", refused: "refused", unknown: "unknown", gathered: "gathered", gone: "gone",
}

// Overview counts what was told since a time.
func (s *Service) Overview(ctx context.Context, since time.Time) (o Overview, err error) {
	o.Since = since
	c := s.DB.Read(ctx)
	from := since.UnixMicro()
	dead := map[string]int{}
	if err := c.Each(`SELECT network, kind, state, count(*) FROM notice_deliveries WHERE changed_at >= ? GROUP BY network, kind, state ORDER BY network, kind, state`, func(r *sql.Rows) error {
		var x Count
		var st state
		err := r.Scan(&x.Network, &x.Kind, &st, &x.N)
		x.State = stateWords[st]
		if st == gone {
			dead[x.Network] += x.N
		}
		o.Counts = append(o.Counts, x)
		return err
	}, from); err != nil {
		return o, err
	}
	if err := c.Each(`SELECT network, class, code, count(*), max(changed_at) FROM notice_deliveries WHERE changed_at >= ? AND class <> '' AND class <> 'digest' GROUP BY network, class, code ORDER BY 5 DESC LIMIT 50`, func(r *sql.Rows) error {
		var x Failing
		var last int64
		err := r.Scan(&x.Network, &x.Class, &x.Code, &x.N, &last)
		x.Last = time.UnixMicro(last).UTC()
		o.Failures = append(o.Failures, x)
		return err
	}, from); err != nil {
		return o, err
	}
	for _, n := range networks {
		o.Networks = append(o.Networks, NetworkOverview{string(n), s.carrier(n) != nil, s.host(n), dead[string(n)]})
	}
	return o, o.places(c)
}

func (o *Overview) places(c *db.Conn) error {
	for query, into := range map[string]*int{
		`SELECT count(*) FROM notice_browsers`:                                            &o.Browsers,
		`SELECT count(*) FROM devices WHERE length(push_token) > 0`:                       &o.Phones,
		`SELECT count(*) FROM notice_numbers WHERE confirmed_at <> 0`:                     &o.Numbers,
		`SELECT count(*) FROM notice_numbers WHERE confirmed_at <> 0 AND failing_at <> 0`: &o.NoNumber,
		`SELECT count(*) FROM notice_failing`:                                             &o.Failing,
	} {
		if err := c.QueryRow(query).Scan(into); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) host(n network) string {
	switch {
	case s.carrier(n) == nil:
		return ""
	case n == byMail:
		return s.Mail.Host()
	case n == byAPNs:
		return s.Carriers.APNs.Host()
	case n == byFCM:
		return s.Carriers.FCM.Host()
	case n == bySMS:
		return s.Carriers.SMS.Host()
	}
	return ""
}
