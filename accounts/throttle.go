package accounts

import (
	"hash/maphash"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/parlor-chat/parlor/chat"
)

// Failures that are allowed: a forgetful agent finds the right password, a list of stolen ones does not get far. An address may fail more
// often than an account, since a whole office may sit behind it.
func accountLimit() chat.Limits { return chat.Limits{PerSecond: 1.0 / 60, Burst: 10} }
func addressLimit() chat.Limits { return chat.Limits{PerSecond: 1.0 / 10, Burst: 50} }

// maxThrottled is how many accounts and addresses are remembered; when there are more, those that did nothing lately are forgotten first.
const maxThrottled = 16384

// throttle counts failed logins, by keyed hash and in memory only (P11). It may be used from many goroutines at once.
type throttle struct {
	seed     maphash.Seed
	mu       sync.Mutex
	accounts map[uint64]failures
	networks map[uint64]failures
}

// failures are one account's or network's.
type failures struct {
	bucket chat.Bucket
	last   time.Time
}

func newThrottle() *throttle {
	return &throttle{seed: maphash.MakeSeed(), accounts: make(map[uint64]failures), networks: make(map[uint64]failures)}
}

// attempt is one login that was begun: it counts as failed until it is forgotten, so that parallel guesses count too.
type attempt struct {
	t                *throttle
	account, network uint64
}

// begin counts an attempt, or refuses it with when to come back.
func (t *throttle) begin(email string, addr netip.Addr, now time.Time) (*attempt, error) {
	a := &attempt{t: t, account: maphash.String(t.seed, strings.ToLower(email)), network: maphash.Comparable(t.seed, networkOf(addr))}
	t.mu.Lock()
	defer t.mu.Unlock()
	account, wait, ok := t.accounts[a.account].bucket.Take(accountLimit(), now)
	network, waitToo, okToo := t.networks[a.network].bucket.Take(addressLimit(), now)
	if !ok || !okToo {
		return nil, &chat.Error{
			Code: chat.CodeRateLimited, Message: "too many failed logins; wait before the next",
			Retry: max(wait, waitToo),
		}
	}
	makeRoom(t.accounts, now)
	makeRoom(t.networks, now)
	t.accounts[a.account] = failures{account, now}
	t.networks[a.network] = failures{network, now}
	return a, nil
}

// forget takes the attempt back: it was no failure.
func (a *attempt) forget() {
	a.t.mu.Lock()
	defer a.t.mu.Unlock()
	takeBack(a.t.accounts, a.account, accountLimit())
	takeBack(a.t.networks, a.network, addressLimit())
}

func takeBack(m map[uint64]failures, key uint64, l chat.Limits) {
	if f, ok := m[key]; ok {
		f.bucket = f.bucket.Return(l)
		m[key] = f
	}
}

// makeRoom forgets who has not failed for longer than a full bucket needs to drain, and if that does not help, somebody.
func makeRoom(m map[uint64]failures, now time.Time) {
	if len(m) < maxThrottled {
		return
	}
	const drained = 15 * time.Minute
	for key, f := range m {
		if now.Sub(f.last) > drained {
			delete(m, key)
		}
	}
	for key := range m {
		if len(m) < maxThrottled {
			return
		}
		delete(m, key)
	}
}

// networkOf is what an address counts for: itself, or its /64.
func networkOf(addr netip.Addr) netip.Prefix {
	bits := 64
	if addr = addr.Unmap(); addr.Is4() {
		bits = 32
	}
	p, _ := addr.Prefix(bits)
	return p
}
