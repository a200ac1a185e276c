package pebblestore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

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
		next, err := first(sources)
		if err != nil {
			return page, err
		}
		if next == nil {
			break
		}
		if len(page.Heads) == limit {
			page.Next = persistence.PositionOf(&page.Heads[limit-1]).Cursor()
			break
		}
		page.Heads = append(page.Heads, next.take())
		if err := ctx.Err(); err != nil {
			return page, err
		}
	}
	for _, s := range sources {
		if err := s.places.Error(); err != nil {
			return page, err
		}
	}
	return page, nil
}

// source is the rest of one bucket, in order.
type source struct {
	in     *inbox
	places *pebble.Iterator
	at     persistence.Position // of places
	more   bool                 // whether at is one
	after  *persistence.Position
	// read are heads whose places were read, in order. A place that was not read yet may be of one that comes before them.
	read []chat.Head
}

// source begins behind the cursor, or at the bucket's first place. A conversation's place is never before its activity, so what comes
// behind the cursor has its place there as well; what does not, and is found there, was shown on an earlier page.
func (in *inbox) source(bucket byte, cursor bool, from persistence.Position) *source {
	s := &source{in: in, places: in.buckets[bucket]}
	if cursor {
		s.after = &from
		s.more = s.places.SeekGE(place{bucket, from.AtMillis}.key(sessionKey{website: in.website}))
	} else {
		s.more = s.places.First()
	}
	s.look()
	return s
}

// look reads the place at which the iterator stands.
func (s *source) look() {
	if s.more {
		s.at, s.more = position(s.places.Key())
	}
}

// first is the head that comes first; nil when there is none.
func (s *source) first() (*chat.Head, error) {
	for s.more && (len(s.read) == 0 || s.at.AtMillis+placeLag >= persistence.PositionOf(&s.read[0]).AtMillis) {
		head, err := s.in.head(s.at.Session)
		if err != nil {
			return nil, err
		}
		if p := persistence.PositionOf(&head); s.after == nil || p.Compare(*s.after) > 0 {
			i, _ := slices.BinarySearchFunc(s.read, p, func(h chat.Head, p persistence.Position) int { return persistence.PositionOf(&h).Compare(p) })
			s.read = slices.Insert(s.read, i, head)
		}
		s.more = s.places.Next()
		s.look()
	}
	if len(s.read) == 0 {
		return nil, nil
	}
	return &s.read[0], nil
}

// take takes the first head away.
func (s *source) take() chat.Head {
	head := s.read[0]
	s.read = s.read[1:]
	return head
}

// first is the source whose head comes first; nil when all are at their end.
func first(sources []*source) (best *source, err error) {
	var front persistence.Position
	for _, s := range sources {
		head, err := s.first()
		if err != nil {
			return nil, err
		}
		if head == nil {
			continue
		}
		if p := persistence.PositionOf(head); best == nil || p.Compare(front) < 0 {
			best, front = s, p
		}
	}
	return best, nil
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
