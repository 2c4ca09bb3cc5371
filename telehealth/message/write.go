package message

import (
	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
)

// attach looks at what is to be sent along: it is in this chart, and whoever
// sends it can see it there or has put it there.
func (s *Service) attach(c *db.Conn, v *access.View, who identity.Principal, ids []string) ([]records.Binary, error) {
	out := make([]records.Binary, 0, len(ids))
	seen, err := s.Records.Seen(c, v, "Binary", ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		b, err := s.Records.BinaryTx(c, v.Patient, id)
		if fault.Is(err, fault.NotFound) || err == nil && !seen[id] && b.Author != who.Account {
			return nil, noAttachment()
		}
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

func attachment(b records.Binary) Attachment {
	return Attachment{ID: b.ID, ContentType: b.ContentType, Title: b.Title, Size: b.Size}
}

// labels says how sensitive a message is. Each message is judged by itself: by
// its own words and the names of its files, and by the subject when that made
// the first message of the thread a sensitive one. A proxy who does not see such
// things knows what they have written themselves: hidden from them, neither they
// nor the other caregivers would find it again, and it tells nothing that was
// kept from them.
func (s *Service) labels(c *db.Conn, v *access.View, who identity.Principal, t *thread, w written, circle []access.Near) (access.Labels, error) {
	labels, about := access.LabelsOfText(w.text), access.LabelsOfText(w.subject)
	for _, a := range w.attachments {
		labels |= access.LabelsOfText(a.Title)
	}
	if t.lastN > 0 {
		first, err := s.Records.ClassTx(c, t.patient, communication, t.id)
		if err != nil {
			return 0, err
		}
		about &= first.Labels
	}
	if w.corrects != "" {
		of, err := s.Records.ClassTx(c, t.patient, communication, w.corrects)
		if err != nil {
			return 0, err
		}
		labels |= of.Labels
	}
	labels |= about
	for _, n := range circle {
		if v.Base == access.Proxy && n.Account == who.Account {
			labels &^= n.Hide
		}
	}
	return labels, nil
}

// write puts a message into the record, and what was not sent before along with
// it, under the same labels.
func (s *Service) write(c *db.Conn, who identity.Principal, patient, id string, node *fhir.Node, files []records.Binary, labels access.Labels) error {
	if labels != 0 {
		meta, err := fhir.Make(map[string]any{"security": labels.Security()})
		if err != nil {
			return err
		}
		node.Set("meta", meta)
	}
	ops := []records.Op{{Kind: records.Create, Type: communication, ID: id, Node: node}}
	for _, b := range files {
		if b.Sent {
			continue
		}
		op, err := s.Records.SendBinaryTx(c, patient, b, labels)
		if fault.Is(err, fault.NotFound) {
			return noAttachment()
		}
		if err != nil {
			return err
		}
		ops = append(ops, op)
	}
	_, err := s.Records.WriteTx(c, who, records.Batch{Ops: ops, Source: records.Own, Kept: true})
	return err
}
