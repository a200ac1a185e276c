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
// becomes a data directory with its last file, FORMAT: what a failure or a power loss left behind is refused by Open and Verify. The context
// counts before the copy is begun; one is made at a time. Errors: ErrBackupPlace, or the disk's.
func (s *Store) Backup(ctx context.Context, dir string) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	s.backup.Lock()
	defer s.backup.Unlock()
	if err := s.checkBackupPlace(dir); err != nil {
		return err
	}
	if err := s.flush(ctx); err != nil { // so that little is left in logs
		return fault("flush", err)
	}
	err = s.db.Checkpoint(dir, pebble.WithFlushedWAL())
	if err == nil { // behind the checkpoint, so that it tells of every erasure that the copy knows
		err = s.clerk.do(ctx, func() error { return s.audit.copyTo(s.fs.PathJoin(dir, auditFile)) })
	}
	if err == nil {
		err = writeInventory(s.fs, dir, anyFile)
	}
	if err != nil {
		return fault(fmt.Sprintf("make a backup in %q", dir), err)
	}
	return writeFormat(s.fs, dir)
}

func (s *Store) checkBackupPlace(dir string) error {
	within, err := inside(s.dir, dir)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", ErrBackupPlace, err)
	case within:
		return fmt.Errorf("%w: %q is inside the data directory; choose one elsewhere", ErrBackupPlace, dir)
	}
	if _, err := s.fs.Stat(dir); err == nil {
		return fmt.Errorf("%w: %q is there already; choose a new directory", ErrBackupPlace, dir)
	}
	return nil
}

// inside reports whether a path, which need not exist, is in a directory, or is the directory.
func inside(dir, path string) (bool, error) {
	dir, err := real(dir)
	if err != nil {
		return false, err
	}
	if path, err = real(path); err != nil {
		return false, err
	}
	relative, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(relative), err
}

// real is a path without symbolic links, as far as it exists.
func real(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	found, err := filepath.EvalSymlinks(path)
	if !errors.Is(err, os.ErrNotExist) || filepath.Dir(path) == path {
		return found, err
	}
	parent, err := real(filepath.Dir(path))
	return filepath.Join(parent, filepath.Base(path)), err
}
