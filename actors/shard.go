package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/parlor-chat/parlor/chat"
)

// maxHeld bounds what a shard holds back for one session while that leaves the memory, which takes well under a millisecond.
const maxHeld = 256

// shard is the parent of the sessions and websites whose ids fall to it: it finds them, wakes them, and lets them go. It never waits. It is
// the unit that a cluster places. What senders may know of its sessions and websites is in its route.
type shard struct {
	sys      *System
	route    *route
	resting  resting
	pressed  time.Time
	draining chan<- []*rested
}

func newShard(sys *System, r *route) *shard {
	return &shard{sys: sys, route: r, resting: resting{byID: make(map[chat.SessionID]*rested)}}
}

// Receive implements actor.Actor.
func (s *shard) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *toSession:
		s.toSession(ctx, m)
		s.route.arrived()
	case *toWebsite:
		ctx.Send(s.website(ctx, m.id), m.body)
		s.route.arrived()
	case *actor.Terminated:
		s.terminated(ctx, m)
	case *rested:
		s.restore(ctx, m)
	case *drain:
		s.drain(ctx, m)
	case expireRested:
		s.expireRested(ctx)
	case *actor.Stopping:
		s.resting.stop()
	}
}

func (s *shard) toSession(ctx actor.Context, m *toSession) {
	if s.draining != nil {
		refuseUndelivered(m.body)
		return
	}
	c := s.route.sessions[m.id]
	if c == nil {
		switch body := m.body.(type) {
		case detach, presenceChanged:
			refuseUndelivered(body) // there is no connection that this could concern
			return
		case *Attach:
			if body.Create && s.resting.byID[m.id] == nil {
				s.makeRoom(ctx)
			}
		}
		c = s.wake(ctx, m.id)
	}
	switch {
	case s.route.pass(ctx, c, m):
	case len(c.leaving.held) < maxHeld || isDetach(m.body):
		c.leaving.held = append(c.leaving.held, m)
	default:
		refuseUndelivered(m.body)
	}
}

// isDetach reports what is held back beyond the bound: without it a connection that is gone would keep the session in memory for ever, and
// each connection sends but one.
func isDetach(body any) bool {
	_, ok := body.(detach)
	return ok
}

// wake spawns the session's actor; what it was, it learns from the shard where it rests, or from the store.
func (s *shard) wake(ctx actor.Context, id chat.SessionID) *child {
	c := &child{pid: spawn(ctx, s.sys.sessions, sessionKind, id)}
	if r := s.awaken(id); r != nil {
		ctx.Send(c.pid, r)
	}
	s.route.put(id, c)
	s.sys.stats.Sessions.Add(1)
	return c
}

func (s *shard) website(ctx actor.Context, id chat.WebsiteID) *actor.PID {
	pid := s.route.websites[id]
	if pid == nil {
		pid = spawn(ctx, s.sys.websiteP, websiteKind, id)
		ctx.Send(pid, websiteID(id))
		s.route.putWebsite(id, pid) // from here on senders may go past the shard, behind its name
	}
	return pid
}

// terminated forgets a session that stopped, or keeps what it left behind, and wakes it anew when something arrived meanwhile.
func (s *shard) terminated(ctx actor.Context, m *actor.Terminated) {
	kind, id := named(m.Who)
	if kind == websiteKind {
		s.route.removeWebsite(id)
		return
	}
	c := s.route.remove(id)
	s.sys.stats.Sessions.Add(-1)
	if left := c.leaving; left != nil {
		if left.rested != nil {
			s.rest(ctx, left.rested)
		}
		s.forward(ctx, left.held)
	}
	s.drained()
}

// forward passes on what was held back, before anything that is sent meanwhile.
func (s *shard) forward(ctx actor.Context, held []*toSession) {
	if len(held) == 0 {
		return
	}
	s.route.departed()
	defer s.route.arrived()
	for _, m := range held {
		s.toSession(ctx, m)
	}
}

// drain stops all sessions; the shard answers when the last one is gone, with those that rest.
func (s *shard) drain(ctx actor.Context, m *drain) {
	s.draining = m.done
	s.route.close()
	for _, c := range s.route.sessions {
		ctx.Poison(c.pid)
	}
	s.drained()
}

func (s *shard) drained() {
	if s.draining != nil && len(s.route.sessions) == 0 {
		s.draining <- s.resting.leave()
	}
}
