package pebblestore

// state is what a committer must know of a session to judge its next step.
type state struct {
	version uint64 // 0: nothing is stored
	place   place
	erased  bool
	entries uint64 // in both logs: at least as many as client message ids that were used
	sent    sent
}

// recentSessions is how many sessions each generation of recent holds: those that write at the same time. One takes about 150 bytes, and 4
// for each message; 2 KiB at most, so that all committers together never hold more than 16 MiB of ids.
const recentSessions = 2048

// recent remembers the state of sessions that committed lately. One committer owns it and is the only one who changes these sessions,
// so it is never behind the store; it forgets everything when a write fails. Two generations: what is used moves to the young one, and the
// old one is dropped when the young one is full.
type recent struct{ young, old map[sessionKey]state }

func newRecent() recent {
	return recent{young: make(map[sessionKey]state), old: make(map[sessionKey]state)}
}

func (r *recent) get(k sessionKey) (state, bool) {
	if s, ok := r.young[k]; ok {
		return s, true
	}
	s, ok := r.old[k]
	if ok {
		r.put(k, s)
	}
	return s, ok
}

func (r *recent) put(k sessionKey, s state) {
	if _, known := r.young[k]; !known && len(r.young) >= recentSessions {
		r.young, r.old = r.old, r.young
		clear(r.young)
	}
	r.young[k] = s
}

func (r *recent) forget() {
	clear(r.young)
	clear(r.old)
}
