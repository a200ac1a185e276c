package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/parlor-chat/parlor/persistence"
)

// pressEvery is how often a shard asks its sessions for room at most: it asks all of them.
const pressEvery = time.Second

// crowd bounds how many temporary sessions are in memory: when there is no room for another, those that were idle for longest end first, and
// with nobody idle the newcomer is refused. Conversations are neither counted nor touched.
type crowd struct {
	// perShard is how many a shard may have; 0: no limit.
	perShard int
}

func newCrowd(total int) crowd { return crowd{(total + persistence.Shards - 1) / persistence.Shards} }

// full reports that the sessions with an actor alone take all the room.
func (c crowd) full(r *route) bool { return c.perShard > 0 && int(r.temporary.Load()) >= c.perShard }

// dense reports that they take three quarters of it: then sessions that nobody looks at rest at once, where the shard can let them go.
func (c crowd) dense(r *route) bool {
	return c.perShard > 0 && 4*int(r.temporary.Load()) >= 3*c.perShard
}

// makeRoom is for a session that is about to be made.
func (s *shard) makeRoom(ctx actor.Context) {
	s.evict(1)
	if !s.sys.crowd.full(s.route) || time.Since(s.pressed) < pressEvery {
		return
	}
	s.pressed = time.Now()
	for _, c := range s.route.sessions {
		ctx.Send(c.pid, yield{})
	}
}

// evict ends the sessions that have rested for longest until there is room for so many more.
func (s *shard) evict(more int) {
	limit := s.sys.crowd.perShard
	if limit == 0 {
		return
	}
	for q := &s.resting.queue; len(*q) > 0 && int(s.route.temporary.Load())+len(*q)+more > limit; {
		s.awaken((*q)[0].state.ID)
		s.sys.stats.Evicted.Add(1)
	}
}

// route is what senders know of the session's shard.
func (s *session) route() *route { return &s.sys.shards[shardOf(s.id)] }

// count keeps the route's count of temporary sessions, after each message.
func (s *session) count() {
	temporary := s.state != nil && !s.state.Erased && !s.permanent()
	if temporary == s.counted {
		return
	}
	s.counted = temporary
	if temporary {
		s.route().temporary.Add(1)
	} else {
		s.route().temporary.Add(-1)
	}
}
