package identity

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"housecall/internal/fault"
)

// Standing gives who acts under an authorization (a family of tokens) as they are
// now, for what goes on without a token at hand: name, roles and chart of today,
// with the scopes of the family. It is Unauthenticated once the authorization was
// taken back or is over, or its account or app was switched off.
func (s *Service) Standing(ctx context.Context, family string) (Principal, error) {
	var (
		p                                Principal
		account, system, scopes          string
		roles, name, patient, pract, loc sql.NullString
		clientName, group                sql.NullString
		kind                             sql.NullInt64
	)
	err := s.db.Read(ctx).QueryRow(`SELECT f.account, f.system, f.client, f.scopes, f.patient, f.encounter, c.name, c.patients, a.kind, a.name, a.roles, a.patient, a.practitioner, a.locale
		FROM token_families f LEFT JOIN accounts a ON a.id = f.account LEFT JOIN oauth_clients c ON c.id = f.client
		WHERE f.id = ? AND f.revoked_at = 0 AND f.expires_at > ? AND (f.account = '' OR a.active) AND (c.id IS NULL OR c.active)`, family, micros(s.now())).
		Scan(&account, &system, &p.Client, &scopes, &p.Context.Patient, &p.Context.Encounter, &clientName, &group, &kind, &name, &roles, &patient, &pract, &loc)
	if errors.Is(err, sql.ErrNoRows) {
		return Principal{}, errToken
	}
	if err != nil {
		return Principal{}, fault.Wrap(fault.Unavailable, "This is not available right now. Please try again in a moment.", err)
	}
	p.Session, p.ClientName, p.Scopes = family, clientName.String, append([]string{}, strings.Fields(scopes)...)
	if account == "" {
		p.Kind, p.Account, p.Name, p.Group = System, system, systemName(system, p.Client, p.ClientName), group.String
		return p, nil
	}
	p.Kind, p.Account, p.Name, p.Roles = Kind(kind.Int64), account, name.String, rolesOf(roles.String)
	p.Patient, p.Practitioner, p.Locale = patient.String, pract.String, loc.String
	return p, nil
}

// TakenBack tells whether an authorization was taken back, or its account or app
// was switched off. That it ran out is not that: what was begun in time may be
// brought to its end.
func (s *Service) TakenBack(ctx context.Context, family string) (bool, error) {
	var back bool
	err := s.db.Read(ctx).QueryRow(`SELECT EXISTS (SELECT 1 FROM token_families f LEFT JOIN accounts a ON a.id = f.account LEFT JOIN oauth_clients c ON c.id = f.client
		WHERE f.id = ? AND (f.revoked_at <> 0 OR a.id IS NOT NULL AND NOT a.active OR c.id IS NOT NULL AND NOT c.active))`, family).Scan(&back)
	return back, err
}
