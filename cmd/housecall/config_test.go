package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func testConfig(t testing.TB) Config {
	return Config{Addr: "127.0.0.1:8080", Data: filepath.Join(t.TempDir(), "data"), Log: "error", EmergencyPhone: "911"}
}

func TestWrongSettingsAreToldInOneLine(t *testing.T) {
	cert := filepath.Join(t.TempDir(), "cert.pem")
	require.NoError(t, os.WriteFile(cert, nil, 0o600))
	for _, c := range []struct {
		name   string
		change func(*Config)
		says   []string
	}{
		{"address without port", func(c *Config) { c.Addr = "localhost" }, []string{"HOUSECALL_ADDR", "127.0.0.1:8080"}},
		{"base URL with a path", func(c *Config) { c.BaseURL = "https://example.org/portal" }, []string{"HOUSECALL_BASE_URL", "https://portal.example.org"}},
		{"base URL in the clear", func(c *Config) { c.BaseURL = "http://portal.example.org" }, []string{"HOUSECALL_BASE_URL", "without https"}},
		{"https without certificate", func(c *Config) { c.BaseURL = "https://portal.example.org" }, []string{"HOUSECALL_TLS", "missing"}},
		{"certificate for http", func(c *Config) { c.TLS = "proxy" }, []string{"HOUSECALL_BASE_URL", "https"}},
		{"certificate without key", func(c *Config) { c.BaseURL, c.TLS = "https://a.example", cert }, []string{"HOUSECALL_TLS", "key"}},
		{"certificate that is not there", func(c *Config) { c.BaseURL, c.TLS = "https://a.example", cert+",none.pem" }, []string{"HOUSECALL_TLS", "none.pem is not there"}},
		{"administration by name", func(c *Config) { c.AdminNetworks = "10.0.0.0/8,office" }, []string{"HOUSECALL_ADMIN_NETWORKS", `"office"`, "10.20.0.0/16"}},
		{"proxy by name", func(c *Config) { c.TrustedProxies = "10.0.0.0/8,proxy" }, []string{"HOUSECALL_TRUSTED_PROXIES", `"proxy"`, "10.0.0.0/8"}},
		{"other database", func(c *Config) { c.DatabaseURL = "mysql://root:hunter2@db/x" }, []string{"HOUSECALL_DATABASE_URL", "postgres://"}},
		{"other bus", func(c *Config) { c.NATSURL = "redis://u:hunter2@x" }, []string{"HOUSECALL_NATS_URL", "nats://"}},
		{"scanner without a port", func(c *Config) { c.Clamd = "tcp://u:hunter2@scanner" }, []string{"HOUSECALL_CLAMD", "tcp://host:port or unix:/path", "unix:/run/clamav/clamd.ctl"}},
		{"mail without sender", func(c *Config) { c.SMTPURL = "smtp://u:hunter2@mail.example.org" }, []string{"HOUSECALL_SMTP_URL", "?from=", "portal@example.org"}},
		{"push without a contact", func(c *Config) { c.WebPush = "it@clinic.example.org" }, []string{"HOUSECALL_WEB_PUSH", "mailto:"}},
		{"iPhones without a key", func(c *Config) {
			c.APNsURL = "https://u:hunter2@api.push.apple.com?key=none.p8&key-id=ABC1234567&team=DEF1234567&topic=org.example.app"
		}, []string{"HOUSECALL_APNS_URL", "cannot be read", "topic="}},
		{"Android without a key", func(c *Config) { c.FCMURL = "https://fcm.googleapis.com" }, []string{"HOUSECALL_FCM_URL", "cannot be read", "service-account.json"}},
		{"texts in the clear", func(c *Config) { c.SMSURL = "http://:hunter2@sms.example.org/messages" }, []string{"HOUSECALL_SMS_URL", "https://"}},
		{"a short bounce token", func(c *Config) { c.BounceToken = "hunter2" }, []string{"HOUSECALL_BOUNCE_TOKEN", "20", "openssl"}},
		{"stolen passwords in the clear", func(c *Config) { c.BreachURL = "http://u:hunter2@lists.example/range" }, []string{"HOUSECALL_BREACH_URL", "https://api.pwnedpasswords.com/range"}},
		{"hosts as addresses", func(c *Config) { c.OutsideHosts = "hooks.lab.example https://a.example" }, []string{"HOUSECALL_OUTSIDE_HOSTS", "*.push.apple.com"}},
		{"two addresses of a kind", func(c *Config) { c.ICEAddress = "203.0.113.7,203.0.113.8" }, []string{"HOUSECALL_ICE_ADDRESS", "2001:db8::7"}},
		{"a relay that is half on", func(c *Config) { c.TURN = "yes" }, []string{"HOUSECALL_TURN", "auto or off"}},
		{"a relay at a port alone", func(c *Config) { c.TURNAddr = "3478" }, []string{"HOUSECALL_TURN_ADDR", ":3478"}},
		{"a relay by TLS without certificate", func(c *Config) { c.TURNTLSAddr = ":5349" }, []string{"HOUSECALL_TURN_TLS", "certificate"}},
		{"a relay by URL", func(c *Config) { c.TURNHost = "turn:relay.example.org" }, []string{"HOUSECALL_TURN_HOST", "one.portal.example.org"}},
		{"node with blanks", func(c *Config) { c.Node = "my node" }, []string{"HOUSECALL_NODE", "portal-1"}},
		{"issuers that are no JSON", func(c *Config) { c.OIDCIssuers = "https://login.example" }, []string{"HOUSECALL_OIDC_ISSUERS", `"client_id"`}},
		{"issuers in a missing file", func(c *Config) { c.OIDCIssuers = "@none.json" }, []string{"HOUSECALL_OIDC_ISSUERS", "cannot be read"}},
		{"log level", func(c *Config) { c.Log = "loud" }, []string{"HOUSECALL_LOG", "info,json"}},
		{"time zone", func(c *Config) { c.TimeZone = "Mars/Olympus" }, []string{"HOUSECALL_TIME_ZONE", "America/Chicago"}},
		{"a key for an hour", func(c *Config) { c.KeyAge = time.Hour }, []string{"HOUSECALL_KEY_AGE", "2160h"}},
		{"files kept for a moment", func(c *Config) { c.BulkKeep = time.Second }, []string{"HOUSECALL_BULK_KEEP", "24h"}},
		{"a cipher of old", func(c *Config) { c.Cipher = "aes-128-cbc" }, []string{"HOUSECALL_CIPHER", "aes-256-gcm, xchacha20-poly1305"}},
		{"a hash of old", func(c *Config) { c.AuditHash = "md5" }, []string{"HOUSECALL_AUDIT_HASH", "sha3-256"}},
		{"rate", func(c *Config) { c.RateLimit = -1 }, []string{"HOUSECALL_RATE_LIMIT", "100"}},
	} {
		cfg := testConfig(t)
		c.change(&cfg)
		err := cfg.Validate()
		require.Error(t, err, c.name)
		for _, text := range c.says {
			require.Contains(t, err.Error(), text, c.name)
		}
		require.NotContains(t, err.Error(), "\n", c.name)
		require.NotContains(t, err.Error(), "hunter2", c.name)
	}
}

