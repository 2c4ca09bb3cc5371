package main

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"housecall/internal/edge"
	"housecall/records/access"
)

// refused keeps what the faces refused before any chart was asked: a missing or bad
// token, a scope or a role that does not reach; what is beyond a limit, anywhere; and
// input that breaks a rule where accounts, sessions, apps and access are decided. What
// comes often is counted (access.RecordRefusal). It says nothing of what was sent.
func (a *App) refused(ctx context.Context, r edge.Refusal) {
	face, _, _ := strings.Cut(strings.TrimPrefix(r.Route, "/"), "/")
	if !kept(face, r) {
		return
	}
	e := access.Event{Who: r.Who, Detail: strings.TrimSpace(strconv.Itoa(r.Status) + " " + face + " " + r.Code)}
	if r.Who.Account != "" {
		e.Detail += " " + r.Method + " " + r.Route // somebody's; of nobody the place is enough
	}
	if err := a.Access.RecordRefusal(ctx, e); err != nil {
		a.Log.Error("a refusal cannot be kept in the audit", "id", r.Who.RequestID, "err", err)
	}
}

func kept(face string, r edge.Refusal) bool {
	switch r.Status {
	case http.StatusUnauthorized, http.StatusForbidden: // sign-ins keep their own
		switch face {
		case "fhir", "cds-services", "api", "mobile", "live", "visits":
			return true
		}
		return false
	case http.StatusTooManyRequests, http.StatusRequestEntityTooLarge, http.StatusRequestHeaderFieldsTooLarge, http.StatusMisdirectedRequest:
		return true
	}
	return guarded(face, r.Route) && !ownWrong[r.Code]
}

// ownWrong are wrong passwords and codes, which the sign-in keeps itself.
var ownWrong = map[string]bool{"wrong": true, "wrong_code": true, "birth_date": true}

// guarded tells whether a route decides about accounts, sessions, apps or access, or is
// none at all: what came was refused before anything knew where it goes.
func guarded(face, route string) bool {
	if face == "auth" || face == "oidc" || face == "unmatched" {
		return true
	}
	return slices.ContainsFunc(strings.Split(route, "/"), func(part string) bool { return guards[part] })
}

// guards are parts of routes that decide about such things.
var guards = map[string]bool{
	"me": true, "step-up": true, "consents": true, "admin": true, "privacy": true, "devices": true, "grants": true, "glass": true, "restrictions": true, "team": true,
	"access-requests": true, "blocks": true, "invitations": true, "recoveries": true, "lookup": true, "matches": true, "refile": true,
}
