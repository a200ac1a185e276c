package networks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/persistence/memstore"
)

const day = 24 * time.Hour

// court is verdicts in virtual time, on a store that can fail.
type court struct {
	*Verdicts
	t     *testing.T
	store *failing
	log   bytes.Buffer
	next  byte
}

type failing struct {
	persistence.Store
	fails atomic.Bool
}

func (f *failing) PutNetworks(ctx context.Context, changed map[persistence.NetworkHash]persistence.Network) error {
	if f.fails.Load() {
		return errors.New("no space")
	}
	return f.Store.PutNetworks(ctx, changed)
}

func inCourt(t *testing.T, test func(t *testing.T, c *court)) {
	synctest.Test(t, func(t *testing.T) {
		c := &court{t: t, store: &failing{Store: memstore.New()}}
		c.start()
		test(t, c)
		c.Stop()
	})
}

func (c *court) start() {
	c.t.Helper()
	v, err := Start(c.t.Context(), c.store, [32]byte{7}, DefaultRules(), slog.New(slog.NewTextHandler(&c.log, nil)))
	if err != nil {
		c.t.Fatal(err)
	}
	c.Verdicts = v
	synctest.Wait()
}

// blocks blocks so many conversations of an address.
func (c *court) blocks(from string, n int) (ids []chat.SessionID) {
	for range n {
		c.next++
		id := chat.SessionID{c.next}
		c.Blocked(id, addr(from), true)
		ids = append(ids, id)
	}
	synctest.Wait()
	return ids
}

func (c *court) want(from string, refused bool) {
	c.t.Helper()
	synctest.Wait()
	if c.Refused(addr(from)) != refused {
		c.t.Errorf("%s is refused: %v", from, !refused)
	}
}

// stored is how many networks the store holds.
func (c *court) stored() int {
	c.t.Helper()
	all, err := c.store.Networks(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	return len(all)
}

func TestWhatANetworkIsRefusedFor(t *testing.T) {
	for name, c := range map[string]struct {
		from       func(i int) string
		blocks     int
		other      string // somebody else of the narrowest network that is refused
		stranger   string
		otherAtAll bool
	}{
		"an IPv4 address": {func(int) string { return "203.0.113.7" }, 3, "203.0.113.7", "203.0.113.8", true},
		"an IPv4 /24":     {func(i int) string { return fmt.Sprintf("203.0.113.%d", i+1) }, 10, "203.0.113.200", "203.0.114.1", true},
		"an IPv6 address": {func(int) string { return "2001:db8::7" }, 3, "2001:db8::7", "2001:db8::8", true},
		"an IPv6 /64":     {func(i int) string { return fmt.Sprintf("2001:db8::%x", i+1) }, 10, "2001:db8::ffff", "2001:db8:0:1::1", true},
		"an IPv6 /48":     {func(i int) string { return fmt.Sprintf("2001:db8:0:%x::1", i+1) }, 30, "2001:db8:0:ffff::1", "2001:db8:1::1", true},
		"this machine":    {func(int) string { return "127.0.0.1" }, 50, "127.0.0.1", "127.0.0.2", false},
		"nobody knows":    {func(int) string { return "::" }, 50, "::", "::1", false},
	} {
		t.Run(name, func(t *testing.T) {
			inCourt(t, func(_ *testing.T, court *court) {
				for i := range c.blocks {
					court.want(c.other, false)
					court.blocks(c.from(i), 1)
				}
				court.want(c.other, c.otherAtAll)
				court.want(c.stranger, false)
			})
		})
	}
}

func TestOneConversationCountsOnce(t *testing.T) {
	inCourt(t, func(_ *testing.T, c *court) {
		id := chat.SessionID{9}
		for range 5 {
			c.Blocked(id, addr("203.0.113.7"), true)
		}
		c.want("203.0.113.7", false)
		c.blocks("203.0.113.7", 2)
		c.want("203.0.113.7", true)
	})
}

func TestTakingABlockBackEndsTheVerdict(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		ids := c.blocks("203.0.113.7", 3)
		c.want("203.0.113.7", true)
		c.Blocked(ids[1], addr("198.51.100.1"), false) // the visitor is elsewhere by now
		c.want("203.0.113.7", false)
		c.blocks("203.0.113.7", 1)
		c.want("203.0.113.7", true)
		for _, id := range append(ids, chat.SessionID{c.next}) {
			c.Blocked(id, netip.Addr{}, false)
		}
		synctest.Wait()
		if n := c.stored(); n != 0 {
			t.Errorf("%d networks are stored when all was taken back", n)
		}
	})
}

func TestBlocksAndVerdictsExpireAndLeaveTheStore(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		c.blocks("203.0.113.7", 2)
		time.Sleep(30*day - time.Hour)
		c.blocks("203.0.113.7", 1)
		c.want("203.0.113.7", true)
		version := c.Version()
		time.Sleep(7*day - time.Minute)
		c.want("203.0.113.7", true)
		time.Sleep(2 * time.Minute)
		c.want("203.0.113.7", false)
		if c.Version() == version {
			t.Error("nobody can tell that the verdict has ended")
		}
		c.blocks("203.0.113.7", 1)
		c.want("203.0.113.7", false) // the first two are too old
		if n := c.stored(); n != 2 {
			t.Errorf("%d networks are stored, want the address and its /24", n)
		}
		time.Sleep(30*day + time.Minute)
		synctest.Wait()
		if n := c.stored(); n != 0 {
			t.Errorf("%d networks are stored when all has expired", n)
		}
	})
}

