package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCommandLineOfTheOthers(t *testing.T) {
	t.Setenv("HOUSECALL_TOKEN", "")
	for _, c := range []struct {
		code      int
		args      []string
		out, errs string
	}{
		{0, []string{"messages", "--help"}, "loadtest messages --url http://localhost:8080", ""},
		{0, []string{"sync", "--help"}, "loadtest sync --url http://localhost:8080", ""},
		{0, []string{"sfu", "--help"}, "loadtest sfu --url http://localhost:8080", ""},
		{2, []string{"messages"}, "", "--url"},
		{2, []string{"messages", "--url", "http://localhost"}, "", "--token"},
		{2, []string{"messages", "--url", "http://localhost", "--token", ""}, "", "--token must not be empty"},
		{2, []string{"messages", "--url", "http://localhost/fhir", "--token", "t"}, "", "no path"},
		{2, []string{"messages", "--url", "http://example.org", "--token", "t"}, "", "not this machine"},
		{2, []string{"messages", "--url", "http://localhost", "--token", "t", "--rate=-2"}, "", "--rate must be"},
		{2, []string{"sync", "--url", "http://localhost", "--token", "t", "--connections", "1"}, "", "between 2 and 1024"},
		{2, []string{"sfu", "--url", "http://localhost", "--token", "t", "--visit", "v"}, "", "go together"},
	} {
		var out, errs bytes.Buffer
		require.Equal(t, c.code, run(t.Context(), c.args, &out, &errs), "%v %s", c.args, &errs)
		require.Contains(t, out.String(), c.out)
		require.Contains(t, errs.String(), c.errs)
	}
}
