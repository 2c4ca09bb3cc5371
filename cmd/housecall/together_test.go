package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/google/uuid"
	"github.com/pion/rtp"
	"github.com/stretchr/testify/require"

	"housecall/internal/identity"
	"housecall/telehealth"
	"housecall/telehealth/schedule"
	"housecall/telehealth/sfu/peer"
)

// member is somebody with pages open at one node.
type member struct {
	*browser
	url, csrf string
}

func (b *browser) at(url string) *member {
	var me struct{ CSRF string }
	_, text := b.open(url + "/api/v1/me")
	require.NoError(b.t, json.Unmarshal([]byte(text), &me), text)
	return &member{b, url, me.CSRF}
}

// do asks the API for something, and wants it to be done.
func (m *member) do(method, path, body string, into any) {
	m.t.Helper()
	req, err := http.NewRequest(method, m.url+"/api/v1"+path, strings.NewReader(body))
	require.NoError(m.t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-CSRF-Token", m.csrf)
	res, err := m.Do(req)
	require.NoError(m.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(m.t, err)
	require.Less(m.t, res.StatusCode, 300, "%s %s: %s", method, path, text)
	if into != nil {
		require.NoError(m.t, json.Unmarshal(text, into))
	}
}

func (m *member) socket(path string) *websocket.Conn {
	m.t.Helper()
	dialer := websocket.Dialer{HandshakeTimeout: 10 * time.Second, Jar: m.jar}
	conn, res, err := dialer.Dial("ws"+strings.TrimPrefix(m.url, "http")+path, http.Header{"Origin": {m.url}})
	require.NoError(m.t, err, "%s: %v", path, res)
	m.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// follow gives a channel in which is said that the topic moved.
func (m *member) follow(topic string) <-chan struct{} {
	m.t.Helper()
	conn, moved := m.socket("/live"), make(chan struct{}, 100)
	require.NoError(m.t, conn.WriteJSON(map[string]any{"topics": []string{topic}}))
	go func() {
		for {
			var x struct{ Topic string }
			if conn.ReadJSON(&x) != nil {
				return
			}
			if x.Topic == topic {
				select {
				case moved <- struct{}{}:
				default:
				}
			}
		}
	}()
	select {
	case <-moved: // that it may be followed
	case <-time.After(20 * time.Second):
		m.t.Fatalf("%s is not followed", topic)
	}
	return moved
}

// call takes somebody's seat in a visit, sends picture and sound, and counts what
// comes in, by what it is.
func (m *member) call(path string) func() map[string]int {
	m.t.Helper()
	conn := m.socket(path)
	var writing, counting sync.Mutex
	got, joined, stop := map[string]int{}, make(chan struct{}), make(chan struct{})
	var once sync.Once
	c, err := peer.New(peer.Options{
		Say: func(b []byte) {
			writing.Lock()
			defer writing.Unlock()
			_ = conn.WriteMessage(websocket.TextMessage, b)
		},
		Packet: func(from peer.Tag, _ *rtp.Packet) {
			counting.Lock()
			defer counting.Unlock()
			got[from.Kind]++
		},
		Heard: func(x peer.Message) {
			if x.T == "joined" {
				once.Do(func() { close(joined) })
			}
		},
	})
	require.NoError(m.t, err)
	var tasks sync.WaitGroup
	tasks.Go(func() {
		for {
			_, b, err := conn.ReadMessage()
			if err != nil {
				return
			}
			_ = c.Hear(b)
		}
	})
	c.Join(true, true, false)
	select {
	case <-joined:
	case <-time.After(20 * time.Second):
		m.t.Fatal("nobody says that the seat is taken")
	}
	require.NoError(m.t, c.Publish("audio", "camera"))
	tasks.Go(func() {
		video, sound := &peer.Video{}, &peer.Sound{}
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			for _, x := range video.Frame(2, 800, i%50 == 0) {
				_ = c.Write("camera", x)
			}
			_ = c.Write("audio", sound.Packet(80))
		}
	})
	m.t.Cleanup(func() {
		close(stop)
		c.Tell(map[string]any{"t": "leave"})
		_ = conn.Close()
		tasks.Wait()
		c.Close()
	})
	return func() map[string]int {
		counting.Lock()
		defer counting.Unlock()
		return map[string]int{"audio": got["audio"], "camera": got["camera"]}
	}
}

// people brings patients in, of whom these staff take care, and gives their ids.
func people(p *process, n int, team ...string) []string {
	p.t.Helper()
	file := filepath.Join(p.t.TempDir(), "people.ndjson")
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, `{"resourceType":"Patient","id":"p%d","name":[{"family":"Moss","given":["Ida %d"]}],"birthDate":"1950-02-03"}`+"\n", i, i)
	}
	require.NoError(p.t, os.WriteFile(file, []byte(text.String()), 0o600))
	args := []string{"import", file}
	for _, one := range team {
		args = append(args, "--team", one)
	}
	p.says(args...)
	ids, err := chartIDs(p.cfg)
	require.NoError(p.t, err)
	require.Len(p.t, ids, n)
	return ids
}

