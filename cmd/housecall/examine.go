package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"

	"housecall/internal/clamd"
	"housecall/internal/db"
	"housecall/internal/identity/egress"
	"housecall/internal/identity/login"
	"housecall/internal/keyring"
	"housecall/internal/sitekey"
)

// examine looks at everything an installation rests on. Nothing in it changes
// anything: a folder or database that is not there yet stays so. The port of media
// and the ways into the relay are those that are known.
func examine(ctx context.Context, cfg *Config, mediaPort int, relays []string) []Check {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	checks := []Check{good("settings", "All can be used. This node is %s.", cfg.Node), checkFolder(cfg.Data), checkDisk(cfg.Data)}
	d, opened := openToLook(ctx, cfg)
	checks = append(checks, opened...)
	checks = append(checks, checkRights(ctx, cfg, d), checkLines(cfg))
	checks = append(checks, checkKey(ctx, cfg, d), checkClock(ctx, d), checkOrder(ctx, d), checkLabels(ctx, d), checkAnchors(ctx, cfg, d))
	if d != nil {
		_ = d.Close()
	}
	checks = append(checks, checkBus(cfg), checkClamd(ctx, cfg), checkMail(ctx, cfg))
	checks = append(append(checks, checkWays(ctx, cfg)...), checkSecure(cfg), checkWeb(ctx, cfg))
	checks = append(checks, lookAtVideo(ctx, cfg, mediaPort, relays)...)
	return append(checks, checkIssuers(ctx, cfg)...)
}

func checkFolder(dir string) Check {
	const name = "data"
	shown, err := filepath.Abs(dir)
	if err != nil {
		shown = dir
	}
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return warn(name, "%s is not there yet; the first start makes it.", shown)
	case err != nil:
		return bad(name, "%s cannot be looked at (%v). Run this as the user that runs the server.", shown, err)
	case !info.IsDir():
		return bad(name, "%s is a file. Remove it, or set HOUSECALL_DATA to a folder.", shown)
	case info.Mode().Perm()&0o077 != 0:
		return bad(name, "%s can be read by other users of this machine. Run: chmod 700 %s", shown, shown)
	case syscall.Access(dir, 2) != nil: // W_OK
		return bad(name, "%s cannot be written to by this user. Run: chown -R THE-USER %s", shown, shown)
	}
	for _, file := range []string{sitekey.FileName, demoAccounts} {
		if info, err := os.Stat(filepath.Join(dir, file)); err == nil && info.Mode().Perm()&0o077 != 0 {
			return bad(name, "%s can be read by other users of this machine. Run: chmod 600 %s", file, filepath.Join(shown, file))
		}
	}
	return good(name, "%s is there, and this user's alone.", shown)
}

func checkDisk(dir string) Check {
	const name = "disk"
	for _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) && dir != filepath.Dir(dir); _, err = os.Stat(dir) {
		dir = filepath.Dir(dir)
	}
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return warn(name, "The free space cannot be found out (%v).", err)
	}
	free := float64(fs.Bavail) * float64(fs.Bsize) / (1 << 30)
	switch {
	case free < 0.5:
		return bad(name, "Only %.1f GB are free. Free some before writes fail.", free)
	case free < 5:
		return warn(name, "Only %.1f GB are free. Plan for more.", free)
	}
	return good(name, "%.0f GB are free.", free)
}

