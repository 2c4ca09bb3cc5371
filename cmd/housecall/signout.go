package main

import (
	"context"
	"errors"
	"time"

	"housecall/internal/db"
	"housecall/internal/identity/provider"
	"housecall/notifications"
)

// tellApps lets the job queue tell apps that somebody signed out. One that does
// not answer is told again, for some hours.
func (a *App) tellApps() error {
	a.Provider.TellApps(func(c *db.Conn, job provider.SignOut) error { return a.Notices.EnqueueTx(c, job, time.Time{}) })
	return notifications.AddWorker(a.Notices, func(ctx context.Context, job provider.SignOut) error {
		err := a.Provider.SignOut(ctx, job)
		if errors.Is(err, provider.ErrSignOutRefused) {
			return notifications.GiveUp(err)
		}
		return err
	})
}
