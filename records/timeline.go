package records

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// Entries is one page of a list of entries.
type Entries struct {
	Items []Entry `json:"items"`
	Next  string  `json:"next,omitempty"`
}

type entryCursor struct {
	At int64  `json:"a"`
	ID string `json:"i"`
}

type resultRow struct {
	ref, kind string
	at        int64
	number    *float64
}

// resultRows reads the newest results of a category without decoding them.
func (s *Store) resultRows(c *db.Conn, v *access.View, cat access.Category) ([]resultRow, error) {
	var out []resultRow
	for _, one := range v.All() {
		rows, err := s.resultRowsOf(c, one, cat)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	if len(v.Beside) > 0 {
		slices.SortStableFunc(out, func(a, b resultRow) int { return cmp.Compare(b.at, a.at) })
	}
	return out[:min(len(out), resultsScanned)], nil
}

func (s *Store) resultRowsOf(c *db.Conn, v *access.View, cat access.Category) ([]resultRow, error) {
	cond, cargs := visibleSQL(v, micros(s.now()), "e")
	args := append([]any{v.Patient}, cargs...)
	var out []resultRow
	err := c.Each("SELECT e.id, e.kind, e.at, e.number FROM entries e WHERE e.patient_id = ?"+cond+" AND e.section = ? AND e.type = 'Observation' ORDER BY e.at DESC, e.id DESC LIMIT ?", func(r *sql.Rows) error {
		var x resultRow
		var id string
		if err := r.Scan(&id, &x.kind, &x.at, &x.number); err != nil {
			return err
		}
		x.ref = "Observation/" + id
		out = append(out, x)
		return nil
	}, append(args, int(cat), resultsScanned)...)
	return out, err
}

// timelineKinds are the kinds of entry that the timeline can be narrowed to.
var timelineKinds = map[string]string{
	"everything":    "AND e.timeline",
	"results":       "AND e.timeline AND e.type IN ('DiagnosticReport','Observation')",
	"visits":        "AND e.timeline AND e.type IN ('Encounter','Procedure')",
	"medicines":     "AND e.timeline AND e.type IN ('MedicationRequest','MedicationStatement')",
	"immunizations": "AND e.timeline AND e.type = 'Immunization'",
	"documents":     "AND e.timeline AND e.type IN ('DocumentReference','Composition')",
	"conditions":    "AND e.timeline AND e.type = 'Condition'",
	"vitals":        "AND e.section = 6",
}

// Timeline gives what happened, newest first, narrowed to a kind and to words.
func (s *Store) Timeline(ctx context.Context, who identity.Principal, patient, kind, words, cursor string, limit int) (Entries, error) {
	if kind == "" {
		kind = "everything"
	}
	where, ok := timelineKinds[kind]
	if !ok {
		return Entries{}, invalid("There is no such kind of entry.")
	}
	cond, args := searchWords(words)
	return s.page(ctx, who, patient, "timeline "+kind+" "+words, where+cond, args, cursor, limit, access.Everything)
}

// Section gives all entries of one category, newest first, also what is over.
func (s *Store) Section(ctx context.Context, who identity.Principal, patient, category, cursor string, limit int) (Entries, error) {
	cat, ok := access.ParseCategory(category)
	if !ok {
		return Entries{}, notFound()
	}
	where := "AND e.section = ?"
	if cat == access.Visits {
		where += " AND e.type IN ('Encounter','Procedure')"
	}
	if cat == access.CarePlan {
		where += " AND e.type IN ('CarePlan','Goal')" // the team is people, not a plan
	}
	return s.page(ctx, who, patient, "section "+category, where, []any{int(cat)}, cursor, limit, categoryBit(cat))
}

func (s *Store) page(ctx context.Context, who identity.Principal, patient, what, where string, args []any, cursor string, limit int, cats access.CategorySet) (Entries, error) {
	if limit <= 0 {
		limit = 30
	}
	limit = min(limit, 200)
	var out Entries
	var view *access.View
	err := s.db.InReadTx(ctx, func(c *db.Conn) error {
		v, _, err := s.enter(c, who, patient)
		if err != nil {
			return err
		}
		view = v
		about := what + " " + patient + " " + itoa(int64(v.Fingerprint))
		if cursor != "" {
			var cur entryCursor
			if err := s.seals.open(about, cursor, &cur); err != nil {
				return err
			}
			where += " AND (e.at, e.id) < (?, ?)"
			args = append(args, cur.At, cur.ID)
		}
		// Runs of readings are folded, so more rows than entries are read.
		raw := limit * 4
		list, err := s.entriesWhere(c, v, where+" ORDER BY e.at DESC, e.id DESC LIMIT ?", append(args, raw+1)...)
		if err != nil {
			return err
		}
		page, taken := foldRows(list[:min(len(list), raw)], limit)
		if taken < len(list) {
			last := list[taken-1]
			out.Next = s.seals.seal(about, entryCursor{At: last.at, ID: last.Ref[strings.IndexByte(last.Ref, '/')+1:]})
		}
		list = page
		if cats == categoryBit(access.Conditions) || cats == categoryBit(access.Allergies) || cats == categoryBit(access.Immunizations) {
			list = sameAcross(list)
			againstNoneKnown(list)
		}
		if err := s.attachParts(c, v, list, 3); err != nil {
			return err
		}
		out.Items = plainEntries(list)
		return s.fill(c, v, out.Items)
	})
	if err != nil {
		return Entries{}, s.refuse(ctx, who, patient, "Patient", patient, err)
	}
	return out, s.seen(ctx, who, view, "read", "", "", cats&view.See, len(out.Items))
}

// Trend is the course of one kind of result.
type Trend struct {
	Key    string       `json:"key"`
	Title  string       `json:"title"`
	Plain  string       `json:"plain,omitempty"`
	Unit   string       `json:"unit,omitempty"`
	Range  *Range       `json:"range,omitempty"`
	Code   *Coding      `json:"code,omitempty"`
	Points []TrendPoint `json:"points"`
	Events []TrendEvent `json:"events"`
}

// TrendPoint is one value of a trend.
type TrendPoint struct {
	At      string   `json:"at"`
	Number  *float64 `json:"number,omitempty"`
	Text    string   `json:"text"`
	Unit    string   `json:"unit,omitempty"`
	Meaning string   `json:"meaning,omitempty"`
	Ref     string   `json:"ref"`
	Parts   []Part   `json:"parts,omitempty"`
	Range   *Range   `json:"range,omitempty"`
}

// TrendEvent is a change of medicine within the time of a trend.
type TrendEvent struct {
	At    string `json:"at"`
	Title string `json:"title"`
	Kind  string `json:"kind" enum:"medicine-start,medicine-stop,medicine-change"`
}

const trendPoints = 2000

// Trend gives all values of a kind of result, oldest first.
func (s *Store) Trend(ctx context.Context, who identity.Principal, patient, key string) (Trend, error) {
	t := Trend{Key: key, Points: []TrendPoint{}, Events: []TrendEvent{}}
	var view *access.View
	cats := categoryBit(access.Results)
	err := s.db.InReadTx(ctx, func(c *db.Conn) error {
		v, _, err := s.enter(c, who, patient)
		if err != nil {
			return err
		}
		view = v
		list, err := s.entriesWhere(c, v, "AND e.kind = ? AND e.type = 'Observation' ORDER BY e.at DESC, e.id DESC LIMIT ?", key, trendPoints)
		if err != nil {
			return err
		}
		list = merge(list)
		if len(list) == 0 {
			return notFound()
		}
		newest := list[0].Entry
		t.Title, t.Plain, t.Code, t.Range = newest.Title, newest.Plain, newest.Code, newest.Range
		if newest.Section == access.Vitals.String() {
			cats = categoryBit(access.Vitals)
		}
		for i := len(list) - 1; i >= 0; i-- {
			e := list[i]
			if e.Value == nil {
				continue
			}
			t.Unit = e.Value.Unit
			t.Points = append(t.Points, TrendPoint{At: e.At, Number: e.Value.Number, Text: e.Value.Text, Unit: e.Value.Unit, Meaning: e.Meaning, Ref: e.Ref, Parts: e.Value.Parts, Range: e.Range})
		}
		t.Events, err = s.medicineEvents(c, v, list[len(list)-1].at)
		return err
	})
	if err != nil {
		return t, s.refuse(ctx, who, patient, "Observation", "", err)
	}
	return t, s.seen(ctx, who, view, "read", "Observation", "", cats, len(t.Points))
}

// medicineEvents lists when medicines that are taken over a longer time began or
// ended since then.
func (s *Store) medicineEvents(c *db.Conn, v *access.View, since int64) ([]TrendEvent, error) {
	out := []TrendEvent{}
	if !v.See.Has(access.Medicines) {
		return out, nil
	}
	list, err := s.entriesWhere(c, v, "AND e.section = ? ORDER BY e.at DESC, e.id DESC LIMIT 200", int(access.Medicines))
	if err != nil {
		return nil, err
	}
	from := fromMicros(since).Format(time.DateOnly)
	started := map[string]bool{}
	for i := len(list) - 1; i >= 0; i-- {
		m := list[i]
		if !started[m.kind] {
			started[m.kind] = true
			if m.At >= from {
				out = append(out, TrendEvent{At: m.At, Title: m.Title, Kind: "medicine-start"})
			}
		}
		if m.End != "" && m.End >= from && !m.Active {
			out = append(out, TrendEvent{At: m.End, Title: m.Title, Kind: "medicine-stop"})
		}
	}
	out = joinChanges(out)
	return out[:min(len(out), 40)], nil
}

// joinChanges makes one change of a stop and a start of the same medicine within
// three days: a dose that was raised did not stop.
func joinChanges(in []TrendEvent) []TrendEvent {
	out := in[:0:0]
	gone := map[int]bool{}
	for i, e := range in {
		if e.Kind != "medicine-start" {
			continue
		}
		for j, o := range in {
			if o.Kind == "medicine-stop" && !gone[j] && o.Title != e.Title && firstWord(o.Title) == firstWord(e.Title) && within(o.At, e.At, 3*24*time.Hour) {
				in[i].Kind, in[i].Title, gone[j] = "medicine-change", fromTo(o.Title, e.Title), true
				break
			}
		}
	}
	for i, e := range in {
		if !gone[i] {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b TrendEvent) int { return strings.Compare(a.At, b.At) })
	return out
}

func firstWord(s string) string {
	w, _, _ := strings.Cut(strings.ToLower(s), " ")
	return w
}

func within(a, b string, d time.Duration) bool {
	x, _, ok := fhir.DateRange(a)
	y, _, ok2 := fhir.DateRange(b)
	return ok && ok2 && max(x-y, y-x) <= d.Microseconds()
}

// fromTo says "Lisinopril 10 → 20 mg tablet": what both names share stands once.
func fromTo(old, new string) string {
	a, b := strings.Fields(old), strings.Fields(new)
	head, tail := 0, 0
	for head < min(len(a), len(b)) && a[head] == b[head] {
		head++
	}
	for tail < min(len(a), len(b))-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	words := append(append(append([]string{}, a[:len(a)-tail]...), "→"), b[head:]...)
	return strings.Join(words, " ")
}

// ageOn works out an age from a birth date of any precision. A partial date
// counts from its last day, so that nobody is made older than they are.
func ageOn(birth, deceased string, now time.Time) *Age {
	_, hi, ok := fhir.DateRange(birth)
	if !ok {
		return nil
	}
	born := fromMicros(hi - 1)
	at := now.UTC()
	if lo, _, ok := fhir.DateRange(deceased); ok {
		at = fromMicros(lo)
	}
	months := (at.Year()-born.Year())*12 + int(at.Month()) - int(born.Month())
	if at.Day() < born.Day() {
		months--
	}
	months = max(months, 0)
	return &Age{Years: months / 12, Months: months % 12}
}
