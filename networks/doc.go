// Package networks protects a node against floods and spam by where they come from (P11): it counts by address and by network, and remembers which
// networks agents blocked visitors of.
//
// An address counts for itself and for its network. Of IPv4 these are the address and its /24; of IPv6, where one household has 2^64 addresses, the /64
// and the /48; verdicts know a single IPv6 address as well.
//
// Counts are in memory only, under hashes whose key is made at each start: nobody can tell an address from them, and none outlives the process.
// Verdicts are about conversations alone. They are stored, under hashes keyed by the deployment's own key, until they expire.
//
// The package knows no sockets and no store.
package networks
