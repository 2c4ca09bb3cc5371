package portal

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
)

// client serves the built web client from memory.
type client struct {
	files map[string]*file // by path below /
	index []byte           // index.html, with nonceMark where the nonce goes; nil: not built
}

type file struct {
	body        []byte
	contentType string
	tag         string
	forever     bool // the name changes with the content

	once     sync.Once
	br, gzip []byte
}

// nonceMark stands in index.html for the nonce of the style policy.
const nonceMark = "__NONCE__"

// worker is the service worker. The policy that comes with it is that of all it does:
// it loads its other parts, and fetches the shell that it keeps.
const (
	worker       = "/sw.js"
	workerPolicy = "default-src 'none'; script-src 'self'; connect-src 'self'"
)

// faces are paths of the server itself. What is not found there is not a page.
var faces = []string{"/api", "/auth", "/oidc", "/fhir", "/mobile", "/live", "/visits", "/cds-services", "/hooks", "/healthz", "/readyz", "/metrics", "/assets"}

var types = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".json": "application/json",
	".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon", ".webp": "image/webp", ".woff2": "font/woff2",
	".webmanifest": "application/manifest+json", ".txt": "text/plain; charset=utf-8",
}

func newClient(from fs.FS) (*client, error) {
	cl := &client{files: map[string]*file{}}
	if from == nil {
		return cl, nil
	}
	err := fs.WalkDir(from, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasPrefix(path.Base(name), ".") || strings.HasPrefix(name, ".") {
			return err
		}
		b, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		if name == "index.html" {
			cl.index = b
			return nil
		}
		sum := sha256.Sum256(b)
		ct := types[path.Ext(name)]
		if ct == "" {
			ct = "application/octet-stream"
		}
		cl.files["/"+name] = &file{body: b, contentType: ct, tag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`, forever: strings.HasPrefix(name, "assets/")}
		return nil
	})
	return cl, err
}

func (cl *client) serve(c *fiber.Ctx) error {
	p := c.Path()
	if f := cl.files[p]; f != nil {
		if p == worker {
			c.Set(fiber.HeaderContentSecurityPolicy, workerPolicy)
		}
		return f.serve(c)
	}
	for _, face := range faces {
		if p == face || strings.HasPrefix(p, face+"/") {
			return fiber.ErrNotFound
		}
	}
	if path.Ext(p) != "" && p != "/index.html" {
		return fiber.ErrNotFound
	}
	nonce := edge.Page(c)
	if cl.index == nil {
		return c.Status(fiber.StatusServiceUnavailable).SendString(notBuilt)
	}
	return c.Send(bytes.ReplaceAll(cl.index, []byte(nonceMark), []byte(nonce)))
}

func (f *file) serve(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, f.contentType)
	c.Set(fiber.HeaderETag, f.tag)
	if f.forever {
		edge.CacheForever(c)
	} else {
		c.Set(fiber.HeaderCacheControl, "no-cache")
	}
	if holds(c.Get(fiber.HeaderIfNoneMatch), f.tag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	c.Vary(fiber.HeaderAcceptEncoding)
	f.once.Do(f.pack)
	accept := c.Get(fiber.HeaderAcceptEncoding)
	switch {
	case f.br != nil && strings.Contains(accept, "br"):
		c.Set(fiber.HeaderContentEncoding, "br")
		return c.Send(f.br)
	case f.gzip != nil && strings.Contains(accept, "gzip"):
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(f.gzip)
	}
	return c.Send(f.body)
}

// pack compresses a file when somebody asks for it the first time.
func (f *file) pack() {
	if len(f.body) < 512 || strings.HasPrefix(f.contentType, "image/") && f.contentType != types[".svg"] || strings.HasPrefix(f.contentType, "font/") {
		return
	}
	var b, g bytes.Buffer
	bw := brotli.NewWriterLevel(&b, 9)
	_, err := bw.Write(f.body)
	if err == nil && bw.Close() == nil {
		f.br = b.Bytes()
	}
	gw, _ := gzip.NewWriterLevel(&g, gzip.BestCompression)
	_, err = gw.Write(f.body)
	if err == nil && gw.Close() == nil {
		f.gzip = g.Bytes()
	}
}

// notBuilt is what people see when the binary was made without the web client.
const notBuilt = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Housecall</title></head>
<body><main><h1>The pages are missing</h1>
<p>Housecall is running, but this program was built without its web pages.</p>
<p>To build them, run <code>make build</code> and start Housecall again. Apps and other systems can use it meanwhile.</p></main></body></html>
`
