package mobileapi

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/fhir"
)

const maxDevices = 20

// Device is a phone that the app is signed in on.
type Device struct {
	ID       string    `json:"id"`
	Platform string    `json:"platform" enum:"ios,android"`
	Name     string    `json:"name" doc:"As its owner knows it"`
	Version  string    `json:"version" doc:"Of the app"`
	Push     bool      `json:"push" doc:"It can be told that there is news"`
	Current  bool      `json:"current"`
	AddedAt  time.Time `json:"addedAt"`
	SeenAt   time.Time `json:"seenAt"`
}

// DeviceIn is what the app tells about the phone it is on.
type DeviceIn struct {
	ID        string `json:"id" format:"uuid" doc:"Made when the app is installed"`
	Platform  string `json:"platform" enum:"ios,android"`
	Name      string `json:"name" maxLength:"120"`
	Version   string `json:"version" maxLength:"20"`
	PushToken string `json:"pushToken,omitempty" maxLength:"4096" doc:"Of the platform's push service; empty: it is not to be told anything"`
}

type deviceIn struct{ Body DeviceIn }

type noBody struct{}

// register keeps what the app says about its phone, which is bound to the tokens
// it came with. Said again, it is kept anew.
func (f *Face) register(ctx context.Context, in *deviceIn) (*noBody, error) {
	who, err := person(ctx)
	if err != nil {
		return nil, err
	}
	d := in.Body
	name := strings.Join(strings.Fields(d.Name), " ")
	if !fhir.IsUUID(d.ID) {
		return nil, fault.New(fault.Invalid, "Ids must be UUIDs in lower case.")
	}
	if _, ok := parseVersion(d.Version); !ok || !utf8.ValidString(name) {
		return nil, fault.New(fault.Invalid, "The app did not say well what it is.")
	}
	push := []byte{}
	if d.PushToken != "" {
		push = f.Accounts.Seal([]byte(d.PushToken), "push token "+d.ID)
	}
	now := f.Now().UnixMicro()
	return nil, f.DB.InTx(ctx, func(c *db.Conn) error {
		// A phone that changed hands is its new owner's: nothing more is sent to it
		// for the one before.
		if _, err := c.Exec(`INSERT INTO devices (id, account, family, platform, name, version, push_token, created_at, last_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET account = excluded.account, family = excluded.family, platform = excluded.platform, name = excluded.name, version = excluded.version, push_token = excluded.push_token,
				created_at = CASE WHEN devices.account = excluded.account THEN devices.created_at ELSE excluded.created_at END, last_at = excluded.last_at`,
			d.ID, who.Account, who.Session, d.Platform, name, d.Version, push, now, now); err != nil {
			return err
		}
		var n int
		if err := c.QueryRow(`SELECT count(*) FROM devices WHERE account = ?`, who.Account).Scan(&n); err != nil {
			return err
		}
		if n > maxDevices {
			return fault.New(fault.TooMany, "There are too many devices. Please remove one first.").WithCode("devices")
		}
		return nil
	})
}

type devicesOut struct {
	Cache string `header:"Cache-Control"`
	Body  struct {
		Items []Device `json:"items"`
	}
}

func (f *Face) devices(ctx context.Context, _ *struct{}) (*devicesOut, error) {
	who, err := person(ctx)
	if err != nil {
		return nil, err
	}
	out := &devicesOut{Cache: "no-store"}
	out.Body.Items = []Device{}
	err = f.DB.Read(ctx).Each(`SELECT id, family, platform, name, version, length(push_token) > 0, created_at, last_at FROM devices WHERE account = ? ORDER BY last_at DESC, id`, func(r *sql.Rows) error {
		var d Device
		var family string
		var added, seen int64
		err := r.Scan(&d.ID, &family, &d.Platform, &d.Name, &d.Version, &d.Push, &added, &seen)
		d.Current, d.AddedAt, d.SeenAt = family == who.Session, time.UnixMicro(added).UTC(), time.UnixMicro(seen).UTC()
		out.Body.Items = append(out.Body.Items, d)
		return err
	}, who.Account)
	return out, err
}

type deviceID struct {
	ID string `path:"id" maxLength:"64"`
}

// removeDevice signs a phone out: nothing is pushed to it any more, its tokens end,
// and with the next answer it gets it wipes what it holds.
func (f *Face) removeDevice(ctx context.Context, in *deviceID) (*noBody, error) {
	who, err := person(ctx)
	if err != nil {
		return nil, err
	}
	var family string
	err = f.DB.Read(ctx).QueryRow(`SELECT family FROM devices WHERE id = ? AND account = ?`, in.ID, who.Account).Scan(&family)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "This device is not there any more.")
	}
	if err != nil {
		return nil, err
	}
	// The tokens first: if that fails, the device is still listed and can be removed again.
	if err := f.Accounts.EndPlace(ctx, who, family); err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	return nil, f.DB.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`DELETE FROM devices WHERE id = ? AND account = ?`, in.ID, who.Account)
		return err
	})
}

// Accounts is what the face needs of accounts.
type Accounts interface {
	Seal(plain []byte, label string) []byte
	EndPlace(ctx context.Context, who identity.Principal, id string) error
}
