package records

import (
	"database/sql"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"housecall/internal/db"
	"housecall/records/access"
)

// nameCache remembers how places, people and sources are called, for entries
// that only refer to them. A minute late is early enough.
type nameCache struct {
	mu    sync.Mutex
	names map[string]string
	own   string // the clinic's name: whose systems wrote what has no other source
	since time.Time
}

const nameCacheSize = 20_000

func newNameCache(own string) *nameCache { return &nameCache{names: map[string]string{}, own: own} }

// fill puts names where entries have references, and takes the references off,
// with the reasons that the view does not see.
func (s *Store) fill(c *db.Conn, v *access.View, entries []Entry) error {
	if err := s.cutReasons(c, v, entries); err != nil {
		return err
	}
	missing := map[string]bool{}
	s.names.mu.Lock()
	if s.now().Sub(s.names.since) > time.Minute || len(s.names.names) > nameCacheSize {
		s.names.names, s.names.since = map[string]string{}, s.now()
	}
	known := s.names.names
	need := func(ref string) {
		if _, ok := known[ref]; ref != "" && !ok {
			missing[ref] = true
		}
	}
	walk(entries, func(e *Entry) {
		need(e.WhoRef)
		need(e.PlaceRef)
		for _, src := range e.Sources {
			need(src.URI)
		}
		for _, d := range e.Differs {
			for _, x := range d.Says {
				need(x.Source.URI)
			}
		}
	})
	s.names.mu.Unlock()
	if len(missing) > 0 {
		found, err := lookupNames(c, missing, s.names.own)
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
		for i := range e.Sources {
			s.names.name(&e.Sources[i])
		}
		for _, d := range e.Differs {
			for i := range d.Says {
				s.names.name(&d.Says[i].Source)
			}
		}
	})
	return nil
}

func (s *Store) cutReasons(c *db.Conn, v *access.View, entries []Entry) error {
	borrowed := false
	walk(entries, func(e *Entry) { borrowed = borrowed || e.ReasonRef != "" })
	if !borrowed {
		return nil
	}
	var hidden []string
	for _, one := range v.All() {
		h, err := s.hidden(c, one)
		if err != nil {
			return err
		}
		hidden = append(hidden, h...)
	}
	walk(entries, func(e *Entry) {
		if typ, id, ok := cutRef(e.ReasonRef); ok && slices.Contains(hidden, typ+"/"+id) {
			e.Reason = ""
		}
		e.ReasonRef = ""
	})
	return nil
}

// name puts the name of a source in place of its address; the lock is held.
func (n *nameCache) name(src *Source) {
	if src.Name == "" {
		src.Name = n.names[src.URI]
	}
	src.URI = ""
}

func walk(entries []Entry, f func(*Entry)) {
	for i := range entries {
		f(&entries[i])
		walk(entries[i].Children, f)
	}
}

func lookupNames(c *db.Conn, refs map[string]bool, own string) (map[string]string, error) {
	found := make(map[string]string, len(refs))
	sources := map[string]string{} // organization -> its source URI
	var pairs []any
	for ref := range refs {
		if typ, id, ok := cutRef(ref); ok {
			pairs = append(pairs, typ, id)
			continue
		}
		// A source is known by the organization that has its URI as identifier.
		var id string
		err := c.QueryRow("SELECT id FROM search_token WHERE patient_id = '' AND type = 'Organization' AND param = 'identifier' AND code = ? LIMIT 1", ref).Scan(&id)
		switch {
		case isNoRows(err) && ref == Own && own != "":
			found[ref] = own
		case isNoRows(err):
			found[ref] = sourceName(ref)
		case err != nil:
			return nil, err
		default:
			pairs = append(pairs, "Organization", id)
			sources["Organization/"+id] = ref
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
			if uri := sources[typ+"/"+id]; uri != "" {
				found[uri] = e.Title
			}
			return nil
		}, part...)
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}
