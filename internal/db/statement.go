package db

import (
	"context"
	"database/sql"
	"sync"

	"gorm.io/gorm"
)

// statements keeps statements prepared on the one writer of SQLite. database/sql
// prepares a statement anew for each run in a transaction if it was first
// prepared in one, which costs more than the insert itself. So what a
// transaction ran is prepared outside of transactions before the next one
// begins, and is then only handed over.
type statements struct {
	db     *sql.DB
	mu     sync.Mutex
	ready  map[string]*sql.Stmt
	wanted map[string]bool
}

const maxStatements = 400

func newStatements(d *sql.DB) *statements {
	return &statements{db: d, ready: map[string]*sql.Stmt{}, wanted: map[string]bool{}}
}

// prepare makes ready what earlier transactions asked for. What fails here is
// prepared inside the transaction, and fails there with its place.
func (s *statements) prepare(ctx context.Context) {
	s.mu.Lock()
	queries := make([]string, 0, len(s.wanted))
	for q := range s.wanted {
		queries = append(queries, q)
	}
	s.mu.Unlock()
	for _, q := range queries {
		st, err := s.db.PrepareContext(ctx, q)
		if err != nil {
			continue
		}
		s.mu.Lock()
		if s.ready[q] == nil && len(s.ready) < maxStatements {
			s.ready[q], st = st, nil
		}
		delete(s.wanted, q)
		s.mu.Unlock()
		if st != nil {
			_ = st.Close()
		}
	}
}

// in gives the statement for use in a transaction.
func (s *statements) in(ctx context.Context, tx *sql.Tx, query string) (*sql.Stmt, error) {
	s.mu.Lock()
	st := s.ready[query]
	if st == nil && len(s.ready)+len(s.wanted) < maxStatements {
		s.wanted[query] = true
	}
	s.mu.Unlock()
	if st != nil {
		return tx.StmtContext(ctx, st), nil
	}
	return tx.PrepareContext(ctx, query)
}

// statement gives the prepared statement of this transaction on SQLite's writer;
// nil for every other connection.
func (c *Conn) statement(query string) (*sql.Stmt, error) {
	if c.prepared == nil {
		return nil, nil
	}
	if st := c.inTx[query]; st != nil {
		return st, nil
	}
	pool, ok := c.ORM.Statement.ConnPool.(*gorm.PreparedStmtTX)
	if !ok {
		return nil, nil
	}
	tx, ok := pool.Tx.(*sql.Tx)
	if !ok {
		return nil, nil
	}
	st, err := c.prepared.in(c.ctx, tx, query)
	if err == nil {
		c.inTx[query] = st
	}
	return st, err
}
