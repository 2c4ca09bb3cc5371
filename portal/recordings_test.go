package portal_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/stretchr/testify/require"

	"housecall/internal/blob"
	"housecall/internal/db"
	"housecall/records/access"
	"housecall/telehealth/sfu"
	"housecall/telehealth/sfu/peer"
)

// rooms opens taps of the rooms of a media plane, once there is one.
type rooms struct {
	mu    sync.Mutex
	media *sfu.Server
}

func (r *rooms) Tap(room string, sink sfu.Sink) (*sfu.Tap, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.media == nil {
		return nil, nil
	}
	return r.media.Tap(room, sink)
}

// sitter is somebody's page in the room: it sends, and is told whether it is recorded.
type sitter struct {
	*peer.Client
	link  *sfu.Link
	out   chan []byte
	mu    sync.Mutex
	state string
	got   int // packets of sound of the others
	stop  chan struct{}
	tasks sync.WaitGroup
}

func (g *sitter) Say(b []byte) { g.out <- bytes.Clone(b) }
func (g *sitter) End(string)   {}

func (g *sitter) recording() string { g.mu.Lock(); defer g.mu.Unlock(); return g.state }
func (g *sitter) hears() int        { g.mu.Lock(); defer g.mu.Unlock(); return g.got }

// sits lets somebody sit in the room and send sound and pictures with real key frames.
func (n *node) sits(visit, seat string) *sitter {
	n.t.Helper()
	n.rooms.mu.Lock()
	media := n.rooms.media
	n.rooms.mu.Unlock()
	g, err := sitIn(media, visit, seat, n.eventually)
	require.NoError(n.t, err)
	return g
}

func sitIn(media *sfu.Server, visit, seat string, eventually func(string, func() bool)) (*sitter, error) {
	g := &sitter{out: make(chan []byte, 1000), stop: make(chan struct{})}
	var talk sync.Mutex
	var err error
	g.Client, err = peer.New(peer.Options{
		Say: func(b []byte) { talk.Lock(); defer talk.Unlock(); g.link.Hear(b) },
		Heard: func(m peer.Message) {
			if m.T == "recording" {
				g.mu.Lock()
				g.state = m.State
				g.mu.Unlock()
			}
		},
		Packet: func(from peer.Tag, _ *rtp.Packet) {
			if from.Kind == "audio" {
				g.mu.Lock()
				g.got++
				g.mu.Unlock()
			}
		},
	})
	if err != nil {
		return nil, err
	}
	if g.link, err = media.Enter(visit, seat, g); err != nil {
		return nil, err
	}
	g.tasks.Go(func() {
		for {
			select {
			case <-g.stop:
				return
			case b := <-g.out:
				_ = g.Hear(b)
			}
		}
	})
	g.Join(true, true, false)
	eventually("joined", func() bool { k, _ := g.Joined(); return k == 1 })
	if err := g.Publish("audio", "camera"); err != nil {
		return nil, err
	}
	eventually("connected", g.Connected)
	g.tasks.Go(func() {
		video, sound := &peer.Video{}, &peer.Sound{}
		t := time.NewTicker(33 * time.Millisecond)
		defer t.Stop()
		for i := 0; ; i++ {
			select {
			case <-g.stop:
				return
			case <-t.C:
			}
			for j, p := range video.Frame(2, 300, i%30 == 0) {
				if j == 0 && i%30 == 0 {
					copy(p.Payload[4:], []byte{0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00})
				}
				_ = g.Write("camera", p)
			}
			_ = g.Write("audio", withText(sound.Packet(60)))
		}
	})
	return g, nil
}

// heard is what everybody says, so that it can be looked for.
var heard = []byte("words that only those in the room may hear")

func withText(p *rtp.Packet) *rtp.Packet { copy(p.Payload[4:], heard); return p }

func (g *sitter) leave() {
	g.Tell(map[string]any{"t": "leave"})
	close(g.stop)
	g.tasks.Wait()
	g.Close()
}

func (n *node) eventually(what string, f func() bool) {
	n.t.Helper()
	require.Eventually(n.t, f, timeout, 10*time.Millisecond, what)
}

type wireRecorded struct {
	Recording *struct {
		ID, State, Text, AskedBy, Mine, Why string
		Missing                             []string
		Filed                               bool
	}
	MayRecord bool
	Me        struct{ Seat string }
}

