package records

import (
	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/fhir"
)

// matches gives the ids of what a query finds, at most limit of them, inside the
// caller's transaction: for writes that depend on what is there (conditional
// create, update and delete). It sees what who sees and leaves no audit row; the
// write does.
func (s *Store) matches(c *db.Conn, who identity.Principal, q *fhir.Query, limit int) ([]string, error) {
	if err := allowed(who, q.Type, 's'); err != nil {
		return nil, err
	}
	sc, err := s.scopeOf(c, who, q)
	if fault.Is(err, fault.NotFound) { // no chart to look into
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	x := s.newSearcher(c, who, sc)
	w, err := x.where(q)
	if err != nil {
		return nil, err
	}
	rows, err := x.filtered(q.Type, w, order{}, nil, limit)
	if err != nil {
		return nil, err
	}
	var ids []string
	for i := range rows.items {
		ids = append(ids, rows.items[i].ID)
	}
	return ids, nil
}
