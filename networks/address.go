package networks

import (
	"hash/maphash"
	"net/netip"
)

// Exempt reports an address that says nothing about who is behind it: loopback, private, link-local or none. All visitors have one where a reverse
// proxy is not among the trusted ones, and so has whoever measures a node. Only open sockets are counted of them.
func Exempt(a netip.Addr) bool {
	a = a.Unmap()
	return !a.IsGlobalUnicast() || a.IsPrivate()
}

// The lengths of networks, in bits of an IPv6 address: IPv4 stands in ::ffff:0:0/96.
const (
	bits128 = 128
	bits24  = 96 + 24
	bits64  = 64
	bits48  = 48
)

// widths are what an address counts for: narrow is an IPv4 address or an IPv6 /64, wide an IPv4 /24 or an IPv6 /48.
func widths(a netip.Addr) (narrow, wide int) {
	if a.Is4() || a.Is4In6() {
		return bits128, bits24
	}
	return bits64, bits48
}

// network is a network as it is hashed: the address without the bits behind its length, and the length.
func network(a netip.Addr, bits int) (b [17]byte) {
	a16 := a.As16()
	copy(b[:], a16[:bits/8]) // all lengths are of whole bytes
	b[16] = byte(bits)
	return b
}

// Hash names a network in memory.
type Hash uint64

// Hasher makes hashes under a key of its own. It may be used from many goroutines at once.
type Hasher struct{ seed maphash.Seed }

// NewHasher makes a hasher with a random key.
func NewHasher() Hasher { return Hasher{maphash.MakeSeed()} }

// Of returns the hashes of the two networks that an address counts for.
func (h Hasher) Of(a netip.Addr) (narrow, wide Hash) {
	n, w := widths(a)
	return h.hash(a, n), h.hash(a, w)
}

func (h Hasher) hash(a netip.Addr, bits int) Hash {
	b := network(a, bits)
	return Hash(maphash.Bytes(h.seed, b[:]))
}
