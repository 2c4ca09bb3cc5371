package identity

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/sitekey"
)

// Rows that decide who somebody is have a code under the site key: whoever can write
// to the database but has no key cannot put another passkey, password hash, address,
// role or key of an app in the place of one. A row without a code, or with a wrong
// one, signs nobody in.

// RowCode is the code of a row of a table, over what in it decides. Every part stands
// behind its length, so that no two lists of parts have the same bytes.
func (s *Service) RowCode(table string, parts ...string) []byte {
	return rowCode(s.rows.Now(), table, parts)
}

func rowCode(key []byte, table string, parts []string) []byte {
	m := hmac.New(sha256.New, key)
	for _, p := range append([]string{table}, parts...) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		m.Write(n[:])
		m.Write([]byte(p))
	}
	return m.Sum(nil)
}

// RowFits tells whether a row has its code, of this key of the site or of one before it.
func (s *Service) RowFits(code []byte, table string, parts ...string) bool {
	return s.rows.Fits(code, func(key []byte) []byte { return rowCode(key, table, parts) })
}

// RowUnder tells whether a row has its code of one key of the site.
func (s *Service) RowUnder(id sitekey.ID, code []byte, table string, parts ...string) bool {
	key := s.rows.Of(id)
	return key != nil && hmac.Equal(code, rowCode(key, table, parts))
}

// The tables that have codes here. Apps are the provider's (clientRow).
const (
	accountTable = "accounts"
	passkeyTable = "passkeys"
	loginTable   = "account_logins"
)

// decides lists what of an account decides who signs in by it and as what. Name and
// language do not.
func (r accountRow) decides() []string {
	return []string{
		r.ID, r.Email, strconv.Itoa(int(r.Kind)), r.Roles, r.Patient, r.Practitioner, r.Password,
		strconv.FormatBool(r.Active), strconv.FormatInt(r.VerifiedAt, 10),
	}
}

func (s *Service) accountFits(r accountRow) bool {
	return s.RowFits(r.Code, accountTable, r.decides()...)
}

// passkeyDecides lists what of a passkey decides whose signature is taken. The counter and
// the flags of the last use are not among it: they change with each use.
func passkeyDecides(account string, credential []byte, key *webauthn.Credential) []string {
	return []string{account, string(credential), string(key.ID), string(key.PublicKey), strconv.FormatBool(key.Flags.BackupEligible)}
}

var errRow = fault.New(fault.Forbidden, "This account was changed outside of Housecall and is closed until somebody has looked at it. Please call the clinic.").WithCode("row_code")

// sound is nil for an account whose row has its code.
func (s *Service) sound(ctx context.Context, r accountRow) error {
	if s.accountFits(r) {
		return nil
	}
	s.ReportRow(ctx, accountTable, r.ID, r.ID)
	return errRow
}

// rewriteTx lets f change the row of an account, and gives it its new code. What does
// not have its code before is not changed: that would make good what somebody forged.
func (s *Service) rewriteTx(c *db.Conn, account string, f func() error) error {
	if _, err := c.Exec(`UPDATE accounts SET active = active WHERE id = ?`, account); err != nil { // the lock
		return err
	}
	row, err := accountByID(c, account)
	if err != nil {
		return err
	}
	if !s.accountFits(row) {
		return errRow
	}
	if err := f(); err != nil {
		return err
	}
	return s.codeAccountTx(c, account)
}

func (s *Service) codeAccountTx(c *db.Conn, account string) error {
	row, err := accountByID(c, account)
	if err != nil {
		return err
	}
	_, err = c.Exec(`UPDATE accounts SET code = ? WHERE id = ?`, s.RowCode(accountTable, row.decides()...), account)
	return err
}

// ConfirmAccount gives the row of an account a code as it stands, for an operator of
// the machine who has looked at it.
func (s *Service) ConfirmAccount(ctx context.Context, account string) error {
	return s.db.InTx(ctx, func(c *db.Conn) error {
		if err := s.codeAccountTx(c, account); err != nil {
			return err
		}
		if err := s.recordTx(c, Act{Account: account, Action: "update", Detail: "row confirmed"}); err != nil {
			return err
		}
		return s.forgetTx(c, account)
	})
}

