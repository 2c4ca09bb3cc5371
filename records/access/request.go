package access

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"housecall/internal/blob"
	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// Bounds of what one account may ask for.
const (
	maxRequestsWaiting = 3
	maxRequestsAYear   = 20
)

// RequestState is where a request stands. The states are stored.
type RequestState uint8

// The states.
const (
	RequestWaits RequestState = iota + 1
	RequestApproved
	RequestRefused
	RequestWithdrawn
)

func (s RequestState) String() string {
	return [...]string{"", "waiting", "approved", "refused", "withdrawn"}[s]
}

// Request is a caregiver's question to the clinic for access to the record of
// somebody who cannot invite them. It says nothing about whether there is such a
// patient: a person of the clinic looks that up, and looks at the evidence.
type Request struct {
	ID, Account, Name      string
	PatientName, BirthDate string // as the caregiver wrote them
	Relation               string
	Basis                  Basis
	Note                   string
	Evidence               Paper
	State                  RequestState
	Patient                string // whom the clinic found; ""; nobody yet
	Grant, Answer          string
	CreatedAt, DoneAt      time.Time
	DoneBy                 string
}

// Paper is the evidence as it is kept.
type Paper struct {
	Ref                blob.Ref // an empty name: none was sent
	ContentType, Title string
}

// RequestInput is what a caregiver asks.
type RequestInput struct {
	PatientName, BirthDate, Relation string
	Basis                            Basis
	Note                             string
}

// AskTx leaves a request with the clinic. The answer is the same whoever the
// patient is.
func (s *Service) AskTx(c *db.Conn, who identity.Principal, in RequestInput) (Request, error) {
	if who.Kind != identity.Person && who.Kind != identity.Staff || who.Scopes != nil {
		return Request{}, NoChart()
	}
	r := Request{Account: who.Account, Name: who.Name, PatientName: strings.Join(strings.Fields(in.PatientName), " "), BirthDate: in.BirthDate,
		Relation: strings.TrimSpace(in.Relation), Basis: in.Basis, Note: strings.TrimSpace(in.Note), State: RequestWaits}
	_, _, _, date := splitDate(r.BirthDate)
	switch {
	case r.PatientName == "" || len(r.PatientName) > 200:
		return Request{}, fault.New(fault.Invalid, "Give the name of the person whom you care for.")
	case !date || len(r.BirthDate) != len(time.DateOnly):
		return Request{}, fault.New(fault.Invalid, "The date of birth must look like 2014-05-31.")
	case r.Relation == "" || len(r.Relation) > 60:
		return Request{}, fault.New(fault.Invalid, "Say how the two are related.")
	case r.Basis != Parent && r.Basis != Guardian && r.Basis != PowerOfAttorney:
		return Request{}, fault.New(fault.Invalid, "Say why you may act for this person.")
	case len(r.Note) > 1000:
		return Request{}, fault.New(fault.Invalid, "This text is too long.")
	}
	now := s.now()
	var waiting, year int
	if err := c.QueryRow(`SELECT COALESCE(sum(CASE WHEN state = ? THEN 1 ELSE 0 END), 0), count(*) FROM access_requests WHERE account = ? AND created_at > ?`,
		RequestWaits, who.Account, micros(now.AddDate(-1, 0, 0))).Scan(&waiting, &year); err != nil {
		return Request{}, err
	}
	if waiting >= maxRequestsWaiting || year >= maxRequestsAYear {
		return Request{}, fault.New(fault.TooMany, "You have asked already. Please wait for the answer, or call the clinic.")
	}
	r.ID, r.CreatedAt = s.newID(), now
	_, err := c.Exec(`INSERT INTO access_requests (id, account, name, patient_name, birth_date, relation, basis, note, blob, key, size, sha256, content_type, title, state, created_at) VALUES `+db.Placeholders(1, 16),
		r.ID, r.Account, clean(r.Name, 200), r.PatientName, r.BirthDate, r.Relation, string(r.Basis), r.Note, "", []byte{}, 0, []byte{}, "", "", r.State, micros(now))
	if err != nil {
		return Request{}, err
	}
	return r, s.RecordTx(c, requestEvent(who, &r, "create"))
}

