package keyring

import (
	"context"
	"database/sql"
	"strings"

	"housecall/internal/db"
	"housecall/internal/sitekey"
)

// Column is one in which something is sealed. Its label is Label and what stands in
// the column By, by which its rows are found.
type Column struct {
	Table, Name string
	By          string
	Purpose     string
	Label       string
}

func (x *Column) String() string { return x.Table + "." + x.Name }

// head is the SQL of what a value begins with.
func (x *Column) head() string { return `substr(` + x.Name + `, 1, 7)` }

// heads are those with which values of these keys begin.
func heads(rows []row, with func(row) bool) (list []any) {
	for _, r := range rows {
		if with(r) {
			for _, f := range sitekey.Forms() {
				list = append(list, sitekey.Head(r.id, f))
			}
		}
	}
	return list
}

func among(n int) string { return `(` + strings.TrimSuffix(strings.Repeat(`?, `, n), `, `) + `)` }

// under counts what is sealed under a key. What has no head is of the first one.
func (k *Keeper) under(c *db.Conn, rows []row, r row) (list []Left, err error) {
	is, args := ` IN `, heads(rows, func(x row) bool { return x.id == r.id })
	if r.n == 1 {
		is, args = ` NOT IN `, heads(rows, func(x row) bool { return x.id != r.id })
	}
	for _, x := range k.cfg.Columns {
		query := `SELECT count(*) FROM ` + x.Table + ` WHERE length(` + x.Name + `) > 0`
		if len(args) > 0 {
			query += ` AND ` + x.head() + is + among(len(args))
		}
		l := Left{What: x.String()}
		if err := c.QueryRow(query, args...).Scan(&l.Count); err != nil {
			return nil, err
		}
		if l.Count > 0 {
			list = append(list, l)
		}
	}
	return list, nil
}

// batch bounds what is sealed anew in one transaction.
const batch = 200

// Resealed is what Reseal did.
type Resealed struct {
	Done       int64
	Unreadable []Left // that no key here opens: they stay as they are
}

// Reseal seals with the current key, in the form that is written, what is sealed
// otherwise. It can be stopped at any time: what is done is done, and the next one goes
// on with the rest. What people change meanwhile stays as they changed it.
func (k *Keeper) Reseal(ctx context.Context, progress func(done, total int64)) (out Resealed, err error) {
	_, rows, err := read(k.cfg.DB.Read(ctx))
	if err != nil {
		return out, err
	}
	st := k.ring.State()
	var is string
	var args []any
	if head := st.Head(st.Keys[0].ID(), st.Form); head != nil {
		is, args = ` <> ?`, []any{head}
	} else { // without a head it is as it should be
		args = heads(rows, func(row) bool { return true })
		is = ` IN ` + among(len(args))
	}
	var total int64
	for _, x := range k.cfg.Columns {
		var n int64
		if err := k.cfg.DB.Read(ctx).QueryRow(`SELECT count(*) FROM `+x.Table+` WHERE length(`+x.Name+`) > 0 AND `+x.head()+is, args...).Scan(&n); err != nil {
			return out, err
		}
		total += n
	}
	for _, x := range k.cfg.Columns {
		sealer := k.ring.Sealer(x.Purpose)
		left := Left{What: x.String()}
		for after := ""; ; {
			values, err := k.take(ctx, &x, is, args, after)
			if err != nil {
				return out, err
			}
			if len(values) == 0 {
				break
			}
			after = values[len(values)-1].by
			for i := range values {
				v := &values[i]
				plain, err := sealer.Open(v.was, x.Label+v.by)
				if err != nil {
					left.Count++
					continue
				}
				v.is = sealer.Seal(plain, x.Label+v.by)
			}
			if err := k.put(ctx, &x, values); err != nil {
				return out, err
			}
			out.Done += int64(len(values))
			progress(min(out.Done, total), total)
		}
		if left.Count > 0 {
			out.Done -= left.Count
			out.Unreadable = append(out.Unreadable, left)
		}
	}
	return out, nil
}

type value struct {
	by      string
	was, is []byte
}

func (k *Keeper) take(ctx context.Context, x *Column, is string, args []any, after string) (list []value, err error) {
	err = k.cfg.DB.Read(ctx).Each(`SELECT `+x.By+`, `+x.Name+` FROM `+x.Table+` WHERE `+x.By+` > ? AND length(`+x.Name+`) > 0 AND `+x.head()+is+` ORDER BY `+x.By+` LIMIT ?`, func(r *sql.Rows) error {
		var v value
		err := r.Scan(&v.by, &v.was)
		list = append(list, v)
		return err
	}, append(append([]any{after}, args...), batch)...)
	return list, err
}

// put writes what was sealed anew, where it is still what it was.
func (k *Keeper) put(ctx context.Context, x *Column, values []value) error {
	return k.cfg.DB.InTx(ctx, func(c *db.Conn) error {
		for _, v := range values {
			if v.is == nil {
				continue
			}
			if _, err := c.Exec(`UPDATE `+x.Table+` SET `+x.Name+` = ? WHERE `+x.By+` = ? AND `+x.Name+` = ?`, v.is, v.by, v.was); err != nil {
				return err
			}
		}
		return nil
	})
}
