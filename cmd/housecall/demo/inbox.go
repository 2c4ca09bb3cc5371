package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/telehealth/phrase"
	"housecall/telehealth/pool"
)

// Who answers messages together. A pool is joined only to charts in whose care teams
// all of its members are in person: it lets nobody see more than before.

// answering is a pool: its members by e-mail, the first of them leads it.
type answering struct {
	name       string
	rules      pool.Rules
	escalation string
	members    []string
}

const (
	lateName = "late"
	adminAs  = "admin@housecall.test"
)

func answerers(zone string) []answering {
	week := make([]pool.Span, 0, 5)
	for weekday := 1; weekday <= 5; weekday++ {
		week = append(week, pool.Span{Day: weekday, From: "08:00", To: "17:00"})
	}
	return []answering{
		{"Dr. Hale’s team", pool.Rules{}, "", []string{nurseMail, doctorMail}},
		{"Dr. Sedge’s team", pool.Rules{}, "", []string{nurseMail, otherMail}},
		{"Medicines", pool.Rules{Topics: []string{"medicine"}, Within: map[string]int{"medicine": 8 * 60}, Hours: pool.Hours{Zone: zone, Week: week}}, lateName, []string{nurseMail, doctorMail}},
	}
}

var demoPhrases = []struct{ by, name, text string }{
	{adminAs, "thanks", "Dear {first},\n\nthank you for your message. We have read it and will write again soon.\n\n{me}"},
	{adminAs, "next-visit", "Your next visit with us is on {visit}. If that does not suit you, you can change it under Visits."},
	{doctorMail, "potassium", "Your last potassium was {result:potassium}. That is nothing to worry about. We check it again at your next visit."},
	{nurseMail, "list", "These are the medicines that we have for you:\n{medicines}\n\nPlease tell us if you take something else."},
}

// answer makes the pools, how they pass messages on, and the phrases, before anybody
// writes. What is there stays.
func (g *together) answer(ctx context.Context) error {
	feed, pools := identity.SystemPrincipal("Demo clinic"), g.Messages.Pools
	there, err := pools.All(ctx, feed)
	if err != nil {
		return err
	}
	known, err := pools.Escalations(ctx, feed)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(known, func(e pool.Escalation) bool { return e.Name == lateName }) {
		if _, err := pools.SaveEscalation(ctx, feed, pool.Escalation{Name: lateName, From: "due", Until: "answered", Clock: "open", Then: "standard",
			Steps: []pool.Rung{{Minutes: 60}, {Account: g.accounts[doctorMail], Minutes: 120}}}); err != nil {
			return err
		}
	}
	for _, x := range answerers(zoneName(g.now)) {
		i := slices.IndexFunc(there, func(o pool.Overview) bool { return o.Name == x.name })
		p := pool.Pool{Name: x.name, Rules: x.rules, Escalation: x.escalation}
		if i >= 0 {
			p = there[i].Pool
		} else if p, err = pools.Save(ctx, feed, p); err != nil {
			return fmt.Errorf("pool %s: %w", x.name, err)
		}
		if err := g.fill(ctx, feed, p.ID, x.members); err != nil {
			return fmt.Errorf("pool %s: %w", x.name, err)
		}
	}
	return g.phrase(ctx)
}

// zoneName is a zone that can be loaded anywhere by its name.
func zoneName(t time.Time) string {
	if name := t.Location().String(); name != "Local" {
		return name
	}
	return "UTC"
}

// fill puts the members into a pool and joins it to the charts that all of them
// look after.
func (g *together) fill(ctx context.Context, feed identity.Principal, id string, members []string) error {
	in, err := g.Messages.Pools.Members(ctx, feed, id)
	if err != nil {
		return err
	}
	return g.DB.InTx(ctx, func(c *db.Conn) error {
		for i, email := range members {
			account := g.accounts[email]
			if slices.ContainsFunc(in, func(m pool.PoolMember) bool { return m.Account == account }) {
				continue
			}
			if err := g.Access.JoinPoolTx(c, feed, access.NewPoolMember{Pool: id, Account: account, Role: teamRole(g.c, email), Lead: i == 0}); err != nil {
				return err
			}
		}
		for _, person := range g.c.People {
			if slices.ContainsFunc(members, func(email string) bool { return !slices.Contains(person.CareTeam, email) }) {
				continue
			}
			joined, err := g.Messages.Pools.JoinedTx(c, id, person.Patient)
			if err == nil && !joined {
				err = g.Access.JoinChartTx(c, feed, id, person.Patient, time.Time{}, time.Time{})
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (g *together) phrase(ctx context.Context) error {
	s, err := phrase.New(phrase.Deps{DB: g.DB, Records: g.Records, Schedule: g.Schedule})
	if err != nil {
		return err
	}
	for _, x := range demoPhrases {
		who := g.as(x.by, g.now)
		list, err := s.List(ctx, who)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(list, func(p phrase.Phrase) bool { return p.Name == x.name }) {
			continue
		}
		if _, err := s.Save(ctx, who, phrase.Phrase{Name: x.name, Text: x.text, Clinic: x.by == adminAs}); err != nil {
			return fmt.Errorf("phrase %s: %w", x.name, err)
		}
	}
	return nil
}
