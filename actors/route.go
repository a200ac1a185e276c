package actors

import (
	"sync"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/parlor-chat/parlor/chat"
)

// route is the way to a shard's sessions and websites. What is for one that is in memory goes to its actor at once; everything else goes
// through the shard, which wakes it, or holds back what arrives for a session that is leaving. Nobody overtakes: while anything is on its way
// through the shard, all goes through it.
type route struct {
	shard *actor.PID
	// epoch is under which the shard commits.
	epoch uint64
	// underway is how much was sent to the shard and not passed on yet.
	underway atomic.Int64
	// temporary is how many of the sessions here are temporary; those at rest are not here.
	temporary atomic.Int64

	// mu is held by senders while they look and send, so that nothing is sent to a session behind the shard's back once it is leaving. The shard
	// alone puts in and takes out, and looks without it.
	mu       sync.RWMutex
	sessions map[chat.SessionID]*child
	websites map[chat.WebsiteID]*actor.PID
	closed   bool
}

// child is a session of the shard.
type child struct {
	pid *actor.PID
	// leaving is nil while it does not.
	leaving *leaving
	// waiting is how many messages are in the session's mailbox.
	waiting atomic.Int32
}

// leaving is what there is to know of a session that leaves the memory.
type leaving struct {
	// held is what arrived for it meanwhile, in the shard.
	held []*toSession
	// rested is what the session left behind, for the shard to look at when it has stopped.
	rested *rested
}

// sender is who sends: the root, or an actor.
type sender interface{ Send(*actor.PID, any) }

// send puts a message into the session's mailbox.
func (c *child) send(by sender, m *toSession) {
	m.child = c
	c.waiting.Add(1)
	by.Send(c.pid, m)
}

// received takes one message away and returns how many wait behind it.
func (c *child) received() int { return int(c.waiting.Add(-1)) }

// send sends a message to a session. It never blocks for long.
func (r *route) send(root sender, m *toSession) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if c := r.sessions[m.id]; c != nil && c.leaving == nil && r.clear() {
		c.send(root, m)
		return
	}
	r.detour(root, m)
}

// sendWebsite sends a message to a website. It never blocks for long.
func (r *route) sendWebsite(root sender, id chat.WebsiteID, body any) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if pid := r.websites[id]; pid != nil && r.clear() {
		root.Send(pid, body)
		return
	}
	r.detour(root, &toWebsite{id, body})
}

// clear reports whether what goes past the shard overtakes nothing.
func (r *route) clear() bool { return !r.closed && r.underway.Load() == 0 }

// detour sends a message through the shard.
func (r *route) detour(root sender, m any) {
	r.departed()
	root.Send(r.shard, m)
}

// departed notes that something is on its way through the shard.
func (r *route) departed() { r.underway.Add(1) }

// arrived notes that the shard has passed on a message, holds it back, or has answered it.
func (r *route) arrived() { r.underway.Add(-1) }

// pass sends a session what came through the shard. It reports false when the session is leaving.
func (r *route) pass(by sender, c *child, m *toSession) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if c.leaving != nil {
		return false
	}
	c.send(by, m)
	return true
}

// leave marks a session as leaving, unless something waits in its mailbox. When it returns with true, nothing does, nor will.
func (r *route) leave(c *child) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c.waiting.Load() > 0 {
		return false
	}
	c.leaving = new(leaving)
	return true
}

// leaveBehind notes what a session leaves behind that stops without the handshake: the node stops.
func (r *route) leaveBehind(c *child, one *rested) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c.leaving = &leaving{rested: one}
}

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

func (r *route) putWebsite(id chat.WebsiteID, pid *actor.PID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.websites[id] = pid
}

// removeWebsite forgets a website whose actor is gone.
func (r *route) removeWebsite(id chat.WebsiteID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.websites, id)
}

// close sends everything to the shard from now on.
func (r *route) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
}
