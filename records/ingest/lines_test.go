package ingest_test

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/records/ingest"
)

// TestLinesFromElsewhere: what comes in parts is counted from its beginning.
func TestLinesFromElsewhere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		const text = `{"resourceType":"Patient","id":"a"}` + "\n" + `{"resourceType":"Patient","id":"b","gender":"x"}` + "\n"
		var refused []ingest.Refusal
		r := h.bring(t, ingest.Options{
			Lines: []ingest.Lines{{Name: "input 1", Before: 10, Size: int64(len(text)), Open: func() (io.ReadCloser, error) {
				return io.NopCloser(strings.NewReader(text)), nil
			}}},
			Refused: func(f ingest.Refusal) { refused = append(refused, f) },
		})
		require.Equal(t, 1, r.Total().Created)
		require.Len(t, refused, 1)
		require.Equal(t, ingest.Place{File: "input 1", Line: 12}, refused[0].Place)
	})
}
