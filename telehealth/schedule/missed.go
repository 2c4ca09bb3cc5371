package schedule

import "housecall/internal/db"

// MissableTx tells whether it can be said of a visit that the patient did not come, or be
// taken back: its time has passed, nobody of the patient's side was in it or waits for it
// now, and no note says otherwise. The group is that of the visit; nil: it is of none.
func (b *Booked) MissableTx(c *db.Conn, group *Group, now int64) (bool, error) {
	switch {
	case b.Status == StatusNoShow && b.Note == "":
		return true, nil
	case b.Status != StatusBooked || b.Note != "" || b.State == Live:
		return false, nil
	case group != nil:
		// Who waited at the door until it was over, or was sent away, may be among them.
		return b.State != Ended && group.Over(now) && (group.State == Ended || b.State != Waiting), nil
	case b.State == Waiting || b.State != Ended && b.EndsAt > now:
		return false, nil
	case b.State != Ended:
		return true, nil
	}
	// The clinic began it, and ended it alone.
	var were int
	err := c.QueryRow(`SELECT count(*) FROM visit_people WHERE visit = ? AND NOT host AND state IN ('in', 'left', 'removed')`, b.ID).Scan(&were)
	return were == 0 && b.Talked == 0 && b.TalksSince == 0, err
}

// Over: it was ended, or nobody began it in its time.
func (g *Group) Over(now int64) bool {
	return g.Status != StatusCancelled && (g.State == Ended || g.State != Live && g.EndsAt <= now)
}
