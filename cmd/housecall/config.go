package main

import (
	"cmp"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"housecall/internal/anchor"
	"housecall/internal/blob"
	"housecall/internal/clamd"
	"housecall/internal/identity"
	"housecall/internal/identity/egress"
	"housecall/internal/identity/login"
	"housecall/internal/logship"
	"housecall/internal/sitekey"
	"housecall/mobileapi"
	"housecall/notifications"
	"housecall/records/access"
)

var settingGroups = []kong.Group{{Key: "settings", Title: "Settings (flags, or environment variables):"}}

// Config is every setting of this installation. It is read once and handed down.
type Config struct {
	Addr           string  `group:"settings" env:"HOUSECALL_ADDR" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Where to listen."`
	BaseURL        string  `group:"settings" env:"HOUSECALL_BASE_URL" placeholder:"URL" help:"How people reach this site, for example https://portal.example.org. Default: http://localhost with the port of --addr."`
	TLS            string  `group:"settings" env:"HOUSECALL_TLS" placeholder:"CERT,KEY" help:"Certificate and key as PEM files, or 'proxy' when a proxy in front does TLS."`
	TrustedProxies string  `group:"settings" env:"HOUSECALL_TRUSTED_PROXIES" placeholder:"NETS" help:"Addresses of proxies in front, for example 10.0.0.0/8,192.168.1.5."`
	AdminNetworks  string  `group:"settings" name:"admin-networks" env:"HOUSECALL_ADMIN_NETWORKS" placeholder:"NETS" help:"Networks from which administrators administer, for example 10.20.0.0/16,2001:db8:7::/48. Empty: any. A passkey or code is asked for in any case."`
	Data           string  `group:"settings" env:"HOUSECALL_DATA" default:"./data" placeholder:"FOLDER" help:"Folder of the site key, SQLite and files."`
	DatabaseURL    string  `group:"settings" env:"HOUSECALL_DATABASE_URL" placeholder:"URL" help:"postgres://user:password@host:5432/database. Empty: SQLite in the data folder."`
	MigrateURL     string  `group:"settings" name:"migrate-database-url" env:"HOUSECALL_MIGRATE_DATABASE_URL" placeholder:"URL" help:"The same PostgreSQL database by another account, which may change the schema. That of --database-url needs no right to then. Empty: one account does both."`
	BlobURL        string  `group:"settings" name:"blob-url" env:"HOUSECALL_BLOB_URL" placeholder:"URL" help:"s3://BUCKET?region=REGION, where files are kept. Empty: in the data folder."`
	AuditAnchorURL string  `group:"settings" name:"audit-anchor-url" env:"HOUSECALL_AUDIT_ANCHOR_URL" placeholder:"URLS" help:"Where the audit's signed checkpoints go: s3://BUCKET?region=REGION with object lock, syslog://HOST:PORT, syslogs://HOST:PORT; several apart by spaces. Empty: a file in the data folder only."`
	Clamd          string  `group:"settings" env:"HOUSECALL_CLAMD" placeholder:"ADDRESS" help:"tcp://host:port or unix:/path of a ClamAV daemon that scans files before they are kept. Empty: none are scanned."`
	OutsideHosts   string  `group:"settings" name:"outside-hosts" env:"HOUSECALL_OUTSIDE_HOSTS" placeholder:"HOSTS" help:"The only hosts, apart by spaces, at which hooks, keys of apps, files to import and browsers' push services may be, for example 'hooks.lab.example *.push.apple.com'. Empty: any public one."`
	BreachURL      string  `group:"settings" name:"breach-url" env:"HOUSECALL_BREACH_URL" placeholder:"URL" help:"List of stolen passwords that new ones are compared with, for example https://api.pwnedpasswords.com/range. It is told five signs of a hash. Empty: only the list that comes along."`
	NATSURL        string  `group:"settings" name:"nats-url" env:"HOUSECALL_NATS_URL" placeholder:"URL" help:"nats://host:4222, when several nodes serve one site. Empty: inside this process."`
	SMTPURL        string  `group:"settings" name:"smtp-url" env:"HOUSECALL_SMTP_URL" placeholder:"URL" help:"smtp(s)://user:password@host:port?from=ADDRESS, through which notices are mailed. Empty: no mail."`
	WebPush        string  `group:"settings" name:"web-push" env:"HOUSECALL_WEB_PUSH" placeholder:"CONTACT" help:"mailto: or https: address under which push services find you; then browsers that people allow to are made to ring. Empty: none are."`
	APNsURL        string  `group:"settings" name:"apns-url" env:"HOUSECALL_APNS_URL" placeholder:"URL" help:"https://api.push.apple.com?key=FILE&key-id=ID&team=ID&topic=BUNDLE, through which iPhones with the app ring. Empty: they do not."`
	FCMURL         string  `group:"settings" name:"fcm-url" env:"HOUSECALL_FCM_URL" placeholder:"URL" help:"https://fcm.googleapis.com?key=FILE, with the key of a service account, through which Android phones with the app ring. Empty: they do not."`
	SMSURL         string  `group:"settings" name:"sms-url" env:"HOUSECALL_SMS_URL" placeholder:"URL" help:"https://:TOKEN@gateway.example.org/messages?from=SENDER, through which text messages go. Empty: none are sent."`
	BounceToken    string  `group:"settings" name:"bounce-token" env:"HOUSECALL_BOUNCE_TOKEN" placeholder:"TOKEN" help:"With which your mail server reports mails that came back, at /hooks/mail-bounces. Empty: it does not."`
	ICEPort        int     `group:"settings" name:"ice-port" env:"HOUSECALL_ICE_PORT" default:"0" placeholder:"PORT" help:"UDP and TCP port for video. 0: any free one, which no firewall can be told of."`
	ICEAddress     string  `group:"settings" name:"ice-address" env:"HOUSECALL_ICE_ADDRESS" placeholder:"IP" help:"Address at which people's browsers reach this node for video, when it is not the machine's own; one of IPv4, one of IPv6 or both, apart by a comma."`
	TURN           string  `group:"settings" name:"turn" env:"HOUSECALL_TURN" default:"auto" placeholder:"WORD" help:"The relay for people whose network lets no video pass. auto: on the port of the site where this program does TLS itself, and where the settings below say. off: none."`
	TURNAddr       string  `group:"settings" name:"turn-addr" env:"HOUSECALL_TURN_ADDR" placeholder:"HOST:PORT" help:"Where the relay listens for UDP and TCP, for example :3478. Empty: nowhere."`
	TURNTLSAddr    string  `group:"settings" name:"turn-tls-addr" env:"HOUSECALL_TURN_TLS_ADDR" placeholder:"HOST:PORT" help:"Where the relay listens for TLS besides the port of the site, for example :5349. Empty: nowhere."`
	TURNTLS        string  `group:"settings" name:"turn-tls" env:"HOUSECALL_TURN_TLS" placeholder:"CERT,KEY" help:"Certificate and key of the relay as PEM files. Empty: those of --tls."`
	TURNHost       string  `group:"settings" name:"turn-host" env:"HOUSECALL_TURN_HOST" placeholder:"NAME" help:"By which name people's browsers reach the relay of this node. Default: that of --base-url."`
	Node           string  `group:"settings" env:"HOUSECALL_NODE" placeholder:"NAME" help:"Name of this node. Default: host name and port."`
	OIDCIssuers    string  `group:"settings" name:"oidc-issuers" env:"HOUSECALL_OIDC_ISSUERS" placeholder:"JSON" help:"Outside OpenID issuers, as JSON or @FILE."`
	Apps           string  `group:"settings" env:"HOUSECALL_APPS" placeholder:"VERSIONS" help:"Platform, least and recommended version of the phone app and its shop, for example 'ios 1.4.0 2.0.0 https://apps.example.org/ios; android 1.4.0'. Empty: any version may be used."`
	SiteKey        string  `group:"settings" env:"HOUSECALL_SITE_KEY" placeholder:"BASE64" help:"The site key, 32 bytes; several apart by spaces, the oldest first. Empty: site.key in the data folder, made on first start."`
	Cipher         string  `group:"settings" env:"HOUSECALL_CIPHER" default:"aes-256-gcm" placeholder:"NAME" help:"In which form files and secrets are sealed: aes-256-gcm or xchacha20-poly1305. All forms are read."`
	AuditHash      string  `group:"settings" name:"audit-hash" env:"HOUSECALL_AUDIT_HASH" default:"sha-256" placeholder:"NAME" help:"Hash of the codes of the record of accesses: sha-256 or sha3-256. All are checked."`
	Log            string  `group:"settings" env:"HOUSECALL_LOG" default:"info" placeholder:"LEVEL" help:"debug, info, warn or error; add ,json for JSON lines."`
	LogURL         string  `group:"settings" name:"log-url" env:"HOUSECALL_LOG_URL" placeholder:"URL" help:"Where log and security events go besides standard error: syslogs://HOST:PORT, syslog://HOST:PORT or file:///PATH. Empty: nowhere."`
	RateLimit      float64 `group:"settings" env:"HOUSECALL_RATE_LIMIT" default:"100" placeholder:"N" help:"Requests a second that one account or address may make; 0: any number."`
	ClinicName     string  `group:"settings" env:"HOUSECALL_CLINIC_NAME" placeholder:"NAME" help:"Name of the clinic as people read it."`
	ClinicPhone    string  `group:"settings" env:"HOUSECALL_CLINIC_PHONE" placeholder:"PHONE" help:"Telephone of the clinic as people read it."`
	EmergencyPhone string  `group:"settings" env:"HOUSECALL_EMERGENCY_PHONE" default:"911" placeholder:"PHONE" help:"What to call in an emergency."`
	CrisisPhone    string  `group:"settings" env:"HOUSECALL_CRISIS_PHONE" default:"988" placeholder:"PHONE" help:"What somebody who may harm themselves can call."`
	VisitPhone     string  `group:"settings" env:"HOUSECALL_VISIT_PHONE" placeholder:"PHONE" help:"Where a video visit goes on by telephone when its connection does not. Default: that of the clinic."`
	TimeZone       string  `group:"settings" env:"HOUSECALL_TIME_ZONE" placeholder:"ZONE" help:"Time zone of the clinic, for example America/Chicago. Default: that of the machine."`

	BulkKeep time.Duration `group:"settings" name:"bulk-keep" env:"HOUSECALL_BULK_KEEP" default:"24h" placeholder:"TIME" help:"How long the files of exports and imports by FHIR are kept once they are made."`

	TakeBack time.Duration `group:"settings" name:"take-back" env:"HOUSECALL_TAKE_BACK" default:"30s" placeholder:"TIME" help:"How long a message that was sent can be taken back."`

	ShowPresence bool `group:"settings" name:"show-presence" env:"HOUSECALL_SHOW_PRESENCE" help:"Patients and caregivers see that somebody of the care team has their conversation open; never who."`

	KeyAge time.Duration `group:"settings" name:"key-age" env:"HOUSECALL_KEY_AGE" default:"2160h" placeholder:"TIME" help:"After which time the OpenID provider signs with a new key. 0: only by housecall keys rotate."`

	Recording     bool `group:"settings" name:"recording" env:"HOUSECALL_RECORDING" help:"Visits by video may be recorded, when everybody in the room agrees to it. Off: nothing of what is said and shown is ever kept."`
	RecordingDays int  `group:"settings" name:"recording-days" env:"HOUSECALL_RECORDING_DAYS" default:"365" placeholder:"DAYS" help:"How long recordings are kept; then they are deleted."`

	base       *url.URL
	hosts      []string // that are called though others named them; nil: any
	proxies    []netip.Prefix
	admins     []netip.Prefix // where administration is done; nil: anywhere
	issuers    []login.Issuer
	mail       *notifications.Mailer
	carriers   notifications.Carriers // Web Push comes with the site key
	outward    func() *http.Client    // of tests, whose servers have keys of their own; nil: as usual
	breach     *identity.Breach
	zone       *time.Location
	iceAddress []netip.Addr
	releases   map[string]mobileapi.Release
	cipher     sitekey.Form
	codeHash   access.CodeHash
	settle     time.Duration // of keys, in tests; 0: as usual
	level      slog.Level
	logJSON    bool
	certFile   string
	keyFile    string
	relayCert  string
	relayKey   string
}

