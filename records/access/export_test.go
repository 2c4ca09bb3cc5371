package access

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/sitekey"
)

// The file of a patient's log is checked without any database, and each change of
// it is found.
func TestExportIsCheckedOffline(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := started(t, d)
		ctx := context.Background()
		who := doctor
		who.Address = "203.0.113.7"
		for i := range 20 {
			b.tx(t, func(c *db.Conn) error { return b.RecordTx(c, wrote("pat-ana", who)) })
			require.NoError(t, b.Record(ctx, wrote([]string{"pat-ana", "pat-dora"}[i%2], who)))
			b.clock.move(time.Second)
		}
		b.sealed(t)
		write, err := b.ExportLog(ctx, ana, "pat-ana")
		require.NoError(t, err)
		var out bytes.Buffer
		require.NoError(t, write(ctx, &out))
		text := out.String()
		require.NotContains(t, text, "203.0.113.7")
		require.NotContains(t, text, "pat-dora")

		key := b.PublicKey()
		got, err := CheckExport(strings.NewReader(text), key)
		require.NoError(t, err)
		require.Equal(t, "pat-ana", got.Patient)
		require.GreaterOrEqual(t, got.Rows, int64(30))
		_, err = CheckExport(strings.NewReader(text), nil)
		require.NoError(t, err)

		lines := strings.SplitAfter(text, "\n") // the head, a row each, the end
		edit := func(change func(l []string)) string {
			l := append([]string{}, lines...)
			change(l)
			return strings.Join(l, "")
		}
		stranger, err := New(Deps{DB: d, Key: sitekey.NewRing(sitekey.New()), Revocations: b.revocations, Node: "other"})
		require.NoError(t, err)
		for name, c := range map[string]struct{ file, says string }{
			"a row is taken out":         {edit(func(l []string) { l[5] = "" }), "is missing from the file"},
			"the newest row is taken":    {edit(func(l []string) { l[1] = "" }), "is missing from the file"},
			"the oldest row is taken":    {edit(func(l []string) { l[len(l)-4] = strings.TrimSuffix(l[len(l)-4], ",\n") + "\n"; l[len(l)-3] = "" }), "is missing from the file"},
			"a name is changed":          {edit(func(l []string) { l[4] = strings.Replace(l[4], "Dr Okafor", "Dr Nobody", 1) }), "row 4 of the file"},
			"a time is changed":          {edit(func(l []string) { l[4] = strings.Replace(l[4], `"at":"2026`, `"at":"2025`, 1) }), "row 4 of the file"},
			"a leaf is changed":          {edit(func(l []string) { l[7] = leafOf(t, l[7], l[8]) }), "row 7 of the file"},
			"a row stands there twice":   {edit(func(l []string) { l[3] += l[3] }), "twice"},
			"it is of another chart":     {strings.Replace(text, `"patient":"pat-ana"`, `"patient":"pat-dora"`, 1), "of another chart"},
			"the checkpoint is changed":  {edit(func(l []string) { l[0] = strings.Replace(l[0], `"size":`, `"size":1`, 1) }), "signature of the checkpoint"},
			"the end is changed":         {edit(func(l []string) { l[len(l)-2] = strings.Replace(l[len(l)-2], `"rows":`, `"rows":1`, 1) }), "signature at the end"},
			"it is cut off":              {text[:len(text)/2], "cut off"},
			"it is something else":       {`{"hello":1}`, "no list of accesses"},
			"it is empty":                {"", "no list of accesses"},
			"it has rows and no head":    {`{"rows":[`, "no list of accesses"},
			"it has an end and no rows":  {edit(func(l []string) { clear(l[1 : len(l)-2]) }), "is missing from the file"},
			"it is text that goes on":    {strings.TrimSuffix(strings.TrimSpace(text), "}"), "cut off"},
			"the last of two is garbage": {edit(func(l []string) { l[2] = "{,\n" }), "cut off"},
		} {
			_, err := CheckExport(strings.NewReader(c.file), key)
			require.ErrorContains(t, err, c.says, name)
		}
		_, err = CheckExport(strings.NewReader(text), stranger.PublicKey())
		require.ErrorContains(t, err, "another key")
		_, err = b.ExportLog(ctx, doctor, "pat-ana")
		noChart(t, err)

		empty := newBench(t, dbtest.SQLite(t))
		empty.reads.start(ctx)
		defer empty.reads.stop()
		write, err = empty.ExportLog(ctx, ana, "pat-ana")
		require.NoError(t, err)
		out.Reset()
		require.NoError(t, write(ctx, &out))
		got, err = CheckExport(&out, empty.PublicKey())
		require.NoError(t, err, "nothing is sealed yet")
		require.Zero(t, got.Rows)
		require.EqualValues(t, 1, got.Pending)
	})
}

// leafOf puts the leaf of one row into another.
func leafOf(t *testing.T, row, other string) string {
	t.Helper()
	var a, b exportRow
	require.NoError(t, json.Unmarshal([]byte(strings.TrimSuffix(row, ",\n")), &a))
	require.NoError(t, json.Unmarshal([]byte(strings.TrimSuffix(other, ",\n")), &b))
	a.Leaf = b.Leaf
	text, err := json.Marshal(a)
	require.NoError(t, err)
	return string(text) + ",\n"
}
