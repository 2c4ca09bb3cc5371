package db_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"housecall/internal/db"
)

// What PostgreSQL says when it has no room is no fault of whoever writes.
func TestNoRoomIsAnOutage(t *testing.T) {
	for _, full := range []*pgconn.PgError{{Code: "53100"}, {Code: "58030"}, {Code: "XX000", File: "md.c"}} {
		require.True(t, db.Outage(fmt.Errorf("write: %w", full)), full.Code)
	}
	for _, other := range []error{&pgconn.PgError{Code: "XX000", File: "heapam.c"}, &pgconn.PgError{Code: "23505"}, errors.New("md.c")} {
		require.False(t, db.Outage(other))
	}
}