// openToLook opens the database if there is one.
func openToLook(ctx context.Context, cfg *Config) (*db.DB, []Check) {
	const name = "database"
	if cfg.DatabaseURL == "" {
		if _, err := os.Stat(filepath.Join(cfg.Data, "housecall.db")); errors.Is(err, os.ErrNotExist) {
			return nil, []Check{warn(name, "There is none yet; the first start makes it (SQLite in the data folder).")}
		}
	}
	d, err := db.Open(ctx, db.Config{URL: cfg.DatabaseURL, Dir: cfg.Data, MaxConns: 2})
	if err != nil {
		if cfg.DatabaseURL != "" {
			return nil, []Check{bad(name, "PostgreSQL at %s does not let us in (%v). Is it running, and are user, password and database right?", redactURL(cfg.DatabaseURL), rootCause(err))}
		}
		return nil, []Check{bad(name, "The SQLite files cannot be opened (%v). Restore them from a backup, or free what holds them.", rootCause(err))}
	}
	pending, err := d.Pending(ctx)
	switch {
	case err != nil:
		_ = d.Close()
		return nil, []Check{bad(name, "It answers, but its version cannot be read (%v).", rootCause(err))}
	case pending > 0:
		return d, []Check{warn(name, "%s answers; %d migrations have not run. The next start runs them, or: housecall migrate", d.Dialect, pending)}
	}
	return d, []Check{good(name, "%s answers and is up to date.", d.Dialect)}
}