// checkForms reads in which form is sealed and coded.
func (c *Config) checkForms() (err error) {
	if c.cipher, err = sitekey.ParseForm(cmp.Or(c.Cipher, sitekey.AES256GCM.String())); err != nil {
		return wrong("HOUSECALL_CIPHER", c.Cipher, err.Error(), sitekey.AES256GCM.String())
	}
	if c.codeHash, err = access.ParseCodeHash(cmp.Or(c.AuditHash, "sha-256")); err != nil {
		return wrong("HOUSECALL_AUDIT_HASH", c.AuditHash, err.Error(), "sha-256")
	}
	return nil
}

// wrong is the one line about a setting that cannot be used.
func wrong(name, value, why, example string) error {
	if value == "" {
		return fmt.Errorf("%s is missing: %s, for example %s", name, why, example)
	}
	return fmt.Errorf("%s=%q cannot be used: %s, for example %s", name, value, why, example)
}

// Validate reads the settings and says what is wrong with the first wrong one.
func (c *Config) Validate() error {
	for _, check := range []func() error{c.checkAddr, c.checkBaseURL, c.checkTLS, c.checkNetworks, c.checkDatabase, c.checkBlobs, c.checkAnchors, c.checkScanner, c.checkOutside, c.checkNATS, c.checkMail, c.checkCarriers, c.checkBreach, c.checkICE, c.checkTURN, c.checkApps, c.checkNode, c.checkIssuers, c.checkLog, c.checkClinic, c.checkForms} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (c *Config) checkAddr() error {
	if _, port, err := net.SplitHostPort(c.Addr); err != nil || port == "" {
		return wrong("HOUSECALL_ADDR", c.Addr, "it must be an address and a port", "127.0.0.1:8080")
	}
	if c.RateLimit < 0 {
		return wrong("HOUSECALL_RATE_LIMIT", fmt.Sprint(c.RateLimit), "it must be 0 or more", "100")
	}
	if c.BulkKeep != 0 && (c.BulkKeep < 10*time.Minute || c.BulkKeep > 30*24*time.Hour) {
		return wrong("HOUSECALL_BULK_KEEP", c.BulkKeep.String(), "it must be between 10m and 720h", "24h")
	}
	if c.TakeBack != 0 && (c.TakeBack < time.Second || c.TakeBack > 10*time.Minute) {
		return wrong("HOUSECALL_TAKE_BACK", c.TakeBack.String(), "it must be between 1s and 10m", "30s")
	}
	if c.Recording && (c.RecordingDays < 1 || c.RecordingDays > 36525) {
		return wrong("HOUSECALL_RECORDING_DAYS", fmt.Sprint(c.RecordingDays), "it must be at least 1", "365")
	}
	if c.KeyAge != 0 && (c.KeyAge < 24*time.Hour || c.KeyAge > 10*366*24*time.Hour) {
		return wrong("HOUSECALL_KEY_AGE", c.KeyAge.String(), "it must be 0 or at least 24h", "2160h")
	}
	return nil
}

func (c *Config) checkBaseURL() error {
	raw := c.BaseURL
	if raw == "" {
		_, port, _ := net.SplitHostPort(c.Addr)
		raw = "http://localhost:" + port
	}
	u, err := url.Parse(strings.TrimSuffix(raw, "/"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
		return wrong("HOUSECALL_BASE_URL", raw, "it must be a scheme and a host, nothing behind it", "https://portal.example.org")
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return wrong("HOUSECALL_BASE_URL", raw, "health records are served without https on this machine only", "https://portal.example.org")
	}
	c.base = u
	return nil
}

func (c *Config) checkTLS() (err error) {
	const why, example = "it must be a certificate and a key, or the word proxy", "/etc/housecall/cert.pem,/etc/housecall/key.pem"
	switch {
	case c.TLS == "" && c.base.Scheme == "https":
		return wrong("HOUSECALL_TLS", "", "HOUSECALL_BASE_URL begins with https, so "+why, example)
	case c.TLS == "":
		return nil
	case c.base.Scheme == "http":
		return wrong("HOUSECALL_BASE_URL", c.base.String(), "HOUSECALL_TLS is set, so it must begin with https", "https://portal.example.org")
	case c.TLS == "proxy":
		return nil
	}
	c.certFile, c.keyFile, err = pair("HOUSECALL_TLS", c.TLS, why, example)
	return err
}

// pair are the files of a certificate and its key.
func pair(name, value, why, example string) (certFile, keyFile string, err error) {
	certFile, keyFile, ok := strings.Cut(value, ",")
	if !ok || certFile == "" || keyFile == "" {
		return "", "", wrong(name, value, why, example)
	}
	certFile, keyFile = strings.TrimSpace(certFile), strings.TrimSpace(keyFile)
	for _, f := range []string{certFile, keyFile} {
		if _, err := os.Stat(f); err != nil {
			return "", "", wrong(name, value, "the file "+f+" is not there", example)
		}
	}
	return certFile, keyFile, nil
}

func (c *Config) checkBlobs() error {
	if err := blob.CheckURL(c.BlobURL); err != nil {
		return wrong("HOUSECALL_BLOB_URL", c.BlobURL, err.Error(), "s3://housecall-files?region=us-east-1")
	}
	return nil
}

func (c *Config) checkAnchors() error {
	if err := anchor.Check(c.AuditAnchorURL); err != nil {
		return wrong("HOUSECALL_AUDIT_ANCHOR_URL", c.AuditAnchorURL, err.Error(), "s3://clinic-audit?region=us-east-1&retain=2555 or syslogs://logs.example.org:6514")
	}
	return nil
}

func (c *Config) checkScanner() error {
	if c.Clamd == "" {
		return nil
	}
	if err := clamd.Check(c.Clamd); err != nil {
		return wrong("HOUSECALL_CLAMD", redactURL(c.Clamd), err.Error(), "unix:/run/clamav/clamd.ctl or tcp://127.0.0.1:3310")
	}
	return nil
}

func (c *Config) checkApps() error {
	var err error
	if c.releases, err = mobileapi.ParseReleases(c.Apps); err != nil {
		return wrong("HOUSECALL_APPS", c.Apps, err.Error(), "ios 1.4.0 2.0.0; android 1.4.0")
	}
	return nil
}

func (c *Config) checkICE() error {
	if c.ICEPort < 0 || c.ICEPort > 65535 {
		return wrong("HOUSECALL_ICE_PORT", fmt.Sprint(c.ICEPort), "it must be a UDP port", "8189")
	}
	c.iceAddress = nil
	for part := range strings.FieldsFuncSeq(c.ICEAddress, func(r rune) bool { return r == ',' || r == ' ' }) {
		a, err := netip.ParseAddr(part)
		if err != nil || a.IsUnspecified() || a.IsMulticast() || a.Zone() != "" || slices.ContainsFunc(c.iceAddress, func(b netip.Addr) bool { return a.Unmap().Is4() == b.Is4() }) {
			return wrong("HOUSECALL_ICE_ADDRESS", c.ICEAddress, "it must be the address that browsers reach, of IPv4, of IPv6 or one of each", "203.0.113.7,2001:db8::7")
		}
		c.iceAddress = append(c.iceAddress, a.Unmap())
	}
	return nil
}

func (c *Config) checkOutside() error {
	for _, host := range strings.Fields(strings.ToLower(c.OutsideHosts)) {
		if !outsideHost.MatchString(host) {
			return wrong("HOUSECALL_OUTSIDE_HOSTS", host, "each must be a name, or *. and a name for all below it", "hooks.lab.example *.push.apple.com")
		}
		c.hosts = append(c.hosts, host)
	}
	return nil
}

var outsideHost = regexp.MustCompile(`^(\*\.)?[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$`)

// outside is the way to addresses that others supplied.
func (c *Config) outside(private bool) *http.Client {
	return egress.Way{Private: private, Hosts: c.hosts}.Client()
}

// onlyHere: nobody but this machine is served, so video stays on it as well.
func (c *Config) onlyHere() bool {
	host, _, _ := net.SplitHostPort(c.Addr)
	return loopback(host) && len(c.iceAddress) == 0
}

func (c *Config) checkNetworks() (err error) {
	if c.proxies, err = networksOf("HOUSECALL_TRUSTED_PROXIES", c.TrustedProxies, "10.0.0.0/8,192.168.1.5"); err != nil {
		return err
	}
	c.admins, err = networksOf("HOUSECALL_ADMIN_NETWORKS", c.AdminNetworks, "10.20.0.0/16,2001:db8:7::/48")
	return err
}

// networksOf reads a list of addresses and networks.
func networksOf(setting, list, example string) (nets []netip.Prefix, err error) {
	for part := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		p, err := netip.ParsePrefix(part)
		if err != nil {
			var a netip.Addr
			if a, err = netip.ParseAddr(part); err == nil {
				p = netip.PrefixFrom(a, a.BitLen())
			}
		}
		if err != nil {
			return nil, wrong(setting, part, "it must be a list of addresses or networks", example)
		}
		nets = append(nets, p)
	}
	return nets, nil
}

func (c *Config) checkDatabase() error {
	const example = "postgres://owner:secret@localhost:5432/housecall"
	if m, err := url.Parse(c.MigrateURL); c.MigrateURL != "" && (err != nil || m.Scheme != "postgres" && m.Scheme != "postgresql") {
		return wrong("HOUSECALL_MIGRATE_DATABASE_URL", redactURL(c.MigrateURL), "it must begin with postgres://", example)
	}
	if c.DatabaseURL == "" {
		if c.MigrateURL != "" {
			return wrong("HOUSECALL_MIGRATE_DATABASE_URL", redactURL(c.MigrateURL), "HOUSECALL_DATABASE_URL must be set as well, to the account that serves", example)
		}
		return nil
	}
	u, err := url.Parse(c.DatabaseURL)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return wrong("HOUSECALL_DATABASE_URL", redactURL(c.DatabaseURL), "it must be empty for SQLite, or begin with postgres://", "postgres://housecall:secret@localhost:5432/housecall")
	}
	return nil
}

