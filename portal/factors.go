package portal

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"housecall/internal/fault"
	"housecall/internal/identity"
)

// Passkey is one of the own passkeys.
type Passkey struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	CreatedAt  time.Time  `json:"createdAt"`
	LastUsedAt *time.Time `json:"lastUsedAt,omitempty"`
}

func passkeyOf(k identity.PasskeyInfo) Passkey {
	out := Passkey{ID: k.ID, Name: k.Name, CreatedAt: k.CreatedAt}
	if !k.LastUsedAt.IsZero() {
		out.LastUsedAt = &k.LastUsedAt
	}
	return out
}

func (p *Portal) passkeys(ctx context.Context, _ *none) (*body[list[Passkey]], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	items := []Passkey{}
	found, err := p.Identity.Passkeys(ctx, who)
	for _, k := range found {
		items = append(items, passkeyOf(k))
	}
	return &body[list[Passkey]]{list[Passkey]{Items: items}}, err
}

// options are what navigator.credentials takes (WebAuthn Level 3, section 5.1.9).
type options = body[map[string]any]

func optionsOf(raw json.RawMessage, err error) (*options, error) {
	out := options{Body: map[string]any{}}
	if err == nil {
		err = json.Unmarshal(raw, &out.Body)
	}
	return &out, err
}

func (p *Portal) passkeyBegin(ctx context.Context, _ *none) (*options, error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	return optionsOf(p.Identity.PasskeyRegisterBegin(ctx, who))
}

type passkeyIn struct {
	Body struct {
		Name       string         `json:"name" maxLength:"200" required:"false"`
		Credential map[string]any `json:"credential" doc:"What navigator.credentials.create gave, as JSON"`
	}
}

func (p *Portal) passkeyFinish(ctx context.Context, in *passkeyIn) (*body[Passkey], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(in.Body.Credential)
	if err != nil {
		return nil, err
	}
	k, err := p.Identity.PasskeyRegisterFinish(ctx, who, in.Body.Name, raw)
	return &body[Passkey]{passkeyOf(k)}, err
}

type passkeyNameIn struct {
	ByID
	Body struct {
		Name string `json:"name" maxLength:"200"`
	}
}

func (p *Portal) passkeyRename(ctx context.Context, in *passkeyNameIn) (*none, error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.Identity.RenamePasskey(ctx, who, in.ID, in.Body.Name)
}

func (p *Portal) passkeyDelete(ctx context.Context, in *ByID) (*none, error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.Identity.DeletePasskey(ctx, who, in.ID, p.Login.Trusted())
}

// OtherWay is an outside issuer that this site trusts.
type OtherWay struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Linked bool   `json:"linked" doc:"Whether the own account is linked with one there"`
}

func (p *Portal) otherWays(ctx context.Context, _ *none) (*body[list[OtherWay]], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	items := []OtherWay{}
	linked, err := p.Identity.OutsideOf(ctx, who)
	for _, c := range p.Login.Choices() {
		items = append(items, OtherWay{c.ID, c.Name, slices.ContainsFunc(linked, func(o identity.Outside) bool { return o.Issuer == c.Issuer })})
	}
	return &body[list[OtherWay]]{list[OtherWay]{Items: items}}, err
}

type enabled struct {
	Enabled bool `json:"enabled"`
	Proves  bool `json:"proves" doc:"Whether a code is taken when somebody proves who they are; not where staff use passkeys only"`
}

func (p *Portal) totp(ctx context.Context, _ *none) (*body[enabled], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	on, err := p.Identity.TOTPEnabled(ctx, who.Account)
	if err != nil {
		return nil, err
	}
	only, err := p.Identity.PasskeyOnly(ctx, who.Kind)
	return &body[enabled]{enabled{on, !only}}, err
}

func (p *Portal) totpBegin(ctx context.Context, _ *none) (*body[identity.Enrollment], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	e, err := p.Identity.TOTPBegin(ctx, who)
	return &body[identity.Enrollment]{e}, err
}

type codeIn struct {
	Body struct {
		Code string `json:"code" maxLength:"20"`
	}
}

func (p *Portal) totpFinish(ctx context.Context, in *codeIn) (*none, error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.Identity.TOTPFinish(ctx, who, in.Body.Code)
}

func (p *Portal) totpRemove(ctx context.Context, in *codeIn) (*none, error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.Identity.TOTPRemove(ctx, who, in.Body.Code)
}

type changePasswordIn struct {
	Body struct {
		Old string `json:"old" maxLength:"1000" required:"false"`
		New string `json:"new" maxLength:"1000"`
	}
}

func (p *Portal) changePassword(ctx context.Context, in *changePasswordIn) (*none, error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.Identity.ChangePassword(ctx, who, in.Body.Old, in.Body.New)
}

// Until is how long a proof counts.
type Until struct {
	Until time.Time `json:"until"`
}

func (p *Portal) stepUpPasskeyBegin(ctx context.Context, _ *none) (*options, error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	return optionsOf(p.Identity.StepUpPasskeyBegin(ctx, who))
}

type credentialIn struct {
	Body struct {
		Credential map[string]any `json:"credential" doc:"What navigator.credentials.get gave, as JSON"`
	}
}

func (p *Portal) stepUpPasskey(ctx context.Context, in *credentialIn) (*body[Until], error) {
	return p.proved(ctx, func(who identity.Principal) (time.Time, error) {
		raw, err := json.Marshal(in.Body.Credential)
		if err != nil {
			return time.Time{}, err
		}
		return p.Identity.StepUpPasskey(ctx, who, raw)
	})
}

func (p *Portal) stepUpCode(ctx context.Context, in *codeIn) (*body[Until], error) {
	return p.proved(ctx, func(who identity.Principal) (time.Time, error) {
		return p.Identity.StepUpTOTP(ctx, who, in.Body.Code)
	})
}

type passwordIn struct {
	Body struct {
		Password string `json:"password" maxLength:"1000"`
	}
}

func (p *Portal) stepUpPassword(ctx context.Context, in *passwordIn) (*body[Until], error) {
	return p.proved(ctx, func(who identity.Principal) (time.Time, error) {
		return p.Identity.StepUpPassword(ctx, who, in.Body.Password)
	})
}

// proved does a step-up. A wrong proof does not sign anybody out: it is 400, so
// that the page asks again instead of leaving.
func (p *Portal) proved(ctx context.Context, prove func(identity.Principal) (time.Time, error)) (*body[Until], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	until, err := prove(who)
	if f := fault.Of(err); err != nil && f.Kind == fault.Unauthenticated {
		return nil, fault.Wrap(fault.Invalid, f.Msg, err).WithCode(f.Code)
	}
	return &body[Until]{Until{until}}, err
}
