package access

import (
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// mth is the definition of RFC 9162, section 2.1.1, word for word.
func mth(leaves [][]byte) []byte {
	switch len(leaves) {
	case 0:
		return emptyRoot()
	case 1:
		return leaves[0]
	}
	k := int(split(int64(len(leaves))))
	return nodeHash(mth(leaves[:k]), mth(leaves[k:]))
}

func someLeaves(n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = leafHash(binary.BigEndian.AppendUint64(nil, uint64(i)))
	}
	return out
}

func memoryTree() (*tree, map[tileID][]byte) {
	stored := map[tileID][]byte{}
	return newTree(0, func(id tileID) ([]byte, error) { return stored[id], nil }), stored
}

// Known answers of the RFC's definition for one and for no leaf.
func TestMerkleKnownAnswers(t *testing.T) {
	empty := sha256.Sum256(nil)
	require.Equal(t, empty[:], emptyRoot())
	one := sha256.Sum256([]byte{0})
	require.Equal(t, one[:], leafHash(nil))
}

func TestMerkleTilesGiveTheRootsOfTheDefinition(t *testing.T) {
	leaves := someLeaves(700)
	tr, _ := memoryTree()
	for n, leaf := range leaves {
		if n < 40 || n%37 == 0 || n > 500 && n < 530 {
			got, err := tr.root()
			require.NoError(t, err)
			require.Equal(t, mth(leaves[:n]), got, n)
		}
		require.NoError(t, tr.append(leaf))
	}
}

func TestMerkleProofsOfEveryLeaf(t *testing.T) {
	leaves := someLeaves(600)
	tr, _ := memoryTree()
	for _, leaf := range leaves {
		require.NoError(t, tr.append(leaf))
	}
	for _, size := range []int64{1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 513, 600} {
		root := mth(leaves[:size])
		for i := int64(0); i < size; i += 1 + size/29 {
			p, err := tr.path(i, 0, size)
			require.NoError(t, err)
			require.NoError(t, checkInclusion(leaves[i], i, size, p, root), "%d of %d", i, size)
			require.LessOrEqual(t, len(p), 10)
			require.Error(t, checkInclusion(leaves[(i+1)%600], i, size, p, root), "another leaf")
			if size > 1 {
				require.Error(t, checkInclusion(leaves[i], (i+1)%size, size, p, root), "another place")
				require.Error(t, checkInclusion(leaves[i], i, size, p[:len(p)-1], root), "a shorter path")
			}
			require.Error(t, checkInclusion(leaves[i], i, size, append(p, leaves[0]), root), "a longer path")
		}
	}
}

// A tree that is stored and taken up again at any place is the same tree.
func TestMerkleTakenUpAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stored := map[tileID][]byte{}
		load := func(id tileID) ([]byte, error) { return stored[id], nil }
		leaves := someLeaves(rapid.IntRange(0, 900).Draw(t, "leaves"))
		for done := 0; done < len(leaves); {
			n := min(rapid.IntRange(1, 300).Draw(t, "batch"), len(leaves)-done)
			tr := newTree(int64(done), load)
			for _, leaf := range leaves[done : done+n] {
				require.NoError(t, tr.append(leaf))
			}
			for id := range tr.dirty {
				stored[id] = tr.tiles[id]
			}
			done += n
		}
		root, err := newTree(int64(len(leaves)), load).root()
		require.NoError(t, err)
		require.Equal(t, mth(leaves), root)
	})
}
