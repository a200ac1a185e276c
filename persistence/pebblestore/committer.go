package pebblestore

import (
	"errors"
	"hash/maphash"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/parlor-chat/parlor/persistence"
)

// committer carries out requests in the order they came, many with one sync. The writers do it, by turns: see writers.go.
type committer struct {
	db    *pebble.DB
	space *watermark
	log   *pebbleLog
	began time.Time

	mu    sync.Mutex // covers what waits
	queue []*request
	// writing is how many writers are at work: at least one while something waits.
	writing int
	begin   chan struct{} // to a writer who is not
	ended   sync.WaitGroup
	groups  [writers]group

	turn   sync.Mutex // covers the rest: one writer at a time checks what came
	epochs [persistence.Shards]uint64
	recent recent
	seed   maphash.Seed
	*group // the one at hand
}

func (c *committer) carryOut(r *request) (persistence.Committed, error) {
	switch {
	case r.commit != nil:
		defer r.commit.writes.Close()
		return c.commit(r.session, r.commit)
	case r.erase:
		return persistence.Committed{}, c.erase(r.session, r.audited)
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
	case c.full && !st.scrub:
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
