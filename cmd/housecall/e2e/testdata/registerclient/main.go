// Command registerclient lets an application send people to a site to sign in. A
// site has clients only where somebody configured them; the browser tests do it
// by this, because here one Housecall is the application of another.
package main

import (
	"context"
	"flag"
	"log"
	"strings"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/internal/identity/provider"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
)

func main() {
	data := flag.String("data", "", "data folder of the site")
	base := flag.String("base", "", "base URL of the site")
	id := flag.String("id", "", "id of the client")
	name := flag.String("name", "", "name of the client")
	secret := flag.String("secret", "", "secret of the client")
	redirect := flag.String("redirect", "", "where the client is sent back to")
	scopes := flag.String("scopes", "", "what it may ask for, apart by spaces")
	launch := flag.String("launch", "", "where it is opened from a chart")
	offline := flag.Bool("offline", false, "may have refresh tokens")
	flag.Parse()
	if err := register(context.Background(), *data, *base, provider.Client{ID: *id, Name: *name, Secret: *secret, Redirects: []string{*redirect}, Scopes: strings.Fields(*scopes), LaunchURL: *launch, Offline: *offline}); err != nil {
		log.Fatal(err)
	}
}

func register(ctx context.Context, data, base string, client provider.Client) error {
	d, err := db.Open(ctx, db.Config{Dir: data})
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	keys, err := sitekey.Load("", data)
	if err != nil {
		return err
	}
	key := sitekey.NewRing(keys...)
	accounts, err := identity.New(identity.Deps{DB: d, Key: key, Revocations: revoke.NewFeed(d), BaseURL: base})
	if err != nil {
		return err
	}
	p, err := provider.New(provider.Deps{DB: d, Identity: accounts, Key: key})
	if err != nil {
		return err
	}
	return p.RegisterClient(ctx, client)
}
