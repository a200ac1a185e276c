package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/protocol"
)

// accessed notes an access of the visitor: the time from which the session's life counts (P7).
func (s *session) accessed() { s.lastAccess = time.Now() }

// rest starts the inactivity timer when nobody keeps the session any more, and stops it when somebody does. protoactor's ReceiveTimeout is not
// used: it is one-shot and has a data race.
func (s *session) rest(ctx actor.Context) {
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	if s.kept() || s.leaving {
		return
	}
	if s.state == nil {
		s.leave(ctx)
		return
	}
	s.timerNumber++
	self, root, number := ctx.Self(), s.sys.actors.Root, s.timerNumber
	wait := s.stays() - time.Since(s.lastAccess)
	if wait <= 0 {
		s.leave(ctx)
		return
	}
	s.timer = time.AfterFunc(wait, func() { root.Send(self, tick{number}) })
}

// stays is how long the actor stays after the last access.
func (s *session) stays() time.Duration {
	life := s.sys.lifetime
	if s.mayRest() {
		if s.sys.crowd.dense(s.route()) {
			return 0 // the shard can let it go when there is no room for others
		}
		return min(life.Idle, life.Temporary)
	}
	return life.After(s.permanent())
}

// mayRest reports whether the shard can keep all that there is: a temporary session that nobody looks at, and of which no commit is under way.
func (s *session) mayRest() bool {
	return s.state != nil && !s.permanent() && !s.state.Erased && len(s.subscribers) == 0 && !s.doubt && !s.unsettled
}

// resume goes on with what the shard kept.
func (s *session) resume(r *rested) {
	s.state, s.journal, s.lastAccess = r.state, r.journal, r.lastAccess
	s.id, s.website = r.state.ID, r.state.Website
	if s.journal != nil {
		s.recent, s.journal.recent = s.journal.recent, nil
	}
}

// ticked handles the timer: the session's time may have come, unless somebody was here since.
func (s *session) ticked(ctx actor.Context, m tick) {
	if m.number != s.timerNumber || s.kept() || s.state == nil {
		return
	}
	s.release(ctx)
}

// leave makes the session leave the memory behind what waits in its mailbox.
func (s *session) leave(ctx actor.Context) {
	if s.leaving {
		return
	}
	s.leaving = true
	ctx.Send(ctx.Self(), release{})
}

// release stops the session, unless somebody needs it. Once its route sends nothing past the shard any more, only timers can be in its mailbox,
// so that it may stop at once.
func (s *session) release(ctx actor.Context) {
	s.leaving = false
	if s.kept() || !s.due() {
		s.rest(ctx)
		return
	}
	if !s.sys.shards[shardOf(s.id)].leave(s.child) {
		s.leave(ctx) // what waits comes first
		return
	}
	s.child.leaving.rested = s.end()
	s.leaving = true
	ctx.Stop(ctx.Self())
}

// due reports whether the actor's time is over.
func (s *session) due() bool {
	return s.state == nil || s.state.Erased || time.Since(s.lastAccess) >= s.stays()
}

// end writes what is unsaved of a permanent session. It returns a temporary one whose time is not over; of others nothing is left (P7, P9), and
// agents who looked at it are told.
func (s *session) end() (rest *rested) {
	switch {
	case s.state == nil || s.state.Erased:
	case s.permanent():
		s.save()
		s.sys.stats.Passivated.Add(1)
	case s.mayRest() && s.sys.lifetime.Fate(false, s.lastAccess, time.Now()) == chat.Stay:
		rest = &rested{state: s.state, journal: s.journal, lastAccess: s.lastAccess}
		if s.journal != nil {
			s.journal.recent = s.recent
		}
	default:
		s.show(protocol.Encode(protocol.Deleted{Session: s.id}), 0, nil)
		s.subscribers = nil
		s.sys.stats.Expired.Add(1)
	}
	s.state, s.journal, s.recent = nil, nil, nil
	return rest
}

// save writes a change that could wait. It is lost when the store fails: nothing was promised about it.
func (s *session) save() {
	if !s.unsaved || !s.permanent() || s.doubt {
		return
	}
	ctx := s.sys.waits.context()
	a := s.attempt()
	if _, err := s.write(ctx, a, step{visitor: true}); err == nil {
		s.reach(a)
	}
}

// stopping runs when the node stops; sessions that left by the handshake have nothing left. A visitor who is still connected is here now.
func (s *session) stopping() {
	if s.timer != nil {
		s.timer.Stop()
	}
	if s.watchedBy(chat.RoleVisitor) {
		s.accessed()
	}
	s.subscribers = nil // who looks at it is not told that it is gone: it may not be
	if one := s.end(); one != nil {
		s.route().leaveBehind(s.child, one)
	}
}
