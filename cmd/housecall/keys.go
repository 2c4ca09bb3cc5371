package main

import (
	"context"
	"time"
)

type keysCommand struct {
	List   keysList   `cmd:"" help:"List the keys by which the OpenID provider signs."`
	Rotate keysRotate `cmd:"" help:"Make a new one."`
}

type keysList struct{}

func (keysList) Help() string { return "Example:\n  housecall keys list" }

func (k *keysList) Run(ctx context.Context, cfg *Config, out output) error {
	return perform(ctx, cfg, out, "keys list", k)
}

func (k *keysList) do(ctx context.Context, a *App, _ string, out output) error {
	const row = "%-16s  %-20s  %-20s  %s\n"
	out.printf(row, "ID", "SIGNS FROM", "UNTIL", "STATE")
	keys, err := a.Provider.SigningKeys(ctx)
	if err != nil {
		return err
	}
	now := time.Now()
	for _, x := range keys {
		until, state := "", "signs"
		if !x.RetiredAt.IsZero() {
			until = x.RetiredAt.Format(time.RFC3339)
		}
		switch {
		case x.SignsAt.After(now):
			state = "published, signs later"
		case !x.RetiredAt.IsZero() && !x.RetiredAt.After(now):
			state = "published, signs no more"
		}
		out.printf(row, x.ID, x.SignsAt.Format(time.RFC3339), until, state)
	}
	return nil
}

type keysRotate struct {
	Now bool `help:"Sign with it at once and withdraw all others, because somebody else may have them."`
}

func (keysRotate) Help() string {
	return `Nobody notices: the new key is published first and signs an hour later, and the old
one stays published for a day after that. Keys are also changed by themselves, see
HOUSECALL_KEY_AGE. With --now, apps that keep the old keys in memory may refuse
sign-ins for some minutes.

Examples:
  housecall keys rotate
  housecall keys rotate --now`
}

func (k *keysRotate) Run(ctx context.Context, cfg *Config, out output) error {
	return perform(ctx, cfg, out, "keys rotate", k)
}

func (k *keysRotate) do(ctx context.Context, a *App, by string, out output) error {
	rotate := a.Provider.RotateKey
	if k.Now {
		rotate = a.Provider.ReplaceKeys
	}
	made, err := rotate(ctx, operatorPrincipal(by))
	if err != nil {
		return err
	}
	out.printf("Key %s is published and signs from %s.\n", made.ID, made.SignsAt.Format(time.RFC3339))
	return nil
}
