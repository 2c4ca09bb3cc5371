package records

// arena keeps copies of bodies that are read together in a few large pieces of
// memory: the page that they are spliced into lives no longer than they do.
type arena struct{ free []byte }

const arenaPiece = 64 << 10

// keep copies b.
func (a *arena) keep(b []byte) []byte {
	if len(b) > cap(a.free)-len(a.free) {
		if len(b) > arenaPiece/4 {
			return append([]byte(nil), b...)
		}
		a.free = make([]byte, 0, arenaPiece)
	}
	from := len(a.free)
	a.free = append(a.free, b...)
	return a.free[from:len(a.free):len(a.free)]
}
