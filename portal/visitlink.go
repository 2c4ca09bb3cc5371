package portal

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/edge"
	"housecall/telehealth"
)

// mountVisitLinks hangs the links by which patients come to a visit without an
// account, for the clinic.
func (p *Portal) mountVisitLinks(api huma.API) {
	get(api, "/charts/{patient}/visits/{id}/link", "The patient's own link to a visit", p.visitLink)
	create(api, "/charts/{patient}/visits/{id}/link", "Make one; the one before ends", p.makeVisitLink)
	route(api, http.MethodDelete, "/charts/{patient}/visits/{id}/link", "Take it back at once", p.dropVisitLink)
}

// VisitLink is the patient's own link to a visit. What it is, only who made it was
// shown.
type VisitLink struct {
	State string     `json:"state" enum:"none,open,dead,expired" doc:"dead: too many wrong dates of birth"`
	Used  bool       `json:"used,omitempty" doc:"Somebody gave the right date of birth"`
	Until *time.Time `json:"until,omitempty" doc:"When it ends by itself"`
}

// VisitLinkMade is a new link.
type VisitLinkMade struct {
	VisitLink
	Link HandedLink `json:"link"`
}

func (p *Portal) visitLinkOf(l telehealth.Link) VisitLink {
	out := VisitLink{State: "open", Used: l.Opened, Until: &l.Until}
	switch {
	case l.ID == "":
		return VisitLink{State: "none"}
	case !p.Now().Before(l.Until):
		out.State = "expired"
	case l.TriesLeft == 0:
		out.State = "dead"
	}
	return out
}

func (p *Portal) visitLink(ctx context.Context, in *OfVisit) (*body[VisitLink], error) {
	found, err := p.Visits.LinkTo(ctx, edge.Who(ctx), in.Patient, in.ID)
	return &body[VisitLink]{p.visitLinkOf(found)}, err
}

func (p *Portal) makeVisitLink(ctx context.Context, in *OfVisit) (*body[VisitLinkMade], error) {
	who, err := p.recent(ctx)
	if err != nil {
		return nil, err
	}
	made, url, err := p.Visits.MakeLink(ctx, who, in.Patient, in.ID)
	if err != nil {
		return nil, err
	}
	link, err := handed(url)
	if err != nil {
		return nil, err
	}
	return &body[VisitLinkMade]{VisitLinkMade{p.visitLinkOf(made), *link}}, nil
}

// dropVisitLink needs no new proof: taking back is made easy.
func (p *Portal) dropVisitLink(ctx context.Context, in *OfVisit) (*none, error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	return &none{}, p.Visits.DropLink(ctx, who, in.Patient, in.ID)
}
