package portal

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/edge"
	"housecall/telehealth/request"
)

// mountAsks hangs what patients and caregivers ask the clinic for, and how it is
// answered.
func (p *Portal) mountAsks(api huma.API) {
	const asks = "/charts/{patient}/requests"
	get(api, asks, "What was asked of the clinic, the newest first", p.asks)
	create(api, asks, "Ask the clinic for something", p.askFor)
	get(api, asks+"/{id}", "One request, with its steps", p.askOf)
	route(api, http.MethodPost, asks+"/{id}/steps", "Answer a request, or take it back", p.answerAsk)
	get(api, "/charts/{patient}/medicines/{id}/request", "Whether a medicine needs a refill or a renewal, and who may ask", p.askOffer)
	get(api, "/clinic/requests", "What the patients of one's care teams ask for, the oldest first", p.openAsks)
}

type asksIn struct {
	OfChart
	Open bool `query:"open" doc:"Only those that are not done"`
	Paging
}

// Asks is a page of requests.
type Asks struct {
	Items  []request.Request `json:"items"`
	Next   string            `json:"next,omitempty" doc:"Cursor of the next page"`
	CanAsk []request.Kind    `json:"canAsk" enum:"refill,renewal,visit,record,form" doc:"What the viewer may ask for here"`
}

func (p *Portal) asks(ctx context.Context, in *asksIn) (*body[Asks], error) {
	page, err := p.Requests.Requests(ctx, edge.Who(ctx), in.Patient, in.Open, in.Cursor, in.count())
	return &body[Asks]{Asks{some(page.Items), page.Next, some(page.CanAsk)}}, err
}

type askForIn struct {
	OfChart
	Body request.Asking
}

func (p *Portal) askFor(ctx context.Context, in *askForIn) (*body[request.Request], error) {
	r, err := p.Requests.Ask(ctx, edge.Who(ctx), in.Patient, in.Body)
	return &body[request.Request]{r}, err
}

// OfAsk names a request of a chart.
type OfAsk struct {
	OfChart
	ID string `path:"id" maxLength:"64"`
}

func (p *Portal) askOf(ctx context.Context, in *OfAsk) (*body[request.Request], error) {
	r, err := p.Requests.Request(ctx, edge.Who(ctx), in.Patient, in.ID)
	return &body[request.Request]{r}, err
}

type answerAskIn struct {
	OfAsk
	Body request.Answering
}

func (p *Portal) answerAsk(ctx context.Context, in *answerAskIn) (*body[request.Request], error) {
	r, err := p.Requests.Answer(ctx, edge.Who(ctx), in.Patient, in.ID, in.Body)
	return &body[request.Request]{r}, err
}

func (p *Portal) askOffer(ctx context.Context, in *OfAsk) (*body[request.Possible], error) {
	o, err := p.Requests.Offer(ctx, edge.Who(ctx), in.Patient, in.ID)
	return &body[request.Possible]{o}, err
}

type openAsksIn struct {
	Kind string `query:"kind" enum:"refill,renewal,visit,record,form"`
	Paging
}

// OpenAsks is a page of the clinic's list.
type OpenAsks struct {
	Items  []request.Listed `json:"items"`
	Next   string           `json:"next,omitempty" doc:"Cursor of the next page"`
	Counts request.Counts   `json:"counts" doc:"Open ones of each kind"`
}

func (p *Portal) openAsks(ctx context.Context, in *openAsksIn) (*body[OpenAsks], error) {
	items, next, counts, err := p.Requests.Open(ctx, edge.Who(ctx), request.Kind(in.Kind), in.Cursor, in.count())
	return &body[OpenAsks]{OpenAsks{some(items), next, counts}}, err
}
