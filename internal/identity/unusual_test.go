package identity_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/identity"
)

// Wrong passwords, a lock-out and wrong codes are told to whose account it is: not
// the first slip, and never so often that a guesser fills somebody's mailbox.
func TestUnusualTriesAreTold(t *testing.T) {
	each(t, func(t *testing.T, s node, c *clock) {
		ctx := context.Background()
		told := map[string]int{}
		s.Warn(func(_ *db.Conn, account string) error { told[account]++; return nil })
		ada, bob := person(t, s, "ada@housecall.test"), person(t, s, "bob@housecall.test")
		guess := func(email string, place int) {
			_, err := s.CheckPassword(ctx, email, "wrong", fmt.Sprintf("192.0.2.%d", place), "")
			require.Error(t, err)
		}
		for range 4 {
			guess("ada@housecall.test", 7)
		}
		require.Empty(t, told, "people mistype")
		guess("ada@housecall.test", 8)
		require.Equal(t, map[string]int{ada.ID: 1}, told, "from wherever it came")
		for range 40 { // beyond every limit
			guess("ada@housecall.test", 7)
			guess("nobody@housecall.test", 9)
		}
		require.Equal(t, map[string]int{ada.ID: 1}, told, "once, and nobody for nobody")
		for range 6 {
			c.Add(25 * time.Hour)
			for range 6 {
				guess("ada@housecall.test", 7)
			}
		}
		require.Equal(t, 3, told[ada.ID], "three times in a week")
		c.Add(8 * 24 * time.Hour)
		for range 12 { // the last are refused for being too many
			guess("ada@housecall.test", 7)
		}
		require.Equal(t, 4, told[ada.ID])

		// A wrong second step is told sooner: who gets there knew the password.
		_, who := signIn(t, s, bob.ID, identity.Password)
		e, err := s.TOTPBegin(ctx, who)
		require.NoError(t, err)
		require.NoError(t, s.TOTPFinish(ctx, who, codeAt(t, e.Secret, c.Now())))
		for n := range 3 {
			require.Zero(t, told[bob.ID], n)
			_, err = s.StepUpTOTP(ctx, who, "12345")
			require.Error(t, err)
		}
		require.Equal(t, 1, told[bob.ID])
	})
}
