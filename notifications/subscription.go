package notifications

import "sync"

// Subscription is one watcher of topics. Topics come on C, each at most once
// while the reader is busy: publishing never waits for a reader, and a slow
// reader is told what to look at, not how often it changed.
type Subscription struct {
	C <-chan string

	hub  *Hub
	out  chan string
	wake chan struct{}
	done chan struct{}
	once sync.Once

	mu      sync.Mutex
	watched map[topicHash]string
	waiting map[topicHash]struct{}
	queue   []topicHash
}

// Subscribe begins to watch. The caller must Close it.
func (h *Hub) Subscribe(topics ...string) *Subscription {
	s := &Subscription{hub: h, out: make(chan string), wake: make(chan struct{}, 1), done: make(chan struct{}),
		watched: map[topicHash]string{}, waiting: map[topicHash]struct{}{}}
	s.C = s.out
	h.mu.Lock()
	stopped := h.stopped
	h.subs[s] = struct{}{}
	h.mu.Unlock()
	for _, t := range topics {
		s.Watch(t)
	}
	go s.pump()
	if stopped {
		s.Close()
	}
	return s
}

// Watch adds a topic. What is published from now on is told; read the state
// after Watch, not before.
func (s *Subscription) Watch(topic string) {
	key := s.hub.hash(topic)
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if _, open := s.hub.subs[s]; !open {
		return
	}
	if s.hub.watchers[key] == nil {
		s.hub.watchers[key] = map[*Subscription]struct{}{}
		s.hub.topics[key] = topic
		s.hub.name(key, topic)
	}
	s.hub.watchers[key][s] = struct{}{}
	s.mu.Lock()
	s.watched[key] = topic
	s.mu.Unlock()
}

// Unwatch removes a topic; what waits for the reader about it is dropped.
func (s *Subscription) Unwatch(topic string) {
	key := s.hub.hash(topic)
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	s.forget(key)
}

// forget is called under the hub's lock.
func (s *Subscription) forget(key topicHash) {
	if subs := s.hub.watchers[key]; subs != nil {
		delete(subs, s)
		if len(subs) == 0 {
			delete(s.hub.watchers, key)
			s.hub.unname(key)
		}
	}
	s.mu.Lock()
	delete(s.watched, key)
	delete(s.waiting, key)
	s.mu.Unlock()
}

// Close ends the subscription and closes C. It may be called more than once.
func (s *Subscription) Close() {
	s.once.Do(func() {
		s.hub.mu.Lock()
		s.mu.Lock()
		keys := make([]topicHash, 0, len(s.watched))
		for key := range s.watched {
			keys = append(keys, key)
		}
		s.mu.Unlock()
		for _, key := range keys {
			s.forget(key)
		}
		delete(s.hub.subs, s)
		s.hub.mu.Unlock()
		close(s.done)
	})
}

// push is called under the hub's read lock.
func (s *Subscription) push(key topicHash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.watched[key]; !ok {
		return
	}
	if _, ok := s.waiting[key]; ok {
		return
	}
	s.waiting[key] = struct{}{}
	s.queue = append(s.queue, key)
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// next takes the oldest topic that waits. It leaves the set before it is handed
// over: a change that comes during the handover must be told again.
func (s *Subscription) next() (topic string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.queue) > 0 {
		key := s.queue[0]
		s.queue = s.queue[1:]
		if _, waits := s.waiting[key]; waits {
			delete(s.waiting, key)
			return s.watched[key], true
		}
	}
	s.queue = nil
	return "", false
}

func (s *Subscription) pump() {
	defer close(s.out)
	for {
		topic, ok := s.next()
		if !ok {
			select {
			case <-s.done:
				return
			case <-s.wake:
			}
			continue
		}
		select {
		case <-s.done:
			return
		case s.out <- topic:
		}
	}
}
