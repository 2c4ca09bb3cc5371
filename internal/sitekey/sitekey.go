// Package sitekey holds the secrets of an installation, from which every other
// key is derived: cookies, ETags, cursors, audit codes, encryption. The first is
// made in the data folder at the first start. They are never part of a backup.
//
// There is a ring of them: one key is current and seals all that is new, the others
// only open what they sealed. Which is which the database says, see package keyring.
package sitekey

import (
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const size = 32

// Key is one site key.
type Key struct{ secret [size]byte }

// ID names a key in what it sealed, and to people. It says nothing about the key.
type ID [4]byte

func (id ID) String() string { return hex.EncodeToString(id[:]) }

// ParseID reads a name.
func ParseID(s string) (id ID, err error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(id) {
		return id, errors.New("this is no name of a key; they look like 1a2b3c4d, see: housecall key list")
	}
	return ID(b), nil
}

// FileName is the file of the keys in the data folder: one a line, the oldest first.
const FileName = "site.key"

// Load takes the keys from the setting (base64, apart by spaces) or from the data
// folder, where the first one is made when nothing is there yet.
func Load(setting, dir string) ([]Key, error) {
	if setting != "" {
		keys, err := parse(setting)
		if err != nil {
			return nil, fmt.Errorf("HOUSECALL_SITE_KEY %w; make one with: openssl rand -base64 32", err)
		}
		return keys, nil
	}
	path := filepath.Join(dir, FileName)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return create(path)
	}
	if err != nil {
		return nil, fmt.Errorf("the site key cannot be read: %w", err)
	}
	keys, err := parse(string(b))
	if err != nil {
		return nil, fmt.Errorf("the site key in %s %w: put the right file back", FileName, err)
	}
	return keys, nil
}

// New makes a key.
func New() Key {
	var k Key
	_, _ = rand.Read(k.secret[:]) // never fails, see crypto/rand
	return k
}

func create(path string) ([]Key, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	keys := []Key{New()}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = f.Write(text(keys))
	if err == nil {
		err = f.Sync()
	}
	return keys, errors.Join(err, f.Close())
}

// Change writes the file of the keys anew from what it holds. It is durable when this
// returns, and at each moment the file is the old one or the new one.
func Change(dir string, change func([]Key) []Key) error {
	keys, err := Load("", dir)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, FileName)
	f, err := os.CreateTemp(dir, FileName+".*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(text(change(keys)))
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func text(keys []Key) []byte {
	var b bytes.Buffer
	for _, k := range keys {
		b.WriteString(base64.StdEncoding.EncodeToString(k.secret[:]) + "\n")
	}
	return b.Bytes()
}

func parse(s string) (keys []Key, err error) {
	seen := map[ID]bool{}
	for _, word := range strings.Fields(s) {
		b, err := base64.StdEncoding.DecodeString(word)
		if err != nil || len(b) != size {
			return nil, errors.New("is not 32 bytes in base64")
		}
		k := Key{secret: [size]byte(b)}
		if !seen[k.ID()] {
			keys = append(keys, k)
		}
		seen[k.ID()] = true
	}
	if len(keys) == 0 {
		return nil, errors.New("is not 32 bytes in base64")
	}
	return keys, nil
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

// ID is the key's name.
func (k Key) ID() ID { return ID(k.Derive("id", len(ID{}))) }

// Check is a short value that shows whether a database was written under this
// key; it says nothing about the key. Sites of before there was a ring know their
// key by it.
func (k Key) Check() string {
	return base64.RawURLEncoding.EncodeToString(k.Derive("check", 12))
}
