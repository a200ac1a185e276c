//go:build !linux

package pebblestore

import "github.com/cockroachdb/pebble/v2/vfs"

// presize is for Linux.
func presize(f vfs.File) vfs.File { return f }
