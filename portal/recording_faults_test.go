package portal_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/blob"
	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
	"housecall/notifications"
	"housecall/records"
	"housecall/records/access"
	"housecall/telehealth/recording"
	"housecall/telehealth/schedule"
	"housecall/telehealth/sfu"
)

// recorded is a visit with two people, both of whom agreed to being recorded.
type recorded struct {
	p              *practice
	at, visit      string
	patient, other string // seats
}

// letIn brings the patient and the doctor into a visit.
func letIn(t *testing.T, n *node) *recorded {
	t.Helper()
	p := newPractice(t, n, time.Now().Add(10*time.Minute))
	r := &recorded{p: p, at: p.chart() + "/visits/" + p.book(p.self, p.free(p.self).Days[0].Slots[0].ID, "Dizzy").ID}
	r.visit = filepath.Base(r.at)
	var v wireVisit
	require.Equal(t, 200, p.self.do("POST", r.at+"/consent", `{"version":"2026-11","agreed":true}`).StatusCode)
	p.self.do("POST", r.at+"/place", here)
	p.self.do("POST", r.at+"/wait", "").json(t, &v)
	require.Equal(t, 200, p.doctor.do("POST", r.at+"/admit", `{"seat":"`+v.Me.Seat+`"}`).StatusCode)
	r.patient, r.other = v.Me.Seat, r.state(t, p.doctor).Me.Seat
	return r
}

func (r *recorded) state(t *testing.T, who *someone) (v wireRecorded) {
	t.Helper()
	who.get(r.at).json(t, &v)
	return v
}

// agree lets both say yes.
func (r *recorded) agree(t *testing.T) {
	t.Helper()
	require.Equal(t, 200, r.p.doctor.do("POST", r.at+"/recording", `{"text":"2026-11"}`).StatusCode)
	require.Equal(t, 200, r.p.self.do("POST", r.at+"/recording/answer", `{"recording":"`+r.state(t, r.p.self).Recording.ID+`","text":"2026-11","yes":true}`).StatusCode)
}

type wireShown struct {
	Why    string
	Broken bool
	Files  []struct {
		Binary, Kind    string
		LengthMs, Bytes int64
	}
}

// plays reads everything that was kept, and finds what was said.
func (r *recorded) plays(t *testing.T, files int) (shown wireShown) {
	t.Helper()
	p := r.p
	p.self.get(p.chart()+"/recordings/"+r.state(t, p.self).Recording.ID).json(t, &shown)
	require.Len(t, shown.Files, files)
	words := 0
	for _, f := range shown.Files {
		file := p.self.get(p.chart() + "/binaries/" + f.Binary)
		require.Equal(t, 200, file.StatusCode)
		require.True(t, bytes.HasPrefix([]byte(file.body), []byte{0x1a, 0x45, 0xdf, 0xa3}))
		require.Positive(t, f.LengthMs)
		if f.Kind == "audio" && bytes.Contains([]byte(file.body), heard) {
			words++
		}
	}
	require.Equal(t, 2, words, "each of the two can be heard")
	return shown
}

// kept is what is stored already, once something of all four tracks is.
func kept(d *db.DB, tracks int) (parts int, err error) {
	var files int
	err = d.Read(context.Background()).QueryRow(`SELECT count(DISTINCT file), count(*) FROM visit_recording_parts`).Scan(&files, &parts)
	if files < tracks {
		parts = 0
	}
	return parts, err
}