func checkKey(ctx context.Context, cfg *Config, d *db.DB) Check {
	const name = "site key"
	x, err := keyring.Stand(ctx, d, cfg.SiteKey, cfg.Data)
	switch {
	case err != nil:
		return bad(name, "%s.", upperFirst(err.Error()))
	case !x.Made:
		return warn(name, "There is none yet; the first start makes it. Keep a copy apart from the backups: without it they cannot be read.")
	case !x.Written:
		return good(name, "It is there; no database has been written under it yet.")
	case len(x.Retired) > 0 && cfg.SiteKey != "":
		return warn(name, "The key %s is retired and still in HOUSECALL_SITE_KEY. Take it out.", strings.Join(x.Retired, ", "))
	case len(x.Waiting) > 0:
		return warn(name, "The key %s is new and does not seal yet: some node does not have it. See: housecall key list", strings.Join(x.Waiting, ", "))
	case len(x.Old) > 0:
		return warn(name, "%s seals; %s still opens what it sealed before. Seal that anew and retire it: housecall key reseal, housecall key retire.", x.Current, strings.Join(x.Old, ", "))
	}
	return good(name, "It is there and fits the database.")
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// checkClock compares with the database's clock: one-time codes and sessions go
// wrong from half a minute on.
func checkClock(ctx context.Context, d *db.DB) Check {
	const name = "clock"
	now := time.Now()
	if now.Year() < 2026 {
		return bad(name, "It says %s. Set the time, and let a time service keep it.", now.Format(time.DateOnly))
	}
	if d == nil || d.Dialect != db.Postgres {
		return good(name, "It says %s.", now.UTC().Format("2006-01-02 15:04 UTC"))
	}
	var there float64
	if err := d.Read(ctx).QueryRow(`SELECT EXTRACT(EPOCH FROM clock_timestamp())::float8`).Scan(&there); err != nil {
		return warn(name, "The database's time cannot be read (%v).", rootCause(err))
	}
	apart := time.Unix(0, int64(there*1e9)).Sub(now).Abs()
	if apart > 10*time.Second {
		return bad(name, "It is %s apart from the database's. Let a time service keep both.", apart.Round(time.Second))
	}
	return good(name, "It agrees with the database's.")
}

// checkOrder looks for a transaction that is open for long: histories and
// subscriptions wait for it, see internal/db/settle.go.
func checkOrder(ctx context.Context, d *db.DB) Check {
	const name = "changes"
	if d == nil || d.Dialect != db.Postgres {
		return good(name, "They are told in the order in which they are made.")
	}
	open, err := d.LongestWrite(ctx)
	if err != nil {
		return warn(name, "Whether a transaction is open for long cannot be read (%v).", rootCause(err))
	}
	if open > 2*time.Minute {
		return bad(name, "A transaction on this server of PostgreSQL has been open for %.0f seconds. Histories and subscriptions wait for it. Find it in pg_stat_activity and end it.", open.Seconds())
	}
	return good(name, "No transaction holds histories and subscriptions up.")
}

func checkBus(cfg *Config) Check {
	const name = "bus"
	if cfg.NATSURL == "" {
		if cfg.DatabaseURL != "" {
			return good(name, "Inside this process. When several nodes serve this site, set HOUSECALL_NATS_URL on each.")
		}
		return good(name, "Inside this process.")
	}
	conn, err := nats.Connect(cfg.NATSURL, nats.Timeout(3*time.Second), nats.Name("housecall doctor"))
	if err != nil {
		return bad(name, "NATS at %s does not let us in (%v). Until it does, pages of other nodes learn of changes late.", redactURL(cfg.NATSURL), rootCause(err))
	}
	conn.Close()
	return good(name, "NATS at %s answers.", redactURL(cfg.NATSURL))
}

// checkClamd asks the daemon that scans files how it is. Nothing is scanned.
func checkClamd(ctx context.Context, cfg *Config) Check {
	const name = "scanner"
	if cfg.Clamd == "" {
		return warn(name, "Off: files are kept without a look for viruses. Install ClamAV and set HOUSECALL_CLAMD=unix:/run/clamav/clamd.ctl to scan them.")
	}
	c, err := clamd.New(cfg.Clamd, nil)
	if err != nil {
		return bad(name, "%v", err)
	}
	version, err := c.Version(ctx)
	if err != nil {
		return bad(name, "clamd at %s does not answer (%v). Until it does, no file is taken. Is clamav-daemon running, does it listen there, and may this user reach its socket?", c.Address(), rootCause(err))
	}
	parts := strings.SplitN(version, "/", 3) // program, number of the signatures, their date
	if len(parts) < 3 {
		return bad(name, "clamd at %s answers, but has no virus signatures. Run freshclam, then start clamav-daemon again.", c.Address())
	}
	if made, err := time.Parse("Mon Jan _2 15:04:05 2006", parts[2]); err == nil && time.Since(made) > 7*24*time.Hour {
		return warn(name, "clamd at %s answers, but its virus signatures are from %s. Let freshclam run daily.", c.Address(), made.Format(time.DateOnly))
	}
	return good(name, "clamd at %s answers (%s). Its StreamMaxLength must be 25M or more.", c.Address(), parts[0])
}

// checkMail goes as far as a mail would, and sends none.
func checkMail(ctx context.Context, cfg *Config) Check {
	const name = "mail"
	if cfg.mail == nil {
		return warn(name, "Off: people are told in the app only. Set HOUSECALL_SMTP_URL to mail them.")
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := cfg.mail.Check(ctx); err != nil {
		return bad(name, "The server at %s does not take us in (%v). Until it does, mails wait and are tried again.", cfg.mail.Host(), rootCause(err))
	}
	return good(name, "The server at %s takes us in.", cfg.mail.Host())
}

func checkSecure(cfg *Config) Check {
	const name = "https"
	host, _, _ := net.SplitHostPort(cfg.Addr)
	switch {
	case cfg.base.Scheme == "http" && !loopback(host):
		return warn(name, "The site is for this machine only (%s), but listens on %s. Set HOUSECALL_BASE_URL and HOUSECALL_TLS to open it, or HOUSECALL_ADDR=127.0.0.1:8080.", cfg.base, cfg.Addr)
	case cfg.base.Scheme == "http":
		return good(name, "Not needed: the site is for this machine only (%s). Others need HOUSECALL_BASE_URL=https://... and HOUSECALL_TLS.", cfg.base)
	case cfg.TLS == "proxy" && len(cfg.proxies) == 0:
		return warn(name, "A proxy does TLS, but HOUSECALL_TRUSTED_PROXIES is empty: all people seem to come from the proxy's address. Set it to that address.")
	case cfg.TLS == "proxy":
		return good(name, "A proxy does TLS for %s.", cfg.base)
	}
	return lookAtCertificate(name, "HOUSECALL_TLS", cfg.certFile, cfg.keyFile, cfg.base.Hostname(), "HOUSECALL_BASE_URL")
}

func lookAtCertificate(name, setting, certFile, keyFile, host, hostSetting string) Check {
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return bad(name, "The certificate cannot be used (%v). Set %s to the right files.", err, setting)
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	switch {
	case err != nil:
		return bad(name, "The certificate cannot be read (%v).", err)
	case leaf.VerifyHostname(host) != nil:
		return bad(name, "The certificate is not for %s. Get one for this name, or correct %s.", host, hostSetting)
	case time.Until(leaf.NotAfter) < 0:
		return bad(name, "The certificate ended on %s. Renew it.", leaf.NotAfter.Format(time.DateOnly))
	case time.Until(leaf.NotAfter) < 14*24*time.Hour:
		return warn(name, "The certificate ends on %s. Renew it.", leaf.NotAfter.Format(time.DateOnly))
	}
	return good(name, "The certificate is for %s and holds until %s.", host, leaf.NotAfter.Format(time.DateOnly))
}

// checkWeb: either the server answers on its address, or the address is free.
func checkWeb(ctx context.Context, cfg *Config) Check {
	const name = "server"
	scheme := "http"
	if cfg.certFile != "" {
		scheme = "https"
	}
	host, port, _ := net.SplitHostPort(cfg.Addr)
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	client := &http.Client{Timeout: 3 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{ServerName: cfg.base.Hostname(), InsecureSkipVerify: true}, //nolint:gosec // asks this machine whether it is up; the certificate is looked at above
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return bad(name, "%v", err)
	}
	res, err := client.Do(req)
	if err != nil {
		if errors.Is(err, syscall.ECONNREFUSED) {
			return warn(name, "It does not run. Start it with: housecall serve")
		}
		return bad(name, "Something uses %s and is not Housecall (%v). End it, or set HOUSECALL_ADDR.", cfg.Addr, rootCause(err))
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(res.Body, 4096))
	switch {
	case res.StatusCode == http.StatusOK && string(body) == "ready\n":
		return good(name, "It runs and is ready.")
	case res.StatusCode == http.StatusServiceUnavailable:
		return bad(name, "It runs and is not ready. Its log says why.")
	}
	return bad(name, "Something answers at %s and is not Housecall. End it, or set HOUSECALL_ADDR.", cfg.Addr)
}

// checkIssuers reads each outside issuer's own description.
func checkIssuers(ctx context.Context, cfg *Config) []Check {
	out := make([]Check, len(cfg.issuers))
	var wg sync.WaitGroup
	for i, issuer := range cfg.issuers {
		wg.Go(func() { out[i] = checkIssuer(ctx, issuer) })
	}
	wg.Wait()
	return out
}

func checkIssuer(ctx context.Context, issuer login.Issuer) Check {
	const name = "issuer"
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(issuer.Issuer, "/")+"/.well-known/openid-configuration", nil)
	if err != nil {
		return bad(name, "%s: %v", issuer.ID, err)
	}
	res, err := egress.Way{Private: issuer.AllowPrivate}.Client().Do(req)
	if err != nil {
		return bad(name, "%s does not answer (%v). People cannot sign in through it; ask whoever runs it, and look at firewalls.", issuer.ID, rootCause(err))
	}
	defer res.Body.Close()
	var doc struct {
		Issuer string `json:"issuer"`
	}
	err = json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(&doc)
	switch {
	case res.StatusCode != http.StatusOK || err != nil:
		return bad(name, "%s answers, but not as an OpenID issuer (status %d). Is the address right?", issuer.ID, res.StatusCode)
	case doc.Issuer != issuer.Issuer:
		return bad(name, "%s calls itself %s. Write it exactly so in HOUSECALL_OIDC_ISSUERS.", issuer.ID, doc.Issuer)
	}
	return good(name, "%s answers.", issuer.ID)
}

// rootCause is the innermost error: the outer ones only say what we were doing.
// Of what it says, addresses with passwords are left out.
func rootCause(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return redactURL(fmt.Sprint(err))
		}
		err = inner
	}
}
