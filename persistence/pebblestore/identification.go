package pebblestore

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// identification is where a step puts its identification: the head's version tells those of one session and day apart.
func (k sessionKey) identification(day uint32, version uint64) []byte {
	b := identificationDay(k.website, day)
	return binary.BigEndian.AppendUint64(append(b, k.session[:]...), version)
}

// identificationDay is what all keys of a website's day begin with.
func identificationDay(website chat.WebsiteID, day uint32) []byte {
	b := make([]byte, 0, 1+16+4+16+8)
	return binary.BigEndian.AppendUint32(append(append(b, tableIdentifications), website[:]...), day)
}

// identificationBytes is the length of a key.
const identificationBytes = 1 + 16 + 4 + 16 + 8

// Identifications implements persistence.Identifications: one look for each day that has any.
func (s *Store) Identifications(ctx context.Context, website chat.WebsiteID, session chat.SessionID) (all []persistence.Identification, err error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	err = s.eachIdentification(ctx, sessionKey{website, session}, func(it *pebble.Iterator) error {
		i, err := persistence.DecodeIdentification(it.Value())
		all = append(all, i)
		return err
	})
	return all, fault("read identifications", err)
}

// eachIdentification calls f at each identification of a session, by days.
func (s *Store) eachIdentification(ctx context.Context, k sessionKey, f func(*pebble.Iterator) error) error {
	it, err := s.scan(ctx, identificationDay(k.website, 0), after(identificationDay(k.website, 0)[:1+16]))
	if err != nil {
		return err
	}
	for ok := it.First(); ok && err == nil; {
		if len(it.Key()) != identificationBytes {
			err = errRecord
			break
		}
		day := binary.BigEndian.Uint32(it.Key()[1+16:])
		first := k.identification(day, 0)
		of := first[:len(first)-8]
		for ok = it.SeekGE(first); ok && err == nil && string(it.Key()[:len(of)]) == string(of); ok = it.Next() {
			err = f(it)
		}
		if ok && err == nil && binary.BigEndian.Uint32(it.Key()[1+16:]) == day {
			ok = it.SeekGE(identificationDay(k.website, day+1))
		}
	}
	return errors.Join(err, it.Error(), it.Close())
}

// ForgetIdentifications implements persistence.Identifications.
func (s *Store) ForgetIdentifications(ctx context.Context, website chat.WebsiteID, ended time.Time) (bool, error) {
	start, end := identificationDay(website, 0), identificationDay(website, persistence.Day(ended))
	var any bool
	err := s.change(ctx, func(b *pebble.Batch) error {
		it, err := s.scan(ctx, start, end)
		if err != nil {
			return err
		}
		any = it.First()
		if err := errors.Join(it.Error(), it.Close()); err != nil || !any {
			return err
		}
		return errors.Join(b.DeleteRange(start, end, nil), b.Set(rangeMark(start, end), nil, nil))
	})
	return any && err == nil, err
}

// EraseIdentifications implements persistence.Identifications.
func (s *Store) EraseIdentifications(ctx context.Context, website chat.WebsiteID, session chat.SessionID) error {
	return s.change(ctx, func(b *pebble.Batch) error { return s.eraseIdentifications(ctx, b, sessionKey{website, session}) })
}

func (s *Store) eraseIdentifications(ctx context.Context, b *pebble.Batch, k sessionKey) error {
	return s.eachIdentification(ctx, k, func(it *pebble.Iterator) error {
		key := append([]byte(nil), it.Key()...)
		return errors.Join(b.Delete(key, nil), b.Set(rangeMark(key, append(key, 0)), nil, nil))
	})
}
