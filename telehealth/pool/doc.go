// Package pool keeps who at the clinic answers messages together: pools by clinic
// and topic, their members, opening hours and promises, by which rules a message
// finds its pool, who stands in for somebody who is out, and how a message that
// nobody answers is passed on. It holds no message and opens no chart: that a pool
// which is joined to a chart lets its members see it is a rule of records/access.
package pool
