package sitekey_test

import (
	"os"
	"path/filepath"
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
	require.NotEqual(t, first.Check(), other.Check())
}

func TestPurposesShareNoKey(t *testing.T) {
	k := sitekey.ForTest()
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
