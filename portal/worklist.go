package portal

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/edge"
	"housecall/records"
	"housecall/records/ingest"
)

func (p *Portal) mountWorklist(api huma.API) {
	get(api, "/clinic/matches", "Records that may be of the same person", p.matches)
	route(api, http.MethodPost, "/clinic/matches/join", "Join two records of one person", p.join)
	route(api, http.MethodPost, "/clinic/matches/apart", "Say that two records are of two people", p.keepApart)
	route(api, http.MethodPost, "/clinic/matches/part", "Separate two records that were joined", p.part)
	get(api, "/clinic/assigns", "What was written while two records were joined", p.assigns)
	route(api, http.MethodPost, "/clinic/assigns/stay", "Say that an entry is where it belongs", p.stay)
	route(api, http.MethodPost, "/clinic/refile", "Move entries that are in the wrong record", p.refile)
	get(api, "/clinic/imports", "What others sent about people who are not known here", p.imports)
	route(api, http.MethodPost, "/clinic/imports/place", "Say who that person is, or begin a record for them", p.place)
	route(api, http.MethodPost, "/clinic/imports/refuse", "Drop what others sent about a person", p.refuseImport)
	get(api, "/charts/{patient}/joined", "The records that were joined with this one", p.joined)
	get(api, "/clinic/held", "Results that their patients do not see yet", p.held)
	get(api, "/charts/{patient}/release", "For how long new results wait", p.waitDays)
	route(api, http.MethodPut, "/charts/{patient}/release", "Let new results wait, or not", p.setWaitDays)
	route(api, http.MethodPost, "/charts/{patient}/entries/{type}/{id}/release", "Let the patient see a result now", p.release)
	route(api, http.MethodPost, "/charts/{patient}/entries/{type}/{id}/hold", "Hold a result back that would harm", p.hold)
}

type workIn struct{ Paging }

func (p *Portal) matches(ctx context.Context, in *workIn) (*body[list[records.Match]], error) {
	items, next, err := p.Records.Matches(ctx, edge.Who(ctx), in.Cursor, in.count())
	return &body[list[records.Match]]{list[records.Match]{some(items), next}}, err
}

