package records

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/records/access"
)

// Chart is what opening a chart gives: who it is about, what needs attention,
// what is new, and the latest of everything.
type Chart struct {
	Patient       Patient      `json:"patient"`
	View          ViewInfo     `json:"view"`
	Attention     []Attention  `json:"attention"`
	Newest        []Entry      `json:"newest"`
	Allergies     []Entry      `json:"allergies"`
	Conditions    []Entry      `json:"conditions"`
	Medicines     []Entry      `json:"medicines"`
	Immunizations []Entry      `json:"immunizations"`
	Vitals        []ResultLine `json:"vitals"`
	Results       []ResultLine `json:"results"`
	CarePlan      []Entry      `json:"careplan"`
	Goals         []Entry      `json:"goals"`
	Visits        []Entry      `json:"visits"`
	Documents     []Entry      `json:"documents"`
	Team          []Member     `json:"team"`
	// Joined are the other charts of the same person that are shown with this one.
	Joined []string `json:"joined,omitempty"`

	ETag        string `json:"-"`
	NotModified bool   `json:"-"`
}

// ViewInfo says as whom the viewer looks. It never says what is missing.
type ViewInfo struct {
	Relation string   `json:"relation"`
	Sees     []string `json:"sees"`
	Limited  bool     `json:"limited"`
}

// Attention is something that somebody should look at.
type Attention struct {
	Kind  string `json:"kind"`
	Level string `json:"level" enum:"look,urgent"`
	Entry Entry  `json:"entry"`
}

// ResultLine is one kind of result: its latest value and its recent course.
type ResultLine struct {
	Key      string  `json:"key"`
	Title    string  `json:"title"`
	Plain    string  `json:"plain,omitempty"`
	Category string  `json:"category"`
	Latest   Entry   `json:"latest"`
	Spark    []Point `json:"spark"`
	Count    int     `json:"count"`
}

// Point is one value in time.
type Point struct {
	At     string  `json:"at"`
	Number float64 `json:"number"`
}

// Member is somebody of the care team.
type Member struct {
	Name string `json:"name"`
	Role string `json:"role"`
}

// Bounds of what opening a chart gives.
const (
	newestShown    = 8
	sectionShown   = 60
	linesShown     = 60
	sparkPoints    = 24
	resultsScanned = 3000
	attentionDays  = 90
)

// Open opens a chart. With the ETag of the state that the viewer has it only
// says NotModified; that too was decided and is audited.
func (s *Store) Open(ctx context.Context, who identity.Principal, patient, ifNoneMatch string) (*Chart, error) {
	var chart *Chart
	var view *access.View
	work := func(c *db.Conn) error {
		v, h, err := s.enter(c, who, patient)
		if err != nil {
			return err
		}
		view = v
		tag, err := s.chartTag(c, v, h)
		if err != nil {
			return err
		}
		if tag == ifNoneMatch {
			chart = &Chart{ETag: tag, NotModified: true}
			return nil
		}
		chart, err = s.readChart(c, v)
		if chart != nil {
			chart.ETag = tag
		}
		return err
	}
	// Most openings find the viewer up to date: the one row that tells so needs no
	// transaction. Only what is read in full is read from one picture.
	var err error
	if ifNoneMatch != "" {
		err = s.probe(ctx, who, patient, ifNoneMatch, &chart, &view)
	}
	if err == nil && chart == nil {
		err = s.db.InReadTx(ctx, work)
	}
	if err != nil {
		return nil, s.refuse(ctx, who, patient, "Patient", patient, err)
	}
	return chart, s.seen(ctx, who, view, "open", "Patient", patient, view.See, 1)
}

func (s *Store) probe(ctx context.Context, who identity.Principal, patient, ifNoneMatch string, chart **Chart, view **access.View) error {
	c := s.db.Read(ctx)
	v, h, err := s.enter(c, who, patient)
	if err != nil {
		return err
	}
	tag, err := s.chartTag(c, v, h)
	if err == nil && tag == ifNoneMatch {
		*chart, *view = &Chart{ETag: tag, NotModified: true}, v
	}
	return err
}

