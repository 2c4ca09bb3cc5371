package message

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// row is a row of thread_messages.
type row struct {
	thread, id string
	n, at      int64
	from       Author
}

// listMessages reads the newest rows before a number that the view sees, the
// oldest first.
func (s *Service) listMessages(c *db.Conn, v *access.View, thread string, before int64, limit int) ([]row, error) {
	if v.Hide != 0 {
		rows, err := s.seenRows(c, v, thread)
		out := slices.DeleteFunc(rows[thread], func(m row) bool { return m.n >= before })
		return out[max(len(out)-limit, 0):], err
	}
	var out []row
	err := c.Each(`SELECT n, id, at, account, name, role, relation FROM thread_messages WHERE patient_id = ? AND thread = ? AND n < ? ORDER BY n DESC LIMIT ?`, func(r *sql.Rows) error {
		m := row{thread: thread}
		err := r.Scan(&m.n, &m.id, &m.at, &m.from.Account, &m.from.Name, &m.from.Role, &m.from.Relation)
		out = append(out, m)
		return err
	}, v.Patient, thread, before, limit)
	slices.Reverse(out)
	return out, err
}

// messages gives what the rows (of one thread) stand for, as far as the view
// sees it, and who has read it.
func (s *Service) messages(c *db.Conn, v *access.View, who identity.Principal, rows []row) ([]Message, error) {
	out := make([]Message, 0, len(rows))
	if len(rows) == 0 {
		return out, nil
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.id
	}
	bodies, err := s.Records.Bodies(c, v, communication, ids)
	if err != nil {
		return nil, err
	}
	readers, err := s.readers(c, v.Patient, rows[0].thread, rows[0].n)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		body := bodies[r.id]
		if body == nil {
			continue
		}
		w, err := read(body)
		if err != nil {
			return nil, err
		}
		r.from.Side = sideOf(r.from.Role)
		m := message(r, who, w)
		for _, p := range readers {
			if i := slices.IndexFunc(p.steps, func(x step) bool { return x.upto >= r.n }); i >= 0 && p.account != r.from.Account {
				m.ReadBy = append(m.ReadBy, Reader{Name: p.name, Role: p.role, Side: sideOf(p.role), At: moment(p.steps[i].at)})
			}
		}
		out = append(out, m)
	}
	return out, s.withCorrections(c, v, rows[0].thread, out)
}

func message(r row, who identity.Principal, w written) Message {
	m := Message{ID: r.id, Thread: r.thread, At: moment(r.at), From: r.from, Mine: r.from.Account == who.Account, Text: w.text,
		Attachments: w.attachments, Language: w.language, ReadBy: []Reader{}}
	if m.Attachments == nil {
		m.Attachments = []Attachment{}
	}
	if r.from.Role == "proxy" {
		m.ForPatient = w.patient
	}
	return m
}

// reader is how somebody has read a thread, step by step.
type reader struct {
	account, name, role string
	steps               []step
}

type step struct{ upto, at int64 }

// readers gives who has read a message of the thread from a number on.
func (s *Service) readers(c *db.Conn, patient, thread string, from int64) ([]reader, error) {
	var out []reader
	err := c.Each(`SELECT account, name, role, upto, at FROM thread_reads WHERE patient_id = ? AND thread = ? AND upto >= ? ORDER BY account, upto`, func(r *sql.Rows) error {
		var x reader
		var st step
		if err := r.Scan(&x.account, &x.name, &x.role, &st.upto, &st.at); err != nil {
			return err
		}
		if n := len(out); n == 0 || out[n-1].account != x.account {
			out = append(out, x)
		}
		last := &out[len(out)-1]
		last.steps = append(last.steps, st)
		return nil
	}, patient, thread, from)
	return out, err
}

// MarkRead tells that somebody has read a thread up to a message. What they
// were told about it is seen then, and no mail about it goes out.
func (s *Service) MarkRead(ctx context.Context, who identity.Principal, patient, id, upto string) error {
	if !fhir.IsUUID(id) || !fhir.IsUUID(upto) {
		return notFound()
	}
	err := s.DB.InTx(ctx, func(c *db.Conn) error {
		v, err := s.enter(c, who, patient)
		if err != nil {
			return err
		}
		t, err := s.find(c, who, v, id)
		if err != nil {
			return err
		}
		seen, err := s.Records.Seen(c, v, communication, []string{upto})
		if err != nil {
			return err
		}
		var n int64
		err = c.QueryRow(`SELECT n FROM thread_messages WHERE patient_id = ? AND thread = ? AND id = ?`, patient, id, upto).Scan(&n)
		if errors.Is(err, sql.ErrNoRows) || err == nil && !seen[upto] {
			return notFound()
		}
		if err != nil {
			return err
		}
		me := authorOf(who, v)
		var already int64
		if err := c.QueryRow(`SELECT COALESCE(max(upto), 0) FROM thread_reads WHERE patient_id = ? AND thread = ? AND account = ?`, patient, id, me.Account).Scan(&already); err != nil || already >= n {
			return err
		}
		if _, err := c.Exec(`INSERT INTO thread_reads (patient_id, thread, account, upto, at, name, role) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			patient, id, me.Account, n, s.now(), me.Name, me.Role); err != nil {
			return err
		}
		if upto == t.lastID {
			if err := s.Notices.SeenRefTx(c, who.Account, ref(id)); err != nil {
				return err
			}
		}
		topics, err := topicsTx(c, patient, id, already, n)
		c.After(func() { s.publish(append(topics, InboxTopic(who.Account))...) })
		return err
	})
	if err != nil {
		return s.Records.Refuse(ctx, who, patient, communication, id, err)
	}
	return nil
}

// Unread counts what somebody has not read, chart by chart. Charts whose
// messages they do not see are left out.
func (s *Service) Unread(ctx context.Context, who identity.Principal, patients []string) (map[string]int, error) {
	c := s.DB.Read(ctx)
	out := map[string]int{}
	args := []any{who.Account, who.Account}
	for _, p := range patients {
		v, err := s.enter(c, who, p)
		switch {
		case fault.Is(err, fault.NotFound):
		case err != nil:
			return nil, err
		case v.Hide == 0:
			args = append(args, p)
		default:
			list, err := s.allSeen(c, who, v)
			if err != nil {
				return nil, err
			}
			for _, t := range list {
				out[p] += t.unread
			}
		}
	}
	if len(args) == 2 {
		return out, nil
	}
	err := c.Each(`SELECT t.patient_id, count(*) FROM threads t JOIN thread_messages u ON u.patient_id = t.patient_id AND u.thread = t.id`+theirs(false)+`
		AND u.n > `+readUpto+` WHERE t.patient_id IN `+db.Placeholders(1, len(args)-2)+` GROUP BY t.patient_id`, func(r *sql.Rows) error {
		var p string
		var n int
		err := r.Scan(&p, &n)
		out[p] = n
		return err
	}, args...)
	return out, err
}
