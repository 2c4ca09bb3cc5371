package portal

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/oversight"
)

// mountPrivacy hangs on what the privacy officer reads of the audit, the file of
// their own log for patients, and the key that it is checked with.
func (p *Portal) mountPrivacy(app *fiber.App, api huma.API) {
	app.Get("/.well-known/housecall-audit", p.auditKey)
	app.Get("/api/v1/charts/:patient/access/export", p.exportLog)
	app.Get("/api/v1/privacy/audit.csv", p.auditCSV)
	get(api, "/privacy/audit", "The report of the audit", p.audit)
	get(api, "/privacy/unusual", "Accesses that somebody should look at", p.unusual)
}

// auditKey is for everybody: with it a downloaded log is checked.
func (p *Portal) auditKey(c *fiber.Ctx) error {
	by, err := p.Access.Signing(c.UserContext())
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=300")
	return c.JSON(struct {
		Algorithm string            `json:"algorithm"`
		Key       []byte            `json:"key"`
		Handovers []access.Handover `json:"handovers,omitempty"` // from the keys before it
		Check     string            `json:"check"`
	}{"Ed25519", by.Key, by.Handovers, "housecall audit check FILE --key KEY"})
}

const (
	exportTime = 2 * time.Minute
	maxCSV     = 50_000
)

// stream sends a file whose end is not known yet. What goes wrong on the way is
// in the log; the file then has no end.
// It ends early as well when who asked for it was cut off; may decides on them anew.
func (p *Portal) stream(c *fiber.Ctx, contentType, name string, may func(context.Context, identity.Principal) error, write func(context.Context, io.Writer) error) error {
	c.Set(fiber.HeaderContentType, contentType)
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	c.Set(fiber.HeaderCacheControl, "no-store")
	id, again := edge.RequestID(c.UserContext()), edge.Again(c)
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		ctx, cancel := context.WithTimeout(context.Background(), exportTime)
		defer cancel()
		if err := write(ctx, &guarded{w: w, asked: time.Now(), still: func() error {
			who, err := again(ctx)
			if err == nil {
				err = may(ctx, who)
			}
			return err
		}}); err != nil {
			p.Log.Error("a file ended early", "id", id, "err", err)
		}
	})
	return nil
}

// guarded writes as long as it may, and asks that now and then.
type guarded struct {
	w     io.Writer
	still func() error
	asked time.Time
}

const stillEvery = 250 * time.Millisecond

func (g *guarded) Write(b []byte) (int, error) {
	if now := time.Now(); now.Sub(g.asked) >= stillEvery {
		if err := g.still(); err != nil {
			return 0, err
		}
		g.asked = now
	}
	return g.w.Write(b)
}

// exportLog gives a patient's log with its proofs. It is an export, so who asks
// proves anew that it is them.
func (p *Portal) exportLog(c *fiber.Ctx) error {
	who := edge.Principal(c)
	if who.Scopes == nil {
		if err := who.RequireRecent(p.Now()); err != nil {
			return err
		}
	}
	patient := strings.Clone(c.Params("patient"))
	write, err := p.Access.ExportLog(c.UserContext(), who, patient)
	if err != nil {
		return err
	}
	may := func(ctx context.Context, who identity.Principal) error {
		return p.Access.StillSeesLog(ctx, who, patient)
	}
	return p.stream(c, fiber.MIMEApplicationJSON, "access-log.json", may, write)
}

// AuditQuery is what is asked of the report.
type AuditQuery struct {
	From      string `query:"from" format:"date" maxLength:"10" doc:"First day, where the clinic is"`
	Until     string `query:"until" format:"date" maxLength:"10" doc:"Last day"`
	Who       string `query:"who" maxLength:"64" doc:"Account of who did it, or to whose account it was done"`
	Patient   string `query:"patient" maxLength:"64"`
	Action    string `query:"action" maxLength:"20"`
	App       string `query:"app" maxLength:"200" doc:"Name or id of the app"`
	Refused   bool   `query:"refused" doc:"Only what was refused"`
	Emergency bool   `query:"emergency" doc:"Only what was opened in an emergency"`
	Sort      string `query:"sort" enum:"time,who,patient,action,outcome,role,app,data" default:"time"`
	Ascending bool   `query:"ascending"`
}

var errPeriod = fault.New(fault.Invalid, "Please choose a period: its first and its last day.")