// Tag is the ETag of a chart for a viewer, for live updates: decided, but not
// audited, since nothing of the chart is told.
func (s *Store) Tag(ctx context.Context, who identity.Principal, patient string) (string, error) {
	c := s.db.Read(ctx)
	v, h, err := s.enter(c, who, patient)
	if err != nil {
		return "", err
	}
	return s.chartTag(c, v, h)
}

// enter decides whether somebody may open a chart, and reads its head.
func (s *Store) enter(c *db.Conn, who identity.Principal, patient string) (*access.View, head, error) {
	if patient == "" {
		return nil, head{}, notFound()
	}
	v, err := s.viewForRead(c, who, patient, "Patient")
	if err != nil {
		return nil, head{}, err
	}
	h, err := readHead(c, patient)
	if err == nil && h.links > 0 && v.Carries() {
		err = s.openBeside(c, who, v)
	}
	return v, h, err
}

func (s *Store) chartTag(c *db.Conn, v *access.View, h head) (string, error) {
	boundary, err := s.boundary(c, v, h, micros(s.now()))
	if err != nil {
		return "", err
	}
	// The day is part of it: ages and what is due change at midnight.
	what := "chart 2 " + s.now().UTC().Format(time.DateOnly)
	for i := range v.Beside {
		tag, err := s.tagBeside(c, &v.Beside[i])
		if err != nil {
			return "", err
		}
		what += " " + tag
	}
	last, err := s.lastSeen(c, v, h)
	return s.etag(v, last, boundary, what), err
}

func (s *Store) readChart(c *db.Conn, v *access.View) (*Chart, error) {
	ch := &Chart{View: ViewInfo{Relation: v.Relation.String(), Sees: v.See.Words(), Limited: v.Limited()}, Attention: []Attention{}, Team: []Member{}}
	var err error
	if ch.Patient, err = s.patient(c, v); err != nil {
		return nil, err
	}
	for i := range v.Beside {
		ch.Joined = append(ch.Joined, v.Beside[i].Patient)
	}
	parts, err := s.sections(c, v)
	if err != nil {
		return nil, err
	}
	newest := parts[partNewest]
	newest, _ = foldRows(newest, newestShown)
	newest = trim(newest, newestShown)
	if err := s.attachParts(c, v, newest, 3); err != nil {
		return nil, err
	}
	ch.Newest = plainEntries(newest)
	allergies := activeFirst(sameAcross(parts[partAllergies]), sectionShown)
	againstNoneKnown(allergies)
	slices.SortStableFunc(allergies, func(a, b listed) int { return dangerRank(b) - dangerRank(a) })
	ch.Allergies = plainEntries(allergies)
	ch.Conditions = plainEntries(activeFirst(sameAcross(parts[partConditions]), sectionShown))
	ch.Medicines = plainEntries(activeFirst(oneOfKind(parts[partMedicines]), sectionShown))
	ch.Immunizations = plainEntries(trim(sameAcross(parts[partVaccines]), sectionShown))
	ch.CarePlan, ch.Goals = plainEntries(activeFirst(parts[partPlans], sectionShown)), plainEntries(activeFirst(parts[partGoals], sectionShown))
	ch.Visits, ch.Documents = plainEntries(parts[partVisits]), plainEntries(parts[partDocuments])
	if ch.Vitals, err = s.resultLines(c, v, access.Vitals); err != nil {
		return nil, err
	}
	if ch.Results, err = s.resultLines(c, v, access.Results); err != nil {
		return nil, err
	}
	teamEntries := plainEntries(parts[partTeams])
	for _, list := range [][]Entry{ch.Newest, ch.Allergies, ch.Conditions, ch.Medicines, ch.Immunizations, ch.CarePlan, ch.Goals, ch.Visits, ch.Documents, teamEntries} {
		if err := s.fill(c, v, list); err != nil {
			return nil, err
		}
	}
	for _, t := range teamEntries {
		if !t.Active {
			continue
		}
		for _, m := range t.Children {
			name := m.Title
			if name == "" {
				name = m.Who
			}
			if name != "" && !slices.ContainsFunc(ch.Team, func(x Member) bool { return x.Name == name }) {
				ch.Team = append(ch.Team, Member{Name: name, Role: m.Text})
			}
		}
	}
	ch.Attention = s.attention(ch)
	return ch, nil
}

