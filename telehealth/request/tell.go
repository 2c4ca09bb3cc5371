package request

import (
	"context"
	"slices"
	"strconv"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/notifications"
	"housecall/records/access"
)

// ListTopic is what the pages of a staff member's list of requests watch.
func ListTopic(account string) string { return "requests of " + account }

// topic is what the pages watch of those who see these categories of a chart's
// requests, and sensitive ones or not: that something moved which they do not see
// must not tell them when it did.
func topic(patient string, see access.CategorySet, plain bool) string {
	t := "requests/" + patient + "/" + strconv.Itoa(int(see&asked))
	if plain {
		t += "/plain"
	}
	return t
}

// topics are those that move with a request.
func topics(patient string, class access.Class) (out []string) {
	cats := asked.List()
	for mask := range 1 << len(cats) {
		var see access.CategorySet
		for i, c := range cats {
			if mask&(1<<i) != 0 {
				see |= access.Of(c)
			}
		}
		if !see.Has(class.Category) {
			continue
		}
		out = append(out, topic(patient, see, false))
		if class.Labels&access.AllLabels == 0 {
			out = append(out, topic(patient, see, true))
		}
	}
	return out
}

// MayFollow tells whether somebody may hear that the requests of a chart moved, and by
// which topic.
func (s *Service) MayFollow(ctx context.Context, who identity.Principal, patient string) (string, error) {
	v, err := seeing(s.Records.Enter(s.DB.Read(ctx), who, patient, task))
	if err != nil {
		return "", err
	}
	return topic(patient, v.See, v.Hide != 0), nil
}

// tell lets the other side know, and moves the pages of both. The clinic is told what
// is asked, answered or taken back: until somebody has taken it on, all who may answer
// it are, and after that who did. That a request was seen moves pages alone.
func (s *Service) tell(c *db.Conn, x *row, by Party, labels access.Labels) error {
	class := access.Class{Category: x.kind.category(), Labels: labels}
	circle, err := s.Access.Circle(c, x.patient)
	if err != nil {
		return err
	}
	taken, err := takers(c, x.id)
	if err != nil {
		return err
	}
	there := slices.ContainsFunc(circle, func(n access.Near) bool { return taken[n.Account] })
	move := topics(x.patient, class)
	for _, n := range circle {
		clinic := n.Relation == access.CareTeam || n.Relation == access.ClinicStaff
		if clinic && slices.Contains(deciders[x.kind], n.Role) {
			move = append(move, ListTopic(n.Account))
		}
		if n.Account == by.Account || !n.Sees(class) {
			continue
		}
		switch {
		case clinic && (by.Side == ClinicSide || !slices.Contains(deciders[x.kind], n.Role)):
			continue
		case clinic && there && !taken[n.Account]:
			continue
		case !clinic && x.state == Received:
			continue
		}
		if err := s.Notices.PostTx(c, notifications.Notice{
			ID: "request/" + x.id + "/" + strconv.FormatInt(x.step, 10), Account: n.Account, Kind: notifications.Request, Patient: x.patient, Ref: Ref(x.id), At: moment(x.changedAt),
		}); err != nil {
			return err
		}
	}
	c.After(func() {
		for _, t := range move {
			if s.Hub != nil {
				s.Hub.Publish(t)
			}
		}
	})
	return nil
}

// Ref is how notices name a request.
func Ref(id string) string { return "ask/" + id }

// takers are those at the clinic who did something about a request already.
func takers(c *db.Conn, id string) (map[string]bool, error) {
	done, err := steps(c, []*row{{id: id}})
	out := map[string]bool{}
	for _, st := range done[id] {
		if st.By.Side == ClinicSide {
			out[st.By.Account] = true
		}
	}
	return out, err
}
