// Package carriertest has the other ends of the carriers for tests: servers that
// hold to their protocols, look at every request as the real ones do, keep what
// they got, and can be made to misbehave.
package carriertest

import (
	"net/http"
	"sync"
	"testing"
)

// Got is one request that a server took as good, or answered as it was told to.
type Got struct {
	Target string
	ID     string // by which a second one is known
	Clear  string // what was in it, decrypted
	Raw    string // head and body as they came
}

// ends is what the servers have in common.
type ends struct {
	t testing.TB

	mu     sync.Mutex
	got    []Got
	status int
	reason string
	after  string
	cut    bool
}

// All gives what came.
func (e *ends) All() []Got { e.mu.Lock(); defer e.mu.Unlock(); return append([]Got(nil), e.got...) }

// Answer makes the server answer everything like this; 0: as usual.
func (e *ends) Answer(status int, reason string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.status, e.reason = status, reason
}

// RetryAfter goes with such an answer.
func (e *ends) RetryAfter(s string) { e.mu.Lock(); defer e.mu.Unlock(); e.after = s }

// Cut makes the server take what comes and break the line without an answer.
func (e *ends) Cut(on bool) { e.mu.Lock(); defer e.mu.Unlock(); e.cut = on }

// Rings is how often something rings at a target: what has the id of one that is
// there takes its place.
func (e *ends) Rings(target string) (n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	ids := map[string]bool{}
	for _, g := range e.got {
		if g.Target == target {
			ids[g.ID] = true
		}
	}
	return len(ids)
}

// verdict keeps a request that is well made, and says whether it shall be answered
// otherwise than as usual.
func (e *ends) verdict(g Got) (status int, reason, after string, cut bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.status == 0 {
		e.got = append(e.got, g)
	}
	return e.status, e.reason, e.after, e.cut
}

func (e *ends) wrong(w http.ResponseWriter, status int, format string, args ...any) {
	e.t.Errorf(format, args...)
	w.WriteHeader(status)
}
