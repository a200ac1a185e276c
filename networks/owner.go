package networks

import (
	"context"
	"log/slog"
	"net/netip"
	"slices"
	"time"

	"github.com/parlor-chat/parlor/persistence"
)

// What the owner of the verdicts does.

// count notes a block, or takes one back.
func (v *Verdicts) count(session uint64, a netip.Addr, blocked bool) {
	now := time.Now().UTC().Truncate(time.Millisecond)
	v.clean(now)
	switch {
	case !blocked:
		v.takeBack(session)
	case !Exempt(a):
		for _, bits := range levels(a) {
			v.block(v.hash(a, bits), bits, session, now)
		}
	}
	v.settle()
}

func (v *Verdicts) block(h persistence.NetworkHash, bits int, session uint64, now time.Time) {
	n, known := v.all[h]
	limit := v.rules.of(bits)
	if limit == 0 || has(n.Blocks, session) {
		return
	}
	if !known && len(v.all) >= maxNetworks {
		v.log.Warn("no more networks can be remembered; a block does not count for its network", slog.Int("networks", len(v.all)))
		return
	}
	n.Bits = bits
	n.Blocks = append(slices.Clone(n.Blocks), persistence.NetworkBlock{Session: session, At: now})
	n.Blocks = n.Blocks[max(0, len(n.Blocks)-max(limit, maxBlocks)):]
	if len(n.Blocks) >= limit {
		n.RefusedUntil = now.Add(v.rules.Term)
	}
	v.set(h, n)
}

// takeBack forgets a blocked conversation. A verdict that rests on it ends.
func (v *Verdicts) takeBack(session uint64) {
	for h, n := range v.all {
		if !has(n.Blocks, session) {
			continue
		}
		n.Blocks = slices.DeleteFunc(slices.Clone(n.Blocks), func(b persistence.NetworkBlock) bool { return b.Session == session })
		if len(n.Blocks) < v.rules.of(n.Bits) {
			n.RefusedUntil = time.Time{}
		}
		v.set(h, n)
	}
}

func has(blocks []persistence.NetworkBlock, session uint64) bool {
	return slices.ContainsFunc(blocks, func(b persistence.NetworkBlock) bool { return b.Session == session })
}

func (v *Verdicts) known(h persistence.NetworkHash) bool { _, ok := v.all[h]; return ok }

// set replaces a network, or forgets it. It is stored by save.
func (v *Verdicts) set(h persistence.NetworkHash, n persistence.Network) {
	if n.Empty() {
		delete(v.all, h)
	} else {
		v.all[h] = n
	}
	v.unsaved[h] = struct{}{}
}

// clean forgets what has expired. What was noted under a clock that was ahead counts as if it were now: it must not last for longer (G20).
func (v *Verdicts) clean(now time.Time) {
	for h, n := range v.all {
		changed := false
		blocks := make([]persistence.NetworkBlock, 0, len(n.Blocks))
		for _, b := range n.Blocks {
			if b.At.After(now) {
				b.At, changed = now, true
			}
			if now.Sub(b.At) < v.rules.Within {
				blocks = append(blocks, b)
			}
		}
		changed = changed || len(blocks) != len(n.Blocks)
		n.Blocks = blocks
		switch last := now.Add(v.rules.Term); {
		case n.RefusedUntil.IsZero():
		case !n.RefusedUntil.After(now):
			n.RefusedUntil, changed = time.Time{}, true
		case n.RefusedUntil.After(last):
			n.RefusedUntil, changed = last, true
		}
		if changed {
			v.set(h, n)
		}
	}
}

// settle brings everything up to date: what has expired, what is stored, what is refused, and when to look again.
func (v *Verdicts) settle() {
	now := time.Now().UTC().Truncate(time.Millisecond)
	v.clean(now)
	err := v.save()
	v.publish(now)
	if wait, ok := v.next(now); ok || err != nil {
		if err != nil && (!ok || wait > retryAfter) {
			wait = retryAfter
		}
		v.timer.Reset(wait)
	}
}

// next is how long it is until something expires.
func (v *Verdicts) next(now time.Time) (wait time.Duration, ok bool) {
	earliest := func(at time.Time) {
		if d := max(time.Millisecond, at.Sub(now)); !ok || d < wait {
			wait, ok = d, true
		}
	}
	for _, n := range v.all {
		if !n.RefusedUntil.IsZero() {
			earliest(n.RefusedUntil)
		}
		if len(n.Blocks) > 0 {
			earliest(n.Blocks[0].At.Add(v.rules.Within))
		}
	}
	return wait, ok
}

// save stores what is not stored yet. After an error it is tried again.
func (v *Verdicts) save() error {
	if len(v.unsaved) == 0 {
		return nil
	}
	changed := make(map[persistence.NetworkHash]persistence.Network, len(v.unsaved))
	for h := range v.unsaved {
		changed[h] = v.all[h]
	}
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
	defer cancel()
	if err := v.store.PutNetworks(ctx, changed); err != nil {
		v.log.Error("verdicts on networks could not be stored; trying again. Check the disk's space and health.", slog.Any("error", err))
		return err
	}
	clear(v.unsaved)
	return nil
}

// publish makes the verdicts known to who reads them.
func (v *Verdicts) publish(now time.Time) {
	next := &refused{version: 1, until: make(map[persistence.NetworkHash]time.Time)}
	if before := v.refused.Load(); before != nil {
		if next.version = before.version + 1; next.version == 0 {
			next.version = 1
		}
	}
	for h, n := range v.all {
		if n.RefusedUntil.After(now) {
			next.until[h] = n.RefusedUntil
		}
	}
	v.refused.Store(next)
}

// standing tells how an address stands.
func (v *Verdicts) standing(a netip.Addr) Standing {
	v.settle()
	s := Standing{Exempt: Exempt(a)}
	if s.Exempt {
		return s
	}
	for _, bits := range levels(a) {
		n := v.all[v.hash(a, bits)]
		s.Networks = append(s.Networks, Network{Name: nameOf(bits), Blocked: len(n.Blocks), Limit: v.rules.of(bits), RefusedUntil: n.RefusedUntil})
	}
	return s
}
