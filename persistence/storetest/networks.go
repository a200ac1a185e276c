package storetest

import (
	"testing"
	"time"

	"github.com/parlor-chat/parlor/persistence"
)

type networks = map[persistence.NetworkHash]persistence.Network

func networkTests() []test {
	return []test{
		{"none", func(t *testing.T, s persistence.Store) { holdsNetworks(t, s, networks{}) }},
		{"put and replace", networksReplaced},
		{"nothing left", networksDeleted},
		{"copies", networksCopied},
	}
}

func networkOf(blocks int, refused time.Time) persistence.Network {
	n := persistence.Network{Bits: 64, RefusedUntil: refused}
	for i := range blocks {
		n.Blocks = append(n.Blocks, persistence.NetworkBlock{Session: 1<<63 + uint64(i), At: at(i)})
	}
	return n
}

func holdsNetworks(t *testing.T, s persistence.Store, want networks) {
	t.Helper()
	got, err := s.Networks(t.Context())
	ok(t, "networks", err)
	if len(got) == 0 && len(want) == 0 {
		return
	}
	same(t, "networks", got, want)
}

func networksReplaced(t *testing.T, s persistence.Store) {
	one, two, three := tokenHash(1), tokenHash(2), tokenHash(3)
	ok(t, "put", s.PutNetworks(t.Context(), networks{one: networkOf(1, time.Time{}), two: networkOf(2, at(9))}))
	ok(t, "put", s.PutNetworks(t.Context(), networks{two: networkOf(3, time.Time{}), three: networkOf(0, at(7))}))
	holdsNetworks(t, s, networks{one: networkOf(1, time.Time{}), two: networkOf(3, time.Time{}), three: networkOf(0, at(7))})
}

func networksDeleted(t *testing.T, s persistence.Store) {
	one, two := tokenHash(1), tokenHash(2)
	ok(t, "put", s.PutNetworks(t.Context(), networks{one: networkOf(1, time.Time{}), two: networkOf(2, at(9))}))
	ok(t, "delete", s.PutNetworks(t.Context(), networks{one: {Bits: 64}, tokenHash(3): {}}))
	holdsNetworks(t, s, networks{two: networkOf(2, at(9))})
}

// networksCopied: what was given and what was got may be changed.
func networksCopied(t *testing.T, s persistence.Store) {
	n := networkOf(1, time.Time{})
	ok(t, "put", s.PutNetworks(t.Context(), networks{tokenHash(1): n}))
	n.Blocks[0].Session = 7
	got, err := s.Networks(t.Context())
	ok(t, "networks", err)
	got[tokenHash(1)].Blocks[0].Session = 8
	got[tokenHash(2)] = n
	holdsNetworks(t, s, networks{tokenHash(1): networkOf(1, time.Time{})})
}

func reopenNetworks(t *testing.T, s persistence.Store, reopen func() persistence.Store) {
	ok(t, "put", s.PutNetworks(t.Context(), networks{tokenHash(1): networkOf(2, at(9)), tokenHash(2): networkOf(1, at(9))}))
	ok(t, "delete", s.PutNetworks(t.Context(), networks{tokenHash(2): {}}))
	holdsNetworks(t, reopen(), networks{tokenHash(1): networkOf(2, at(9))})
}
