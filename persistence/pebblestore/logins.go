package pebblestore

import (
	"bytes"
	"context"
	"errors"

	"github.com/cockroachdb/pebble/v2"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

func loginKey(tokenHash [32]byte) []byte { return append([]byte{tableLogins}, tokenHash[:]...) }

// PutLogin implements persistence.Directory.
func (s *Store) PutLogin(ctx context.Context, tokenHash [32]byte, l persistence.Login) error {
	return s.put(ctx, loginKey(tokenHash), &l)
}

// Login implements persistence.Directory.
func (s *Store) Login(ctx context.Context, tokenHash [32]byte) (persistence.Login, error) {
	return find[persistence.Login](ctx, s, loginKey(tokenHash))
}

// DeleteLogin implements persistence.Directory.
func (s *Store) DeleteLogin(ctx context.Context, tokenHash [32]byte) error {
	return s.change(ctx, func(b *pebble.Batch) error { return b.Delete(loginKey(tokenHash), nil) })
}

// DeleteLogins implements persistence.Directory. It looks through all logins: there are a few for each agent, and it happens seldom.
func (s *Store) DeleteLogins(ctx context.Context, agent chat.AgentID) error {
	return s.change(ctx, func(b *pebble.Batch) error { return s.deleteLogins(b, agent) })
}

func (s *Store) deleteLogins(b *pebble.Batch, agent chat.AgentID) error {
	it, err := s.scan(context.Background(), []byte{tableLogins}, []byte{tableLogins + 1})
	if err != nil {
		return err
	}
	for ok := it.First(); ok && err == nil; ok = it.Next() {
		var l persistence.Login
		if l, err = decode[persistence.Login](it.Value()); err == nil && l.Agent == agent {
			err = b.Delete(bytes.Clone(it.Key()), nil)
		}
	}
	return errors.Join(err, it.Error(), it.Close())
}
