package mobileapi

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/fhir"
	"housecall/telehealth/request"
	"housecall/telehealth/schedule"
)

// keepCommands is how long a command is known when it comes again. What it did
// is known for ever, by its own id, where doing it twice would matter.
const keepCommands = 90 * 24 * time.Hour

// Push is what was asked for on the phone, in the order in which it was.
type Push struct {
	Commands []Command `json:"commands" maxItems:"50"`
}

// Command is one thing to be done.
type Command struct {
	ID      string          `json:"id" doc:"UUID made by the phone. Sent again with the same content, it is done once"`
	Kind    string          `json:"kind" doc:"message.send, message.read, appointment.book, appointment.cancel, request.ask or request.answer; one that this server does not know is refused alone"`
	Patient string          `json:"patient" doc:"Whose chart. What was joined with it is a chart of its own, and named by its own patient"`
	Body    json.RawMessage `json:"body" doc:"message.send: {thread?, topic?, subject?, text, attachments?: [binary id]}, the command's id is the message's; message.read: {thread, upTo}; appointment.book: {slot, mode, reason?}, the command's id is the appointment's; appointment.cancel: {appointment, reason?}; request.ask: {kind, medicine?, daysLeft?, pharmacy?, mode?, when?, documents?, recipient?, purpose?, form?, note?}, the command's id is the request's; request.answer: {request, to, saw, text?}, the command's id is the step's"`
}

// Pushed tells what became of each command, in the same order.
type Pushed struct {
	Results []Result `json:"results"`
}

// Result is what became of one command.
type Result struct {
	ID     string `json:"id"`
	State  string `json:"state" enum:"done,already,refused,later" doc:"refused: it will not be done, and the phone tells the person why; later: it was not tried or could not be decided now, and is to be sent again"`
	Code   string `json:"code,omitempty" doc:"Machine word of a refusal, or of why it is to be sent later: too_many is a minute"`
	Reason string `json:"reason,omitempty" doc:"For the person"`
}

// The states.
const (
	Done    = "done"
	Already = "already"
	Refused = "refused"
	Later   = "later"
)

type pushIn struct{ Body Push }

type pushOut struct{ Body Pushed }

// push does the commands one after the other. One that is refused does not keep
// the next ones from being done; one that cannot be decided now does, because
// they may build upon it.
func (f *Face) push(ctx context.Context, in *pushIn) (*pushOut, error) {
	who, err := person(ctx)
	if err != nil {
		return nil, err
	}
	out := &pushOut{Body: Pushed{Results: make([]Result, len(in.Body.Commands))}}
	later := false
	for i, c := range in.Body.Commands {
		r := Result{ID: c.ID, State: Later}
		if !later {
			r.State, err = f.command(ctx, who, c)
			if err != nil {
				r.State, r.Code, r.Reason = refusedFor(err)
			}
			if later = r.State == Later; later && fault.KindOf(err) == fault.Internal {
				f.Log.Error("a command of a phone failed", "kind", kindOf(c.Kind), "err", err)
			}
		}
		out.Body.Results[i] = r
	}
	return out, nil
}

// refusedFor tells what an error means for a command.
func refusedFor(err error) (state, code, reason string) {
	var x *fault.Error
	kind := fault.KindOf(err)
	switch {
	case !errors.As(err, &x) || kind == fault.Internal || kind == fault.Unavailable:
		return Later, "", ""
	case kind == fault.TooMany: // the phone waits a minute, and can say why
		return Later, kind.String(), x.Msg
	}
	if code = x.Code; code == "" {
		code = kind.String()
	}
	return Refused, code, x.Msg
}

