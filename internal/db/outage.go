package db

import (
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Outage tells whether an error says that the database cannot work right now: it
// is being started again, cannot be reached, or its disk is full. What was asked
// for was right, and may be asked for again; it was not done, unless it was lost
// on the way back from a commit, which is why what is sent twice is done once.
func Outage(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		// PostgreSQL documentation, appendix A: connection exceptions, too few
		// resources, shutdown and recovery, errors of the system.
		switch pg.Code[:2] {
		case "08", "53", "58":
			return true
		}
		if pg.Code == "XX000" && pg.File == "md.c" {
			// A table cannot grow, and it is not the disk that is full (53100): PostgreSQL
			// has no code of its own for a quota or a largest size of files.
			return true
		}
		return pg.Code == "57P01" || pg.Code == "57P02" || pg.Code == "57P03"
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		switch lite.Code() & 0xff { // https://www.sqlite.org/rescode.html
		case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_BUSY:
			return true
		}
		return false
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return true
	}
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || pgconn.SafeToRetry(err)
}
