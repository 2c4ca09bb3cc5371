// Package web holds the built web client, so that the one binary can serve it.
//
// The source lies beside this file; `npm run build` writes dist. A checkout without a build still
// compiles: Built then says false and the portal tells the reader in plain words what is missing.
// The build tag noweb leaves the client out of the binary altogether.
package web
