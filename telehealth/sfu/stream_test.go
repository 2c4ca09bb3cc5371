package sfu

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAStreamHoldsWhatWaits(t *testing.T) {
	s := newStream(3)
	for i := range 5 {
		n, err := s.Write([]byte{byte(i), 9})
		require.NoError(t, err)
		require.Equal(t, 2, n)
	}
	_, err := s.Write(make([]byte, payloadMax+1))
	require.NoError(t, err, "what is too long is lost")
	buf := make([]byte, payloadMax)
	n, err := s.Read(buf)
	require.NoError(t, err)
	require.Equal(t, []byte{0, 9}, buf[:n])
	_, err = s.Read(buf[:1])
	require.ErrorIs(t, err, io.ErrShortBuffer)
	require.NoError(t, s.Close())
	n, err = s.Read(buf)
	require.NoError(t, err)
	require.Equal(t, []byte{2, 9}, buf[:n], "the last that there was room for")
	_, err = s.Read(buf)
	require.ErrorIs(t, err, io.EOF)
	_, err = s.Write([]byte{1})
	require.ErrorIs(t, err, io.ErrClosedPipe)
	waits := newStream(1)
	go func() { _ = waits.Close() }()
	_, err = waits.Read(buf)
	require.ErrorIs(t, err, io.EOF)
}

func BenchmarkStream(b *testing.B) {
	s, buf, packet := newStream(waitsRTP), make([]byte, payloadMax), make([]byte, 1100)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = s.Write(packet)
		_, _ = s.Read(buf)
	}
}
