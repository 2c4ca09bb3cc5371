package bulk

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
)

// job is a row of bulk_jobs.
type job struct {
	id, kind, url, state   string
	family                 string // of the tokens that it was asked for with
	who                    identity.Principal
	request, at            []byte
	fence, failures, total int64
	transaction, created   int64
	finished, expires      int64
}

const (
	queued    = "queued"
	running   = "running"
	done      = "done"
	failed    = "failed"
	cancelled = "cancelled"
)

const jobColumns = `SELECT id, kind, url, state, principal, request, at, fence, failures, total, transaction_time, created_at, finished_at, expires_at FROM bulk_jobs `

func scanJob(r *sql.Row) (*job, error) {
	var j job
	var who []byte
	err := r.Scan(&j.id, &j.kind, &j.url, &j.state, &who, &j.request, &j.at, &j.fence, &j.failures, &j.total, &j.transaction, &j.created, &j.finished, &j.expires)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var p principal
	if err := json.Unmarshal(who, &p); err != nil {
		return nil, err
	}
	j.family = p.Family
	j.who = identity.Principal{Kind: identity.System, Account: p.Account, Name: p.Name, Client: p.Client, ClientName: p.ClientName, Scopes: p.Scopes, RequestID: p.Request, Group: p.Group}
	return &j, nil
}

// principal is what is kept of who asked: the job is decided and accounted for
// as theirs, and with the scopes that they had.
type principal struct {
	Account    string   `json:"account"`
	Name       string   `json:"name"`
	Client     string   `json:"client,omitempty"`
	ClientName string   `json:"clientName,omitempty"`
	Scopes     []string `json:"scopes"`
	Request    string   `json:"request,omitempty"`
	Family     string   `json:"family,omitempty"`
	Group      string   `json:"group,omitempty"` // that they are bound to
}

// StartExport begins an export and gives the name of the job.
func (s *Service) StartExport(ctx context.Context, who identity.Principal, e Export, url string) (string, error) {
	if err := s.check(ctx, who, &e); err != nil {
		return "", err
	}
	return s.start(ctx, who, "export", url, e, nil)
}

// StartImport begins an import and gives the name of the job.
func (s *Service) StartImport(ctx context.Context, who identity.Principal, i Import, url string) (string, error) {
	if err := i.check(who); err != nil {
		return "", err
	}
	return s.start(ctx, who, "import", url, i, i.Inputs)
}

