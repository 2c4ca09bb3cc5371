package telehealth

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"unicode/utf8"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
	"housecall/telehealth/schedule"
	"housecall/telehealth/sfu"
)

// A group visit as one of its members has it: a visit of their own chart, whose room is
// that of the group. Of the others they are told, while both are in it, a seat and the
// name that each chose, and nothing else; before that nothing at all.

// memberRole is what others in a group are to each other: not even who is a patient is
// said.
const memberRole = "member"

const maxCalled = 40 // characters

var errInGroup = fault.New(fault.Conflict, "This is a group visit. Open the group to take part in it.").WithCode("group")

// roomID names the room in which a visit takes place.
func (v *visit) roomID() string {
	if v.group != nil {
		return v.group.ID
	}
	return v.ID
}

func (v *visit) roomSize() int {
	if v.group != nil {
		return sfu.MaxGroup
	}
	return 0
}

// consentVersion is of the words that somebody agrees to: those of a group say besides
// that others see and hear them.
func (v *visit) consentVersion() string {
	if v.group != nil {
		return ConsentVersion + "-group"
	}
	return ConsentVersion
}

// firstName is what the others call somebody who has not chosen a name.
func (v *visit) firstName() (string, error) {
	if v.group == nil || v.hosts() {
		return "", nil
	}
	name := v.who.Name
	if v.view.Base == access.Self || v.view.Base == access.ByLink {
		patient, err := v.s.Records.PatientOf(v.c, v.view)
		if err != nil {
			return "", err
		}
		name = patient.Given + " " + patient.Name
	}
	words := strings.Fields(name)
	if len(words) == 0 {
		return "?", nil
	}
	first := []rune(words[0])
	return string(first[:min(len(first), maxCalled)]), nil
}

// Call chooses the name that the others in a group see.
func (s *Service) Call(ctx context.Context, who identity.Principal, patient, id, name string) (Visit, error) {
	name = strings.Join(strings.Fields(name), " ")
	return s.change(ctx, who, patient, id, "called", func(v *visit) error {
		p, err := v.seat()
		if err == nil {
			err = v.happens()
		}
		switch {
		case err != nil:
			return err
		case v.group == nil:
			return fault.New(fault.Conflict, "Only in a group one chooses a name.").WithCode("group")
		case name == "" || utf8.RuneCountInString(name) > maxCalled || !fhir.IsText(name):
			return fault.New(fault.Invalid, "Write the name that the others will see, in at most 40 characters.").WithCode("called")
		case p.admittedNow():
			return fault.New(fault.Conflict, "The others know you by your name already.").WithCode("admitted")
		}
		_, err = v.c.Exec(`UPDATE visit_people SET called = ? WHERE visit = ? AND seat = ?`, name, v.ID, p.Seat)
		return err
	})
}

// showGroup fills in what is special to a visit of a group.
func (v *visit) showGroup(out *Visit) (err error) {
	switch {
	case v.group.State == schedule.Ended:
		out.State = schedule.Ended
	case v.State == schedule.Scheduled || v.State == schedule.Waiting:
		out.ExpectedAt = momentOf(max(v.s.now(), v.StartsAt+int64(v.Behind)*60e6))
	}
	out.Me.Called, err = v.firstName()
	return err
}

// besides adds to a visit of a group who else is in the room, for who is there too:
// who leads it by their name, and the members by those they chose.
func (v *visit) besides(out *Visit, mine *person) error {
	if v.group == nil {
		return nil
	}
	if mine != nil && mine.called != "" {
		out.Me.Called = mine.called
	}
	if v.hosts() || v.group.State != schedule.Live || v.happens() != nil {
		return nil
	}
	inside := mine != nil && (mine.State == SeatIn || mine.State == SeatAdmitted)
	return v.c.Each(`SELECT p.seat, p.name, p.called, p.role, p.host, p.state FROM visit_people p WHERE p.state IN ('in', 'admitted') AND (p.visit = ? OR p.visit IN (SELECT id FROM appointments WHERE group_id = ? AND id <> ?))
		ORDER BY p.host DESC, p.seat`, func(r *sql.Rows) error {
		var p Person
		var called string
		if err := r.Scan(&p.Seat, &p.Name, &called, &p.Role, &p.Host, &p.State); err != nil {
			return err
		}
		if !p.Host {
			p.Name, p.Role = called, memberRole
		}
		if p.Host || inside {
			out.People = append(out.People, p)
		}
		return nil
	}, v.group.ID, v.group.ID, v.ID)
}

// speaks is by what what somebody wrote is known to be theirs.
func (v *visit) speaks(p *person) string {
	if v.group != nil {
		return p.Seat
	}
	return v.me()
}

// asSpeaker is who wrote something, as the others read it.
func (v *visit) asSpeaker(p *person) Speaker {
	if v.group != nil {
		return Speaker{Name: p.called, Role: memberRole}
	}
	return Speaker{p.Name, p.Role, p.Relation}
}

// leadersIn counts who of those who lead the group is in the room.
func (v *visit) leadersIn() (n int, err error) {
	err = v.c.QueryRow(`SELECT count(*) FROM visit_people WHERE visit = ? AND state = ?`, v.group.ID, string(SeatIn)).Scan(&n)
	return n, err
}

// placeInGroup finds somebody a place. Of each member one is kept, and one for who
// leads; a caregiver who comes besides takes one of what is left.
func (v *visit) placeInGroup(p *person) error {
	taken := map[string]int{}
	list, err := schedule.MembersTx(v.c, v.group.ID)
	if err != nil {
		return err
	}
	for _, b := range list {
		if b.Status != schedule.StatusCancelled {
			taken[b.ID] = 0
		}
	}
	err = v.c.Each(`SELECT p.visit FROM visit_people p WHERE p.seat <> ? AND p.state IN ('waiting', 'admitted', 'in', 'left') AND (p.visit = ? OR p.visit IN (SELECT id FROM appointments WHERE group_id = ?))`, func(r *sql.Rows) error {
		var visit string
		err := r.Scan(&visit)
		taken[visit]++
		return err
	}, p.Seat, v.group.ID, v.group.ID)
	if err != nil {
		return err
	}
	taken[v.group.ID] += 0
	if p.host {
		taken[v.group.ID]++
	} else {
		taken[v.ID]++
	}
	all := 0
	for _, n := range taken {
		all += max(n, 1)
	}
	if all > sfu.MaxGroup {
		return fault.New(fault.Conflict, "This visit is full.").WithCode("full")
	}
	return nil
}

// visitIn finds to which visit a seat of a room belongs: of a group's room that is the
// member's own one or, of who leads, the group.
func visitIn(c *db.Conn, room, seat string) (visit string, err error) {
	err = c.QueryRow(`SELECT p.visit FROM visit_people p WHERE p.seat = ? AND p.visit IN (SELECT id FROM appointments WHERE group_id = ?)`, seat, room).Scan(&visit)
	if errors.Is(err, sql.ErrNoRows) {
		return room, nil
	}
	return visit, err
}
