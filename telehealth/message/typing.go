package message

import (
	"context"
	"strings"

	"housecall/internal/identity"
	"housecall/records/access"
)

// That somebody is writing is told to the other side while it happens, and kept
// nowhere: the hint itself is all there is. It names a side and no person. Who does
// not see everything of a thread is not told, because what is being written may
// become a message that they do not see.

// typingTopic is what the pages of one side watch.
func typingTopic(thread, writes string) string { return "typing " + writes + "/" + thread }

// Typing tells the other side that somebody is writing in a thread.
func (s *Service) Typing(ctx context.Context, who identity.Principal, patient, thread string) error {
	c := s.DB.Read(ctx)
	v, err := s.enter(c, who, patient)
	if err == nil {
		err = mayAct(v)
	}
	if err == nil {
		_, err = s.find(c, who, v, thread)
	}
	if err != nil {
		return s.Records.Refuse(ctx, who, patient, communication, thread, err)
	}
	s.publish(typingTopic(thread, authorOf(who, v).Side))
	return nil
}

// MayFollowTyping tells whether somebody may hear that the other side is writing in
// a thread ("patient/thread"), and by which topic.
func (s *Service) MayFollowTyping(ctx context.Context, who identity.Principal, rest string) (topic string, err error) {
	v, thread, err := s.follows(ctx, who, rest)
	if err != nil {
		return "", err
	}
	other := ClinicSide
	if authorOf(who, v).Side == ClinicSide {
		other = PatientSide
	}
	return typingTopic(thread, other), nil
}

// follows decides who hears of what passes in a thread ("patient/thread"): who sees
// all of it.
func (s *Service) follows(ctx context.Context, who identity.Principal, rest string) (v *access.View, thread string, err error) {
	patient, thread, _ := strings.Cut(rest, "/")
	c := s.DB.Read(ctx)
	v, err = s.enter(c, who, patient)
	if err == nil && v.Hide != 0 {
		err = notFound()
	}
	if err == nil {
		_, err = s.find(c, who, v, thread)
	}
	return v, thread, err
}
