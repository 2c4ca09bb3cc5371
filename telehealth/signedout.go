package telehealth

import (
	"database/sql"
	"slices"

	"housecall/internal/db"
	"housecall/telehealth/schedule"
)

// signedOutTx gives up the places in waiting rooms that were taken by a session: whoever
// has signed out, or was, does not hear when they are called.
func (s *Service) signedOutTx(c *db.Conn, session string) error {
	type seat struct{ visit, patient, id string }
	var seats []seat
	err := c.Each(`SELECT p.visit, a.patient_id, p.seat FROM visit_people p JOIN appointments a ON a.id = p.visit WHERE p.session = ? AND p.session <> '' AND p.state IN (?, ?) AND NOT p.host ORDER BY a.patient_id, p.visit`, func(r *sql.Rows) error {
		var x seat
		err := r.Scan(&x.visit, &x.patient, &x.id)
		seats = append(seats, x)
		return err
	}, session, string(SeatWaiting), string(SeatAdmitted))
	if err != nil {
		return err
	}
	for _, x := range seats {
		group, err := schedule.GroupOfTx(c, x.patient, x.visit, true)
		if err != nil {
			return err
		}
		b, err := schedule.BookedTx(c, x.patient, x.visit, true)
		if err != nil {
			return err
		}
		v := &visit{Booked: b, s: s, c: c, group: group}
		list, err := v.people()
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(p *person) bool { return p.Seat == x.id })
		if i < 0 || !list[i].toCome() {
			continue
		}
		if err := v.goes(list[i]); err != nil {
			return err
		}
		if err := v.settle(); err != nil {
			return err
		}
		if err := v.save(); err != nil {
			return err
		}
	}
	return nil
}
