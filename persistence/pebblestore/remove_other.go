//go:build !linux

package pebblestore

import "github.com/cockroachdb/pebble/v2/vfs"

// shrink is for Linux.
func shrink(vfs.FS, string) {}
