package message

import (
	"context"
	"database/sql"
	"slices"
	"unicode/utf8"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
	"housecall/telehealth/pool"
)

// Hand is to whom a thread is handed over: a person of the care team or a pool that
// is joined to it. From is who had it when whoever hands it over looked (empty:
// nobody): if that has changed, it is refused.
type Hand struct {
	Account, Pool string
	From          string
	Note          string // for the clinic alone
}

const maxWord = 500

// HandOver gives a thread to somebody else, or to a pool.
func (s *Service) HandOver(ctx context.Context, who identity.Principal, patient, id string, h Hand) (Thread, error) {
	return s.change(ctx, who, patient, id, "hand over", s.handing(h))
}

func (s *Service) handing(h Hand) func(*db.Conn, *thread, Author) error {
	return func(c *db.Conn, t *thread, me Author) error {
		switch err := me.answers(); {
		case err != nil:
			return err
		case (h.Account == "") == (h.Pool == ""):
			return fault.New(fault.Invalid, "Choose one person or one pool.")
		case utf8.RuneCountInString(h.Note) > maxWord || !fhir.IsText(h.Note):
			return fault.New(fault.TooLarge, "The note is too long. Please shorten it.")
		case h.From != t.claimedBy:
			return taken()
		}
		circle, err := s.Access.Circle(c, t.patient)
		if err != nil {
			return err
		}
		if h.Account != "" && !inTeam(circle, h.Account) {
			return fault.New(fault.Invalid, "They are not in the care team of this patient.").WithCode("not_in_team")
		}
		if h.Pool != "" {
			joined, err := s.Pools.JoinedTx(c, h.Pool, t.patient)
			if err == nil && !joined {
				err = fault.New(fault.Invalid, "This pool is not in the care team of this patient.").WithCode("not_in_team")
			}
			if err != nil {
				return err
			}
		}
		if err := s.give(c, t, me, pool.Owner{Account: h.Account, Pool: h.Pool}, circle, Step{Kind: "hand", Note: h.Note}); err != nil {
			return err
		}
		return s.tellOwner(c, t, me.Account, "hand/"+itoa(s.now()), circle)
	}
}

// SetPriority says how much a thread hurries.
func (s *Service) SetPriority(ctx context.Context, who identity.Principal, patient, id, word string) (Thread, error) {
	return s.change(ctx, who, patient, id, "priority", s.prioritizing(word))
}

func (s *Service) prioritizing(word string) func(*db.Conn, *thread, Author) error {
	return func(c *db.Conn, t *thread, me Author) error {
		if err := me.answers(); err != nil {
			return err
		}
		p, ok := pool.ParsePriority(word)
		if !ok {
			return fault.New(fault.Invalid, "A priority is routine, soon or urgent.")
		}
		return s.prioritize(c, t, me, p, "")
	}
}

func (s *Service) prioritize(c *db.Conn, t *thread, by Author, p pool.Priority, reason string) error {
	if t.priority == p {
		return nil
	}
	t.priority = p
	if t.state == open && t.waitsSince > 0 {
		t.ladder = ladder{}
		if err := s.wait(c, t, t.waitsSince); err != nil {
			return err
		}
	}
	return s.step(c, t, by, Step{Kind: "priority", To: p.String(), Reason: reason})
}

// PartPool parts a pool from the care team of a chart. What it still has there finds
// another one in the same transaction.
func (s *Service) PartPool(ctx context.Context, who identity.Principal, id, patient string) error {
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		if err := s.Access.PartChartTx(c, who, id, patient); err != nil {
			return err
		}
		var list []string
		if err := c.Each(`SELECT id FROM threads WHERE patient_id = ? AND pool = ? ORDER BY id`, func(r *sql.Rows) error {
			var x string
			err := r.Scan(&x)
			list = append(list, x)
			return err
		}, patient, id); err != nil {
			return err
		}
		circle, err := s.Access.Circle(c, patient)
		for _, x := range list {
			var t *thread
			if err == nil {
				t, err = threadTx(c, patient, x)
			}
			if err == nil {
				err = s.present(c, t, circle)
			}
			if err == nil {
				err = t.save(c)
			}
			if err != nil {
				return err
			}
		}
		return err
	})
}