// dangerRank puts what may kill before what itches.
func dangerRank(l listed) int {
	switch {
	case !l.Active:
		return 0
	case l.Severity == "high" || l.Severity == "severe":
		return 2
	}
	return 1
}

// The parts of an opened chart that are lists of entries.
const (
	partAllergies = iota
	partConditions
	partMedicines
	partVaccines
	partPlans
	partGoals
	partTeams
	partVisits
	partDocuments
	partNewest
	partCount
)

// partSQL says which entries stand in each part, and how many at most.
var partSQL = [partCount]struct {
	category access.Category
	where    string
	limit    int
}{
	partAllergies:  {access.Allergies, "e.section = 2 AND e.type = 'AllergyIntolerance'", sectionShown},
	partConditions: {access.Conditions, "e.section = 1 AND e.type = 'Condition'", 4 * sectionShown},
	partMedicines:  {access.Medicines, "e.section = 3 AND e.type IN ('MedicationRequest', 'MedicationStatement')", 8 * sectionShown},
	partVaccines:   {access.Immunizations, "e.section = 4 AND e.type = 'Immunization'", 2 * sectionShown},
	partPlans:      {access.CarePlan, "e.section = 9 AND e.type = 'CarePlan'", sectionShown},
	partGoals:      {access.CarePlan, "e.section = 9 AND e.type = 'Goal'", sectionShown},
	partTeams:      {access.CarePlan, "e.section = 9 AND e.type = 'CareTeam'", 10},
	partVisits:     {access.Visits, "e.section = 7 AND e.type = 'Encounter'", 10},
	partDocuments:  {access.Documents, "e.section = 8 AND e.type IN ('DocumentReference', 'Composition')", 10},
	partNewest:     {access.NoCategory, "e.timeline", 6 * newestShown},
}

// sections reads all parts in one query, each newest first.
func (s *Store) sections(c *db.Conn, v *access.View) ([partCount][]listed, error) {
	var out [partCount][]listed
	for _, one := range v.All() {
		if err := s.sectionsOf(c, one, &out); err != nil {
			return out, err
		}
	}
	for i := range out { // a union promises no order
		slices.SortStableFunc(out[i], func(a, b listed) int { return cmp.Compare(b.at, a.at) })
		out[i] = trim(out[i], partSQL[i].limit)
	}
	return out, nil
}

func (s *Store) sectionsOf(c *db.Conn, v *access.View, out *[partCount][]listed) error {
	cond, cargs := visibleSQL(v, micros(s.now()), "e")
	var query strings.Builder
	var args []any
	for i, p := range partSQL {
		if p.category != access.NoCategory && !v.See.Has(p.category) {
			continue
		}
		if query.Len() > 0 {
			query.WriteString(" UNION ALL ")
		}
		fmt.Fprintf(&query, "SELECT * FROM (SELECT %d AS part, %s FROM entries e WHERE e.patient_id = ?%s AND %s ORDER BY e.at DESC, e.id DESC LIMIT %d) p%d", i, entryColumns, cond, p.where, p.limit, i)
		args = append(append(args, v.Patient), cargs...)
	}
	return c.Each(query.String(), func(r *sql.Rows) error {
		var part int
		l, ok, err := scanListed(r, v, &part)
		if err == nil && ok {
			out[part] = append(out[part], l)
		}
		return err
	}, args...)
}

// patient reads the demographics and works out the age.
func (s *Store) patient(c *db.Conn, v *access.View) (Patient, error) {
	var body []byte
	err := c.QueryRow(`SELECT body FROM entries WHERE patient_id = ? AND type = 'Patient' AND id = ?`, v.Patient, v.Patient).Scan(&body)
	if isNoRows(err) {
		return Patient{}, notFound()
	}
	if err != nil {
		return Patient{}, err
	}
	var p Patient
	if err := json.Unmarshal(body, &p); err != nil {
		return Patient{}, err
	}
	if !v.See.Has(access.Demographics) { // a name to know whose chart it is, no more
		p = Patient{ID: p.ID, Name: p.Name, Given: p.Given, BirthDate: p.BirthDate, Sex: p.Sex, Deceased: p.Deceased}
	}
	p.Age = ageOn(p.BirthDate, p.Deceased, s.now())
	return p, nil
}

