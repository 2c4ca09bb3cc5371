package portal_test

import (
	"context"
	"fmt"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/records/access"
)

func (p *page) topics(names ...string) {
	p.t.Helper()
	require.NoError(p.t, p.conn.WriteJSON(map[string]any{"topics": names}))
}

// hears waits until a topic is told of.
func (p *page) hears(topic string) {
	p.t.Helper()
	for range 50 {
		m := p.next()
		if m["topic"] == topic {
			require.Nil(p.t, m["gone"], "%s", topic)
			return
		}
	}
	p.t.Fatalf("nothing of %s", topic)
}

func (p *page) loses(topic string) {
	p.t.Helper()
	for range 50 {
		if m := p.next(); m["topic"] == topic && m["gone"] == true {
			return
		}
	}
	p.t.Fatalf("%s is still there", topic)
}

func TestPagesHearOfWhatTheyFollow(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		f.regrant(access.Everything, access.PowerMessages)
		messages := "messages/" + f.rosa
		doctor, elena, stranger, self := f.doctor.open(), f.elena.open(), f.stranger.open(), f.self.open()
		for _, p := range []*page{doctor, elena, self} {
			p.topics(messages)
			p.hears(messages)
		}
		doctor.topics(messages, "inbox", "day")
		doctor.hears("day")
		stranger.topics(messages, "visit/"+f.rosa+"/"+newID(), "nothing/at/all")
		for _, topic := range []string{messages} {
			stranger.loses(topic)
		}
		self.topics("inbox", "notices", messages)
		self.hears("notices")

		began := f.elena.begin(f.rosa, "My mother is dizzy")
		doctor.hears("inbox")
		self.hears(messages)
		elena.hears(messages)
		r := f.doctor.do("POST", f.chart()+"/threads/"+began.Thread.ID+"/messages", fmt.Sprintf(`{"id":"%s","text":"Half a pill"}`, newID()))
		require.Equal(t, 201, r.StatusCode, r.body)
		elena.hears(messages)
		self.hears("notices")

		// Who may not any more is told once, and hears nothing after it.
		require.NoError(t, n.db.InTx(context.Background(), func(c *db.Conn) error {
			_, err := n.access.RevokeTx(c, feed, f.rosa, f.grant.ID)
			return err
		}))
		f.self.do("POST", f.chart()+"/threads/"+began.Thread.ID+"/messages", fmt.Sprintf(`{"id":"%s","text":"Thank you"}`, newID()))
		elena.loses(messages)
	})
}

func TestAMessageSentAtOneNodeIsSeenAtTheOther(t *testing.T) {
	d := dbtest.Postgres(t)
	bus := startServer(t)
	url := fmt.Sprintf("nats://127.0.0.1:%d", bus.Addr().(*net.TCPAddr).Port)
	one, two := newNode(t, d, url, pages()), newNode(t, d, url, pages())
	f := newFamily(t, one)
	there := &someone{node: two, account: f.doctor.account, cookie: f.doctor.cookie, csrf: f.doctor.csrf}
	p := there.open()
	p.topics("inbox")
	p.hears("inbox")
	f.self.begin(f.rosa, "A question")
	p.hears("inbox")
	var inbox struct{ Items []wireThread }
	there.get("/api/v1/clinic/inbox").json(t, &inbox)
	require.Len(t, inbox.Items, 1)
	bus.Shutdown() // and without the bus, a little later
	f.self.begin(f.rosa, "Another question")
	p.hears("inbox")
	there.get("/api/v1/clinic/inbox").json(t, &inbox)
	require.Len(t, inbox.Items, 2)
}

// That somebody is writing is told to the other side while it happens: not to the own
// one, not at the beginning, and not to who sees only a part of what is written.
func TestTheOtherSideHearsThatSomebodyIsWriting(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		f := newFamily(t, n)
		f.regrant(access.Everything, access.PowerMessages)
		began := f.self.begin(f.rosa, "A question")
		typing := "typing/" + f.rosa + "/" + began.Thread.ID
		doctor, self, elena, stranger := f.doctor.open(), f.self.open(), f.elena.open(), f.stranger.open()
		elena.topics(typing) // from whom sensitive kinds are hidden
		elena.loses(typing)
		stranger.topics(typing)
		stranger.loses(typing)
		doctor.topics(typing)
		self.topics(typing)
		for _, p := range []*page{doctor, self} {
			p.topics(typing, "notices")
			require.Equal(t, "notices", p.next()["topic"], "to follow it is not to be told")
		}
		says := func(who *someone) {
			r := who.do("POST", f.chart()+"/threads/"+began.Thread.ID+"/typing", "")
			require.Equal(t, 204, r.StatusCode, r.body)
		}
		says(f.self)
		require.Equal(t, typing, doctor.next()["topic"])
		says(f.doctor)
		require.Equal(t, typing, self.next()["topic"], "and of the own words nothing")
		require.Equal(t, 404, f.stranger.do("POST", f.chart()+"/threads/"+began.Thread.ID+"/typing", "").StatusCode)
	})
}
