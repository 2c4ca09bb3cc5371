package access

import (
	"context"
	"encoding/json"
	"time"

	"housecall/internal/fault"
	"housecall/internal/identity"
)

// AccessRow is one line of "Who looked at my record": what one person did in one
// way within ten minutes.
type AccessRow struct {
	At           time.Time  `json:"at"`              // the newest
	Until        *time.Time `json:"until,omitempty"` // the oldest, when there were several
	Who          string     `json:"who"`
	Role         string     `json:"role"`
	Organization string     `json:"organization,omitempty"`
	Relation     string     `json:"relation,omitempty"`
	App          string     `json:"app,omitempty"`
	Action       string     `json:"action"`
	What         []string   `json:"what"`
	Count        int        `json:"count"`
	Purpose      string     `json:"purpose,omitempty"`
	Emergency    bool       `json:"emergency,omitempty"`
	Reason       string     `json:"reason,omitempty"`
}

// Integrity says how far the list can be relied on.
type Integrity struct {
	Complete   bool      `json:"complete"` // nothing is missing or changed
	CheckedAt  time.Time `json:"checkedAt"`
	SealedUpTo int64     `json:"sealedUpTo"` // rows of the whole log under a signed checkpoint
	Pending    int64     `json:"pending"`    // rows of this chart that are not yet
}

const (
	foldTime = 10 * time.Minute
	maxRead  = 20_000 // rows read for one page
)

// folding is what rows have in common that make one line.
type folding struct {
	Account, Name, Role, Kinship, App, Action, Purpose, Reason string
	Emergency                                                  bool
}

// openLine is a line of an earlier page that later rows may still belong to;
// they were counted there.
type openLine struct {
	Key    folding
	Newest int64
}

// logCursor is where the next page begins.
type logCursor struct {
	From position
	Open []openLine
}

// AccessLog gives the lines of a chart, newest first, and says how far they can
// be relied on. The patient sees them, a caregiver who may share the record,
// and the privacy officer, each as far as they may see what the rows are about (see
// sight). Looking at the list leaves a row as well.
func (s *Service) AccessLog(ctx context.Context, who identity.Principal, patient, cursor string, limit int) (rows []AccessRow, next string, integrity Integrity, err error) {
	v, err := s.maySeeLog(ctx, who, patient)
	if err != nil {
		return nil, "", integrity, s.refused(ctx, who, patient, "AuditEvent", err)
	}
	limit = min(max(limit, 1), 200)
	at := logCursor{From: newest}
	if cursor != "" {
		b, err := s.openCursor("access "+patient, cursor)
		if err == nil {
			err = json.Unmarshal(b, &at)
		}
		if err != nil {
			return nil, "", integrity, fault.Wrap(fault.Invalid, "This page of the list cannot be found. Please open the list again.", err)
		}
	}
	x := s.sightOf(&v, who.Account)
	lines, to, more, err := foldRows(s.rowsFor(ctx, patient, at.From, x), at.Open, limit)
	if err != nil {
		return nil, "", integrity, err
	}
	if more {
		b, err := json.Marshal(to)
		if err != nil {
			return nil, "", integrity, err
		}
		next = s.sealCursor("access "+patient, b)
	}
	if integrity, err = s.integrityOf(ctx, patient); err == nil {
		if v.Base == Proxy { // how many rows there are is not theirs to know
			integrity.Pending = 0
		}
		err = s.Record(ctx, Event{Who: who, Patient: patient, View: v, Action: "read", Type: "AuditEvent", Categories: Of(Other)})
	}
	if err != nil {
		return nil, "", Integrity{}, err
	}
	return lines, next, integrity, nil
}

// refused leaves the row of a refusal and gives the reason back. When even that
// cannot be written, the answer is that.
func (s *Service) refused(ctx context.Context, who identity.Principal, patient, typ string, reason error) error {
	if err := s.Record(ctx, Event{Who: who, Patient: patient, Action: "refused", Type: typ, Outcome: "refused"}); err != nil {
		return err
	}
	return reason
}