// resultLines gives each kind of result once, the newest first.
func (s *Store) resultLines(c *db.Conn, v *access.View, cat access.Category) ([]ResultLine, error) {
	if !v.See.Has(cat) {
		return []ResultLine{}, nil
	}
	rows, err := s.resultRows(c, v, cat)
	if err != nil {
		return nil, err
	}
	index := map[string]int{}
	lines := []ResultLine{}
	for _, r := range rows { // newest first
		i, ok := index[r.kind]
		if !ok {
			i = len(lines)
			index[r.kind] = i
			if i >= linesShown {
				continue
			}
			lines = append(lines, ResultLine{Key: r.kind, Category: cat.String(), Spark: []Point{}, Latest: Entry{Ref: r.ref}})
		}
		if i >= linesShown {
			continue
		}
		l := &lines[i]
		l.Count++
		if r.number != nil && len(l.Spark) < sparkPoints {
			l.Spark = append(l.Spark, Point{At: fromMicros(r.at).Format(time.RFC3339), Number: *r.number})
		}
	}
	refs := make([]any, 0, len(lines))
	for i := range lines {
		slices.Reverse(lines[i].Spark)
		refs = append(refs, lines[i].Latest.Ref[len("Observation/"):])
	}
	if len(refs) == 0 {
		return lines, nil
	}
	latest, err := s.entriesWhere(c, v, "AND e.type = 'Observation' AND e.id IN "+db.Placeholders(1, len(refs)), refs...)
	if err != nil {
		return nil, err
	}
	full := plainEntries(latest)
	if err := s.fill(c, v, full); err != nil {
		return nil, err
	}
	for _, e := range full {
		for i := range lines {
			if lines[i].Latest.Ref == e.Ref {
				lines[i].Latest, lines[i].Title, lines[i].Plain = e, e.Title, e.Plain
			}
		}
	}
	return slices.DeleteFunc(lines, func(l ResultLine) bool { return l.Latest.Kind == "" }), nil
}

// oneOfKind makes one entry of a medicine that was prescribed again and again:
// the newest active one, since the first.
func oneOfKind(in []listed) []listed {
	index := map[string]int{}
	var out []listed
	for _, l := range in { // newest first
		i, ok := index[l.kind]
		if !ok || l.kind == "" {
			index[l.kind] = len(out)
			out = append(out, l)
			continue
		}
		switch {
		case l.Active && !out[i].Active:
			first := out[i]
			l.join(first)
			out[i] = l
		case l.Active == out[i].Active:
			out[i].join(l)
			out[i].At = l.At
		default: // an older one that is over
			out[i].join(l)
		}
	}
	return out
}

func activeFirst(in []listed, most int) []listed {
	slices.SortStableFunc(in, func(a, b listed) int {
		switch {
		case a.Active == b.Active:
			return 0
		case a.Active:
			return -1
		}
		return 1
	})
	return trim(in, most)
}

func trim(in []listed, most int) []listed { return in[:min(len(in), most)] }

// attention picks what should be looked at: the latest results that are out of
// their range and not old, and goals that are past their date.
func (s *Store) attention(ch *Chart) []Attention {
	out := []Attention{}
	since := s.now().AddDate(0, 0, -attentionDays).Format(time.DateOnly)
	for _, lines := range [][]ResultLine{ch.Results, ch.Vitals} {
		for _, l := range lines {
			rank := attentionRank(l.Latest.Meaning)
			if rank < 2 || l.Latest.At < since {
				continue
			}
			level := "look"
			if rank == 4 {
				level = "urgent"
			}
			out = append(out, Attention{Kind: "result", Level: level, Entry: l.Latest})
		}
	}
	today := s.now().Format(time.DateOnly)
	for _, g := range ch.Goals {
		if g.Active && g.End != "" && g.End < today {
			out = append(out, Attention{Kind: "goal", Level: "look", Entry: g})
		}
	}
	slices.SortStableFunc(out, func(a, b Attention) int {
		if a.Level != b.Level {
			if a.Level == "urgent" {
				return -1
			}
			return 1
		}
		// What the care team wrote about stands first.
		if (a.Entry.Text != "") != (b.Entry.Text != "") {
			if a.Entry.Text != "" {
				return -1
			}
			return 1
		}
		return 0
	})
	return out[:min(len(out), 12)]
}
