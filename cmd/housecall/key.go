package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/keyring"
	"housecall/internal/sitekey"
)

type keyCommand struct {
	List   keyList   `cmd:"" help:"List the site's keys and what is sealed under each."`
	Rotate keyRotate `cmd:"" help:"Make a new key, which seals all that is new."`
	Reseal keyReseal `cmd:"" help:"Seal with the current key what older ones sealed."`
	Retire keyRetire `cmd:"" help:"Remove an old key, when nothing is under it any more."`
}

type keyList struct{}

func (keyList) Help() string { return "Example:\n  housecall key list" }

func (k *keyList) Run(ctx context.Context, cfg *Config, out output) error {
	return perform(ctx, cfg, out, "key list", k)
}

func (k *keyList) do(ctx context.Context, a *App, _ string, out output) error {
	list, err := a.Keys.List(ctx)
	if err != nil {
		return err
	}
	const row = "%-8s  %-20s  %-20s  %9s  %s\n"
	out.printf(row, "KEY", "MADE", "SEALS FROM", "SEALED", "STATE")
	for i := range list {
		x := &list[i]
		from := ""
		if !x.Current.IsZero() {
			from = x.Current.Format(time.RFC3339)
		}
		out.printf(row, x.ID, x.Added.Format(time.RFC3339), from, fmt.Sprint(keyring.Things(x.Under)), stateOf(x))
	}
	out.printf("New is sealed with %s.\n", a.Config.cipher)
	return nil
}

func stateOf(x *keyring.Info) string {
	switch {
	case !x.RetiredAt.IsZero():
		return "retired on " + x.RetiredAt.Format(time.DateOnly)
	case x.Missing:
		return "MISSING on this node"
	case x.Seals:
		return "seals all that is new"
	case len(x.Without) > 0:
		return "waits until it is on " + strings.Join(x.Without, ", ")
	case x.Current.IsZero():
		return "seals in a moment"
	}
	return "opens what it sealed"
}

type keyRotate struct{}

func (keyRotate) Help() string {
	return `Adds a key to site.key in the data folder. It seals all that is new as soon as every
node that is up has it: copy the file to the data folders of the others, which take it up
without a restart. Nobody is signed out. Old keys go on opening what they sealed.

When a key may have been seen by somebody: rotate, reseal, and an hour later retire.

Example:
  housecall key rotate`
}

func (k *keyRotate) Run(ctx context.Context, cfg *Config, out output) error {
	return perform(ctx, cfg, out, "key rotate", k)
}

func (k *keyRotate) do(ctx context.Context, a *App, by string, out output) error {
	made, without, err := a.Keys.Rotate(ctx, operatorPrincipal(by))
	if err != nil {
		return err
	}
	if len(without) > 0 {
		out.printf("Key %s is in %s. It seals once these nodes have it, too: %s. Copy the file to their data folders.\n", made, sitekey.FileName, strings.Join(without, ", "))
	} else {
		out.printf("Key %s is in %s and seals all that is new.\n", made, sitekey.FileName)
	}
	out.printf("Keep a copy of %s apart from the backups. Then seal anew what older keys sealed: housecall key reseal\n", sitekey.FileName)
	return nil
}

type keyReseal struct{}

func (keyReseal) Help() string {
	return `Goes through all that is sealed, 200 at a time, while people work on. It can be stopped
with Ctrl-C; started again, it goes on with the rest. It also changes what is sealed in
another form than HOUSECALL_CIPHER names.

Example:
  housecall key reseal`
}

func (k *keyReseal) Run(ctx context.Context, cfg *Config, out output) error {
	return perform(ctx, cfg, out, "key reseal", k)
}

func (k *keyReseal) do(ctx context.Context, a *App, by string, out output) error {
	done, err := a.Keys.Reseal(ctx, func(done, total int64) { out.progress("Sealing anew", done, total) })
	if err == nil {
		var rows, apps int
		rows, err = a.Identity.RecodeRows(ctx)
		if err == nil {
			apps, err = a.Provider.RecodeApps(ctx)
		}
		done.Done += int64(rows + apps)
	}
	if done.Done > 0 {
		act := identity.Act{Who: operatorPrincipal(by), Action: "update", Detail: fmt.Sprintf("sealed anew:%d", done.Done)}
		if kept := a.Identity.Record(context.WithoutCancel(ctx), act); err == nil {
			err = kept
		}
	}
	if err != nil {
		return err
	}
	out.printf("%d values are sealed anew, with the key %s in %s.\n", done.Done, a.Key.Current().ID(), a.Config.cipher)
	if len(done.Unreadable) == 0 {
		return nil
	}
	for _, l := range done.Unreadable {
		out.notef("housecall: %d in %s cannot be opened by any key of this node; they are as they were\n", l.Count, l.What)
	}
	return errReported
}

type keyRetire struct {
	Key string `arg:"" help:"Its name, as housecall key list tells it."`
}

func (keyRetire) Help() string {
	return `Removes the key from site.key on every node. It is refused while something is sealed
under it, and until an hour after it sealed last. The record of accesses stays checkable.
Copies of the database from before still need the key: keep yours of site.key, apart from
them, for as long as you keep them. Links in mails from before, by which mails are
stopped, end.

Example:
  housecall key retire 1a2b3c4d`
}

func (k *keyRetire) Run(ctx context.Context, cfg *Config, out output) error {
	return perform(ctx, cfg, out, "key retire", k)
}

func (k *keyRetire) do(ctx context.Context, a *App, by string, out output) error {
	id, err := sitekey.ParseID(k.Key)
	if err != nil {
		return fault.New(fault.Invalid, err.Error())
	}
	ready := func() error {
		rows, err := a.Identity.RowsUnder(ctx, id)
		if err != nil {
			return err
		}
		apps, err := a.Provider.AppsUnder(ctx, id)
		if err != nil {
			return err
		}
		if rows+apps > 0 {
			return fault.Newf(fault.Conflict, "%d rows that decide who signs in have their code under the key %s. Give them another: housecall key reseal", rows+apps, id)
		}
		s, err := a.Access.Signing(ctx)
		if err == nil && !bytes.Equal(s.Key, a.Access.PublicKey()) {
			err = fault.New(fault.Conflict, "The record of accesses is not signed with the new key yet. Try again in some seconds.")
		}
		return err
	}
	if err := a.Keys.Retire(ctx, operatorPrincipal(by), id, ready); err != nil {
		return err
	}
	if a.Config.SiteKey != "" {
		out.printf("Key %s is retired. Take it out of HOUSECALL_SITE_KEY on every node.\n", id)
		return nil
	}
	out.printf("Key %s is retired, and no longer in %s.\n", id, sitekey.FileName)
	return nil
}
