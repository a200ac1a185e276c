//go:build unix

package pebblestore

import "golang.org/x/sys/unix"

func chmod(fd uintptr) error { return unix.Fchmod(int(fd), fileMode) }
