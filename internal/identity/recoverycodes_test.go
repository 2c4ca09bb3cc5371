package identity_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/identity"
)

// What is kept of a recovery code is the hash of a password; which of the ten it is
// stands in front, so that one code is compared with one row.
func TestRecoveryCodesAreKeptUnderAPasswordHash(t *testing.T) {
	eachWithDB(t, func(t *testing.T, d *db.DB, s node, c *clock) {
		ctx := context.Background()
		ada := person(t, s, "ada@housecall.test")
		_, who := signIn(t, s, ada.ID, identity.Password)
		e, err := s.TOTPBegin(ctx, who)
		require.NoError(t, err)
		require.NoError(t, s.TOTPFinish(ctx, who, codeAt(t, e.Secret, c.Now())))
		codes, err := s.NewRecoveryCodes(ctx, who)
		require.NoError(t, err)
		kept := map[int]string{}
		require.NoError(t, d.Read(ctx).Each(`SELECT slot, hash FROM recovery_codes WHERE account = ?`, func(r *sql.Rows) error {
			var slot int
			var hash []byte
			err := r.Scan(&slot, &hash)
			kept[slot] = string(hash)
			return err
		}, ada.ID))
		require.Len(t, kept, 10)
		salts := map[string]bool{}
		for slot, code := range codes {
			require.Equal(t, "0123456789"[slot], code[0], "they are numbered")
			require.Len(t, strings.ReplaceAll(code, "-", ""), 16)
			require.True(t, strings.HasPrefix(kept[slot], "$argon2id$v=19$"), kept[slot])
			salts[strings.Split(kept[slot], "$")[4]] = true
		}
		require.Len(t, salts, 10)

		// The right signs under another number are another code.
		require.Equal(t, "wrong_code", code(s.CheckCode(ctx, ada.ID, "5"+codes[4][1:])))
		require.Equal(t, "wrong_code", code(s.CheckCode(ctx, ada.ID, "Z"+codes[4][1:])), "there is no such number")
		require.NoError(t, s.CheckCode(ctx, ada.ID, codes[4]))
		require.Equal(t, "wrong_code", code(s.CheckCode(ctx, ada.ID, codes[4])))
		require.NoError(t, s.CheckCode(ctx, ada.ID, codes[5]))
	})
}

func TestRecoveryCodesFromBeforeWorkUntilUsedOrRenewed(t *testing.T) {
	eachWithDB(t, func(t *testing.T, d *db.DB, s node, c *clock) {
		ctx := context.Background()
		ada := person(t, s, "ada@housecall.test")
		_, who := signIn(t, s, ada.ID, identity.Password)
		e, err := s.TOTPBegin(ctx, who)
		require.NoError(t, err)
		require.NoError(t, s.TOTPFinish(ctx, who, codeAt(t, e.Secret, c.Now())))
		old := []string{"7QRS-TVWX-YZ01-2345", "ABCD-EFGH-JKMN-PQRS", "3333-4444-5555-6666"}
		require.NoError(t, d.InTx(ctx, func(c *db.Conn) error {
			for _, o := range old {
				if _, err := c.Exec(`INSERT INTO recovery_codes (account, hash, created_at, used_at) VALUES (?, ?, 1, 0)`, ada.ID, s.RecoveryDigest(ada.ID, strings.ReplaceAll(o, "-", ""))); err != nil {
					return err
				}
			}
			return nil
		}))
		require.NoError(t, s.CheckCode(ctx, ada.ID, strings.ToLower(old[0])))
		require.Equal(t, "wrong_code", code(s.CheckCode(ctx, ada.ID, old[0])), "once")
		require.Equal(t, "wrong_code", code(s.CheckCode(ctx, ada.ID, "UUUU-UUUU-UUUU-UUUU")), "a sign that is in no code finds none of them")
		require.NoError(t, s.CheckCode(ctx, ada.ID, old[1]))
		left, err := s.RecoveryCodes(ctx, who)
		require.NoError(t, err)
		require.Equal(t, 1, left)
		_, err = s.NewRecoveryCodes(ctx, who)
		require.NoError(t, err)
		require.Equal(t, "wrong_code", code(s.CheckCode(ctx, ada.ID, old[2])), "new ones make them useless")
	})
}