// Messages go back and forth, and a visit is held, between a patient at one node
// and the clinic at another. The room lives on one of them.
func TestTwoNodesHoldOneConversationAndOneVisit(t *testing.T) {
	ctx := context.Background()
	one, two := twoNodes(t)
	here, there := start(t, one), serve(t, two)
	base := here.Config.base.String()
	doctor, err := here.Identity.CreateAccount(ctx, identity.NewAccount{Email: "hale@example.org", Name: "Dr. Juniper Hale", Kind: identity.Staff, Roles: []identity.Role{identity.Clinician}, Practitioner: uuid.NewString()})
	require.NoError(t, err)
	patient := people(there, 1, "hale@example.org")[0]
	_, err = here.Schedule.Offer(ctx, operatorPrincipal("test"), schedule.Offered{Account: doctor.ID, Specialty: "Family Medicine", Modes: []schedule.Mode{schedule.Video}, Starts: []time.Time{time.Now().Add(5 * time.Minute)}, Length: 20 * time.Minute})
	require.NoError(t, err)

	_, cookie, err := here.Identity.StartSession(ctx, identity.NewSession{Account: doctor.ID, Proof: identity.SecondFactor, Address: "127.0.0.1"})
	require.NoError(t, err)
	b := newBrowser(t)
	at, err := url.Parse(base)
	require.NoError(t, err)
	b.jar.SetCookies(at, []*http.Cookie{here.Identity.Cookie(cookie)})
	hale := b.at(base)
	password := choosePassword(t, there.says("user", "add", "ida@example.org", "--name", "Ida Moss", "--patient", patient))
	b = newBrowser(t)
	b.signIn(there.url+"/auth/login?return=/", "ida@example.org", password)
	ida := b.at(there.url)

	// A message at one node, seen at the other; and the answer back.
	inbox, messages := hale.follow("inbox"), ida.follow("messages/"+patient)
	hears := func(what string, moved <-chan struct{}) {
		t.Helper()
		select {
		case <-moved:
		case <-time.After(20 * time.Second):
			t.Fatal(what)
		}
	}
	chart := "/charts/" + patient
	var thread struct {
		Thread   struct{ ID string }
		Messages []struct{ Text string }
	}
	ida.do("POST", chart+"/threads", `{"id":"`+uuid.NewString()+`","topic":"question","subject":"Salt","text":"May I eat salt?"}`, &thread)
	hears("the clinic was not told", inbox)
	hale.do("GET", chart+"/threads/"+thread.Thread.ID, "", &thread)
	require.Equal(t, "May I eat salt?", thread.Messages[0].Text)
	for len(messages) > 0 { // of her own message
		<-messages
	}
	hale.do("POST", chart+"/threads/"+thread.Thread.ID+"/messages", `{"id":"`+uuid.NewString()+`","text":"A little."}`, nil)
	hears("the patient was not told", messages)
	ida.do("GET", chart+"/threads/"+thread.Thread.ID, "", &thread)
	require.Len(t, thread.Messages, 2)

	// A visit, whose room lives where the doctor came in.
	var free struct {
		Days []struct{ Slots []struct{ ID string } }
	}
	ida.do("GET", chart+"/booking?mode=video", "", &free)
	visit := uuid.NewString()
	ida.do("POST", chart+"/appointments", `{"id":"`+visit+`","slot":"`+free.Days[0].Slots[0].ID+`","mode":"video"}`, nil)
	path := chart + "/visits/" + visit
	ida.do("POST", path+"/consent", `{"version":"`+telehealth.ConsentVersion+`","agreed":true}`, nil)
	var waits struct{ Me struct{ Seat string } }
	ida.do("POST", path+"/place", `{"country":"US","region":"OR","address":"At home","phone":"+1 555 0100"}`, nil)
	ida.do("POST", path+"/wait", "", &waits)
	hale.do("POST", path+"/admit", `{"seat":"`+waits.Me.Seat+`"}`, nil)
	signal := "/visits/" + visit + "/signal"
	atDoctor := hale.call(signal)
	require.Equal(t, 1, here.Signal.Stats().Rooms, "the room is here")
	atPatient := ida.call(signal)
	for who, got := range map[string]func() map[string]int{"doctor": atDoctor, "patient": atPatient} {
		require.Eventually(t, func() bool { x := got(); return x["audio"] > 20 && x["camera"] > 40 }, 30*time.Second, 20*time.Millisecond, "the %s hears and sees the other", who)
	}
}

