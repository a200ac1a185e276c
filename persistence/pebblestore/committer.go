package pebblestore

import (
	"context"
	"errors"
	"hash/maphash"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/parlor-chat/parlor/persistence"
)

const (
	// committers is eight: while some wait for the disk, others check and write, so that what arrives joins the next sync and does not wait for
	// the one after it. Measured on two cores: with two a message took 10 % more of the processor, with four about as much as with eight.
	committers = 8
	// queuedCommits bounds what waits for all committers together. What is over it is refused at once.
	queuedCommits = 4096
	// groupCommits and groupBytes bound what a committer writes at once, and so how long the first of it waits. Measured with 32 messages in
	// each commit: an eighth of the bytes took 15 % more of the processor.
	groupCommits = 128
	groupBytes   = 512 << 10
)

// committer carries out requests in the order they came, many with one sync. Its goroutine owns everything but queue and since.
type committer struct {
	db    *pebble.DB
	space *watermark
	queue chan *request
	// waiting is how many requests all committers have waiting.
	waiting *atomic.Int64
	ended   chan struct{}
	began   time.Time
	since   atomic.Int64 // when the write that is under way began, on the committer's own clock; 0: none is

	epochs [persistence.Shards]uint64
	recent recent
	seed   maphash.Seed
	// Of the group at hand: the requests, their answers, what is written, and the steps that are in the batch but not in the store.
	group    []*request
	outcomes []outcome
	batch    *pebble.Batch
	full     bool  // the disk is
	broken   error // the batch holds half a step
	gathered []gathered
}

// gathered is a step of the group at hand, for the repeat that comes close behind it.
type gathered struct {
	session sessionKey
	dedupes []persistence.Dedupe
}

// startCommitter starts a committer; stop ends it.
func startCommitter(db *pebble.DB, space *watermark, waiting *atomic.Int64) *committer {
	c := &committer{
		db: db, space: space, queue: make(chan *request, queuedCommits), waiting: waiting, ended: make(chan struct{}), began: time.Now(),
		recent: newRecent(), seed: maphash.MakeSeed(), batch: db.NewBatch(pebble.WithMaxRetainedSizeBytes(2 * groupBytes)),
	}
	go c.run()
	return c
}

// stop carries out what waits and ends the goroutine. Nobody may enqueue any more.
func (c *committer) stop() {
	close(c.queue)
	<-c.ended
}

// offer enqueues without waiting. False: the queue is full.
func (c *committer) offer(r *request) bool {
	if c.waiting.Add(1) > queuedCommits {
		c.waiting.Add(-1)
		return false
	}
	select {
	case c.queue <- r:
		return true
	default:
		c.waiting.Add(-1)
		return false
	}
}

// enqueue waits for a place in the queue.
func (c *committer) enqueue(ctx context.Context, r *request) error {
	c.waiting.Add(1)
	select {
	case c.queue <- r:
		return nil
	case <-ctx.Done():
		c.waiting.Add(-1)
		return ctx.Err()
	}
}

// busyFor is how long the present write has been under way.
func (c *committer) busyFor() time.Duration {
	since := c.since.Load()
	if since == 0 {
		return 0
	}
	return time.Duration(c.now() - since)
}

// now is the time on a clock that nobody can change (G20), never 0.
func (c *committer) now() int64 { return int64(time.Since(c.began)) + 1 }

func (c *committer) run() {
	defer close(c.ended)
	defer c.batch.Close()
	for r := range c.queue {
		runtime.Gosched() // who was just answered and has more comes along: under load groups become seven times as large
		c.since.Store(c.now())
		c.write(r)
		c.since.Store(0)
	}
}

// write carries out one group: the first request and all that wait behind it.
func (c *committer) write(first *request) {
	c.gather(first)
	c.full, c.broken = c.space.isFull(), nil
	for _, r := range c.group {
		committed, err := c.carryOut(r)
		c.outcomes = append(c.outcomes, outcome{committed, err})
	}
	err := c.broken
	if err == nil && !c.batch.Empty() {
		err = fault("write", c.db.Apply(c.batch, pebble.Sync))
	}
	if err != nil {
		c.recent.forget() // and no answer of the group holds, since each may rest on what was not written
	}
	for i, r := range c.group {
		o := c.outcomes[i]
		if err != nil {
			o = outcome{err: err}
		}
		r.done <- o
	}
	clear(c.group)
	clear(c.outcomes)
	clear(c.gathered)
	c.group, c.outcomes, c.gathered = c.group[:0], c.outcomes[:0], c.gathered[:0]
	c.batch.Reset()
}

// gather takes the first request and those that wait, until the group is large enough. A session's requests stay in order; those of different
// sessions are put in the order of their keys, which makes the way to each key's place in memory shorter.
func (c *committer) gather(first *request) {
	claims, bytes := false, 0
	for r := first; r != nil; r = c.next(bytes) {
		c.waiting.Add(-1)
		c.group = append(c.group, r)
		claims = claims || r.claim != nil
		bytes += r.size()
	}
	if !claims { // what comes before a claim and what behind it are not the same
		slices.SortStableFunc(c.group, func(a, b *request) int { return a.session.compare(b.session) })
	}
}

// next is the next request that waits, unless the group is large enough.
func (c *committer) next(bytes int) *request {
	if len(c.group) >= groupCommits || bytes >= groupBytes {
		return nil
	}
	select {
	case r := <-c.queue: // nil when it was closed
		return r
	default:
		return nil
	}
}

