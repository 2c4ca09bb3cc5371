package ingest

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"housecall/internal/db"
	"housecall/records"
)

// list gives an array of texts as the one argument of a statement.
func list(c *db.Conn, values []string) (sqlText string, arg any) {
	if c.Dialect == db.Postgres {
		return "= ANY(?::text[])", values
	}
	b, _ := json.Marshal(values)
	return "IN (SELECT value FROM json_each(?))", string(b)
}

const lookupChunk = 2000

func distinct(values []string) []string {
	slices.Sort(values)
	return slices.Compact(values)
}

// lookup finds what is known under ids of a source: by id, all types.
func lookup(c *db.Conn, source string, sids []string) (map[string][]*mapped, error) {
	found := make(map[string][]*mapped, len(sids))
	for chunk := range slices.Chunk(distinct(sids), lookupChunk) {
		in, arg := list(c, chunk)
		err := c.Each(`SELECT i.source_id, i.type, i.id, i.digest, i.standing, i.updated, i.weight, l.patient_id
			FROM import_ids i LEFT JOIN resource_locator l ON l.type = i.type AND l.id = i.id
			WHERE i.source = ? AND i.source_id `+in, func(rows *sql.Rows) error {
			m := &mapped{source: source}
			var digest []byte
			var chart sql.NullString
			if err := rows.Scan(&m.sid, &m.typ, &m.id, &digest, &m.standing, &m.updated, &m.weight, &chart); err != nil {
				return err
			}
			m.digest, m.chart, m.stored = string(digest), chart.String, len(digest) > 0
			found[m.sid] = append(found[m.sid], m)
			return nil
		}, source, arg)
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

func pick(found map[string][]*mapped, typ, sid string) *mapped {
	for _, m := range found[sid] {
		if m.typ == typ {
			return m
		}
	}
	return nil
}

// seenBefore gives the contents that newer ones replaced, as key and digest.
func seenBefore(c *db.Conn, source string, sids []string) (map[string]bool, error) {
	seen := map[string]bool{}
	for chunk := range slices.Chunk(distinct(sids), lookupChunk) {
		in, arg := list(c, chunk)
		err := c.Each(`SELECT source_id, type, digest FROM import_seen WHERE source = ? AND source_id `+in, func(rows *sql.Rows) error {
			var sid, typ string
			var digest []byte
			if err := rows.Scan(&sid, &typ, &digest); err != nil {
				return err
			}
			seen[typ+"/"+sid+"\x00"+string(digest)] = true
			return nil
		}, source, arg)
		if err != nil {
			return nil, err
		}
	}
	return seen, nil
}

// byIdentifier finds what has an identifier: among what the source sent, or
// anywhere. At most two are looked for: two are already too many.
func byIdentifier(c *db.Conn, source string, t target, anywhere bool) ([]*mapped, error) {
	system, code, both := strings.Cut(t.query, "|")
	if !both {
		system, code = "", t.query
	}
	query := `SELECT DISTINCT s.id, s.patient_id, COALESCE(i.source_id, s.id) FROM search_token s `
	if anywhere {
		query += `LEFT JOIN import_ids i ON i.type = s.type AND i.id = s.id AND i.source = ?`
	} else {
		query += `JOIN import_ids i ON i.type = s.type AND i.id = s.id AND i.source = ?`
	}
	query += ` WHERE s.type = ? AND s.param = 'identifier' AND s.code = ? AND s.across`
	args := []any{source, t.typ, code}
	if records.MayBeAboutSeveral(t.typ) { // the whole has rows as well as its parts
		query += ` AND NOT EXISTS (SELECT 1 FROM resource_charts k WHERE k.patient_id = s.patient_id AND k.type = s.type AND k.id = s.id)`
	}
	if both {
		query += ` AND s.system = ?`
		args = append(args, system)
	}
	var out []*mapped
	err := c.Each(query+` LIMIT 2`, func(rows *sql.Rows) error {
		m := &mapped{source: source, typ: t.typ, stored: true}
		if err := rows.Scan(&m.id, &m.chart, &m.sid); err != nil {
			return err
		}
		out = append(out, m)
		return nil
	}, args...)
	return out, err
}

// errRace: another import gave the same resource another id meanwhile.
var errRace = errors.New("ingest: an id was taken by another import")

// idRow is a row of import_ids to write. An empty digest promises the id.
type idRow struct {
	sid, typ, id string
	content
}

// saveIDs writes map rows. Rows are in order, so that two imports of the same
// files wait for each other and never in a circle.
func saveIDs(c *db.Conn, source string, rows []idRow) error {
	slices.SortFunc(rows, func(a, b idRow) int { return cmp.Or(cmp.Compare(a.sid, b.sid), cmp.Compare(a.typ, b.typ)) })
	rows = slices.CompactFunc(rows, func(a, b idRow) bool { return a.sid == b.sid && a.typ == b.typ })
	const head = `INSERT INTO import_ids (source, source_id, type, id, digest, standing, updated, weight) `
	const tail = ` ON CONFLICT (source, source_id, type) DO UPDATE SET
		digest = CASE WHEN length(excluded.digest) = 0 THEN import_ids.digest ELSE excluded.digest END,
		standing = CASE WHEN length(excluded.digest) = 0 THEN import_ids.standing ELSE excluded.standing END,
		updated = CASE WHEN length(excluded.digest) = 0 THEN import_ids.updated ELSE excluded.updated END,
		weight = CASE WHEN length(excluded.digest) = 0 THEN import_ids.weight ELSE excluded.weight END
		WHERE import_ids.id = excluded.id`
	var changed int64
	if c.Dialect == db.Postgres {
		var sids, types, ids []string
		var digests [][]byte
		var standing, updated, weight []int64
		for _, r := range rows {
			sids, types, ids, digests = append(sids, r.sid), append(types, r.typ), append(ids, r.id), append(digests, []byte(r.digest))
			standing, updated, weight = append(standing, r.standing), append(updated, r.updated), append(weight, r.weight)
		}
		n, err := c.Exec(head+`SELECT ?::text, * FROM unnest(?::text[], ?::text[], ?::text[], ?::bytea[], ?::smallint[], ?::bigint[], ?::bigint[])`+tail,
			source, sids, types, ids, digests, standing, updated, weight)
		if err != nil {
			return err
		}
		changed = n
	} else {
		for _, r := range rows {
			n, err := c.Exec(head+`VALUES (?, ?, ?, ?, ?, ?, ?, ?)`+tail, source, r.sid, r.typ, r.id, []byte(r.digest), r.standing, r.updated, r.weight)
			if err != nil {
				return err
			}
			changed += n
		}
	}
	if changed != int64(len(rows)) {
		return errRace
	}
	return nil
}

func saveSeen(c *db.Conn, source, sid, typ, digest string) error {
	_, err := c.Exec(`INSERT INTO import_seen (source, source_id, type, digest) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, source, sid, typ, []byte(digest))
	return err
}
