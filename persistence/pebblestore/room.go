package pebblestore

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

const (
	// roomLooks is how often a write that found no room is tried again.
	roomLooks = 100 * time.Millisecond
	// tableRest is how long a table that could not be written waits until it is given up: Pebble makes it anew at once, and would do nothing else.
	tableRest = time.Second
	// roomLacking is for how long the disk counts as full behind a write that found it so.
	roomLacking = 3 * time.Second
)

func newRoom() *room { return &room{log: roomLooks, table: tableRest, began: time.Now()} }

// room lets what finds the disk full wait for space. Pebble counts on its logs and its list of files: told that there is no space it panics, ends the
// process, or hangs for good. So it is told nothing, the writes behind wait, their callers are answered by their deadlines, and when there is space all
// goes on where it was. A table is given up after a moment instead, since what was written of it is room as well.
//
// It waits between begin and end only: a start on a full disk is refused, and a stop does not hang.
type room struct {
	log, table time.Duration // how long each waits at a time
	began      time.Time
	found      atomic.Int64  // when the disk was last found full, since began; 0: never
	mu         sync.Mutex    // covers over
	over       chan struct{} // closed by end; nil: nothing waits
	// fatal ends the process when a log cannot be written for another reason, or not in time: Pebble would panic. nil before begin.
	fatal atomic.Pointer[func(format string, args ...any)]
}

func (r *room) begin(fatal func(format string, args ...any)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over = make(chan struct{})
	r.fatal.Store(&fatal)
}

// end lets those who wait fail. It may be called more than once, and without begin.
func (r *room) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over != nil {
		close(r.over)
		r.over = nil
	}
}

// fail ends the process because of an error, if there is one. It returns the error where begin was not called.
func (r *room) fail(what string, err error) error {
	if fatal := r.fatal.Load(); err != nil && fatal != nil {
		(*fatal)("%s: %v", what, err)
	}
	return err
}

// lacking reports whether the disk was found full just now.
func (r *room) lacking() bool {
	found := r.found.Load()
	return found != 0 && time.Since(r.began)-time.Duration(found) < roomLacking
}

// pause waits for space for a while. False: there is nothing to wait for any more.
func (r *room) pause(d time.Duration) bool {
	r.found.Store(int64(time.Since(r.began)) + 1)
	return r.wait(d)
}

// gaveUp waits before what makes a table is told an error, if there is one.
func (r *room) gaveUp(err error) error {
	switch {
	case isFull(err):
		r.pause(r.table)
	case err != nil:
		r.wait(r.table)
	}
	return err
}

func (r *room) wait(d time.Duration) bool {
	r.mu.Lock()
	over := r.over
	r.mu.Unlock()
	if over == nil {
		return false
	}
	select {
	case <-time.After(d):
		return true
	case <-over:
		return false
	}
}

// isFull reports an error that says that a disk, or what its user may have of it, is full.
func isFull(err error) bool { return vfs.IsNoSpaceError(err) || errors.Is(err, syscall.EDQUOT) }

// startBytes is what a start needs at least: a log, a list of files, and tables of what the logs hold.
const startBytes = 16 << 20

// checkRoom returns ErrNoRoom where a start would not get far.
func checkRoom(fs vfs.FS, dir string) error {
	usage, err := fs.GetDiskUsage(dir)
	if err != nil || usage.AvailBytes >= startBytes {
		return nil // who cannot tell (memory) has room
	}
	return fmt.Errorf("%w: %q has %d bytes left, and a start needs %d: make room on the disk of the data directory, then start again",
		ErrNoRoom, dir, usage.AvailBytes, startBytes)
}

// withRoom is a file system whose files wait for room.
type withRoom struct {
	vfs.FS
	room *room
	dir  string // files elsewhere, such as a backup's, do not
}

func newWithRoom(fs vfs.FS, dir string, r *room) withRoom {
	return withRoom{fs, r, fs.PathDir(fs.PathJoin(dir, lockFile))}
}

// waits reports whether a file is one that Pebble cannot do without.
func (fs withRoom) waits(name string) bool {
	return fs.PathDir(name) == fs.dir && !strings.HasSuffix(name, tableSuffix) && fs.PathBase(name) != spareFile
}

