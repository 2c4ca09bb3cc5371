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
		v, err := s.invites(c, who, patient, id, true)
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

// Guests lists who was let to one visit, and the invitations to it that wait, for
// those who may invite.
func (s *Service) Guests(ctx context.Context, who identity.Principal, patient, id string) ([]access.VisitGrant, []access.Offer, error) {
	c := s.DB.Read(ctx)
	v, err := s.invites(c, who, patient, id, false)
	if err != nil {
		return nil, nil, s.Records.Refuse(ctx, who, patient, "Appointment", id, err)
	}
	guests, offers, err := s.Access.Guests(c, patient, id)
	if err != nil {
		return nil, nil, err
	}
	return guests, offers, s.Access.Record(ctx, event(who, v.view, "read", id, "guests"))
}

// Drop takes a guest's access to a visit away, or an invitation to it.
func (s *Service) Drop(ctx context.Context, who identity.Principal, patient, id, guest string) error {
	err := s.DB.InTx(ctx, func(c *db.Conn) error {
		if _, err := s.invites(c, who, patient, id, true); err != nil {
			return err
		}
		return s.Access.DropGuestTx(c, who, patient, id, guest)
	})
	if err != nil {
		return s.Records.Refuse(ctx, who, patient, "Appointment", id, err)
	}
	return nil
}

// invites opens a visit for somebody who may invite to it. No app does.
func (s *Service) invites(c *db.Conn, who identity.Principal, patient, id string, change bool) (*visit, error) {
	v, err := s.open(c, who, patient, id, change)
	if err == nil && who.Scopes != nil {
		err = access.NoChart()
	}
	if err == nil {
		err = v.view.InvitesToVisits()
	}
	return v, err
}
