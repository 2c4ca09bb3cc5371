package access

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// CheckedExport is what the file of a patient's log shows.
type CheckedExport struct {
	Patient    string
	Rows       int64
	Newest     time.Time
	Pending    int64 // newer rows that were not under a signature when the file was made
	Checkpoint Checkpoint
	Key        ed25519.PublicKey
}

const maxPlaces = 2 * maxExport // of a file that somebody made longer

// CheckExport checks the file of a patient's log: the signatures, that each row
// stands in the log they are of, and that no row between the first and the last
// is missing. Without a key it takes the one in the file; then the file proves
// nothing until that key is compared with the clinic's. The error says in plain
// words what is wrong with the first row that is.
func CheckExport(r io.Reader, key ed25519.PublicKey) (CheckedExport, error) {
	x := exportReader{dec: json.NewDecoder(r), links: map[int64]linked{}}
	if err := x.head(key); err != nil {
		return CheckedExport{}, err
	}
	if err := x.rows(); err != nil {
		return CheckedExport{}, err
	}
	return x.out, x.end()
}

type linked struct{ prev, hash []byte }

type exportReader struct {
	dec    *json.Decoder
	header exportHead
	links  map[int64]linked
	out    CheckedExport
}

var errNoExport = errors.New("this is no list of accesses that Housecall made, or it was cut off")

// head reads the members before the rows; they come in the order of the struct.
func (x *exportReader) head(key ed25519.PublicKey) error {
	if !x.delim('{') {
		return errNoExport
	}
	for {
		t, err := x.dec.Token()
		if err != nil {
			return errNoExport
		}
		switch t {
		case "format":
			err = x.dec.Decode(&x.header.Format)
		case "patient":
			err = x.dec.Decode(&x.header.Patient)
		case "made":
			err = x.dec.Decode(&x.header.Made)
		case "key":
			err = x.dec.Decode(&x.header.Key)
		case "checkpoint":
			err = x.dec.Decode(&x.header.Checkpoint)
		case "handovers":
			err = x.dec.Decode(&x.header.Handovers)
		case "rows":
			return x.begin(key)
		default:
			return errNoExport
		}
		if err != nil {
			return errNoExport
		}
	}
}

func (x *exportReader) begin(key ed25519.PublicKey) error {
	if x.header.Format != exportFormat || !x.delim('[') {
		return errNoExport
	}
	if key == nil {
		key = x.header.Key
	} else if !follow(x.header.Handovers, key, x.header.Key) {
		return errors.New("the file was made under another key than the one given: it is not of this clinic, or somebody changed it. If the clinic has a newer key by now, give the one that it had then")
	}
	key = x.header.Key
	if x.header.Checkpoint.Size == 0 && len(x.header.Checkpoint.Signature) == 0 {
		if len(key) != ed25519.PublicKeySize {
			return errNoExport
		}
	} else if x.header.Checkpoint.Check(key) != nil {
		return errors.New("the signature of the checkpoint is wrong: somebody changed the file, or the key is another one")
	}
	x.out = CheckedExport{Patient: x.header.Patient, Checkpoint: x.header.Checkpoint, Key: key}
	return nil
}

func (x *exportReader) delim(want json.Delim) bool {
	t, err := x.dec.Token()
	return err == nil && t == want
}

func (x *exportReader) rows() error {
	for x.dec.More() {
		var r exportRow
		if err := x.dec.Decode(&r); err != nil {
			return errNoExport
		}
		x.out.Rows++
		if err := x.row(&r); err != nil {
			return fmt.Errorf("row %d of the file (place %d, %s): %w", x.out.Rows, r.Place, r.At.Format(time.RFC3339), err)
		}
		if len(x.links) > maxPlaces {
			return errors.New("the file is longer than any that Housecall makes")
		}
	}
	if !x.delim(']') {
		return errNoExport
	}
	return nil
}

func (x *exportReader) row(r *exportRow) error {
	hash := leafHash(r.Leaf)
	if checkInclusion(hash, r.Index, x.header.Checkpoint.Size, r.Path, x.header.Checkpoint.Root) != nil {
		return errors.New("it is not what the clinic signed: it was changed, or put there")
	}
	p, err := readLeaf(r.Leaf)
	if err != nil {
		return errNoExport
	}
	entry := new(bytes.Buffer)
	if json.Compact(entry, r.Entry) != nil || !bytes.Equal(entry.Bytes(), p.Entry) || !r.At.Equal(p.At) || r.Place != p.Place {
		return errors.New("what can be read of it is not what was signed")
	}
	if p.Patient != x.header.Patient {
		return errors.New("it is of another chart")
	}
	if _, twice := x.links[p.Place]; twice {
		return errors.New("it stands in the file twice")
	}
	x.links[p.Place] = linked{prev: r.Leaf[8 : 8+hashSize], hash: hash}
	if p.At.After(x.out.Newest) {
		x.out.Newest = p.At
	}
	return nil
}

func (x *exportReader) end() error {
	var e exportEnd
	if t, err := x.dec.Token(); err != nil || t != "end" || x.dec.Decode(&e) != nil || !x.delim('}') {
		return errNoExport
	}
	if !ed25519.Verify(x.out.Key, e.text(&x.header), e.Signature) {
		return errors.New("the signature at the end of the file is wrong: somebody changed it, or took rows away")
	}
	if x.out.Pending = e.Pending; e.Rows == 0 && x.out.Rows == 0 {
		return nil
	}
	for n := e.First; n <= e.Last; n++ {
		l, there := x.links[n]
		if !there {
			return fmt.Errorf("row %d of the chart is missing from the file", n)
		}
		if before, known := x.links[n-1]; known && !bytes.Equal(before.hash, l.prev) || n == 1 && !bytes.Equal(l.prev, noLink) {
			return fmt.Errorf("row %d of the chart does not follow the one before it", n)
		}
	}
	if e.Rows != x.out.Rows {
		return fmt.Errorf("the file holds %d rows, and was made with %d", x.out.Rows, e.Rows)
	}
	return nil
}
