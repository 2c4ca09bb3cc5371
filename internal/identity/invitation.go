package identity

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	"housecall/internal/db"
	"housecall/internal/fault"
)

// invitationLife is how long an invitation's link can be used.
const invitationLife = 7 * 24 * time.Hour

// NewInvitation is whom somebody asks to make an account. Who may ask whom is
// decided by the caller, but for staff, whom only administrators invite.
type NewInvitation struct {
	Kind         Kind
	Patient      string // chart that becomes their own
	About        string // chart because of which they are asked: their own, or that of whom they care for
	Name         string
	Email        string // empty: they give one themselves, or do without
	BirthDate    string // they are asked for it; not of staff
	Locale       string
	Roles        []Role
	Practitioner string
	Mail         bool // send the link to the address, instead of giving it to who invites
}

// Invitation is one that was made.
type Invitation struct {
	ID        string
	Patient   string
	About     string
	Name      string
	Email     string
	Kind      Kind
	Roles     []Role
	By        string // account
	CreatedAt time.Time
	ExpiresAt time.Time
	Mailed    bool
	State     InvitationState
}

// InvitationState is what became of an invitation.
type InvitationState string

// The states.
const (
	Invited   InvitationState = "open"
	LinkDead  InvitationState = "dead" // too many wrong dates of birth
	Expired   InvitationState = "expired"
	Accepted  InvitationState = "accepted"
	Withdrawn InvitationState = "withdrawn"
)

// Invite makes an invitation and its link. The link is empty when it is mailed,
// and is shown once when it is not.
func (s *Service) Invite(ctx context.Context, who Principal, n NewInvitation) (inv Invitation, link string, err error) {
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		inv, link, err = s.InviteTx(c, who, n)
		return err
	})
	return inv, link, err
}

// InviteTx is Invite in a transaction of the caller's.
func (s *Service) InviteTx(c *db.Conn, who Principal, n NewInvitation) (Invitation, string, error) {
	if n.Kind == Staff && !who.Is(Admin) {
		return Invitation{}, "", fault.New(fault.Forbidden, "Only administrators can invite staff.").WithCode("role")
	}
	email, err := normalEmail(n.Email)
	if err != nil {
		return Invitation{}, "", err
	}
	name := strings.TrimSpace(n.Name)
	if err := checkName(name); err != nil {
		return Invitation{}, "", err
	}
	if err := checkLocale(n.Locale); err != nil {
		return Invitation{}, "", err
	}
	roles, err := roleWords(n.Kind, n.Roles)
	if err != nil {
		return Invitation{}, "", err
	}
	birth := ""
	switch {
	case n.Kind == Staff && (n.Patient != "" || n.About != "" || roles == ""):
		return Invitation{}, "", fault.New(fault.Invalid, "Please choose what this staff member does.")
	case n.Kind == Person:
		if err := s.checkBirth(n.BirthDate); err != nil {
			return Invitation{}, "", err
		}
		birth = s.birthHash(n.BirthDate)
	}
	if n.Mail && email == "" {
		return Invitation{}, "", fault.New(fault.Invalid, "Please give an e-mail address, or print the link.")
	}
	if n.Patient != "" {
		var taken bool
		if err := c.QueryRow(`SELECT EXISTS (SELECT 1 FROM accounts WHERE patient = ?)`, n.Patient).Scan(&taken); err != nil {
			return Invitation{}, "", err
		}
		if taken {
			return Invitation{}, "", fault.New(fault.Conflict, "This patient has an account already.").WithCode("has_account")
		}
		// A new invitation makes earlier ones useless.
		ids, err := idsOf(c, `SELECT id FROM invitations WHERE patient = ? AND accepted_at = 0 AND withdrawn_at = 0`, n.Patient)
		if err != nil {
			return Invitation{}, "", err
		}
		for _, id := range ids {
			if err := s.withdrawTx(c, who, id); err != nil {
				return Invitation{}, "", err
			}
		}
	}
	now := s.now()
	inv := Invitation{
		ID: s.newID(), Patient: n.Patient, About: n.About, Name: name, Email: email, Kind: n.Kind, Roles: rolesOf(roles), By: who.Account,
		CreatedAt: now, ExpiresAt: now.Add(invitationLife), Mailed: n.Mail, State: Invited,
	}
	_, err = c.Exec(`INSERT INTO invitations (id, patient, about, name, email, kind, roles, practitioner, locale, birth, created_by, created_at, account, accepted_at, withdrawn_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, 0)`,
		inv.ID, inv.Patient, inv.About, inv.Name, inv.Email, inv.Kind, roles, n.Practitioner, n.Locale, birth, inv.By, micros(now))
	if err != nil {
		return Invitation{}, "", err
	}
	secret, err := s.invitationLinkTx(c, who, inv, n.Locale, birth)
	if err != nil {
		return Invitation{}, "", err
	}
	return inv, s.linkURL(ForInvitation, secret), s.recordTx(c, Act{Who: who, Account: inv.ID, Action: "create", Detail: "invitation"})
}

func (s *Service) invitationLinkTx(c *db.Conn, who Principal, inv Invitation, locale, birth string) (secret string, err error) {
	l := link{purpose: ForInvitation, subject: inv.ID, locale: locale, birth: birth, createdBy: who.Account, expires: s.now().Add(invitationLife)}
	if inv.Mailed {
		l.email = inv.Email
	}
	_, secret, err = s.addLinkTx(c, l)
	return secret, err
}

var errNoInvitation = fault.New(fault.NotFound, "There is no such invitation.")

