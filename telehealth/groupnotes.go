package telehealth

import (
	"context"
	"slices"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/telehealth/schedule"
)

// Each member of a group has a note of their own, in their own chart, by the same way
// as after any visit. What is said of all of them can be put into all drafts at once,
// and the notes can be signed together; nothing of one chart gets to another by that.

// GroupNote is what became of one member's note.
type GroupNote struct {
	Visit   string `json:"visit"`
	Version int64  `json:"version"`
	State   string `json:"state" enum:"draft,signed,kept" doc:"kept: it was left as it is"`
	Why     string `json:"why,omitempty" doc:"A machine word for why it was: incomplete, signed, changed, live"`
	// Fields that the text named, and of which this chart holds nothing that may be seen.
	Missing []string `json:"missing,omitempty" doc:"Fields of which this member's chart holds nothing: a gap stands there"`
}

// Fill fills in what texts name of one patient's chart, as somebody may read it, and
// gives the fields of which it holds nothing.
type Fill func(ctx context.Context, who identity.Principal, patient, locale string, texts []*string) (missing []string, err error)

// BeginNotes puts the same text into the note of each member for whom nothing was
// written yet, and who was in the visit. What it names of a chart is filled in for each
// of them anew, from their own chart and as the writer reads that one.
func (s *Service) BeginNotes(ctx context.Context, who identity.Principal, id string, body NoteBody, fill Fill) ([]GroupNote, error) {
	if err := body.check(); err != nil {
		return nil, err
	}
	if body.VisitPlan.some() || len(body.Copied) > 0 {
		return nil, fault.New(fault.Invalid, "What is found and decided is of one patient. Write it in their own note.")
	}
	members, err := s.writtenFor(ctx, who, id)
	if err != nil {
		return nil, err
	}
	out := []GroupNote{}
	for _, m := range members {
		if m.State != schedule.Live && m.State != schedule.Ended {
			continue
		}
		own := body.clone()
		var missing []string
		if m.Note == "" { // whose note is begun is not read for one
			if missing, err = fill(ctx, who, m.Patient, body.Language, own.filled()); err != nil {
				return out, err
			}
		}
		n, err := s.SaveNote(ctx, who, m.Patient, m.Visit, 0, own, false)
		became := noteBecame(m.Visit, n, err)
		if err == nil {
			became.Missing = missing
		}
		out = append(out, became)
		if err != nil && !ofOneNote(err) {
			return out, err
		}
	}
	return out, nil
}

// clone is a body of which no text is shared.
func (b NoteBody) clone() NoteBody {
	b.Instructions = slices.Clone(b.Instructions)
	return b
}

// filled are the texts in which something can be filled in.
func (b *NoteBody) filled() []*string {
	out := b.parts()
	for i := range b.Instructions {
		out = append(out, &b.Instructions[i])
	}
	return out
}

// NoteToSign names a note as it was read.
type NoteToSign struct {
	Visit   string `json:"visit" maxLength:"64"`
	Version int64  `json:"version"`
}

// SignNotes signs the notes of several members. It needs the proof once; what holds one
// note back is no reason to leave the others.
func (s *Service) SignNotes(ctx context.Context, who identity.Principal, id string, notes []NoteToSign) ([]GroupNote, error) {
	if err := who.RequireRecent(s.Now()); err != nil {
		return nil, err
	}
	members, err := s.writtenFor(ctx, who, id)
	if err != nil {
		return nil, err
	}
	out := []GroupNote{}
	for _, x := range notes {
		i := slices.IndexFunc(members, func(m GroupMember) bool { return m.Visit == x.Visit })
		if i < 0 {
			return out, notFound()
		}
		n, err := s.Sign(ctx, who, members[i].Patient, x.Visit, x.Version, false, LeftOut{})
		out = append(out, noteBecame(x.Visit, n, err))
		if err != nil && !ofOneNote(err) {
			return out, err
		}
	}
	return out, nil
}

// ofOneNote tells whether a refusal is about one note and not about all.
func ofOneNote(err error) bool {
	return fault.Is(err, fault.Conflict) || fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound) || fault.Is(err, fault.TooLarge)
}

func noteBecame(visit string, n VisitNote, err error) GroupNote {
	if err != nil {
		return GroupNote{Visit: visit, State: "kept", Why: fault.Of(err).Code}
	}
	return GroupNote{Visit: visit, Version: n.Version, State: n.State}
}

// writtenFor lists the members for whom the viewer writes the note.
func (s *Service) writtenFor(ctx context.Context, who identity.Principal, id string) (out []GroupMember, err error) {
	err = s.DB.InReadTx(ctx, func(c *db.Conn) error {
		g, err := s.gather(c, who, id, false)
		if err == nil && !g.hosts() {
			err = fault.New(fault.Forbidden, "Only the care team can do this.").WithCode("role")
		}
		if err != nil {
			return err
		}
		for _, v := range g.members {
			if v.writes() && v.Status != schedule.StatusCancelled {
				out = append(out, GroupMember{Visit: v.ID, Patient: v.Patient, State: v.State, Note: v.Note})
			}
		}
		return nil
	})
	if err != nil {
		err = s.Records.Refuse(ctx, who, "", "Appointment", id, err)
	}
	return out, err
}

// some tells whether there is anything in a plan.
func (p *VisitPlan) some() bool {
	return len(p.Vitals)+len(p.Problems)+len(p.Medicines)+len(p.Stops)+len(p.Orders) > 0 || p.Next != nil
}
