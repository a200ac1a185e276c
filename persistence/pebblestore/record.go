package pebblestore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/parlor-chat/parlor/persistence"
)

// recordVersion is the first byte of a record of the directory; JSON follows. A change of meaning raises it; older ones stay readable.
const recordVersion = 1

// errRecord never quotes the record.
var errRecord = errors.New("pebblestore: damaged record")

func encode(value any) ([]byte, error) {
	b, err := json.Marshal(value)
	if err != nil {
		return nil, fault("encode a record", err)
	}
	return append([]byte{recordVersion}, b...), nil
}

func decode[T any](record []byte) (value T, err error) {
	switch {
	case len(record) == 0 || record[0] == 0:
		return value, errRecord
	case record[0] > recordVersion:
		return value, fmt.Errorf("%w: directory record version %d", persistence.ErrNewerRecord, record[0])
	}
	if json.Unmarshal(record[1:], &value) != nil {
		return *new(T), errRecord
	}
	return value, nil
}

// find reads one record; ErrNotFound when there is none.
func find[T any](ctx context.Context, s *Store, key []byte) (value T, err error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return value, err
	}
	defer leave()
	record, err := get(s.db, key)
	switch {
	case err != nil:
		return value, fault("read the directory", err)
	case record == nil:
		return value, persistence.ErrNotFound
	}
	return decode[T](record)
}

// list reads all records of a table, in the order of keys.
func list[T any](ctx context.Context, s *Store, table byte) (all []T, err error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	it, err := s.scan(ctx, []byte{table}, []byte{table + 1})
	if err != nil {
		return nil, fault("list the directory", err)
	}
	for ok := it.First(); ok && err == nil; ok = it.Next() {
		var value T
		value, err = decode[T](it.Value())
		all = append(all, value)
	}
	if err = errors.Join(err, it.Error(), it.Close()); err != nil {
		return nil, fault("list the directory", err)
	}
	return all, nil
}

// put writes one record.
func (s *Store) put(ctx context.Context, key []byte, value any) error {
	record, err := encode(value)
	if err != nil {
		return err
	}
	return s.change(ctx, func(b *pebble.Batch) error { return b.Set(key, record, nil) })
}

// change lets the clerk gather a batch and write it; nothing else writes to the directory meanwhile.
func (s *Store) change(ctx context.Context, gather func(*pebble.Batch) error) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	return s.clerk.do(ctx, func() error {
		b := s.db.NewBatch()
		defer b.Close()
		if err := gather(b); err != nil {
			return fault("change the directory", err)
		}
		return fault("change the directory", s.db.Apply(b, pebble.Sync))
	})
}
