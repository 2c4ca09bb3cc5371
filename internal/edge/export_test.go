package edge

// Len is the number of askers remembered.
func (l *Limiter) Len() int { return len(l.buckets) }
