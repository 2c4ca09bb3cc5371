package ingest_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/clamd"
	"housecall/internal/clamd/clamdtest"
	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/records/ingest"
)

// What is harmful in a file is set aside, whether it can be stored now or waits;
// while nobody can tell, the import stops, and another run brings the rest.
func TestHarmfulContentIsSetAside(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		scanner, dir := clamdtest.TCP(t), t.TempDir()
		c, err := clamd.New(scanner.Address, nil)
		require.NoError(t, err)
		h, stop, err := build(d, c)
		require.NoError(t, err)
		t.Cleanup(stop)
		document := func(id, subject, content string) string {
			return fmt.Sprintf(`{"resourceType":"DocumentReference","id":%q,"status":"current","subject":{"reference":%q},"content":[{"attachment":{"contentType":"text/plain","data":%q}}]}`,
				id, subject, base64.StdEncoding.EncodeToString([]byte(content)))
		}
		write(t, dir, "deck/a.ndjson", patient("p", "One", "1950-01-01")+"\n"+document("good", "Patient/p", "plain words")+"\n"+
			document("bad", "Patient/p", clamdtest.EICAR)+"\n"+document("waits", "Patient/later", "other words")+"\n"+document("bad-waits", "Patient/later", clamdtest.EICAR))
		r := h.bring(t, ingest.Options{Paths: []string{filepath.Join(dir, "deck")}})
		total := r.Total()
		require.Equal(t, []int{2, 2, 1}, []int{total.Created, total.Refused, total.Waiting}, text(t, r))
		require.Contains(t, text(t, r), "virus scanner")
		require.Equal(t, map[string]int{"Patient": 1, "DocumentReference": 1}, h.stored(t))
		require.Equal(t, 1, h.count(t, `SELECT count(*) FROM import_waiting`))

		scanner.Stop()
		more := write(t, dir, "b.ndjson", document("more", "Patient/p", "more words"))
		_, err = h.Import(context.Background(), operator, ingest.Options{Paths: []string{more}})
		require.True(t, fault.Is(err, fault.Unavailable), "%v", err)
		require.Equal(t, map[string]int{"Patient": 1, "DocumentReference": 1}, h.stored(t))
	})
}
