package portal

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/edge"
	"housecall/telehealth"
	"housecall/telehealth/schedule"
)

func (p *Portal) mountBooking(api huma.API) {
	get(api, "/charts/{patient}/booking", "Free times of the care team", p.freeTimes)
	get(api, "/charts/{patient}/appointments", "Appointments that are to come, or that are over", p.appointments)
	create(api, "/charts/{patient}/appointments", "Book a free time", p.book)
	get(api, "/charts/{patient}/appointments/{id}", "One appointment", p.appointment)
	route(api, http.MethodPost, "/charts/{patient}/appointments/{id}/cancel", "Cancel an appointment", p.cancelAppointment)
	route(api, http.MethodPost, "/charts/{patient}/appointments/{id}/reschedule", "Move an appointment to another free time", p.moveAppointment)
	get(api, "/clinic/day", "A day of the clinic, and who is waiting", p.clinicDay)
}

type freeIn struct {
	OfChart
	Practitioner string `query:"practitioner" maxLength:"64" doc:"Id of a practitioner; empty: anybody of the care team"`
	Mode         string `query:"mode" enum:"video,clinic"`
	From         string `query:"from" maxLength:"10" doc:"First day, as 2026-11-30; empty: today"`
	Days         int    `query:"days" minimum:"1" maximum:"14" default:"7"`
}

func (p *Portal) freeTimes(ctx context.Context, in *freeIn) (*body[schedule.Free], error) {
	out, err := p.Schedule.Free(ctx, edge.Who(ctx), in.Patient, schedule.Query{Practitioner: in.Practitioner, Mode: schedule.Mode(in.Mode), From: in.From, Days: in.Days})
	return &body[schedule.Free]{out}, err
}

type appointmentsIn struct {
	OfChart
	When string `query:"when" enum:"coming,past" default:"coming"`
	Paging
}

func (p *Portal) appointments(ctx context.Context, in *appointmentsIn) (*body[list[schedule.Appointment]], error) {
	items, next, err := p.Schedule.Appointments(ctx, edge.Who(ctx), in.Patient, in.When == "past", in.Cursor, in.count())
	return &body[list[schedule.Appointment]]{list[schedule.Appointment]{some(items), next}}, err
}

type bookIn struct {
	OfChart
	Body struct {
		ID     string `json:"id" maxLength:"36" doc:"Made by the client; sent twice it is done once"`
		Slot   string `json:"slot" maxLength:"36"`
		Mode   string `json:"mode" enum:"video,clinic"`
		Reason string `json:"reason,omitempty" maxLength:"2000"`
	}
}

func (p *Portal) book(ctx context.Context, in *bookIn) (*body[schedule.Appointment], error) {
	b := in.Body
	out, err := p.Schedule.Book(ctx, edge.Who(ctx), in.Patient, schedule.In{ID: b.ID, Slot: b.Slot, Mode: schedule.Mode(b.Mode), Reason: b.Reason})
	return &body[schedule.Appointment]{out}, err
}

// OfVisit names an appointment of a chart, or the visit that comes of it.
type OfVisit struct {
	OfChart
	ID string `path:"id" maxLength:"64"`
}

func (p *Portal) appointment(ctx context.Context, in *OfVisit) (*body[schedule.Appointment], error) {
	out, err := p.Schedule.Appointment(ctx, edge.Who(ctx), in.Patient, in.ID)
	return &body[schedule.Appointment]{out}, err
}

type cancelIn struct {
	OfVisit
	Body struct {
		Reason string `json:"reason,omitempty" maxLength:"2000"`
	}
}

func (p *Portal) cancelAppointment(ctx context.Context, in *cancelIn) (*body[schedule.Appointment], error) {
	out, err := p.Schedule.Cancel(ctx, edge.Who(ctx), in.Patient, in.ID, in.Body.Reason)
	return &body[schedule.Appointment]{out}, err
}

type moveIn struct {
	OfVisit
	Body struct {
		Slot string `json:"slot" maxLength:"36"`
	}
}

func (p *Portal) moveAppointment(ctx context.Context, in *moveIn) (*body[schedule.Appointment], error) {
	out, err := p.Schedule.Reschedule(ctx, edge.Who(ctx), in.Patient, in.ID, in.Body.Slot)
	return &body[schedule.Appointment]{out}, err
}

type dayIn struct {
	Date  string `query:"date" maxLength:"10" doc:"As 2026-11-30, a day of the clinic; empty: today"`
	Whose string `query:"whose" enum:"me,all" default:"me"`
}

func (p *Portal) clinicDay(ctx context.Context, in *dayIn) (*body[telehealth.Day], error) {
	out, err := p.Visits.Day(ctx, edge.Who(ctx), in.Date, in.Whose == "all")
	return &body[telehealth.Day]{out}, err
}