func (s *Service) maySeeLog(ctx context.Context, who identity.Principal, patient string) (View, error) {
	if patient == "" || who.Scopes != nil {
		return View{}, NoChart()
	}
	if who.Is(identity.Privacy) && who.Patient != patient {
		return View{Patient: patient, Role: identity.Privacy}, nil
	}
	v, err := s.ViewOf(s.db.Read(ctx), who, patient)
	if err != nil {
		return View{}, err
	}
	if v.Relation == Self || v.Relation == Feed || v.Relation == Proxy && v.Can&PowerShare != 0 {
		return v, nil
	}
	return View{}, NoChart()
}

// StillSeesLog decides anew about a log that is being sent.
func (s *Service) StillSeesLog(ctx context.Context, who identity.Principal, patient string) error {
	_, err := s.maySeeLog(ctx, who, patient)
	return err
}

type line struct {
	AccessRow
	key    folding
	newest int64
	what   CategorySet
}

// foldRows makes lines of rows, newest first. Once it has the page's lines it
// reads on as far as their ten minutes reach, so that their counts are whole;
// the first row that would begin a further line begins the next page.
func foldRows(in *keyRows, open []openLine, limit int) (out []AccessRow, to logCursor, more bool, err error) {
	var lines []*line
	byKey := map[folding]*line{}
	earlier := map[folding]int64{}
	for _, o := range open {
		earlier[o.Key] = o.Newest
	}
	before := in.from
	for n := 0; n < maxRead; n++ {
		r, err := in.next()
		if err != nil {
			return nil, to, false, err
		}
		if r == nil {
			break
		}
		if more && (len(lines) == 0 || r.at < lines[len(lines)-1].newest-foldTime.Microseconds()) {
			break
		}
		var e entry
		if json.Unmarshal(r.body, &e) != nil {
			e = entry{Action: "read", Role: "other"} // a damaged row is shown, never passed over
		}
		in.sight.cut(&e)
		key := keyOf(&e)
		if newest, ok := earlier[key]; ok && newest-r.at <= foldTime.Microseconds() {
			if !more {
				before = r.position()
			}
			continue // stands on an earlier page
		}
		l := byKey[key]
		if l != nil && l.newest-r.at <= foldTime.Microseconds() {
			l.add(r, &e)
		} else if !more && len(lines) < limit {
			l = newLine(r, &e, key)
			byKey[key] = l
			lines = append(lines, l)
		} else if !more {
			more = true
			to.From = before
		}
		if !more {
			before = r.position()
		}
		if n == maxRead-1 && !more {
			more, to.From = true, before
		}
	}
	for _, l := range lines {
		l.What = l.what.Words()
		out = append(out, l.AccessRow)
	}
	if more {
		to.Open = stillOpen(open, lines, to.From.At)
	}
	if out == nil {
		out = []AccessRow{}
	}
	return out, to, more, nil
}

// stillOpen are the lines that rows after the page may belong to.
func stillOpen(open []openLine, lines []*line, at int64) []openLine {
	var out []openLine
	for _, o := range open {
		if o.Newest-at <= foldTime.Microseconds() {
			out = append(out, o)
		}
	}
	for _, l := range lines {
		if l.newest-at <= foldTime.Microseconds() {
			out = append(out, openLine{l.key, l.newest})
		}
	}
	return out
}

func keyOf(e *entry) folding {
	action := e.Action
	switch action {
	case "history", "open", "vread":
		action = "read"
	}
	if e.Outcome == "refused" {
		action = "refused"
	}
	app := e.AppName
	if app == "" {
		app = e.App
	}
	return folding{e.Account, e.Name, e.Role, e.Kinship, app, action, e.Purpose, e.Reason, e.Emergency}
}

func newLine(r *row, e *entry, key folding) *line {
	l := &line{key: key, newest: r.at, AccessRow: AccessRow{At: time.UnixMicro(r.at).UTC(), Who: key.Name, Role: key.Role, Relation: key.Kinship,
		App: key.App, Action: key.Action, Purpose: key.Purpose, Emergency: key.Emergency, Reason: key.Reason}}
	l.add(r, e)
	return l
}

func (l *line) add(r *row, e *entry) {
	l.Count++ // times, however many resources each answer had
	l.what |= e.Categories
	if r.at < l.newest {
		until := time.UnixMicro(r.at).UTC()
		l.Until = &until
	}
}
