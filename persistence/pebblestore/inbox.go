package pebblestore

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// Inbox implements persistence.Sessions. A page is one moment of the store: all its iterators see the same.
func (s *Store) Inbox(ctx context.Context, website chat.WebsiteID, q persistence.InboxQuery) (persistence.InboxPage, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return persistence.InboxPage{}, err
	}
	defer leave()
	from, err := persistence.ParseCursor(q.Cursor)
	if err != nil {
		return persistence.InboxPage{}, err
	}
	in, err := s.openInbox(ctx, website)
	if err != nil {
		return persistence.InboxPage{}, fault("open the inbox", err)
	}
	page, err := in.page(ctx, q, from)
	if err := errors.Join(err, in.close()); err != nil {
		return persistence.InboxPage{}, fault("read the inbox", err)
	}
	return page, nil
}

// inbox reads one page: the places from the two buckets, the heads from the sessions.
type inbox struct {
	website chat.WebsiteID
	buckets [2]*pebble.Iterator
	heads   *pebble.Iterator
}

func (s *Store) openInbox(ctx context.Context, website chat.WebsiteID) (*inbox, error) {
	in := &inbox{website: website}
	prefix := (sessionKey{website: website}).in(tableSessions)[:1+len(website)]
	heads, err := s.scan(ctx, prefix, after(prefix))
	if err != nil {
		return nil, err
	}
	in.heads = heads
	for i := range in.buckets {
		bucket := inboxBucket(website, byte(i))
		in.buckets[i], err = heads.Clone(pebble.CloneOptions{
			IterOptions: &pebble.IterOptions{LowerBound: bucket, UpperBound: after(bucket)},
		})
		if err != nil {
			return nil, errors.Join(err, in.close())
		}
	}
	return in, nil
}

func (in *inbox) close() (err error) {
	for _, it := range append(in.buckets[:], in.heads) {
		if it != nil {
			err = errors.Join(err, it.Close())
		}
	}
	return err
}

func (in *inbox) page(ctx context.Context, q persistence.InboxQuery, from persistence.Position) (persistence.InboxPage, error) {
	var sources []*source
	for bucket, shown := range [...]bool{
		bucketOpen:     q.Filter != persistence.FilterResolved,
		bucketResolved: q.Filter != persistence.FilterOpen,
	} {
		if shown {
			sources = append(sources, in.source(byte(bucket), q.Cursor != "", from))
		}
	}
	var page persistence.InboxPage
	for limit := q.Bound(); ; {
		next := first(sources)
		if next == nil {
			break
		}
		if len(page.Heads) == limit {
			page.Next = persistence.PositionOf(&page.Heads[limit-1]).Cursor()
			break
		}
		head, err := in.head(next.at.Session)
		if err != nil {
			return page, err
		}
		page.Heads = append(page.Heads, head)
		next.advance()
		if err := ctx.Err(); err != nil {
			return page, err
		}
	}
	for _, s := range sources {
		if err := s.it.Error(); err != nil {
			return page, err
		}
	}
	return page, nil
}

// source is the rest of one bucket, from the place at.
type source struct {
	it *pebble.Iterator
	at persistence.Position
	ok bool
}

// source begins behind the cursor, or at the bucket's first place.
func (in *inbox) source(bucket byte, cursor bool, from persistence.Position) *source {
	s := &source{it: in.buckets[bucket]}
	if cursor {
		key := place{bucket, from.AtMillis}.key(sessionKey{in.website, from.Session})
		s.ok = s.it.SeekGE(append(key, 0))
	} else {
		s.ok = s.it.First()
	}
	s.read()
	return s
}

func (s *source) advance() {
	s.ok = s.it.Next()
	s.read()
}

func (s *source) read() {
	if s.ok {
		s.at, s.ok = position(s.it.Key())
	}
}

// first is the source whose place comes first; nil when all are at their end.
func first(sources []*source) (best *source) {
	for _, s := range sources {
		if s.ok && (best == nil || s.at.Compare(best.at) < 0) {
			best = s
		}
	}
	return best
}

// errNoHead: the inbox and the sessions disagree, which no crash can lead to.
var errNoHead = fmt.Errorf("%w: a place in the inbox without a session", ErrDamaged)

func (in *inbox) head(session chat.SessionID) (chat.Head, error) {
	key := sessionKey{in.website, session}.kind(kindHead)
	if !in.heads.SeekGE(key) || !bytes.Equal(in.heads.Key(), key) {
		return chat.Head{}, errors.Join(in.heads.Error(), errNoHead)
	}
	return persistence.DecodeHead(in.heads.Value())
}
