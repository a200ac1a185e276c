package pebblestore

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"github.com/parlor-chat/parlor/persistence"
)

// request is what the committer is asked: exactly one of commit, erase and claim.
type request struct {
	session sessionKey
	commit  *step
	erase   bool
	// audited goes with an erasure: how far the store goes along with the audit log.
	audited []byte
	claim   *ownership
	done    chan outcome // of one, so that the committer never waits for a caller who left
}

type outcome struct {
	committed persistence.Committed
	err       error
}

// size is about what the request adds to a batch, in bytes.
func (r *request) size() int {
	if r.commit == nil {
		return 0
	}
	return r.commit.writes.Len()
}

// ownership is a shard's new epoch.
type ownership struct {
	shard uint16
	epoch uint64
}

// step is a commit, encoded by its caller: it shares no memory with the commit.
type step struct {
	owner           ownership
	expect, version uint64
	place           place
	entries         uint64
	scrub           bool
	dedupes         []persistence.Dedupe
	writes          *pebble.Batch // all but the inbox, which depends on what was there
}

// Claim implements persistence.Sessions. It has its place among the commits: those of an earlier owner that come behind it are refused.
func (s *Store) Claim(ctx context.Context, shard uint16) (uint64, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	if shard >= persistence.Shards {
		return 0, errShard
	}
	owner := &ownership{shard, s.epoch.Add(1)}
	r := &request{claim: owner, done: make(chan outcome, 1)}
	s.committer.enqueue(r)
	if _, err := r.wait(ctx); err != nil {
		return 0, err
	}
	return owner.epoch, nil
}

// Bugs of the caller.
var (
	errShard   = fmt.Errorf("pebblestore: there are %d shards", persistence.Shards)
	errVersion = errors.New("pebblestore: a step raises the head's version by one")
)

// Commit implements persistence.Sessions.
func (s *Store) Commit(ctx context.Context, c *persistence.Commit) (persistence.Committed, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return persistence.Committed{}, err
	}
	defer leave()
	if c.Shard >= persistence.Shards {
		return persistence.Committed{}, errShard
	}
	if c.Head.Version != c.Expect+1 {
		return persistence.Committed{}, errVersion
	}
	k := sessionKey{c.Head.Website, c.Head.ID}
	st, err := s.encode(k, c)
	if err != nil {
		return persistence.Committed{}, err
	}
	r, ok := s.requests.Get().(*request)
	if !ok {
		r = &request{done: make(chan outcome, 1)}
	}
	r.session, r.commit = k, st
	if !s.committer.offer(r) {
		_ = st.writes.Close()
		return persistence.Committed{}, persistence.ErrBusy
	}
	committed, err := r.wait(ctx)
	if ctx.Err() == nil { // nobody answers it any more
		*r = request{done: r.done}
		s.requests.Put(r)
	}
	return committed, err
}

// encode makes the step's batch.
func (s *Store) encode(k sessionKey, c *persistence.Commit) (*step, error) {
	b := s.db.NewBatch()
	st := &step{
		owner: ownership{c.Shard, c.Epoch}, expect: c.Expect, version: c.Head.Version,
		place: placeOf(&c.Head), entries: c.Head.Seq + c.Head.Notes, scrub: c.Scrub, writes: b,
	}
	var head [512]byte
	err := b.Set(k.kind(kindHead), persistence.AppendHead(head[:0], &c.Head), nil)
	if c.Visitor != nil {
		visitor, encodeErr := persistence.EncodeVisitor(c.Visitor)
		err = errors.Join(err, encodeErr, b.Set(k.kind(kindVisitor), visitor, nil))
	}
	for _, m := range c.Messages {
		err = errors.Join(err, b.Set(k.message(m.Seq), m.Frame, nil))
	}
	for _, notes := range [...][]persistence.NoteEntry{c.Notes, c.Rewritten} {
		for _, n := range notes {
			err = errors.Join(err, b.Set(k.note(n.After, n.Seq), n.Frame, nil))
		}
	}
	if c.Scrub {
		err = errors.Join(err, b.Set(k.scrub(c.Head.Version), nil, nil))
	}
	if i := c.Identify; i != nil {
		err = errors.Join(err, b.Set(k.identification(i.Day(), c.Head.Version), i.Encode(), nil))
	}
	st.dedupes = slices.Clone(c.Dedupes)
	for _, d := range st.dedupes {
		err = errors.Join(err, b.Set(k.receipt(d.Sender, d.ID), encodeReceipt(d.Receipt), nil))
	}
	if err != nil {
		return nil, errors.Join(fault("encode a step", err), b.Close())
	}
	return st, nil
}

// wait waits for the answer, or for the context; then the request may still be carried out.
func (r *request) wait(ctx context.Context) (persistence.Committed, error) {
	select {
	case o := <-r.done:
		return o.committed, o.err
	case <-ctx.Done():
		return persistence.Committed{}, ctx.Err()
	}
}
