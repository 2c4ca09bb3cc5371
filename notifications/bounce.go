package notifications

import (
	"bufio"
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"net/textproto"
	"strings"
)

// bounce is what a delivery status notification says about one receiver.
type bounce struct {
	messageID string // of the mail that came back, without the brackets
	recipient string
	status    string // enhanced code (RFC 3463)
}

// noMailbox: there is nobody at the address, or no such place (RFC 3463, 3.2 and 3.3).
func (b bounce) noMailbox() bool {
	for _, code := range []string{"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4"} {
		if b.status == code {
			return true
		}
	}
	return false
}

const maxParts = 10

// readBounces reads a multipart/report of RFC 3464; what is none says nothing. Only
// failures for good count.
func readBounces(report []byte) (list []bounce) {
	msg, err := netmail.ReadMessage(bytes.NewReader(report))
	if err != nil {
		return nil
	}
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/report" || !strings.EqualFold(params["report-type"], "delivery-status") {
		return nil
	}
	parts := multipart.NewReader(msg.Body, params["boundary"])
	id := ""
	for range maxParts {
		part, err := parts.NextPart()
		if err != nil {
			break
		}
		body, err := io.ReadAll(io.LimitReader(part, 64<<10))
		if err != nil {
			break
		}
		switch kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type")); kind {
		case "message/delivery-status", "message/global-delivery-status":
			list = append(list, readStatus(body)...)
		case "message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers":
			head, _ := textproto.NewReader(bufio.NewReader(bytes.NewReader(append(body, "\r\n\r\n"...)))).ReadMIMEHeader()
			id = strings.Trim(strings.TrimSpace(head.Get("Message-Id")), "<>")
		}
	}
	for i := range list {
		list[i].messageID = id
	}
	if id == "" {
		return nil
	}
	return list
}

// readStatus reads the groups of fields: one about the mail, then one a receiver.
func readStatus(body []byte) (list []bounce) {
	r := textproto.NewReader(bufio.NewReader(bytes.NewReader(append(body, "\r\n\r\n"...))))
	for range maxParts {
		fields, err := r.ReadMIMEHeader()
		if strings.EqualFold(strings.TrimSpace(fields.Get("Action")), "failed") {
			status, _, _ := strings.Cut(strings.TrimSpace(fields.Get("Status")), " ")
			to := fields.Get("Original-Recipient")
			if to == "" {
				to = fields.Get("Final-Recipient")
			}
			_, to, _ = strings.Cut(to, ";")
			if strings.HasPrefix(status, "5.") {
				list = append(list, bounce{recipient: strings.Trim(strings.TrimSpace(to), "<>"), status: status})
			}
		}
		if err != nil {
			break
		}
	}
	return list
}
