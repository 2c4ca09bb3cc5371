//go:build noweb

package web

import (
	"embed"
	"io/fs"
)

// Files is empty under the build tag noweb.
func Files() fs.FS { return embed.FS{} }

// Built is false under the build tag noweb.
func Built() bool { return false }
