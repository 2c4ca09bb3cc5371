package telehealth

import (
	"context"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/records/access"
)

// Invite offers somebody to be at one visit, and gives the secret of the link.
// They see the visit and whose it is from when its doors open until it is over.
func (s *Service) Invite(ctx context.Context, who identity.Principal, patient, id, name, relation string) (access.Offer, string, error) {
	var out access.Offer
	var secret string
	err := s.DB.InTx(ctx, func(c *db.Conn) error {
		v, err := s.open(c, who, patient, id, true)
		if err == nil {
			err = v.view.InvitesToVisits()
		}
		if err == nil {
			err = v.happens()
		}
		if err != nil {
			return err
		}
		from, until := v.GuestTime()
		out, secret, err = s.Access.OfferVisitTx(c, who, access.VisitOffer{Patient: patient, Appointment: id, Name: name, Relation: relation, Start: from, End: until})
		return err
	})
	if err != nil {
		return access.Offer{}, "", s.Records.Refuse(ctx, who, patient, "Appointment", id, err)
	}
	return out, secret, nil
}
