package pool

import (
	"database/sql"
	"slices"
	"time"

	"housecall/internal/db"
)

// Pace is how soon a pool answers: what it really achieved over the last 90 days,
// or what it promises, while there is too little to tell.
type Pace struct {
	Median   int  `json:"median" doc:"Minutes of opening time in which half are answered"`
	Ninety   int  `json:"ninety" doc:"Minutes of opening time in which nine of ten are answered"`
	Measured bool `json:"measured" doc:"False: it is what the clinic promises"`
}

const (
	paceOver = 90 * 24 * time.Hour
	paceFew  = 20   // answers, below which the promise stands
	paceMost = 2000 // the newest answers that are looked at
	paceKept = 5 * time.Minute
)

// Pace tells how soon a pool answers a topic. It is remembered for some minutes:
// it moves slowly.
func (s *Service) Pace(c *db.Conn, p *Pool, topic string) (Pace, error) {
	key := p.ID + " " + topic
	now := s.Now()
	s.mu.Lock()
	if now.Sub(s.paced) > paceKept || now.Before(s.paced) {
		s.pace, s.paced = map[string]Pace{}, now
	}
	known, ok := s.pace[key]
	s.mu.Unlock()
	if ok && known.Measured {
		return known, nil
	}
	var minutes []int
	err := c.Each(`SELECT minutes FROM thread_answers WHERE pool = ? AND topic = ? AND at > ? ORDER BY at DESC LIMIT ?`, func(r *sql.Rows) error {
		var m int
		err := r.Scan(&m)
		minutes = append(minutes, m)
		return err
	}, p.ID, topic, now.Add(-paceOver).UnixMicro(), paceMost)
	if err != nil {
		return Pace{}, err
	}
	out := pace(minutes)
	if len(minutes) < paceFew {
		promise := int(p.Within(topic, Routine).Minutes())
		return Pace{Median: promise, Ninety: promise}, nil
	}
	s.mu.Lock()
	s.pace[key] = out
	s.mu.Unlock()
	return out, nil
}

// pace takes the nearest ranks: the least that at least so many are within.
func pace(minutes []int) Pace {
	if len(minutes) == 0 {
		return Pace{}
	}
	slices.Sort(minutes)
	rank := func(percent int) int { return minutes[(len(minutes)*percent+99)/100-1] }
	return Pace{Median: rank(50), Ninety: rank(90), Measured: true}
}
