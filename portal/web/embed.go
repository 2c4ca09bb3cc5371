//go:build !noweb

package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files is the built client: index.html, assets/ and the service worker.
// index.html holds __NONCE__ where the server writes the nonce of its style policy.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the name is a constant of this file
	}
	return files
}

// Built says whether a client was built before the binary was.
func Built() bool {
	_, err := fs.Stat(Files(), "index.html")
	return err == nil
}