// reports bounds how often one row is told of by this node.
type reports struct {
	mu   sync.Mutex
	last map[string]time.Time
}

const (
	reportEvery = 10 * time.Minute
	reportRows  = 1000
)

func (r *reports) due(row string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at, ok := r.last[row]; ok && now.Sub(at) < reportEvery {
		return false
	}
	if r.last == nil || len(r.last) >= reportRows {
		r.last = map[string]time.Time{}
	}
	r.last[row] = now
	return true
}

// ReportRow tells the log and the audit of a row without its code. It names ids only.
// The administrator reads it under "System" (OddRows).
func (s *Service) ReportRow(ctx context.Context, table, id, account string) {
	if !s.reports.due(table+" "+id, s.now()) {
		return
	}
	slog.Error("a row that decides who signs in was changed outside of Housecall", "table", table, "row", id)
	// Where somebody is refused in a transaction it is undone; this stays.
	err := s.Record(context.WithoutCancel(ctx), Act{Account: account, Action: "login", Outcome: "refused", Detail: "row code " + table})
	if err != nil {
		slog.Error("a changed row could not be kept in the audit", "table", table, "err", err)
	}
}

const codedMark = "row codes"

// CodeRows gives the rows of before the codes theirs, once in the life of an
// installation; more does the same for tables above. That it was done stands in the
// log and in the audit: whoever made it happen again would be seen there. Rows that
// have a code while the mark is gone mean that somebody took the mark away: then
// nothing gets a code.
func (s *Service) CodeRows(ctx context.Context, more ...func(c *db.Conn) (int, error)) error {
	var done bool
	if err := s.db.Read(ctx).QueryRow(`SELECT EXISTS (SELECT 1 FROM site WHERE name = ?)`, codedMark).Scan(&done); err != nil || done {
		return err
	}
	return s.db.InTx(ctx, func(c *db.Conn) error {
		n, err := c.Exec(`INSERT INTO site (name, value, at) VALUES (?, '1', ?) ON CONFLICT (name) DO NOTHING`, codedMark, micros(s.now()))
		if err != nil || n == 0 {
			return err // another node does it
		}
		var some bool
		err = c.QueryRow(`SELECT EXISTS (SELECT 1 FROM accounts WHERE code IS NOT NULL) OR EXISTS (SELECT 1 FROM passkeys WHERE code IS NOT NULL)
			OR EXISTS (SELECT 1 FROM account_logins WHERE code IS NOT NULL) OR EXISTS (SELECT 1 FROM oauth_clients WHERE code IS NOT NULL)`).Scan(&some)
		if err != nil {
			return err
		}
		if some {
			slog.Error("the mark that rows have their codes was taken away; no row gets one now")
			return s.recordTx(c, Act{Action: "update", Outcome: "failed", Detail: "row codes: the mark was gone"})
		}
		total := 0
		for _, give := range append([]func(*db.Conn) (int, error){s.codeRowsTx}, more...) {
			n, err := give(c)
			if err != nil {
				return err
			}
			total += n
		}
		if total == 0 {
			return nil
		}
		slog.Info("the rows that decide who signs in got their codes", "rows", total)
		return s.recordTx(c, Act{Action: "update", Detail: "row codes given: " + strconv.Itoa(total)})
	})
}

const codeBatch = 500

// coded is a row with its code, and what of it decides. The key finds it again.
type coded struct {
	table string
	key   [2]string
	code  []byte
	parts []string
}

// where are the words that find a row of a table by its key.
var where = map[string]string{
	accountTable: ` WHERE id = ? AND ? = ''`, passkeyTable: ` WHERE id = ? AND ? = ''`, loginTable: ` WHERE issuer = ? AND subject = ?`,
}

