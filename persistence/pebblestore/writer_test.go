package pebblestore_test

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// shard is the one that the tests of this package own.
const shard = 1

// session writes to one session, as its actor would.
type session struct {
	store persistence.Store
	epoch uint64
	head  chat.Head
}

var site = chat.WebsiteID{1}

func claim(t testing.TB, s persistence.Store) uint64 {
	t.Helper()
	epoch, err := s.Claim(t.Context(), shard)
	if err != nil {
		t.Fatalf("claim: %v", err)
	}
	return epoch
}

// newSession has an id that is spread over the keys, as random ones are, and the same in each run.
func newSession(s persistence.Store, epoch uint64, n uint64) *session {
	random := rand.New(rand.NewPCG(n, 0))
	var id [16]byte
	binary.BigEndian.PutUint64(id[:], random.Uint64())
	binary.BigEndian.PutUint64(id[8:], random.Uint64())
	return &session{s, epoch, chat.Head{ID: chat.NewSessionID(id), Website: site, CreatedAt: time.UnixMilli(1).UTC()}}
}

// step is the next step, with one message.
func (s *session) step(frame []byte) *persistence.Commit {
	h := s.head
	h.Version++
	h.Seq++
	h.Started, h.ActiveAt = true, time.UnixMilli(int64(h.Seq)).UTC()
	return &persistence.Commit{
		Shard: shard, Epoch: s.epoch, Expect: s.head.Version, Head: h, Messages: []persistence.Entry{{Seq: h.Seq, Frame: frame}},
		Dedupes: []persistence.Dedupe{{Sender: chat.Sender{Role: chat.RoleVisitor}, ID: idOf(h.Seq), Receipt: persistence.Receipt{Seq: h.Seq}}},
	}
}

func idOf(n uint64) (id chat.MessageID) {
	binary.BigEndian.PutUint64(id[:], n*0x9e3779b97f4a7c15)
	return id
}

// try stores a step and goes on from there when it was taken.
func (s *session) try(ctx context.Context, c *persistence.Commit) error {
	got, err := s.store.Commit(ctx, c)
	if err == nil && got.Duplicate != nil {
		err = errors.New("an unexpected duplicate")
	}
	if err == nil {
		s.head = c.Head
	}
	return err
}

func (s *session) post(t testing.TB, frame []byte) {
	t.Helper()
	if err := s.try(t.Context(), s.step(frame)); err != nil {
		t.Fatalf("commit %d: %v", s.head.Version+1, err)
	}
}
