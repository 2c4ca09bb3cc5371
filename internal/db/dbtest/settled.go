package dbtest

import (
	"testing"
	"time"

	"housecall/internal/db"
)

// Settled waits until what was written so far is final for whoever follows the
// numbers of transactions (db.FinalTx). On PostgreSQL transactions of all databases
// of the server count, also those of tests beside this one.
func Settled(t testing.TB, d *db.DB) {
	t.Helper()
	if d.Dialect != db.Postgres {
		return
	}
	var mine int64
	if err := d.Read(t.Context()).QueryRow(`SELECT ` + db.ThisTx).Scan(&mine); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		var final int64
		if err := d.Read(t.Context()).QueryRow(`SELECT ` + db.FinalTx).Scan(&final); err != nil {
			t.Fatal(err)
		}
		if final > mine {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("another transaction of this server does not end")
		}
	}
}
