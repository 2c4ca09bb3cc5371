package portal

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/records"
	"housecall/telehealth"
	"housecall/telehealth/phrase"
	"housecall/telehealth/picklist"
	"housecall/telehealth/schedule"
)

func (p *Portal) mountCockpit(api huma.API) {
	const visit = "/charts/{patient}/visits/{id}"
	get(api, visit+"/cockpit", "All that the page of a visit needs, for those who hold it", p.cockpit)
	route(api, http.MethodPost, visit+"/return", "Send somebody back to the waiting room", p.visitSeat((*telehealth.Service).Return))
	get(api, visit+"/note/versions", "Older states of the note, the newest first", p.noteVersions)
	get(api, visit+"/note/versions/{version}", "One older state of the note", p.noteVersion)
	route(api, http.MethodPost, visit+"/note/phrase", "A phrase with what it names of the chart", p.notePhrase)
	route(api, http.MethodPost, visit+"/summary/translation", "Add the translation that was asked for", p.translateSummary)
	route(api, http.MethodPost, visit+"/rating", "Say how a visit was", p.rateVisit)
	route(api, http.MethodPost, "/clinic/codes/search", "Problems, medicines and orders by the beginnings of their words", p.searchCodes)
	get(api, "/clinic/notes/unfinished", "Notes to sign and summaries to translate, the oldest first", p.unfinished)
}

// Cockpit is a visit, the chart and the note, read at once.
type Cockpit struct {
	Visit   telehealth.Visit      `json:"visit"`
	Chart   *records.Chart        `json:"chart"`
	Note    *telehealth.VisitNote `json:"note,omitempty" doc:"Missing for those who do not write it"`
	Phrases Phrases               `json:"phrases"`
	Asked   telehealth.Asked      `json:"asked" doc:"What the patient answered before the visit"`
}

// cockpit opens a visit with one request. Each part is decided and accounted for by
// the call that gives it alone.
func (p *Portal) cockpit(ctx context.Context, in *OfVisit) (*body[Cockpit], error) {
	who := edge.Who(ctx)
	var out Cockpit
	var err error
	if out.Visit, err = p.Visits.Visit(ctx, who, in.Patient, in.ID); err != nil {
		return nil, err
	}
	if !out.Visit.Me.Host {
		return nil, fault.New(fault.Forbidden, "Only the care team can do this.").WithCode("role")
	}
	note, err := p.Visits.Note(ctx, who, in.Patient, in.ID)
	if err != nil && !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.Conflict) {
		return nil, err
	}
	if err == nil {
		out.Note = &note
	}
	if out.Asked, err = p.Visits.Asked(ctx, who, in.Patient, in.ID); err != nil {
		return nil, err
	}
	phrases, err := p.phrases.List(ctx, who)
	if err != nil {
		return nil, err
	}
	out.Phrases = Phrases{some(phrases), phrase.Fields}
	out.Chart, err = p.Records.Open(ctx, who, in.Patient, "")
	return &body[Cockpit]{out}, err
}

func (p *Portal) noteVersions(ctx context.Context, in *OfVisit) (*body[list[telehealth.NoteVersion]], error) {
	items, err := p.Visits.Versions(ctx, edge.Who(ctx), in.Patient, in.ID)
	return &body[list[telehealth.NoteVersion]]{list[telehealth.NoteVersion]{Items: some(items)}}, err
}

type noteVersionIn struct {
	OfVisit
	Version int64 `path:"version" minimum:"1"`
}

func (p *Portal) noteVersion(ctx context.Context, in *noteVersionIn) (*body[telehealth.NoteVersion], error) {
	out, err := p.Visits.Version(ctx, edge.Who(ctx), in.Patient, in.ID, in.Version)
	return &body[telehealth.NoteVersion]{out}, err
}

type notePhraseIn struct {
	OfVisit
	Body struct {
		Name   string `json:"name" maxLength:"40"`
		Locale string `json:"locale,omitempty" maxLength:"12" doc:"Language of dates"`
	}
}

func (p *Portal) notePhrase(ctx context.Context, in *notePhraseIn) (*body[phrase.Filled], error) {
	out, err := p.phrases.Fill(ctx, edge.Who(ctx), in.Patient, in.Body.Name, in.Body.Locale)
	return &body[phrase.Filled]{out}, err
}

type translationIn struct {
	OfVisit
	Body telehealth.Translated
}

func (p *Portal) translateSummary(ctx context.Context, in *translationIn) (*body[telehealth.Translation], error) {
	out, err := p.Visits.Translate(ctx, edge.Who(ctx), in.Patient, in.ID, in.Body)
	return &body[telehealth.Translation]{out}, err
}

type ratingIn struct {
	OfVisit
	Body struct {
		Stars   int    `json:"stars" minimum:"1" maximum:"5"`
		Comment string `json:"comment,omitempty" maxLength:"4000"`
	}
}

func (p *Portal) rateVisit(ctx context.Context, in *ratingIn) (*body[telehealth.Visit], error) {
	out, err := p.Visits.Rate(ctx, edge.Who(ctx), in.Patient, in.ID, in.Body.Stars, in.Body.Comment)
	return &body[telehealth.Visit]{out}, err
}

type codesIn struct {
	Body struct {
		Kind  picklist.Kind `json:"kind,omitempty" enum:"problem,medicine,order" doc:"Without it a few of each"`
		Words string        `json:"words" maxLength:"200"`
	}
}

// searchCodes looks into lists that are the same for everybody. The words stand in the
// body: together with who asks and when they would tell of a patient.
func (p *Portal) searchCodes(_ context.Context, in *codesIn) (*body[list[picklist.Pick]], error) {
	return &body[list[picklist.Pick]]{list[picklist.Pick]{Items: picklist.Search(in.Body.Kind, in.Body.Words)}}, nil
}

func (p *Portal) unfinished(ctx context.Context, in *Paging) (*body[list[schedule.Unfinished]], error) {
	items, next, err := p.Schedule.Unfinished(ctx, edge.Who(ctx), in.Cursor, in.Limit)
	return &body[list[schedule.Unfinished]]{list[schedule.Unfinished]{Items: some(items), Next: next}}, err
}
