package notifications

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/riverqueue/river"

	"housecall/internal/db"
	"housecall/internal/fault"
)

// mailJob is to mail a notice.
type mailJob struct {
	Account string `json:"account"`
	Notice  string `json:"notice"`
}

// Kind implements Job.
func (mailJob) Kind() string { return "notice_mail" }

// grace is how long a notice waits for somebody who is looking at the page: what
// they see there they need not be mailed.
const grace = 5 * time.Second

func (s *Service) mailAt(n Notice) time.Time {
	if !n.Until.IsZero() { // a reminder, and on time
		return time.Time{}
	}
	return time.Now().Add(grace)
}

func (s *Service) addMail() error { return addWorker(s, s.mailNotice) }

// mailNotice sends the mail of a notice, at most once. That it is being handed
// over is committed before the mail server is asked. If this process dies before
// the answer is committed, or the server's answer to the whole mail is lost, then
// nobody knows whether the mail was taken: it is not sent again. What is lost that
// way is the mail; the notice is in the app. What surely was not taken is tried
// again.
func (s *Service) mailNotice(ctx context.Context, job *river.Job[mailJob]) error {
	if s.Mail == nil {
		return s.settle(ctx, job.Args, mailWaits, noMail)
	}
	n, state, seen, err := s.forMail(ctx, job.Args)
	switch {
	case err != nil:
		return err
	case state == mailSending:
		return s.settle(ctx, job.Args, mailSending, mailUnknown)
	case state != mailWaits:
		return nil
	}
	now := s.now()
	account, err := s.Accounts.AccountByID(ctx, n.Account)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	wishes, err2 := s.preferences(s.DB.Read(ctx), n.Account)
	if err2 != nil {
		return err2
	}
	if n.Kind == Oversight {
		wishes.Email, wishes.Silent, wishes.Quiet.On = true, nil, false
	}
	late := !n.Until.IsZero() && !now.Before(n.Until)
	closed, err3 := s.closed(ctx, n)
	if err3 != nil {
		return err3
	}
	if err != nil || seen || late || closed || !account.Active || account.Email == "" || !wishes.Email || wishes.IsSilent(n.Kind) {
		return s.settle(ctx, job.Args, mailWaits, mailDropped)
	}
	if end := wishes.Quiet.Ends(now); !end.IsZero() && (n.Until.IsZero() || end.Before(n.Until)) {
		return Later(end.Sub(now))
	}
	claimed, err := s.claim(ctx, n)
	if err != nil {
		return err
	}
	if !claimed { // seen just now; or another run has it, and this changes nothing
		return s.settle(ctx, job.Args, mailWaits, mailDropped)
	}
	subject, text := write(account.Locale, n.Kind, s.BaseURL.String()+"/n/"+s.link(n.Account, n.ID))
	err = s.Mail.send(ctx, account.Email, subject, text, s.link(n.Account, n.ID))
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second) // the answer is kept even when time is up
	defer cancel()
	switch {
	case err == nil:
		return s.settle(ctx, job.Args, mailSending, mailSent)
	case errors.Is(err, errMailUnknown):
		return errors.Join(GiveUp(err), s.settle(ctx, job.Args, mailSending, mailUnknown))
	case errors.Is(err, errMailRefused) || job.Attempt >= job.MaxAttempts:
		return errors.Join(GiveUp(err), s.settle(ctx, job.Args, mailSending, mailRefused))
	}
	return errors.Join(err, s.settle(ctx, job.Args, mailSending, mailWaits))
}

// closed tells whether a notice is about something in a chart that is not open to
// its receiver any more: a mail that waited, through quiet hours even, is not sent
// then. That sharing itself has ended is told all the same, and so are visits, to
// whose guests the chart opens only when they begin.
func (s *Service) closed(ctx context.Context, n Notice) (bool, error) {
	if s.MayOpen == nil || n.Patient == "" || !slices.Contains([]Kind{Message, Appointment, Note, Result, Request}, n.Kind) {
		return false, nil
	}
	open, err := s.MayOpen(ctx, n.Account, n.Patient)
	return err == nil && !open, err
}

func (s *Service) forMail(ctx context.Context, job mailJob) (n Notice, state mailState, seen bool, err error) {
	n = Notice{Account: job.Account, ID: job.Notice}
	var until, seenAt int64
	err = s.DB.Read(ctx).QueryRow(`SELECT kind, patient, until_at, seen_at, mail FROM notices WHERE account = ? AND id = ?`, n.Account, n.ID).Scan(&n.Kind, &n.Patient, &until, &seenAt, &state)
	if errors.Is(err, sql.ErrNoRows) {
		return n, mailDropped, false, nil
	}
	if until != 0 {
		n.Until = time.UnixMicro(until)
	}
	return n, state, seenAt != 0, err
}

// claim takes the mail for this run, unless another has it or the person has seen
// the notice meanwhile. It covers the others of the same kind that wait: somebody
// who was away gets one mail, not one for each message. Visits are each their own.
func (s *Service) claim(ctx context.Context, n Notice) (claimed bool, err error) {
	err = s.DB.InTx(ctx, func(c *db.Conn) error {
		now := s.now().UnixMicro()
		k, err := c.Exec(`UPDATE notices SET mail = ?, mail_at = ? WHERE account = ? AND id = ? AND mail = 1 AND seen_at = 0`, int(mailSending), now, n.Account, n.ID)
		claimed = k == 1
		if err != nil || !claimed || n.Kind == Visit || n.Kind == Appointment {
			return err
		}
		_, err = c.Exec(`UPDATE notices SET mail = ?, mail_at = ? WHERE account = ? AND kind = ? AND mail = 1`, int(mailCovered), now, n.Account, string(n.Kind))
		return err
	})
	return claimed, err
}

// settle writes down what became of a mail, if it still is what it was.
func (s *Service) settle(ctx context.Context, job mailJob, was, is mailState) error {
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`UPDATE notices SET mail = ?, mail_at = ? WHERE account = ? AND id = ? AND mail = ?`, int(is), s.now().UnixMicro(), job.Account, job.Notice, int(was))
		return err
	})
}
