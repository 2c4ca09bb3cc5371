package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
)

func TestSecretsMayLieInFiles(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	read := func() (Config, error) {
		var c cli
		parser, err := kong.New(&c)
		require.NoError(t, err)
		if err := readSettingFiles(parser.Model.AllFlags(false)); err != nil {
			return Config{}, err
		}
		_, err = parser.Parse([]string{"doctor"})
		return c.Config, err
	}
	unset := func(name string) { // and as it was afterwards
		t.Setenv(name, "")
		require.NoError(t, os.Unsetenv(name))
	}
	for _, name := range []string{"HOUSECALL_DATABASE_URL", "HOUSECALL_SMTP_URL", "HOUSECALL_BOUNCE_TOKEN"} {
		unset(name)
	}
	t.Setenv("HOUSECALL_DATA", dir)
	t.Setenv("HOUSECALL_DATABASE_URL_FILE", file("db", "postgres://hc:secret@db/hc\n"))
	t.Setenv("HOUSECALL_SMTP_URL_FILE", file("mail", "smtp://u:p@mail.example:587?from=a@b.example\r\n"))
	c, err := read()
	require.NoError(t, err)
	require.Equal(t, "postgres://hc:secret@db/hc", c.DatabaseURL)
	require.Equal(t, "smtp://u:p@mail.example:587?from=a@b.example", c.SMTPURL)

	_, err = read()
	require.ErrorContains(t, err, "both set")
	unset("SOME_ISSUERS_SECRET")
	t.Setenv("SOME_ISSUERS_SECRET_FILE", file("issuer", "s3cret\n"))
	require.Equal(t, "s3cret", secretOf("SOME_ISSUERS_SECRET"))
	require.Equal(t, "s3cret", secretOf("SOME_ISSUERS_SECRET"), "as often as it is asked for")
	require.Empty(t, secretOf("ANOTHER_ISSUERS_SECRET"))
	for text, says := range map[string]string{"\n": "nothing in it", strings.Repeat("x", mostSetting+1): "longer"} {
		unset("HOUSECALL_DATABASE_URL")
		unset("HOUSECALL_SMTP_URL")
		t.Setenv("HOUSECALL_BOUNCE_TOKEN_FILE", file("token", text))
		_, err = read()
		require.ErrorContains(t, err, says)
	}
	t.Setenv("HOUSECALL_BOUNCE_TOKEN_FILE", filepath.Join(dir, "none"))
	unset("HOUSECALL_DATABASE_URL")
	unset("HOUSECALL_SMTP_URL")
	var out bytes.Buffer
	require.Equal(t, 2, run(t.Context(), []string{"doctor"}, &out, &out), "the program says it as any wrong setting")
	require.Contains(t, out.String(), "HOUSECALL_BOUNCE_TOKEN_FILE")
	require.NotContains(t, out.String(), "secret")
}
