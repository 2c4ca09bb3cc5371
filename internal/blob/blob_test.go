package blob

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/fault"
	"housecall/internal/sitekey"
)

func open(t *testing.T) (*Store, string) {
	dir := t.TempDir()
	s, err := Open(context.Background(), Config{Dir: dir, Key: sitekey.ForTest()})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s, dir
}

func fill(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i>>8)
	}
	return b
}

func read(t *testing.T, s *Store, ref Ref) ([]byte, error) {
	r, err := s.Get(context.Background(), ref)
	require.NoError(t, err)
	defer r.Close()
	return io.ReadAll(r)
}

func TestWhatWasPutComesBack(t *testing.T) {
	s, dir := open(t)
	for _, n := range []int{0, 1, chunkSize - 1, chunkSize, chunkSize + 1, 3*chunkSize + 17} {
		want := fill(n)
		ref, err := s.Put(context.Background(), NewName(), bytes.NewReader(want), 1<<20)
		require.NoError(t, err)
		require.EqualValues(t, n, ref.Size)
		got, err := read(t, s, ref)
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, got), "%d bytes", n)
		if n > 100 {
			kept, err := os.ReadFile(filepath.Join(dir, Folder, filepath.FromSlash(ref.Name)))
			require.NoError(t, err)
			require.False(t, bytes.Contains(kept, want[:64]), "nobody can read the file alone")
			r, err := s.Get(context.Background(), ref)
			require.NoError(t, err)
			for _, at := range []int64{int64(n) - 5, 3, int64(n) / 2} {
				_, err = r.Seek(at, io.SeekStart)
				require.NoError(t, err)
				part := make([]byte, 5)
				_, err = io.ReadFull(r, part)
				require.NoError(t, err)
				require.Equal(t, want[at:at+5], part)
			}
			require.NoError(t, r.Close())
		}
		require.NoError(t, s.Delete(context.Background(), ref.Name))
		require.NoError(t, s.Delete(context.Background(), ref.Name), "gone is gone")
	}
}

func TestEveryChangeIsNoticed(t *testing.T) {
	s, dir := open(t)
	ref, err := s.Put(context.Background(), NewName(), bytes.NewReader(fill(2*chunkSize+100)), 1<<20)
	require.NoError(t, err)
	other, err := s.Put(context.Background(), NewName(), bytes.NewReader(fill(2*chunkSize+100)), 1<<20)
	require.NoError(t, err)
	path := func(r Ref) string { return filepath.Join(dir, Folder, filepath.FromSlash(r.Name)) }
	whole, err := os.ReadFile(path(ref))
	require.NoError(t, err)
	try := func(what string, b []byte) {
		require.NoError(t, os.WriteFile(path(ref), b, 0o600))
		_, err := read(t, s, ref)
		require.ErrorIs(t, err, ErrTampered, what)
	}
	for _, at := range []int{0, chunkSize, chunkSize + tagSize + 1, len(whole) - 1} {
		b := bytes.Clone(whole)
		b[at] ^= 1
		try("a bit", b)
	}
	const sealed = chunkSize + tagSize
	try("swapped chunks", append(append(bytes.Clone(whole[sealed:2*sealed]), whole[:sealed]...), whole[2*sealed:]...))
	try("cut off", whole[:2*sealed])
	theirs, err := os.ReadFile(path(other))
	require.NoError(t, err)
	try("another blob", theirs)
	ref.Key = other.Key
	_, err = s.Get(context.Background(), ref)
	require.Error(t, err, "another blob's key")
}

func TestTooMuchLeavesNothing(t *testing.T) {
	s, dir := open(t)
	_, err := s.Put(context.Background(), NewName(), bytes.NewReader(fill(1001)), 1000)
	require.True(t, fault.Is(err, fault.TooLarge), "%v", err)
	_, err = s.Put(context.Background(), NewName(), io.MultiReader(bytes.NewReader(fill(chunkSize+5)), failing{}), 1<<20)
	require.Error(t, err)
	found := 0
	require.NoError(t, filepath.WalkDir(filepath.Join(dir, Folder), func(_ string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			found++
		}
		return err
	}))
	require.Zero(t, found)
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestAddresses(t *testing.T) {
	for _, good := range []string{"", "s3://bucket", "s3://bucket?region=eu-central-1&endpoint=https://storage.example.org"} {
		require.NoError(t, CheckURL(good), good)
	}
	for _, bad := range []string{"bucket", "https://bucket", "s3://", "s3://key:secret@bucket", "s3://bucket/folder"} {
		require.Error(t, CheckURL(bad), bad)
	}
}

// Each blob is read in the form in which it was written, under the key that sealed its
// own, whatever seals now.
func TestBlobsOfEachKeyAndForm(t *testing.T) {
	dir := t.TempDir()
	one, two := sitekey.KeyForTest(1), sitekey.KeyForTest(2)
	at := func(form sitekey.Form, keys ...sitekey.Key) *Store {
		ring := sitekey.NewRing(keys...)
		ring.Set(sitekey.State{Keys: keys, First: one.ID(), Form: form})
		s, err := Open(context.Background(), Config{Dir: dir, Key: ring})
		require.NoError(t, err)
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	want := fill(2*chunkSize + 9)
	for _, s := range []*Store{at(sitekey.AES256GCM, one), at(sitekey.XChaCha20Poly1305, one), at(sitekey.AES256GCM, two), at(sitekey.XChaCha20Poly1305, two, one)} {
		ref, err := s.Put(context.Background(), NewName(), bytes.NewReader(want), 1<<20)
		require.NoError(t, err)
		for _, later := range []*Store{at(sitekey.AES256GCM, two, one), at(sitekey.XChaCha20Poly1305, one, two)} {
			got, err := read(t, later, ref)
			require.NoError(t, err)
			require.True(t, bytes.Equal(want, got))
		}
		_, err = at(sitekey.AES256GCM, sitekey.KeyForTest(3)).Get(context.Background(), ref)
		require.ErrorIs(t, err, sitekey.ErrSealed)
		path := filepath.Join(dir, Folder, filepath.FromSlash(ref.Name))
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		b[chunkSize+3] ^= 1
		require.NoError(t, os.WriteFile(path, b, 0o600))
		_, err = read(t, at(sitekey.AES256GCM, two, one), ref)
		require.ErrorIs(t, err, ErrTampered)
	}
}
