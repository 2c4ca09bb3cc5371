package records

import (
	"context"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/records/fhir"
)

// Prepared is a change on which everything was done that needs no lock:
// validation, search rows, the entry. Whoever writes much prepares beside the
// transaction, on other cores, and finds out early which change is refused.
type Prepared struct{ c *change }

// Prepare makes an Op of somebody ready, and scans what it brings along; source is the meta.source of a resource that names
// none. The node belongs to the store from then on.
func (s *Store) Prepare(ctx context.Context, who identity.Principal, op Op, source string) (*Prepared, error) {
	c := &change{Op: op, source: source, quiet: true}
	if err := s.identify(c); err != nil {
		return nil, err
	}
	if err := s.prepareOne(identity.SystemPrincipal(""), c); err != nil {
		return nil, err
	}
	if err := s.scanResource(ctx, who, c.Node); err != nil {
		return nil, err
	}
	return &Prepared{c}, nil
}

// Scan scans what stands in a resource that is to be kept elsewhere for a while.
func (s *Store) Scan(ctx context.Context, who identity.Principal, n *fhir.Node) error {
	return s.scanResource(ctx, who, n)
}

// WritePreparedTx is WriteTx for changes that are ready. A resource stands in it
// once. When the transaction runs again, the same changes may be given again.
func (s *Store) WritePreparedTx(c *db.Conn, who identity.Principal, ready []*Prepared) ([]Stored, error) {
	if len(ready) == 0 || len(ready) > maxOps {
		return nil, invalid("There is nothing to store, or too much to store together.")
	}
	changes := make([]*change, len(ready))
	for i, p := range ready {
		changes[i] = p.c
	}
	return s.writeTx(c, who, changes)
}

// MaxOps is how many changes can be made together.
const MaxOps = maxOps

// ChartsOf gives the patients whom a resource is about, by the elements that
// decide its home chart: none for what lives in the shared chart. For Provenance
// it sees only targets that are patients themselves.
func ChartsOf(n *fhir.Node) []string {
	if n.ResourceType() == "Patient" {
		return []string{n.Get("id").Str()}
	}
	var charts []string
	for _, ref := range subjectRefs(n) {
		p, ok := patientOf(ref)
		for _, had := range charts {
			ok = ok && had != p
		}
		if ok {
			charts = append(charts, p)
		}
	}
	return charts
}