func (c *committer) carryOut(r *request) (persistence.Committed, error) {
	switch {
	case r.commit != nil:
		defer r.commit.writes.Close()
		return c.commit(r.session, r.commit)
	case r.erase:
		return persistence.Committed{}, c.erase(r.session)
	default:
		c.epochs[r.claim.shard] = max(c.epochs[r.claim.shard], r.claim.epoch)
		return persistence.Committed{}, nil
	}
}

// commit checks one step and adds it to the batch: erased, fenced, repeated, stale, in this order.
func (c *committer) commit(k sessionKey, st *step) (persistence.Committed, error) {
	now, err := c.state(k)
	switch {
	case err != nil:
		return persistence.Committed{}, err
	case now.erased:
		return persistence.Committed{}, persistence.ErrErased
	case st.owner.epoch == 0 || st.owner.epoch != c.epochs[st.owner.shard]:
		return persistence.Committed{}, persistence.ErrFenced
	}
	if receipt, err := c.repeated(k, &now, st); err != nil || receipt != nil {
		return persistence.Committed{Duplicate: receipt}, err
	}
	switch {
	case now.version != st.expect:
		return persistence.Committed{}, persistence.ErrConflict
	case c.full:
		return persistence.Committed{}, persistence.ErrFull
	}
	if err := c.add(k, &now, st); err != nil {
		return persistence.Committed{}, err
	}
	for i := range st.dedupes {
		now.sent.add(hashOf(c.seed, st.dedupes[i].ID))
	}
	if len(st.dedupes) > 0 {
		c.gathered = append(c.gathered, gathered{k, st.dedupes})
	}
	now.version, now.entries = st.version, st.entries
	c.recent.put(k, now)
	return persistence.Committed{}, nil
}

// add adds a step that was found good, and moves the conversation when its place does not serve any more. A failure spoils the batch.
func (c *committer) add(k sessionKey, now *state, st *step) error {
	err := c.batch.Apply(st.writes, nil)
	if now.version == 0 || !now.place.serves(st.place) {
		err = errors.Join(err, c.batch.Set(st.place.key(k), nil, nil), c.batch.Set(k.kind(kindPlace), st.place.record(), nil))
		if now.version != 0 && now.place != st.place {
			err = errors.Join(err, c.batch.Delete(now.place.key(k), nil))
		}
		now.place = st.place
	}
	c.broken = fault("gather a step", err)
	return c.broken
}

// state is what is stored of a session, with what is in the batch.
func (c *committer) state(k sessionKey) (state, error) {
	if known, ok := c.recent.get(k); ok {
		return known, nil
	}
	var now state
	record, err := get(c.db, k.kind(kindHead))
	if err != nil {
		return now, fault("read a head", err)
	}
	if record != nil {
		h, err := persistence.DecodeHead(record)
		if err != nil {
			return now, fault("read a head", err)
		}
		now.version, now.entries = h.Version, h.Seq+h.Notes
		if now.place, err = readPlace(c.db, k, &h); err != nil {
			return now, fault("read a place", err)
		}
	} else if now.erased, err = has(c.db, k.in(tableErased)); err != nil {
		return now, fault("look for an erased id", err)
	}
	now.sent.complete = record == nil // it has none
	c.recent.put(k, now)
	return now, nil
}

// repeated finds the receipt of an earlier step with one of the same client message ids.
func (c *committer) repeated(k sessionKey, now *state, st *step) (*persistence.Receipt, error) {
	if len(st.dedupes) == 0 {
		return nil, nil
	}
	if !now.sent.complete && now.entries <= sentLoaded {
		if err := c.loadSent(k, now); err != nil {
			return nil, fault("read receipts", err)
		}
	}
	for i := range st.dedupes {
		if receipt, err := c.receipt(k, now, &st.dedupes[i]); err != nil || receipt != nil {
			return receipt, err
		}
	}
	return nil, nil
}

// receipt is what was kept of one client message id; nil when it was not used.
func (c *committer) receipt(k sessionKey, now *state, d *persistence.Dedupe) (*persistence.Receipt, error) {
	if !now.sent.mayHold(hashOf(c.seed, d.ID)) {
		return nil, nil
	}
	if receipt := c.gatheredReceipt(k, d); receipt != nil {
		return receipt, nil
	}
	record, err := get(c.db, k.receipt(d.Sender, d.ID))
	if err != nil || record == nil {
		return nil, fault("look for a receipt", err)
	}
	receipt, err := decodeReceipt(record)
	return &receipt, err
}

// gatheredReceipt is what the group at hand stores of a client message id.
func (c *committer) gatheredReceipt(k sessionKey, d *persistence.Dedupe) *persistence.Receipt {
	for _, g := range c.gathered {
		if g.session != k {
			continue
		}
		for i := range g.dedupes {
			if g.dedupes[i].ID == d.ID && g.dedupes[i].Sender == d.Sender {
				return &g.dedupes[i].Receipt
			}
		}
	}
	return nil
}

// loadSent reads which ids a session has used. What is in the batch at hand counts as well: the receipts of this group.
func (c *committer) loadSent(k sessionKey, now *state) error {
	it, err := c.db.NewIter(&pebble.IterOptions{LowerBound: k.kind(kindReceipt), UpperBound: k.kind(kindReceipt + 1)})
	if err != nil {
		return err
	}
	loaded := sent{complete: true}
	for ok := it.First(); ok; ok = it.Next() {
		loaded.add(hashOf(c.seed, receiptID(it.Key())))
	}
	for _, g := range c.gathered {
		if g.session == k {
			for i := range g.dedupes {
				loaded.add(hashOf(c.seed, g.dedupes[i].ID))
			}
		}
	}
	now.sent = loaded
	return errors.Join(it.Error(), it.Close())
}
