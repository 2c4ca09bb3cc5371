package records

import (
	"strings"

	"housecall/internal/fault"
	"housecall/records/fhir"
)

// link is a reference whose end is known in the transaction only, because a
// search finds it: another change of the batch (to), or what the reference
// itself asks for (where). Until then it names what would be created.
type link struct {
	node  *fhir.Node
	path  string
	to    *change
	where *Condition
}

// connect makes references to this server relative and, in a linked batch,
// replaces those that name another change by its FullURL (R4 3.1.0.11.2 and
// 2.36.4.1). What nothing resolves would point to nothing and is refused.
func connect(b Batch, changes []*change) error {
	if b.Base == "" && !b.Linked {
		return nil
	}
	named := map[string]*change{}
	if b.Linked {
		for i, c := range changes {
			if c.FullURL == "" || c.Kind == Delete {
				continue
			}
			if named[c.FullURL] != nil {
				return &OpError{i, invalid("Two entries have the same fullUrl.").WithIssues(fault.Issue{Code: "value"})}
			}
			named[c.FullURL] = c
		}
	}
	for i, c := range changes {
		if c.Node == nil {
			continue
		}
		for _, r := range fhir.References(c.Node) {
			if err := c.connect(b, named, r); err != nil {
				return &OpError{i, err}
			}
		}
		if len(named) > 0 {
			c.connectURLs(named, c.Node)
		}
	}
	return nil
}

func (c *change) connect(b Batch, named map[string]*change, r fhir.Ref) error {
	v := r.Value
	if to := lookUp(named, c.FullURL, v); to != nil {
		c.pointTo(r.Node, r.Path, to)
		return nil
	}
	if own, ok := strings.CutPrefix(v, b.Base+"/"); ok && b.Base != "" {
		r.Node.SetStr(own)
		return nil
	}
	typ, criteria, byTheirSearch := strings.Cut(v, "?")
	switch {
	case strings.HasPrefix(v, "urn:"):
		return invalid("This reference points to nothing that was sent along.").WithIssues(fault.Issue{Code: "not-found", Expression: r.Path + ".reference"})
	case byTheirSearch && fhir.IsType(typ):
		if !b.Linked {
			return invalid("References by search are for transactions only.").WithIssues(fault.Issue{Code: "not-supported", Expression: r.Path + ".reference"})
		}
		where, err := NewCondition(typ, criteria)
		if err != nil {
			return noOneRecord(r.Path)
		}
		c.links = append(c.links, link{node: r.Node, path: r.Path, where: where})
		r.Node.SetStr(typ + "/" + nobody)
	}
	return nil
}

// nobody is an id that stands for what is still to be found.
const nobody = "00000000-0000-0000-0000-000000000000"

func noOneRecord(path string) error {
	return invalid("This reference by search does not name exactly one record.").WithIssues(fault.Issue{Code: "not-found", Expression: path + ".reference"})
}

// lookUp finds the change that a reference means. A relative one is looked up
// below the address of the server that the entry comes from (R4 2.36.4.1).
func lookUp(named map[string]*change, from, v string) *change {
	if len(named) == 0 {
		return nil
	}
	if cut, _, versioned := strings.Cut(v, "/_history/"); versioned {
		v = cut
	}
	if to := named[v]; to != nil {
		return to
	}
	if _, _, _, relative := fhir.SplitReference(v); !relative {
		return nil
	}
	parts := strings.Split(from, "/")
	if len(parts) < 4 || !strings.HasPrefix(from, "http") || !fhir.IsType(parts[len(parts)-2]) {
		return nil
	}
	return named[strings.Join(parts[:len(parts)-2], "/")+"/"+v]
}

func (c *change) pointTo(n *fhir.Node, path string, to *change) {
	n.SetStr(to.Type + "/" + to.ID)
	if to.Where != nil {
		c.links = append(c.links, link{node: n, path: path, to: to})
	}
}

// connectURLs does the same for the addresses of attachments.
func (c *change) connectURLs(named map[string]*change, n *fhir.Node) {
	for _, i := range n.Items() {
		c.connectURLs(named, i)
	}
	for _, m := range n.Members() {
		if m.Key == "url" && m.Value.Kind() == fhir.KindString {
			if to := named[m.Value.Str()]; to != nil {
				c.pointTo(m.Value, "", to)
			}
			continue
		}
		c.connectURLs(named, m.Value)
	}
}
