// Package portal is the browser's edge: sign-in, the JSON API /api/v1, the live
// socket /live, and the web client itself.
//
// Handlers decode, make one call and encode. What may be seen is decided below
// them, in records, by the principal that each request carries; the address of a
// request names the chart, never the session, so that two open tabs cannot mix
// up two people. Nothing here holds state that cannot be lost: a socket that
// breaks is opened again and catches up by ETags.
package portal