func requestEvent(who identity.Principal, r *Request, action string) Event {
	return Event{Who: who, Action: action, Type: "Consent", ID: r.ID, Detail: "access request"}
}

func queryRequests(c *db.Conn, where string, args ...any) ([]Request, error) {
	var out []Request
	err := c.Each(`SELECT id, account, name, patient_name, birth_date, relation, basis, note, blob, key, size, sha256, content_type, title, state, patient_id, grant_id, answer, created_at, done_by, done_at
		FROM access_requests `+where, func(rows *sql.Rows) error {
		var r Request
		var created, done int64
		p := &r.Evidence
		err := rows.Scan(&r.ID, &r.Account, &r.Name, &r.PatientName, &r.BirthDate, &r.Relation, &r.Basis, &r.Note, &p.Ref.Name, &p.Ref.Key, &p.Ref.Size, &p.Ref.SHA256, &p.ContentType, &p.Title,
			&r.State, &r.Patient, &r.Grant, &r.Answer, &created, &r.DoneBy, &done)
		r.CreatedAt, r.DoneAt = moment(created), moment(done)
		out = append(out, r)
		return err
	}, args...)
	return out, err
}

func noRequest() error { return fault.New(fault.NotFound, "We could not find that.") }

// requestTx finds a request that still waits, and keeps others from deciding
// about it meanwhile.
func requestTx(c *db.Conn, id string) (Request, error) {
	lock := ""
	if c.Dialect == db.Postgres {
		lock = " FOR UPDATE"
	}
	list, err := queryRequests(c, `WHERE id = ?`+lock, id)
	if err != nil {
		return Request{}, err
	}
	if len(list) == 0 {
		return Request{}, noRequest()
	}
	return list[0], nil
}

func (r *Request) mustWait() error {
	if r.State != RequestWaits {
		return fault.New(fault.Conflict, "This was decided already.")
	}
	return nil
}

// RequestsOf lists somebody's own requests, newest first.
func (s *Service) RequestsOf(ctx context.Context, who identity.Principal) ([]Request, error) {
	return queryRequests(s.db.Read(ctx), `WHERE account = ? ORDER BY created_at DESC, id DESC LIMIT ?`, who.Account, most)
}

// OwnRequest tells whether a request of somebody still waits for its evidence.
func (s *Service) OwnRequest(c *db.Conn, who identity.Principal, id string) error {
	list, err := queryRequests(c, `WHERE id = ? AND account = ?`, id, who.Account)
	if err != nil {
		return err
	}
	if len(list) == 0 || who.Scopes != nil || who.Account == "" {
		return noRequest()
	}
	if err := list[0].mustWait(); err != nil {
		return err
	}
	if list[0].Evidence.Ref.Name != "" {
		return fault.New(fault.Conflict, "The document is there already.")
	}
	return nil
}

// HoldEvidenceTx makes a stored file the evidence of somebody's own request.
func (s *Service) HoldEvidenceTx(c *db.Conn, who identity.Principal, id string, p Paper) error {
	if _, err := requestTx(c, id); err != nil {
		return err
	}
	if err := s.OwnRequest(c, who, id); err != nil {
		return err
	}
	_, err := c.Exec(`UPDATE access_requests SET blob = ?, key = ?, size = ?, sha256 = ?, content_type = ?, title = ? WHERE id = ?`,
		p.Ref.Name, p.Ref.Key, p.Ref.Size, p.Ref.SHA256, p.ContentType, p.Title, id)
	if err != nil {
		return err
	}
	return s.RecordTx(c, requestEvent(who, &Request{ID: id}, "update"))
}

// WithdrawRequestTx takes back one's own request.
func (s *Service) WithdrawRequestTx(c *db.Conn, who identity.Principal, id string) error {
	r, err := requestTx(c, id)
	if err != nil {
		return err
	}
	if r.Account != who.Account || who.Account == "" || who.Scopes != nil {
		return noRequest()
	}
	if err := r.mustWait(); err != nil {
		return err
	}
	return s.settleRequestTx(c, who, &r, RequestWithdrawn, "", "delete")
}

