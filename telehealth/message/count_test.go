package message_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/telehealth/message"
	"housecall/telehealth/pool"
)

// model is an inbox in as few words as there are.
type model struct {
	threads []*modelThread
	in      map[string]map[string]bool // pool: accounts that are in it
	joined  map[string]map[string]bool // pool: charts to which it is joined
	medical string                     // the pool that answers medicine
}

type modelThread struct {
	chart, id, topic, pool, claimed string
	closed                          bool
	msgs                            []modelMessage
	upto                            map[string]int
}

type modelMessage struct {
	id      string
	patient bool
}

func (m *model) inTeam(who identity.Principal, chart string) bool {
	if who.Name == "Hale" {
		return true
	}
	for p, all := range m.in {
		if all[who.Account] && m.joined[p][chart] {
			return true
		}
	}
	return false
}

func (m *model) route(t *modelThread) string {
	if t.topic == "medicine" && m.joined[m.medical][t.chart] && (len(m.in[m.medical]) > 0 || len(m.in[pool.Standard]) == 0) {
		return m.medical
	}
	return pool.Standard
}

func (t *modelThread) waits() bool { return !t.closed && t.msgs[len(t.msgs)-1].patient }

func (t *modelThread) unread(who identity.Principal) (n int) {
	for i, x := range t.msgs {
		if x.patient && i+1 > t.upto[who.Account] {
			n++
		}
	}
	return n
}

func (m *model) counts(who identity.Principal) (c message.Counts, unread int) {
	for _, t := range m.threads {
		if who.Name != "Hale" && !m.in[t.pool][who.Account] {
			continue
		}
		if t.closed {
			c.Done++
			continue
		}
		c.All++
		if t.claimed == who.Account {
			c.Mine++
		}
		if t.claimed == "" && t.waits() {
			c.Unclaimed++
		}
		if (t.claimed == "" || t.claimed == who.Account) && t.unread(who) > 0 {
			unread++
		}
	}
	return c, unread
}

func (m *model) written(t *modelThread, who identity.Principal, id string, inTeam func(account string) bool) {
	if t.closed = false; who.Kind == identity.Person {
		if !m.joined[t.pool][t.chart] {
			t.pool = m.route(t)
		}
		if t.claimed != "" && !inTeam(t.claimed) {
			t.claimed = ""
		}
	} else if t.claimed == "" {
		t.claimed = who.Account
	}
	t.msgs = append(t.msgs, modelMessage{id, who.Kind == identity.Person})
}

