package provider

import (
	"net"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/zitadel/oidc/v3/pkg/oidc"

	"housecall/internal/fault"
	"housecall/internal/identity"
)

// Bounds of what is said about a client.
const (
	maxName    = 100
	maxAddress = 500
	maxList    = 50
)

// plainScopes are those that name no records. What they mean is said where they
// are used.
var plainScopes = []string{
	oidc.ScopeOpenID, oidc.ScopeProfile, oidc.ScopeEmail, "fhirUser",
	"launch", "launch/patient", "launch/encounter", "housecall/sensitive",
}

// wrong is a fault in one field of what somebody says about a client.
func wrong(field string, err *fault.Error) error {
	return err.WithIssues(fault.Issue{Code: "invalid", Expression: field, Text: err.Msg})
}

func secretly(m oidc.AuthMethod) bool {
	return m == oidc.AuthMethodBasic || m == oidc.AuthMethodPost
}

// rowOf checks what is said about a client. Its secret, and whether it is active,
// are others' to say.
func (p *Provider) rowOf(c Client) (clientRow, error) {
	if c.AuthMethod == "" {
		switch {
		case c.Keys != "" || c.KeysURL != "":
			c.AuthMethod = oidc.AuthMethodPrivateKeyJWT
		case c.Secret != "":
			c.AuthMethod = oidc.AuthMethodBasic
		default:
			c.AuthMethod = oidc.AuthMethodNone
		}
	}
	row := clientRow{
		ID: c.ID, Name: strings.TrimSpace(c.Name), Publisher: strings.TrimSpace(c.Publisher), Homepage: c.Homepage, LaunchURL: c.LaunchURL, LogoutURL: c.LogoutURL,
		AuthMethod: c.AuthMethod, KeysURL: c.KeysURL, Native: c.Native, FirstParty: c.FirstParty,
		Redirects: list(c.Redirects), PostLogout: list(c.PostLogout), Scopes: list(c.Scopes), Offline: c.Offline, Backend: c.Backend, Group: strings.TrimPrefix(strings.TrimSpace(c.Group), "Group/"),
	}
	for _, check := range []func(Client, *clientRow) error{checkWords, checkProof, checkAddresses, checkScopes, checkGroup} {
		if err := check(c, &row); err != nil {
			return clientRow{}, err
		}
	}
	return row, nil
}

// checkGroup: only who acts for itself is bound to a Group; people are bound to the
// charts that they may open.
func checkGroup(_ Client, row *clientRow) error {
	switch {
	case row.Group == "":
		return nil
	case !row.Backend:
		return wrong("group", fault.New(fault.Invalid, "Only an app that acts for itself works for a group of patients."))
	case uuid.Validate(row.Group) != nil || len(row.Group) != 36:
		return wrong("group", fault.New(fault.Invalid, "Give the id of a FHIR Group, for example 0f6f8a4e-1c0b-4b52-9d52-3d1f6b7a9e11."))
	}
	return nil
}

func checkWords(_ Client, row *clientRow) error {
	for field, v := range map[string]string{"name": row.Name, "publisher": row.Publisher} {
		if utf8.RuneCountInString(v) > maxName || strings.ContainsFunc(v, unicode.IsControl) || !utf8.ValidString(v) {
			return wrong(field, fault.New(fault.Invalid, "Names have at most 100 letters, on one line."))
		}
	}
	if row.Name == "" {
		return wrong("name", fault.New(fault.Invalid, "Give the app a name, as people will read it."))
	}
	return nil
}

// checkProof: how the client proves itself, and nothing beside that. One that has
// keys has no secret to fall back on.
func checkProof(c Client, row *clientRow) error {
	switch row.AuthMethod {
	case oidc.AuthMethodNone, oidc.AuthMethodBasic, oidc.AuthMethodPost:
		if c.Keys != "" || c.KeysURL != "" {
			return wrong("keys", fault.New(fault.Invalid, "Only an app that proves itself by keys has keys."))
		}
		if c.Backend {
			return wrong("backend", fault.New(fault.Invalid, "An app that acts for itself proves itself by keys (SMART Backend Services)."))
		}
	case oidc.AuthMethodPrivateKeyJWT:
		if (c.Keys == "") == (c.KeysURL == "") {
			return wrong("keys", fault.New(fault.Invalid, "Give the app's public keys, or the address where they are: one of the two."))
		}
		if c.KeysURL != "" {
			if u, err := url.Parse(c.KeysURL); err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.Fragment != "" || len(c.KeysURL) > maxAddress {
				return wrong("keysUrl", fault.New(fault.Invalid, "The address of the keys begins with https://"))
			}
			return nil
		}
		keys, err := publicKeys([]byte(c.Keys))
		if err != nil {
			return wrong("keys", err)
		}
		row.Keys = keySet(keys)
	default:
		return wrong("kind", fault.New(fault.Invalid, "Say how the app proves itself: not at all, by a secret, or by keys."))
	}
	if c.Native && row.AuthMethod != oidc.AuthMethodNone {
		return wrong("native", fault.New(fault.Invalid, "What is installed on people's devices cannot keep a secret: it is a public app."))
	}
	return nil
}

func checkAddresses(c Client, row *clientRow) error {
	if len(c.Redirects) == 0 && !c.Backend {
		return wrong("redirects", fault.New(fault.Invalid, "Give the address to which people come back after they signed in."))
	}
	if len(c.Redirects) > maxList || len(c.PostLogout) > maxList {
		return wrong("redirects", fault.New(fault.Invalid, "An app has at most 50 addresses of a kind."))
	}
	for field, addresses := range map[string][]string{"redirects": c.Redirects, "postLogout": c.PostLogout} {
		for _, r := range addresses {
			if err := checkRedirect(r, c.Native); err != nil {
				return wrong(field, fault.Of(err))
			}
		}
	}
	if err := checkLogoutURL(row.LogoutURL); err != nil {
		return wrong("logoutUrl", err)
	}
	for field, v := range map[string]string{"homepage": row.Homepage, "launchUrl": row.LaunchURL} {
		if v == "" {
			continue
		}
		if u, err := url.Parse(v); err != nil || len(v) > maxAddress || u.User != nil || u.Host == "" || (u.Scheme != "https" && !here(u)) {
			return wrong(field, fault.New(fault.Invalid, "Write the address out, beginning with https://"))
		}
	}
	return nil
}

// here tells whether an address is on the own machine, for trying out.
func here(u *url.URL) bool {
	return u.Scheme == "http" && (u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback())
}

func checkScopes(c Client, _ *clientRow) error {
	if len(c.Scopes) > 200 {
		return wrong("scopes", fault.New(fault.Invalid, "An app has at most 200 scopes."))
	}
	system := false
	for _, s := range c.Scopes {
		asked, ok := identity.ParseScope(s)
		if !ok && !slices.Contains(plainScopes, s) {
			return wrong("scopes", fault.New(fault.Invalid, "One of the scopes is none that can be given. They look like patient/Observation.rs, user/*.rs or system/Patient.rs."))
		}
		own := asked.Level == "system"
		if own && !c.Backend {
			return wrong("scopes", fault.New(fault.Invalid, "Only an app that acts for itself has scopes that begin with system/."))
		}
		if !own && len(c.Redirects) == 0 {
			return wrong("scopes", fault.New(fault.Invalid, "An app to which nobody signs in has only scopes that begin with system/."))
		}
		system = system || own
	}
	if c.Backend && !system {
		return wrong("scopes", fault.New(fault.Invalid, "Say what the app may do for itself, with scopes like system/Observation.rs."))
	}
	return nil
}