type joinIn struct {
	Body struct {
		Survivor string `json:"survivor" minLength:"1" maxLength:"64" doc:"The record to go on with"`
		Other    string `json:"other" minLength:"1" maxLength:"64"`
		Reason   string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

func (p *Portal) join(ctx context.Context, in *joinIn) (*body[records.Link], error) {
	l, err := p.Records.Join(ctx, edge.Who(ctx), in.Body.Survivor, in.Body.Other, in.Body.Reason)
	return &body[records.Link]{l}, err
}

// Parted tells what is left to do after two records were separated.
type Parted struct {
	Written int64 `json:"written" doc:"Entries that were written meanwhile and have to be assigned"`
}

func (p *Portal) part(ctx context.Context, in *joinIn) (*body[Parted], error) {
	n, err := p.Records.Part(ctx, edge.Who(ctx), in.Body.Survivor, in.Body.Other, in.Body.Reason)
	return &body[Parted]{Parted{n}}, err
}

type apartIn struct {
	Body struct {
		A string `json:"a" minLength:"1" maxLength:"64"`
		B string `json:"b" minLength:"1" maxLength:"64"`
	}
}

func (p *Portal) keepApart(ctx context.Context, in *apartIn) (*none, error) {
	return &none{}, p.Records.KeepApart(ctx, edge.Who(ctx), in.Body.A, in.Body.B)
}

func (p *Portal) assigns(ctx context.Context, in *workIn) (*body[list[records.Assign]], error) {
	items, next, err := p.Records.Assigns(ctx, edge.Who(ctx), in.Cursor, in.count())
	return &body[list[records.Assign]]{list[records.Assign]{some(items), next}}, err
}

type stayIn struct {
	Body struct {
		Patient string `json:"patient" minLength:"1" maxLength:"64" doc:"Where it is"`
		Other   string `json:"other" minLength:"1" maxLength:"64" doc:"Where it could have belonged"`
		Type    string `json:"type" minLength:"1" maxLength:"64"`
		ID      string `json:"id" minLength:"1" maxLength:"64"`
	}
}

func (p *Portal) stay(ctx context.Context, in *stayIn) (*none, error) {
	return &none{}, p.Records.Stay(ctx, edge.Who(ctx), in.Body.Patient, in.Body.Other, in.Body.Type, in.Body.ID)
}

func (p *Portal) joined(ctx context.Context, in *waitIn) (*body[list[records.Joined]], error) {
	items, err := p.Records.JoinedWith(ctx, edge.Who(ctx), in.Patient)
	return &body[list[records.Joined]]{list[records.Joined]{Items: some(items)}}, err
}

func (p *Portal) imports(ctx context.Context, in *workIn) (*body[list[ingest.Unplaced]], error) {
	items, next, err := p.Importer.Unplaced(ctx, edge.Who(ctx), in.Cursor, in.count())
	return &body[list[ingest.Unplaced]]{list[ingest.Unplaced]{some(items), next}}, err
}

type placeIn struct {
	Body struct {
		Source string `json:"source" minLength:"1" maxLength:"512"`
		Party  string `json:"party" minLength:"1" maxLength:"2048" doc:"The person, as the sender calls them"`
		Chart  string `json:"chart,omitempty" maxLength:"64" doc:"Whose record it belongs with; none: a new person"`
		Reason string `json:"reason,omitempty" maxLength:"500" doc:"With a record to join"`
	}
}

// Placed names the record that was begun.
type Placed struct {
	Patient string `json:"patient"`
}

func (p *Portal) place(ctx context.Context, in *placeIn) (*body[Placed], error) {
	b := in.Body
	chart, err := p.Importer.Place(ctx, edge.Who(ctx), ingest.Placing{Source: b.Source, Party: b.Party, Chart: b.Chart, Reason: b.Reason})
	return &body[Placed]{Placed{chart}}, err
}

type refuseIn struct {
	Body struct {
		Source string `json:"source" minLength:"1" maxLength:"512"`
		Party  string `json:"party" minLength:"1" maxLength:"2048"`
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

func (p *Portal) refuseImport(ctx context.Context, in *refuseIn) (*none, error) {
	b := in.Body
	return &none{}, p.Importer.Refuse(ctx, edge.Who(ctx), b.Source, b.Party, b.Reason)
}

type refileIn struct {
	Body struct {
		From   string   `json:"from" minLength:"1" maxLength:"64"`
		To     string   `json:"to" minLength:"1" maxLength:"64"`
		Refs   []string `json:"refs" minItems:"1" maxItems:"100" doc:"Type/id; what belongs together goes together"`
		Reason string   `json:"reason" minLength:"1" maxLength:"500"`
	}
}

// Refiled is what was moved, with what went along.
type Refiled struct {
	Refs []string `json:"refs"`
}

func (p *Portal) refile(ctx context.Context, in *refileIn) (*body[Refiled], error) {
	stored, err := p.Records.Refile(ctx, edge.Who(ctx), records.Refile{From: in.Body.From, To: in.Body.To, Refs: in.Body.Refs, Reason: in.Body.Reason})
	out := Refiled{Refs: []string{}}
	for _, s := range stored {
		out.Refs = append(out.Refs, s.Type+"/"+s.ID)
	}
	return &body[Refiled]{out}, err
}

func (p *Portal) held(ctx context.Context, in *workIn) (*body[list[records.HeldResult]], error) {
	items, next, err := p.Records.Held(ctx, edge.Who(ctx), in.Cursor, in.count())
	return &body[list[records.HeldResult]]{list[records.HeldResult]{some(items), next}}, err
}

// WaitDays is for how many days new results wait for the clinician's word.
type WaitDays struct {
	Days int `json:"days" minimum:"0" maximum:"30" doc:"0: they are seen at once"`
}

type waitIn struct {
	Patient string `path:"patient" maxLength:"64"`
}

func (p *Portal) waitDays(ctx context.Context, in *waitIn) (*body[WaitDays], error) {
	days, err := p.Records.WaitDays(ctx, edge.Who(ctx), in.Patient)
	return &body[WaitDays]{WaitDays{days}}, err
}

type setWaitIn struct {
	Patient string `path:"patient" maxLength:"64"`
	Body    WaitDays
}

func (p *Portal) setWaitDays(ctx context.Context, in *setWaitIn) (*body[WaitDays], error) {
	return &body[WaitDays]{in.Body}, p.Records.SetWaitDays(ctx, edge.Who(ctx), in.Patient, in.Body.Days)
}

func (p *Portal) release(ctx context.Context, in *entryIn) (*none, error) {
	return &none{}, p.Records.Release(ctx, edge.Who(ctx), in.Patient, in.Type, in.ID)
}

type holdIn struct {
	Patient string `path:"patient" maxLength:"64"`
	Type    string `path:"type" maxLength:"64"`
	ID      string `path:"id" maxLength:"64"`
	Body    struct {
		Reason string    `json:"reason" minLength:"1" maxLength:"500" doc:"For staff only"`
		Until  time.Time `json:"until"`
	}
}

func (p *Portal) hold(ctx context.Context, in *holdIn) (*none, error) {
	return &none{}, p.Records.Hold(ctx, edge.Who(ctx), in.Patient, in.Type, in.ID, in.Body.Reason, in.Body.Until)
}
