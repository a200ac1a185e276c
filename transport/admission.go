package transport

import (
	"net/netip"
	"sync"

	"github.com/parlor-chat/parlor/networks"
)

// admission counts open sockets per address and network (P11), by keyed hash. The counts live in memory only and are gone with the last socket. It may
// be used from many goroutines at once.
type admission struct {
	limits SocketLimits
	hasher networks.Hasher
	mu     sync.Mutex
	total  int
	counts map[networks.Hash]int
}

func newAdmission(l SocketLimits) *admission {
	return &admission{limits: l, hasher: networks.NewHasher(), counts: make(map[networks.Hash]int)}
}

// network is a network with how many sockets it may have; 0 is no limit.
type network struct {
	hash  networks.Hash
	limit int
}

// networks lists what an address counts for: itself and its /24, or its /64 and its /48.
func (a *admission) networks(addr netip.Addr) [2]network {
	narrow, wide := a.hasher.Of(addr)
	wideLimit := a.limits.Per24
	if !addr.Is4() {
		wideLimit = a.limits.Per48
	}
	return [2]network{{narrow, a.limits.PerAddress}, {wide, wideLimit}}
}

// enter counts one more socket, unless that is too many.
func (a *admission) enter(addr netip.Addr) bool {
	if !addr.IsValid() {
		return true // an in-memory connection has no address
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.limits.Total > 0 && a.total >= a.limits.Total {
		return false
	}
	networks := a.networks(addr)
	for _, n := range networks {
		if n.limit > 0 && a.counts[n.hash] >= n.limit {
			return false
		}
	}
	a.total++
	for _, n := range networks {
		a.counts[n.hash]++
	}
	return true
}

// leave takes back what enter counted.
func (a *admission) leave(addr netip.Addr) {
	if !addr.IsValid() {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.total--
	for _, n := range a.networks(addr) {
		if a.counts[n.hash]--; a.counts[n.hash] == 0 {
			delete(a.counts, n.hash)
		}
	}
}