// eachCoded goes through all rows that have codes.
func eachCoded(c *db.Conn, f func(coded) error) error {
	for _, page := range []func(*db.Conn, [2]string) ([]coded, error){accountPage, passkeyPage, loginPage} {
		for last := ([2]string{}); ; {
			rows, err := page(c, last)
			if err != nil {
				return err
			}
			for _, r := range rows {
				if err := f(r); err != nil {
					return err
				}
				last = r.key
			}
			if len(rows) < codeBatch {
				break
			}
		}
	}
	return nil
}

func accountPage(c *db.Conn, after [2]string) (out []coded, err error) {
	var rows []accountRow
	err = c.ORM.Where("id > ?", after[0]).Order("id").Limit(codeBatch).Find(&rows).Error
	for _, r := range rows {
		out = append(out, coded{accountTable, [2]string{r.ID}, r.Code, r.decides()})
	}
	return out, err
}

func passkeyPage(c *db.Conn, after [2]string) (out []coded, err error) {
	err = c.Each(`SELECT id, account, credential, data, code FROM passkeys WHERE id > ? ORDER BY id LIMIT ?`, func(r *sql.Rows) error {
		k := coded{table: passkeyTable}
		var account string
		var credential, data []byte
		if err := r.Scan(&k.key[0], &account, &credential, &data, &k.code); err != nil {
			return err
		}
		var key webauthn.Credential
		if json.Unmarshal(data, &key) != nil {
			key = webauthn.Credential{} // with an empty key it signs nothing
		}
		k.parts = passkeyDecides(account, credential, &key)
		out = append(out, k)
		return nil
	}, after[0], codeBatch)
	return out, err
}

func loginPage(c *db.Conn, after [2]string) (out []coded, err error) {
	err = c.Each(`SELECT issuer, subject, account, code FROM account_logins WHERE issuer > ? OR (issuer = ? AND subject > ?) ORDER BY issuer, subject LIMIT ?`, func(r *sql.Rows) error {
		k := coded{table: loginTable}
		var account string
		err := r.Scan(&k.key[0], &k.key[1], &account, &k.code)
		k.parts = []string{k.key[0], k.key[1], account}
		out = append(out, k)
		return err
	}, after[0], after[0], after[1], codeBatch)
	return out, err
}

func (s *Service) codeRowsTx(c *db.Conn) (n int, err error) {
	err = eachCoded(c, func(r coded) error {
		n++
		_, err := c.Exec(`UPDATE `+r.table+` SET code = ?`+where[r.table], s.RowCode(r.table, r.parts...), r.key[0], r.key[1])
		return err
	})
	return n, err
}

// RecodeRows gives the rows whose code is of an older key of the site one of the
// current key. What people change meanwhile has got one by that.
func (s *Service) RecodeRows(ctx context.Context) (n int, err error) {
	var old []coded
	err = eachCoded(s.db.Read(ctx), func(r coded) error {
		if !hmac.Equal(r.code, s.RowCode(r.table, r.parts...)) && s.RowFits(r.code, r.table, r.parts...) {
			old = append(old, r)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for some := range slices.Chunk(old, codeBatch) {
		err := s.db.InTx(ctx, func(c *db.Conn) error {
			for _, r := range some {
				k, err := c.Exec(`UPDATE `+r.table+` SET code = ?`+where[r.table]+` AND code = ?`, s.RowCode(r.table, r.parts...), r.key[0], r.key[1], r.code)
				if err != nil {
					return err
				}
				n += int(k)
			}
			return nil
		})
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// RowsUnder counts the rows whose code is of one key of the site.
func (s *Service) RowsUnder(ctx context.Context, id sitekey.ID) (int, error) {
	return s.countRows(ctx, func(r coded) bool { return s.RowUnder(id, r.code, r.table, r.parts...) })
}

// OddRows counts the rows that do not have their code, for who looks after the
// installation.
func (s *Service) OddRows(ctx context.Context) (int, error) {
	return s.countRows(ctx, func(r coded) bool { return !s.RowFits(r.code, r.table, r.parts...) })
}

func (s *Service) countRows(ctx context.Context, which func(coded) bool) (n int, err error) {
	err = eachCoded(s.db.Read(ctx), func(r coded) error {
		if which(r) {
			n++
		}
		return nil
	})
	return n, err
}
