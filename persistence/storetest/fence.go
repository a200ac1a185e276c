package storetest

import (
	"testing"

	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/persistence"
)

func fenceTests() []test {
	return []test{
		{"each claim gets a higher epoch", fenceRises},
		{"earlier owner is refused", fenceEarlier},
		{"nobody owns an unclaimed shard", fenceUnclaimed},
		{"shards do not touch one another", fenceShards},
		{"stale owner learns it even from a repeat", fenceRepeat},
		{"there are no shards beyond the last", fenceRange},
	}
}

func fenceRises(t *testing.T, s persistence.Store) {
	last := uint64(0)
	for range 5 {
		epoch := claim(t, s, 3)
		if epoch <= last {
			t.Fatalf("epoch %d after %d", epoch, last)
		}
		last = epoch
	}
}

func fenceEarlier(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	w.post(t, 1)
	stale := w.epoch
	w.epoch = claim(t, s, w.shard)
	w.post(t, 1)
	c := w.step(1, 0)
	c.Epoch = stale
	w.refused(t, c, persistence.ErrFenced)
	w.beside(1, 2).refused(t, fencedFirst(w, stale), persistence.ErrFenced)
	w.holds(t)
	figure.Note(t, "G6", "the store refuses every write under an epoch that is not the last: 2 of 2, 0 double numbers")
}

// fencedFirst is the first step of another session, by a stale owner.
func fencedFirst(w *writer, epoch uint64) *persistence.Commit {
	c := w.beside(1, 2).step(1, 0)
	c.Epoch = epoch
	return c
}

func fenceUnclaimed(t *testing.T, s persistence.Store) {
	w := &writer{store: s, shard: 9, head: newHead(1, 1)}
	w.refused(t, w.step(1, 0), persistence.ErrFenced)
	w.epoch = 1 << 62
	w.refused(t, w.step(1, 0), persistence.ErrFenced)
}

func fenceShards(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	for shard := range uint16(persistence.Shards) {
		if shard != w.shard {
			claim(t, s, shard)
		}
	}
	w.post(t, 1)
	w.holds(t)
}

func fenceRepeat(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	c := w.step(1, 0)
	c.Dedupes = dedupe(1, 1, 1)
	w.commit(t, c)
	claim(t, s, w.shard)
	w.refused(t, c, persistence.ErrFenced)
}

func fenceRange(t *testing.T, s persistence.Store) {
	if epoch, err := s.Claim(t.Context(), persistence.Shards); err == nil {
		t.Fatalf("claimed a shard that does not exist, epoch %d", epoch)
	}
	w := newWriter(t, s, 1, 1)
	c := w.step(1, 0)
	c.Shard = persistence.Shards
	if _, err := s.Commit(t.Context(), c); err == nil {
		t.Fatal("committed in a shard that does not exist")
	}
}
