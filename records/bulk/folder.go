package bulk

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
)

// Written is a file of an export to a folder.
type Written struct {
	Name  string
	Count int64
	Size  int64
}

// unfinished is the end of the names of files until all of them are there.
const unfinished = ".part"

// WriteFolder exports into a new or empty folder of this machine, a file for each
// type. The files get their names when all are whole.
func (s *Service) WriteFolder(ctx context.Context, who identity.Principal, e Export, dir string, progress func(done, total int64)) (_ []Written, err error) {
	if err := s.check(ctx, who, &e); err != nil {
		return nil, err
	}
	at, err := s.DB.Settle(ctx, s.Now, s.Skew)
	if err != nil {
		return nil, err
	}
	o, err := s.options(ctx, who, &e, at)
	if err != nil {
		return nil, err
	}
	total, err := s.Records.ExportCharts(ctx, o.Patients)
	if err != nil {
		return nil, err
	}
	f, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.close(err != nil)) }()
	sp, cursor := newSpool(), records.ExportCursor{}
	for !cursor.Done {
		page, err := s.Records.Export(ctx, who, o, cursor)
		if err != nil {
			return nil, err
		}
		if err := collect(sp, &e, page.Items); err != nil {
			return nil, err
		}
		if cursor = page.Next; sp.full() || cursor.Done {
			if err := sp.each(f.write); err != nil {
				return nil, err
			}
			sp.clear()
		}
		progress(cursor.Charts, total)
	}
	return f.finish()
}

// folder is where an export is written to.
type folder struct {
	dir   string
	files map[string]*folderFile
}

type folderFile struct {
	Written
	file *os.File
	w    *bufio.Writer
}

func openFolder(dir string) (*folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.Wrap(fault.Invalid, "The folder "+dir+" cannot be made.", err)
	}
	there, err := os.ReadDir(dir)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "The folder "+dir+" cannot be read.", err)
	}
	if len(there) > 0 {
		return nil, fault.New(fault.Conflict, "The folder "+dir+" is not empty. Name a new one.")
	}
	return &folder{dir: dir, files: map[string]*folderFile{}}, nil
}

func (f *folder) write(k section, l *lines) error {
	name := k.typ + ".ndjson"
	if k.kind == "deleted" {
		name = "deleted.ndjson"
	}
	x := f.files[name]
	if x == nil {
		file, err := os.OpenFile(filepath.Join(f.dir, name+unfinished), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		x = &folderFile{Written: Written{Name: name}, file: file, w: bufio.NewWriterSize(file, 64<<10)}
		f.files[name] = x
	}
	x.Count += l.count
	n, err := x.w.Write(l.buf.Bytes())
	x.Size += int64(n)
	return err
}

// finish makes the files durable and gives them their names.
func (f *folder) finish() ([]Written, error) {
	var out []Written
	for _, x := range f.files {
		if err := errors.Join(x.w.Flush(), x.file.Sync()); err != nil {
			return nil, fmt.Errorf("write %s: %w", x.Name, err)
		}
		out = append(out, x.Written)
	}
	for _, x := range f.files {
		path := filepath.Join(f.dir, x.Name)
		if err := os.Rename(path+unfinished, path); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b Written) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// close lets go of the files; of a broken export nothing stays.
func (f *folder) close(broken bool) error {
	var errs []error
	for _, x := range f.files {
		errs = append(errs, x.file.Close())
		if broken {
			_ = os.Remove(filepath.Join(f.dir, x.Name+unfinished))
			_ = os.Remove(filepath.Join(f.dir, x.Name))
		}
	}
	return errors.Join(errs...)
}
