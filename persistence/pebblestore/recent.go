package pebblestore

// state is what the committer must know of a session to judge its next step.
type state struct {
	version uint64 // 0: nothing is stored
	place   place
	erased  bool
	entries uint64 // in both logs: at least as many as client message ids that were used
	sent    sent
}

// recentSessions and recentIDs are how many sessions, and client message ids of theirs, each generation of recent holds: those that write at
// the same time. A session takes about 150 bytes, an id 8 to 16, so that both generations hold at most 40 MiB. With fewer sessions than
// talk at the same time, each of them is read from the store again and again, which is most of a commit's work then.
const (
	recentSessions = 1 << 15
	recentIDs      = 1 << 20
)

// recent remembers the state of sessions that committed lately. The committer is the only one who changes
// them, so it is never behind the store; it forgets everything when a write fails. Two generations: what is used moves to the young one, and the
// old one is dropped when the young one is full.
type recent struct {
	young, old map[sessionKey]state
	// ids are those that the young ones have.
	ids int
}

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
	before, known := r.young[k]
	if !known && (len(r.young) >= recentSessions || r.ids >= recentIDs) {
		r.young, r.old, r.ids = r.old, r.young, 0
		clear(r.young)
	}
	r.young[k] = s
	r.ids += s.sent.count - before.sent.count
}

func (r *recent) forget() {
	clear(r.young)
	clear(r.old)
	r.ids = 0
}
