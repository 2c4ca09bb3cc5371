package recording

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/google/uuid"

	"housecall/internal/blob"
	"housecall/internal/db"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
	"housecall/telehealth/recording/matroska"
)

// file is what one seat sent of one kind, with who that was.
type file struct {
	id, seat, kind, name, role string
	track                      matroska.Track
	began, length, bytes       int64
	closed                     bool
	blob                       string
	offsets                    []matroska.Cue
	parts                      []blob.Ref
	total                      int64
	ref                        blob.Ref
}

func (s *Service) filesOf(c *db.Conn, recording string) (list []*file, err error) {
	err = c.Each(`SELECT f.id, f.seat, f.kind, COALESCE(a.name, ''), COALESCE(a.role, ''), f.codec, f.private, f.width, f.height, f.began_at, f.length, f.bytes, f.closed, f.blob
		FROM visit_recording_files f LEFT JOIN visit_recording_answers a ON a.recording = f.recording AND a.seat = f.seat WHERE f.recording = ? ORDER BY f.began_at, f.id LIMIT ?`, func(r *sql.Rows) error {
		f := &file{}
		err := r.Scan(&f.id, &f.seat, &f.kind, &f.name, &f.role, &f.track.Codec, &f.track.Private, &f.track.Width, &f.track.Height, &f.began, &f.length, &f.bytes, &f.closed, &f.blob)
		list = append(list, f)
		return err
	}, recording, 2*maxFiles)
	return list, err
}

// fileAll files recordings that are over and that nobody works on any more.
func (s *Service) fileAll(ctx context.Context) error {
	list, err := s.list(ctx, `state = 'over' AND filed_at = 0 AND (node = '' OR beat_at < ?) ORDER BY asked_at LIMIT 20`, s.now()-deadAfter.Microseconds())
	if err != nil {
		return err
	}
	for _, r := range list {
		s.mu.Lock()
		busy := s.running[r.id]
		s.mu.Unlock()
		if !busy {
			err = errors.Join(err, s.file(ctx, r))
		}
	}
	return err
}

// claim takes the work on a recording for a while, from whoever did not go on with it.
func (s *Service) claim(ctx context.Context, r *row) (mine bool, err error) {
	err = s.DB.InTx(ctx, func(c *db.Conn) error {
		n, err := c.Exec(`UPDATE visit_recordings SET node = ?, beat_at = ? WHERE id = ? AND filed_at = 0 AND (node = '' OR beat_at < ?)`, s.run, s.now()+filingTime.Microseconds(), r.id, s.now()-deadAfter.Microseconds())
		mine = n == 1
		return err
	})
	return mine, err
}

// file makes one file of the parts of each track, and a document of them all.
func (s *Service) file(ctx context.Context, r *row) error {
	if mine, err := s.claim(ctx, r); err != nil || !mine {
		return err
	}
	within, cancel := context.WithTimeout(ctx, filingTime-time.Minute)
	defer cancel()
	files, err := s.filesOf(s.DB.Read(within), r.id)
	for _, f := range files {
		if err == nil {
			err = s.join(within, f)
		}
	}
	if err == nil {
		err = s.DB.InTx(within, func(c *db.Conn) error { return s.fileTx(c, r, files) })
	}
	if err != nil {
		err = errors.Join(err, s.later(r))
	}
	return err
}

// later lets somebody try again in a minute.
func (s *Service) later(r *row) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), dbTime)
	defer cancel()
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`UPDATE visit_recordings SET beat_at = ? WHERE id = ? AND node = ? AND filed_at = 0`, s.now()+time.Minute.Microseconds(), r.id, s.run)
		return err
	})
}

// join makes one file of its parts, with an index in front, so that a player can go to
// any place of it.
func (s *Service) join(ctx context.Context, f *file) error {
	err := s.DB.Read(ctx).Each(`SELECT at, key, size, blob, blob_key FROM visit_recording_parts WHERE file = ? ORDER BY n`, func(r *sql.Rows) error {
		var at int64
		var key bool
		var ref blob.Ref
		if err := r.Scan(&at, &key, &ref.Size, &ref.Name, &ref.Key); err != nil {
			return err
		}
		if key {
			f.offsets = append(f.offsets, matroska.Cue{At: time.Duration(at) * time.Millisecond, Offset: f.total})
		}
		f.parts = append(f.parts, ref)
		f.total += ref.Size
		return nil
	}, f.id)
	if err != nil {
		return err
	}
	head := matroska.Head(f.track, moment(f.began), time.Duration(f.length)*time.Millisecond, f.total, f.offsets)
	in := &joined{ctx: ctx, s: s, head: head, parts: f.parts}
	defer in.close()
	f.ref, err = s.Records.PutFile(ctx, in, f.total+int64(len(head)))
	return err
}

// joined reads the head and then one part after the other.
type joined struct {
	ctx   context.Context
	s     *Service
	head  []byte
	parts []blob.Ref
	now   *blob.Reader
}

