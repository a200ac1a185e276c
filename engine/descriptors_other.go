//go:build !unix

package engine

// descriptorLimit is how many descriptors the process may have, 0 where that is not known.
func descriptorLimit() uint64 { return 0 }
