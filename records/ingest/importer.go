package ingest

import (
	"context"
	"errors"
	"io"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/notifications"
	"housecall/records"
	"housecall/records/access"
)

// Deps is what an Importer works with.
type Deps struct {
	DB     *db.DB
	Store  *records.Store
	Access *access.Service
	Jobs   *notifications.Service // not started yet: the importer adds its workers; nil: nothing is done later
	Now    func() time.Time       // nil: time.Now
	NewID  func() string          // nil: UUIDv7
}

// Importer imports records of other systems.
type Importer struct {
	db     *db.DB
	store  *records.Store
	access *access.Service
	jobs   *notifications.Service
	now    func() time.Time
	newID  func() string
}

// New makes an Importer.
func New(d Deps) (*Importer, error) {
	if d.DB == nil || d.Store == nil || d.Access == nil {
		return nil, errors.New("ingest: database, store and access are needed")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.NewID == nil {
		d.NewID = func() string { return uuid.Must(uuid.NewV7()).String() }
	}
	im := &Importer{db: d.DB, store: d.Store, access: d.Access, jobs: d.Jobs, now: d.Now, newID: d.NewID}
	if im.jobs == nil {
		return im, nil
	}
	return im, im.work()
}

// TeamMember is a staff account that gets the imported patients.
type TeamMember struct {
	Account string
	Role    identity.Role
}

// Lines are NDJSON that comes from elsewhere than a file.
type Lines struct {
	Name   string // for the report
	Before int    // lines of the same input that came before these
	Size   int64
	Open   func() (io.ReadCloser, error)
}

// Options say what to import and how.
type Options struct {
	Paths []string
	Lines []Lines // besides files
	// Source names the sending system: ids are kept apart by it. Empty: a bundle
	// whose fullUrls name a server is that server's; everything else is "import".
	Source     string
	RejectsDir string        // folder for the file of what is set aside; empty: none is written
	Refused    func(Refusal) // is told of everything that is set aside; may be nil
	Progress   func(done, total int64, unit string)
	Team       []TeamMember
	Workers    int // 0: one a core, at most 4
}

// DefaultSource is the sender when nobody says who it was.
const DefaultSource = "import"

var sourceName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,199}$`)

// run is one import under way.
type run struct {
	*Importer
	who      identity.Principal
	opts     Options
	report   *Report
	rejects  rejects
	log      commitLog
	progress func(done, total int64, unit string)

	// also joins the transaction of what goes into a chart; may be nil
	also func(c *db.Conn, chart string) error

	anyWaiting atomic.Bool
	anywhere   bool     // conditional references may be answered by what others sent; set when nothing else runs
	joined     sync.Map // charts that the team was put into
	clashed    sync.Map
	idents     sync.Map
	identCount atomic.Int64
	sources    sync.Map

	alike       atomic.Int64 // pairs that may be the same person
	newcomersMu sync.Mutex
	newcomers   []string // patients that came in
}

// Import reads the paths and brings what is in them into the store. What is
// broken or waits is in the report and is no error; an error means that the
// import stopped, and that starting it again finishes it.
func (im *Importer) Import(ctx context.Context, who identity.Principal, opts Options) (*Report, error) {
	if who.Kind != identity.System && !who.Is(identity.Admin) {
		return nil, fault.New(fault.Forbidden, "Only an administrator can import records.")
	}
	if opts.Source != "" && !sourceName.MatchString(opts.Source) {
		return nil, fault.New(fault.Invalid, "The name of the source may have letters, digits and . _ : / @ - in it, for example mercy-hospital.")
	}
	if len(opts.Paths)+len(opts.Lines) == 0 {
		return nil, fault.New(fault.Invalid, "Say which files or folders to import.")
	}
	if opts.Workers <= 0 {
		opts.Workers = min(runtime.GOMAXPROCS(0), 4)
	}
	began := im.now()
	r := &run{Importer: im, who: who, opts: opts, progress: opts.Progress,
		report:  &Report{Types: map[string]*Counts{}},
		rejects: rejects{dir: opts.RejectsDir, name: "rejects-" + began.UTC().Format("20060102T150405.000000Z") + ".ndjson"},
	}
	if r.progress == nil {
		r.progress = func(int64, int64, string) {}
	}
	in, err := gather(ctx, opts.Paths)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	for _, l := range opts.Lines {
		in.files = append(in.files, input{name: l.Name, size: l.Size, kind: ".ndjson", before: l.Before, open: l.Open})
	}
	err = r.all(ctx, in)
	path, closeErr := r.rejects.close()
	r.report.RejectsFile = path
	r.report.Files = len(in.files)
	r.report.Took = im.now().Sub(began)
	return r.report, errors.Join(err, closeErr)
}

func (r *run) all(ctx context.Context, in *inputs) error {
	var any bool
	if err := r.db.Read(ctx).QueryRow(`SELECT EXISTS (SELECT 1 FROM import_waiting)`).Scan(&any); err != nil {
		return err
	}
	r.anyWaiting.Store(any)
	r.skip(in.skipped...)
	if err := r.pipe(ctx, in); err != nil {
		return err
	}
	names := r.sourceNames()
	if err := r.drainAll(ctx, names); err != nil {
		return err
	}
	r.report.Sources = names
	if err := r.suggestLate(ctx); err != nil {
		return err
	}
	r.report.Alike = int(r.alike.Load())
	return r.finish(ctx)
}

// drainAll lets in what waits and has everything by now, first among what its
// sender sent, then anywhere.
func (r *run) drainAll(ctx context.Context, sources []string) error {
	for _, anywhere := range []bool{false, true} {
		r.anywhere = anywhere
		for _, source := range sources {
			if err := r.drain(ctx, source); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *run) skip(names ...string) {
	for _, n := range names {
		if len(r.report.Skipped) < maxSkipped {
			r.report.Skipped = append(r.report.Skipped, n)
		}
	}
}

// sourceOf is the sender of a unit.
func (r *run) sourceOf(u *unit) string {
	source := u.source
	switch {
	case source != "":
	case r.opts.Source != "":
		source = r.opts.Source
	case u.base != "" && len(u.base) <= maxSourceID:
		source = strings.ToLower(u.base)
	default:
		source = DefaultSource
	}
	r.sources.Store(source, true)
	return source
}

// metaSource is what meta.source says of resources that name none themselves.
func (r *run) metaSource(u *unit) string {
	if u.source == DefaultSource {
		return ""
	}
	return u.source
}

func (r *run) sourceNames() []string {
	var names []string
	r.sources.Range(func(k, _ any) bool { names = append(names, k.(string)); return true })
	slices.Sort(names)
	return names
}

func (r *run) isClashed(source string, m *mapped) bool {
	_, ok := r.clashed.Load(source + " " + m.typ + "/" + m.sid)
	return ok
}
