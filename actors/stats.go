package actors

import "sync/atomic"

// Stats count what the actors do, for metrics. All may be read at any time.
type Stats struct {
	// Sessions are those in memory now, Resting those of them without an actor: temporary ones that nobody used for a while.
	Sessions, Resting atomic.Int64
	// Messages were stored, Conversations began, Duplicates were answered with their first result.
	Messages, Conversations, Duplicates atomic.Int64
	// Refusals were answered with an error; CommitFaults are among them.
	Refusals, CommitFaults atomic.Int64
	// Expired temporary sessions ended by time, Evicted ones before it, for want of room; Passivated permanent ones left the memory, Erased
	// were deleted by agents.
	Expired, Evicted, Passivated, Erased atomic.Int64
	// Panics were caught in an actor; DeadLetters are requests that found no receiver. Both should stay 0.
	Panics, DeadLetters atomic.Int64
}

// Stats returns the system's counters.
func (s *System) Stats() *Stats { return &s.stats }
