package networks

import (
	"net/netip"
	"time"
)

// Rules say for what a network is refused: so many conversations that agents blocked there, within a time. A number of zero: never.
type Rules struct {
	// Address counts for one address, Per24 for an IPv4 /24, Per64 and Per48 for IPv6 networks.
	Address, Per24, Per64, Per48 int
	// Within is for how long a block counts; Term is how long a network is refused, from the last block on.
	Within, Term time.Duration
}

// DefaultRules refuse an address after three blocked conversations, for a week: one may be a mistake, and two a quarrel.
func DefaultRules() Rules {
	const day = 24 * time.Hour
	return Rules{Address: 3, Per24: 10, Per64: 10, Per48: 30, Within: 30 * day, Term: 7 * day}
}

// of is the number for networks of a length.
func (r Rules) of(bits int) int {
	switch bits {
	case bits24:
		return r.Per24
	case bits64:
		return r.Per64
	case bits48:
		return r.Per48
	default:
		return r.Address
	}
}

// levels are the networks for which a blocked conversation counts.
func levels(a netip.Addr) []int {
	if a.Is4() || a.Is4In6() {
		return []int{bits128, bits24}
	}
	return []int{bits128, bits64, bits48}
}

// Standing is how an address and its networks stand.
type Standing struct {
	// Exempt says that the address is never refused.
	Exempt bool `json:"exempt"`
	// Networks are the address itself and then its networks, the narrowest first.
	Networks []Network `json:"networks"`
}

// RefusedUntil is when the last of the verdicts ends; the zero time: there is none.
func (s Standing) RefusedUntil() (until time.Time) {
	for _, n := range s.Networks {
		if n.RefusedUntil.After(until) {
			until = n.RefusedUntil
		}
	}
	return until
}

// Network is how one network stands.
type Network struct {
	// Name is "address", "/24", "/64" or "/48".
	Name string `json:"name"`
	// Blocked conversations count at the moment; at Limit the network is refused. A limit of zero: it never is.
	Blocked      int       `json:"blocked"`
	Limit        int       `json:"limit"`
	RefusedUntil time.Time `json:"refused_until,omitzero"`
}

func nameOf(bits int) string {
	return map[int]string{bits128: "address", bits24: "/24", bits64: "/64", bits48: "/48"}[bits]
}
