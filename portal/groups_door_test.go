package portal_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
)

// Of those who wait for a group each is let in, written to, told of a delay and sent back
// by themselves: nothing of that reaches another one.
func TestEachWhoWaitsForAGroupIsAnsweredAlone(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newCircle(t, n)
		for _, patient := range []string{p.rosa, p.ben} {
			require.Equal(t, 201, p.add(p.desk, patient).StatusCode)
		}
		rosas := p.waits(p.self, p.rosa, "Butterfly")
		bens := p.waits(p.bens, p.ben, "")
		behind := func(who *someone, patient string) (v struct{ BehindMinutes int }) {
			who.get(p.visit(patient)).json(t, &v)
			return v
		}

		// What one of them asks is counted, and answered to them.
		line := func(text, seat string) string {
			return fmt.Sprintf(`{"id":"%s","text":"%s","seat":"%s"}`, newID(), text, seat)
		}
		require.Equal(t, 201, p.self.do("POST", p.visit(p.rosa)+"/chat", line("Is it now?", "")).StatusCode)
		require.Equal(t, 1, p.see(p.doctor).person(t, "Rosa Marin").Asks)
		require.Equal(t, 201, p.doctor.do("POST", p.at()+"/chat", line("In a few minutes.", rosas)).StatusCode)
		require.Zero(t, p.see(p.doctor).person(t, "Rosa Marin").Asks)
		require.Contains(t, p.self.get(p.visit(p.rosa)+"/chat").body, "In a few minutes.")
		require.NotContains(t, p.bens.get(p.visit(p.ben)+"/chat").body, "minutes")
		chat := p.doctor.get(p.at() + "/chat").body
		require.Contains(t, chat, "Is it now?")
		require.Contains(t, chat, "In a few minutes.")
		for _, who := range []*someone{p.self, p.nurse, p.desk} {
			require.NotEqual(t, 201, who.do("POST", p.at()+"/chat", line("Not mine to say", bens)).StatusCode, who.name)
		}

		// One is told that it will be later, also while the group goes on without them.
		require.Equal(t, 200, p.doctor.do("POST", p.visit(p.ben)+"/late", `{"minutes":10}`).StatusCode)
		require.Equal(t, 10, behind(p.bens, p.ben).BehindMinutes)
		require.Zero(t, behind(p.self, p.rosa).BehindMinutes)
		require.Equal(t, 10, p.see(p.doctor).member(t, p.ben).BehindMinutes)

		p.does(p.doctor, "/admit", seatOf(rosas))
		require.Equal(t, "admitted", p.member(p.self, p.rosa).Me.State)
		require.Equal(t, "waiting", p.member(p.bens, p.ben).Me.State)
		require.Equal(t, 200, p.doctor.do("POST", p.visit(p.ben)+"/late", `{"minutes":15}`).StatusCode)
		require.Equal(t, 15, behind(p.bens, p.ben).BehindMinutes)
		require.Equal(t, "live", p.doctor.do("POST", p.visit(p.rosa)+"/late", `{"minutes":15}`).code())

		p.does(p.doctor, "/refuse", seatOf(bens))
		require.Equal(t, "refused", p.member(p.bens, p.ben).Me.State)
		require.Equal(t, "admitted", p.member(p.self, p.rosa).Me.State)
		require.Equal(t, "gone", p.doctor.do("POST", p.at()+"/chat", line("Too late", bens)).code())
		require.Equal(t, 200, p.bens.do("POST", p.visit(p.ben)+"/wait", "").StatusCode, "they may ask again")
	})
}

// Who waits and writes on and on takes the word from nobody else: not from the others, and not
// from who leads.
func TestNobodyFillsTheChatOfAGroup(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		p := newCircle(t, n)
		for _, patient := range []string{p.rosa, p.ben} {
			require.Equal(t, 201, p.add(p.desk, patient).StatusCode)
		}
		p.waits(p.self, p.rosa, "Butterfly")
		bens := p.waits(p.bens, p.ben, "Ben")
		say := func(who *someone, at, seat string) bool {
			r := who.do("POST", at+"/chat", fmt.Sprintf(`{"id":"%s","text":"Hello","seat":"%s"}`, newID(), seat))
			if r.StatusCode != 201 {
				require.Contains(t, r.body, "So much was written")
			}
			return r.StatusCode == 201
		}
		wrote := 0
		for wrote < 200 && say(p.bens, p.visit(p.ben), "") {
			wrote++
		}
		require.Equal(t, 150, wrote)
		require.True(t, say(p.self, p.visit(p.rosa), ""))
		require.True(t, say(p.doctor, p.at(), bens))

		// Nor do many of them.
		require.NoError(t, n.db.InTx(context.Background(), func(c *db.Conn) error {
			for i := range 248 {
				_, err := c.Exec(`INSERT INTO visit_chat (visit, n, id, account, name, role, at, body, seat, passing) VALUES `+db.Placeholders(1, 10), p.group, 1000+i, newID(), newID(), "Many", "member", 0, "Hello", "", false)
				if err != nil {
					return err
				}
			}
			return nil
		}))
		require.False(t, say(p.self, p.visit(p.rosa), ""))
		require.True(t, say(p.doctor, p.at(), bens))
	})
}
