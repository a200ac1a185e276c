package pebblestore

import (
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

const (
	// reserveBytes is kept free, or a tenth of a smaller disk: compactions need room to make room.
	reserveBytes = 512 << 20
	reservePart  = 10
	// spaceInterval is how often the disk is asked; at the fastest disk's rate the reserve lasts that long.
	spaceInterval = time.Second
)

// watermark notices that a disk is nearly full before it is, so that what makes room has room (G12). It may be used from many goroutines.
type watermark struct {
	fs      vfs.FS
	dir     string
	room    *room
	log     *slog.Logger
	start   time.Time
	checked atomic.Int64 // since start
	full    atomic.Bool
}

func newWatermark(fs vfs.FS, dir string, room *room, log *slog.Logger) *watermark {
	w := &watermark{fs: fs, dir: dir, room: room, log: log, start: time.Now()}
	w.measure()
	return w
}

// isFull reports whether nothing more should be written. At most once a second it looks.
func (w *watermark) isFull() bool {
	now, last := int64(time.Since(w.start)), w.checked.Load()
	if now-last >= int64(spaceInterval) && w.checked.CompareAndSwap(last, now) {
		w.measure()
	}
	return w.full.Load()
}

// measure asks the file system, and whether a write waits for space, as one does whose user has a quota. A file system that cannot tell (memory) is
// never full.
func (w *watermark) measure() {
	usage, err := w.fs.GetDiskUsage(w.dir)
	full := w.room.lacking() || err == nil && usage.AvailBytes < min(reserveBytes, usage.TotalBytes/reservePart)
	if full == w.full.Swap(full) {
		return
	}
	if full {
		w.log.Error("the disk is nearly full: messages are refused until there is space; make room on the disk of the data directory",
			slog.String("dir", w.dir), slog.Uint64("free_bytes", usage.AvailBytes))
		return
	}
	w.log.Info("the disk has space again: messages are taken", slog.String("dir", w.dir))
}
