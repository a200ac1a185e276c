package networks

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

const (
	// maxWaiting is how many blocks may wait to be counted; agents block by hand.
	maxWaiting = 1024
	// maxBlocks are remembered of one network, the newest: more change nothing, unless very many are taken back.
	maxBlocks = 100
	// maxNetworks is how many networks are remembered: 100,000 take some 30 MiB.
	maxNetworks = 100_000
	// storeTimeout bounds a write, retryAfter is when one that failed is tried again.
	storeTimeout = 5 * time.Second
	retryAfter   = time.Minute
)

// ErrStopped answers who asks verdicts that were stopped.
var ErrStopped = errors.New("networks: stopped")

// Verdicts remember where agents blocked visitors of conversations, and which networks are refused for it (P11). One goroutine owns the counts; whether
// an address is refused is read beside it. Its methods may be called from many goroutines at once.
type Verdicts struct {
	store persistence.Networks
	key   []byte
	rules Rules
	log   *slog.Logger

	work    chan func() // for the owner
	stop    sync.Once
	ended   chan struct{}
	stopped chan struct{}
	refused atomic.Pointer[refused]

	// What follows belongs to the owner.
	all map[persistence.NetworkHash]persistence.Network
	// unsaved are those that the store does not hold as they are.
	unsaved map[persistence.NetworkHash]struct{}
	timer   *time.Timer
}

// refused are the verdicts that hold. It is never changed after it was made.
type refused struct {
	version uint16
	until   map[persistence.NetworkHash]time.Time
}

// Start reads what is stored. deployment is the deployment's key, from which the one for hashes is derived. Errors: the store's. Stop ends it.
func Start(ctx context.Context, store persistence.Networks, deployment [32]byte, r Rules, log *slog.Logger) (*Verdicts, error) {
	v := &Verdicts{
		store: store, rules: r, log: log, key: keyed(deployment[:], "networks 1"),
		work: make(chan func(), maxWaiting), ended: make(chan struct{}), stopped: make(chan struct{}),
		unsaved: make(map[persistence.NetworkHash]struct{}), timer: time.NewTimer(0),
	}
	var err error
	if v.all, err = store.Networks(ctx); err != nil {
		return nil, err
	}
	v.publish(time.Now())
	go v.run()
	return v, nil
}

// Stop ends the owner when what waits was counted, and waits for it. Calling it again does nothing.
func (v *Verdicts) Stop() {
	v.stop.Do(func() { close(v.ended) })
	<-v.stopped
}

func (v *Verdicts) run() {
	defer close(v.stopped)
	defer v.timer.Stop()
	for {
		select {
		case f := <-v.work:
			f()
		case <-v.timer.C:
			v.settle()
		case <-v.ended:
			for {
				select {
				case f := <-v.work:
					f()
				default:
					_ = v.save() // what is lost now counts for little
					return
				}
			}
		}
	}
}

// Version changes whenever what Refused says may have changed. It is never 0, and comes back after 65,535 changes: small, for each connection keeps one.
func (v *Verdicts) Version() uint16 { return v.refused.Load().version }

// Count is how many networks are refused.
func (v *Verdicts) Count() int { return len(v.refused.Load().until) }

// Refused reports whether messages from the address are refused. Without any verdict it costs nothing, else some microseconds.
func (v *Verdicts) Refused(a netip.Addr) bool {
	until := v.refused.Load().until
	if len(until) == 0 || Exempt(a) {
		return false
	}
	now := time.Now()
	for _, bits := range levels(a) {
		if end, ok := until[v.hash(a, bits)]; ok && now.Before(end) {
			return true
		}
	}
	return false
}

// Blocked counts that an agent blocked the visitor of a conversation, or takes it back, wherever the visitor is by now. It does not block; what finds no
// room is not counted.
func (v *Verdicts) Blocked(session chat.SessionID, a netip.Addr, blocked bool) {
	select {
	case v.work <- func() { v.count(v.session(session), a, blocked) }:
	default:
		v.log.Warn("agents block faster than it can be counted; some blocks do not count for their networks")
	}
}

// Check tells how an address stands. Errors: ErrStopped, the context's.
func (v *Verdicts) Check(ctx context.Context, a netip.Addr) (s Standing, err error) {
	return s, v.ask(ctx, func() error { s = v.standing(a); return nil })
}

// Forgive forgets all blocks and verdicts of an address and its networks, and tells how they stood. Errors: ErrStopped, the context's, or the store's:
// then they are forgotten until the next start, and the store is tried again.
func (v *Verdicts) Forgive(ctx context.Context, a netip.Addr) (s Standing, err error) {
	return s, v.ask(ctx, func() error {
		s = v.standing(a)
		for _, bits := range levels(a) {
			if h := v.hash(a, bits); v.known(h) {
				v.set(h, persistence.Network{Bits: bits})
			}
		}
		err := v.save()
		v.publish(time.Now())
		return err
	})
}

// ask lets the owner do something and waits for it.
func (v *Verdicts) ask(ctx context.Context, f func() error) error {
	done := make(chan error, 1)
	select {
	case v.work <- func() { done <- f() }:
	case <-v.stopped:
		return ErrStopped
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case err := <-done:
		return err
	case <-v.stopped:
		return ErrStopped
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// hash names a network in the store.
func (v *Verdicts) hash(a netip.Addr, bits int) (h persistence.NetworkHash) {
	b := network(a, bits)
	copy(h[:], keyed(v.key, "network\x00"+string(b[:])))
	return h
}

func (v *Verdicts) session(id chat.SessionID) uint64 {
	return binary.BigEndian.Uint64(keyed(v.key, "session\x00"+string(id[:])))
}

func keyed(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
