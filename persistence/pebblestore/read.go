package pebblestore

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// get reads one value; nil when there is none.
func get(db *pebble.DB, key []byte) ([]byte, error) {
	value, closer, err := db.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	found := append(make([]byte, 0, len(value)), value...) // not nil, also when it is empty
	return found, closer.Close()
}

func has(db *pebble.DB, key []byte) (bool, error) {
	value, err := get(db, key)
	return value != nil, err
}

// scan opens an iterator over a range; the caller closes it.
func (s *Store) scan(ctx context.Context, start, end []byte) (*pebble.Iterator, error) {
	return s.db.NewIterWithContext(ctx, &pebble.IterOptions{LowerBound: start, UpperBound: end})
}

// Load implements persistence.Sessions. Head and visitor are of the same step.
func (s *Store) Load(ctx context.Context, website chat.WebsiteID, session chat.SessionID) (*persistence.Record, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	k := sessionKey{website, session}
	it, err := s.scan(ctx, k.kind(kindHead), k.kind(kindMessage))
	if err != nil {
		return nil, fault("load a session", err)
	}
	record, err := readRecord(it, k)
	if err = errors.Join(err, it.Close()); err != nil {
		return nil, fault("load a session", err)
	}
	if record != nil {
		return record, nil
	}
	erased, err := has(s.db, k.in(tableErased))
	switch {
	case err != nil:
		return nil, fault("look for an erased id", err)
	case erased:
		return nil, persistence.ErrErased
	default:
		return nil, persistence.ErrNotFound
	}
}

// readRecord reads head and visitor; nil when there is no head.
func readRecord(it *pebble.Iterator, k sessionKey) (*persistence.Record, error) {
	if !it.First() {
		return nil, it.Error()
	}
	return recordAt(it, k)
}

// recordAt reads head and visitor from where the iterator stands; nil when it is no head.
func recordAt(it *pebble.Iterator, k sessionKey) (*persistence.Record, error) {
	if !bytes.Equal(it.Key(), k.kind(kindHead)) {
		return nil, nil
	}
	head, err := persistence.DecodeHead(it.Value())
	if err != nil {
		return nil, err
	}
	r := &persistence.Record{Head: head}
	if !it.Next() || !bytes.Equal(it.Key(), k.kind(kindVisitor)) {
		return r, it.Error()
	}
	r.Visitor, err = persistence.DecodeVisitor(it.Value())
	return r, err
}

// Messages implements persistence.Sessions.
func (s *Store) Messages(
	ctx context.Context, website chat.WebsiteID, session chat.SessionID, p persistence.Page,
) (entries []persistence.Entry, more bool, err error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, false, err
	}
	defer leave()
	k := sessionKey{website, session}
	it, err := s.scan(ctx, k.kind(kindMessage), k.kind(kindMessage+1))
	if err != nil {
		return nil, false, fault("read messages", err)
	}
	if p.After > 0 {
		entries, more = collect(it, it.SeekGE(append(k.message(p.After), 0)), (*pebble.Iterator).Next, p.Bound())
	} else {
		end := k.kind(kindMessage + 1)
		if p.Before > 0 {
			end = k.message(p.Before)
		}
		entries, more = collect(it, it.SeekLT(end), (*pebble.Iterator).Prev, p.Bound())
		slices.Reverse(entries)
	}
	if err := errors.Join(it.Error(), it.Close()); err != nil {
		return nil, false, fault("read messages", err)
	}
	return entries, more, nil
}

// collect takes up to limit entries in the iterator's direction, and says whether there are more. Keys end in the entry's number.
func collect(it *pebble.Iterator, ok bool, next func(*pebble.Iterator) bool, limit int) (entries []persistence.Entry, more bool) {
	for ; ok; ok = next(it) {
		if len(entries) == limit {
			return entries, true
		}
		entries = append(entries, persistence.Entry{Seq: lastNumber(it.Key()), Frame: bytes.Clone(it.Value())})
	}
	return entries, false
}

func lastNumber(key []byte) uint64 { return binary.BigEndian.Uint64(key[len(key)-8:]) }

// Notes implements persistence.Sessions. Since After never falls as the number rises, both orders are one: it goes from the newest or the oldest
// that is wanted.
func (s *Store) Notes(
	ctx context.Context, website chat.WebsiteID, session chat.SessionID, p persistence.NotePage,
) ([]persistence.Entry, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	k := sessionKey{website, session}
	start, end := k.note(p.From, 0), k.kind(kindNote+1)
	if p.To > 0 && p.To < ^uint64(0) {
		end = k.note(p.To+1, 0)
	}
	if bytes.Compare(start, end) >= 0 {
		return nil, nil
	}
	it, err := s.scan(ctx, start, end)
	if err != nil {
		return nil, fault("read notes", err)
	}
	wanted := func(it *pebble.Iterator) bool { return lastNumber(it.Key()) > p.AfterN }
	var entries []persistence.Entry
	if p.Oldest {
		ok := it.SeekGE(k.note(p.From, p.AfterN+1))
		for ok && !wanted(it) {
			ok = it.Next()
		}
		entries, _ = collect(it, ok, (*pebble.Iterator).Next, p.Bound())
	} else {
		entries, _ = collect(it, it.Last() && wanted(it), func(it *pebble.Iterator) bool { return it.Prev() && wanted(it) }, p.Bound())
		slices.Reverse(entries)
	}
	if err := errors.Join(it.Error(), it.Close()); err != nil {
		return nil, fault("read notes", err)
	}
	return entries, nil
}

// Conversations implements persistence.Sessions.
func (s *Store) Conversations(
	ctx context.Context, website chat.WebsiteID, behind chat.SessionID, limit int,
) (all []persistence.Record, err error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	k := sessionKey{website, behind}
	_, start := k.span()
	if behind.IsZero() {
		start = k.in(tableSessions)[:1+16]
	}
	it, err := s.scan(ctx, start, after(k.in(tableSessions)[:1+16]))
	if err != nil {
		return nil, fault("walk through conversations", err)
	}
	for ok := it.First(); ok && len(all) < persistence.Bound(limit) && err == nil; {
		if len(it.Key()) <= sessionKeyBytes {
			err = errRecord
			break
		}
		copy(k.session[:], it.Key()[1+16:])
		var r *persistence.Record
		if r, err = recordAt(it, k); r != nil {
			all = append(all, *r)
		}
		_, next := k.span()
		ok = err == nil && it.SeekGE(next)
	}
	return all, fault("walk through conversations", errors.Join(err, it.Error(), it.Close()))
}
