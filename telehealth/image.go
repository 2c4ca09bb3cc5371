package telehealth

import (
	"context"
	"errors"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/fhir"
)

// Pictures in the chat: whoever may write a line may share one, and whoever may read
// the line may look at it. They are taken by the rules of those that go along with
// messages, and are no part of the record before the note is signed.

const (
	maxImages    = 24 // of one visit
	maxOwnImages = 12 // of one person in it
)

// Share puts a picture into the chat, as a line of its own. in.ID is made by who
// sends it: sent twice, it is there once.
func (s *Service) Share(ctx context.Context, who identity.Principal, patient, id, seat string, in records.BinaryIn) (ChatLine, error) {
	x := &saying{id: in.ID, seat: seat}
	// Nobody learns from what is said of the file anything of a visit that is not
	// theirs, and nothing is looked at for nothing.
	var known *ChatLine
	err := s.DB.InReadTx(ctx, func(c *db.Conn) error {
		v, err := s.open(c, who, patient, id, false)
		if err == nil {
			_, known, err = v.maySay(&saying{id: in.ID, seat: seat}, records.Given(in.Content))
		}
		if err == nil && !fhir.IsUUID(in.ID) {
			err = fault.New(fault.Invalid, "Ids must be UUIDs in lower case.")
		}
		return err
	})
	if err != nil {
		return ChatLine{}, s.Records.Refuse(ctx, who, patient, "Appointment", id, err)
	}
	if known != nil {
		return *known, nil
	}
	if x.image, err = s.Records.TakePicture(ctx, who, patient, "Appointment", in); err != nil {
		return ChatLine{}, s.Records.Refuse(ctx, who, patient, "Appointment", id, err)
	}
	out, err := s.say(ctx, who, patient, id, x)
	if x.refused != nil || err == nil && !x.held { // else the row may be there although we were not told
		err = errors.Join(err, s.Records.Drop(ctx, x.image))
	}
	return out, err
}

// mayShare bounds the pictures of a visit.
func (v *visit) mayShare() error {
	if v.group != nil { // it would be in nobody's record
		return fault.New(fault.Forbidden, "In a group visit no pictures can be shared in the chat.").WithCode("group")
	}
	var all, own int
	if err := v.c.QueryRow(`SELECT count(*), COALESCE(sum(CASE WHEN m.account = ? THEN 1 ELSE 0 END), 0) FROM visit_chat m JOIN visit_images i ON i.id = m.id WHERE m.visit = ?`, v.me(), v.ID).Scan(&all, &own); err != nil {
		return err
	}
	if all >= maxImages || own >= maxOwnImages {
		return fault.New(fault.TooMany, "So many pictures were shared in this visit that no more can be added.").WithCode("images")
	}
	return nil
}

func (v *visit) holdImage(x *saying) error {
	t := x.image
	if err := v.s.Records.HoldTx(v.c, t.Ref.Name); err != nil {
		return err
	}
	x.held = true
	_, err := v.c.Exec(`INSERT INTO visit_images (id, visit, content_type, size, sha256, given, blob, blob_key) VALUES `+db.Placeholders(1, 8),
		x.id, v.ID, t.ContentType, t.Ref.Size, t.Ref.SHA256, t.Given, t.Ref.Name, t.Ref.Key)
	return err
}

// Image opens a picture of the chat for who reads its line now. The caller closes it.
func (s *Service) Image(ctx context.Context, who identity.Principal, patient, id, image string) (*records.Content, error) {
	find := func(ctx context.Context, who identity.Principal) (v *visit, t *records.Taken, err error) {
		err = s.DB.InReadTx(ctx, func(c *db.Conn) error {
			if v, err = s.open(c, who, patient, id, false); err != nil {
				return err
			}
			_, cond, args, err := v.reads()
			if err != nil {
				return err
			}
			err = v.chatLines(cond+` AND m.id = ?`, append(args, image), func(l *chatLine) {
				if l.Image != nil {
					t = &l.image
				}
			})
			if err == nil && t == nil {
				err = notFound()
			}
			return err
		})
		return v, t, err
	}
	v, t, err := find(ctx, who)
	if err != nil {
		return nil, s.Records.Refuse(ctx, who, patient, "Appointment", id, err)
	}
	f, err := s.Records.OpenContent(ctx, records.Binary{ID: image, ContentType: t.ContentType}, t.Ref, func(ctx context.Context, who identity.Principal) error {
		_, _, err := find(ctx, who)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := s.seen(ctx, v.who, v.view, id, "chat image"); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}
