package ingest

import (
	"archive/zip"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"housecall/internal/fault"
)

// Bounds of what is read. They hold for what comes out of a compressed file.
const (
	maxFiles    = 1_000_000
	maxDocument = 64 << 20 // one JSON file
	maxResource = 16 << 20 // one line of NDJSON
	maxStream   = 16 << 30 // one NDJSON file
	maxZipFiles = 200_000
	maxZipBytes = 16 << 30 // all that comes out of one zip
	maxPeek     = 64 << 10
)

// input is one file to read.
type input struct {
	name  string
	size  int64 // bytes on disk
	open  func() (io.ReadCloser, error)
	kind  string // ".json", ".ndjson", ".zip"
	gz    bool
	order int

	before int // lines of the same input that came before these
}

// kindOf reads what a file is from its name.
func kindOf(name string) (kind string, gz bool) {
	name = strings.ToLower(path.Base(filepath.ToSlash(name)))
	name, gz = strings.CutSuffix(name, ".gz")
	switch ext := path.Ext(name); {
	case name == "log.ndjson": // the diary that bulk export clients write beside the data
		return "", gz
	case ext == ".json", ext == ".ndjson", ext == ".zip" && !gz:
		return ext, gz
	case ext == ".jsonl":
		return ".ndjson", gz
	}
	return "", gz
}

// inputs are the files to read, and what was left alone.
type inputs struct {
	files   []input
	skipped []string
	roots   []*os.Root
}

func (in *inputs) Close() {
	for _, r := range in.roots {
		_ = r.Close()
	}
}

func (in *inputs) size() (n int64) {
	for i := range in.files {
		n += in.files[i].size
	}
	return n
}

// gather finds the files. A folder is opened as a root: no link leads out of it.
func gather(ctx context.Context, paths []string) (*inputs, error) {
	in := &inputs{}
	for _, p := range paths {
		if err := in.add(ctx, p); err != nil {
			in.Close()
			return nil, err
		}
	}
	// What others refer to is read first. This only saves waiting: the result is
	// the same in every order.
	for i := range in.files {
		in.files[i].order = peek(&in.files[i])
	}
	slices.SortStableFunc(in.files, func(a, b input) int { return cmp.Compare(a.order, b.order) })
	return in, nil
}

func (in *inputs) add(ctx context.Context, p string) error {
	info, err := os.Stat(p)
	if err != nil {
		return fault.Wrap(fault.Invalid, "The path "+p+" cannot be read.", err)
	}
	if !info.IsDir() {
		kind, gz := kindOf(p)
		if kind == "" || !info.Mode().IsRegular() {
			return fault.New(fault.Invalid, "The file "+p+" is none of .json, .ndjson, their .gz, or .zip.")
		}
		in.files = append(in.files, input{name: p, size: info.Size(), kind: kind, gz: gz, open: func() (io.ReadCloser, error) { return os.Open(p) }})
		return nil
	}
	root, err := os.OpenRoot(p)
	if err != nil {
		return fault.Wrap(fault.Invalid, "The folder "+p+" cannot be read.", err)
	}
	in.roots = append(in.roots, root)
	return fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || e.IsDir() {
			return err
		}
		shown := filepath.Join(p, filepath.FromSlash(name))
		info, statErr := root.Stat(name) // refuses what leads out of the folder
		kind, gz := kindOf(name)
		if kind == "" || statErr != nil || !info.Mode().IsRegular() {
			in.skipped = append(in.skipped, shown)
			return nil
		}
		if len(in.files) == maxFiles {
			return fault.Newf(fault.TooLarge, "There are more than %d files. Please import them in parts.", maxFiles)
		}
		in.files = append(in.files, input{name: shown, size: info.Size(), kind: kind, gz: gz, open: func() (io.ReadCloser, error) { return root.Open(name) }})
		return nil
	})
}

// plain opens the file and takes the compression off.
func (in *input) plain() (io.ReadCloser, error) {
	f, err := in.open()
	if err != nil || !in.gz {
		return f, err
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{z, f}, nil
}

var typeNames = regexp.MustCompile(`"resourceType"\s*:\s*"([A-Za-z]+)"`)

// first are the types that others refer to, in the order of who refers to whom.
var first = []string{"Organization", "Location", "Practitioner", "PractitionerRole", "Medication", "Patient", "RelatedPerson", "Device", "Coverage", "Encounter", "Condition"}

// Order tells how early a type is to be read: what others refer to comes first.
func Order(typ string) int {
	if i := slices.Index(first, typ); i >= 0 {
		return i
	}
	return unordered
}

const unordered = 100

// peek looks at the head of a file for the first type of resource in it.
func peek(in *input) int {
	if in.kind == ".zip" {
		return slices.Index(first, "Patient")
	}
	r, err := in.plain()
	if err != nil {
		return unordered
	}
	defer r.Close()
	var head bytes.Buffer
	_, _ = io.CopyN(&head, r, maxPeek)
	for _, m := range typeNames.FindAllSubmatch(head.Bytes(), 8) {
		if t := string(m[1]); t != "Bundle" {
			return Order(t)
		}
	}
	return unordered
}

// unpack gives the files in a zip. A zip inside a zip is left alone.
func unpack(outer *input, f io.ReaderAt) (files []input, skipped []string, err error) {
	z, err := zip.NewReader(f, outer.size)
	if err != nil {
		return nil, nil, err
	}
	if len(z.File) > maxZipFiles {
		return nil, nil, fmt.Errorf("more than %d files in one zip", maxZipFiles)
	}
	var budget int64 = maxZipBytes
	for _, e := range z.File {
		if e.FileInfo().IsDir() {
			continue
		}
		name := outer.name + "!" + e.Name
		kind, gz := kindOf(e.Name)
		if kind == "" || kind == ".zip" || !e.Mode().IsRegular() {
			skipped = append(skipped, name)
			continue
		}
		files = append(files, input{name: name, size: int64(e.CompressedSize64), kind: kind, gz: gz, open: func() (io.ReadCloser, error) {
			r, err := e.Open()
			if err != nil {
				return nil, err
			}
			return &bounded{r, &budget}, nil
		}})
	}
	slices.SortFunc(files, func(a, b input) int { return strings.Compare(a.name, b.name) })
	for i := range files {
		files[i].order = peek(&files[i])
	}
	slices.SortStableFunc(files, func(a, b input) int { return cmp.Compare(a.order, b.order) })
	return files, skipped, nil
}

var errTooBig = errors.New("more comes out of this file than is read at once")

// bounded shares one budget among the files of a zip, so that a small file does
// not become a flood.
type bounded struct {
	io.ReadCloser
	left *int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if *b.left -= int64(n); *b.left < 0 {
		return 0, errTooBig
	}
	return n, err
}
