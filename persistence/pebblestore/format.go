package pebblestore

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// The FORMAT file holds one line: the name and the version of what the directory holds. Version 2 has places in the inbox that lag behind,
// which version 1 would not find. Version 3 has the audit log, which version 2 would not write. What earlier versions wrote is read as it is.
const (
	formatFile    = "FORMAT"
	formatName    = "parlor-pebble"
	formatVersion = 3
	lockFile      = "LOCK"
)

// prepare makes sure that dir is a data directory that this version may open, and locks it. A directory that it may not open stays as it is.
func prepare(fs vfs.FS, dir string) (*pebble.Lock, error) {
	if _, err := checkFormat(fs, dir); err != nil {
		return nil, err
	}
	if err := makeDir(fs, dir); err != nil {
		return nil, fmt.Errorf("pebblestore: make the data directory %q: %w", dir, err)
	}
	lock, err := lockDir(fs, dir)
	if err != nil {
		return nil, err
	}
	version, err := checkFormat(fs, dir) // again: another process may have been faster
	if err == nil {
		err = checkInventory(fs, dir, pebbles)
	}
	if err == nil && version != formatVersion {
		err = writeFormat(fs, dir)
	}
	if err == nil {
		err = removeInventory(fs, dir)
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}

// checkFormat reads the version from the FORMAT file. A directory without one, version 0, must be new or empty.
func checkFormat(fs vfs.FS, dir string) (version int, err error) {
	f, err := fs.Open(fs.PathJoin(dir, formatFile))
	if errors.Is(err, os.ErrNotExist) {
		return 0, checkEmpty(fs, dir)
	}
	if err != nil {
		return 0, fmt.Errorf("pebblestore: read %s of the data directory %q: %w", formatFile, dir, err)
	}
	text, err := io.ReadAll(io.LimitReader(f, 100))
	if err = errors.Join(err, f.Close()); err != nil {
		return 0, fmt.Errorf("pebblestore: read %s of the data directory %q: %w", formatFile, dir, err)
	}
	name, number, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	version, err = strconv.Atoi(number)
	switch {
	case name != formatName || err != nil || version <= 0:
		return 0, fmt.Errorf("%w: %q holds a %s file that is not Parlor's; give another directory", ErrForeign, dir, formatFile)
	case version > formatVersion:
		return 0, fmt.Errorf("%w: %q has format %d, this version knows up to %d; nothing was changed. Install the version that wrote it, or a newer one",
			ErrNewerFormat, dir, version, formatVersion)
	}
	return version, nil
}

func checkEmpty(fs vfs.FS, dir string) error {
	names, err := fs.List(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("pebblestore: list the data directory %q: %w", dir, err)
	}
	for _, name := range names {
		if name != lockFile && name != formatFile+".new" && name != "lost+found" {
			return fmt.Errorf("%w: %q has files but no %s; give an empty directory, or restore the whole backup", ErrForeign, dir, formatFile)
		}
	}
	return nil
}

// makeDir makes the directory and what leads to it, and makes both survive a power loss.
func makeDir(fs vfs.FS, dir string) error {
	parent := fs.PathDir(dir)
	if _, err := fs.Stat(dir); err == nil || parent == dir {
		return err
	} else if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := makeDir(fs, parent); err != nil {
		return err
	}
	if err := fs.MkdirAll(dir, dirMode); err != nil {
		return err
	}
	return syncDir(fs, parent)
}

func lockDir(fs vfs.FS, dir string) (*pebble.Lock, error) {
	lock, err := pebble.LockDirectory(dir, fs)
	switch {
	case err == nil:
		return lock, nil
	case errors.Is(err, syscall.EAGAIN), strings.Contains(err.Error(), "held by current process"):
		return nil, fmt.Errorf("%w: %q is open in another process; stop that one, or give each its own directory: %w", ErrInUse, dir, err)
	default:
		return nil, fmt.Errorf("pebblestore: lock the data directory %q: %w", dir, err)
	}
}

// writeFormat makes the directory a data directory: all of the file, or none.
func writeFormat(fs vfs.FS, dir string) error {
	path := fs.PathJoin(dir, formatFile)
	if err := writeFile(fs, path+".new", fmt.Sprintf("%s %d\n", formatName, formatVersion)); err != nil {
		return fmt.Errorf("pebblestore: write %s into the data directory %q: %w", formatFile, dir, err)
	}
	if err := fs.Rename(path+".new", path); err != nil {
		return fmt.Errorf("pebblestore: write %s into the data directory %q: %w", formatFile, dir, err)
	}
	return syncDir(fs, dir)
}

func writeFile(fs vfs.FS, path, text string) error {
	f, err := fs.Create(path, vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	_, err = f.Write([]byte(text))
	return errors.Join(err, f.Sync(), f.Close())
}

// copyFile copies a file and syncs it.
func copyFile(fs vfs.FS, from, to string) error {
	in, err := fs.Open(from, vfs.SequentialReadsOption)
	if err != nil {
		return err
	}
	out, err := fs.Create(to, vfs.WriteCategoryUnspecified)
	if err != nil {
		return errors.Join(err, in.Close())
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close(), in.Close())
}

func syncDir(fs vfs.FS, dir string) error {
	d, err := fs.OpenDir(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
