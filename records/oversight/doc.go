// Package oversight helps the privacy officer to find accesses that may not have
// been somebody's work: by a relative, a neighbour or a colleague, to very many
// charts, in an emergency, or with nothing going on in the chart. It compares
// names, addresses and times, and never looks at what a chart says about
// anybody's health. A hint is no accusation: each says why it is there.
package oversight

import (
	"errors"
	"time"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/records/access"
)

// Deps is what the service works with.
type Deps struct {
	DB       *db.DB
	Access   *access.Service
	Accounts *identity.Service
}

// Service finds unusual accesses.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Access == nil || d.Accounts == nil {
		return nil, errors.New("oversight: a part is missing")
	}
	return &Service{d}, nil
}

// The kinds of hints.
const (
	SameSurname = "surname"   // as the patient
	SameAddress = "address"   // as the patient
	SameStreet  = "street"    // as the patient, in the same postal code
	Colleague   = "colleague" // the chart is that of somebody else who works here
	OwnChart    = "own"       // their own chart, as staff
	ManyCharts  = "many"      // in one hour, more than this person usually opens
	Emergency   = "emergency" // the glass was broken
	NothingOn   = "quiet"     // nothing was booked, written or received in the chart around that time
)

// Hint is one thing about one staff member, and mostly about one chart, that
// somebody should look at.
type Hint struct {
	Kind    string    `json:"kind" enum:"surname,address,street,colleague,own,many,emergency,quiet"`
	Account string    `json:"account"`
	Who     string    `json:"who"`
	Role    string    `json:"role"`
	Patient string    `json:"patient,omitempty"`
	Name    string    `json:"name,omitempty" doc:"Of the patient"`
	From    time.Time `json:"from"`
	Until   time.Time `json:"until"`
	Count   int       `json:"count" doc:"Looks, or charts when there were many"`
	Usual   int       `json:"usual,omitempty" doc:"Charts that this person opens in an hour otherwise"`
}
