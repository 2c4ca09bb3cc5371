package main

import (
	"context"
	"net"
	"net/url"
	"strings"

	"housecall/internal/db"
	"housecall/internal/logship"
)

// checkRights tells whether the account that serves may change the schema.
func checkRights(ctx context.Context, cfg *Config, d *db.DB) Check {
	const name = "rights"
	if d == nil || d.Dialect != db.Postgres {
		return good(name, "SQLite belongs to the user that runs the server.")
	}
	may, err := d.MayChangeSchema(ctx)
	switch {
	case err != nil:
		return warn(name, "It cannot be found out what the database account may do (%v).", rootCause(err))
	case may:
		return warn(name, "The account of HOUSECALL_DATABASE_URL may change the schema. Set HOUSECALL_MIGRATE_DATABASE_URL to its owner, and serve by an account that owns nothing.")
	}
	return good(name, "The account that serves cannot change the schema.")
}

// checkLines names each connection that leaves this machine and could be read on its
// way, or whose other end nobody checks.
func checkLines(cfg *Config) Check {
	const name = "lines"
	var open []string
	say := func(isOpen bool, what string) {
		if isOpen {
			open = append(open, what)
		}
	}
	for _, x := range [][2]string{{cfg.DatabaseURL, "HOUSECALL_DATABASE_URL"}, {cfg.MigrateURL, "HOUSECALL_MIGRATE_DATABASE_URL"}} {
		say(openPostgres(x[0]), x[1]+" has no sslmode=verify-full: who is between can read it, or be the database")
	}
	for part := range strings.SplitSeq(cfg.NATSURL, ",") {
		u, err := url.Parse(strings.TrimSpace(part))
		say(err == nil && u.Host != "" && u.Scheme != "tls" && away(u.Hostname()), "HOUSECALL_NATS_URL should begin with tls://")
	}
	if u, err := url.Parse(cfg.BlobURL); err == nil && cfg.BlobURL != "" {
		e, err := url.Parse(u.Query().Get("endpoint"))
		say(err == nil && e.Scheme == "http" && away(e.Hostname()), "the endpoint in HOUSECALL_BLOB_URL should begin with https://")
	}
	if u, err := url.Parse(cfg.SMTPURL); err == nil && u.Query().Get("tls") == "off" {
		say(away(u.Hostname()), "HOUSECALL_SMTP_URL has tls=off")
	}
	if host, ok := strings.CutPrefix(cfg.Clamd, "tcp://"); ok {
		h, _, _ := net.SplitHostPort(host)
		say(away(h), "HOUSECALL_CLAMD goes over the network, and clamd has no TLS: run it on this machine, or put a tunnel between")
	}
	say(!logship.Encrypted(cfg.LogURL) && cfg.LogURL != "", "HOUSECALL_LOG_URL should begin with syslogs://")
	for place := range strings.FieldsSeq(cfg.AuditAnchorURL) {
		u, err := url.Parse(place)
		say(err == nil && u.Scheme == "syslog" && away(u.Hostname()), "HOUSECALL_AUDIT_ANCHOR_URL: "+u.Host+" should be reached by syslogs://")
	}
	for _, i := range cfg.issuers {
		u, err := url.Parse(i.Issuer)
		say(err == nil && u.Scheme == "http" && away(u.Hostname()), "the issuer "+i.ID+" is reached without https")
	}
	if len(open) > 0 {
		return warn(name, "%s.", strings.Join(open, "; "))
	}
	return good(name, "What leaves this machine is encrypted, to whom a certificate proves.")
}

// openPostgres tells whether a database beyond this machine is reached without knowing
// that it is the right one.
func openPostgres(raw string) bool {
	if raw == "" {
		return false
	}
	u, err := url.Parse(raw)
	if err != nil {
		return true
	}
	host := u.Hostname()
	if h := u.Query().Get("host"); h != "" {
		host = h
	}
	return away(host) && u.Query().Get("sslmode") != "verify-full"
}

// away tells whether a host is another machine.
func away(host string) bool {
	return host != "" && !strings.HasPrefix(host, "/") && !loopback(host)
}
