package main

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/clamd/clamdtest"
)

// doctor says how the scanner is, and what to do.
func TestDoctorLooksAtTheScanner(t *testing.T) {
	cfg := testConfig(t)
	cfg.Addr = freeAddress(t)
	scanner := clamdtest.TCP(t)
	look := func() string {
		out, _, _ := command(t, cfg, "doctor", "--clamd", scanner.Address)
		return out
	}
	require.Regexp(t, `scanner +ok +clamd at 127\.0\.0\.1:\d+ answers \(ClamAV 1\.4\.3\)`, look())
	scanner.Instead(func(c net.Conn) { _, _ = c.Write([]byte("PONG\x00")) })
	require.Regexp(t, `scanner +FAIL .*no virus signatures.*freshclam`, look())
	scanner.Stop()
	require.Regexp(t, `scanner +FAIL .*does not answer.*no file is taken`, look())
	out, _, _ := command(t, cfg, "doctor")
	require.Regexp(t, `scanner +WARN +Off.*HOUSECALL_CLAMD`, out)
}
