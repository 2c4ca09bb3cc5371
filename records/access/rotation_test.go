package access

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
)

// turned is a log of which one key wrote and signed the beginning and another the rest.
type turned struct {
	*bench
	ring     *sitekey.Ring
	one, two sitekey.Key
}

func newTurned(t *testing.T, d *db.DB, hash CodeHash) *turned {
	x := &turned{one: sitekey.KeyForTest(1), two: sitekey.KeyForTest(2)}
	x.ring = sitekey.NewRing(x.one)
	x.bench = &bench{clock: newClock(), db: d, file: filepath.Join(t.TempDir(), "checkpoints")}
	x.Service = x.with(t, x.ring, hash)
	x.reads.start(context.Background())
	t.Cleanup(x.reads.stop)
	x.fill(t)
	x.rotate(x.one)
	x.fill(t)
	return x
}

func (x *turned) with(t *testing.T, ring *sitekey.Ring, hash CodeHash) *Service {
	s, err := New(Deps{DB: x.db, Key: ring, Code: hash, Revocations: revoke.NewFeed(x.db), Now: x.clock.now, Node: "test", CheckpointFile: x.file})
	require.NoError(t, err)
	return s
}

// rotate makes the second key current; the first stays while it is given.
func (x *turned) rotate(stays ...sitekey.Key) {
	st := sitekey.State{Keys: append([]sitekey.Key{x.two}, stays...), First: x.one.ID(), Until: map[sitekey.ID]int64{x.one.ID(): x.now().UnixMicro() + 1e6}}
	if len(stays) == 0 {
		st.Kept = map[sitekey.ID]map[string][]byte{x.one.ID(): {"audit mac": x.one.Derive("audit mac", 32)}}
	}
	x.ring.Set(st)
}

// fill writes four rows and reads two more, and seals them.
func (x *turned) fill(t *testing.T) {
	for range 2 {
		x.writes(t, "p1", 2)
		x.clock.move(1e6)
		require.NoError(t, x.sealer.seal(context.Background(), true))
	}
	x.looks(t, "p1", 2)
	x.clock.move(1e6)
	require.NoError(t, x.sealer.seal(context.Background(), true))
}

// rows gives, by form, the leaves of the rows that stand on pages of it.
func (x *turned) leaves(t *testing.T) (first, second []int64) {
	pages, err := x.sealedPages(x.db.Audit().Read(context.Background()), `ORDER BY s.seq`)
	require.NoError(t, err)
	for _, p := range pages {
		for _, r := range p.rows {
			require.False(t, r.bad)
			if r.by.key == x.one.ID() {
				first = append(first, r.seq)
			} else {
				require.Equal(t, x.two.ID(), r.by.key)
				second = append(second, r.seq)
			}
		}
	}
	return first, second
}

// The log is whole across a change of the site's key, with each hash of its codes; a row
// that is changed is named on either side of it, also when the old key is gone.
func TestTheLogIsWholeAcrossAKey(t *testing.T) {
	for name, hash := range map[string]CodeHash{"sha-256": SHA256, "sha3-256": SHA3_256} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				x := newTurned(t, d, hash)
				ctx := context.Background()
				x.whole(t)
				first, second := x.leaves(t)
				require.GreaterOrEqual(t, len(first), 6)
				require.GreaterOrEqual(t, len(second), 6)
				for _, stays := range [][]sitekey.Key{{x.one}, nil} {
					x.rotate(stays...)
					rep := x.whole(t)
					require.EqualValues(t, len(first)+len(second), rep.Sealed)
					for _, seq := range []int64{first[1], second[1]} {
						undo := x.tamper(t, seq)
						rep, err := x.Verify(ctx)
						require.NoError(t, err)
						found := false
						for _, p := range rep.Problems {
							found = found || p.Kind == "changed" && p.Seq == seq
						}
						require.True(t, found, "%d: %+v", seq, rep.Problems)
						undo()
						x.whole(t)
					}
				}
				// Without what is kept of the old key its rows cannot be told from forged ones.
				x.ring.Set(sitekey.State{Keys: []sitekey.Key{x.two}, First: x.one.ID()})
				rep, err := x.Verify(ctx)
				require.NoError(t, err)
				require.False(t, rep.OK())
			})
		})
	}
}

// tamper changes a row of the log in its page.
func (x *turned) tamper(t *testing.T, seq int64) (undo func()) {
	t.Helper()
	ctx := context.Background()
	var writer, first int64
	require.NoError(t, x.db.Audit().Read(ctx).QueryRow(`SELECT writer, first FROM audit_seals WHERE seq <= ? ORDER BY seq DESC LIMIT 1`, seq).Scan(&writer, &first))
	for _, d := range x.stores() {
		pages, err := readPages(d.Read(ctx), `WHERE writer = ? AND first = ?`, writer, first)
		require.NoError(t, err)
		if len(pages) == 0 {
			continue
		}
		set := func(body []byte) {
			require.NoError(t, d.InTx(ctx, func(c *db.Conn) error {
				_, err := c.Exec(`UPDATE audit_pages SET body = ? WHERE writer = ? AND first = ?`, body, writer, first)
				return err
			}))
		}
		was := bytes.Clone(pages[0].body)
		set(bytes.Replace(was, []byte(`"Observation"`), []byte(`"Obserwation"`), 1))
		return func() { set(was) }
	}
	require.Fail(t, "no page", "%d", seq)
	return nil
}

