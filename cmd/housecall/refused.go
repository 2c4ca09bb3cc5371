package main

import (
	"context"
	"strconv"
	"strings"

	"housecall/internal/edge"
	"housecall/records/access"
)

// refused keeps what the faces refused before any chart was asked: a missing or
// bad token, a scope or a role that does not reach. Sign-ins keep their own.
func (a *App) refused(ctx context.Context, r edge.Refusal) {
	face, _, _ := strings.Cut(strings.TrimPrefix(r.Route, "/"), "/")
	switch face {
	case "fhir", "cds-services", "api", "mobile", "live", "visits":
	default:
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
