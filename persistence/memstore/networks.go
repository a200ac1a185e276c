package memstore

import (
	"context"
	"maps"
	"slices"

	"github.com/parlor-chat/parlor/persistence"
)

// Networks implements persistence.Networks.
func (s *Store) Networks(ctx context.Context) (map[persistence.NetworkHash]persistence.Network, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	all := maps.Clone(s.networks)
	for hash, n := range all {
		n.Blocks = slices.Clone(n.Blocks)
		all[hash] = n
	}
	return all, nil
}

// PutNetworks implements persistence.Networks.
func (s *Store) PutNetworks(ctx context.Context, changed map[persistence.NetworkHash]persistence.Network) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	for hash, n := range changed {
		if n.Empty() {
			delete(s.networks, hash)
			continue
		}
		n.Blocks = slices.Clone(n.Blocks)
		s.networks[hash] = n
	}
	return nil
}
