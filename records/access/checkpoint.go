package access

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// Checkpoint says under a signature how long the log was at a moment and what
// its root was. Once it has left the machine, nobody can shorten or change what
// it covers without being found out.
type Checkpoint struct {
	Size      int64     `json:"size"`
	Root      []byte    `json:"root"`
	At        time.Time `json:"at"`
	Node      string    `json:"node"`
	Prev      []byte    `json:"prev,omitempty"` // digest of the node's checkpoint before it; none in those of old
	Signature []byte    `json:"signature"`
}

// text is what is signed.
func (c *Checkpoint) text() []byte {
	body := strconv.FormatInt(c.Size, 10) + "\n" + base64.StdEncoding.EncodeToString(c.Root) + "\n" + c.At.UTC().Format(time.RFC3339Nano) + "\n" + c.Node + "\n"
	if len(c.Prev) == 0 {
		return []byte("housecall checkpoint 1\n" + body)
	}
	return []byte("housecall checkpoint 2\n" + body + base64.StdEncoding.EncodeToString(c.Prev) + "\n")
}

// digest is what the next checkpoint of the same node names.
func (c *Checkpoint) digest() []byte {
	sum := sha256.Sum256(append(c.text(), c.Signature...))
	return sum[:]
}

// Check tells whether the checkpoint was signed with the key.
func (c *Checkpoint) Check(key ed25519.PublicKey) error {
	if len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, c.text(), c.Signature) {
		return errors.New("access: the checkpoint's signature is wrong")
	}
	return nil
}

func (s *Service) checkpoint(by ed25519.PrivateKey, size int64, root, prev []byte) Checkpoint {
	c := Checkpoint{Size: size, Root: root, At: s.now().UTC(), Node: s.node, Prev: prev}
	c.Signature = ed25519.Sign(by, c.text())
	return c
}

// checkpointFile appends checkpoints, a line each.
type checkpointFile struct {
	path string
	f    *os.File
	last []byte // digest of the last one
}

// before is the digest of the last checkpoint, which the next one names: a line
// that is taken out of the file is missed.
func (c *checkpointFile) before() ([]byte, error) {
	if c.path != "" && c.f == nil {
		if err := c.open(); err != nil {
			return nil, err
		}
		last, err := lastCheckpoint(c.path)
		if err != nil {
			c.close()
			return nil, err
		}
		c.last = noLink
		if last != nil {
			c.last = last.digest()
		}
	}
	if c.last == nil {
		c.last = noLink
	}
	return c.last, nil
}

// lastCheckpoint is the one in the last line that can be read; nil: there is none.
func lastCheckpoint(path string) (last *Checkpoint, err error) {
	return last, eachCheckpoint(path, func(_ int, c *Checkpoint) error {
		if c != nil {
			last = c
		}
		return nil
	})
}

// append follows a call of before.
func (c *checkpointFile) append(p Checkpoint) error {
	if c.path == "" {
		c.last = p.digest()
		return nil
	}
	line, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if _, err = c.f.Write(append(line, '\n')); err == nil {
		err = c.f.Sync()
	}
	if err != nil {
		c.close() // opened anew, and put right, at the next one
		return err
	}
	c.last = p.digest()
	return nil
}

// open cuts off a line that a crash left half written: nobody was told of it.
func (c *checkpointFile) open() error {
	if err := os.MkdirAll(filepath.Dir(c.path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(c.path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	end, err := f.Seek(0, io.SeekEnd)
	if err == nil && end > 0 {
		end, err = lastNewline(f, end)
		if err == nil {
			err = f.Truncate(end)
		}
	}
	if err == nil {
		_, err = f.Seek(end, io.SeekStart)
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	c.f = f
	return nil
}

// lastNewline is the place after the last line that is whole.
func lastNewline(f *os.File, end int64) (int64, error) {
	const most = 64 << 10
	from := max(0, end-most)
	b := make([]byte, end-from)
	if _, err := f.ReadAt(b, from); err != nil {
		return 0, err
	}
	i := bytes.LastIndexByte(b, '\n')
	if i < 0 && from > 0 {
		return 0, errors.New("access: the file of checkpoints is not ours")
	}
	return from + int64(i) + 1, nil
}

func (c *checkpointFile) close() {
	if c.f != nil {
		_ = c.f.Close()
		c.f = nil
	}
}

// eachCheckpoint reads the file in order; a file that is not there has none. A
// line that is no checkpoint is given as nil.
func eachCheckpoint(path string, f func(line int, c *Checkpoint) error) error {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("the file of checkpoints cannot be read: %w", err)
	}
	defer file.Close()
	in := bufio.NewScanner(file)
	for line := 1; in.Scan(); line++ {
		c := new(Checkpoint)
		if json.Unmarshal(in.Bytes(), c) != nil {
			c = nil
		}
		if err := f(line, c); err != nil {
			return err
		}
	}
	return in.Err()
}
