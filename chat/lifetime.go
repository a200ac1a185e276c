package chat

import "time"

// Lifetime is the policy of how long a session lives and how long its actor stays in memory (P6, P7).
type Lifetime struct {
	// Temporary is how long a session without messages outlives its last access. Promise P7: 30 minutes.
	Temporary time.Duration
	// Idle is how long a session's actor stays after the last access. A permanent one comes back from the store on demand; a temporary one's
	// state stays in memory without an actor.
	Idle time.Duration
}

// DefaultLifetime is the promise of P7, and one idle minute: long enough to bridge the navigation from one page to the next.
func DefaultLifetime() Lifetime { return Lifetime{Temporary: 30 * time.Minute, Idle: time.Minute} }

// Fate says what becomes of a session that nobody is connected to.
type Fate uint8

// The fates of an idle session.
const (
	// Stay: its time has not come.
	Stay Fate = iota
	// Expire: a temporary session ends, leaving nothing.
	Expire
	// Passivate: a permanent session leaves the memory and stays in the store.
	Passivate
)

// After returns how long after its last access the session's fate is due.
func (l Lifetime) After(permanent bool) time.Duration {
	if permanent {
		return l.Idle
	}
	return l.Temporary
}

// Fate decides about a session that nobody is connected to. Times with a monotonic reading make it safe against a changed clock (G20).
func (l Lifetime) Fate(permanent bool, lastAccess, now time.Time) Fate {
	if now.Sub(lastAccess) < l.After(permanent) {
		return Stay
	}
	if permanent {
		return Passivate
	}
	return Expire
}
