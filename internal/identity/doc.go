// Package identity knows who somebody is and how they proved it: accounts,
// sessions and tokens, the sign-in of our own browser client through OpenID
// Connect, the built-in OpenID provider, passkeys and one-time codes. It decides
// nothing about charts; that is records/access.
package identity
