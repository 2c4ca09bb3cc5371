package login

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"housecall/internal/identity"
)

// Issuer is an outside OpenID issuer, as the site configured it.
type Issuer struct {
	ID              string   `json:"id"`
	Name            string   `json:"name"`
	Issuer          string   `json:"issuer"`
	ClientID        string   `json:"client_id"`
	ClientSecret    string   `json:"client_secret,omitempty"`
	ClientSecretEnv string   `json:"client_secret_env,omitempty"` // name of the variable that holds it
	Scopes          []string `json:"scopes,omitempty"`            // besides openid
	ACR             []string `json:"acr,omitempty"`               // values that count as a second factor
	AllowPrivate    bool     `json:"allow_private,omitempty"`     // may live inside the network, and on http
	LogoutJWT       bool     `json:"logout_jwt,omitempty"`        // its logout tokens call themselves JWT, or nothing
	Roles           *RoleMap `json:"roles,omitempty"`
	Recheck         Span     `json:"recheck,omitempty"` // how often it is asked whether it still vouches for somebody
	Grace           Span     `json:"grace,omitempty"`   // how long sessions go on when it does not answer that
	Longest         Span     `json:"longest,omitempty"` // how long they last when it cannot be asked
}

// RoleMap gives staff the roles that a claim names.
type RoleMap struct {
	Claim string                   `json:"claim"`
	Map   map[string]identity.Role `json:"map"`
}

var issuerID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,30}$`)

// ParseIssuers reads HOUSECALL_OIDC_ISSUERS. env reads a variable.
func ParseIssuers(raw string, env func(string) string) ([]Issuer, error) {
	if strings.TrimSpace(raw) == "" {
		return nil, nil
	}
	bad := func(format string, args ...any) ([]Issuer, error) {
		return nil, fmt.Errorf(`HOUSECALL_OIDC_ISSUERS: %s, for example [{"id":"hospital","name":"City Hospital","issuer":"https://id.example.org","client_id":"housecall","client_secret_env":"HOSPITAL_SECRET"}]`, fmt.Sprintf(format, args...))
	}
	dec := json.NewDecoder(strings.NewReader(raw))
	dec.DisallowUnknownFields()
	var items []Issuer
	if err := dec.Decode(&items); err != nil {
		return bad("is not a JSON list of issuers (%v)", err)
	}
	seen := map[string]bool{}
	for i := range items {
		x := &items[i]
		if !issuerID.MatchString(x.ID) || seen[x.ID] {
			return bad("each issuer needs its own id of small letters, digits and -")
		}
		seen[x.ID] = true
		if x.Name == "" || x.ClientID == "" {
			return bad("%s needs name and client_id", x.ID)
		}
		if err := checkIssuerURL(x.Issuer, x.AllowPrivate); err != nil {
			return bad("%s: %v", x.ID, err)
		}
		if x.ClientSecretEnv != "" {
			if x.ClientSecret = env(x.ClientSecretEnv); x.ClientSecret == "" {
				return bad("%s: the variable %s is empty", x.ID, x.ClientSecretEnv)
			}
		}
		if err := x.checkSpans(); err != nil {
			return bad("%s: %v", x.ID, err)
		}
		if x.Roles != nil {
			for _, r := range x.Roles.Map {
				if !slices.Contains(identity.Roles, r) {
					return bad("%s: there is no role %q", x.ID, r)
				}
			}
			if x.Roles.Claim == "" {
				return bad("%s: roles needs claim", x.ID)
			}
		}
	}
	return items, nil
}

func checkIssuerURL(raw string, private bool) error {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil || (u.Scheme != "https" && (u.Scheme != "http" || !private)) {
		return errors.New("issuer must be an https address")
	}
	return nil
}

// mapped gives the roles that the claims name.
func (m *RoleMap) mapped(claims map[string]any) []identity.Role {
	var words []string
	switch v := claims[m.Claim].(type) {
	case string:
		words = strings.Fields(v)
	case []any:
		for _, w := range v {
			if s, ok := w.(string); ok {
				words = append(words, s)
			}
		}
	}
	var roles []identity.Role
	for _, r := range identity.Roles { // in one order, each once
		if slices.ContainsFunc(words, func(w string) bool { return m.Map[w] == r }) {
			roles = append(roles, r)
		}
	}
	return roles
}
