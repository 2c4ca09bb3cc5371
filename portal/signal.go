package portal

import (
	"context"
	"strings"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/internal/identity"
	"housecall/telehealth/sfu"
)

// signal opens the socket by which a page talks with the room of a visit
// (telehealth/sfu/PROTOCOL.md). Who may not sit there is told so before it is
// opened.
func (p *Portal) signal(c *fiber.Ctx) error {
	cookie, from := edge.SessionCookie(c), edge.Principal(c).From()
	if edge.Principal(c).Kind == identity.Anonymous {
		return edge.Required(c)
	}
	if err := p.ownPage(c); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), askTime)
	defer cancel()
	visit := strings.Clone(c.Params("visit"))
	patient, err := p.Visits.ChartOf(ctx, visit)
	if err != nil {
		return err
	}
	return p.signalOf(c, patient, visit, func(ctx context.Context) (identity.Principal, error) {
		return p.session(ctx, cookie, from, true) // who is in a visit is not idle
	})
}

// signalOf opens the socket for somebody with a page of ours; again finds anew who
// they are.
func (p *Portal) signalOf(c *fiber.Ctx, patient, visit string, again func(context.Context) (identity.Principal, error)) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), askTime)
	defer cancel()
	call, err := p.Signal.Open(ctx, edge.Principal(c), patient, visit)
	if err != nil {
		return err
	}
	return edge.TakeOver(c, &p.live.pool, func(conn *websocket.Conn) {
		conn.SetReadLimit(sfu.MaxMessage)
		call.Run(&signalLine{conn}, again)
	}, call.Cancel)
}

// signalLine is a socket as the room's side uses it. One goroutine reads and one
// writes.
type signalLine struct{ conn *websocket.Conn }

func (l *signalLine) ReadText() ([]byte, error) {
	for {
		// The room ends a link that says nothing for 40 seconds.
		_ = l.conn.SetReadDeadline(time.Now().Add(deadAfter))
		kind, b, err := l.conn.ReadMessage()
		if err != nil || kind == websocket.TextMessage {
			return b, err
		}
	}
}

func (l *signalLine) WriteText(b []byte) error {
	_ = l.conn.SetWriteDeadline(time.Now().Add(writeTime))
	return l.conn.WriteMessage(websocket.TextMessage, b)
}

func (l *signalLine) Close(code int) {
	_ = l.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
	_ = l.conn.Close()
}
