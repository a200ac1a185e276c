package actors

import (
	"sync"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/parlor-chat/parlor/chat"
)

// route is the way to a shard's sessions. What is for a session in memory goes to its actor at once; everything else goes through the
// shard, which wakes the session or holds back what arrives for one that is leaving. Nobody overtakes: while anything is on its way through
// the shard, all goes through it.
type route struct {
	shard *actor.PID
	// epoch is under which the shard commits.
	epoch uint64
	// underway is how much was sent to the shard and not passed on yet.
	underway atomic.Int64

	// mu is held by senders while they look and send, so that nothing is sent to a session behind the shard's back once it is leaving. The shard
	// alone writes what it covers, and reads without it.
	mu       sync.RWMutex
	sessions map[chat.SessionID]*child
	closed   bool
}

// child is a session of the shard. While it is leaving, what arrives for it is held back, in the shard.
type child struct {
	pid     *actor.PID
	leaving bool
	held    []*toSession
	// rested is what the session left behind, for the shard to look at when it has stopped.
	rested *rested
	// waiting is how many messages are in the session's mailbox.
	waiting atomic.Int32
}

// send puts a message into the session's mailbox.
func (c *child) send(by interface{ Send(*actor.PID, any) }, m *toSession) {
	m.child = c
	c.waiting.Add(1)
	by.Send(c.pid, m)
}

// received takes one message away and returns how many wait behind it.
func (c *child) received() int { return int(c.waiting.Add(-1)) }

// send sends a message to a session. It never blocks for long.
func (r *route) send(root *actor.RootContext, m *toSession) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if c := r.sessions[m.id]; c != nil && !c.leaving && !r.closed && r.underway.Load() == 0 {
		c.send(root, m)
		return
	}
	r.underway.Add(1)
	root.Send(r.shard, m)
}

// arrived notes that the shard has passed on a message, holds it back, or has answered it.
func (r *route) arrived() { r.underway.Add(-1) }

func (r *route) put(id chat.SessionID, c *child) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sessions[id] = c
}

// remove forgets a session.
func (r *route) remove(id chat.SessionID) *child {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.sessions[id]
	delete(r.sessions, id)
	return c
}

// setLeaving: when it returns with true, all that was sent past the shard is in the session's mailbox.
func (r *route) setLeaving(c *child, leaving bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c.leaving = leaving
}

// close sends everything to the shard from now on.
func (r *route) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
}
