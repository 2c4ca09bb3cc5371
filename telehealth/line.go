package telehealth

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"strings"

	"housecall/internal/db"
	"housecall/telehealth/schedule"
	"housecall/telehealth/sfu"
)

// VisitLine is how somebody's line was in a visit that is over. It is for the clinic,
// and holds no address.
type VisitLine struct {
	Seat             string  `json:"seat"`
	Name             string  `json:"name"`
	Role             string  `json:"role" enum:"patient,proxy,guest,interpreter,clinician,nurse,frontdesk"`
	Level            string  `json:"level" enum:"good,weak,bad" doc:"The line as a whole"`
	Seconds          int     `json:"seconds" doc:"In the room"`
	PoorSeconds      int     `json:"poorSeconds" doc:"Of these, with a weak or bad line"`
	OnlySoundSeconds int     `json:"onlySoundSeconds" doc:"Of these, without any picture because the line did not carry one"`
	LostOut          float64 `json:"lostOut" doc:"Percent of what they sent that did not arrive"`
	LostIn           float64 `json:"lostIn" doc:"Percent of what was sent to them that did not arrive"`
	DelayMs          int     `json:"delayMs" doc:"There and back, mean"`
	WorstDelayMs     int     `json:"worstDelayMs"`
	JitterMs         int     `json:"jitterMs"`
	Freezes          int     `json:"freezes" doc:"Times that a picture stood still, as their browser tells"`
	FrozenSeconds    int     `json:"frozenSeconds"`
	Way              string  `json:"way" enum:"direct,relay" doc:"How sound and picture went most of the time"`
	Over             string  `json:"over" enum:"udp,tcp"`
	Breaks           int     `json:"breaks" doc:"Times that they had to come back"`
	LargePercent     int     `json:"largePercent" doc:"Of the pictures that they watched: large"`
	SmallPercent     int     `json:"smallPercent" doc:"small"`
	HeldPercent      int     `json:"heldPercent" doc:"not shown, because the line did not carry them"`
}

// lineColumns are those of visit_lines that are added up; the two that end in _max
// keep the largest.
var lineColumns = strings.Fields(`present weak bad only_sound large small held relayed tcp came came_lost went went_lost
	trip_sum trip_n trip_max jitter_sum jitter_n jitter_max breaks freezes frozen`)

var keepLine = func() string {
	sets := make([]string, len(lineColumns))
	for i, c := range lineColumns {
		sets[i] = c + " = visit_lines." + c + " + excluded." + c
		if strings.HasSuffix(c, "_max") {
			sets[i] = c + " = CASE WHEN excluded." + c + " > visit_lines." + c + " THEN excluded." + c + " ELSE visit_lines." + c + " END"
		}
	}
	return `INSERT INTO visit_lines (visit, seat, ` + strings.Join(lineColumns, ", ") + `) SELECT visit, seat` + strings.Repeat(", CAST(? AS BIGINT)", len(lineColumns)) +
		` FROM visit_people WHERE visit = ? AND seat = ? ON CONFLICT (visit, seat) DO UPDATE SET ` + strings.Join(sets, ", ")
}()

// Measured adds to what is known of somebody's line, as the room itself tells. Nothing
// of it is health data or anybody's word, so no decision stands before it.
func (s *Service) Measured(ctx context.Context, room, seat string, line sfu.Summary) error {
	args := []any{
		line.Time.Milliseconds(), line.Weak.Milliseconds(), line.Bad.Milliseconds(), line.OnlySound.Milliseconds(), line.Large.Milliseconds(), line.Small.Milliseconds(), line.Held.Milliseconds(),
		line.Relayed.Milliseconds(), line.TCP.Milliseconds(), line.Came, line.CameLost, line.Went, line.WentLost,
		line.Trip.Sum, line.Trip.N, line.Trip.Max, line.Jitter.Sum, line.Jitter.N, line.Jitter.Max, line.Breaks, line.Freezes, line.Frozen.Milliseconds(),
	}
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		visit, err := visitIn(c, room, seat)
		if err != nil {
			return err
		}
		n, err := c.Exec(keepLine, append(args, visit, seat)...)
		if err != nil || n == 0 {
			return err
		}
		var patient, state string
		err = c.QueryRow(`SELECT patient_id, state FROM appointments WHERE id = ?`, visit).Scan(&patient, &state)
		if errors.Is(err, sql.ErrNoRows) || err == nil && state != string(schedule.Ended) {
			return nil
		}
		if err != nil {
			return err
		}
		return s.Schedule.MovedTx(c, patient, visit) // it is read as soon as it is over
	})
}

// lines fills in, for those who held a visit that is over, how everybody's line was.
func (v *visit) lines(out *Visit) error {
	if v.State != schedule.Ended || !v.hosts() {
		return nil
	}
	return v.c.Each(`SELECT p.seat, p.name, p.role, l.`+strings.Join(lineColumns, ", l.")+` FROM visit_lines l JOIN visit_people p ON p.visit = l.visit AND p.seat = l.seat
		WHERE l.visit = ? ORDER BY p.host DESC, p.seat`, func(r *sql.Rows) error {
		var x VisitLine
		n := make([]int64, len(lineColumns))
		into := []any{&x.Seat, &x.Name, &x.Role}
		at := map[string]*int64{}
		for i, c := range lineColumns {
			into, at[c] = append(into, &n[i]), &n[i]
		}
		if err := r.Scan(into...); err != nil {
			return err
		}
		x.fill(func(c string) int64 { return *at[c] })
		out.Lines = append(out.Lines, x)
		return nil
	}, v.ID)
}

// fill works out what is shown from what was added up.
func (x *VisitLine) fill(of func(string) int64) {
	seconds := func(c string) int { return int((of(c) + 500) / 1000) }
	percent := func(part, all int64) float64 {
		if all <= 0 || part <= 0 {
			return 0
		}
		return math.Round(min(100*float64(part)/float64(all), 100)*10) / 10
	}
	mean := func(c string) int { return int(of(c+"_sum") / max(of(c+"_n"), 1)) }
	x.Seconds, x.OnlySoundSeconds, x.FrozenSeconds = seconds("present"), seconds("only_sound"), seconds("frozen")
	x.PoorSeconds = int((of("weak") + of("bad") + 500) / 1000)
	x.LostOut, x.LostIn = percent(of("came_lost"), of("came")+of("came_lost")), percent(of("went_lost"), of("went"))
	x.DelayMs, x.WorstDelayMs, x.JitterMs = mean("trip"), int(of("trip_max")), mean("jitter")
	x.Freezes, x.Breaks = int(of("freezes")), int(of("breaks"))
	x.Way, x.Over = "direct", "udp"
	if 2*of("relayed") > of("present") {
		x.Way = "relay"
	}
	if 2*of("tcp") > of("present") {
		x.Over = "tcp"
	}
	pictures := of("large") + of("small") + of("held")
	x.LargePercent, x.SmallPercent, x.HeldPercent = int(percent(of("large"), pictures)), int(percent(of("small"), pictures)), int(percent(of("held"), pictures))
	switch poor := 100 * (of("weak") + of("bad")) / max(of("present"), 1); {
	case 100*of("bad")/max(of("present"), 1) >= 20:
		x.Level = "bad"
	case poor >= 10 || of("breaks") > 2:
		x.Level = "weak"
	default:
		x.Level = "good"
	}
}
