//go:build !linux

package pebblestore

import "github.com/cockroachdb/pebble/v2/vfs"

// presize is for Linux.
func presize(f vfs.File, _ int64) vfs.File { return f }