func TestVerdictsSurviveARestart(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		c.blocks("203.0.113.7", 3)
		c.blocks("2001:db8::1", 2)
		c.Stop()
		c.start()
		c.want("203.0.113.7", true)
		c.blocks("2001:db8::1", 1)
		c.want("2001:db8::1", true)
		c.Stop()
		time.Sleep(8 * day)
		c.start()
		c.want("203.0.113.7", false)
		if _, err := c.Check(t.Context(), addr("203.0.113.7")); err != nil {
			t.Error(err)
		}
	})
}

// TestAClockThatWasAheadHoldsNobodyForLonger (G20).
func TestAClockThatWasAheadHoldsNobodyForLonger(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		c.blocks("203.0.113.7", 3)
		all, err := c.store.Networks(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		c.Stop()
		for h, n := range all {
			if !n.RefusedUntil.IsZero() {
				n.RefusedUntil = n.RefusedUntil.Add(365 * day)
			}
			for i := range n.Blocks {
				n.Blocks[i].At = n.Blocks[i].At.Add(365 * day)
			}
			all[h] = n
		}
		if err := c.store.PutNetworks(t.Context(), all); err != nil {
			t.Fatal(err)
		}
		c.start()
		c.want("203.0.113.7", true)
		time.Sleep(7*day + time.Minute)
		c.want("203.0.113.7", false)
		time.Sleep(24 * day)
		synctest.Wait()
		if n := c.stored(); n != 0 {
			t.Errorf("%d networks are stored", n)
		}
	})
}

func TestForgiving(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		c.blocks("203.0.113.7", 3)
		c.blocks("203.0.114.7", 3)
		s, err := c.Forgive(t.Context(), addr("203.0.113.7"))
		if err != nil || s.RefusedUntil().IsZero() || s.Networks[0] != (Network{"address", 3, 3, s.RefusedUntil()}) || s.Networks[1].Blocked != 3 {
			t.Errorf("forgiven: %+v, %v", s, err)
		}
		c.want("203.0.113.7", false)
		c.want("203.0.114.7", true)
		s, err = c.Check(t.Context(), addr("203.0.113.7"))
		if err != nil || !s.RefusedUntil().IsZero() || s.Networks[0].Blocked != 0 {
			t.Errorf("afterwards: %+v, %v", s, err)
		}
		c.Stop()
		c.start()
		c.want("203.0.113.7", false)
		if _, err := c.Forgive(t.Context(), addr("127.0.0.1")); err != nil {
			t.Error(err)
		}
		c.Stop()
		if _, err := c.Check(t.Context(), addr("203.0.113.7")); !errors.Is(err, ErrStopped) {
			t.Errorf("after the end: %v", err)
		}
	})
}

func TestAStoreThatFailsIsTriedAgain(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		c.store.fails.Store(true)
		c.blocks("203.0.113.7", 3)
		c.want("203.0.113.7", true)
		if c.stored() != 0 || !strings.Contains(c.log.String(), "could not be stored") {
			t.Error("the store did not fail, or nobody was told")
		}
		if strings.Contains(c.log.String(), "203.0.113") {
			t.Error("the log names the address")
		}
		c.store.fails.Store(false)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if n := c.stored(); n != 2 {
			t.Errorf("%d networks are stored after another try", n)
		}
	})
}

// TestNothingStoredTellsAnAddress: two deployments have nothing in common for one address.
func TestNothingStoredTellsAnAddress(t *testing.T) {
	inCourt(t, func(t *testing.T, c *court) {
		c.blocks("203.0.113.7", 1)
		other, err := Start(t.Context(), memstore.New(), [32]byte{8}, DefaultRules(), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer other.Stop()
		if other.hash(addr("203.0.113.7"), bits128) == c.hash(addr("203.0.113.7"), bits128) || other.session(chat.SessionID{1}) == c.session(chat.SessionID{1}) {
			t.Error("the hashes do not depend on the deployment's key")
		}
		if !c.known(c.hash(addr("203.0.113.7"), bits128)) {
			t.Error("the address is not known by its own hash")
		}
	})
}

func BenchmarkRefused(b *testing.B) {
	for name, blocks := range map[string]int{"no verdict": 0, "verdicts": 3} {
		b.Run(name, func(b *testing.B) {
			v, err := Start(b.Context(), memstore.New(), [32]byte{7}, DefaultRules(), slog.New(slog.DiscardHandler))
			if err != nil {
				b.Fatal(err)
			}
			defer v.Stop()
			for i := range blocks {
				v.Blocked(chat.SessionID{byte(i)}, addr("203.0.113.7"), true)
			}
			if _, err := v.Check(b.Context(), addr("203.0.113.7")); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				v.Refused(addr("2001:db8::1"))
			}
		})
	}
}
