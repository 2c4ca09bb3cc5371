package portal

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/edge"
	"housecall/internal/identity"
	"housecall/telehealth"
	"housecall/telehealth/schedule"
)

// mountGroups hangs visits of several patients together, for the clinic. A member has
// their own visit, under their own chart.
func (p *Portal) mountGroups(api huma.API) {
	const group = "/clinic/groups/{id}"
	get(api, "/clinic/group-times", "Free times at which a group can be held", p.groupTimes)
	get(api, "/clinic/groups", "Groups that somebody may open", p.groups)
	create(api, "/clinic/groups", "Take a free time for a group", p.makeGroup)
	get(api, group, "A group: its members as far as one sees them, and who is there", p.group)
	create(api, group+"/members", "Book a place for a patient", p.addToGroup)
	route(api, http.MethodPost, group+"/cancel", "Call a group off, for everybody", p.groupStep((*telehealth.Service).CancelGroup))
	route(api, http.MethodPost, group+"/start", "Begin a group, or come to it", p.groupStep((*telehealth.Service).StartGroup))
	route(api, http.MethodPost, group+"/end", "End a group for everybody", p.groupStep((*telehealth.Service).EndGroup))
	route(api, http.MethodPost, group+"/admit", "Let somebody in who waits; without a seat everybody", p.groupSeat((*telehealth.Service).AdmitToGroup))
	route(api, http.MethodPost, group+"/refuse", "Turn somebody away", p.groupSeat((*telehealth.Service).RefuseInGroup))
	route(api, http.MethodPost, group+"/return", "Send somebody back to the waiting room", p.groupSeat((*telehealth.Service).ReturnInGroup))
	route(api, http.MethodPost, group+"/mute", "Turn a microphone off, or without a seat those of all members", p.groupSeat((*telehealth.Service).MuteInGroup))
	route(api, http.MethodPost, group+"/remove", "Take somebody out of the visit for good", p.groupSeat((*telehealth.Service).RemoveFromGroup))
	route(api, http.MethodPost, group+"/spotlight", "Let everybody see one person large; without a seat nobody", p.groupSeat((*telehealth.Service).SpotlightInGroup))
	route(api, http.MethodPost, group+"/lead", "Hand the group over; without a seat to the doctor who comes next", p.groupSeat((*telehealth.Service).LeadGroup))
	route(api, http.MethodPost, group+"/lock", "Keep everybody from the waiting room who is not there yet, or open it again", p.groupLock)
	route(api, http.MethodPost, group+"/late", "Tell all members who have not been let in how far the clinic is behind", p.groupLate)
	route(api, http.MethodPost, group+"/missed", "Note of members that they did not come to a group that is over or that nobody began, or take that back", p.groupMissed)
	get(api, group+"/chat", "What was written in a group", p.groupChat)
	create(api, group+"/chat", "Write something in a group", p.groupSay)
	route(api, http.MethodPost, group+"/notes", "Put the same text into the note of each member who has none yet", p.groupNotes)
	route(api, http.MethodPost, group+"/notes/sign", "Sign the notes of several members. It needs a step-up", p.signGroupNotes)
}

// OfGroup names a group visit.
type OfGroup struct {
	ID string `path:"id" maxLength:"64"`
}

type groupTimesIn struct {
	Practitioner string `query:"practitioner" maxLength:"64" doc:"Id of a practitioner; empty: anybody"`
	From         string `query:"from" maxLength:"10" doc:"First day, as 2026-11-30; empty: today"`
	Days         int    `query:"days" minimum:"1" maximum:"14" default:"7"`
}

func (p *Portal) groupTimes(ctx context.Context, in *groupTimesIn) (*body[schedule.Free], error) {
	out, err := p.Schedule.GroupTimes(ctx, edge.Who(ctx), schedule.Query{Practitioner: in.Practitioner, From: in.From, Days: in.Days})
	return &body[schedule.Free]{out}, err
}

func (p *Portal) groups(ctx context.Context, _ *struct{}) (*body[list[telehealth.GroupLine]], error) {
	items, err := p.Visits.Groups(ctx, edge.Who(ctx))
	return &body[list[telehealth.GroupLine]]{list[telehealth.GroupLine]{Items: some(items)}}, err
}

type makeGroupIn struct {
	Body struct {
		ID      string `json:"id" maxLength:"36" doc:"Made by the client; sent twice it is done once"`
		Slot    string `json:"slot" maxLength:"36"`
		Subject string `json:"subject" maxLength:"2000" doc:"What it is about, in words that all members may read"`
		Places  int    `json:"places" minimum:"2" maximum:"24"`
	}
}

func (p *Portal) makeGroup(ctx context.Context, in *makeGroupIn) (*body[telehealth.GroupVisit], error) {
	b := in.Body
	who := edge.Who(ctx)
	if _, err := p.Schedule.MakeGroup(ctx, who, schedule.GroupIn{ID: b.ID, Slot: b.Slot, Subject: b.Subject, Places: b.Places}); err != nil {
		return nil, err
	}
	out, err := p.Visits.Group(ctx, who, b.ID)
	return &body[telehealth.GroupVisit]{out}, err
}

func (p *Portal) group(ctx context.Context, in *OfGroup) (*body[telehealth.GroupVisit], error) {
	out, err := p.Visits.Group(ctx, edge.Who(ctx), in.ID)
	return &body[telehealth.GroupVisit]{out}, err
}

