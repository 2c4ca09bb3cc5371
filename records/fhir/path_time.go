package fhir

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// moment is a date or time as it was written: only so many parts are known, and perhaps no zone.
type moment struct {
	part  [6]int // year, month, day, hour, minute, microseconds of the minute
	count int    // how many of them are known; of a time of day the first three count as known
	clock bool   // a time of day
	zoned bool
	zone  int // minutes east of UTC
	micro int // digits of the fraction of a second
}

// readMoment reads what a date, dateTime, instant or time may say, also without zone and with the hour alone.
func readMoment(s string, clock bool) (m moment, ok bool) {
	m.clock = clock
	rest := s
	if !clock {
		var date string
		var timed bool
		date, rest, timed = strings.Cut(s, "T")
		fields := strings.Split(date, "-")
		if len(fields) > 3 || len(fields[0]) != 4 {
			return m, false
		}
		for i, f := range fields {
			if i > 0 && len(f) != 2 {
				return m, false
			}
			if m.part[i], ok = number(f, 0, len(f)); !ok {
				return m, false
			}
		}
		m.count = len(fields)
		if m.count > 1 && (m.part[1] < 1 || m.part[1] > 12) || m.count > 2 && (m.part[2] < 1 || m.part[2] > daysIn(m.part[0], m.part[1])) {
			return m, false
		}
		if !timed || rest == "" {
			return m, true
		}
	} else {
		m.part[0], m.part[1], m.part[2] = 1, 1, 1
	}
	at, zone, ok := splitZone(rest)
	if !ok || clock && zone != noZone {
		return m, false
	}
	if zone != noZone {
		m.zoned, m.zone = true, zone
	}
	fields := strings.Split(at, ":")
	if len(fields) > 3 || m.count < 3 && !clock {
		return m, false
	}
	m.count = 3 + len(fields)
	limits := [...]int{23, 59, 60}
	for i, f := range fields {
		whole, fraction, dotted := strings.Cut(f, ".")
		if len(whole) != 2 || dotted && (i < 2 || fraction == "" || strings.Trim(fraction, "0123456789") != "") {
			return m, false
		}
		v, ok := number(whole, 0, 2)
		if !ok || v > limits[i] {
			return m, false
		}
		m.part[3+i] = v
		if i == 2 {
			m.micro = min(len(fraction), 6)
			micros, _ := strconv.Atoi((fraction + "000000")[:6])
			m.part[5] = v*1e6 + micros
		}
	}
	return m, true
}

func momentOf(it item) (moment, bool) {
	switch it.kind() {
	case kindDate:
		return readMoment(it.n.text, false)
	case kindTime:
		return readMoment(it.n.text, true)
	}
	return moment{}, false
}

// timeLiteral reads what follows the @.
func timeLiteral(s string) (item, bool) {
	clock, isClock := strings.CutPrefix(s, "T")
	m, ok := readMoment(clock, isClock)
	typ := sysDate
	switch {
	case isClock:
		s, typ = clock, sysTime
	case strings.Contains(s, "T"):
		typ = sysDateTime
	}
	return item{n: String(s), typ: typ}, ok && m.count > 0
}

// compare says which comes first; unknown when they agree as far as both go and one goes farther, or when only one of
// them has a zone (http://hl7.org/fhirpath/N1/#comparison).
func (m moment) compare(o moment) (sign int, known bool) {
	if m.clock != o.clock {
		return 0, false
	}
	if m.count > 3 && o.count > 3 && !m.clock {
		if m.zoned != o.zoned {
			return 0, false
		}
		if m.zone != o.zone {
			m, o = m.utc(), o.utc()
		}
	}
	for i := range min(m.count, o.count) {
		switch {
		case m.part[i] < o.part[i]:
			return -1, true
		case m.part[i] > o.part[i]:
			return 1, true
		}
	}
	return 0, m.count == o.count
}

func (m moment) time() time.Time {
	month, day := max(m.part[1], 1), max(m.part[2], 1)
	return time.Date(m.part[0], time.Month(month), day, m.part[3], m.part[4], 0, m.part[5]*1000, time.UTC)
}

func (m moment) withTime(t time.Time) moment {
	m.part = [6]int{t.Year(), int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second()*1e6 + t.Nanosecond()/1000}
	return m
}

func (m moment) utc() moment {
	m = m.withTime(m.time().Add(-time.Duration(m.zone) * time.Minute))
	m.zone = 0
	return m
}

// add moves a moment by a span of time; what goes beyond its precision is cut off, and the end of a month stays inside
// the month (http://hl7.org/fhirpath/N1/#datetime-arithmetic).
func (m moment) add(amount int64, unit string) (moment, bool) {
	if amount > 1e9 || amount < -1e9 {
		return m, false
	}
	n := int(amount)
	t := m.time()
	switch unit {
	case "year", "month":
		if m.clock {
			return m, false
		}
		if unit == "year" {
			n *= 12
		}
		months := m.part[0]*12 + max(m.part[1], 1) - 1 + n
		m.part[0] = months / 12
		if m.count > 1 {
			m.part[1] = months%12 + 1
		}
		if m.count > 2 {
			m.part[2] = min(m.part[2], daysIn(m.part[0], m.part[1]))
		}
		return m, m.part[0] >= 1 && m.part[0] <= 9999
	case "week":
		t = t.AddDate(0, 0, 7*n)
	case "day":
		t = t.AddDate(0, 0, n)
	case "hour":
		t = t.Add(time.Duration(n) * time.Hour)
	case "minute":
		t = t.Add(time.Duration(n) * time.Minute)
	case "second":
		t = t.Add(time.Duration(n) * time.Second)
	case "millisecond":
		t = t.Add(time.Duration(n) * time.Millisecond)
	default:
		return m, false
	}
	moved := m.withTime(t)
	if m.clock {
		moved.part[0], moved.part[1], moved.part[2] = 1, 1, 1
	}
	return moved, moved.part[0] >= 1 && moved.part[0] <= 9999
}

func (m moment) String() string {
	var b strings.Builder
	if !m.clock {
		fmt.Fprintf(&b, "%04d", m.part[0])
		for i := 1; i < min(m.count, 3); i++ {
			fmt.Fprintf(&b, "-%02d", m.part[i])
		}
		if m.count > 3 {
			b.WriteByte('T')
		}
	}
	if m.count > 3 {
		fmt.Fprintf(&b, "%02d", m.part[3])
	}
	if m.count > 4 {
		fmt.Fprintf(&b, ":%02d", m.part[4])
	}
	if m.count > 5 {
		fmt.Fprintf(&b, ":%02d", m.part[5]/1e6)
		if m.micro > 0 {
			b.WriteString("." + fmt.Sprintf("%06d", m.part[5]%1e6)[:m.micro])
		}
	}
	switch {
	case m.zoned && m.zone == 0:
		b.WriteByte('Z')
	case m.zoned:
		sign, zone := byte('+'), m.zone
		if zone < 0 {
			sign, zone = '-', -zone
		}
		fmt.Fprintf(&b, "%c%02d:%02d", sign, zone/60, zone%60)
	}
	return b.String()
}
