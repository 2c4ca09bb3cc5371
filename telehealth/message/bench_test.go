package message_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/telehealth/message"
	"housecall/telehealth/pool"
)

const manyThreads, manyCharts = 100_000, 200

// The first page of a pool's inbox and its counts, with 100,000 threads in the pool:
// what the page asks for when it is opened.
func BenchmarkInboxOfALargePool(b *testing.B) {
	large := func(b *testing.B, d *db.DB) {
		k, ctx := newClinic(b, d), context.Background()
		from := k.begin("question", "The one that all others are like.")
		var charts []string
		for range manyCharts {
			charts = append(charts, k.patient("P").Patient)
		}
		k.tx(func(c *db.Conn) error { return fillPool(c, k.rosa.Patient, from, charts, k.now()) })
		if d.Dialect == db.Postgres {
			k.tx(func(c *db.Conn) error { _, err := c.Exec(`ANALYZE threads, thread_messages, resources`); return err })
		}
		open := func(b *testing.B, q message.InboxQuery) {
			b.ReportAllocs()
			for b.Loop() {
				items, next, counts, err := k.Inbox(ctx, k.ash, q)
				require.NoError(b, err)
				require.Len(b, items, 30)
				require.NotEmpty(b, next)
				require.Equal(b, 1000, counts.All)
			}
		}
		b.Run("pool", func(b *testing.B) { open(b, message.InboxQuery{Pool: pool.Standard, Limit: 30}) })
		b.Run("all", func(b *testing.B) { open(b, message.InboxQuery{Limit: 30}) })
		b.Run("unclaimed", func(b *testing.B) {
			open(b, message.InboxQuery{Pool: pool.Standard, View: message.InboxUnclaimed, Limit: 30})
		})
		b.Run("unread", func(b *testing.B) {
			for b.Loop() {
				n, err := k.InboxUnread(ctx, k.ash)
				require.NoError(b, err)
				require.Equal(b, 1000, n)
			}
		})
	}
	b.Run("sqlite", func(b *testing.B) { large(b, dbtest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { large(b, dbtest.Postgres(b)) })
}

// fillPool writes threads that are like one that is there, over many charts.
func fillPool(c *db.Conn, patient, from string, charts []string, now time.Time) error {
	var threads, messages []string
	var targs, margs []any
	flush := func() error {
		if len(threads) == 0 {
			return nil
		}
		if _, err := c.Exec(`INSERT INTO threads (patient_id, id, state, started_at, last_at, last_n, waits_since, place, pool, topic, priority, due_at) VALUES `+strings.Join(threads, ","), targs...); err != nil {
			return err
		}
		if _, err := c.Exec(`INSERT INTO thread_messages (patient_id, thread, n, id, at, account, name, role, relation, digest) VALUES `+strings.Join(messages, ","), margs...); err != nil {
			return err
		}
		threads, messages, targs, margs = nil, nil, nil, nil
		return nil
	}
	for i := range manyThreads {
		id, at := newID(), now.Add(-time.Duration(i)*time.Second).UnixMicro()
		due := at + (48 * time.Hour).Microseconds()
		threads, messages = append(threads, db.Placeholders(1, 12)), append(messages, db.Placeholders(1, 10))
		chart := charts[i%len(charts)]
		targs = append(targs, chart, id, 1, at, at, 1, at, int64(2)<<54+due, pool.Standard, "question", 1, due)
		margs = append(margs, chart, id, 1, id, at, "somebody", fmt.Sprint("P", i), "patient", "", []byte{1})
		if len(threads) == 500 {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	_, err := c.Exec(`INSERT INTO resources (patient_id, type, id, version, n, last_updated, category, index_rules, body)
		SELECT m.patient_id, 'Communication', m.id, 1, 1000000, 1, r.category, r.index_rules, r.body FROM thread_messages m, resources r WHERE m.account = 'somebody' AND r.type = 'Communication' AND r.patient_id = ? AND r.id = ?`, patient, from)
	return err
}