// Whatever people do in whatever order: what each of them is told to be unread, and
// how much each view holds, is what a person with paper and pencil would count.
func TestCountsAreRightAfterAnything(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		k, ctx := newClinic(t, d), context.Background()
		medical := k.pool("Medicines", pool.Rules{Topics: []string{"medicine"}}, "")
		tom := k.patient("Tom")
		k.tx(func(c *db.Conn) error {
			return k.Access.JoinTeamTx(c, feed, k.hale.Account, tom.Patient, identity.Clinician, time.Time{})
		})
		rapid.Check(t, func(rt *rapid.T) {
			k.move(25 * time.Hour) // nobody has sent too much
			k.tx(func(c *db.Conn) error { _, err := c.Exec(`DELETE FROM threads`); return err })
			for _, p := range []string{pool.Standard, medical.ID} {
				for _, who := range []identity.Principal{k.hale, k.ash, k.birch} {
					_ = k.Pools.Leave(ctx, feed, p, who.Account) // who was in it
				}
			}
			_ = k.PartPool(ctx, feed, medical.ID, tom.Patient)
			k.tx(func(c *db.Conn) error {
				return k.Access.JoinChartTx(c, feed, medical.ID, k.rosa.Patient, time.Time{}, time.Time{})
			})
			k.member(pool.Standard, k.ash, k.birch)
			k.member(medical.ID, k.birch)
			staff := []identity.Principal{k.hale, k.ash, k.birch}
			m := &model{medical: medical.ID, in: map[string]map[string]bool{pool.Standard: {k.ash.Account: true, k.birch.Account: true}, medical.ID: {k.birch.Account: true}},
				joined: map[string]map[string]bool{pool.Standard: {k.rosa.Patient: true, tom.Patient: true}, medical.ID: {k.rosa.Patient: true}}}
			byAccount := func(chart string) func(string) bool {
				return func(account string) bool {
					i := slices.IndexFunc(staff, func(p identity.Principal) bool { return p.Account == account })
					return i >= 0 && m.inTeam(staff[i], chart)
				}
			}
			for range rapid.IntRange(5, 25).Draw(rt, "steps") {
				k.move(time.Second)
				who := rapid.SampledFrom(staff).Draw(rt, "who")
				if len(m.threads) == 0 || rapid.IntRange(0, 4).Draw(rt, "new") == 0 {
					of := rapid.SampledFrom([]identity.Principal{k.rosa, tom}).Draw(rt, "patient")
					x := &modelThread{chart: of.Patient, topic: rapid.SampledFrom([]string{"question", "medicine"}).Draw(rt, "topic"), upto: map[string]int{}}
					sent, err := k.Send(ctx, of, of.Patient, message.In{ID: newID(), Topic: x.topic, Text: "Hello"})
					require.NoError(rt, err)
					x.id, x.pool = sent.Thread, m.route(x)
					m.written(x, of, sent.ID, byAccount(x.chart))
					m.threads = append(m.threads, x)
				} else {
					x := rapid.SampledFrom(m.threads).Draw(rt, "thread")
					may := m.inTeam(who, x.chart)
					held := x.claimed != "" && x.claimed != who.Account
					var err error
					fails := !may
					switch what := rapid.SampledFrom([]string{"reply", "write", "read", "claim", "release", "close", "reopen", "hand", "pool", "member", "joined"}).Draw(rt, "what"); what {
					case "reply":
						of := k.rosa
						if x.chart == tom.Patient {
							of = tom
						}
						sent, e := k.Send(ctx, of, of.Patient, message.In{ID: newID(), Thread: x.id, Text: "And?"})
						if err, fails = e, false; err == nil {
							m.written(x, of, sent.ID, byAccount(x.chart))
						}
					case "write":
						sent, e := k.Send(ctx, who, x.chart, message.In{ID: newID(), Thread: x.id, Text: "So."})
						if err = e; err == nil {
							m.written(x, who, sent.ID, byAccount(x.chart))
						}
					case "read":
						n := rapid.IntRange(1, len(x.msgs)).Draw(rt, "upto")
						if err = k.MarkRead(ctx, who, x.chart, x.id, x.msgs[n-1].id); err == nil {
							x.upto[who.Account] = max(x.upto[who.Account], n)
						}
					case "claim":
						_, err = k.Claim(ctx, who, x.chart, x.id)
						if fails = !may || held && byAccount(x.chart)(x.claimed); err == nil {
							x.claimed = who.Account
						}
					case "release":
						_, err = k.Release(ctx, who, x.chart, x.id)
						if fails = !may || held; err == nil {
							x.claimed = ""
						}
					case "close":
						if _, err = k.Close(ctx, who, x.chart, x.id); err == nil {
							x.closed = true
						}
					case "reopen":
						if _, err = k.Reopen(ctx, who, x.chart, x.id); err == nil {
							x.closed = false
						}
					case "hand":
						to := rapid.SampledFrom(staff).Draw(rt, "to")
						_, err = k.HandOver(ctx, who, x.chart, x.id, message.Hand{Account: to.Account, From: x.claimed})
						if fails = !may || !m.inTeam(to, x.chart); err == nil {
							x.claimed = to.Account
						}
					case "pool":
						to := rapid.SampledFrom([]string{pool.Standard, medical.ID}).Draw(rt, "to pool")
						_, err = k.HandOver(ctx, who, x.chart, x.id, message.Hand{Pool: to, From: x.claimed})
						if fails = !may || !m.joined[to][x.chart]; err == nil {
							x.claimed, x.pool = "", to
						}
					case "member":
						p := rapid.SampledFrom([]string{pool.Standard, medical.ID}).Draw(rt, "of pool")
						if fails = false; m.in[p][who.Account] {
							err = k.Pools.Leave(ctx, who, p, who.Account)
							delete(m.in[p], who.Account)
						} else {
							err = k.Pools.Join(ctx, feed, access.NewPoolMember{Pool: p, Account: who.Account, Role: who.Roles[0]})
							m.in[p][who.Account] = true
						}
					case "joined":
						if fails = false; m.joined[medical.ID][x.chart] {
							err = k.PartPool(ctx, k.admin, medical.ID, x.chart)
							delete(m.joined[medical.ID], x.chart)
							for _, y := range m.threads {
								if y.chart == x.chart && y.pool == medical.ID {
									y.pool = m.route(y)
									if y.claimed != "" && !byAccount(y.chart)(y.claimed) {
										y.claimed = ""
									}
								}
							}
						} else {
							k.tx(func(c *db.Conn) error {
								return k.Access.JoinChartTx(c, feed, medical.ID, x.chart, time.Time{}, time.Time{})
							})
							m.joined[medical.ID][x.chart] = true
						}
					}
					require.Equal(rt, fails, err != nil, "%v", err)
				}
				for _, who := range staff {
					want, unread := m.counts(who)
					items, _, got, err := k.Inbox(ctx, who, message.InboxQuery{Limit: 100})
					require.NoError(rt, err)
					require.Equal(rt, want, got, who.Name)
					require.Len(rt, items, want.All, who.Name)
					for _, it := range items {
						i := slices.IndexFunc(m.threads, func(x *modelThread) bool { return x.id == it.ID })
						require.Equal(rt, m.threads[i].unread(who), it.Unread, who.Name)
					}
					n, err := k.InboxUnread(ctx, who)
					require.NoError(rt, err)
					require.Equal(rt, unread, n, who.Name)
				}
			}
		})
	})
}