func TestRightSettings(t *testing.T) {
	cfg := testConfig(t)
	require.NoError(t, cfg.Validate())
	require.Equal(t, "http://localhost:8080", cfg.base.String())
	cfg = testConfig(t)
	cfg.BaseURL, cfg.TLS, cfg.TrustedProxies = "https://portal.example.org/", "proxy", "10.0.0.0/8, 192.168.1.5"
	cfg.DatabaseURL, cfg.NATSURL, cfg.SiteKey = "postgres://u:hunter2@db:5432/x?password=hunter2", "nats://u:hunter2@a:1,nats://u:hunter2@b:2", "hunter2"
	cfg.SMTPURL = "smtps://u:hunter2@mail.example.org?from=portal@example.org"
	require.NoError(t, cfg.Validate())
	require.Len(t, cfg.proxies, 2)
	shown := strings.Join(cfg.Redacted(), "\n")
	require.NotContains(t, shown, "hunter2")
	require.Contains(t, shown, "HOUSECALL_DATABASE_URL=postgres://***@db:5432/x")
}

func TestTheDemoListensOnThisMachineOnly(t *testing.T) {
	for addr, allowed := range map[string]bool{"127.0.0.1:1": true, "localhost:1": true, "[::1]:1": true, "0.0.0.0:1": false, ":1": false, "192.168.1.2:1": false} {
		cfg := Config{Addr: addr}
		require.Equal(t, allowed, cfg.demoOnly() == nil, addr)
	}
}
