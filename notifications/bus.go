package notifications

import (
	"errors"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// busEvents are called from goroutines of the NATS client and must not block.
type busEvents struct {
	back   func() // connected again after a loss
	missed func() // this process was too slow and messages were dropped
}

// bus is NATS: a server in this process, which does not listen on any port, or a
// cluster.
type bus struct {
	server *server.Server
	conn   *nats.Conn
	closed chan struct{}
}

const startWithin = 10 * time.Second

func openBus(url string, on busEvents) (*bus, error) {
	b := &bus{closed: make(chan struct{})}
	opts := []nats.Option{
		nats.Name("housecall"),
		nats.NoEcho(), // what this process says, it delivers to itself
		nats.MaxReconnects(-1),
		nats.ReconnectWait(250 * time.Millisecond),
		nats.ReconnectJitter(100*time.Millisecond, 500*time.Millisecond),
		nats.ReconnectBufSize(1 << 20),
		nats.RetryOnFailedConnect(true),
		nats.Timeout(3 * time.Second),
		nats.PingInterval(10 * time.Second),
		nats.MaxPingsOutstanding(2),
		nats.ReconnectHandler(func(*nats.Conn) { on.back() }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			if errors.Is(err, nats.ErrSlowConsumer) {
				on.missed()
			}
		}),
		nats.ClosedHandler(func(*nats.Conn) { close(b.closed) }),
	}
	if url == "" {
		s, err := server.NewServer(&server.Options{DontListen: true, NoLog: true, NoSigs: true, ServerName: "housecall"})
		if err != nil {
			return nil, err
		}
		s.Start()
		if !s.ReadyForConnections(startWithin) {
			s.Shutdown()
			return nil, errors.New("the message bus in this process did not start")
		}
		b.server = s
		opts = append(opts, nats.InProcessServer(s))
	}
	conn, err := nats.Connect(url, opts...)
	if err != nil {
		b.stopServer()
		return nil, err
	}
	b.conn = conn
	return b, nil
}

func (b *bus) publish(subject string, data []byte) error { return b.conn.Publish(subject, data) }

// flush waits until the server has what was said.
func (b *bus) flush() {
	if b.conn.IsConnected() {
		_ = b.conn.FlushTimeout(time.Second)
	}
}

func (b *bus) health() error {
	if b.conn.IsConnected() {
		return nil
	}
	return errors.New("the message bus does not answer: pages of other nodes are told of changes some seconds later")
}

func (b *bus) close() {
	b.flush() // the last nudges; losing them loses nothing
	b.conn.Close()
	<-b.closed
	b.stopServer()
}

func (b *bus) stopServer() {
	if b.server != nil {
		b.server.Shutdown()
		b.server.WaitForShutdown()
	}
}
