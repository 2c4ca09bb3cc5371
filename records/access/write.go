package access

import (
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"errors"

	"housecall/internal/db"
)

// RecordTx writes audit rows in the caller's transaction: they are there when
// what they tell of is there, and never without it.
//
// It takes a writer that no other transaction holds and locks its row to the
// end. So its numbers have no gaps (a rollback gives the number back), they
// commit in order, and no transaction ever waits for another one's writer. There
// are as many writers as there were ever transactions at one time. Rows of one
// call stand on one page.
func (s *Service) RecordTx(c *db.Conn, events ...Event) error {
	steps, err := s.RecordSteps(c, events...)
	if err != nil {
		return err
	}
	return c.Run(steps)
}

// RecordSteps is RecordTx for who has more to write: the rows get their numbers,
// and are there once the caller has run the steps, which must not be left out.
func (s *Service) RecordSteps(c *db.Conn, events ...Event) ([]db.Step, error) {
	if len(events) == 0 {
		return nil, nil
	}
	rows := make([]row, len(events))
	at := s.now()
	for i := range events {
		rows[i] = s.row(&events[i], at)
	}
	if s.told != nil {
		c.After(func() { s.tell(events) })
	}
	return s.appendSteps(c, rows)
}

func (s *Service) appendSteps(c *db.Conn, rows []row) ([]db.Step, error) {
	writer, counter, err := s.takeWriter(c, int64(len(rows)))
	if err != nil {
		return nil, err
	}
	for i := range rows {
		rows[i].writer, rows[i].counter = writer, counter+int64(i)
	}
	return insertSteps(c.Dialect, s.paginate(rows)), nil
}

const (
	takeSQLite = `UPDATE audit_writers SET next = next + ? WHERE writer = (SELECT writer FROM audit_writers WHERE reads = 0 ORDER BY writer LIMIT 1) RETURNING writer, next`
	// Rows held by others are passed over, not waited for.
	takePostgres = `UPDATE audit_writers SET next = next + ? WHERE writer = (SELECT writer FROM audit_writers WHERE NOT reads ORDER BY writer LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING writer, next`
)

// takeWriter gives a writer and the first of n numbers.
func (s *Service) takeWriter(c *db.Conn, n int64) (writer, counter int64, err error) {
	query := takeSQLite
	if c.Dialect == db.Postgres {
		query = takePostgres
	}
	var next int64
	err = c.QueryRow(query, n).Scan(&writer, &next)
	if err == nil {
		return writer, next - n, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return 0, 0, err
	}
	writer, err = s.newWriter(c, n+1, false)
	return writer, 1, err
}

func (s *Service) newWriter(c *db.Conn, next int64, reads bool) (writer int64, err error) {
	var b [8]byte
	_, _ = rand.Read(b[:])
	writer = int64(binary.BigEndian.Uint64(b[:]) >> 1)
	_, err = c.Exec(`INSERT INTO audit_writers (writer, next, node, created_at, reads) VALUES (?, ?, ?, ?, ?)`, writer, next, s.node, micros(s.now()), reads)
	return writer, err
}