func (s *Service) settleRequestTx(c *db.Conn, who identity.Principal, r *Request, state RequestState, answer, action string) error {
	r.State, r.Answer = state, answer
	if _, err := c.Exec(`UPDATE access_requests SET state = ?, patient_id = ?, grant_id = ?, answer = ?, done_by = ?, done_at = ? WHERE id = ?`,
		r.State, r.Patient, r.Grant, r.Answer, who.Account, micros(s.now()), r.ID); err != nil {
		return err
	}
	return s.RecordTx(c, requestEvent(who, r, action))
}

// WorksOnRequests refuses all but the people of the clinic who look at requests.
// Administrators do not.
func WorksOnRequests(who identity.Principal) error {
	for _, role := range []identity.Role{identity.Privacy, identity.Clinician, identity.Nurse, identity.FrontDesk} {
		if who.Is(role) && who.Scopes == nil {
			return nil
		}
	}
	return fault.New(fault.Forbidden, "Only the staff who care for patients can do this.").WithCode("role")
}

// Requests lists what waits, oldest first, with an opaque cursor. A request that
// was matched is seen by who works in that chart and by the privacy officer alone.
func (s *Service) Requests(ctx context.Context, who identity.Principal, cursor string, limit int) (items []Request, next string, err error) {
	if err := WorksOnRequests(who); err != nil {
		return nil, "", err
	}
	limit = min(max(limit, 1), 200)
	after := ""
	if cursor != "" {
		b, err := s.openCursor("requests", cursor)
		if err != nil {
			return nil, "", err
		}
		after = string(b)
	}
	c := s.db.Read(ctx)
	found, err := queryRequests(c, `WHERE state = ? AND id > ? ORDER BY id LIMIT ?`, RequestWaits, after, limit+1)
	if err != nil {
		return nil, "", err
	}
	if len(found) > limit {
		found = found[:limit]
		next = s.sealCursor("requests", []byte(found[limit-1].ID))
	}
	for _, r := range found {
		if ok, err := s.handles(c, who, &r); err != nil {
			return nil, "", err
		} else if ok {
			items = append(items, r)
		}
	}
	return items, next, s.Record(ctx, Event{Who: who, Action: "read", Type: "Consent", Detail: "access requests", Count: len(items)})
}

// handles: nobody decides about their own request.
func (s *Service) handles(c *db.Conn, who identity.Principal, r *Request) (bool, error) {
	if r.Account == who.Account {
		return false, nil
	}
	if r.Patient == "" || who.Is(identity.Privacy) {
		return true, nil
	}
	v, err := s.ViewOf(c, who, r.Patient)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil && v.Works(), err
}

// forStaffTx is a waiting request that the staff member may work on.
func (s *Service) forStaffTx(c *db.Conn, who identity.Principal, id string) (Request, error) {
	if err := WorksOnRequests(who); err != nil {
		return Request{}, err
	}
	r, err := requestTx(c, id)
	if err != nil {
		return Request{}, err
	}
	ok, err := s.handles(c, who, &r)
	if err == nil && !ok {
		err = noRequest()
	}
	if err == nil {
		err = r.mustWait()
	}
	return r, err
}

// EvidenceOf opens the way to the document of a request, for staff who may work on
// it.
func (s *Service) EvidenceOf(ctx context.Context, who identity.Principal, id string) (Paper, error) {
	r, err := s.handled(ctx, who, id)
	if err != nil {
		return Paper{}, err
	}
	return r.Evidence, s.Record(ctx, Event{Who: who, Patient: r.Patient, Action: "read", Type: "Consent", ID: id, Categories: Of(Other), Detail: "access request"})
}

// StillHandles decides anew about a document that is being sent.
func (s *Service) StillHandles(ctx context.Context, who identity.Principal, id string) error {
	_, err := s.handled(ctx, who, id)
	return err
}

