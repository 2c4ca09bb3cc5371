// Package sitekey holds the one secret of an installation, from which every
// other key is derived: cookies, ETags, cursors, audit codes, encryption. It is
// made in the data folder at the first start and is never part of a backup.
package sitekey

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const size = 32

// Key is the site key.
type Key struct{ secret [size]byte }

// FileName is the file of the key in the data folder.
const FileName = "site.key"

// Load takes the key from the setting (base64) or from the data folder, where it
// is made when nothing is there yet.
func Load(setting, dir string) (Key, error) {
	if setting != "" {
		k, err := parse(setting)
		if err != nil {
			return Key{}, fmt.Errorf("HOUSECALL_SITE_KEY %w; make one with: openssl rand -base64 32", err)
		}
		return k, nil
	}
	path := filepath.Join(dir, FileName)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return create(path)
	}
	if err != nil {
		return Key{}, fmt.Errorf("the site key cannot be read: %w", err)
	}
	k, err := parse(string(b))
	if err != nil {
		return Key{}, fmt.Errorf("the site key in %s %w: put the right file back", FileName, err)
	}
	return k, nil
}

func create(path string) (Key, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return Key{}, err
	}
	var k Key
	if _, err := rand.Read(k.secret[:]); err != nil {
		return Key{}, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return Key{}, err
	}
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(k.secret[:]) + "\n")
	if err == nil {
		err = f.Sync()
	}
	return k, errors.Join(err, f.Close())
}

func parse(s string) (Key, error) {
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(s))
	if err != nil || len(b) != size {
		return Key{}, errors.New("is not 32 bytes in base64")
	}
	return Key{secret: [size]byte(b)}, nil
}

// Derive gives the key for one purpose (HKDF-SHA256, RFC 5869). Purposes are
// fixed words; a purpose never shares its key.
func (k Key) Derive(purpose string, n int) []byte {
	b, err := hkdf.Key(sha256.New, k.secret[:], nil, "housecall "+purpose, n)
	if err != nil {
		panic("sitekey: " + err.Error()) // only when n is absurd
	}
	return b
}

// Check is a short value that shows whether a database was written under this
// key; it says nothing about the key.
func (k Key) Check() string {
	return base64.RawURLEncoding.EncodeToString(k.Derive("check", 12))
}

// ForTest is a fixed key for tests.
func ForTest() Key { return Key{secret: [size]byte{1, 2, 3}} }
