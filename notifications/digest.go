package notifications

import (
	"context"
	"database/sql"
	"time"

	"github.com/riverqueue/river"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/notifications/carrier"
)

// digestJob is to send somebody the one mail of a day.
type digestJob struct {
	Account string `json:"account"`
	Day     string `json:"day"` // in the person's zone
}

// Kind implements Job.
func (digestJob) Kind() string { return "notice_digest" }

// next is when the next mail of the day goes.
func (d Digest) next(now time.Time, zone *time.Location) time.Time {
	local := now.In(zone)
	for ahead := 0; ; ahead++ {
		if at := time.Date(local.Year(), local.Month(), local.Day()+ahead, d.At/60, d.At%60, 0, 0, zone); at.After(now) {
			return at
		}
	}
}

// gather leaves the mail of a notice to that of the day.
func (s *Service) gather(ctx context.Context, n waiting, w Preferences, more bool) error {
	at := w.Digest.next(s.now(), w.Quiet.Zone)
	err := s.DB.InTx(ctx, func(c *db.Conn) error {
		now := s.now().UnixMicro()
		telling := gathered
		if more {
			telling = waits
		}
		k, err := c.Exec(`UPDATE notices SET telling = ?, telling_at = ?, step = step + 1 WHERE account = ? AND id = ? AND telling = 1 AND seen_at = 0`, int(telling), now, n.Account, n.ID)
		if err != nil || k == 0 {
			return err
		}
		if _, err := c.Exec(`INSERT INTO notice_deliveries (account, notice, network, endpoint, kind, state, attempts, class, code, at, changed_at) VALUES (?, ?, 'mail', '', ?, ?, 0, '', 0, ?, ?)
			ON CONFLICT (account, notice, network, endpoint) DO UPDATE SET state = excluded.state, changed_at = excluded.changed_at`, n.Account, n.ID, string(n.Kind), int(gathered), now, now); err != nil {
			return err
		}
		// The queue counts with the clock of this machine. The mail goes when whoever
		// looked at the clock before its time has gathered, too: a job ends by then.
		return s.EnqueueTx(c, digestJob{n.Account, at.In(w.Quiet.Zone).Format(time.DateOnly)}, time.Now().Add(at.Sub(s.now())+jobTime))
	})
	if err != nil || !more {
		return err
	}
	return Later(0)
}

// mailDigest sends one mail for all that was gathered and that its receiver has not
// seen meanwhile, and may still see. Like every mail it is sent at most once.
func (s *Service) mailDigest(ctx context.Context, job *river.Job[digestJob]) error {
	account, err := s.Accounts.AccountByID(ctx, job.Args.Account)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	away := err != nil || !account.Active
	wishes, err := s.preferences(s.DB.Read(ctx), job.Args.Account)
	if err != nil {
		return err
	}
	places, err := s.targets(ctx, account, Email)
	if err != nil {
		return err
	}
	open, err := s.gathered(ctx, job.Args.Account, wishes)
	if err != nil {
		return err
	}
	send := len(open) > 0 && !away && len(places) > 0
	if send, err = s.claimDigest(ctx, job.Args.Account, open, send); err != nil || !send {
		return err
	}
	lang := language(account.Locale)
	// Under the id of one of them, by which a bounce is known.
	w := carrier.Word{ID: s.link(account.ID, open[0]), Stop: s.stopURL(account.ID, everyMail)}
	w.Subject, w.Text = compose(lang, digests[lang], s.BaseURL.String()+"/", w.Stop)
	err = s.Mail.Carry(ctx, places[0].address, w)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	is, f := sent, &carrier.Error{}
	if err != nil {
		f = carrier.Failure(err)
		if is = after(f, job.Attempt >= job.MaxAttempts); is == waits {
			is = gathered
		}
	}
	err = s.DB.InTx(ctx, func(c *db.Conn) error {
		now := s.now().UnixMicro()
		if is == gone {
			if err := s.forgetTx(c, account, places[0]); err != nil {
				return err
			}
		}
		if _, err := c.Exec(`UPDATE notice_deliveries SET state = ?, class = ?, code = ?, attempts = attempts + 1, changed_at = ? WHERE account = ? AND network = 'mail' AND state = 2 AND class = 'digest'`,
			int(is), string(f.Class), f.Code, now, account.ID); err != nil {
			return err
		}
		_, err := c.Exec(`UPDATE notices SET telling = ?, telling_at = ? WHERE account = ? AND telling = ?`, int(is), now, account.ID, int(gathered))
		return err
	})
	if err == nil && is == gathered {
		return f
	}
	return err
}

// gathered gives the notices that still wait for the mail of the day: not seen, and
// about a chart that is open.
func (s *Service) gathered(ctx context.Context, account string, w Preferences) (ids []string, err error) {
	var list []Notice
	if err := s.DB.Read(ctx).Each(`SELECT n.id, n.kind, n.patient FROM notices n JOIN notice_deliveries d ON d.account = n.account AND d.notice = n.id
		WHERE d.account = ? AND d.network = 'mail' AND d.state = 8 AND n.seen_at = 0 ORDER BY n.at, n.id LIMIT 1000`, func(r *sql.Rows) error {
		n := Notice{Account: account}
		err := r.Scan(&n.ID, &n.Kind, &n.Patient)
		list = append(list, n)
		return err
	}, account); err != nil {
		return nil, err
	}
	shut := map[string]bool{}
	for _, n := range list {
		key := n.Patient + " " + string(n.Kind)
		if _, known := shut[key]; !known {
			if shut[key], err = s.closed(ctx, n); err != nil {
				return nil, err
			}
		}
		if !shut[key] && w.Wants(n.Patient, n.Kind, Email) {
			ids = append(ids, n.ID)
		}
	}
	return ids, nil
}

// claimDigest takes what was gathered for this run: what is told now, and what is
// not told any more.
func (s *Service) claimDigest(ctx context.Context, account string, open []string, send bool) (bool, error) {
	err := s.DB.InTx(ctx, func(c *db.Conn) error {
		now, taken := s.now().UnixMicro(), int64(0)
		// An earlier run that died: nobody knows whether its mail was taken.
		if _, err := c.Exec(`UPDATE notice_deliveries SET state = ?, changed_at = ? WHERE account = ? AND network = 'mail' AND state = 2 AND class = 'digest'`, int(unknown), now, account); err != nil {
			return err
		}
		for _, id := range open {
			if !send {
				break
			}
			k, err := c.Exec(`UPDATE notice_deliveries SET state = ?, class = 'digest', changed_at = ? WHERE account = ? AND notice = ? AND network = 'mail' AND state = 8`, int(underWay), now, account, id)
			if err != nil {
				return err
			}
			taken += k
		}
		send = taken > 0
		if _, err := c.Exec(`UPDATE notice_deliveries SET state = ?, changed_at = ? WHERE account = ? AND network = 'mail' AND state = 8`, int(dropped), now, account); err != nil {
			return err
		}
		if send {
			return nil
		}
		_, err := c.Exec(`UPDATE notices SET telling = ?, telling_at = ? WHERE account = ? AND telling = ?`, int(dropped), now, account, int(gathered))
		return err
	})
	return send, err
}
