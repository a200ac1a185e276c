package pebblestore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cockroachdb/pebble/v2"
)

// ErrBackupPlace is returned when a backup cannot be made where it was asked for.
var ErrBackupPlace = errors.New("pebblestore: not a place for a backup")

// Backup copies the store as it is at one moment into a directory, which must not exist: what was acknowledged before the call is in it. The store
// serves meanwhile. On the same file system tables are linked instead of copied, which takes no time and no room until the store replaces them. The copy
// becomes a data directory with its last file, FORMAT: what a failure or a power loss left behind is refused by Open and Verify. Errors:
// ErrBackupPlace, or the disk's.
func (s *Store) Backup(ctx context.Context, dir string) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if inside(s.dir, dir) {
		return fmt.Errorf("%w: %q is inside the data directory; choose one elsewhere", ErrBackupPlace, dir)
	}
	err = s.db.Checkpoint(dir, pebble.WithFlushedWAL())
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%w: %q is there already; choose a new directory", ErrBackupPlace, dir)
	}
	if err != nil {
		return fault(fmt.Sprintf("make a backup in %q", dir), err)
	}
	return writeFormat(s.fs, dir)
}

// inside reports whether a path is in a directory, or is the directory.
func inside(dir, path string) bool {
	relative, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(relative)
}
