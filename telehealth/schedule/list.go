package schedule

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"math"
	"slices"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/access"
)

// Appointments lists those that are to come (the next one first) or those that
// are over, cancelled ones among them (the last one first), also those that were
// booked elsewhere.
func (s *Service) Appointments(ctx context.Context, who identity.Principal, patient string, past bool, cursor string, limit int) (items []Appointment, next string, err error) {
	limit = min(max(limit, 1), maxPage)
	from := records.Dated{At: s.Now().Add(-24 * time.Hour).UnixMicro()}
	if past {
		from = records.Dated{At: math.MaxInt64}
	}
	if cursor != "" {
		if from, err = openCursor(cursor); err != nil {
			return nil, "", err
		}
	}
	c := s.DB.Read(ctx)
	v, err := s.Enter(c, who, patient)
	if err != nil {
		return nil, "", s.Records.Refuse(ctx, who, patient, appointment, "", err)
	}
	const step, most = 50, 40 // bounds what one page looks at
	items = []Appointment{}
	for range most {
		some, err := s.Records.Dated(c, book(v), appointment, from, past, step)
		if err != nil {
			return nil, "", err
		}
		all, err := s.showAll(c, v, some)
		if err != nil {
			return nil, "", err
		}
		for i, a := range all {
			if s.over(&a) != past {
				continue
			}
			if len(items) == limit { // it is the first of the next page
				return items, next, s.looked(ctx, who, v, len(items))
			}
			items = append(items, a)
			next = sealCursor(some[i])
		}
		if len(some) < step {
			return items, "", s.looked(ctx, who, v, len(items))
		}
		from = some[len(some)-1]
	}
	return items, sealCursor(from), s.looked(ctx, who, v, len(items))
}

func (s *Service) looked(ctx context.Context, who identity.Principal, v *access.View, n int) error {
	return s.Records.Looked(ctx, who, v, "search", appointment, "", access.Of(access.Appointments), n)
}

// over: nothing is to come of it. Who waits for a visit that is late still finds
// it among those to come.
func (s *Service) over(a *Appointment) bool {
	switch a.Status {
	case StatusCancelled, StatusFulfilled, StatusNoShow:
		return true
	}
	if a.Visit == Ended {
		return true
	}
	late := time.Duration(0)
	if a.Mode == Video && a.Visit != "" {
		late = time.Hour
		if a.Visit != Scheduled {
			late = DoorsClose
		}
	}
	return a.End.Add(late).Before(s.Now())
}

// Appointment gives one appointment.
func (s *Service) Appointment(ctx context.Context, who identity.Principal, patient, id string) (Appointment, error) {
	c := s.DB.Read(ctx)
	v, err := s.Enter(c, who, patient)
	var all []Appointment
	if err == nil {
		var bodies map[string][]byte
		if bodies, err = s.Records.Bodies(c, book(v), appointment, []string{id}); err == nil && bodies[id] == nil {
			err = notFound()
		}
		if err == nil {
			all, err = s.showAll(c, v, []records.Dated{{ID: id, Body: bodies[id]}})
		}
	}
	if err != nil {
		return Appointment{}, s.Records.Refuse(ctx, who, patient, appointment, id, err)
	}
	return all[0], s.Records.Looked(ctx, who, v, "read", appointment, id, access.Of(access.Appointments), 1)
}

func (s *Service) showOne(c *db.Conn, v *access.View, b *Booked) (Appointment, error) {
	bodies, err := s.Records.Bodies(c, book(v), appointment, []string{b.ID})
	if err != nil {
		return Appointment{}, err
	}
	if bodies[b.ID] == nil {
		return Appointment{}, notFound()
	}
	all, err := s.showRows(c, v, []*Booked{b}, []records.Dated{{ID: b.ID, Body: bodies[b.ID]}})
	if err != nil {
		return Appointment{}, err
	}
	return all[0], nil
}

// ShowTx gives an appointment from its row, for who has entered the chart.
func (s *Service) ShowTx(c *db.Conn, v *access.View, b *Booked) (Appointment, error) {
	return s.showOne(c, v, b)
}

