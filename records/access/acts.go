package access

import (
	"housecall/internal/db"
	"housecall/internal/identity"
)

// RecordActs keeps what happened to accounts, sign-ins and apps beside what
// happened to charts, in the caller's transaction. Such rows are of no chart. A
// FHIR Person stands for the account.
func (s *Service) RecordActs(c *db.Conn, acts ...identity.Act) error {
	events := make([]Event, len(acts))
	for i, a := range acts {
		about := a.Account
		if about == "" {
			about = a.Who.Account
		}
		events[i] = Event{Who: a.Who, Action: a.Action, Type: "Person", ID: about, Outcome: a.Outcome, Detail: a.Detail}
	}
	return s.RecordTx(c, events...)
}
