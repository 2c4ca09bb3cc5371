package schedule

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/notifications"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
)

// In is what somebody wants to book. The id is made by who asks: asked twice, it
// is booked once.
type In struct {
	ID, Slot string
	Mode     Mode
	Reason   string
}

func (in *In) check() error {
	if !fhir.IsUUID(in.ID) || !fhir.IsUUID(in.Slot) {
		return fault.New(fault.Invalid, "Ids must be UUIDs in lower case.")
	}
	if in.Mode.bit() == 0 {
		return fault.New(fault.Invalid, "Visits are by video or at the clinic.")
	}
	var err error
	in.Reason, err = line(in.Reason)
	return err
}

// line is what somebody wrote, on one line.
func line(s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	if !fhir.IsText(s) {
		return "", fault.New(fault.Invalid, "What you wrote holds signs that cannot be kept.")
	}
	if utf8.RuneCountInString(s) > maxReason {
		return "", fault.New(fault.TooLarge, "Please say it in at most 500 characters.")
	}
	return s, nil
}

// Book takes a free time for a patient. Of two who want the same one, exactly
// one gets it; for the other nothing is written.
func (s *Service) Book(ctx context.Context, who identity.Principal, patient string, in In) (Appointment, error) {
	if err := in.check(); err != nil {
		return Appointment{}, err
	}
	name, err := s.Records.NameOf(ctx, who, patient)
	if err != nil {
		return Appointment{}, err
	}
	var out Appointment
	err = s.DB.InTx(ctx, func(c *db.Conn) error {
		var err error
		out, err = s.bookTx(c, who, patient, name, in)
		return err
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) { // the same id, at the same moment, in another chart
		err = records.IDUsed()
	}
	if err != nil {
		return Appointment{}, s.Records.Refuse(ctx, who, patient, appointment, in.ID, err)
	}
	return out, nil
}

func (s *Service) bookTx(c *db.Conn, who identity.Principal, patient, name string, in In) (Appointment, error) {
	v, err := s.EnterTx(c, who, patient)
	if err != nil {
		return Appointment{}, err
	}
	once := records.NewOnce(s.digests, who, patient, in)
	var was []byte
	switch err := c.QueryRow(`SELECT digest FROM appointments WHERE id = ?`, in.ID).Scan(&was); {
	case err == nil && once.Is(was):
		b, err := BookedTx(c, patient, in.ID, false)
		if err != nil {
			return Appointment{}, err
		}
		return s.showOne(c, v, b)
	case err == nil:
		return Appointment{}, records.IDUsed()
	case !errors.Is(err, sql.ErrNoRows):
		return Appointment{}, err
	}
	if err := mayBook(v); err != nil {
		return Appointment{}, err
	}
	x, err := s.slotTx(c, patient, in.Slot, in.Mode)
	if err != nil {
		return Appointment{}, err
	}
	if err := s.fits(c, patient, "", x); err != nil {
		return Appointment{}, err
	}
	b := &Booked{ID: in.ID, Patient: patient, Mode: in.Mode, Status: StatusBooked, BookedBy: who.Account, Digest: once.Digest(), State: Scheduled}
	b.at(x)
	n, err := resource(b, name, in.Reason)
	if err != nil {
		return Appointment{}, err
	}
	stored, err := s.writeTx(c, who, records.Op{Kind: records.Create, Type: appointment, ID: b.ID, Node: n})
	if err != nil {
		return Appointment{}, err
	}
	if err := take(c, b); err != nil {
		return Appointment{}, err
	}
	if err := b.insert(c); err != nil {
		return Appointment{}, err
	}
	if err := s.announce(c, who, b); err != nil {
		return Appointment{}, err
	}
	return shown(patient, stored.Body, b)
}

// at gives the appointment the time of a slot.
func (b *Booked) at(x *slot) {
	b.Slot, b.Practitioner, b.Account, b.Name, b.Specialty = x.id, x.practitioner, x.account, x.name, x.specialty
	b.StartsAt, b.EndsAt, b.Place = x.startsAt, x.endsAt, x.place
}

// writeTx writes one Appointment whose rows are changed along with it.
func (s *Service) writeTx(c *db.Conn, who identity.Principal, op records.Op) (records.Stored, error) {
	stored, err := s.Records.WriteTx(c, who, records.Batch{Ops: []records.Op{op}, Source: records.Own, Kept: true})
	if err != nil {
		return records.Stored{}, err
	}
	return stored[0], nil
}

// fits: nobody is at two places at once, and nobody takes all times there are.
// except is the appointment that is moved.
func (s *Service) fits(c *db.Conn, patient, except string, x *slot) error {
	var coming, overlap int
	err := c.QueryRow(`SELECT count(*), COALESCE(sum(CASE WHEN starts_at < ? AND ends_at > ? THEN 1 ELSE 0 END), 0) FROM appointments
		WHERE patient_id = ? AND status = ? AND ends_at > ? AND id <> ?`, x.endsAt, x.startsAt, patient, StatusBooked, s.now(), except).Scan(&coming, &overlap)
	switch {
	case err != nil:
		return err
	case overlap > 0:
		return fault.New(fault.Conflict, "There is another visit at this time already.").WithCode("overlap")
	case coming >= maxComing:
		return fault.New(fault.Conflict, "There are many visits booked already. Please call the clinic for more.").WithCode("too_many")
	}
	return nil
}

// announce plans the reminders, and tells those who are concerned, except who
// did it.
func (s *Service) announce(c *db.Conn, who identity.Principal, b *Booked) error {
	if b.Status == StatusBooked {
		if err := s.remindTx(c, b); err != nil {
			return err
		}
	}
	class, err := s.Records.ClassTx(c, b.Patient, appointment, b.ID)
	if err != nil {
		return err
	}
	circle, err := s.Access.Circle(c, b.Patient)
	if err != nil {
		return err
	}
	for _, n := range circle {
		patientSide := n.Relation == access.Self || n.Relation == access.Proxy
		if n.Account == who.Account || !n.Sees(class) || !patientSide && n.Account != b.Account {
			continue
		}
		if err := s.Notices.PostTx(c, notifications.Notice{
			ID: "appointment/" + b.ID + "/" + strconv.FormatInt(b.Changes, 10), Account: n.Account, Kind: notifications.Appointment, Patient: b.Patient, Ref: "appointment/" + b.ID, At: moment(s.now()),
		}); err != nil {
			return err
		}
	}
	return s.MovedTx(c, b.Patient, b.ID)
}
