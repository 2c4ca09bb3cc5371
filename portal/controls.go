package portal

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/edge"
	"housecall/telehealth"
)

// mountControls hangs what those who hold a visit do about its room.
func (p *Portal) mountControls(api huma.API) {
	const visit = "/charts/{patient}/visits/{id}"
	route(api, http.MethodPost, visit+"/mute", "Turn a microphone off, or without a seat those of all who do not host", p.visitSeat((*telehealth.Service).Mute))
	route(api, http.MethodPost, visit+"/remove", "Take somebody out of the visit for good", p.visitSeat((*telehealth.Service).Remove))
	route(api, http.MethodPost, visit+"/spotlight", "Let everybody see one person large; without a seat nobody", p.visitSeat((*telehealth.Service).Spotlight))
	route(api, http.MethodPost, visit+"/lead", "Hand the visit over; without a seat to the doctor who is there or comes next", p.visitSeat((*telehealth.Service).Lead))
	route(api, http.MethodPost, visit+"/lock", "Keep everybody from the waiting room who is not there yet, or open it again", p.visitLock)
}

type visitLockIn struct {
	OfVisit
	Body switchBody
}

func (p *Portal) visitLock(ctx context.Context, in *visitLockIn) (*body[telehealth.Visit], error) {
	out, err := p.Visits.Lock(ctx, edge.Who(ctx), in.Patient, in.ID, in.Body.On)
	return &body[telehealth.Visit]{out}, err
}