// The power goes while messages are being sent: what was answered with success is
// there once, and what was not can be sent again.
func TestWhatWasSentIsThereOnceAfterTheKill(t *testing.T) {
	eachDatabase(t, func(t *testing.T, cfg Config) {
		cfg.SiteKey = newSiteKey()
		p := serve(t, cfg)
		p.says("user", "add", "quill@example.org", "--name", "Tobias Quill", "--role", "nurse")
		const each = 20 // what one person may send in a minute
		type sent struct {
			id       string
			answered bool
		}
		type sender struct {
			patient, token, thread string
			sent                   []sent
		}
		var senders []*sender
		for i, patient := range people(p, 6, "quill@example.org") {
			email := fmt.Sprintf("p%d@example.org", i)
			p.says("user", "add", email, "--name", "Ida Moss", "--patient", patient)
			senders = append(senders, &sender{patient: patient, token: p.says("token", "--user", email)})
		}
		client := &http.Client{Timeout: 20 * time.Second}
		send := func(s *sender, id string) error {
			path, body := "/threads", `{"id":"`+id+`","topic":"question","subject":"Again","text":"Is it on?"}`
			if s.thread != "" && s.thread != id {
				path, body = "/threads/"+s.thread+"/messages", `{"id":"`+id+`","text":"Is it on?"}`
			}
			req, err := http.NewRequest("POST", p.url+"/api/v1/charts/"+s.patient+path, bytes.NewReader([]byte(body)))
			if err != nil {
				return err
			}
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Authorization", "Bearer "+s.token)
			res, err := client.Do(req)
			if err != nil {
				return err
			}
			defer res.Body.Close()
			if text, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusCreated {
				return fmt.Errorf("%d %s %w", res.StatusCode, text, err)
			}
			return nil
		}
		answered := make(chan struct{}, each*len(senders))
		var all sync.WaitGroup
		for _, s := range senders {
			all.Go(func() {
				for range each {
					id := uuid.NewString()
					if s.thread == "" {
						s.thread = id
					}
					err := send(s, id)
					s.sent = append(s.sent, sent{id, err == nil})
					if err != nil {
						return
					}
					answered <- struct{}{}
				}
			})
		}
		for range 30 {
			<-answered
		}
		p.kill()
		all.Wait()
		lost := 0
		for _, s := range senders {
			if !s.sent[len(s.sent)-1].answered {
				lost++
			}
		}
		require.NotZero(t, lost, "some were under way when the power went")

		p = serve(t, cfg)
		there := func(s *sender) map[string]int {
			var page struct {
				Messages []struct{ ID string }
				Next     string
			}
			status, text := get(t, p.url+"/api/v1/charts/"+s.patient+"/threads/"+s.thread+"?limit=100", s.token)
			if status == http.StatusNotFound { // its first message was not sent
				return nil
			}
			require.Equal(t, http.StatusOK, status, text)
			require.NoError(t, json.Unmarshal([]byte(text), &page))
			require.Empty(t, page.Next)
			found := map[string]int{}
			for _, m := range page.Messages {
				found[m.ID]++
			}
			return found
		}
		for _, s := range senders {
			found := there(s)
			for _, x := range s.sent {
				require.LessOrEqual(t, found[x.id], 1)
				if x.answered {
					require.Equal(t, 1, found[x.id], "it was answered with success")
				}
			}
			for _, x := range s.sent { // each once more, as a phone does that does not know
				require.NoError(t, send(s, x.id))
			}
			found = there(s)
			require.Len(t, found, len(s.sent))
			for _, x := range s.sent {
				require.Equal(t, 1, found[x.id])
			}
		}
		p.stop()
		a, err := NewApp(context.Background(), cfg)
		require.NoError(t, err)
		defer a.Stop()
		require.NoError(t, inStep(a))
	})
}

// inStep tells whether what the inbox counts is what the charts hold.
func inStep(a *App) error {
	var rows, resources int
	c := a.DB.Read(context.Background())
	if err := c.QueryRow(`SELECT count(*) FROM thread_messages`).Scan(&rows); err != nil {
		return err
	}
	if err := c.QueryRow(`SELECT count(*) FROM resources WHERE type = 'Communication'`).Scan(&resources); err != nil {
		return err
	}
	if rows != resources {
		return fmt.Errorf("%d messages in conversations, %d in charts", rows, resources)
	}
	return nil
}