// handled finds a request with its document for staff who may work on it.
func (s *Service) handled(ctx context.Context, who identity.Principal, id string) (*Request, error) {
	if err := WorksOnRequests(who); err != nil {
		return nil, err
	}
	c := s.db.Read(ctx)
	list, err := queryRequests(c, `WHERE id = ?`, id)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 || list[0].Evidence.Ref.Name == "" {
		return nil, noRequest()
	}
	ok, err := s.handles(c, who, &list[0])
	if err == nil && !ok {
		err = noRequest()
	}
	return &list[0], err
}

// MatchRequestTx says whose record is meant: somebody who works in that record
// compared what the caregiver wrote with it.
func (s *Service) MatchRequestTx(c *db.Conn, who identity.Principal, id, patient string) error {
	r, err := s.forStaffTx(c, who, id)
	if err != nil {
		return err
	}
	v, err := s.ViewOf(c, who, patient)
	if err != nil {
		return err
	}
	if !v.Works() {
		return NoChart()
	}
	if _, err := c.Exec(`UPDATE access_requests SET patient_id = ? WHERE id = ?`, patient, r.ID); err != nil {
		return err
	}
	return s.RecordTx(c, Event{Who: who, Patient: patient, View: v, Action: "update", Type: "Consent", ID: r.ID, Categories: Of(Other), Detail: "access request"})
}

// Approval is what the clinic gives, and on which paper.
type Approval struct {
	Patient                 string // whose record it is, as who approves saw it
	See                     CategorySet
	Can                     Powers
	Sensitive               bool
	End                     time.Time
	Evidence                string // what the document is, and that it was checked
	BirthDate, Jurisdiction string // of the patient, as the record says; for parents
	Zone                    *time.Location
}

// ApproveRequestTx makes a matched request a grant: by the privacy officer, or by a
// doctor or nurse of the patient's care team. The grant keeps which paper it rests
// on, and who looked at it when.
func (s *Service) ApproveRequestTx(c *db.Conn, who identity.Principal, id string, in Approval) (Request, error) {
	r, err := s.forStaffTx(c, who, id)
	if err != nil {
		return Request{}, err
	}
	if r.Patient == "" || r.Patient != in.Patient {
		return Request{}, fault.New(fault.Conflict, "First say whose record is meant.")
	}
	if !who.Is(identity.Privacy) {
		v, err := s.ViewOf(c, who, r.Patient)
		if err != nil {
			return Request{}, err
		}
		if !v.Treats() {
			return Request{}, fault.New(fault.Forbidden, "Only the privacy officer or the patient's doctors and nurses can approve this.").WithCode("role")
		}
	}
	if r.Evidence.Ref.Name == "" || strings.TrimSpace(in.Evidence) == "" {
		return Request{}, fault.New(fault.Invalid, "Say which paper shows that this person may act for the patient.")
	}
	g, err := s.giveTx(c, who, who.Account, GrantInput{Patient: r.Patient, Account: r.Account, Name: r.Name, Relation: r.Relation, Basis: r.Basis, See: in.See | Of(Demographics), Can: in.Can,
		Sensitive: in.Sensitive, End: in.End, BirthDate: in.BirthDate, Jurisdiction: in.Jurisdiction, Zone: in.Zone, Evidence: strings.TrimSpace(in.Evidence) + " (request " + r.ID + ")"})
	if err != nil {
		return Request{}, err
	}
	r.Grant = g.ID
	return r, s.settleRequestTx(c, who, &r, RequestApproved, "", "update")
}

// RefuseRequestTx says no, with a reason that the caregiver reads.
func (s *Service) RefuseRequestTx(c *db.Conn, who identity.Principal, id, reason string) (Request, error) {
	r, err := s.forStaffTx(c, who, id)
	if err != nil {
		return Request{}, err
	}
	if reason = strings.TrimSpace(reason); reason == "" || len(reason) > 500 {
		return Request{}, fault.New(fault.Invalid, "Please say in a few words why you do this.")
	}
	return r, s.settleRequestTx(c, who, &r, RequestRefused, reason, "update")
}
