package networks

import (
	"net/netip"
	"sync"
	"time"

	"github.com/parlor-chat/parlor/chat"
)

const (
	// stripes divide the counts so that no lock is shared by all.
	stripes = 64
	// maxCounted is how many networks a stripe counts in one generation. With two generations, 64 stripes, and 2 x 16 bytes in a map that is half
	// empty, counts take 8 MiB at most.
	maxCounted = 1024
	// leastKept is how long a generation lasts at least: with a short burst one would follow the other all the time.
	leastKept = 10 * time.Second
)

// Rates hold what comes from an address and from its network to limits, in memory only (P11). A network that has done nothing for long enough to have
// all its burst again is forgotten, and when there are too many, those that did nothing for longest are. Its methods may be called from many goroutines
// at once; they allocate nothing but room for networks, and take less than a microsecond.
type Rates struct {
	hasher       Hasher
	narrow, wide chat.Limits
	// forget is when both of a network's buckets are full again.
	forget  time.Duration
	stripes [stripes]counts
}

// counts are those of some networks, and of all addresses in them: an address lies in the stripe of its network.
type counts struct {
	mu sync.Mutex
	// now and before are two generations: what was not touched in both is forgotten.
	now, before map[Hash]chat.Bucket
	turned      time.Time
}

// NewRates holds an address (of IPv6: a /64) to limits, and its /24 or /48 to a multiple of them. A rate of zero is no limit, and so is a factor of zero
// for networks.
func NewRates(l chat.Limits, factor int) *Rates {
	r := &Rates{
		hasher: NewHasher(), narrow: l,
		wide:   chat.Limits{PerSecond: l.PerSecond * float64(factor), Burst: l.Burst * factor},
		forget: leastKept,
	}
	if l.PerSecond > 0 {
		r.forget = max(leastKept, time.Duration(float64(l.Burst)/l.PerSecond*float64(time.Second)))
	}
	return r
}

// Take counts one from the address, or refuses it and says when the next may come. Exempt addresses are not counted.
func (r *Rates) Take(a netip.Addr) (wait time.Duration, ok bool) {
	if r.narrow.PerSecond <= 0 || Exempt(a) {
		return 0, true
	}
	narrow, wide := r.hasher.Of(a)
	now := time.Now()
	c := &r.stripes[wide%stripes]
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turnLocked(now, r.forget)
	one, wait, ok := c.bucketLocked(narrow).Take(r.narrow, now)
	if !ok {
		return wait, false
	}
	all, wait, ok := c.bucketLocked(wide).Take(r.wide, now)
	if !ok {
		return wait, false
	}
	c.now[narrow], c.now[wide] = one, all
	return 0, true
}

// bucketLocked is a network's bucket; one that is not known is full.
func (c *counts) bucketLocked(h Hash) chat.Bucket {
	if b, ok := c.now[h]; ok {
		return b
	}
	return c.before[h]
}

// turnLocked begins a generation when the one before has nothing to tell any more, or there is no room in this one.
func (c *counts) turnLocked(now time.Time, forget time.Duration) {
	if c.now != nil && len(c.now) < maxCounted && now.Sub(c.turned) < forget {
		return
	}
	c.before, c.now, c.turned = c.now, make(map[Hash]chat.Bucket), now
}