// showAll shows records of one chart, with their rows.
func (s *Service) showAll(c *db.Conn, v *access.View, some []records.Dated) ([]Appointment, error) {
	if len(some) == 0 {
		return nil, nil
	}
	args := []any{v.Patient}
	for _, d := range some {
		args = append(args, d.ID)
	}
	rows, err := listBooked(c, `WHERE a.patient_id = ? AND a.id IN `+db.Placeholders(1, len(some)), args...)
	if err != nil {
		return nil, err
	}
	return s.showRows(c, v, rows, some)
}

// showRows shows records with those rows that there are of them.
func (s *Service) showRows(c *db.Conn, v *access.View, rows []*Booked, some []records.Dated) ([]Appointment, error) {
	read, err := s.readable(c, v, rows)
	if err != nil {
		return nil, err
	}
	groups, err := groupsOf(c, rows)
	if err != nil {
		return nil, err
	}
	out := make([]Appointment, len(some))
	for i, d := range some {
		var b *Booked
		if at := slices.IndexFunc(rows, func(x *Booked) bool { return x.ID == d.ID }); at >= 0 {
			b = rows[at]
		}
		if out[i], err = shown(v.Patient, d.Body, b); err != nil {
			return nil, err
		}
		out[i].Summary = read[d.ID]
		if b != nil && b.Group != "" {
			out[i].inGroup(v, groups[b.Group])
		}
	}
	return out, s.blank(c, v, out)
}

// missable: the viewer can say of a visit in the day that the patient did not come. Of a
// group who leads it says so.
func (s *Service) missable(c *db.Conn, who identity.Principal, v *access.View, b *Booked) (bool, error) {
	if v.Base != access.CareTeam || !v.Act.Has(access.Visits) || !v.Act.Has(access.Appointments) || b.Group != "" && b.Account != who.Account {
		return false, nil
	}
	var group *Group
	if b.Group != "" {
		var err error
		if group, err = GroupTx(c, b.Group, false); err != nil {
			return false, err
		}
	}
	return b.MissableTx(c, group, s.now())
}

// readable tells of which visits the view sees the signed note and the summary in
// the chart: where these are hidden, nothing tells that they are there.
func (s *Service) readable(c *db.Conn, v *access.View, rows []*Booked) (map[string]bool, error) {
	out := map[string]bool{}
	var visits []any
	for _, b := range rows {
		if b.Note == NoteSigned && v.See.Has(access.Documents) {
			out[b.ID] = !v.Limited()
			visits = append(visits, b.ID)
		}
	}
	if len(visits) == 0 || !v.Limited() {
		return out, nil
	}
	var ids, notes, documents []string
	err := c.Each(`SELECT visit, composition, document FROM visit_notes WHERE visit IN `+db.Placeholders(1, len(visits)), func(r *sql.Rows) error {
		var id, note, document string
		err := r.Scan(&id, &note, &document)
		ids, notes, documents = append(ids, id), append(notes, note), append(documents, document)
		return err
	}, visits...)
	if err != nil {
		return nil, err
	}
	seen, err := s.Records.Uncut(c, v, "Composition", notes)
	if err != nil {
		return nil, err
	}
	also, err := s.Records.Uncut(c, v, "DocumentReference", documents)
	for i, id := range ids {
		out[id] = seen[notes[i]] != nil && also[documents[i]] != nil
	}
	return out, err
}

// maxDay bounds what one day shows.
const maxDay = 500

// waitingNear is how far a visit may be from now for somebody who is in its waiting room to count as waiting.
const waitingNear = 12 * time.Hour

