package portal

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"housecall/internal/fault"
)

// Where sockets are blocked, a page asks from time to time what a socket would have
// told it. It is decided as there, and with the same cursor: the ETag of the chart.

func (p *Portal) mountLivePoll(api huma.API) {
	route(api, http.MethodPost, "/live", "Which charts moved, for a page whose socket is blocked", p.moved)
}

type movedIn struct {
	Body struct {
		Charts map[string]string `json:"charts" doc:"By patient: the ETag of the chart that the page knows, or an empty text. At most 50"`
	}
}

// Moved is what of the charts that a page shows is not as it was.
type Moved struct {
	Moved map[string]string `json:"moved" doc:"By patient: the ETag of the chart now, where it is another"`
	Gone  []string          `json:"gone" doc:"Charts that this person may not open, or that never were there"`
}

func (p *Portal) moved(ctx context.Context, in *movedIn) (*body[Moved], error) {
	who, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	if len(in.Body.Charts) > maxWatched {
		return nil, fault.Newf(fault.TooLarge, "At most %d charts can be asked for at a time.", maxWatched)
	}
	out := Moved{Moved: map[string]string{}, Gone: []string{}}
	for patient, known := range in.Body.Charts {
		if len(patient) > 64 { // no chart is called so
			out.Gone = append(out.Gone, patient)
			continue
		}
		switch tag, err := p.Records.Tag(ctx, who, patient); {
		case fault.Is(err, fault.NotFound):
			out.Gone = append(out.Gone, patient)
		case err != nil:
			return nil, err
		case tag != known:
			out.Moved[patient] = tag
		}
	}
	return &body[Moved]{out}, nil
}
