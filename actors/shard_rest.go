package actors

import (
	"container/heap"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/parlor-chat/parlor/chat"
)

// rested is a temporary session that nobody has used for a while. Its shard keeps it until something arrives for it, or its time is over
// (P7): what an actor takes with its mailbox, its timer and its entries in maps is more than twice what the session itself does, and the
// visitors who look at a page and leave are the most of all.
type rested struct {
	state      *chat.Session
	journal    *journal
	lastAccess time.Time
	// index is the place in the queue.
	index int
}

// resting are a shard's sessions at rest.
type resting struct {
	byID  map[chat.SessionID]*rested
	queue restQueue
	// timer is for the first one in the queue, or for one that was.
	timer *time.Timer
}

// put takes a session in and reports whether it is the next to expire.
func (r *resting) put(one *rested) bool {
	r.byID[one.state.ID] = one
	heap.Push(&r.queue, one)
	return one.index == 0
}

// take takes a session out, nil when it is not in.
func (r *resting) take(id chat.SessionID) *rested {
	one := r.byID[id]
	if one != nil {
		delete(r.byID, id)
		heap.Remove(&r.queue, one.index)
	}
	return one
}

// leave gives away all that rest.
func (r *resting) leave() []*rested {
	r.stop()
	left := r.queue
	r.byID, r.queue = nil, nil
	return left
}

func (r *resting) stop() {
	if r.timer != nil {
		r.timer.Stop()
	}
}

// rest takes a session in whose actor is about to end.
func (s *shard) rest(ctx actor.Context, one *rested) {
	s.sys.stats.Sessions.Add(1)
	s.sys.stats.Resting.Add(1)
	next := s.resting.put(one)
	s.evict(0)
	if next {
		s.awaitExpiry(ctx)
	}
}

// awaken ends a session's rest; nil when it does not rest here.
func (s *shard) awaken(id chat.SessionID) *rested {
	one := s.resting.take(id)
	if one != nil {
		s.sys.stats.Sessions.Add(-1)
		s.sys.stats.Resting.Add(-1)
	}
	return one
}

// awaitExpiry sets the timer for the first one.
func (s *shard) awaitExpiry(ctx actor.Context) {
	r := &s.resting
	if len(r.queue) == 0 {
		return
	}
	wait := max(0, s.sys.lifetime.After(false)-time.Since(r.queue[0].lastAccess))
	if r.timer != nil {
		r.timer.Reset(wait)
		return
	}
	self, root := ctx.Self(), s.sys.actors.Root
	r.timer = time.AfterFunc(wait, func() { root.Send(self, expireRested{}) })
}

// expireRested forgets those whose time has come. Nothing is left of them (P7, P9), and nobody looks at them.
func (s *shard) expireRested(ctx actor.Context) {
	now := time.Now()
	for q := &s.resting.queue; len(*q) > 0 && s.sys.lifetime.Fate(false, (*q)[0].lastAccess, now) != chat.Stay; {
		s.awaken((*q)[0].state.ID)
		s.sys.stats.Expired.Add(1)
	}
	s.awaitExpiry(ctx)
}

// restQueue is ordered by the last access.
type restQueue []*rested

// Len implements heap.Interface.
func (q restQueue) Len() int { return len(q) }

// Less implements heap.Interface.
func (q restQueue) Less(i, j int) bool { return q[i].lastAccess.Before(q[j].lastAccess) }

// Swap implements heap.Interface.
func (q restQueue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

// Push implements heap.Interface.
func (q *restQueue) Push(one any) {
	r := one.(*rested)
	r.index = len(*q)
	*q = append(*q, r)
}

// Pop implements heap.Interface.
func (q *restQueue) Pop() any {
	last := len(*q) - 1
	one := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return one
}
