package login

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"housecall/internal/identity"
)

const (
	recheckLook  = 5 * time.Second
	recheckBatch = 20
	recheckLease = 2 * time.Minute  // far longer than a batch that gets no answers
	recheckRetry = 30 * time.Second // of an issuer that does not answer
	recheckAtOne = 4                // questions at one time
)

// Start asks outside issuers, until Stop, whether they still vouch for those who
// signed in by them.
func (l *Login) Start(ctx context.Context) error {
	ctx, l.cancel = context.WithCancel(context.WithoutCancel(ctx))
	l.done = make(chan struct{})
	go func() {
		defer close(l.done)
		tick := time.NewTicker(recheckLook)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if err := l.Recheck(ctx); err != nil && ctx.Err() == nil {
					slog.Warn("sessions of outside issuers could not be checked again", "err", err)
				}
			}
		}
	}()
	return nil
}

// Stop ends that. It may be called twice, or before Start.
func (l *Login) Stop() {
	if l.cancel == nil {
		return
	}
	l.cancel()
	<-l.done
}

// Recheck asks about all sessions that are due. Of several nodes, one asks about
// each.
func (l *Login) Recheck(ctx context.Context) error {
	for {
		due, err := l.id.DueOutside(ctx, recheckBatch, recheckLease)
		if err != nil || len(due) == 0 {
			return err
		}
		var all sync.WaitGroup
		var mu sync.Mutex
		var errs []error
		places := make(chan struct{}, recheckAtOne)
		for _, o := range due {
			places <- struct{}{}
			all.Go(func() {
				defer func() { <-places }()
				if err := l.recheck(ctx, o); err != nil {
					mu.Lock()
					errs = append(errs, err)
					mu.Unlock()
				}
			})
		}
		all.Wait()
		if err := errors.Join(errs...); err != nil {
			return err
		}
	}
}

// recheck decides about one session. Only a clear no ends it at once; an issuer
// that does not answer has its time of grace.
func (l *Login) recheck(ctx context.Context, o identity.OutsideSession) error {
	used, err := l.id.OutsideInUse(ctx, o)
	if err != nil {
		return err
	}
	if !used {
		return l.id.ForgetOutside(ctx, o)
	}
	now := l.now()
	p, err := l.party(o.Party)
	if err != nil || p.Issuer.Issuer != o.Issuer {
		return l.id.EndOutside(ctx, o, "the issuer "+o.Party+" is not trusted any more")
	}
	if !o.Until.IsZero() && !now.Before(o.Until) {
		return l.id.EndOutside(ctx, o, "sign-in at the issuer "+p.ID+" is too long ago")
	}
	o.CheckAt = now.Add(p.recheck())
	if o.Refresh == "" {
		if !o.Until.IsZero() && o.Until.Before(o.CheckAt) {
			o.CheckAt = o.Until
		}
		return l.id.AskedOutside(ctx, o)
	}
	answer, err := l.refresh(ctx, p, o)
	switch {
	case errors.Is(err, errGone):
		return l.id.EndOutside(ctx, o, "the issuer "+p.ID+" vouches no more")
	case err != nil:
		if o.FailingSince.IsZero() {
			o.FailingSince = now
			slog.Warn("an outside issuer does not answer; sessions go on for a while", "issuer", p.ID, "grace", p.grace())
		}
		if now.Sub(o.FailingSince) >= p.grace() {
			return l.id.EndOutside(ctx, o, "the issuer "+p.ID+" does not answer")
		}
		o.CheckAt = now.Add(min(recheckRetry, p.recheck()))
		return l.id.AskedOutside(ctx, o)
	}
	o.FailingSince = time.Time{}
	if answer.refresh != "" {
		o.Refresh = answer.refresh // the one before may be used up
	}
	if err := l.id.AskedOutside(ctx, o); err != nil || answer.claims == nil {
		return err
	}
	a, err := l.id.AccountByID(ctx, o.Account)
	if err != nil {
		return err
	}
	return l.applyRoles(ctx, p, a, answer.claims)
}

// errGone is a clear no of an issuer.
var errGone = errors.New("login: the issuer vouches no more")

// vouched is an issuer's answer to a refresh. claims is nil when it said nothing
// of the person.
type vouched struct {
	refresh string
	claims  map[string]any
}

// refresh asks the issuer by its refresh token (OpenID Connect Core 1.0 section
// 12). Only invalid_grant says that it is over (RFC 6749 section 5.2): other
// refusals are about us as a client, not about the person.
func (l *Login) refresh(ctx context.Context, p *party, o identity.OutsideSession) (vouched, error) {
	ctx, cancel := context.WithTimeout(ctx, outsideTime)
	defer cancel()
	cfg, doc, err := p.config(ctx, l.now())
	if err != nil {
		return vouched{}, err
	}
	ctx = oidc.ClientContext(ctx, p.client)
	t, err := cfg.TokenSource(ctx, &oauth2.Token{RefreshToken: o.Refresh}).Token()
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.ErrorCode == "invalid_grant" {
		return vouched{}, errGone
	}
	if err != nil {
		return vouched{}, err
	}
	out := vouched{refresh: t.RefreshToken}
	if raw, _ := t.Extra("id_token").(string); raw != "" {
		id, err := doc.Verifier(&oidc.Config{ClientID: p.ClientID, Now: l.now}).Verify(ctx, raw)
		if err != nil {
			return vouched{}, err
		}
		if id.Subject != o.Subject {
			return vouched{}, errGone // section 12.2: it is about somebody else
		}
		return out, id.Claims(&out.claims)
	}
	if p.Roles == nil {
		return out, nil
	}
	info, err := doc.UserInfo(ctx, oauth2.StaticTokenSource(t))
	if err != nil {
		// The refresh token is used up already, so what it gave is kept all the same.
		slog.Warn("an outside issuer said nothing of roles", "issuer", p.ID)
		return out, nil
	}
	if info.Subject != o.Subject {
		return vouched{}, errGone
	}
	return out, info.Claims(&out.claims)
}

// applyRoles gives staff the roles that the claims name, and takes those that they
// no longer name.
func (l *Login) applyRoles(ctx context.Context, p *party, a identity.Account, claims map[string]any) error {
	if p.Roles == nil || a.Kind != identity.Staff {
		return nil
	}
	roles := p.Roles.mapped(claims)
	if sameRoles(roles, a.Roles) {
		return nil
	}
	return l.id.SetRoles(ctx, a.ID, roles)
}