// period are the days where the clinic is.
func (p *Portal) period(first, last string) (from, until time.Time, err error) {
	zone, err := time.LoadLocation(p.Clinic.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	from, err = time.ParseInLocation(time.DateOnly, first, zone)
	if err == nil {
		until, err = time.ParseInLocation(time.DateOnly, last, zone)
	}
	if err != nil {
		return from, until, errPeriod
	}
	return from, until.AddDate(0, 0, 1), nil
}

func (p *Portal) reportQuery(q *AuditQuery) (access.ReportQuery, error) {
	from, until, err := p.period(q.From, q.Until)
	return access.ReportQuery{From: from, Until: until, Account: q.Who, Patient: q.Patient, Action: q.Action, App: q.App, Refused: q.Refused, Emergency: q.Emergency,
		Sort: q.Sort, Ascending: q.Ascending}, err
}

type auditIn struct {
	AuditQuery
	Paging
}

func (p *Portal) audit(ctx context.Context, in *auditIn) (*body[list[access.ReportRow]], error) {
	who := edge.Who(ctx)
	if err := access.MaySeeAudit(who); err != nil {
		return nil, err
	}
	q, err := p.reportQuery(&in.AuditQuery)
	if err != nil {
		return nil, err
	}
	if q.Cursor, q.Limit = in.Cursor, in.Limit; q.Limit == 0 {
		q.Limit = 50
	}
	rows, next, err := p.Access.Audit(ctx, who, q)
	if err == nil {
		err = p.name(ctx, rows)
	}
	return &body[list[access.ReportRow]]{list[access.ReportRow]{Items: some(rows), Next: next}}, err
}

// name puts the patients' names into rows.
func (p *Portal) name(ctx context.Context, rows []access.ReportRow) error {
	ids := make([]string, 0, len(rows))
	seen := map[string]bool{"": true}
	for i := range rows {
		if id := rows[i].Patient; !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	names, err := p.oversight.Names(ctx, ids)
	for i := range rows {
		rows[i].Name = names[rows[i].Patient]
	}
	return err
}

// Unusual are the hints of a period.
type Unusual struct {
	Items []oversight.Hint `json:"items"`
	More  bool             `json:"more" doc:"There are more than are given: choose a shorter period"`
}

type unusualIn struct {
	From  string `query:"from" format:"date" maxLength:"10"`
	Until string `query:"until" format:"date" maxLength:"10"`
}

func (p *Portal) unusual(ctx context.Context, in *unusualIn) (*body[Unusual], error) {
	who := edge.Who(ctx)
	if err := access.MaySeeAudit(who); err != nil {
		return nil, err
	}
	from, until, err := p.period(in.From, in.Until)
	if err != nil {
		return nil, err
	}
	hints, more, err := p.oversight.Hints(ctx, who, from, until)
	return &body[Unusual]{Unusual{some(hints), more}}, err
}

var csvHead = []string{"time", "account", "who", "kind", "role", "relation", "patient", "action", "outcome", "app", "type", "id", "data", "count", "purpose", "emergency", "reason", "detail", "address", "session", "request", "row", "damaged"}

// auditCSV gives the report as a file, under a fresh proof.
func (p *Portal) auditCSV(c *fiber.Ctx) error {
	who := edge.Principal(c)
	if err := access.MaySeeAudit(who); err != nil {
		return err
	}
	if err := who.RequireRecent(p.Now()); err != nil {
		return err
	}
	in := AuditQuery{From: c.Query("from"), Until: c.Query("until"), Who: c.Query("who"), Patient: c.Query("patient"), Action: c.Query("action"), App: c.Query("app"),
		Refused: c.QueryBool("refused"), Emergency: c.QueryBool("emergency"), Sort: c.Query("sort"), Ascending: c.QueryBool("ascending")}
	q, err := p.reportQuery(&in)
	if err != nil {
		return err
	}
	rows, err := p.Access.ExportAudit(c.UserContext(), who, q)
	if err != nil {
		return err
	}
	may := func(_ context.Context, who identity.Principal) error { return access.MaySeeAudit(who) }
	return p.stream(c, "text/csv; charset=utf-8", "audit-"+in.From+"-"+in.Until+".csv", may, func(ctx context.Context, w io.Writer) error {
		out := csv.NewWriter(w)
		out.UseCRLF = true // RFC 4180
		if err := out.Write(csvHead); err != nil {
			return err
		}
		more, err := rows(ctx, maxCSV, func(r *access.ReportRow) error { return out.Write(csvRow(r)) })
		if err == nil && more {
			err = out.Write([]string{"There are more rows than one file takes. Choose a shorter period."})
		}
		out.Flush()
		return errors.Join(err, out.Error())
	})
}

func csvRow(r *access.ReportRow) []string {
	cells := []string{
		r.At.Format(time.RFC3339Nano), r.Account, r.Who, r.Kind, r.Role, r.Relation, r.Patient, r.Action, r.Outcome, r.App, r.Type, r.ID, strings.Join(r.What, " "), strconv.Itoa(r.Count),
		r.Purpose, strconv.FormatBool(r.Emergency), r.Reason, r.Detail, r.Address, r.Session, r.Request, r.Place, strconv.FormatBool(r.Damaged),
	}
	for i := range cells {
		cells[i] = harmless(cells[i])
	}
	return cells
}

// harmless keeps a spreadsheet from taking a text for a formula (OWASP, CSV
// injection): names and reasons are what somebody typed.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