// Nothing can be stored any more: the recording ends, everybody is told, and the visit
// goes on. What was stored before is filed once there is room again.
func TestARecordingThatCannotBeStoredEndsAndTheVisitGoesOn(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		media, err := sfu.Open(sfu.Config{Loopback: true, Presence: func(room, _ string, _ bool) {
			n.rooms.mu.Lock()
			m := n.rooms.media
			n.rooms.mu.Unlock()
			_ = n.visits.Present(ctx, room, m.Seats(room))
		}})
		require.NoError(t, err)
		n.rooms.mu.Lock()
		n.rooms.media = media
		n.rooms.mu.Unlock()
		require.NoError(t, n.recordings.Start(ctx))
		t.Cleanup(func() { media.Close(); n.recordings.Stop() })
		r := letIn(t, n)
		rosa, doctor := n.sits(r.visit, r.patient), n.sits(r.visit, r.other)
		n.eventually("both are in", func() bool {
			var v wireVisit
			r.p.doctor.get(r.at).json(t, &v)
			return len(v.People) == 2 && v.People[0].State == "in" && v.People[1].State == "in"
		})
		r.agree(t)
		n.eventually("recorded", func() bool { return rosa.recording() == "on" && doctor.recording() == "on" })
		n.eventually("some of all is kept", func() bool {
			parts, err := kept(n.db, 4)
			require.NoError(t, err)
			return parts > 0
		})

		folder := filepath.Join(n.folder, blob.Folder)
		require.NoError(t, os.Rename(folder, folder+".away"))
		require.NoError(t, os.WriteFile(folder, nil, 0o600)) // where files should be made
		n.eventually("both are told", func() bool { return rosa.recording() == "off" && doctor.recording() == "off" })
		n.eventually("the visit says so", func() bool {
			x := r.state(t, r.p.self).Recording
			return x.State == "over" && x.Why == "disk"
		})
		was := []int{rosa.hears(), doctor.hears()}
		n.eventually("the visit goes on", func() bool { return rosa.hears() > was[0]+50 && doctor.hears() > was[1]+50 })
		require.False(t, r.state(t, r.p.self).Recording.Filed, "nothing is offered that is not whole")

		require.NoError(t, os.Remove(folder))
		require.NoError(t, os.Rename(folder+".away", folder))
		n.eventually("filed", func() bool {
			require.NoError(t, n.db.InTx(ctx, func(c *db.Conn) error { // it is tried again after a minute
				_, err := c.Exec(`UPDATE visit_recordings SET beat_at = 1 WHERE filed_at = 0 AND beat_at > ?`, time.Now().Add(30*time.Second).UnixMicro())
				return err
			}))
			return r.state(t, r.p.self).Recording.Filed
		})
		for _, g := range []*sitter{rosa, doctor} {
			g.leave()
		}
		shown := r.plays(t, 4)
		require.Equal(t, "disk", shown.Why)
		require.True(t, shown.Broken, "its end is missing")
	})
}

const childRoom = "HOUSECALL_TEST_RECORDS" // URL of the database, its folder, the files', visit and seats, by lines

