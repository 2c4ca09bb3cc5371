package access

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/bits"
)

// The Merkle log of RFC 9162, section 2.1, kept in tiles: a tile holds up to 256
// neighbouring nodes of every eighth level, in one row. Any node is at most 255
// hashes away from a tile, so that a proof reads about log2(n)/8 * 2 rows and
// appending writes one or two.

const (
	hashSize = sha256.Size
	tileBits = 8
	tileSize = 1 << tileBits
)

// What is hashed before a leaf and before two nodes: RFC 9162, section 2.1.1.
const leafPrefix, nodePrefix = 0, 1

// leafHash and nodeHash: RFC 9162, section 2.1.1.
func leafHash(leaf []byte) []byte {
	h := sha256.New()
	h.Write([]byte{leafPrefix})
	h.Write(leaf)
	return h.Sum(nil)
}

func nodeHash(left, right []byte) []byte {
	var b [1 + 2*hashSize]byte
	b[0] = nodePrefix
	copy(b[1:], left)
	copy(b[1+hashSize:], right)
	sum := sha256.Sum256(b[:])
	return sum[:]
}

func emptyRoot() []byte { sum := sha256.Sum256(nil); return sum[:] }

type tileID struct {
	level int
	idx   int64
}

// tree is a view of the log while it is read or appended to.
type tree struct {
	size  int64
	load  func(tileID) ([]byte, error) // nil: there is none
	tiles map[tileID][]byte
	dirty map[tileID]bool
}

func newTree(size int64, load func(tileID) ([]byte, error)) *tree {
	return &tree{size: size, load: load, tiles: map[tileID][]byte{}, dirty: map[tileID]bool{}}
}

func (t *tree) tile(id tileID) ([]byte, error) {
	if b, ok := t.tiles[id]; ok {
		return b, nil
	}
	b, err := t.load(id)
	if err != nil {
		return nil, err
	}
	t.tiles[id] = bytes.Clone(b)
	return t.tiles[id], nil
}

// append adds one leaf hash.
func (t *tree) append(h []byte) error {
	idx := t.size
	for level := 0; ; level++ {
		id := tileID{level, idx / tileSize}
		b, err := t.tile(id)
		if err != nil {
			return err
		}
		if at := int(idx%tileSize) * hashSize; len(b) != at {
			return fmt.Errorf("access: tile %d/%d of the audit log has %d bytes and should have %d", level, id.idx, len(b), at)
		}
		b = append(b, h...)
		t.tiles[id], t.dirty[id] = b, true
		if idx%tileSize != tileSize-1 {
			break
		}
		h, idx = fold(b), idx/tileSize
	}
	t.size++
	return nil
}

// fold is the root over a power of two of neighbouring hashes.
func fold(b []byte) []byte {
	if len(b) == hashSize {
		return b
	}
	half := len(b) / 2
	return nodeHash(fold(b[:half]), fold(b[half:]))
}

// node is the root of a whole subtree: 2^level leaves, the idx-th of these.
func (t *tree) node(level int, idx int64) ([]byte, error) {
	within := level % tileBits
	first := idx << within
	id := tileID{level / tileBits, first / tileSize}
	b, err := t.tile(id)
	if err != nil {
		return nil, err
	}
	from := int(first%tileSize) * hashSize
	to := from + hashSize<<within
	if len(b) < to {
		return nil, fmt.Errorf("access: tile %d/%d of the audit log is incomplete", id.level, id.idx)
	}
	return fold(b[from:to]), nil
}

// subtree is MTH(D[lo:hi]) of RFC 9162, section 2.1.1.
func (t *tree) subtree(lo, hi int64) ([]byte, error) {
	n := hi - lo
	if n == 0 {
		return emptyRoot(), nil
	}
	if n&(n-1) == 0 && lo%n == 0 {
		return t.node(bits.TrailingZeros64(uint64(n)), lo/n)
	}
	k := split(n)
	left, err := t.subtree(lo, lo+k)
	if err != nil {
		return nil, err
	}
	right, err := t.subtree(lo+k, hi)
	if err != nil {
		return nil, err
	}
	return nodeHash(left, right), nil
}

func (t *tree) root() ([]byte, error) { return t.subtree(0, t.size) }

// split is the largest power of two smaller than n.
func split(n int64) int64 { return 1 << (bits.Len64(uint64(n-1)) - 1) }

// path is PATH(m, D[lo:hi]) of RFC 9162, section 2.1.3.1.
func (t *tree) path(m, lo, hi int64) ([][]byte, error) {
	n := hi - lo
	if n <= 1 {
		return nil, nil
	}
	k := split(n)
	downLo, downHi, sideLo, sideHi := lo, lo+k, lo+k, hi
	if m-lo >= k {
		downLo, downHi, sideLo, sideHi = lo+k, hi, lo, lo+k
	}
	p, err := t.path(m, downLo, downHi)
	if err != nil {
		return nil, err
	}
	side, err := t.subtree(sideLo, sideHi)
	return append(p, side), err
}

var errProof = errors.New("access: the proof does not lead to the checkpoint")

// checkInclusion follows RFC 9162, section 2.1.3.2.
func checkInclusion(leaf []byte, index, size int64, path [][]byte, root []byte) error {
	if index < 0 || index >= size || len(path) > 64 {
		return errProof
	}
	fn, sn, r := index, size-1, leaf
	for _, p := range path {
		if sn == 0 || len(p) != hashSize {
			return errProof
		}
		if fn&1 == 1 || fn == sn {
			r = nodeHash(p, r)
			for fn&1 == 0 && fn != 0 {
				fn >>= 1
				sn >>= 1
			}
		} else {
			r = nodeHash(r, p)
		}
		fn >>= 1
		sn >>= 1
	}
	if sn != 0 || !bytes.Equal(r, root) {
		return errProof
	}
	return nil
}
