package pebblestore

import (
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// Why a store does not open. The messages say what to do.
var (
	// ErrInUse: another process has the data directory open.
	ErrInUse = errors.New("pebblestore: data directory in use")
	// ErrNewerFormat: a newer version wrote the data directory. Nothing was touched.
	ErrNewerFormat = errors.New("pebblestore: data directory of a newer version")
	// ErrForeign: the directory holds something else.
	ErrForeign = errors.New("pebblestore: not a data directory")
	// ErrDamaged: a checksum does not match (G13). It is also returned by reads that meet the damage.
	ErrDamaged = errors.New("pebblestore: damaged")
	// ErrNoRoom: the disk is full, and a start would not get far (G12).
	ErrNoRoom = errors.New("pebblestore: the disk is full")
)

// errFailed: Pebble could not write and the process is about to end.
var errFailed = errors.New("pebblestore: the disk refused to write")

// fault says what failed. Damage gets its own error, since only a backup helps.
func fault(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case pebble.IsCorruptionError(err):
		return fmt.Errorf("%w: %s: restore the last backup, and have the disk checked: %w", ErrDamaged, what, err)
	case isFull(err):
		return fmt.Errorf("%w: %s: make room on the disk of the data directory: %w", ErrNoRoom, what, err)
	default:
		return fmt.Errorf("pebblestore: %s: %w", what, err)
	}
}