func TestAVisitIsRecordedWithEverybodysConsent(t *testing.T) {
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

		t.Cleanup(func() {
			if t.Failed() {
				t.Log(n.log.String())
			}
		})
		p := newPractice(t, n, time.Now().Add(10*time.Minute))
		p.regrant(access.Everything, access.PowerVisits)
		at := p.chart() + "/visits/" + p.book(p.self, p.free(p.self).Days[0].Slots[0].ID, "Dizzy").ID
		visit := filepath.Base(at)
		let := func(who *someone) string {
			t.Helper()
			var v wireVisit
			require.Equal(t, 200, who.do("POST", at+"/consent", `{"version":"2026-11","agreed":true}`).StatusCode)
			who.do("POST", at+"/place", here)
			who.do("POST", at+"/wait", "").json(t, &v)
			require.Equal(t, 200, p.doctor.do("POST", at+"/admit", `{"seat":"`+v.Me.Seat+`"}`).StatusCode)
			return v.Me.Seat
		}
		state := func(who *someone) (v wireRecorded) {
			t.Helper()
			who.get(at).json(t, &v)
			return v
		}
		ask := func(who *someone) reply { return who.do("POST", at+"/recording", `{"text":"2026-11"}`) }
		answer := func(who *someone, yes string) reply {
			return who.do("POST", at+"/recording/answer", `{"recording":"`+state(who).Recording.ID+`","text":"2026-11","yes":`+yes+`}`)
		}

		rosas := let(p.self)
		doctors := state(p.doctor)
		require.True(t, doctors.MayRecord)
		require.Equal(t, "alone", ask(p.doctor).code())
		rosa, doctor := n.sits(visit, rosas), n.sits(visit, doctors.Me.Seat)
		n.eventually("both are in", func() bool {
			var v wireVisit
			p.doctor.get(at).json(t, &v)
			in := 0
			for _, x := range v.People {
				if x.State == "in" {
					in++
				}
			}
			return in == 2
		})
		require.Equal(t, http.StatusForbidden, ask(p.self).StatusCode, "who holds the visit asks")
		require.Equal(t, 200, p.doctor.do("POST", at+"/sealing", `{"on":true}`).StatusCode)
		require.Equal(t, "e2ee", ask(p.doctor).code())
		require.False(t, state(p.doctor).MayRecord)
		require.Equal(t, 200, p.doctor.do("POST", at+"/sealing", `{"on":false}`).StatusCode)
		require.Equal(t, 200, ask(p.doctor).StatusCode)
		require.Equal(t, 200, ask(p.doctor).StatusCode, "sent twice")
		r := state(p.self).Recording
		require.Equal(t, []string{"asked", "Dr. Juniper Hale", ""}, []string{r.State, r.AskedBy, r.Mine})
		require.Len(t, r.Missing, 1)
		require.Equal(t, http.StatusForbidden, p.elena.do("POST", at+"/recording/answer", `{"recording":"`+r.ID+`","text":"2026-11","yes":true}`).StatusCode, "she is not in the room")

		// Nothing is kept until she agrees.
		bytesKept := func() (sum int64) {
			require.NoError(t, n.db.Read(ctx).QueryRow(`SELECT CAST(COALESCE(sum(size), 0) AS BIGINT) FROM visit_recording_parts`).Scan(&sum))
			return sum
		}
		require.Equal(t, "changed", p.self.do("POST", at+"/recording/answer", `{"recording":"`+r.ID+`","text":"2020-01","yes":true}`).code())
		require.Empty(t, rosa.recording())
		require.Zero(t, bytesKept())
		require.Equal(t, 200, answer(p.self, "true").StatusCode)
		n.eventually("recorded", func() bool { return rosa.recording() == "on" && doctor.recording() == "on" })
		require.Equal(t, "on", state(p.self).Recording.State)

		// Somebody new pauses it until they agree; they may be asked at once.
		elenas := let(p.elena)
		elena := n.sits(visit, elenas)
		n.eventually("paused", func() bool { return rosa.recording() == "paused" && state(p.doctor).Recording.State == "paused" })
		require.Equal(t, []string{"Elena"}, state(p.doctor).Recording.Missing)
		require.Equal(t, 200, answer(p.elena, "true").StatusCode)
		n.eventually("goes on", func() bool { return rosa.recording() == "on" && state(p.doctor).Recording.State == "on" })
		n.eventually("some of all is kept", func() bool {
			var k int
			require.NoError(t, n.db.Read(ctx).QueryRow(`SELECT count(DISTINCT seat) FROM visit_recording_files WHERE kind = 'camera'`).Scan(&k))
			return k == 3
		})

		// One no ends it for all.
		require.Equal(t, 200, answer(p.elena, "false").StatusCode)
		n.eventually("off", func() bool { return rosa.recording() == "off" })
		r = state(p.self).Recording
		require.Equal(t, []string{"over", "withdrawn"}, []string{r.State, r.Why})
		require.Equal(t, "over", answer(p.self, "true").code())
		n.eventually("filed", func() bool { return state(p.self).Recording.Filed })
		for _, g := range []*sitter{rosa, doctor, elena} {
			g.leave()
		}

		// It is a document of the chart, and each track a file that can be read in parts.
		var shown struct {
			Why   string
			Files []struct {
				Binary, Name, Kind, ContentType string
				StartMs, LengthMs, Bytes        int64
			}
			Agreed []struct{ Name, Answer string }
		}
		p.self.get(p.chart()+"/recordings/"+r.ID).json(t, &shown)
		require.Len(t, shown.Files, 6)
		require.Len(t, shown.Agreed, 3)
		require.Equal(t, http.StatusNotFound, p.stranger.get(p.chart()+"/recordings/"+r.ID).StatusCode)
		found := false
		for _, f := range shown.Files {
			file := p.self.get(p.chart() + "/binaries/" + f.Binary)
			require.Equal(t, 200, file.StatusCode)
			require.Equal(t, []byte{0x1a, 0x45, 0xdf, 0xa3}, []byte(file.body[:4]))
			found = found || f.Kind == "audio" && bytes.Contains([]byte(file.body), heard)
			part := p.self.do("GET", p.chart()+"/binaries/"+f.Binary, "", "Range", "bytes=10-19")
			require.Equal(t, http.StatusPartialContent, part.StatusCode)
			require.Equal(t, file.body[10:20], part.body)
			require.Equal(t, http.StatusNotFound, p.stranger.get(p.chart()+"/binaries/"+f.Binary).StatusCode)
		}
		require.True(t, found)
		saved := p.chart() + "/binaries/" + shown.Files[0].Binary + "/saved"
		require.Equal(t, 200, p.self.get(saved).StatusCode)
		require.Contains(t, p.self.get(saved).Header.Get("Content-Disposition"), "attachment")
		require.Equal(t, http.StatusForbidden, p.self.late().get(saved).StatusCode, "to keep it somebody shows anew who they are")

		// What everybody said stands in the chart and in the log of accesses.
		var consents, withdrawn int
		require.NoError(t, n.db.Read(ctx).Each(`SELECT id FROM resources WHERE type = 'Consent' AND patient_id = ?`, func(q *sql.Rows) error {
			var id string
			if err := q.Scan(&id); err != nil {
				return err
			}
			var c struct {
				Status     string
				Identifier []struct{ System string }
				Provision  struct{ Type string }
			}
			require.NoError(t, json.Unmarshal([]byte(n.read("Consent", id)), &c))
			if len(c.Identifier) == 0 || c.Identifier[0].System != "urn:housecall:recording" {
				return nil // to the visit by video
			}
			consents++
			if c.Status == "inactive" {
				withdrawn++
				require.Equal(t, "deny", c.Provision.Type)
			}
			return nil
		}, p.rosa))
		require.Equal(t, []int{3, 1}, []int{consents, withdrawn})

		// When its time is over, a tombstone is left.
		require.NoError(t, n.db.InTx(ctx, func(c *db.Conn) error {
			_, err := c.Exec(`UPDATE visit_recordings SET expires_at = 1 WHERE id = ?`, r.ID)
			return err
		}))
		n.eventually("deleted", func() bool {
			return p.self.get(p.chart()+"/recordings/"+r.ID).StatusCode == http.StatusNotFound
		})
		require.Equal(t, http.StatusNotFound, p.self.get(p.chart()+"/binaries/"+shown.Files[0].Binary).StatusCode)
		var gone bool
		require.NoError(t, n.db.Read(ctx).QueryRow(`SELECT deleted FROM resources WHERE type = 'DocumentReference' AND id = ?`, r.ID).Scan(&gone))
		require.True(t, gone)
		require.NoError(t, n.store.SweepBlobs(ctx))
		require.NoError(t, filepath.WalkDir(filepath.Join(n.folder, blob.Folder), func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				t.Errorf("a file is left: %s", path)
			}
			return err
		}))
		require.NotContains(t, n.log.String(), string(heard))
	})
}
