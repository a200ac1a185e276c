package pebblestore

import (
	"context"
	"errors"

	"github.com/parlor-chat/parlor/persistence"
)

// Erase implements persistence.Sessions. It is recorded first, so that no copy of the store that is older than the record forgets it, and has its
// place among the session's commits; those behind it find the id erased.
func (s *Store) Erase(ctx context.Context, e persistence.Erasure) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	return s.clerk.do(ctx, func() error { return s.erase(e) })
}

// erase is the clerk's: it alone writes the audit log.
func (s *Store) erase(e persistence.Erasure) error {
	k := sessionKey{e.Website, e.Session}
	if done, err := has(s.db, k.in(tableErased)); err != nil || done {
		return fault("look for an erased id", err)
	}
	entry := persistence.AuditEntry{
		Deed: persistence.DeedErased, Website: e.Website, Session: e.Session, By: e.By, Reason: e.Reason, Policy: e.Policy,
	}
	record, err := get(s.db, k.kind(kindHead))
	if err != nil {
		return fault("read a head", err)
	}
	if record != nil {
		h, err := persistence.DecodeHead(record)
		if err != nil {
			return fault("read a head", err)
		}
		entry.Messages, entry.Notes = h.Seq, h.Notes
	}
	if err := s.audit.append([]persistence.AuditEntry{entry}); err != nil {
		return err
	}
	r := &request{session: k, erase: true, audited: anchor(s.audit.tail), done: make(chan outcome, 1)}
	s.committer.enqueue(r)
	return (<-r.done).err
}

// erase adds an erasure to the batch: the session's whole range, its place, and the two marks that it leaves. A full disk does not refuse it.
func (c *committer) erase(k sessionKey, audited []byte) error {
	now, err := c.state(k)
	if err != nil {
		return err
	}
	start, end := k.span()
	err = c.batch.DeleteRange(start, end, nil)
	if now.version != 0 {
		err = errors.Join(err, c.batch.Delete(now.place.key(k), nil))
	}
	err = errors.Join(err, c.batch.Set(k.in(tableErased), nil, nil), c.batch.Set(k.in(tableScrub), nil, nil))
	if audited != nil {
		err = errors.Join(err, c.batch.Set(nodeKey(nodeAudit), audited, nil))
	}
	if err != nil {
		c.broken = fault("gather an erasure", err)
		return c.broken
	}
	c.recent.put(k, state{erased: true})
	return nil
}
