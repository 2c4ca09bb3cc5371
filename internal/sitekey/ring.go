package sitekey

import (
	"crypto/hmac"
	"slices"
	"sync"
	"sync/atomic"
)

// Ring is the keys of a site. Whoever needs a key takes a Secret or a Sealer of it
// once: these follow the ring when a key is added, becomes current or goes.
type Ring struct {
	now atomic.Pointer[State]

	mu      sync.Mutex
	changed []func()
}

// State is which keys there are and what each is for.
type State struct {
	Keys  []Key // the current one first
	First ID    // the site's first key: what names no key is of it
	Form  Form  // in which is sealed

	// Until is the last moment, in microseconds, of which something can be under a key
	// that seals no more. What says that it is newer was made by somebody else.
	Until map[ID]int64

	// Kept is what retired keys leave behind: keys of the purposes that are kept,
	// by which things can be checked that cannot be made anew.
	Kept map[ID]map[string][]byte
}

// Kept are the purposes whose keys outlive the site key that they were derived from:
// they check what nobody can make anew under another key, or name what is stored.
var Kept = []string{"audit mac", "identity recovery codes", "identity birth dates", "records kind"}

// NewRing makes a ring of keys, of which the first is current and the site's first.
func NewRing(keys ...Key) *Ring {
	r := &Ring{}
	r.Set(State{Keys: keys, First: keys[0].ID()})
	return r
}

// Set exchanges what is in the ring.
func (r *Ring) Set(s State) {
	r.now.Store(&s)
	r.mu.Lock()
	changed := slices.Clone(r.changed)
	r.mu.Unlock()
	for _, f := range changed {
		f()
	}
}

// State is what is in the ring. It must not be changed.
func (r *Ring) State() *State { return r.now.Load() }

// Current is the key that seals.
func (r *Ring) Current() Key { return r.State().Keys[0] }

// Oldest is the key that is in use for longest.
func (r *Ring) Oldest() Key { return r.State().Keys[len(r.State().Keys)-1] }

// Find gives a key by its name.
func (r *Ring) Find(id ID) (Key, bool) {
	keys := r.State().Keys
	i := slices.IndexFunc(keys, func(k Key) bool { return k.ID() == id })
	if i < 0 {
		return Key{}, false
	}
	return keys[i], true
}

// Secret is the keys of one purpose, of 32 bytes each.
type Secret struct {
	ring    *Ring
	purpose string
	derived atomic.Pointer[derived]
}

type derived struct {
	of  *State
	ids []ID
	all [][]byte
}

// Secret gives the keys of a purpose.
func (r *Ring) Secret(purpose string) *Secret { return &Secret{ring: r, purpose: purpose} }

func (s *Secret) load() *derived {
	st := s.ring.State()
	if d := s.derived.Load(); d != nil && d.of == st {
		return d
	}
	d := &derived{of: st}
	for _, k := range st.Keys {
		d.ids, d.all = append(d.ids, k.ID()), append(d.all, k.Derive(s.purpose, 32))
	}
	for id, kept := range st.Kept {
		if key := kept[s.purpose]; key != nil && !slices.Contains(d.ids, id) {
			d.ids, d.all = append(d.ids, id), append(d.all, key)
		}
	}
	s.derived.Store(d)
	return d
}

// OnChange calls f whenever the ring has changed.
func (s *Secret) OnChange(f func()) {
	s.ring.mu.Lock()
	defer s.ring.mu.Unlock()
	s.ring.changed = append(s.ring.changed, f)
}

// Now is the key of the purpose for what is new.
func (s *Secret) Now() []byte { return s.load().all[0] }

// Current is Now with the name of its site key, and tells whether that is the
// site's first.
func (s *Secret) Current() (id ID, key []byte, first bool) {
	d := s.load()
	return d.ids[0], d.all[0], d.ids[0] == d.of.First
}

// All are all keys of the purpose, that of Now first.
func (s *Secret) All() [][]byte { return s.load().all }

// Of is the key of the purpose that was derived from a site key; nil: it is not here.
func (s *Secret) Of(id ID) []byte {
	d := s.load()
	if i := slices.Index(d.ids, id); i >= 0 {
		return d.all[i]
	}
	return nil
}

// Served tells whether a key was in use at a moment, in microseconds.
func (s *Secret) Served(id ID, at int64) bool {
	until, ended := s.ring.State().Until[id]
	return !ended || at <= until
}

// First is the name of the site's first key.
func (s *Secret) First() ID { return s.load().of.First }

// Lasting is the key of the purpose that never changes, for opaque names that are
// stored. The purpose is one of Kept.
func (s *Secret) Lasting() []byte { return s.Of(s.First()) }

// Fits tells whether a code is one that make gives with any key of the purpose.
func (s *Secret) Fits(code []byte, make func(key []byte) []byte) bool {
	return slices.ContainsFunc(s.All(), func(key []byte) bool { return hmac.Equal(code, make(key)) })
}

// ForTest is a ring with a fixed key for tests.
func ForTest() *Ring { return NewRing(KeyForTest(1)) }

// KeyForTest is a fixed key.
func KeyForTest(n byte) Key { return Key{secret: [size]byte{n, 2, 3}} }