const invitationColumns = `SELECT i.id, i.patient, i.about, i.name, i.email, i.kind, i.roles, i.created_by, i.created_at, i.accepted_at, i.withdrawn_at,
		COALESCE(l.expires_at, 0), COALESCE(l.tries, 0), COALESCE(l.email, '') <> ''
	FROM invitations i LEFT JOIN links l ON l.subject = i.id AND l.purpose = 'invitation'
		AND l.id = (SELECT max(m.id) FROM links m WHERE m.subject = i.id AND m.purpose = 'invitation') `

func (s *Service) scanInvitation(scan func(...any) error) (inv Invitation, err error) {
	var roles string
	var created, accepted, withdrawn, expires int64
	var tries int
	err = scan(&inv.ID, &inv.Patient, &inv.About, &inv.Name, &inv.Email, &inv.Kind, &roles, &inv.By, &created, &accepted, &withdrawn, &expires, &tries, &inv.Mailed)
	inv.Roles, inv.CreatedAt, inv.ExpiresAt = rolesOf(roles), fromMicros(created), fromMicros(expires)
	switch {
	case accepted > 0:
		inv.State = Accepted
	case withdrawn > 0:
		inv.State = Withdrawn
	case tries >= maxBirthTries:
		inv.State = LinkDead
	case !s.now().Before(inv.ExpiresAt):
		inv.State = Expired
	default:
		inv.State = Invited
	}
	return inv, err
}

// InvitationByID finds an invitation. Who may see it is decided by the caller.
func (s *Service) InvitationByID(ctx context.Context, id string) (Invitation, error) {
	return s.invitationByID(s.db.Read(ctx), id)
}

func (s *Service) invitationByID(c *db.Conn, id string) (Invitation, error) {
	if uuid.Validate(id) != nil {
		return Invitation{}, errNoInvitation
	}
	inv, err := s.scanInvitation(c.QueryRow(invitationColumns+`WHERE i.id = ?`, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		err = errNoInvitation
	}
	return inv, err
}

// Sought is which invitations are listed: those because of one chart, or of the
// charts that a condition on the column holds for; otherwise all.
type Sought struct {
	About  string
	Within func(column string) (sql string, args []any)
}

// Invitations lists those that wait to be taken, newest first, also those whose
// link is too old or dead. The cursor is the id of the last one seen.
func (s *Service) Invitations(ctx context.Context, which Sought, cursor string, limit int) (items []Invitation, next string, err error) {
	limit = min(max(limit, 1), 200)
	where, args := `WHERE i.accepted_at = 0 AND i.withdrawn_at = 0`, []any{}
	if which.About != "" {
		where, args = where+` AND i.about = ?`, append(args, which.About)
	}
	if which.Within != nil {
		sql, more := which.Within("i.about")
		where, args = where+` AND `+sql, append(args, more...)
	}
	if cursor != "" {
		if uuid.Validate(cursor) != nil {
			return nil, "", fault.New(fault.Invalid, "This list cannot be continued from here. Start it again.")
		}
		where, args = where+` AND i.id < ?`, append(args, cursor)
	}
	err = s.db.Read(ctx).Each(invitationColumns+where+` ORDER BY i.id DESC LIMIT ?`, func(r *sql.Rows) error {
		inv, err := s.scanInvitation(r.Scan)
		items = append(items, inv)
		return err
	}, append(args, limit+1)...)
	if len(items) > limit {
		items = items[:limit]
		next = items[limit-1].ID
	}
	return items, next, err
}

// Withdraw takes an invitation back; its link is worth nothing from then on.
func (s *Service) Withdraw(ctx context.Context, who Principal, id string) error {
	return s.db.InTx(ctx, func(c *db.Conn) error { return s.withdrawTx(c, who, id) })
}

func (s *Service) withdrawTx(c *db.Conn, who Principal, id string) error {
	n, err := c.Exec(`UPDATE invitations SET withdrawn_at = ? WHERE id = ? AND accepted_at = 0 AND withdrawn_at = 0`, micros(s.now()), id)
	if err == nil && n == 0 {
		return errNoInvitation
	}
	if err != nil {
		return err
	}
	if err := s.endLinksTx(c, id, ForInvitation); err != nil {
		return err
	}
	return s.recordTx(c, Act{Who: who, Account: id, Action: "delete", Detail: "invitation"})
}

// SendAgain makes a new link for an invitation, and the old one useless. It is
// mailed or given out as the first was, unless mail says otherwise.
func (s *Service) SendAgain(ctx context.Context, who Principal, id string, mail bool) (inv Invitation, link string, err error) {
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		if inv, err = s.invitationByID(c, id); err != nil {
			return err
		}
		if inv.State == Accepted || inv.State == Withdrawn {
			return errNoInvitation
		}
		if mail && inv.Email == "" {
			return fault.New(fault.Invalid, "Please give an e-mail address, or print the link.")
		}
		// The row's lock puts two at one time in a line.
		if _, err := c.Exec(`UPDATE invitations SET withdrawn_at = 0 WHERE id = ?`, id); err != nil {
			return err
		}
		if err := s.endLinksTx(c, id, ForInvitation); err != nil {
			return err
		}
		var locale, birth string
		if err := c.QueryRow(`SELECT locale, birth FROM invitations WHERE id = ?`, id).Scan(&locale, &birth); err != nil {
			return err
		}
		inv.Mailed, inv.State, inv.ExpiresAt = mail, Invited, s.now().Add(invitationLife)
		secret, err := s.invitationLinkTx(c, who, inv, locale, birth)
		if err != nil {
			return err
		}
		link = s.linkURL(ForInvitation, secret)
		return s.recordTx(c, Act{Who: who, Account: id, Action: "update", Detail: "invitation sent again"})
	})
	return inv, link, err
}
