package pool

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"housecall/internal/fault"
)

func office() Hours {
	h := Hours{Zone: "America/New_York", Holidays: []string{"2026-11-26"}}
	for day := 1; day <= 5; day++ {
		h.Week = append(h.Week, Span{day, "08:00", "12:00"}, Span{day, "13:00", "17:00"})
	}
	return h
}

func at(t *testing.T, s string) time.Time {
	zone, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	x, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
	require.NoError(t, err)
	return x
}

func TestTimeCountsWhileItIsOpen(t *testing.T) {
	h := office()
	for _, x := range []struct {
		from string
		open time.Duration
		due  string
	}{
		{"2026-11-24 09:00", time.Hour, "2026-11-24 10:00"},
		{"2026-11-24 11:30", time.Hour, "2026-11-24 13:30"},      // over lunch
		{"2026-11-24 16:30", time.Hour, "2026-11-25 08:30"},      // over night
		{"2026-11-25 16:30", time.Hour, "2026-11-27 08:30"},      // over the holiday
		{"2026-11-27 16:30", time.Hour, "2026-11-30 08:30"},      // over the weekend
		{"2026-11-28 03:00", 4 * time.Hour, "2026-11-30 12:00"},  // to the end of an opening
		{"2026-10-30 16:00", 2 * time.Hour, "2026-11-02 09:00"},  // over the end of summer time
		{"2026-03-06 16:00", 2 * time.Hour, "2026-03-09 09:00"},  // and over its beginning
		{"2026-11-24 08:00", 16 * time.Hour, "2026-11-25 17:00"}, // two days of eight hours
	} {
		due := h.After(at(t, x.from), x.open)
		require.True(t, at(t, x.due).Equal(due), "%s: %s", x.from, due)
		require.Equal(t, x.open, h.Between(at(t, x.from), due), x.from)
	}
	require.Zero(t, h.Between(at(t, "2026-11-26 00:00"), at(t, "2026-11-26 23:59")), "closed")
	require.True(t, at(t, "2026-11-27 08:00").Equal(h.Opens(at(t, "2026-11-25 17:00"))))
	require.True(t, at(t, "2026-11-25 16:59").Equal(h.Opens(at(t, "2026-11-25 16:59"))))
	always := Hours{}
	require.Equal(t, at(t, "2026-11-28 03:00"), always.After(at(t, "2026-11-27 03:00"), 24*time.Hour))
	never := Hours{Week: []Span{{1, "08:00", "09:00"}}, Holidays: nil}
	require.Equal(t, time.Hour, never.Between(at(t, "2026-11-24 08:00"), at(t, "2026-12-01 08:00")))
	for _, wrong := range []Hours{{Zone: "Mars/Base"}, {Week: []Span{{1, "9:00", "10:00"}}}, {Week: []Span{{1, "10:00", "09:00"}}}, {Week: []Span{{7, "08:00", "09:00"}}}, {Holidays: []string{"tomorrow"}}} {
		require.Error(t, wrong.check(), wrong)
	}
}

// What is due after some time of being open is due when so much has passed, and
// hours that overlap count once.
func TestAfterAndBetweenAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := Hours{Zone: rapid.SampledFrom([]string{"UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"}).Draw(t, "zone")}
		clocks := []string{"00:00", "01:30", "02:00", "02:30", "03:00", "08:00", "12:15", "17:00", "23:59", "24:00"}
		for range rapid.IntRange(1, 12).Draw(t, "spans") {
			i := rapid.IntRange(0, len(clocks)-2).Draw(t, "from")
			h.Week = append(h.Week, Span{rapid.IntRange(0, 6).Draw(t, "day"), clocks[i], clocks[rapid.IntRange(i+1, len(clocks)-1).Draw(t, "to")]})
		}
		from := time.Unix(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(t, "at"), 0)
		open := time.Duration(rapid.IntRange(1, 3000).Draw(t, "minutes")) * time.Minute
		due := h.After(from, open)
		if got := h.Between(from, due); got != open && due != from.Add(open) {
			t.Fatalf("%s of %s", got, open)
		}
	})
}

func TestThePaceIsTheNearestRank(t *testing.T) {
	var minutes []int
	for i := range 100 {
		minutes = append(minutes, 100-i)
	}
	require.Equal(t, Pace{50, 90, true}, pace(minutes))
	require.Equal(t, Pace{7, 7, true}, pace([]int{7}))
	require.Equal(t, Pace{3, 9, true}, pace([]int{9, 3}))
}

func TestAPromiseIsTheSoonestOfThoseThatHold(t *testing.T) {
	p := Pool{Rules: Rules{Within: map[string]int{"medicine": 90, "": 600}, Soon: 120, Urgent: 30}}
	for _, x := range []struct {
		topic string
		p     Priority
		want  time.Duration
	}{{"medicine", Routine, 90}, {"medicine", Soon, 90}, {"medicine", Urgent, 30}, {"question", Routine, 600}, {"question", Soon, 120}, {"question", Urgent, 30}} {
		require.Equal(t, x.want*time.Minute, p.Within(x.topic, x.p))
	}
	require.Equal(t, 48*time.Hour, (&Pool{}).Within("question", Urgent))
}

func TestAnEscalationIsRefusedWithTheReason(t *testing.T) {
	good := func() Escalation {
		return Escalation{Name: "late", From: "due", Until: "answered", Clock: "open", Then: "stop", Steps: []Rung{{Minutes: 30}, {Account: "hale", Give: true, Minutes: 60}}}
	}
	e := good()
	require.NoError(t, e.check())
	for place, spoil := range map[string]func(e *Escalation){
		"body.name":     func(e *Escalation) { e.Name = "Late ones" },
		"body.steps":    func(e *Escalation) { e.Steps = nil },
		"body.from":     func(e *Escalation) { e.From = "" },
		"body.until":    func(e *Escalation) { e.Until = "sometime" },
		"body.clock":    func(e *Escalation) { e.Clock = "moon" },
		"body.then":     func(e *Escalation) { e.Then = "" },
		"body.steps[0]": func(e *Escalation) { e.Steps[0].Minutes = 0 },
		"body.steps[1]": func(e *Escalation) { e.Steps[1].Pool = "night" },
	} {
		e := good()
		spoil(&e)
		err := e.check()
		require.True(t, fault.Is(err, fault.Invalid), place)
		require.Equal(t, place, fault.Of(err).Issues[0].Expression)
	}
	nobody := good()
	nobody.Steps[0].Give = true
	require.Error(t, nobody.check(), "given to nobody")
}