func (f *Face) command(ctx context.Context, who identity.Principal, x Command) (string, error) {
	if !fhir.IsUUID(x.ID) || !fhir.IsUUID(x.Patient) {
		return "", fault.New(fault.Invalid, "Ids must be UUIDs in lower case.")
	}
	do := commands[x.Kind]
	if do == nil {
		return "", fault.New(fault.Invalid, "This version of the clinic's system does not know this.").WithCode("kind")
	}
	body, err := canonical(x.Body)
	if err != nil {
		return "", err
	}
	digest := func(key []byte) []byte {
		m := hmac.New(sha256.New, key)
		for _, part := range [][]byte{[]byte(x.Kind), []byte(x.Patient), body} {
			h := sha256.Sum256(part)
			m.Write(h[:])
		}
		return m.Sum(nil)
	}
	var was []byte
	err = f.DB.Read(ctx).QueryRow(`SELECT digest FROM mobile_commands WHERE account = ? AND id = ?`, who.Account, x.ID).Scan(&was)
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return "", err
	case !f.digests.Fits(was, digest):
		return "", records.IDUsed()
	default:
		return Already, nil
	}
	if err := do(f, ctx, who, x); err != nil {
		return "", err
	}
	// Done it is from here on. If this is not written, the command is known again
	// by what it did.
	now := f.Now()
	err = f.DB.InTx(ctx, func(c *db.Conn) error {
		if _, err := c.Exec(`DELETE FROM mobile_commands WHERE account = ? AND at < ?`, who.Account, now.Add(-keepCommands).UnixMicro()); err != nil {
			return err
		}
		_, err := c.Exec(`INSERT INTO mobile_commands (account, id, digest, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, who.Account, x.ID, digest(f.digests.Now()), now.UnixMicro())
		return err
	})
	if err != nil {
		f.Log.Warn("a command of a phone was done and not noted", "kind", kindOf(x.Kind), "err", err)
	}
	return Done, nil
}

// kindOf is what may be logged of a word that somebody sent.
func kindOf(s string) slog.Value {
	if commands[s] == nil {
		s = "unknown"
	}
	return slog.StringValue(s)
}

// commands are what a phone can ask for. Each is safe to be done twice: by the
// id that the phone made, or because what is asked for is a state.
var commands = map[string]func(*Face, context.Context, identity.Principal, Command) error{
	"message.send":     sendMessage,
	"message.hold":     holdMessage,
	"message.takeback": takeBackMessage,
	"message.read": func(f *Face, ctx context.Context, who identity.Principal, x Command) error {
		var b struct{ Thread, UpTo string }
		if err := decode(x.Body, &b); err != nil {
			return err
		}
		return f.Messages.MarkRead(ctx, who, x.Patient, b.Thread, b.UpTo)
	},
	"appointment.book": func(f *Face, ctx context.Context, who identity.Principal, x Command) error {
		var b struct {
			Slot   string
			Mode   schedule.Mode
			Reason string
		}
		if err := decode(x.Body, &b); err != nil {
			return err
		}
		_, err := f.Schedule.Book(ctx, who, x.Patient, schedule.In{ID: x.ID, Slot: b.Slot, Mode: b.Mode, Reason: b.Reason})
		return err
	},
	"appointment.cancel": func(f *Face, ctx context.Context, who identity.Principal, x Command) error {
		var b struct{ Appointment, Reason string }
		if err := decode(x.Body, &b); err != nil {
			return err
		}
		_, err := f.Schedule.Cancel(ctx, who, x.Patient, b.Appointment, b.Reason)
		return err
	},
	"request.ask": func(f *Face, ctx context.Context, who identity.Principal, x Command) error {
		var b struct {
			Kind                                                                      request.Kind
			DaysLeft                                                                  *int
			Medicine, Pharmacy, Mode, When, Documents, Recipient, Purpose, Form, Note string
		}
		if err := decode(x.Body, &b); err != nil {
			return err
		}
		_, err := f.Requests.Ask(ctx, who, x.Patient, request.Asking{ID: x.ID, Kind: b.Kind, Medicine: b.Medicine, DaysLeft: b.DaysLeft, Pharmacy: b.Pharmacy, Mode: b.Mode,
			When: b.When, Documents: b.Documents, Recipient: b.Recipient, Purpose: b.Purpose, Form: b.Form, Note: b.Note})
		return err
	},
	"request.answer": func(f *Face, ctx context.Context, who identity.Principal, x Command) error {
		var b struct {
			Request, Text string
			To            request.State
			Saw           int64
		}
		if err := decode(x.Body, &b); err != nil {
			return err
		}
		_, err := f.Requests.Answer(ctx, who, x.Patient, b.Request, request.Answering{ID: x.ID, To: b.To, Saw: b.Saw, Text: b.Text})
		return err
	},
}

// canonical is the same for bodies that differ only in the order of their
// members: what phones write a queue with does not keep it.
func canonical(body []byte) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, notUnderstood()
	}
	return json.Marshal(v)
}

func notUnderstood() error {
	return fault.New(fault.Invalid, "This version of the clinic's system does not know this.").WithCode("body")
}

// decode reads a body strictly: what is not understood is not done in part.
func decode(body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil || d.Decode(&struct{}{}) != io.EOF {
		return notUnderstood()
	}
	return nil
}
