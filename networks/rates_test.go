package networks

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parlor-chat/parlor/chat"
)

func addr(text string) netip.Addr { return netip.MustParseAddr(text) }

func TestWhatAnAddressCountsFor(t *testing.T) {
	h := NewHasher()
	for _, c := range []struct {
		one, other   string
		narrow, wide bool
	}{
		{"203.0.113.7", "203.0.113.7", true, true},
		{"203.0.113.7", "::ffff:203.0.113.7", true, true},
		{"203.0.113.7", "203.0.113.8", false, true},
		{"203.0.113.7", "203.0.114.7", false, false},
		{"2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true, true},
		{"2001:db8:1:2::1", "2001:db8:1:3::1", false, true},
		{"2001:db8:1:2::1", "2001:db8:2:2::1", false, false},
	} {
		n1, w1 := h.Of(addr(c.one))
		n2, w2 := h.Of(addr(c.other))
		if (n1 == n2) != c.narrow || (w1 == w2) != c.wide {
			t.Errorf("%s and %s: one address %v, one network %v", c.one, c.other, n1 == n2, w1 == w2)
		}
		if n1 == w1 {
			t.Errorf("%s is hashed as its network", c.one)
		}
	}
	one, _ := NewHasher().Of(addr("203.0.113.7"))
	other, _ := NewHasher().Of(addr("203.0.113.7"))
	if one == other {
		t.Error("two keys give one hash")
	}
}

func TestWhoIsExempt(t *testing.T) {
	for text, want := range map[string]bool{
		"127.0.0.1": true, "::1": true, "0.0.0.0": true, "::": true, "10.1.2.3": true, "172.17.0.1": true, "192.168.1.1": true, "fd00::1": true,
		"fe80::1": true, "::ffff:127.0.0.1": true, "203.0.113.7": false, "2001:db8::1": false, "8.8.8.8": false,
	} {
		if Exempt(addr(text)) != want {
			t.Errorf("%s: %v", text, !want)
		}
	}
	if !Exempt(netip.Addr{}) {
		t.Error("no address is counted")
	}
}

// takes counts how many are taken in a row.
func takes(r *Rates, a string, tries int) (n int) {
	for range tries {
		if _, ok := r.Take(addr(a)); ok {
			n++
		}
	}
	return n
}

func TestRatesOfAnAddressAndItsNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := NewRates(chat.Limits{PerSecond: 2, Burst: 10}, 3)
		for _, c := range []struct {
			from string
			want int
		}{
			{"203.0.113.1", 10}, {"203.0.113.1", 0}, {"203.0.113.2", 10}, {"203.0.113.3", 10},
			{"203.0.113.4", 0}, // the /24 has had its 30
			{"203.0.114.1", 10}, {"2001:db8:1:1::1", 10}, {"2001:db8:1:1::2", 0}, {"2001:db8:1:2::1", 10}, {"2001:db8:1:3::1", 10},
			{"2001:db8:1:4::1", 0}, {"2001:db8:2:1::1", 10}, {"127.0.0.1", 100}, {"10.0.0.1", 100},
		} {
			if n := takes(r, c.from, 100); n != c.want {
				t.Errorf("%s: %d taken, want %d", c.from, n, c.want)
			}
		}
		wait, ok := r.Take(addr("203.0.113.1"))
		if ok || wait <= 0 || wait > time.Second {
			t.Fatalf("wait %v, %v", wait, ok)
		}
		time.Sleep(wait)
		if n := takes(r, "203.0.113.1", 10); n != 1 {
			t.Errorf("%d taken after the wait, want 1", n)
		}
		time.Sleep(time.Minute)
		if n := takes(r, "203.0.113.1", 100); n != 10 {
			t.Errorf("%d taken a minute later, want 10", n)
		}
	})
}

func TestRatesOfZeroAreNoLimit(t *testing.T) {
	if n := takes(NewRates(chat.Limits{Burst: 1}, 1), "203.0.113.1", 100); n != 100 {
		t.Errorf("%d taken without a limit", n)
	}
	r := NewRates(chat.Limits{PerSecond: 1, Burst: 5}, 0)
	for i := range 100 {
		if n := takes(r, netip.AddrFrom4([4]byte{203, 0, 113, byte(i)}).String(), 5); n != 5 {
			t.Fatalf("%d taken of address %d in a network without a limit", n, i)
		}
	}
}

// TestRatesForgetNobodyTooSoon: whoever is over the limit stays so, whatever generation it is.
func TestRatesForgetNobodyTooSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const from = "203.0.113.1"
		r := NewRates(chat.Limits{PerSecond: 1, Burst: 60}, 0)
		takes(r, "203.0.113.9", 1) // the generation begins before
		time.Sleep(59 * time.Second)
		got := takes(r, from, 100)
		for range 300 {
			time.Sleep(time.Second)
			takes(r, "203.0.113.9", 1) // somebody makes the generations turn
			got += takes(r, from, 3)
		}
		if got < 359 || got > 361 {
			t.Errorf("%d taken in 300 s, want 60 at once and one a second", got)
		}
	})
}

func TestRatesAreBounded(t *testing.T) {
	r := NewRates(chat.Limits{PerSecond: 50, Burst: 500}, 4)
	random := rand.New(rand.NewPCG(1, 2))
	for range 500_000 {
		var b [16]byte
		binary.BigEndian.PutUint64(b[:], 0x2000<<48|random.Uint64()>>16)
		r.Take(netip.AddrFrom16(b))
	}
	kept := 0
	for i := range r.stripes {
		kept += len(r.stripes[i].now) + len(r.stripes[i].before)
	}
	if most := stripes * 2 * (maxCounted + 1); kept > most || kept < most/4 {
		t.Errorf("%d networks are kept, want at most %d", kept, most)
	}
}

func TestRatesAllocateNothing(t *testing.T) {
	r := NewRates(chat.Limits{PerSecond: 1e6, Burst: 1 << 20}, 4)
	a := addr("2001:db8::1")
	r.Take(a)
	if n := testing.AllocsPerRun(1000, func() { r.Take(a) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkRates(b *testing.B) {
	r := NewRates(chat.Limits{PerSecond: 1e6, Burst: 1 << 20}, 4)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		a := netip.AddrFrom4([4]byte{203, 0, byte(rand.Uint32()), byte(rand.Uint32())})
		for pb.Next() {
			r.Take(a)
		}
	})
}
