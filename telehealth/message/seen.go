package message

import (
	"cmp"
	"database/sql"
	"slices"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/records/access"
)

// A thread has no label of its own: each of its messages is judged by itself. It
// is shown as far as it is seen, with the last message, the number and the unread
// ones of those that the view sees; one of which it sees nothing is not there.

// asSeen gives the threads of a chart as the view sees them. Who sees messages
// and from whom no sensitive kind is hidden sees all of them.
func (s *Service) asSeen(c *db.Conn, who identity.Principal, v *access.View, list []*thread) ([]*thread, error) {
	if v.Hide == 0 || len(list) == 0 {
		return list, nil
	}
	only := ""
	if len(list) == 1 {
		only = list[0].id
	}
	rows, err := s.seenRows(c, v, only)
	if err != nil {
		return nil, err
	}
	upto := map[string]int64{}
	if err := c.Each(`SELECT thread, max(upto) FROM thread_reads WHERE patient_id = ? AND account = ? GROUP BY thread`, func(r *sql.Rows) error {
		var id string
		var n int64
		err := r.Scan(&id, &n)
		upto[id] = n
		return err
	}, v.Patient, who.Account); err != nil {
		return nil, err
	}
	out := make([]*thread, 0, len(list))
	for _, t := range list {
		if seen := rows[t.id]; len(seen) > 0 {
			t.only(seen, upto[t.id], who)
			out = append(out, t)
		}
	}
	return out, nil
}

// seenRows gives the rows that the view sees of a thread (empty: of all threads
// of the chart), the oldest first.
func (s *Service) seenRows(c *db.Conn, v *access.View, thread string) (map[string][]row, error) {
	cond, args := ``, []any{v.Patient}
	if thread != "" {
		cond, args = ` AND thread = ?`, append(args, thread)
	}
	var all []row
	var ids []string
	err := c.Each(`SELECT thread, n, id, at, account, name, role, relation FROM thread_messages WHERE patient_id = ?`+cond+` ORDER BY thread, n`, func(r *sql.Rows) error {
		var m row
		err := r.Scan(&m.thread, &m.n, &m.id, &m.at, &m.from.Account, &m.from.Name, &m.from.Role, &m.from.Relation)
		all, ids = append(all, m), append(ids, m.id)
		return err
	}, args...)
	if err != nil {
		return nil, err
	}
	seen, err := s.Records.Seen(c, v, communication, ids)
	out := map[string][]row{}
	for _, m := range all {
		if seen[m.id] {
			out[m.thread] = append(out[m.thread], m)
		}
	}
	return out, err
}

// only makes the thread what is seen of it.
func (t *thread) only(seen []row, upto int64, who identity.Principal) {
	last := seen[len(seen)-1]
	t.startedAt, t.lastAt, t.count = seen[0].at, last.at, len(seen)
	t.lastID, t.last = last.id, last.from
	t.last.Side = sideOf(last.from.Role)
	t.unread = 0
	waits := int64(0)
	for _, m := range seen {
		side := sideOf(m.from.Role)
		if m.n > upto && m.from.Account != who.Account && (who.Kind != identity.Staff || side == PatientSide) {
			t.unread++
		}
		switch {
		case side == ClinicSide:
			waits = 0
		case waits == 0:
			waits = m.at
		}
	}
	if t.state == open && t.waitsSince != waits {
		t.waitsSince, t.dueAt = waits, 0
	}
}

// newest lists at most so many threads of the chart from a cursor on, what was
// last written first.
func (s *Service) newest(c *db.Conn, who identity.Principal, v *access.View, cursor string, most int) ([]*thread, error) {
	at, id, err := far, "", error(nil)
	if cursor != "" {
		if at, id, err = openCursor(cursor); err != nil {
			return nil, err
		}
	}
	if v.Hide == 0 {
		return listThreads(c, who, `threads t`, `WHERE t.patient_id = ? AND (t.last_at, t.id) < (?, ?) ORDER BY t.last_at DESC, t.id DESC LIMIT ?`, v.Patient, at, id, most)
	}
	list, err := s.allSeen(c, who, v)
	if err != nil {
		return nil, err
	}
	order := func(a, b *thread) int { return cmp.Or(cmp.Compare(b.lastAt, a.lastAt), cmp.Compare(b.id, a.id)) }
	list = slices.DeleteFunc(list, func(t *thread) bool { return order(t, &thread{lastAt: at, id: id}) <= 0 })
	slices.SortFunc(list, order)
	return list[:min(len(list), most)], nil
}

// allSeen gives every thread of the chart of which the view sees something.
func (s *Service) allSeen(c *db.Conn, who identity.Principal, v *access.View) ([]*thread, error) {
	list, err := listThreads(c, who, `threads t`, `WHERE t.patient_id = ?`, v.Patient)
	if err != nil {
		return nil, err
	}
	return s.asSeen(c, who, v, list)
}

// find gives a thread of which the view sees something.
func (s *Service) find(c *db.Conn, who identity.Principal, v *access.View, id string) (*thread, error) {
	list, err := listThreads(c, who, `threads t`, `WHERE t.patient_id = ? AND t.id = ?`, v.Patient, id)
	if err == nil {
		list, err = s.asSeen(c, who, v, list)
	}
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, notFound()
	}
	return list[0], nil
}
