package ingest

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
)

// Placing is what somebody decides about what waits for a person.
type Placing struct {
	Source, Party string
	Chart         string // whose it is; empty: nobody's who is here
	Reason        string // with a chart
}

// Place begins a chart for a sender's person, with what the sender says of them,
// and lets in what waits for it. Is the person here already, the new chart is
// joined with theirs, as with every sender: what comes later changes nothing in
// the chart that was there, and the two can be separated again. It gives the chart
// that was begun.
func (im *Importer) Place(ctx context.Context, who identity.Principal, p Placing) (chart string, err error) {
	role, err := placer(who)
	if err != nil {
		return "", err
	}
	c := im.db.Read(ctx)
	w, err := im.mayDecide(c, who, p.Source, p.Party)
	if err != nil {
		return "", err
	}
	at := im.now()
	r := im.start(keeper, Options{Workers: 1, Team: []TeamMember{{Account: who.Account, Role: role}}})
	r.also = func(c *db.Conn, begun string) error {
		if p.Chart != "" {
			survivor, err := survivorOf(c, p.Chart)
			if err != nil {
				return err
			}
			if _, err := im.store.JoinTx(c, who, survivor, begun, p.Reason); err != nil {
				return err
			}
		} else {
			v, err := im.access.ViewOf(c, who, begun)
			if err != nil {
				return err
			}
			if err := im.access.RecordTx(c, access.Event{Who: who, Patient: begun, View: v, Action: "create", Type: "Patient", ID: begun, Categories: access.Of(access.Demographics), Count: 1, Detail: "waiting import"}); err != nil {
				return err
			}
		}
		if im.jobs == nil {
			return nil
		}
		return im.jobs.EnqueueTx(c, drainJob{p.Source, at.UnixMicro()}, time.Time{})
	}
	it := w.item()
	u := &unit{source: p.Source, drained: true, items: []*item{it}}
	u.index()
	if err := r.resolve(ctx, u); err != nil {
		return "", err
	}
	switch it.state {
	case unchanged:
		return "", decided()
	case refused, waiting:
		return "", fault.New(fault.Invalid, "What the sender says of this person breaks a rule, so no record can be begun with it.")
	}
	parts := u.parts()
	if len(parts) != 1 {
		return "", decided()
	}
	switch err := r.writePart(ctx, u, parts[0]); {
	case errors.Is(err, errRace):
		return "", decided()
	case fault.Is(err, fault.NotFound):
		events := []access.Event{{Who: who, Patient: p.Chart, Action: "refused", Type: "Patient", ID: p.Chart, Count: 1, Outcome: "refused", Detail: "waiting import"}}
		if e := im.access.Record(ctx, events...); e != nil {
			return "", e
		}
		return "", err
	case err != nil:
		return "", err
	}
	if im.jobs == nil {
		return it.id, im.letIn(ctx, p.Source)
	}
	return it.id, nil
}

// Refuse drops what waits for a person. The same content does not wait again when
// it is sent again; it goes in if the person is known by then.
func (im *Importer) Refuse(ctx context.Context, who identity.Principal, source, party, reason string) error {
	if _, err := placer(who); err != nil {
		return err
	}
	reason, err := records.ReasonGiven(reason)
	if err != nil {
		return err
	}
	if _, err := im.mayDecide(im.db.Read(ctx), who, source, party); err != nil {
		return err
	}
	return im.db.InTx(ctx, func(c *db.Conn) error {
		var items []*item
		err := c.Each(`SELECT w.source_id, w.type, w.digest FROM import_waiting w WHERE w.source = ? AND w.party = ? AND `+noPerson+` ORDER BY w.type, w.source_id`, func(r *sql.Rows) error {
			it := &item{}
			var digest []byte
			err := r.Scan(&it.sid, &it.typ, &digest)
			it.content.digest = string(digest)
			items = append(items, it)
			return err
		}, append([]any{source, party}, noPersonArgs...)...)
		if err != nil {
			return err
		}
		if len(items) == 0 {
			return decided()
		}
		for _, it := range items {
			if err := saveSeen(c, source, it.sid, it.typ, it.content.digest); err != nil {
				return err
			}
		}
		if err := dropWaiting(c, source, items); err != nil {
			return err
		}
		return im.access.RecordTx(c, access.Event{Who: who, View: access.View{Reason: reason}, Action: "delete", Type: "Patient", Count: len(items), Detail: "waiting import"})
	})
}

func decided() error { return fault.New(fault.Conflict, "This was decided already.") }

// placer gives the role in which somebody begins charts.
func placer(who identity.Principal) (identity.Role, error) {
	if _, err := mayPlace(who); err != nil {
		return "", err
	}
	for _, role := range []identity.Role{identity.Clinician, identity.Nurse} {
		if who.Is(role) {
			return role, nil
		}
	}
	return identity.FrontDesk, nil
}

// mayDecide reads what is to be decided on, as far as who decides sees it.
func (im *Importer) mayDecide(c *db.Conn, who identity.Principal, source, party string) (*Unplaced, error) {
	all, err := mayPlace(who)
	if err != nil {
		return nil, err
	}
	w, _, err := im.unplaced(c, who, source, party)
	if err != nil {
		return nil, err
	}
	if w == nil || !all && len(w.Candidates) == 0 {
		return nil, decided()
	}
	return w, nil
}

// survivorOf is the chart to go on with of those that this one is joined with.
func survivorOf(c *db.Conn, chart string) (string, error) {
	var survivor string
	err := c.QueryRow(`SELECT survivor FROM chart_links WHERE other = ? AND ended_at = 0`, chart).Scan(&survivor)
	if errors.Is(err, sql.ErrNoRows) {
		return chart, nil
	}
	return survivor, err
}

// item makes the Patient that the chart begins with: what the sender says of the
// person, without references to what is not here. It counts as a copy, so that
// the sender's own Patient replaces it when that comes.
func (u *Unplaced) item() *item {
	n := u.patient.Clone()
	for _, name := range []string{"managingOrganization", "generalPractitioner", "link"} {
		n.Delete(name)
	}
	n.Set("contact", fhir.Array(withoutOrganization(n.Get("contact").Items())...))
	if len(n.Get("contact").Items()) == 0 {
		n.Delete("contact")
	}
	it := makeItem(n, Place{}, "")
	it.sid, it.broken = sourceIDOf(u.Party), nil
	if u.waits != nil {
		it.sid = u.waits.sid
	}
	it.content.standing = carried
	return it
}

func withoutOrganization(contacts []*fhir.Node) []*fhir.Node {
	out := slices.Clone(contacts)
	for _, c := range out {
		c.Delete("organization")
	}
	return slices.DeleteFunc(out, func(c *fhir.Node) bool { return len(c.Members()) == 0 })
}
