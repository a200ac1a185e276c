package pebblestore

import (
	"context"
	"errors"

	"github.com/parlor-chat/parlor/chat"
)

// Erase implements persistence.Sessions. It has its place among the session's commits; those behind it find the id erased.
func (s *Store) Erase(ctx context.Context, website chat.WebsiteID, session chat.SessionID) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	r := &request{session: sessionKey{website, session}, erase: true, done: make(chan outcome, 1)}
	s.committer.enqueue(r)
	_, err = r.wait(ctx)
	return err
}

// erase adds an erasure to the batch: the session's whole range, its place, and the two marks that it leaves. A full disk does not refuse it.
func (c *committer) erase(k sessionKey) error {
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
	if err != nil {
		c.broken = fault("gather an erasure", err)
		return c.broken
	}
	c.recent.put(k, state{erased: true})
	return nil
}
