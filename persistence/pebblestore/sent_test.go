package pebblestore

import (
	"testing"

	"pgregory.net/rapid"
)

// Whatever was added is held for as long as the set is complete, and hardly anything else is.
func TestSentHoldsWhatWasAdded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hash := rapid.Custom(func(t *rapid.T) uint32 { return rapid.Uint32().Draw(t, "hash") | 1<<31 })
		added := rapid.SliceOf(hash).Draw(t, "added")
		s, model := sent{complete: true}, make(map[uint32]bool)
		for _, h := range added {
			s.add(h)
			model[h] = true
		}
		if s.count != len(model) {
			t.Fatalf("%d hashes, want %d", s.count, len(model))
		}
		for _, h := range append(rapid.SliceOf(hash).Draw(t, "asked"), added...) {
			if s.mayHold(h) != model[h] {
				t.Fatalf("mayHold(%x) is %v", h, !model[h])
			}
		}
	})
}

func TestSentOfALongSessionSaysNothing(t *testing.T) {
	s := sent{complete: true}
	for i := range uint32(sentKept + 1) {
		s.add(i | 1<<31)
	}
	if s.complete || !s.mayHold(1<<31|1<<20) || s.table != nil {
		t.Errorf("a set of %d ids claims to know", sentKept+1)
	}
}

// A generation ends when its sessions have too many ids, though there are few of them.
func TestRecentIsBoundedByIDs(t *testing.T) {
	r := newRecent()
	full := sent{complete: true}
	for i := range uint32(sentKept) {
		full.add(i | 1<<31)
	}
	for i := range 4 * recentIDs / sentKept {
		r.put(sessionKey{session: [16]byte{byte(i), byte(i >> 8)}}, state{sent: full})
		if held := (len(r.young) + len(r.old)) * sentKept; held > 2*recentIDs {
			t.Fatalf("%d ids are held, want at most %d", held, 2*recentIDs)
		}
	}
}
