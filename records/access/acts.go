package access

import (
	"housecall/internal/db"
	"housecall/internal/identity"
)

// RecordActs keeps what happened to accounts, sign-ins and apps beside what
// happened to charts, in the caller's transaction. Such rows are of no chart. A
// FHIR Person stands for the account.
func (s *Service) RecordActs(c *db.Conn, acts ...identity.Act) error {
	events := make([]Event, 0, len(acts))
	for _, a := range acts {
		about := a.Account
		if about == "" {
			about = a.Who.Account
		}
		e := Event{Who: a.Who, Action: a.Action, Type: "Person", ID: about, Outcome: a.Outcome, Detail: a.Detail, act: true}
		if a.Outcome == "refused" && !s.refusals.first(&e) {
			continue
		}
		events = append(events, e)
	}
	return s.RecordTx(c, events...)
}
