package telehealth

import (
	"context"

	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/telehealth/recording"
)

// mayRecord: the clinic has switched it on, the visit is held now, and the room can
// hear what is said in it.
func (v *visit) mayRecord() error {
	if v.s.Recordings == nil {
		return fault.New(fault.Conflict, "This clinic does not record visits.").WithCode("off")
	}
	if v.group != nil {
		return fault.New(fault.Conflict, "A group visit cannot be recorded.").WithCode("group")
	}
	if err := v.happens(); err != nil {
		return err
	}
	switch sealed, err := v.sealed(); {
	case err != nil:
		return err
	case sealed:
		return fault.New(fault.Conflict, "This visit is encrypted from person to person, so it cannot be recorded.").WithCode("e2ee")
	}
	return nil
}

// recordings gives the seat of somebody in the room, and the visit as it is recorded.
func (v *visit) recordings() (recording.Visit, recording.Person, error) {
	none := recording.Person{}
	list, err := v.people()
	if err != nil {
		return recording.Visit{}, none, err
	}
	p := v.mine(list)
	if p == nil || !p.admittedNow() {
		return recording.Visit{}, none, notAdmitted()
	}
	patient, err := v.s.Records.PatientOf(v.c, v.view)
	return recording.Visit{ID: v.ID, Patient: v.Patient, PatientName: patient.Name}, recording.Person{Seat: p.Seat, Name: p.Name, Role: p.Role}, err
}

// AskRecording asks everybody in the room whether the visit may be recorded.
func (s *Service) AskRecording(ctx context.Context, who identity.Principal, patient, id, text string) (Visit, error) {
	return s.change(ctx, who, patient, id, "recording_ask", func(v *visit) error {
		if v.group != nil && v.hosts() {
			return v.mayRecord()
		}
		if err := v.mustHost(); err != nil {
			return err
		}
		if err := v.mayRecord(); err != nil {
			return err
		}
		if text != recording.Text {
			return fault.New(fault.Conflict, "The text has changed. Please read it again.").WithCode("changed")
		}
		of, by, err := v.recordings()
		if err != nil {
			return err
		}
		return s.Recordings.AskTx(v.c, of, by)
	})
}

// AnswerRecording takes what somebody in the room says to being recorded. A no ends it
// for all, at any time, and nobody is asked why.
func (s *Service) AnswerRecording(ctx context.Context, who identity.Principal, patient, id, rec, text string, yes bool) (Visit, error) {
	what := "recording_yes"
	if !yes {
		what = "recording_no"
	}
	return s.change(ctx, who, patient, id, what, func(v *visit) error {
		if err := v.joins(); err != nil {
			return err
		}
		if yes || s.Recordings == nil {
			if err := v.mayRecord(); err != nil {
				return err
			}
		}
		of, by, err := v.recordings()
		if err != nil {
			return err
		}
		return s.Recordings.AnswerTx(v.c, of, by, rec, text, yes)
	})
}

// StopRecording ends it for all.
func (s *Service) StopRecording(ctx context.Context, who identity.Principal, patient, id string) (Visit, error) {
	return s.change(ctx, who, patient, id, "recording_stop", func(v *visit) error {
		if err := v.mustHost(); err != nil {
			return err
		}
		if s.Recordings == nil {
			return nil
		}
		return s.Recordings.EndTx(v.c, v.ID, recording.WhyStopped)
	})
}

// endRecording ends it with the visit.
func (v *visit) endRecording() error {
	if v.s.Recordings == nil {
		return nil
	}
	return v.s.Recordings.EndTx(v.c, v.ID, recording.WhyEnded)
}

// showRecording tells those who take part whether they are recorded.
func (v *visit) showRecording(out *Visit) (err error) {
	if v.s.Recordings == nil || v.joins() != nil {
		return nil
	}
	out.MayRecord = v.hosts() && v.mayRecord() == nil
	out.Recording, err = v.s.Recordings.NowTx(v.c, v.ID, out.Me.Seat)
	if out.Recording != nil && !v.view.See.Has(access.Documents) {
		out.Recording.Filed = false
	}
	return err
}
