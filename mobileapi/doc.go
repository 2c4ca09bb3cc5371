// Package mobileapi is the phone's edge, /mobile/v1. A phone is known by its
// access token, never by a cookie: what a browser is signed in as means nothing
// here.
package mobileapi
