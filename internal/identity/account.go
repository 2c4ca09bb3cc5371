package identity

import (
	"context"
	"errors"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/revoke"
)

// Account is somebody who may sign in.
type Account struct {
	ID           string
	Email        string // lower case; may be empty
	Name         string
	Kind         Kind // Person or Staff
	Roles        []Role
	Patient      string // own chart
	Practitioner string
	Locale       string // "en", "es" or empty
	Active       bool
	HasPassword  bool
	Verified     bool // they read the mail of their address
	CreatedAt    time.Time
}

type accountRow struct {
	ID           string `gorm:"primaryKey"`
	Email        string
	Name         string
	Kind         Kind
	Roles        string
	Patient      string
	Practitioner string
	Locale       string
	Password     string
	Active       bool
	CreatedAt    int64 `gorm:"autoCreateTime:false"`
	VerifiedAt   int64
	Code         []byte // see rowcode.go
}

func (accountRow) TableName() string { return "accounts" }

func (r accountRow) account() Account {
	a := Account{
		ID: r.ID, Email: r.Email, Name: r.Name, Kind: r.Kind, Patient: r.Patient, Practitioner: r.Practitioner,
		Locale: r.Locale, Active: r.Active, HasPassword: r.Password != "", Verified: r.Email != "" && r.VerifiedAt > 0, CreatedAt: fromMicros(r.CreatedAt),
	}
	for _, w := range strings.Fields(r.Roles) {
		a.Roles = append(a.Roles, Role(w))
	}
	return a
}

// NewAccount is what CreateAccount needs. Password may be empty: the person
// signs in by passkey or an outside issuer, or is given a password later.
type NewAccount struct {
	Email, Name           string
	Kind                  Kind
	Roles                 []Role
	Patient, Practitioner string
	Locale                string
	Password              string
}

// CreateAccount makes an account.
func (s *Service) CreateAccount(ctx context.Context, n NewAccount) (Account, error) {
	row, err := s.newAccountRow(ctx, n)
	if err != nil {
		return Account{}, err
	}
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		if err := s.insertAccount(c, row); err != nil {
			return err
		}
		return s.recordTx(c, Act{Account: row.ID, Action: "create", Detail: "account"})
	})
	return row.account(), err
}

func (s *Service) newAccountRow(ctx context.Context, n NewAccount) (accountRow, error) {
	email, err := normalEmail(n.Email)
	if err != nil {
		return accountRow{}, err
	}
	name := strings.TrimSpace(n.Name)
	if err := checkName(name); err != nil {
		return accountRow{}, err
	}
	roles, err := roleWords(n.Kind, n.Roles)
	if err != nil {
		return accountRow{}, err
	}
	if err := checkLocale(n.Locale); err != nil {
		return accountRow{}, err
	}
	row := accountRow{
		ID: s.newID(), Email: email, Name: name, Kind: n.Kind, Roles: roles, Patient: n.Patient,
		Practitioner: n.Practitioner, Locale: n.Locale, Active: true, CreatedAt: micros(s.now()),
	}
	if n.Password != "" {
		if row.Password, err = s.hashNewPassword(ctx, n.Password, email, name); err != nil {
			return accountRow{}, err
		}
	}
	return row, nil
}

func (s *Service) insertAccount(c *db.Conn, row accountRow) error {
	row.Code = s.RowCode(accountTable, row.decides()...)
	err := c.ORM.Create(&row).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return fault.Wrap(fault.Conflict, "There is already an account with this e-mail address or for this patient.", err)
	}
	return err
}

func normalEmail(raw string) (string, error) {
	e := strings.ToLower(strings.TrimSpace(raw))
	if e == "" {
		return "", nil
	}
	a, err := mail.ParseAddress(e)
	if err != nil || a.Address != e || len(e) > 254 {
		return "", fault.New(fault.Invalid, "This does not look like an e-mail address. An example: name@example.org")
	}
	return e, nil
}

func checkName(name string) error {
	if name == "" || len(name) > 200 || !utf8.ValidString(name) || strings.ContainsAny(name, "\r\n\x00") {
		return fault.New(fault.Invalid, "Please give a name of at most 200 letters.")
	}
	return nil
}

func checkLocale(l string) error {
	if l != "" && l != "en" && l != "es" {
		return fault.New(fault.Invalid, "This language is not available. Choose en or es.")
	}
	return nil
}

func roleWords(kind Kind, roles []Role) (string, error) {
	if kind != Person && kind != Staff {
		return "", fault.New(fault.Invalid, "An account is for a person or for staff.")
	}
	if kind == Person && len(roles) > 0 {
		return "", fault.New(fault.Invalid, "Only staff have roles.")
	}
	var words []string
	for _, r := range Roles {
		if slices.Contains(roles, r) {
			words = append(words, string(r))
		}
	}
	for _, r := range roles {
		if !slices.Contains(Roles, r) {
			return "", fault.Newf(fault.Invalid, "There is no role %q.", string(r))
		}
	}
	return strings.Join(words, " "), nil
}

var errNoAccount = fault.New(fault.NotFound, "There is no such account.")

func accountByID(c *db.Conn, id string) (accountRow, error) {
	return oneAccount(c.ORM.Where("id = ?", id))
}

func oneAccount(q *gorm.DB) (accountRow, error) {
	var r accountRow
	err := q.Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return r, errNoAccount
	}
	return r, err
}

// AccountByID finds an account.
func (s *Service) AccountByID(ctx context.Context, id string) (Account, error) {
	r, err := accountByID(s.db.Read(ctx), id)
	return r.account(), err
}

