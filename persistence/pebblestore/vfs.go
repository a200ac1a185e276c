package pebblestore

import (
	"errors"
	"os"
	"strings"
	"sync"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// archiveName is the directory, in the store's own, that pebble.ArchiveCleaner moves files to.
const archiveName = "archive"

// Files and directories are for this user only.
const (
	fileMode = 0o600
	dirMode  = 0o700
)

// keepsNothing is the file system as the store needs it: what Pebble would archive is removed, and files are private. Together with
// pebble.ArchiveCleaner, whose presence keeps Pebble from recycling its log files, no bytes of an erased session stay behind.
type keepsNothing struct {
	vfs.FS
	archive string     // where pebble.ArchiveCleaner would move files to
	spares  *spares    // nil: logs are made anew
	pacer   *pacer     // nil: tables are written as fast as can be
	left    *leftovers // what could not be removed
}

func newKeepsNothing(fs vfs.FS, dir string) keepsNothing {
	return keepsNothing{FS: fs, archive: fs.PathJoin(dir, archiveName), left: new(leftovers)}
}

// Rename removes what would go to the archive.
func (fs keepsNothing) Rename(oldname, newname string) error {
	if fs.PathDir(newname) == fs.archive {
		return fs.Remove(oldname)
	}
	return fs.FS.Rename(oldname, newname)
}

// Remove takes its time for a large file. Pebble asks once for each; what fails is kept in mind.
func (fs keepsNothing) Remove(name string) error {
	shrink(fs.FS, name)
	err := fs.FS.Remove(name)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		fs.left.add(name)
	}
	return err
}

// removeLeft tries again to remove what could not be removed.
func (fs keepsNothing) removeLeft() {
	for _, name := range fs.left.take() {
		_ = fs.Remove(name) // it is kept in mind again
	}
}

// leftovers are files that should be gone. No name is used again.
type leftovers struct {
	mu    sync.Mutex
	names []string
}

func (l *leftovers) add(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.names = append(l.names, name)
}

func (l *leftovers) take() (names []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	names, l.names = l.names, nil
	return names
}

// MkdirAll makes no archive, and other directories private.
func (fs keepsNothing) MkdirAll(dir string, _ os.FileMode) error {
	if dir == fs.archive {
		return nil
	}
	return fs.FS.MkdirAll(dir, dirMode)
}

// Create makes the file private. A log is the spare, where there is one, and has its size ahead; a table is written at a pace.
func (fs keepsNothing) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	if fs.spares != nil && strings.HasSuffix(name, logSuffix) && fs.PathDir(name) == fs.PathDir(fs.spares.path) { // a backup's is none of ours
		return fs.createLog(name, category)
	}
	f, err := fs.private(fs.FS.Create(name, category))
	if err == nil && f.Fd() != vfs.InvalidFd && fs.pacer != nil && (category == flushing || category == compacting) {
		return fs.pacer.pace(f, category), nil
	}
	return f, err
}

func (fs keepsNothing) createLog(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f, zeros := fs.spares.take(name, category)
	if zeros == 0 {
		var err error
		if f, err = fs.private(fs.FS.Create(name, category)); err != nil || f.Fd() == vfs.InvalidFd {
			return f, err
		}
	}
	return &logFile{File: presize(f, zeros), spares: fs.spares}, nil
}

// OpenReadWrite makes the file private.
func (fs keepsNothing) OpenReadWrite(name string, category vfs.DiskWriteCategory, opts ...vfs.OpenOption) (vfs.File, error) {
	return fs.private(fs.FS.OpenReadWrite(name, category, opts...))
}

// private sets a file's mode. A file in memory has none.
func (fs keepsNothing) private(f vfs.File, err error) (vfs.File, error) {
	if err != nil || f.Fd() == vfs.InvalidFd {
		return f, err
	}
	if err := chmod(f.Fd()); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// Unwrap returns the file system below.
func (fs keepsNothing) Unwrap() vfs.FS { return fs.FS }
