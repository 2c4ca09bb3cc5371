package portal

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/telehealth"
	"housecall/telehealth/recording"
)

func (p *Portal) mountRecordings(api huma.API) {
	const visit = "/charts/{patient}/visits/{id}"
	route(api, http.MethodPost, visit+"/recording", "Ask everybody in the room whether the visit may be recorded, and agree to it oneself", p.askRecording)
	route(api, http.MethodPost, visit+"/recording/answer", "Agree to being recorded; or not, which ends it for all", p.answerRecording)
	route(api, http.MethodDelete, visit+"/recording", "Stop recording", p.visitStep((*telehealth.Service).StopRecording))
	get(api, "/charts/{patient}/recordings/{id}", "The recording of a visit: its tracks, and who agreed to it", p.recording)
}

type askRecordingIn struct {
	OfVisit
	Body struct {
		Text string `json:"text" maxLength:"20" doc:"Version of the text that was read"`
	}
}

func (p *Portal) askRecording(ctx context.Context, in *askRecordingIn) (*body[telehealth.Visit], error) {
	out, err := p.Visits.AskRecording(ctx, edge.Who(ctx), in.Patient, in.ID, in.Body.Text)
	return &body[telehealth.Visit]{out}, err
}

// RecordingAnswer is what somebody says to being recorded.
type RecordingAnswer struct {
	Recording string `json:"recording" maxLength:"36"`
	Text      string `json:"text" maxLength:"20" doc:"Version of the text that was read"`
	Yes       bool   `json:"yes"`
}

type answerRecordingIn struct {
	OfVisit
	Body RecordingAnswer
}

func (p *Portal) answerRecording(ctx context.Context, in *answerRecordingIn) (*body[telehealth.Visit], error) {
	out, err := p.Visits.AnswerRecording(ctx, edge.Who(ctx), in.Patient, in.ID, in.Body.Recording, in.Body.Text, in.Body.Yes)
	return &body[telehealth.Visit]{out}, err
}

func (p *Portal) recording(ctx context.Context, in *OfVisit) (*body[recording.Recording], error) {
	if p.Recordings == nil {
		return nil, fault.New(fault.NotFound, "We could not find that.")
	}
	out, err := p.Recordings.Show(ctx, edge.Who(ctx), in.Patient, in.ID)
	return &body[recording.Recording]{out}, err
}
