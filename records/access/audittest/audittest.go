// Package audittest reads the audit in tests of other packages: who left which
// rows, without a decision and without a row of its own.
package audittest

import (
	"context"
	"database/sql"
	"encoding/binary"
	"testing"

	"housecall/internal/db"
)

// Row is one row of the audit.
type Row struct {
	Patient, Account, Source string
	Body                     []byte // JSON
}

// Rows gives all rows, in each database by time.
func Rows(t testing.TB, d *db.DB) (out []Row) {
	t.Helper()
	stores := []*db.DB{d}
	if d.Audit() != d {
		stores = append(stores, d.Audit())
	}
	for _, x := range stores {
		err := x.Read(context.Background()).Each(`SELECT n, body FROM audit_pages ORDER BY at, writer, first`, func(r *sql.Rows) error {
			var n int
			var b []byte
			err := r.Scan(&n, &b)
			var before [4]string
			for range n {
				for i := range before { // what is as in the row before at both ends, and what is not
					begin, end, k := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint32(b[4:])
					was := before[i]
					before[i] = was[:begin] + string(b[8:8+k]) + was[len(was)-int(end):]
					b = b[8+k:]
				}
				out = append(out, Row{before[0], before[1], before[2], []byte(before[3])})
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// Of gives the rows of one chart.
func Of(t testing.TB, d *db.DB, patient string) (out []Row) {
	t.Helper()
	for _, r := range Rows(t, d) {
		if r.Patient == patient {
			out = append(out, r)
		}
	}
	return out
}
