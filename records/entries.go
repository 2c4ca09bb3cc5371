package records

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"housecall/internal/db"
	"housecall/records/access"
	"housecall/records/fhir"
)

// listed is an entry with what the list it stands in needs.
type listed struct {
	Entry
	at     int64
	kind   string
	fact   string
	number *float64
	view   *access.View // of the chart that it stands in
	also   []listed     // further records of the same fact
	own    []Source     // its sources before others were added
}

func cutRef(ref string) (typ, id string, ok bool) {
	typ, id, _, ok = fhir.SplitReference(ref)
	return typ, id, ok
}

const entryColumns = "e.type, e.id, e.at, e.kind, e.fact, e.number, e.body"

// entriesWhere reads entries of a chart that the view sees. tail holds further
// conditions and the order.
func (s *Store) entriesWhere(c *db.Conn, v *access.View, tail string, args ...any) ([]listed, error) {
	var out []listed
	var charts int
	for _, one := range v.All() {
		before := len(out)
		cond, cargs := visibleSQL(one, micros(s.now()), "e")
		err := c.Each("SELECT "+entryColumns+" FROM entries e WHERE e.patient_id = ?"+cond+" "+tail, func(r *sql.Rows) error {
			l, ok, err := scanListed(r, one)
			if err == nil && ok {
				out = append(out, l)
			}
			return err
		}, append(append([]any{one.Patient}, cargs...), args...)...)
		if err != nil {
			return nil, err
		}
		if len(out) > before {
			charts++
		}
	}
	if charts > 1 { // newest first, as each of them is
		slices.SortStableFunc(out, func(a, b listed) int {
			return cmp.Or(cmp.Compare(b.at, a.at), strings.Compare(b.id(), a.id()))
		})
	}
	return out, nil
}

func (l *listed) id() string {
	_, id, _ := strings.Cut(l.Ref, "/")
	return id
}

// scanListed reads a row of entryColumns, with whatever columns stand before
// them. It is not ok when an app's scopes leave the type out.
func scanListed(r *sql.Rows, v *access.View, before ...any) (l listed, ok bool, err error) {
	var typ, id string
	var body sql.RawBytes
	if err := r.Scan(append(before, &typ, &id, &l.at, &l.kind, &l.fact, &l.number, &body)...); err != nil {
		return l, false, err
	}
	if !v.AllowsType(typ, 'r') && !v.AllowsType(typ, 's') {
		return l, false, nil
	}
	l.view = v
	err = json.Unmarshal(body, &l.Entry)
	l.own = slices.Clip(l.Sources)
	return l, true, err
}

// merge makes one entry of the same fact from several places and keeps the
// order. The first stays; the others add their sources.
func merge(in []listed) []listed {
	seen := make(map[string]int, len(in))
	out := in[:0:0]
	for _, l := range in {
		if l.fact != "" {
			if i, ok := seen[l.fact]; ok {
				out[i].join(l)
				continue
			}
			seen[l.fact] = len(out)
		}
		out = append(out, l)
	}
	return out
}

func addSources(to *Entry, from Entry) {
	for _, src := range withSource(from) {
		if !slices.ContainsFunc(withSource(*to), func(s Source) bool { return s.URI == src.URI && s.Name == src.Name }) {
			to.Sources = append(withSource(*to), src)
		}
	}
}

// withSource gives the sources of an entry; one without any names its place.
func withSource(e Entry) []Source {
	if len(e.Sources) > 0 {
		return e.Sources
	}
	if e.Place != "" {
		return []Source{{Name: e.Place, Ref: e.Ref}}
	}
	if e.PlaceRef != "" {
		return []Source{{URI: e.PlaceRef, Ref: e.Ref}}
	}
	return []Source{}
}

// plainEntries takes the entries out of a list.
func plainEntries(in []listed) []Entry {
	out := make([]Entry, len(in))
	for i := range in {
		out[i] = in[i].Entry
		out[i].Differs = append(out[i].Differs, in[i].differences()...)
		if out[i].Sources == nil {
			out[i].Sources = []Source{}
		}
	}
	return out
}

// attachParts puts the members under the reports in the list and counts how many
// are out of their range.
func (s *Store) attachParts(c *db.Conn, v *access.View, in []listed, keep int) error {
	index := map[string]int{}
	args := []any{}
	for i, l := range in {
		if l.Kind == "DiagnosticReport" {
			index[l.Ref] = i
			args = append(args, l.Ref)
		}
	}
	for len(args) > 0 {
		part := args[:min(len(args), 200)]
		args = args[len(part):]
		if err := s.attachFrom(c, v, in, index, part, keep); err != nil {
			return err
		}
	}
	for i := range in {
		slices.SortStableFunc(in[i].Children, func(a, b Entry) int { return attentionRank(b.Meaning) - attentionRank(a.Meaning) })
		// A report is as bad as its worst member, but says neither high nor low.
		if r := attentionRank(firstMeaning(in[i].Children)); r == 4 {
			in[i].Meaning = firstMeaning(in[i].Children)
		} else if r > 1 {
			in[i].Meaning = "abnormal"
		}
	}
	return nil
}

// attachFrom reads the members of the reports named in part; index says where
// in the list each report stands.
func (s *Store) attachFrom(c *db.Conn, view *access.View, in []listed, index map[string]int, part []any, keep int) error {
	for _, v := range view.All() {
		cond, cargs := visibleSQL(v, micros(s.now()), "e")
		err := c.Each("SELECT e.part_of, e.type, e.meaning, e.body FROM entries e WHERE e.patient_id = ?"+cond+" AND e.part_of IN "+db.Placeholders(1, len(part))+" ORDER BY e.part_of, e.id", func(r *sql.Rows) error {
			var of, typ string
			var meaning int
			var body []byte
			if err := r.Scan(&of, &typ, &meaning, &body); err != nil {
				return err
			}
			if !v.AllowsType(typ, 'r') && !v.AllowsType(typ, 's') {
				return nil
			}
			l := &in[index[of]]
			switch {
			case meaning >= meaningLow:
				l.OutOfRange++
			case meaning == meaningUsual:
				l.Usual++
			}
			if len(l.Children) >= keep && meaning < meaningLow {
				return nil
			}
			var e Entry
			if err := json.Unmarshal(body, &e); err != nil {
				return err
			}
			if e.Sources == nil {
				e.Sources = []Source{}
			}
			l.Children = append(l.Children, e)
			return nil
		}, append(append([]any{v.Patient}, cargs...), part...)...)
		if err != nil {
			return err
		}
	}
	return nil
}

func firstMeaning(es []Entry) string {
	if len(es) == 0 {
		return ""
	}
	return es[0].Meaning
}

func attentionRank(meaning string) int {
	switch meaning {
	case "criticalLow", "criticalHigh":
		return 4
	case "abnormal":
		return 3
	case "low", "high":
		return 2
	case "usual":
		return 1
	}
	return 0
}

// searchWords turns what somebody typed into conditions on the folded words.
func searchWords(q string) (string, []any) {
	var cond strings.Builder
	var args []any
	for i, w := range strings.Fields(fold(clip(q, 200))) {
		if i == 8 {
			break
		}
		cond.WriteString(` AND e.words LIKE ? ESCAPE '\'`)
		args = append(args, "%"+likeEscape(w)+"%")
	}
	return cond.String(), args
}
