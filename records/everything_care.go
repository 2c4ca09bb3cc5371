package records

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
)

// careSQL keeps the resources (alias a) whose main date meets the care dates. The
// patient, and what has no date, belong to all times.
func careSQL(o EverythingOptions, a string) (string, []any) {
	if o.From == 0 && o.To == 0 {
		return "", nil
	}
	var param strings.Builder
	for _, typ := range slices.Sorted(maps.Keys(mainDate)) { // the same text each time, so that it is prepared once
		param.WriteString(" WHEN '" + typ + "' THEN '" + mainDate[typ] + "'")
	}
	cond := " AND (" + a + ".sort_at = ? OR EXISTS (SELECT 1 FROM search_date d WHERE d.patient_id = " + a + ".patient_id AND d.type = " + a + ".type AND d.id = " + a + ".id" +
		" AND d.param = CASE " + a + ".type" + param.String() + " ELSE '' END"
	args := []any{noDate}
	if o.From != 0 {
		cond, args = cond+" AND d.hi > ?", append(args, o.From)
	}
	if o.To != 0 {
		cond, args = cond+" AND d.lo < ?", append(args, o.To)
	}
	return cond + "))", args
}

func careWords(o EverythingOptions) string {
	if o.From == 0 && o.To == 0 {
		return ""
	}
	return " " + itoa(o.From) + " " + itoa(o.To)
}

// chartsInPage bounds the charts that one page of EverythingOfAll opens, whatever
// little is in each.
const chartsInPage = 50

// EverythingOfAll gives all charts that a person may open, chart by chart, each as
// Everything gives it, with a decision and an audit row of its own. Who opens all
// charts of a clinic exports them instead: for a system there is no list of charts.
func (s *Store) EverythingOfAll(ctx context.Context, who identity.Principal, o EverythingOptions) (Page, error) {
	if err := allowed(who, "Patient", 'r'); err != nil {
		return Page{}, err
	}
	if who.Everywhere() {
		return Page{}, fault.New(fault.Invalid, "This would be the records of the whole clinic. Please ask for Patient/$export instead.").WithIssues(fault.Issue{Code: "too-costly"})
	}
	charts, err := s.access.Charts(ctx, who, maxCharts)
	if err != nil {
		return Page{}, err
	}
	slices.Sort(charts)
	if o.Count <= 0 || o.Count > 1000 {
		o.Count = 1000
	}
	about := "everything of " + who.Account + " " + strings.Join(o.Types, ",") + careWords(o)
	var cur struct {
		Chart string `json:"p"`
		Page  string `json:"c"`
	}
	if o.Page != "" {
		if err := s.seals.open(about, o.Page, &cur); err != nil {
			return Page{}, err
		}
	}
	all := Page{Total: -1}
	shared := map[string]bool{} // who treated several of them is in a page once (R4 bdl-7)
	for opened := 0; ; opened++ {
		i, found := slices.BinarySearchFunc(charts, cur.Chart, cmp.Compare)
		if i < len(charts) && (opened == chartsInPage || len(all.Items) >= o.Count) {
			all.Next = s.seals.seal(about, cur)
		}
		if i == len(charts) || all.Next != "" {
			var events []access.Event
			if all.Items, events, err = s.showAll(s.db.Read(ctx), who, all.Items, "read"); err == nil && len(events) > 0 {
				err = s.access.Record(ctx, events...)
			}
			return all, err
		}
		if !found { // the chart where the last page ended was taken away since
			cur.Chart, cur.Page = charts[i], ""
		}
		one := o
		one.Page, one.Count, one.alone = cur.Page, o.Count-len(all.Items), true // what is joined is in the list, too
		p, err := s.Everything(ctx, who, cur.Chart, one)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return Page{}, err
		}
		for _, it := range p.Items {
			if it.Patient == "" && shared[it.Type+"/"+it.ID] {
				continue
			}
			if it.Patient == "" {
				shared[it.Type+"/"+it.ID] = true
			}
			all.Items = append(all.Items, it)
		}
		if cur.Page = p.Next; cur.Page == "" {
			cur.Chart += "\x00" // behind it
		}
	}
}