type groupMemberIn struct {
	OfGroup
	Body struct {
		ID      string `json:"id" maxLength:"36" doc:"Of the appointment. Made by the client; sent twice it is done once"`
		Patient string `json:"patient" maxLength:"64"`
	}
}

func (p *Portal) addToGroup(ctx context.Context, in *groupMemberIn) (*body[telehealth.GroupVisit], error) {
	who := edge.Who(ctx)
	if _, err := p.Visits.Group(ctx, who, in.ID); err != nil { // only a group that one may open
		return nil, err
	}
	if _, err := p.Schedule.AddToGroup(ctx, who, in.Body.Patient, in.ID, in.Body.ID); err != nil {
		return nil, err
	}
	out, err := p.Visits.Group(ctx, who, in.ID)
	return &body[telehealth.GroupVisit]{out}, err
}

// groupStep is a handler of a step that needs nothing but the group.
func (p *Portal) groupStep(f func(*telehealth.Service, context.Context, identity.Principal, string) (telehealth.GroupVisit, error)) func(context.Context, *OfGroup) (*body[telehealth.GroupVisit], error) {
	return func(ctx context.Context, in *OfGroup) (*body[telehealth.GroupVisit], error) {
		out, err := f(p.Visits, ctx, edge.Who(ctx), in.ID)
		return &body[telehealth.GroupVisit]{out}, err
	}
}

type groupSeatIn struct {
	OfGroup
	Body seatBody
}

// groupSeat is a handler of what is done about somebody's seat.
func (p *Portal) groupSeat(f func(*telehealth.Service, context.Context, identity.Principal, string, string) (telehealth.GroupVisit, error)) func(context.Context, *groupSeatIn) (*body[telehealth.GroupVisit], error) {
	return func(ctx context.Context, in *groupSeatIn) (*body[telehealth.GroupVisit], error) {
		out, err := f(p.Visits, ctx, edge.Who(ctx), in.ID, in.Body.Seat)
		return &body[telehealth.GroupVisit]{out}, err
	}
}

type groupLockIn struct {
	OfGroup
	Body switchBody
}

func (p *Portal) groupLock(ctx context.Context, in *groupLockIn) (*body[telehealth.GroupVisit], error) {
	out, err := p.Visits.LockGroup(ctx, edge.Who(ctx), in.ID, in.Body.On)
	return &body[telehealth.GroupVisit]{out}, err
}

type groupLateIn struct {
	OfGroup
	Body lateBody
}

func (p *Portal) groupLate(ctx context.Context, in *groupLateIn) (*body[telehealth.GroupVisit], error) {
	out, err := p.Visits.LateGroup(ctx, edge.Who(ctx), in.ID, in.Body.Minutes)
	return &body[telehealth.GroupVisit]{out}, err
}

type groupMissedIn struct {
	OfGroup
	Body struct {
		Visits []string `json:"visits" minItems:"1" maxItems:"24" doc:"Appointments of members who were not in it"`
		Missed bool     `json:"missed" doc:"false: take it back"`
	}
}

func (p *Portal) groupMissed(ctx context.Context, in *groupMissedIn) (*body[telehealth.GroupVisit], error) {
	out, err := p.Visits.MissGroup(ctx, edge.Who(ctx), in.ID, in.Body.Visits, in.Body.Missed)
	return &body[telehealth.GroupVisit]{out}, err
}

func (p *Portal) groupChat(ctx context.Context, in *OfGroup) (*body[list[telehealth.ChatLine]], error) {
	items, err := p.Visits.GroupChat(ctx, edge.Who(ctx), in.ID)
	return &body[list[telehealth.ChatLine]]{list[telehealth.ChatLine]{Items: some(items)}}, err
}

type groupSayIn struct {
	OfGroup
	Body lineBody
}

func (p *Portal) groupSay(ctx context.Context, in *groupSayIn) (*body[telehealth.ChatLine], error) {
	out, err := p.Visits.SayInGroup(ctx, edge.Who(ctx), in.ID, in.Body.ID, in.Body.Seat, in.Body.Text)
	return &body[telehealth.ChatLine]{out}, err
}

type groupNotesIn struct {
	OfGroup
	Body struct {
		Body telehealth.NoteBody `json:"body"`
	}
}

func (p *Portal) groupNotes(ctx context.Context, in *groupNotesIn) (*body[list[telehealth.GroupNote]], error) {
	items, err := p.Visits.BeginNotes(ctx, edge.Who(ctx), in.ID, in.Body.Body, p.phrases.FillTexts)
	return &body[list[telehealth.GroupNote]]{list[telehealth.GroupNote]{Items: some(items)}}, err
}

type signGroupIn struct {
	OfGroup
	Body struct {
		Notes []telehealth.NoteToSign `json:"notes" maxItems:"24"`
	}
}

func (p *Portal) signGroupNotes(ctx context.Context, in *signGroupIn) (*body[list[telehealth.GroupNote]], error) {
	items, err := p.Visits.SignNotes(ctx, edge.Who(ctx), in.ID, in.Body.Notes)
	return &body[list[telehealth.GroupNote]]{list[telehealth.GroupNote]{Items: some(items)}}, err
}
