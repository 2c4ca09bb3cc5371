// Package provider is the built-in OpenID provider: OpenID Connect and OAuth 2.0
// with authorization codes and PKCE on Housecall's own accounts. It issues every
// browser session and every API token.
//
// The protocol's endpoints are one http.Handler under /oidc. The steps of a
// sign-in (password, one-time code, passkey, outside issuer) are functions that
// the portal calls for its page /sign-in; they only fill in the request that
// /oidc/authorize began. The request is bound to the browser by a cookie, and
// /oidc/authorize/callback answers it once.
//
// It promises no certification by the OpenID Foundation.
package provider