// try does it until there is room.
func (fs withRoom) try(name string, do func() error) error {
	err := do()
	for isFull(err) && fs.waits(name) && fs.room.pause(fs.room.log) {
		err = do()
	}
	return err
}

// Create implements vfs.FS.
func (fs withRoom) Create(name string, category vfs.DiskWriteCategory) (f vfs.File, err error) {
	err = fs.try(name, func() error {
		f, err = fs.FS.Create(name, category)
		return err
	})
	switch {
	case fs.PathDir(name) != fs.dir || fs.PathBase(name) == spareFile:
	case strings.HasSuffix(name, logSuffix):
		err = fs.room.fail("make a log", err)
	default:
		err = fs.room.gaveUp(err)
	}
	return fs.wrap(name, f, err)
}

// OpenReadWrite implements vfs.FS.
func (fs withRoom) OpenReadWrite(name string, category vfs.DiskWriteCategory, opts ...vfs.OpenOption) (vfs.File, error) {
	f, err := fs.FS.OpenReadWrite(name, category, opts...)
	return fs.wrap(name, f, err)
}

// OpenDir implements vfs.FS.
func (fs withRoom) OpenDir(name string) (vfs.File, error) {
	f, err := fs.FS.OpenDir(name)
	if err != nil || fs.PathDir(fs.PathJoin(name, lockFile)) != fs.dir {
		return f, err
	}
	return roomyDir{f, fs.room}, nil
}

// Rename implements vfs.FS.
func (fs withRoom) Rename(oldname, newname string) error {
	return fs.try(newname, func() error { return fs.FS.Rename(oldname, newname) })
}

// Unwrap returns the file system below.
func (fs withRoom) Unwrap() vfs.FS { return fs.FS }

func (fs withRoom) wrap(name string, f vfs.File, err error) (vfs.File, error) {
	switch {
	case err != nil || fs.PathDir(name) != fs.dir || fs.PathBase(name) == spareFile:
		return f, err
	case strings.HasSuffix(name, tableSuffix):
		return roomyTable{f, fs.room}, nil
	case strings.HasSuffix(name, logSuffix):
		return roomyLog{roomyFile{f, fs.room}}, nil
	default:
		return roomyFile{f, fs.room}, nil
	}
}

// roomyFile is one whose writes wait until there is room for all of them. A sync that fails is not repeated: what it did not write may be lost then.
type roomyFile struct {
	vfs.File
	room *room
}

// Write implements vfs.File.
func (f roomyFile) Write(p []byte) (n int, err error) {
	for {
		var more int
		more, err = f.File.Write(p[n:])
		if n += more; !isFull(err) || !f.room.pause(f.room.log) {
			return n, err
		}
	}
}

// roomyLog is a log: what cannot be written to it ends the process.
type roomyLog struct{ roomyFile }

// Write implements vfs.File.
func (f roomyLog) Write(p []byte) (int, error) {
	n, err := f.roomyFile.Write(p)
	return n, f.room.fail("write a log", err)
}

// Sync implements vfs.File.
func (f roomyLog) Sync() error { return f.room.fail("sync a log", f.File.Sync()) }

// SyncData implements vfs.File.
func (f roomyLog) SyncData() error { return f.room.fail("sync a log", f.File.SyncData()) }

// SyncTo implements vfs.File.
func (f roomyLog) SyncTo(length int64) (bool, error) {
	full, err := f.File.SyncTo(length)
	return full, f.room.fail("sync a log", err)
}

// roomyDir is the data directory, whose syncs make a new log's name last.
type roomyDir struct {
	vfs.File
	room *room
}

// Sync implements vfs.File.
func (f roomyDir) Sync() error { return f.room.fail("sync the data directory", f.File.Sync()) }

// roomyTable is one whose failures come slowly.
type roomyTable struct {
	vfs.File
	room *room
}

// Write implements vfs.File.
func (f roomyTable) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	return n, f.room.gaveUp(err)
}

// Sync implements vfs.File.
func (f roomyTable) Sync() error { return f.room.gaveUp(f.File.Sync()) }

// SyncData implements vfs.File.
func (f roomyTable) SyncData() error { return f.room.gaveUp(f.File.SyncData()) }

// SyncTo implements vfs.File.
func (f roomyTable) SyncTo(length int64) (bool, error) {
	full, err := f.File.SyncTo(length)
	return full, f.room.gaveUp(err)
}