// Read is of io.Reader.
func (j *joined) Read(p []byte) (int, error) {
	if len(j.head) > 0 {
		n := copy(p, j.head)
		j.head = j.head[n:]
		return n, nil
	}
	for {
		if j.now == nil {
			if len(j.parts) == 0 {
				return 0, io.EOF
			}
			var err error
			if j.now, err = j.s.Records.OpenFile(j.ctx, j.parts[0]); err != nil {
				return 0, err
			}
			j.parts = j.parts[1:]
		}
		n, err := j.now.Read(p)
		if err == io.EOF {
			j.close()
			if n == 0 {
				continue
			}
			err = nil
		}
		return n, err
	}
}

func (j *joined) close() {
	if j.now != nil {
		_ = j.now.Close()
		j.now = nil
	}
}

// fileTx writes the document, and lets go of the parts.
func (s *Service) fileTx(c *db.Conn, r *row, files []*file) error {
	expires := int64(0)
	if len(files) > 0 {
		expires = s.now() + s.Keep.Microseconds()
	}
	view, err := s.Records.EnterTx(c, s.system, r.patient, "DocumentReference") // the chart's lock comes first
	if err != nil {
		return err
	}
	n, err := c.Exec(`UPDATE visit_recordings SET filed_at = ?, expires_at = ?, node = '' WHERE id = ? AND filed_at = 0`, s.now(), expires, r.id)
	if err != nil || n == 0 || len(files) == 0 {
		return err
	}
	patient, err := s.Records.PatientOf(c, view)
	if err != nil {
		return err
	}
	class, err := s.Records.ClassTx(c, r.patient, "Appointment", r.visit)
	if err != nil {
		return err
	}
	labels := class.Labels.Sensitive()
	var ops []records.Op
	var content []any
	for _, f := range files {
		kind := f.track.Codec.ContentType()
		b := records.Binary{ID: uuid.Must(uuid.NewV7()).String(), ContentType: kind, Title: fmt.Sprintf("%s-%s%s", f.kind, moment(f.began).Format("20060102-150405"), map[bool]string{true: ".mkv", false: ".webm"}[f.track.Codec == matroska.H264])}
		op, err := s.Records.RecordingTx(c, r.patient, b, f.ref, labels)
		if err != nil {
			return err
		}
		ops = append(ops, op)
		content = append(content, map[string]any{"attachment": map[string]any{
			"contentType": kind, "url": "Binary/" + b.ID, "size": f.ref.Size, "creation": instant(f.began), "title": kindWords[f.kind] + " of " + f.name,
		}})
		if _, err := c.Exec(`UPDATE visit_recording_files SET blob = ? WHERE id = ?`, b.ID, f.id); err != nil {
			return err
		}
		for _, part := range f.parts {
			if err := s.Records.LetGoTx(c, part.Name); err != nil {
				return err
			}
		}
		if _, err := c.Exec(`DELETE FROM visit_recording_parts WHERE file = ?`, f.id); err != nil {
			return err
		}
	}
	doc, err := fhir.Make(documentOf(r, patient.Name, labels, content, broken(files)))
	if err != nil {
		return err
	}
	ops = append(ops, records.Op{Kind: records.Create, Type: "DocumentReference", ID: r.id, Node: doc})
	_, err = s.Records.WriteTx(c, s.system, records.Batch{Ops: ops, Source: records.Own, Kept: true})
	c.After(func() { s.Hub.Publish(s.Topic(r.visit)) })
	return err
}

// kindWords are what stands in the document; pages have their own words.
var kindWords = map[string]string{"audio": "Sound", "camera": "Picture", "screen": "Screen"}

func instant(micros int64) string { return moment(micros).Format("2006-01-02T15:04:05.000Z") }

// broken: a file was never closed, so that its end, at least, is missing.
func broken(files []*file) bool {
	return slices.ContainsFunc(files, func(f *file) bool { return !f.closed })
}

// documentOf gives the DocumentReference (FHIR R4, section 2.36) of a recording. The
// Encounter that the signed note leaves names the same Appointment.
func documentOf(r *row, patient string, labels access.Labels, content []any, broken bool) map[string]any {
	words := "Recording of a video visit"
	if broken {
		words += ", of which a part is missing"
	}
	meta := map[string]any{}
	if labels != 0 {
		meta["security"] = labels.Security()
	}
	return map[string]any{
		"resourceType": "DocumentReference", "id": r.id, "meta": meta, "status": "current", "docStatus": "final",
		"type":    map[string]any{"coding": []any{map[string]any{"system": records.RecordingSystem, "code": records.VisitRecording}}, "text": "Recording of a video visit"},
		"subject": map[string]any{"reference": "Patient/" + r.patient, "display": patient}, "date": instant(r.endedAt), "description": words,
		"content": content,
		"context": map[string]any{"related": []any{map[string]any{"reference": "Appointment/" + r.visit}}, "period": map[string]any{"start": instant(r.beganAt), "end": instant(r.endedAt)}},
	}
}
