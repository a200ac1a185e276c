package pebblestore

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/parlor-chat/parlor/persistence"
)

func networkKey(hash persistence.NetworkHash) []byte {
	return append([]byte{tableNetworks}, hash[:]...)
}

// Networks implements persistence.Networks.
func (s *Store) Networks(ctx context.Context) (map[persistence.NetworkHash]persistence.Network, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	it, err := s.scan(ctx, []byte{tableNetworks}, []byte{tableNetworks + 1})
	if err != nil {
		return nil, fault("list the networks", err)
	}
	all := make(map[persistence.NetworkHash]persistence.Network)
	for ok := it.First(); ok && err == nil; ok = it.Next() {
		var hash persistence.NetworkHash
		copy(hash[:], it.Key()[1:])
		all[hash], err = decodeNetwork(it.Key(), it.Value())
	}
	if err = errors.Join(err, it.Error(), it.Close()); err != nil {
		return nil, fault("list the networks", err)
	}
	return all, nil
}

func decodeNetwork(key, record []byte) (persistence.Network, error) {
	if len(key) != 1+len(persistence.NetworkHash{}) {
		return persistence.Network{}, errRecord
	}
	return decode[persistence.Network](record)
}

// networkMark is the mark of a network that was deleted. The time makes it another one than that of any deletion before.
func networkMark(hash persistence.NetworkHash) []byte {
	start := networkKey(hash)
	return rangeMark(start, binary.BigEndian.AppendUint64(append(bytes.Clone(start), 0xff), uint64(time.Now().UnixNano())))
}

// PutNetworks implements persistence.Networks.
func (s *Store) PutNetworks(ctx context.Context, changed map[persistence.NetworkHash]persistence.Network) error {
	return s.change(ctx, func(b *pebble.Batch) error {
		for hash, n := range changed {
			if n.Empty() {
				if err := errors.Join(b.Delete(networkKey(hash), nil), b.Set(networkMark(hash), nil, nil)); err != nil {
					return err
				}
				continue
			}
			record, err := encode(&n)
			if err != nil {
				return err
			}
			if err := b.Set(networkKey(hash), record, nil); err != nil {
				return err
			}
		}
		return nil
	})
}