func (c *Config) checkNATS() error {
	for part := range strings.SplitSeq(c.NATSURL, ",") {
		if part == "" {
			continue
		}
		u, err := url.Parse(strings.TrimSpace(part))
		if err != nil || u.Scheme != "nats" && u.Scheme != "tls" || u.Host == "" {
			return wrong("HOUSECALL_NATS_URL", redactURL(part), "it must be empty, or begin with nats:// or tls://", "nats://localhost:4222")
		}
	}
	return nil
}

func (c *Config) checkMail() (err error) {
	if c.SMTPURL == "" {
		return nil
	}
	if c.mail, err = notifications.ParseMailer(c.SMTPURL); err != nil {
		return wrong("HOUSECALL_SMTP_URL", redactURL(c.SMTPURL), err.Error(), "smtp://portal:secret@mail.example.org:587?from=portal@example.org")
	}
	return nil
}

var nodeName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]{0,62}$`)

func (c *Config) checkNode() error {
	if c.Node == "" {
		host, err := os.Hostname()
		if err != nil || host == "" {
			host = "node"
		}
		_, port, _ := net.SplitHostPort(c.Addr)
		c.Node = host + ":" + port
	}
	if !nodeName.MatchString(c.Node) {
		return wrong("HOUSECALL_NODE", c.Node, "it must be letters, digits, dots and dashes", "portal-1")
	}
	return nil
}

func (c *Config) checkBreach() (err error) {
	if c.breach, err = identity.ParseBreach(c.BreachURL); err != nil {
		return wrong("HOUSECALL_BREACH_URL", redactURL(c.BreachURL), err.Error(), "https://api.pwnedpasswords.com/range")
	}
	return nil
}

func (c *Config) checkIssuers() (err error) {
	text := strings.TrimSpace(c.OIDCIssuers)
	if file, ok := strings.CutPrefix(text, "@"); ok {
		b, err := os.ReadFile(file)
		if err != nil {
			return wrong("HOUSECALL_OIDC_ISSUERS", text, "the file cannot be read", "@/etc/housecall/issuers.json")
		}
		text = string(b)
	}
	c.issuers, err = login.ParseIssuers(text, secretOf)
	return err
}

func (c *Config) checkLog() error {
	level, format, _ := strings.Cut(c.Log, ",")
	if err := c.level.UnmarshalText([]byte(level)); err != nil || format != "" && format != "json" {
		return wrong("HOUSECALL_LOG", c.Log, "it must be debug, info, warn or error, with ,json behind it for JSON lines", "info,json")
	}
	c.logJSON = format == "json"
	if err := logship.Check(c.LogURL); err != nil {
		return wrong("HOUSECALL_LOG_URL", c.LogURL, err.Error(), "syslogs://log.example.org:6514")
	}
	return nil
}

func (c *Config) checkClinic() error {
	c.zone = time.Local
	if c.TimeZone != "" {
		zone, err := time.LoadLocation(c.TimeZone)
		if err != nil {
			return wrong("HOUSECALL_TIME_ZONE", c.TimeZone, "it must be a name of the time zone database", "America/Chicago")
		}
		c.zone = zone
	}
	return nil
}

// Redacted lists the settings for people to read: no secret is in it.
func (c *Config) Redacted() []string {
	secret := func(s string) string {
		if s == "" {
			return ""
		}
		return "(set)"
	}
	return []string{
		"HOUSECALL_ADDR=" + c.Addr, "HOUSECALL_BASE_URL=" + c.base.String(), "HOUSECALL_TLS=" + c.TLS, "HOUSECALL_TRUSTED_PROXIES=" + c.TrustedProxies, "HOUSECALL_ADMIN_NETWORKS=" + c.AdminNetworks,
		"HOUSECALL_DATA=" + c.Data, "HOUSECALL_DATABASE_URL=" + redactURL(c.DatabaseURL), "HOUSECALL_MIGRATE_DATABASE_URL=" + redactURL(c.MigrateURL), "HOUSECALL_LOG_URL=" + c.LogURL, "HOUSECALL_CLAMD=" + c.Clamd, "HOUSECALL_AUDIT_ANCHOR_URL=" + strings.Join(anchor.Names(c.AuditAnchorURL), ", "), "HOUSECALL_NATS_URL=" + redactURL(c.NATSURL), "HOUSECALL_SMTP_URL=" + redactURL(c.SMTPURL), "HOUSECALL_WEB_PUSH=" + c.WebPush, "HOUSECALL_APNS_URL=" + redactURL(c.APNsURL), "HOUSECALL_FCM_URL=" + redactURL(c.FCMURL), "HOUSECALL_SMS_URL=" + redactURL(c.SMSURL), "HOUSECALL_BOUNCE_TOKEN=" + secret(c.BounceToken), "HOUSECALL_BREACH_URL=" + redactURL(c.BreachURL),
		fmt.Sprintf("HOUSECALL_ICE_PORT=%d", c.ICEPort), "HOUSECALL_ICE_ADDRESS=" + c.ICEAddress, "HOUSECALL_TURN=" + c.TURN, "HOUSECALL_TURN_ADDR=" + c.TURNAddr, "HOUSECALL_TURN_TLS_ADDR=" + c.TURNTLSAddr, "HOUSECALL_TURN_TLS=" + c.TURNTLS, "HOUSECALL_TURN_HOST=" + c.TURNHost,
		"HOUSECALL_NODE=" + c.Node, "HOUSECALL_OIDC_ISSUERS=" + secret(c.OIDCIssuers), "HOUSECALL_SITE_KEY=" + secret(c.SiteKey), "HOUSECALL_CIPHER=" + c.Cipher, "HOUSECALL_AUDIT_HASH=" + c.AuditHash, "HOUSECALL_LOG=" + c.Log,
		fmt.Sprintf("HOUSECALL_RATE_LIMIT=%g", c.RateLimit), "HOUSECALL_BULK_KEEP=" + c.BulkKeep.String(), "HOUSECALL_KEY_AGE=" + c.KeyAge.String(), "HOUSECALL_TAKE_BACK=" + c.TakeBack.String(), fmt.Sprintf("HOUSECALL_SHOW_PRESENCE=%t", c.ShowPresence), fmt.Sprintf("HOUSECALL_RECORDING=%t", c.Recording), fmt.Sprintf("HOUSECALL_RECORDING_DAYS=%d", c.RecordingDays), "HOUSECALL_CLINIC_NAME=" + c.ClinicName, "HOUSECALL_CLINIC_PHONE=" + c.ClinicPhone,
		"HOUSECALL_EMERGENCY_PHONE=" + c.EmergencyPhone, "HOUSECALL_CRISIS_PHONE=" + c.CrisisPhone, "HOUSECALL_VISIT_PHONE=" + c.VisitPhone, "HOUSECALL_TIME_ZONE=" + c.zone.String(),
	}
}

var userInfo = regexp.MustCompile(`//[^/@]*@`)

// redactURL leaves out user and password, also of URLs that cannot be parsed.
func redactURL(s string) string {
	s = userInfo.ReplaceAllString(s, "//***@")
	if before, _, found := strings.Cut(s, "?"); found { // libpq takes a password there, too
		s = before
	}
	return s
}

func loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.IsLoopback()
}