func (s *Service) start(ctx context.Context, who identity.Principal, kind, url string, request any, inputs []Input) (string, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return "", err
	}
	p, err := json.Marshal(principal{who.Account, who.Name, who.Client, who.ClientName, who.Scopes, who.RequestID, who.Session, who.Group})
	if err != nil {
		return "", err
	}
	id, now := s.NewID(), s.Now()
	expires := now.Add(longest)
	err = s.DB.InTx(ctx, func(c *db.Conn) error {
		if err := roomFor(c, who); err != nil {
			return err
		}
		_, err := c.Exec(`INSERT INTO bulk_jobs (id, kind, account, client, principal, request, url, state, at, total, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			id, kind, who.Account, who.Client, p, body, url, queued, []byte(`{}`), len(inputs), micros(now), micros(expires))
		for i, in := range inputs {
			if err == nil {
				_, err = c.Exec(`INSERT INTO bulk_inputs (job, n, type, url, tag, place, line, over, failures, created, updated, unchanged, refused) VALUES (?, ?, ?, ?, '', 0, 0, FALSE, 0, 0, 0, 0, 0)`, id, i+1, in.Type, in.URL)
			}
		}
		if err == nil {
			err = s.Access.RecordTx(c, access.Event{Who: who, Action: "create", Type: "Bulk", ID: id, Detail: kind, Outcome: "ok"})
		}
		if err == nil {
			err = s.Jobs.EnqueueTx(c, workJob{id}, time.Time{})
		}
		if err == nil {
			err = s.Jobs.EnqueueTx(c, sweepJob{id, micros(expires)}, expires)
		}
		return err
	})
	return id, err
}

// roomFor bounds what one client and all of them have under way. The lock keeps
// two requests from taking the same room.
func roomFor(c *db.Conn, who identity.Principal) error {
	if c.Dialect == db.Postgres {
		if _, err := c.Exec(`SELECT pg_advisory_xact_lock(7044)`); err != nil {
			return err
		}
	}
	var own, all int
	err := c.QueryRow(`SELECT count(*), COALESCE(sum(CASE WHEN account = ? AND client = ? THEN 1 ELSE 0 END), 0) FROM bulk_jobs WHERE state IN ('queued', 'running')`, who.Account, who.Client).Scan(&all, &own)
	switch {
	case err != nil:
		return err
	case own >= PerClient:
		return &busy{fault.New(fault.TooMany, "Two of your exports or imports are under way. Please wait until one is done, or cancel one."), time.Minute}
	case all >= overall:
		return &busy{fault.New(fault.TooMany, "Many exports and imports are under way. Please try again later."), 5 * time.Minute}
	}
	return nil
}

// Status is how a job stands.
type Status struct {
	Kind        string
	Done        bool
	Progress    string // as X-Progress tells it
	Wait        time.Duration
	URL         string // that asked for it
	Transaction time.Time
	Expires     time.Time
	Files       []File
}

// File is what a job gives.
type File struct {
	N, Count, Size int64
	Kind           string // output, deleted, error
	Type           string
	Input          string // the file of an import that it is about
}

// Status tells a client how its job stands. Other clients' jobs are not there.
func (s *Service) Status(ctx context.Context, who identity.Principal, id string) (Status, error) {
	c := s.DB.Read(ctx)
	j, err := s.find(c, who, id)
	if err != nil {
		return Status{}, err
	}
	st := Status{Kind: j.kind, URL: j.url, Transaction: moment(j.transaction), Expires: moment(j.expires)}
	switch j.state {
	case failed:
		return st, fault.New(fault.Internal, "This could not be finished. Please start it again.")
	case queued, running:
		st.Progress, st.Wait = j.progress(), min(max(s.Now().Sub(moment(j.created))/10, time.Second), 30*time.Second)
		return st, nil
	}
	st.Done = true
	err = c.Each(`SELECT f.n, f.kind, f.type, f.count, f.size, COALESCE(i.url, '') FROM bulk_files f LEFT JOIN bulk_inputs i ON i.job = f.job AND i.n = f.input WHERE f.job = ? ORDER BY f.kind, f.type, f.n`, func(r *sql.Rows) error {
		var f File
		err := r.Scan(&f.N, &f.Kind, &f.Type, &f.Count, &f.Size, &f.Input)
		st.Files = append(st.Files, f)
		return err
	}, id)
	return st, err
}

// find gives a job that is the client's and still there.
func (s *Service) find(c *db.Conn, who identity.Principal, id string) (*job, error) {
	if who.Kind != identity.System {
		return nil, notFound()
	}
	j, err := scanJob(c.QueryRow(jobColumns+`WHERE id = ? AND account = ? AND client = ?`, id, who.Account, who.Client))
	if err != nil {
		return nil, err
	}
	if j == nil || j.state == cancelled || j.expires <= micros(s.Now()) {
		return nil, notFound()
	}
	return j, nil
}

// Cancel ends a job, or lets go of what it made.
func (s *Service) Cancel(ctx context.Context, who identity.Principal, id string) error {
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		if _, err := s.find(c, who, id); err != nil {
			return err
		}
		now := s.Now()
		if _, err := c.Exec(`UPDATE bulk_jobs SET state = ?, expires_at = ? WHERE id = ?`, cancelled, micros(now), id); err != nil {
			return err
		}
		for _, at := range []time.Time{now, now.Add(grace + time.Second)} {
			if err := s.Jobs.EnqueueTx(c, sweepJob{id, micros(at)}, at); err != nil {
				return err
			}
		}
		return s.Access.RecordTx(c, access.Event{Who: who, Action: "delete", Type: "Bulk", ID: id, Outcome: "ok"})
	})
}

// Sweep deletes what has expired, and first of all its files. A cancelled job may
// have somebody at work who puts one more: it is looked at twice.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.Now()
	var ids []string
	err := s.DB.Read(ctx).Each(`SELECT id FROM bulk_jobs WHERE expires_at <= ? ORDER BY expires_at LIMIT 100`, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	}, micros(now))
	if err != nil {
		return err
	}
	for _, id := range ids {
		var names []string
		err := s.DB.Read(ctx).Each(`SELECT name FROM bulk_blobs WHERE job = ?`, func(r *sql.Rows) error {
			var name string
			err := r.Scan(&name)
			names = append(names, name)
			return err
		}, id)
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := s.Blobs.Delete(ctx, name); err != nil {
				return err
			}
		}
		err = s.DB.InTx(ctx, func(c *db.Conn) error {
			if n, err := c.Exec(`DELETE FROM bulk_jobs WHERE id = ? AND (state IN ('done', 'failed') OR expires_at <= ?)`, id, micros(now.Add(-grace))); err != nil || n == 0 {
				return err
			}
			for _, table := range []string{"bulk_files", "bulk_parts", "bulk_blobs", "bulk_inputs"} {
				if _, err := c.Exec(`DELETE FROM `+table+` WHERE job = ?`, id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
