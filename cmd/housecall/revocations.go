package main

import (
	"context"
	"sync"

	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/revoke"
	"housecall/notifications"
)

// nudges carry over the bus that something was taken back. They say neither what
// nor whose it is: who hears one reads the revocations. Without them every node
// reads by itself a little later.
type nudges struct {
	feed *revoke.Feed
	hub  *notifications.Hub
	sub  *notifications.Subscription
	done sync.WaitGroup
}

const nudgeTopic = "revocations"

func newNudges(feed *revoke.Feed, hub *notifications.Hub) *nudges {
	feed.Tell(func() { hub.Publish(nudgeTopic) })
	return &nudges{feed: feed, hub: hub}
}

// Start listens to the other nodes.
func (n *nudges) Start(context.Context) error {
	n.sub = n.hub.Subscribe(nudgeTopic)
	n.done.Go(func() {
		for range n.sub.C {
			n.feed.Look()
		}
	})
	return nil
}

// Stop ends that.
func (n *nudges) Stop() {
	n.sub.Close()
	n.done.Wait()
}

// stillOpen tells whether somebody may open a chart now, for mails that waited.
func (a *App) stillOpen(ctx context.Context, account, patient string) (bool, error) {
	x, err := a.Identity.AccountByID(ctx, account)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	who := identity.Principal{Kind: x.Kind, Account: x.ID, Roles: x.Roles, Patient: x.Patient}
	_, err = a.Access.ViewOf(a.DB.Read(ctx), who, patient)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}
