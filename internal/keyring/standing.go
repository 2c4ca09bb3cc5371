package keyring

import (
	"context"
	"os"
	"path/filepath"

	"housecall/internal/db"
	"housecall/internal/sitekey"
)

// Standing is how the keys of a node stand, for who looks and changes nothing.
type Standing struct {
	Made    bool     // this node has keys
	Written bool     // the database was written under one
	Current string   // the name of the key that seals
	Old     []string // keys that open what they sealed
	Waiting []string // a key that is new, and not on every node
	Retired []string // keys that are still among the settings of this node
}

// Stand tells how the keys stand, and what is wrong with them. The database may be nil,
// or not set up yet.
func Stand(ctx context.Context, d *db.DB, setting, dir string) (x Standing, err error) {
	var known string
	var rows []row
	if d != nil {
		if known, rows, err = read(d.Read(ctx)); err != nil { // of the version before
			rows = nil
			_ = d.Read(ctx).QueryRow(`SELECT value FROM site WHERE name = 'site key'`).Scan(&known)
		}
	}
	x.Written = known != ""
	if err := present(setting, dir, known, rows); err != nil {
		return x, err
	}
	if _, err := os.Stat(filepath.Join(dir, sitekey.FileName)); setting == "" && err != nil {
		return x, nil
	}
	keys, err := sitekey.Load(setting, dir)
	if err != nil {
		return x, err
	}
	x.Made = true
	for _, r := range rows {
		switch id := r.id.String(); {
		case r.retired > 0 && holds(keys, r.id):
			x.Retired = append(x.Retired, id)
		case r.retired > 0:
		case r.current == 0:
			x.Waiting = append(x.Waiting, id)
		case current(rows).id == r.id:
			x.Current = id
		default:
			x.Old = append(x.Old, id)
		}
	}
	if known == "" {
		return x, nil
	}
	return x, fits(keys, known, rows)
}
