package sitekey_test

import (
	"crypto/aes"
	"crypto/cipher"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/sitekey"
)

func TestKeyIsMadeOnceAndKept(t *testing.T) {
	dir := t.TempDir()
	first, err := sitekey.Load("", dir)
	require.NoError(t, err)
	again, err := sitekey.Load("", dir)
	require.NoError(t, err)
	require.Equal(t, first, again)
	info, err := os.Stat(filepath.Join(dir, sitekey.FileName))
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm(), "nobody else reads it")
	other, err := sitekey.Load("", t.TempDir())
	require.NoError(t, err)
	require.NotEqual(t, first[0].Check(), other[0].Check())
}

// The file holds several keys, the oldest first, and so does the setting.
func TestAFileOfSeveralKeys(t *testing.T) {
	dir := t.TempDir()
	first, err := sitekey.Load("", dir)
	require.NoError(t, err)
	second := sitekey.New()
	require.NoError(t, sitekey.Change(dir, func(keys []sitekey.Key) []sitekey.Key { return append(keys, second) }))
	path := filepath.Join(dir, sitekey.FileName)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm())
	both, err := sitekey.Load("", dir)
	require.NoError(t, err)
	require.Equal(t, []sitekey.Key{first[0], second}, both)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	set, err := sitekey.Load(string(text)+" "+string(text), "")
	require.NoError(t, err)
	require.Equal(t, both, set, "each once")
	require.NoError(t, sitekey.Change(dir, func(keys []sitekey.Key) []sitekey.Key { return slices.Delete(keys, 0, 1) }))
	left, err := sitekey.Load("", dir)
	require.NoError(t, err)
	require.Equal(t, []sitekey.Key{second}, left)
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1, "nothing else lies beside it")
}

func TestPurposesShareNoKey(t *testing.T) {
	k := sitekey.KeyForTest(1)
	require.Len(t, k.Derive("a", 32), 32)
	require.Equal(t, k.Derive("a", 32), k.Derive("a", 32))
	require.NotEqual(t, k.Derive("a", 32), k.Derive("b", 32))
}

func TestWrongKeyIsRefusedAndKept(t *testing.T) {
	_, err := sitekey.Load("not a key", t.TempDir())
	require.ErrorContains(t, err, "HOUSECALL_SITE_KEY")
	dir := t.TempDir()
	path := filepath.Join(dir, sitekey.FileName)
	require.NoError(t, os.WriteFile(path, []byte("broken"), 0o600))
	_, err = sitekey.Load("", dir)
	require.Error(t, err)
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "broken", string(b), "a broken key is never replaced: it may be the right file, damaged")
}

var one, two = sitekey.KeyForTest(1), sitekey.KeyForTest(2)

// ringOf is a ring whose first key is one.
func ringOf(form sitekey.Form, keys ...sitekey.Key) *sitekey.Ring {
	r := sitekey.NewRing(keys...)
	r.Set(sitekey.State{Keys: keys, First: one.ID(), Form: form})
	return r
}

// What was sealed before there was a ring has no head; so has what the first key seals
// in the same form, which the version before reads.
func TestTheFormOfBeforeIsReadAndWritten(t *testing.T) {
	block, err := aes.NewCipher(one.Derive("p", 32))
	require.NoError(t, err)
	before, err := cipher.NewGCMWithRandomNonce(block)
	require.NoError(t, err)
	old := before.Seal(nil, nil, []byte("secret"), []byte("label"))
	for name, r := range map[string]*sitekey.Ring{
		"as it was": ringOf(sitekey.AES256GCM, one), "another key seals": ringOf(sitekey.AES256GCM, two, one), "in another form": ringOf(sitekey.XChaCha20Poly1305, two, one),
	} {
		plain, err := r.Sealer("p").Open(old, "label")
		require.NoError(t, err, name)
		require.Equal(t, "secret", string(plain))
	}
	plain, err := before.Open(nil, nil, ringOf(sitekey.AES256GCM, one).Sealer("p").Seal([]byte("secret"), "label"), []byte("label"))
	require.NoError(t, err)
	require.Equal(t, "secret", string(plain))
}

// Each key and form opens what it sealed, whatever seals now, and nothing else does.
func TestWhatIsSealedSaysByWhat(t *testing.T) {
	for _, form := range sitekey.Forms() {
		for _, key := range []sitekey.Key{one, two} {
			sealed := ringOf(form, key).Sealer("p").Seal([]byte("secret"), "label")
			if key == two || form != sitekey.AES256GCM {
				require.Equal(t, sitekey.Head(key.ID(), form), sealed[:sitekey.HeadSize])
			}
			for _, now := range sitekey.Forms() {
				for _, ring := range []*sitekey.Ring{ringOf(now, one, two), ringOf(now, two, one), ringOf(now, key)} {
					plain, err := ring.Sealer("p").Open(sealed, "label")
					require.NoError(t, err)
					require.Equal(t, "secret", string(plain))
					_, err = ring.Sealer("p").Open(sealed, "another label")
					require.ErrorIs(t, err, sitekey.ErrSealed)
					_, err = ring.Sealer("q").Open(sealed, "label")
					require.ErrorIs(t, err, sitekey.ErrSealed)
				}
				other := map[sitekey.Key]sitekey.Key{one: two, two: one}[key]
				_, err := ringOf(now, other).Sealer("p").Open(sealed, "label")
				require.ErrorIs(t, err, sitekey.ErrSealed)
			}
			for i := range sealed {
				changed := slices.Clone(sealed)
				changed[i] ^= 1
				_, err := ringOf(form, one, two).Sealer("p").Open(changed, "label")
				require.ErrorIs(t, err, sitekey.ErrSealed, "byte %d", i)
			}
			_, err := ringOf(form, one, two).Sealer("p").Open(sealed[:len(sealed)-1], "label")
			require.Error(t, err)
			_, err = ringOf(form, one, two).Sealer("p").Open(nil, "label")
			require.Error(t, err)
		}
	}
}

// Secrets and sealers follow the ring; of a retired key only what is kept is left.
func TestWhoTookASecretFollowsTheRing(t *testing.T) {
	r := ringOf(sitekey.AES256GCM, one)
	kept, gone, sealer := r.Secret(sitekey.Kept[0]), r.Secret("gone"), r.Sealer("p")
	oldKept, oldGone, old := kept.Now(), gone.Now(), sealer.Seal([]byte("x"), "")
	told := 0
	kept.OnChange(func() { told++ })
	r.Set(sitekey.State{Keys: []sitekey.Key{two, one}, First: one.ID()})
	require.Equal(t, 1, told)
	require.Equal(t, [][]byte{two.Derive(sitekey.Kept[0], 32), oldKept}, kept.All())
	require.Equal(t, oldKept, kept.Lasting())
	require.True(t, gone.Fits([]byte("code"), func(key []byte) []byte {
		if string(key) == string(oldGone) {
			return []byte("code")
		}
		return []byte("other")
	}))
	_, err := sealer.Open(old, "")
	require.NoError(t, err)
	r.Set(sitekey.State{Keys: []sitekey.Key{two}, First: one.ID(), Kept: map[sitekey.ID]map[string][]byte{one.ID(): {sitekey.Kept[0]: oldKept}}})
	require.Equal(t, oldKept, kept.Of(one.ID()))
	require.Equal(t, oldKept, kept.Lasting())
	require.Len(t, gone.All(), 1)
	_, err = sealer.Open(old, "")
	require.ErrorIs(t, err, sitekey.ErrSealed)
}
