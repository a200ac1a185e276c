//go:build !unix

package pebblestore

// chmod does nothing: there are no modes.
func chmod(uintptr) error { return nil }
