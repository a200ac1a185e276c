package pebblestore

import (
	"hash/maphash"

	"github.com/parlor-chat/parlor/chat"
)

const (
	// sentKept is how many client message ids are remembered of one session, at 8 to 16 bytes each; of longer ones the store is asked each
	// time. Hardly any conversation is so long.
	sentKept = 8192
	// sentLoaded is up to how many are read when a known session writes again: less work than asking for a few of them one by one.
	sentLoaded = 128
)

// sent remembers which client message ids a session has used: all of them, or it is not complete and says nothing. It holds hashes: one that
// is missing was surely not used, one that is there is then looked for in the store. Looking there every time, for what nearly never is
// there, would be half of a commit's work.
type sent struct {
	// table is a hash table of at least twice as many places as it has hashes, with 0 for a free place. A hash stands in the first free
	// place from its own on.
	table    []uint32
	count    int
	complete bool
}

// mayHold reports whether the id may have been used.
func (s *sent) mayHold(hash uint32) bool {
	return !s.complete || (s.count > 0 && s.table[s.find(hash)] != 0)
}

// find returns the place of a hash, or the free one where it would stand.
func (s *sent) find(hash uint32) int {
	mask := len(s.table) - 1
	i := int(hash) & mask
	for s.table[i] != 0 && s.table[i] != hash {
		i = (i + 1) & mask
	}
	return i
}

func (s *sent) add(hash uint32) {
	switch {
	case !s.complete:
		return
	case s.count >= sentKept:
		*s = sent{}
		return
	case 2*(s.count+1) > len(s.table):
		s.grow()
	}
	if i := s.find(hash); s.table[i] == 0 {
		s.table[i] = hash
		s.count++
	}
}

// grow doubles the table.
func (s *sent) grow() {
	before := s.table
	s.table = make([]uint32, max(4, 2*len(before)))
	for _, hash := range before {
		if hash != 0 {
			s.table[s.find(hash)] = hash
		}
	}
}

// hashOf hashes a client message id; it is never 0. It is seeded anew at each start, so nobody can make ids that meet. That two senders may
// use the same id costs a look in the store.
func hashOf(seed maphash.Seed, id chat.MessageID) uint32 {
	return uint32(maphash.Bytes(seed, id[:])) | 1<<31
}
