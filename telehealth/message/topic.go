package message

import (
	"context"
	"math"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/records/access"
)

// Topic is what pages watch that show all of a chart's messages.
func Topic(patient string) string { return "messages/" + patient }

// plainTopic is what the pages of those watch from whom sensitive kinds are hidden:
// that something moved which they do not see must not tell them when it did.
func plainTopic(patient string) string { return "messages plain/" + patient }

// topics are those that move with a message.
func topics(patient string, plain bool) []string {
	if plain {
		return []string{Topic(patient), plainTopic(patient)}
	}
	return []string{Topic(patient)}
}

// topicsTx are those that move with a thread: with what is read or done in it from
// one message to another. They are for everybody if one of them is.
func topicsTx(c *db.Conn, patient, thread string, after, upto int64) ([]string, error) {
	var plain bool
	err := c.QueryRow(`SELECT EXISTS (SELECT 1 FROM thread_messages m JOIN resources r ON r.patient_id = m.patient_id AND r.type = ? AND r.id = m.id
		WHERE m.patient_id = ? AND m.thread = ? AND m.n > ? AND m.n <= ? AND (r.labels & ?) = 0)`, communication, patient, thread, after, upto, int64(access.AllLabels)).Scan(&plain)
	return topics(patient, plain), err
}

// wholeThread is beyond the last message of every thread.
const wholeThread = math.MaxInt64

// MayFollow tells whether somebody may hear that the messages of a chart moved,
// and by which topic.
func (s *Service) MayFollow(ctx context.Context, who identity.Principal, patient string) (topic string, err error) {
	v, err := s.enter(s.DB.Read(ctx), who, patient)
	switch {
	case err != nil:
		return "", err
	case v.Hide != 0:
		return plainTopic(patient), nil
	}
	return Topic(patient), nil
}
