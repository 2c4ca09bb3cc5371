// Package login signs browsers in as a relying party of OpenID Connect. Our own
// web client signs in at the built-in provider, inside the process; any number
// of outside issuers can stand in for our own proofs, and the built-in provider
// issues the session all the same.
//
// What a sign-in has to fit (state, nonce, PKCE verifier, where to return) stays
// on the server, in a row bound to the browser by a cookie and used once.
package login