// Whoever has the old key cannot write rows of after it, though their code fits.
func TestAnOldKeyWritesNoNewRows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := newTurned(t, d, SHA256)
		thief := x.with(t, sitekey.NewRing(x.one), SHA256)
		x.clock.move(2 * time.Second)
		x.tx(t, func(c *db.Conn) error { return thief.RecordTx(c, wrote("p1", doctor)) })
		rep, err := x.Verify(context.Background())
		require.NoError(t, err)
		require.Len(t, rep.Problems, 1)
		require.Equal(t, "changed", rep.Problems[0].Kind)
	})
}

// The old key hands the log over to the new one, in the log and under both signatures.
func TestTheLogIsHandedOverToANewKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := newTurned(t, d, SHA256)
		ctx := context.Background()
		x.employ(t, doctor)
		old := x.with(t, sitekey.NewRing(x.one), SHA256).PublicKey()
		by, err := x.Signing(ctx)
		require.NoError(t, err)
		require.Equal(t, x.PublicKey(), by.Key)
		require.Len(t, by.Handovers, 1)
		require.EqualValues(t, old, by.Handovers[0].From)
		require.NoError(t, by.Handovers[0].Check())
		said := 0
		for _, e := range x.entries(t) {
			if strings.HasPrefix(e.Detail, "signing key:") {
				said++
			}
		}
		require.Equal(t, 1, said, "the log says so itself")
		st, err := x.readState(d.Audit().Read(ctx))
		require.NoError(t, err)
		require.NoError(t, st.last.Check(by.Key))
		require.Error(t, st.last.Check(old))

		// A file of a patient is checked with either key, and with no other.
		x.rotate()
		x.whole(t)
		var out bytes.Buffer
		require.NoError(t, x.export(ctx, &out, "p1"))
		for _, key := range [][]byte{by.Key, old, nil} {
			got, err := CheckExport(strings.NewReader(out.String()), key)
			require.NoError(t, err)
			require.EqualValues(t, by.Key, got.Key)
			require.GreaterOrEqual(t, got.Rows, int64(12))
		}
		stranger := x.with(t, sitekey.NewRing(sitekey.KeyForTest(3)), SHA256)
		_, err = CheckExport(strings.NewReader(out.String()), stranger.PublicKey())
		require.ErrorContains(t, err, "another key")
		forged := strings.Replace(out.String(), fmt.Sprintf(`"size":%d`, by.Handovers[0].Size), fmt.Sprintf(`"size":%d`, by.Handovers[0].Size+1), -1)
		_, err = CheckExport(strings.NewReader(forged), old)
		require.Error(t, err)

		// What the old key signs from then on is worth nothing.
		x.clock.move(1e6)
		x.fill(t)
		st, err = x.readState(d.Audit().Read(ctx))
		require.NoError(t, err)
		thief := x.with(t, sitekey.NewRing(x.one), SHA256)
		who, err := thief.signers(d.Audit().Read(ctx))
		require.NoError(t, err)
		p := thief.checkpoint(who.now, st.Size, st.Root, st.last.digest())
		require.NoError(t, p.Check(old))
		line, err := json.Marshal(p)
		require.NoError(t, err)
		text, err := os.ReadFile(x.file)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(x.file, append(text, append(line, '\n')...), 0o600))
		require.Contains(t, x.problems(t), "checkpoint")
		require.NoError(t, os.WriteFile(x.file, text, 0o600))
		x.whole(t)

		// A handover that somebody made up, or took away, is noticed.
		var body string
		require.NoError(t, d.Audit().Read(ctx).QueryRow(`SELECT body FROM audit_handovers`).Scan(&body))
		exec1(`UPDATE audit_handovers SET body = replace(body, '"test"', '"tset"')`)(t, x.bench)
		require.Contains(t, x.problems(t), "key")
		exec1(`DELETE FROM audit_handovers`)(t, x.bench)
		require.Contains(t, x.problems(t), "checkpoint")
		exec1(`INSERT INTO audit_handovers (n, body) VALUES (1, ?)`, body)(t, x.bench)
		x.whole(t)
	})
}

func (x *turned) problems(t *testing.T) (kinds []string) {
	rep, err := x.Verify(context.Background())
	require.NoError(t, err)
	for _, p := range rep.Problems {
		kinds = append(kinds, p.Kind)
	}
	return kinds
}

// A node that has not learned of the new key yet seals and signs on with the old one;
// nothing of that is a fault.
func TestANodeThatIsLateSignsOnWithTheOldKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := newTurned(t, d, SHA256)
		ctx := context.Background()
		x.sealer.release(ctx)
		late := sitekey.NewRing(x.one)
		late.Set(sitekey.State{Keys: []sitekey.Key{x.one, x.two}, First: x.one.ID()})
		other := x.with(t, late, SHA256)
		x.tx(t, func(c *db.Conn) error { return other.RecordTx(c, wrote("p1", doctor)) })
		x.clock.move(10 * time.Second)
		require.NoError(t, other.sealer.seal(ctx, true))
		other.sealer.release(ctx)
		x.writes(t, "p1", 1)
		require.NoError(t, x.sealer.seal(ctx, true))
		x.whole(t)
	})
}
