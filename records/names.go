package records

import (
	"database/sql"
	"encoding/json"
	"sync"
	"time"

	"housecall/internal/db"
)

// nameCache remembers how places and people of the shared chart are called, for
// entries that only refer to them. A minute late is early enough.
type nameCache struct {
	mu    sync.Mutex
	names map[string]string
	since time.Time
}

const nameCacheSize = 20_000

func newNameCache() *nameCache { return &nameCache{names: map[string]string{}} }

// fill puts names where entries have references, and takes the references off.
func (s *Store) fill(c *db.Conn, entries []Entry) error {
	missing := map[string]bool{}
	s.names.mu.Lock()
	if s.now().Sub(s.names.since) > time.Minute || len(s.names.names) > nameCacheSize {
		s.names.names, s.names.since = map[string]string{}, s.now()
	}
	known := s.names.names
	walk(entries, func(e *Entry) {
		for _, ref := range [...]string{e.WhoRef, e.PlaceRef} {
			if _, ok := known[ref]; ref != "" && !ok {
				missing[ref] = true
			}
		}
	})
	s.names.mu.Unlock()
	if len(missing) > 0 {
		found, err := lookupNames(c, missing)
		if err != nil {
			return err
		}
		s.names.mu.Lock()
		for ref := range missing {
			s.names.names[ref] = found[ref]
		}
		s.names.mu.Unlock()
	}
	s.names.mu.Lock()
	defer s.names.mu.Unlock()
	walk(entries, func(e *Entry) {
		if e.Who == "" && e.WhoRef != "" {
			e.Who = s.names.names[e.WhoRef]
		}
		if e.Place == "" && e.PlaceRef != "" {
			e.Place = s.names.names[e.PlaceRef]
		}
		e.WhoRef, e.PlaceRef = "", ""
	})
	return nil
}

func walk(entries []Entry, f func(*Entry)) {
	for i := range entries {
		f(&entries[i])
		walk(entries[i].Children, f)
	}
}

func lookupNames(c *db.Conn, refs map[string]bool) (map[string]string, error) {
	found := make(map[string]string, len(refs))
	var pairs []any
	for ref := range refs {
		if typ, id, ok := cutRef(ref); ok {
			pairs = append(pairs, typ, id)
		}
	}
	for len(pairs) > 0 {
		part := pairs[:min(len(pairs), 400)]
		pairs = pairs[len(part):]
		err := c.Each("SELECT type, id, body FROM entries WHERE patient_id = '' AND (type, id) IN (VALUES "+db.Placeholders(len(part)/2, 2)+")", func(r *sql.Rows) error {
			var typ, id string
			var body []byte
			if err := r.Scan(&typ, &id, &body); err != nil {
				return err
			}
			var e Entry
			if err := json.Unmarshal(body, &e); err != nil {
				return err
			}
			found[typ+"/"+id] = e.Title
			return nil
		}, part...)
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}