// Day gives a day of the clinic: a staff member's own visits, or those of all
// patients in whose care teams they are.
func (s *Service) Day(ctx context.Context, who identity.Principal, date string, all bool) (Day, error) {
	if who.Kind != identity.Staff || !who.AllowsFHIR(appointment, 's') {
		return Day{}, fault.New(fault.Forbidden, "Only staff can see the day of the clinic.").WithCode("role")
	}
	from, err := s.dayOf(date, s.Now())
	if err != nil {
		return Day{}, err
	}
	out := Day{Date: from.Format(time.DateOnly), Items: []DayItem{}, Waiting: []DayItem{}}
	c := s.DB.Read(ctx)
	now := s.now()
	var listed []*Booked
	dayBegin, dayEnd := from.UnixMicro(), from.AddDate(0, 0, 1).UnixMicro()
	list := func(from, until int64, and string, more ...any) ([]*Booked, error) {
		args := []any{who.Account, now, now, from, until}
		if !all {
			and, args = ` AND a.account = ?`+and, append(args, who.Account)
		}
		return listBooked(c, `JOIN care_team ct ON ct.patient_id = a.patient_id AND ct.account = ? AND ct.start_at <= ? AND (ct.end_at = 0 OR ct.end_at > ?)
			WHERE a.starts_at >= ? AND a.starts_at < ?`+and+` ORDER BY a.starts_at, a.id LIMIT ?`, append(append(args, more...), maxDay)...)
	}
	rows, err := list(dayBegin, dayEnd, ``)
	if err != nil {
		return Day{}, err
	}
	// Who waits does so now, whichever day is looked at, and across midnight.
	near := waitingNear.Microseconds()
	others, err := list(now-near, now+near, ` AND a.waiting_since <> 0 AND a.state IN (?, ?) AND (a.starts_at < ? OR a.starts_at >= ?)`, string(Waiting), string(Live), dayBegin, dayEnd)
	if err != nil {
		return Day{}, err
	}
	rows = append(rows, others...)
	var events []access.Event
	views := map[string]*access.View{}
	var ids []string
	for _, b := range rows {
		v, known := views[b.Patient]
		if !known {
			if v, err = s.Enter(c, who, b.Patient); err != nil && !fault.Is(err, fault.NotFound) {
				return Day{}, err
			}
			if err != nil {
				v = nil
			}
			views[b.Patient] = v
			if v != nil {
				ids = append(ids, b.Patient)
				events = append(events, access.Event{Who: who, Patient: b.Patient, View: *v, Action: "search", Type: appointment, Categories: access.Of(access.Appointments), Count: 1, Outcome: "ok"})
			}
		}
		if v == nil {
			continue
		}
		a, err := s.showOne(c, v, b)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return Day{}, err
		}
		item := DayItem{Appointment: a, Absent: a.Visit == Ended && b.State != Ended && b.Status == StatusBooked}
		if v.Act.Has(access.Visits) {
			item.Note = b.Note
		}
		if item.Missable, err = s.missable(c, who, v, b); err != nil {
			return Day{}, err
		}
		if b.Status == StatusBooked && (b.State == Waiting || b.State == Live) {
			item.WaitingSince = momentOf(b.WaitingSince)
		}
		out.Items = append(out.Items, item)
		if b.StartsAt >= dayBegin && b.StartsAt < dayEnd {
			listed = append(listed, b)
		}
	}
	if out.Groups, err = s.dayGroups(c, who, listed, dayBegin, dayEnd, all); err != nil {
		return Day{}, err
	}
	known, err := s.Records.Patients(ctx, who, ids)
	if err != nil {
		return Day{}, err
	}
	for i := range out.Items {
		x := &out.Items[i]
		if at := slices.IndexFunc(known, func(k records.Patient) bool { return k.ID == x.Patient }); at >= 0 {
			k := known[at]
			x.PatientName, x.BirthDate, x.Age, x.Sex = k.Name, k.BirthDate, k.Age, k.Sex
		}
		if x.WaitingSince != nil {
			out.Waiting = append(out.Waiting, *x)
		}
	}
	out.Items = out.Items[:len(listed)] // the others stand behind those of the day
	slices.SortStableFunc(out.Waiting, func(a, b DayItem) int { return cmp.Compare(a.WaitingSince.UnixMicro(), b.WaitingSince.UnixMicro()) })
	return out, s.Access.Record(ctx, events...)
}

func sealCursor(d records.Dated) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %s", d.At, d.ID))
}

func openCursor(cursor string) (d records.Dated, err error) {
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		_, err = fmt.Sscanf(string(b), "%d %s", &d.At, &d.ID)
	}
	if err != nil {
		return d, fault.New(fault.Invalid, "This list cannot be continued from here. Start it again.").WithCode("cursor")
	}
	return d, nil
}