// AccountByEmail finds an account for operators and administrators. Sign-in
// does not use it: it must not tell whether an address is known.
func (s *Service) AccountByEmail(ctx context.Context, email string) (Account, error) {
	e, err := normalEmail(email)
	if err != nil {
		return Account{}, err
	}
	if e == "" {
		return Account{}, errNoAccount
	}
	r, err := oneAccount(s.db.Read(ctx).ORM.Where("email = ?", e))
	return r.account(), err
}

// AccountByPatient finds the account whose own chart it is.
func (s *Service) AccountByPatient(ctx context.Context, patient string) (Account, error) {
	if patient == "" {
		return Account{}, errNoAccount
	}
	r, err := oneAccount(s.db.Read(ctx).ORM.Where("patient = ?", patient))
	return r.account(), err
}

// ListAccounts gives accounts in the order they were made. The cursor is the id
// of the last one seen; next is empty at the end.
func (s *Service) ListAccounts(ctx context.Context, cursor string, limit int) (items []Account, next string, err error) {
	limit = min(max(limit, 1), 200)
	q := s.db.Read(ctx).ORM.Order("id").Limit(limit + 1)
	if cursor != "" {
		if _, err := uuid.Parse(cursor); err != nil {
			return nil, "", fault.New(fault.Invalid, "This list cannot be continued from here. Start it again.")
		}
		q = q.Where("id > ?", cursor)
	}
	var rows []accountRow
	if err := q.Find(&rows).Error; err != nil {
		return nil, "", err
	}
	if len(rows) > limit {
		rows = rows[:limit]
		next = rows[limit-1].ID
	}
	for _, r := range rows {
		items = append(items, r.account())
	}
	return items, next, nil
}

// Administrators is how many active administrators there are; none at the first start.
func (s *Service) Administrators(ctx context.Context) (n int, err error) {
	err = s.db.Read(ctx).QueryRow(`SELECT count(*) FROM accounts WHERE active AND kind = ? AND (' ' || roles || ' ') LIKE '% admin %'`, Staff).Scan(&n)
	return n, err
}

// Disable takes an account out of use: it ends its sessions, tokens and sockets.
func (s *Service) Disable(ctx context.Context, account string) error {
	return s.changeAccount(ctx, account, map[string]any{"active": false}, true)
}

// Enable puts a disabled account back in use.
func (s *Service) Enable(ctx context.Context, account string) error {
	return s.changeAccount(ctx, account, map[string]any{"active": true}, false)
}

// Link makes the chart the account's own; an empty patient unlinks it. Who may
// do so is decided by the caller.
func (s *Service) Link(ctx context.Context, account, patient string) error {
	return s.changeAccount(ctx, account, map[string]any{"patient": patient}, false)
}

// SetPractitioner names the FHIR Practitioner of a staff member.
func (s *Service) SetPractitioner(ctx context.Context, account, practitioner string) error {
	return s.changeAccount(ctx, account, map[string]any{"practitioner": practitioner}, false)
}

// SetRoles replaces the roles of a staff member. Sessions go on with the new
// roles; what rests on the old ones is decided anew.
func (s *Service) SetRoles(ctx context.Context, account string, roles []Role) error {
	a, err := s.AccountByID(ctx, account)
	if err != nil {
		return err
	}
	words, err := roleWords(a.Kind, roles)
	if err != nil {
		return err
	}
	return s.changeAccount(ctx, account, map[string]any{"roles": words}, false)
}

// changeAccount writes columns and lets every node forget what it knew of the
// account; endAll ends its sessions and tokens as well.
func (s *Service) changeAccount(ctx context.Context, account string, columns map[string]any, endAll bool) error {
	return s.db.InTx(ctx, func(c *db.Conn) error {
		if endAll {
			if err := s.endAllTx(c, account, ""); err != nil {
				return err
			}
		}
		if err := s.recordTx(c, Act{Account: account, Action: "update", Detail: changed(columns)}); err != nil {
			return err
		}
		return s.changeTx(c, account, columns)
	})
}

func (s *Service) changeTx(c *db.Conn, account string, columns map[string]any) error {
	err := s.rewriteTx(c, account, func() error {
		return c.ORM.Model(&accountRow{}).Where("id = ?", account).Updates(columns).Error
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return fault.Wrap(fault.Conflict, "This chart already belongs to another account.", err)
	}
	if err != nil {
		return err
	}
	return s.forgetTx(c, account)
}

// forgetTx makes every node load the account anew.
func (s *Service) forgetTx(c *db.Conn, account string) error {
	return s.takeBackTx(c, revoke.Account, account)
}

// SetProfile changes what somebody may change about themself. A nil leaves it.
func (s *Service) SetProfile(ctx context.Context, who Principal, name, locale *string) error {
	columns := map[string]any{}
	if name != nil {
		n := strings.TrimSpace(*name)
		if err := checkName(n); err != nil {
			return err
		}
		columns["name"] = n
	}
	if locale != nil {
		if err := checkLocale(*locale); err != nil {
			return err
		}
		columns["locale"] = *locale
	}
	if len(columns) == 0 {
		return nil
	}
	return s.db.InTx(ctx, func(c *db.Conn) error {
		// Nothing is taken back here, so no socket has to end: other nodes see
		// the new name when their memory of the session is renewed.
		c.After(func() { s.cache.drop(revoke.Account, who.Account) })
		return c.ORM.Model(&accountRow{}).Where("id = ?", who.Account).Updates(columns).Error
	})
}