// moved tells the open pages of a thread and of the inboxes that it is in.
func (s *Service) moved(c *db.Conn, t *thread) error {
	circle, err := s.Access.Circle(c, t.patient)
	if err != nil {
		return err
	}
	topics, err := topicsTx(c, t.patient, t.id, 0, wholeThread)
	if err != nil {
		return err
	}
	for _, n := range circle {
		if n.Relation == access.CareTeam {
			topics = append(topics, InboxTopic(n.Account))
		}
	}
	c.After(func() { s.publish(topics...) })
	return nil
}

// People are to whom threads of a chart can be handed over.
type People struct {
	People []Peer       `json:"people"`
	Pools  []pool.Named `json:"pools"`
}

// Peer is somebody of the care team who answers messages.
type Peer struct {
	Account string `json:"account"`
	Name    string `json:"name"`
	Role    string `json:"role"`
	Me      bool   `json:"me"`
	Out     bool   `json:"out" doc:"It goes to who stands in for them"`
}

// PeopleFor lists them, to those who answer messages themselves.
func (s *Service) PeopleFor(ctx context.Context, who identity.Principal, patient string) (People, error) {
	return s.PeopleForAll(ctx, who, []string{patient})
}

// PeopleForAll lists those to whom a thread of each of several charts can be handed
// over. Each chart is decided and audited.
func (s *Service) PeopleForAll(ctx context.Context, who identity.Principal, patients []string) (People, error) {
	out := People{People: []Peer{}, Pools: []pool.Named{}}
	patients = slices.Compact(slices.Sorted(slices.Values(patients)))
	if len(patients) == 0 || len(patients) > maxBulk {
		return out, fault.New(fault.Invalid, "Choose between 1 and 100 conversations.")
	}
	c := s.DB.Read(ctx)
	for i, patient := range patients {
		of, err := s.peopleFor(ctx, c, who, patient)
		if err != nil {
			return out, err
		}
		if i == 0 {
			out = of
			continue
		}
		out.People = slices.DeleteFunc(out.People, func(p Peer) bool {
			return !slices.ContainsFunc(of.People, func(x Peer) bool { return x.Account == p.Account })
		})
		out.Pools = slices.DeleteFunc(out.Pools, func(p pool.Named) bool { return !slices.Contains(of.Pools, p) })
	}
	for i := range out.People {
		p := &out.People[i]
		_, away, err := s.Pools.PresentTx(c, p.Account)
		if err != nil {
			return out, err
		}
		p.Out = away
	}
	return out, nil
}

func (s *Service) peopleFor(ctx context.Context, c *db.Conn, who identity.Principal, patient string) (People, error) {
	out := People{People: []Peer{}, Pools: []pool.Named{}}
	v, err := s.enter(c, who, patient)
	if err == nil && !v.Treats() {
		err = notFound()
	}
	if err != nil {
		return out, s.Records.Refuse(ctx, who, patient, communication, "", err)
	}
	circle, err := s.Access.Circle(c, patient)
	if err != nil {
		return out, err
	}
	for _, n := range circle {
		if inTeam(circle, n.Account) {
			out.People = append(out.People, Peer{Account: n.Account, Name: n.Name, Role: string(n.Role), Me: n.Account == who.Account})
		}
	}
	pools, err := s.Access.ChartPools(c, patient)
	if err != nil {
		return out, err
	}
	for _, p := range pools {
		if !p.Start.After(s.Now()) {
			out.Pools = append(out.Pools, pool.Named{ID: p.ID, Name: p.Name})
		}
	}
	return out, s.Records.Looked(ctx, who, v, "read", communication, "", access.Of(access.Messages), 1)
}
