package persistence

import (
	"context"
	"time"
)

// NetworkHash names a network: a hash under a key of the deployment, so that no address is among the keys (P11).
type NetworkHash [32]byte

// Networks keeps where agents blocked visitors, and what is refused for it.
type Networks interface {
	// Networks returns all.
	Networks(ctx context.Context) (map[NetworkHash]Network, error)
	// PutNetworks adds or replaces networks, all of them or none. One without blocks and verdict is deleted, and leaves the disk
	// with the next Scrub.
	PutNetworks(ctx context.Context, changed map[NetworkHash]Network) error
}

// Network is one network, of which only its hash is known.
type Network struct {
	// Bits is its length, as that of an IPv6 network.
	Bits int `json:"bits"`
	// Blocks are the conversations that agents blocked there, each once, oldest first.
	Blocks []NetworkBlock `json:"blocks,omitempty"`
	// RefusedUntil is the end of its verdict; the zero time: there is none.
	RefusedUntil time.Time `json:"refused_until,omitzero"`
}

// NetworkBlock is one blocked conversation.
type NetworkBlock struct {
	// Session is a keyed hash of the session's id.
	Session uint64    `json:"session"`
	At      time.Time `json:"at"`
}

// Empty reports that there is nothing to keep.
func (n *Network) Empty() bool { return len(n.Blocks) == 0 && n.RefusedUntil.IsZero() }
