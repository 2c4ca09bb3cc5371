package portal

import (
	"context"
	"strings"
	"time"

	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/notifications"
	"housecall/telehealth/message"
	"housecall/telehealth/request"
	"housecall/telehealth/schedule"
)

// Beside charts, pages follow topics: an inbox, a day, a visit. They are told that
// something of it moved, never what; what it is they ask over the API.
const (
	maxTopics = 20
	maxTopic  = 120
	// Without the bus other nodes are not heard. Then pages are told to look from
	// time to time.
	blindEvery = 5 * time.Second
)

// topicKinds decide who may follow what, and say by which topic of the hub it
// moves. rest is what stands behind the kind.
func (p *Portal) topicKinds() map[string]func(ctx context.Context, who identity.Principal, rest string) (string, error) {
	staff := func(topic func(account string) string) func(context.Context, identity.Principal, string) (string, error) {
		return func(_ context.Context, who identity.Principal, _ string) (string, error) {
			if who.Kind != identity.Staff {
				return "", fault.New(fault.NotFound, "No such page.")
			}
			return topic(who.Account), nil
		}
	}
	return map[string]func(context.Context, identity.Principal, string) (string, error){
		"inbox": staff(message.InboxTopic),
		"day":   staff(schedule.DayTopic),
		"asked": staff(request.ListTopic),
		"notices": func(_ context.Context, who identity.Principal, _ string) (string, error) {
			return notifications.Topic(who.Account), nil
		},
		"messages": p.Messages.MayFollow,
		"typing":   p.Messages.MayFollowTyping,
		"presence": p.Messages.MayFollowPresence,
		"requests": p.Requests.MayFollow,
		"visit": func(ctx context.Context, who identity.Principal, rest string) (string, error) {
			patient, visit, _ := strings.Cut(rest, "/")
			return p.Visits.MayFollow(ctx, who, patient, visit)
		},
		"group": p.Visits.MayFollowGroup,
	}
}

// passing: of these topics the hint is all there is. Nothing is to be looked at
// again, so that they are told of when they move and at no other time.
func passing(name string) bool { return strings.HasPrefix(name, "typing/") }

func (l *live) allowed(ctx context.Context, who identity.Principal, name string) (string, error) {
	kind, rest, _ := strings.Cut(name, "/")
	decide := l.kinds[kind]
	if decide == nil {
		return "", fault.New(fault.NotFound, "No such page.")
	}
	return decide(ctx, who, rest)
}

// followTopics makes the page's list of topics the one that is watched. What
// they may not follow is said to be gone.
func (s *socket) followTopics(names []string) {
	names = names[:min(len(names), maxTopics)]
	l := s.live
	want := make(map[string]bool, len(names))
	for _, n := range names {
		if n != "" && len(n) <= maxTopic {
			want[n] = true
		}
	}
	l.mu.Lock()
	who := s.who
	for name, topic := range s.topics {
		if want[name] {
			delete(want, name)
			continue
		}
		l.unwatchTopic(s, name, topic)
	}
	l.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	for name := range want {
		topic, err := l.allowed(ctx, who, name)
		if err != nil {
			s.say("", encode(map[string]any{"topic": name, "gone": true}))
			continue
		}
		l.mu.Lock()
		if !l.closing && l.sockets != nil {
			l.watchTopic(s, name, topic)
		}
		l.mu.Unlock()
		if !passing(name) {
			s.say("", encode(map[string]any{"topic": name})) // what moved before is not missed
		}
	}
}

// watchTopic is called under the lock.
func (l *live) watchTopic(s *socket, name, topic string) {
	if _, on := l.sockets[s]; !on { // it has left
		return
	}
	if l.pages[topic] == nil {
		l.pages[topic] = map[*socket]string{}
		if l.sub != nil {
			l.sub.Watch(topic)
		}
	}
	l.pages[topic][s] = name
	s.topics[name] = topic
}

// unwatchTopic is called under the lock.
func (l *live) unwatchTopic(s *socket, name, topic string) {
	delete(s.topics, name)
	delete(l.pages[topic], s)
	if len(l.pages[topic]) == 0 {
		delete(l.pages, topic)
		if l.sub != nil {
			l.sub.Unwatch(topic)
		}
	}
}

// decideTopics decides anew about the topics of a chart, or about all of them: who
// may not follow one any more is told that it is gone. It is called under the
// lock.
func (l *live) decideTopics(patient string) {
	for _, sockets := range l.pages {
		for s, name := range sockets {
			_, rest, _ := strings.Cut(name, "/")
			if of, _, _ := strings.Cut(rest, "/"); patient == "" || of == patient {
				l.later(task{socket: s, topic: name, decide: true})
			}
		}
	}
}

// lookTopic decides anew whether the page may hear of a topic, and tells it that
// it moved, if it did.
func (s *socket) lookTopic(ctx context.Context, name string, moved bool) {
	l := s.live
	l.mu.Lock()
	who := s.who
	topic, on := s.topics[name]
	l.mu.Unlock()
	if !on {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	now, err := l.allowed(ctx, who, name)
	if k := fault.KindOf(err); err != nil && k != fault.NotFound && k != fault.Forbidden {
		if ctx.Err() == nil {
			l.p.Log.Warn("a watched topic could not be decided on", "err", err)
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.blind = true // the next tick looks again
		return
	}
	if err != nil {
		l.mu.Lock()
		l.unwatchTopic(s, name, topic)
		l.mu.Unlock()
		s.say("", encode(map[string]any{"topic": name, "gone": true}))
		return
	}
	if now != topic { // what they see of it is more or less than before
		l.mu.Lock()
		l.unwatchTopic(s, name, topic)
		l.watchTopic(s, name, now)
		l.mu.Unlock()
		moved = !passing(name)
	}
	if moved {
		s.say("", encode(map[string]any{"topic": name}))
	}
}

// lookAtTopics tells all pages to look at all they follow, when changes may have
// gone unheard.
func (l *live) lookAtTopics() {
	blind := l.p.Hub.Health() != nil
	l.mu.Lock()
	defer l.mu.Unlock()
	if !blind && !l.blind {
		return
	}
	l.blind = false
	for _, sockets := range l.pages {
		for s, name := range sockets {
			if !passing(name) {
				l.later(task{socket: s, topic: name})
			}
		}
	}
}
