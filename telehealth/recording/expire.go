package recording

import (
	"context"

	"housecall/internal/db"
	"housecall/records"
)

// expireAll deletes recordings whose time is over. Of each a tombstone stays in the
// chart and a row in the log of accesses; who agreed to it stays, too.
func (s *Service) expireAll(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, partTime)
	defer cancel()
	list, err := s.list(ctx, `expires_at > 0 AND expires_at < ? AND gone_at = 0 ORDER BY expires_at LIMIT 50`, s.now())
	for _, r := range list {
		if err == nil {
			err = s.DB.InTx(ctx, func(c *db.Conn) error { return s.expireTx(c, r) })
		}
	}
	return err
}

func (s *Service) expireTx(c *db.Conn, r *row) error {
	if _, err := s.Records.EnterTx(c, s.system, r.patient, "DocumentReference"); err != nil {
		return err
	}
	n, err := c.Exec(`UPDATE visit_recordings SET gone_at = ? WHERE id = ? AND gone_at = 0`, s.now(), r.id)
	if err != nil || n == 0 {
		return err
	}
	files, err := s.filesOf(c, r.id)
	if err != nil {
		return err
	}
	ops := []records.Op{{Kind: records.Delete, Type: "DocumentReference", ID: r.id}}
	for _, f := range files {
		op, err := s.Records.ForgetRecordingTx(c, r.patient, f.blob)
		if err != nil {
			return err
		}
		ops = append(ops, op)
	}
	if _, err := c.Exec(`DELETE FROM visit_recording_files WHERE recording = ?`, r.id); err != nil {
		return err
	}
	_, err = s.Records.WriteTx(c, s.system, records.Batch{Ops: ops, Source: records.Own, Kept: true})
	return err
}
