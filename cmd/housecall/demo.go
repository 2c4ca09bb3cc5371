package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"housecall/cmd/housecall/demo"
	"housecall/internal/fault"
)

const demoAccounts = "demo-accounts.txt"

// loadDemo fills a new installation with the demo clinic, once. Cut off, it goes
// on at the next start with the same passwords: they are written down first.
func (a *App) loadDemo(ctx context.Context, out output) error {
	loaded, err := siteValue(ctx, a.DB, "demo loaded")
	if err != nil || loaded != "" {
		return err
	}
	begun, err := siteValue(ctx, a.DB, "demo begun")
	if err != nil {
		return err
	}
	if begun == "" {
		var n int
		if err := a.DB.Read(ctx).QueryRow(`SELECT (SELECT count(*) FROM accounts) + (SELECT count(*) FROM charts)`).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return fault.New(fault.Conflict, "This installation holds records or accounts of its own. --demo is for a new one: set HOUSECALL_DATA to a new folder.")
		}
		if begun, err = firstSiteValue(ctx, a.DB, "demo begun", time.Now().In(a.Config.zone).Format(time.RFC3339)); err != nil {
			return err
		}
	}
	day, err := time.Parse(time.RFC3339, begun)
	if err != nil {
		return err
	}
	out.notef("Loading the demo clinic. This is done once.\n")
	clinic := demo.Build(day)
	logins, err := a.demoLogins(clinic)
	if err != nil {
		return err
	}
	parts := demo.Parts{DB: a.DB, Identity: a.Identity, Access: a.Access, Records: a.Records, Notices: a.Notices, Messages: a.Messages, Schedule: a.Schedule}
	if err := demo.Load(ctx, parts, clinic, logins, day); err != nil {
		return fmt.Errorf("load the demo clinic: %w", err)
	}
	_, err = firstSiteValue(ctx, a.DB, "demo loaded", time.Now().UTC().Format(time.RFC3339))
	return err
}

// demoLogins gives the accounts' secrets of this installation, from the file or
// made anew and written there.
func (a *App) demoLogins(clinic *demo.Clinic) ([]demo.Login, error) {
	path := filepath.Join(a.Config.Data, demoAccounts)
	logins, err := readLogins(path)
	if !errors.Is(err, os.ErrNotExist) {
		return logins, err
	}
	logins = clinic.Logins()
	var b strings.Builder
	b.WriteString("# Accounts of the demo clinic. E-mail, password, secret of one-time codes, its link for an authenticator, roles, name.\n")
	for _, l := range logins {
		b.WriteString(strings.Join([]string{l.Email, l.Password, dash(l.TOTPSecret), dash(otpauth(l)), dash(strings.Join(l.Roles, ",")), l.Name}, "\t") + "\n")
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = f.WriteString(b.String())
	return logins, errors.Join(err, f.Sync(), f.Close())
}

func readLogins(path string) (logins []demo.Login, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if strings.HasPrefix(line, "#") || len(f) != 6 {
			continue
		}
		l := demo.Login{Email: f[0], Password: f[1], Name: f[5]}
		if f[2] != "-" {
			l.TOTPSecret = f[2]
		}
		if f[4] != "-" {
			l.Roles = strings.Split(f[4], ",")
		}
		logins = append(logins, l)
	}
	return logins, nil
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// otpauth is the link that authenticator apps read from a QR code.
func otpauth(l demo.Login) string {
	if l.TOTPSecret == "" {
		return ""
	}
	return "otpauth://totp/" + url.PathEscape("Housecall:"+l.Email) + "?" + url.Values{"secret": {l.TOTPSecret}, "issuer": {"Housecall"}}.Encode()
}

// printDemo shows how to sign in.
func (a *App) printDemo(out output) error {
	logins, err := readLogins(filepath.Join(a.Config.Data, demoAccounts))
	if err != nil {
		return fmt.Errorf("the list of demo accounts: %w", err)
	}
	out.printf("\nThe people of this clinic are invented. Sign in as one of them:\n\n")
	for _, l := range logins {
		who := l.Name
		if len(l.Roles) > 0 {
			who += " (" + strings.Join(l.Roles, ", ") + ")"
		}
		out.printf("  %-26s %-21s %s\n", l.Email, l.Password, who)
		if l.TOTPSecret != "" {
			out.printf("  %-26s one-time codes: %s\n", "", l.TOTPSecret)
		}
	}
	out.printf("\nAlso in %s, with links for an authenticator app.\n\n", filepath.Join(a.Config.Data, demoAccounts))
	return nil
}
