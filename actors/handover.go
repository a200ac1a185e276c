package actors

import (
	"iter"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// Left is a temporary session that outlives its system: what a planned restart hands to the next one, through memory only (P9). With it go the
// fired triggers (P12) and the epoch, so that its visitor resumes as if nothing had been.
type Left struct {
	Session *chat.Session
	// Messages and Notes are its log: what triggers posted, and what agents wrote for themselves.
	Messages []persistence.Entry
	Notes    []persistence.NoteEntry
	// Receipts are those of the last notes: none is there twice after a repeat (G3).
	Receipts []persistence.Dedupe
	// LastAccess is from when its time counts (P7). It has a monotonic reading.
	LastAccess time.Time
}

// Left yields the temporary sessions whose time is not over, in no order. It is for after Stop, and each session comes once: the system
// forgets those that it gave, so that a million of them need not be in memory twice.
func (s *System) Left() iter.Seq[Left] {
	return func(yield func(Left) bool) {
		for len(s.left) > 0 {
			shard := s.left[len(s.left)-1]
			s.left = s.left[:len(s.left)-1]
			for i, one := range shard {
				shard[i] = nil
				if s.lifetime.Fate(false, one.lastAccess, time.Now()) == chat.Stay && !yield(one.left()) {
					return
				}
			}
		}
	}
}

// Restore takes in a session that another system left. It is for before anybody joins: what is sent to the session afterwards finds it.
func (s *System) Restore(l Left) {
	one := &rested{state: l.Session, lastAccess: l.LastAccess}
	if len(l.Messages)+len(l.Notes) > 0 {
		one.journal = &journal{messages: l.Messages, notes: l.Notes}
		for _, d := range l.Receipts {
			one.journal.recent = one.journal.recent.keep(d.Sender, d.ID, d.Receipt)
		}
	}
	s.actors.Root.Send(s.shards[shardOf(l.Session.ID)].shard, one)
}

func (r *rested) left() Left {
	l := Left{Session: r.state, LastAccess: r.lastAccess}
	if r.journal != nil {
		l.Messages, l.Notes, l.Receipts = r.journal.messages, r.journal.notes, r.journal.recent.list()
	}
	return l
}

// restore takes in what another system left, unless there is one of that id or its time is over.
func (s *shard) restore(ctx actor.Context, one *rested) {
	id := one.state.ID
	if s.draining != nil || s.route.sessions[id] != nil || s.resting.byID[id] != nil ||
		s.sys.lifetime.Fate(false, one.lastAccess, time.Now()) != chat.Stay {
		return
	}
	s.rest(ctx, one)
}
