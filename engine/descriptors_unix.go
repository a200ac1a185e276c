//go:build unix

package engine

import "golang.org/x/sys/unix"

// descriptorLimit is how many descriptors the process may have, 0 where that is not known.
func descriptorLimit() uint64 {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil {
		return 0
	}
	return uint64(limit.Cur) //nolint:unconvert // signed on FreeBSD
}
