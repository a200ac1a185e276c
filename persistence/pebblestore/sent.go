package pebblestore

import (
	"hash/maphash"
	"slices"

	"github.com/parlor-chat/parlor/persistence"
)

const (
	// sentKept is how many client message ids are remembered of one session, at 4 bytes each; of longer ones the store is asked each time.
	sentKept = 512
	// sentLoaded is up to how many are read when a known session writes again: less work than asking for a few of them one by one.
	sentLoaded = 128
)

// sent remembers which client message ids a session has used: all of them, or it is not complete and says nothing. It holds hashes: one that
// is missing was surely not used, one that is there is then looked for in the store. Looking there every time, for what nearly never is
// there, would be half of a commit's work.
type sent struct {
	hashes   []uint32
	complete bool
}

// mayHold reports whether the id may have been used.
func (s *sent) mayHold(hash uint32) bool { return !s.complete || slices.Contains(s.hashes, hash) }

func (s *sent) add(hash uint32) {
	switch {
	case !s.complete:
	case len(s.hashes) >= sentKept:
		*s = sent{}
	default:
		s.hashes = append(s.hashes, hash)
	}
}

// hashOf hashes sender and id. It is seeded anew at each start, so nobody can make ids that meet.
func hashOf(seed maphash.Seed, d *persistence.Dedupe) uint32 {
	return uint32(maphash.Comparable(seed, persistence.Dedupe{Sender: d.Sender, ID: d.ID}))
}