// childRecords is a server that holds the room of a visit, until it is killed. It prints
// a line once something of everybody is stored.
func childRecords() bool {
	what := strings.Split(os.Getenv(childRoom), "\n")
	if len(what) != 6 {
		return false
	}
	if err := recordInChild(what[0], what[1], what[2], what[3], what[4:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}

func recordInChild(url, dir, folder, visit string, seats []string) error {
	ctx, key := context.Background(), sitekey.ForTest()
	d, err := db.Open(ctx, db.Config{URL: url, Dir: dir})
	if err != nil {
		return err
	}
	rev := revoke.NewFeed(d)
	who, err := access.New(access.Deps{DB: d, Key: key, Revocations: rev, Node: "child"})
	if err != nil {
		return err
	}
	hub, err := notifications.NewHub(notifications.Config{Key: key.Secret("hub")})
	if err != nil {
		return err
	}
	blobs, err := blob.Open(ctx, blob.Config{Dir: folder, Key: key})
	if err != nil {
		return err
	}
	store, err := records.New(records.Deps{DB: d, Access: who, Key: key, Hub: hub, Blobs: blobs})
	if err != nil {
		return err
	}
	media, err := sfu.Open(sfu.Config{Loopback: true})
	if err != nil {
		return err
	}
	service, err := recording.New(recording.Deps{DB: d, Records: store, Hub: hub, Media: media, Node: "child", Topic: schedule.VisitTopic, Keep: time.Hour})
	if err != nil {
		return err
	}
	if err := errors.Join(rev.Start(ctx), who.Start(ctx), hub.Start(ctx), service.Start(ctx)); err != nil {
		return err
	}
	wait := func(_ string, f func() bool) {
		for !f() {
			time.Sleep(10 * time.Millisecond) // whoever started this has a deadline
		}
	}
	for _, seat := range seats {
		if _, err := sitIn(media, visit, seat, wait); err != nil {
			return err
		}
	}
	for told := 0; ; {
		parts, err := kept(d, 2*len(seats))
		if err != nil {
			return err
		}
		if parts >= told+2*len(seats) {
			told = parts
			fmt.Println("kept", parts)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// The server is killed in the middle of a recording. What it stored until then can be
// played; that it is not whole is said, and so is that it does not go on.
func TestAKilledServerLeavesWhatWasRecorded(t *testing.T) {
	for _, dialect := range []string{"sqlite", "postgres"} {
		t.Run(dialect, func(t *testing.T) {
			url, dir, folder := "", t.TempDir(), t.TempDir()
			if dialect == "postgres" {
				url = dbtest.PostgresURL(t)
			}
			var r *recorded
			stage := func(name string, f func(t *testing.T, n *node)) {
				require.True(t, t.Run(name, func(t *testing.T) {
					d, err := db.Open(context.Background(), db.Config{URL: url, Dir: dir})
					require.NoError(t, err)
					t.Cleanup(func() { _ = d.Close() })
					_, err = d.Migrate(context.Background())
					require.NoError(t, err)
					f(t, newNodeWith(t, d, "", pages(), folder))
				}))
			}
			stage("they agree", func(t *testing.T, n *node) {
				r = letIn(t, n)
				require.NoError(t, n.visits.Present(context.Background(), r.visit, []string{r.patient, r.other}))
				r.agree(t)
				require.Equal(t, "on", r.state(t, r.p.self).Recording.State)
			})

			c := exec.Command(os.Args[0])
			c.Env = append(os.Environ(), childRoom+"="+strings.Join([]string{url, dir, folder, r.visit, r.patient, r.other}, "\n"))
			c.Stderr = os.Stderr
			out, err := c.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, c.Start())
			late := time.AfterFunc(time.Minute, func() { _ = c.Process.Kill() })
			lines := bufio.NewScanner(out)
			for n := 0; lines.Scan(); {
				if n++; n == 2 {
					require.NoError(t, c.Process.Kill())
				}
			}
			require.True(t, late.Stop(), "nothing was recorded in a minute")
			_ = c.Wait()

			stage("the next server", func(t *testing.T, n *node) {
				ctx := context.Background()
				for _, who := range []*someone{r.p.self, r.p.doctor} {
					who.node = n
				}
				r.p.node = n
				require.False(t, r.state(t, r.p.self).Recording.Filed)
				passes := func(d time.Duration) {
					require.NoError(t, n.db.InTx(ctx, func(c *db.Conn) error {
						us := d.Microseconds()
						_, err := c.Exec(`UPDATE visit_recordings SET asked_at = asked_at - ?, began_at = began_at - ?, beat_at = beat_at - ?`, us, us, us)
						return err
					}))
				}
				passes(20 * time.Second)
				require.Equal(t, "paused", r.state(t, r.p.self).Recording.State, "nobody records it now")
				require.NoError(t, n.recordings.Start(ctx))
				t.Cleanup(n.recordings.Stop)
				passes(2 * time.Minute)
				n.eventually("it ended, and is filed", func() bool {
					x := r.state(t, r.p.self).Recording
					return x.State == "over" && x.Why == "room" && x.Filed
				})
				shown := r.plays(t, 4)
				require.True(t, shown.Broken)
				var ended int64
				var parts int
				require.NoError(t, n.db.Read(ctx).QueryRow(`SELECT ended_at, (SELECT count(*) FROM visit_recording_parts) FROM visit_recordings`).Scan(&ended, &parts))
				require.Zero(t, parts)
				require.Less(t, ended, time.Now().Add(-2*time.Minute).UnixMicro(), "it ended when it was heard of last")
				require.Contains(t, n.read("DocumentReference", r.state(t, r.p.self).Recording.ID), "a part is missing")
			})
		})
	}
}
