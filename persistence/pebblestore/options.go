package pebblestore

import (
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Options of a store. Only Dir has no default.
type Options struct {
	// Dir is the data directory. It is made when it is missing, readable by this user only.
	Dir string
	// FS is where Dir is. Default: the operating system's.
	FS vfs.FS
	// Logger gets what operators should know. Default: slog.Default.
	Logger *slog.Logger
	// CacheBytes bounds the cache of blocks read. Default: 32 MiB, for a small machine; more helps when many long histories are read.
	CacheBytes int64
	// MemTableBytes is how much is gathered in memory before it becomes a file; up to twice as much is held. It grows to that size only under
	// load, where it spares rewriting files. Default: 64 MiB.
	MemTableBytes int64
	// OpenFiles bounds the tables that are open at a time, at least 64 in any case: sockets need the process's other descriptors (G21). Default: 1000.
	OpenFiles int
	// Fatal is called when the disk refused to write and Pebble cannot go on. It must not return. Default: exit with code 74.
	Fatal func(error)

	// Uncompressed switches the tables' compression off, so that tests can look for bytes in them.
	Uncompressed bool
	// hasty shortens the waits of a full disk, for tests.
	hasty bool
}

// exitIO is EX_IOERR of sysexits.h: supervisors start the process again, and the start says whether the disk works.
const exitIO = 74

// Defaults of Options.
const (
	DefaultCacheBytes    = 32 << 20
	DefaultMemTableBytes = 64 << 20
	DefaultOpenFiles     = 1000
)

// bytesPerSync is how much of a table is written between two syncs of it: an eighth of what Pebble would take. A sync of the log waits behind
// what a flush gave the disk, and so waits less.
const bytesPerSync = 64 << 10

func (o Options) withDefaults() (Options, error) {
	if o.Dir == "" {
		return o, errors.New("pebblestore: no data directory was given")
	}
	if o.CacheBytes < 0 || o.MemTableBytes < 0 || o.OpenFiles < 0 {
		return o, fmt.Errorf("pebblestore: cache of %d bytes, memory table of %d bytes, %d open files: use more than zero",
			o.CacheBytes, o.MemTableBytes, o.OpenFiles)
	}
	if o.FS == nil {
		o.FS = vfs.Default
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.CacheBytes == 0 {
		o.CacheBytes = DefaultCacheBytes
	}
	if o.MemTableBytes == 0 {
		o.MemTableBytes = DefaultMemTableBytes
	}
	if o.OpenFiles == 0 {
		o.OpenFiles = DefaultOpenFiles
	}
	if o.Fatal == nil {
		o.Fatal = func(error) { os.Exit(exitIO) }
	}
	return o, nil
}

// pebble returns Pebble's options. What is set here besides sizes is needed for erasing bytes; see scrub.go.
func (o Options) pebble(fs vfs.FS, lock *pebble.Lock, log *pebbleLog) *pebble.Options {
	opts := &pebble.Options{
		FS:                 fs,
		Lock:               lock,
		Logger:             log,
		EventListener:      log.listener(),
		CacheSize:          o.CacheBytes,
		MemTableSize:       uint64(o.MemTableBytes),
		MaxOpenFiles:       o.OpenFiles,
		BytesPerSync:       bytesPerSync,
		FormatMajorVersion: pebble.FormatTableFormatV6, // no value separation in it
		Cleaner:            pebble.ArchiveCleaner{},    // with keepsNothing: removes, and recycles no log

		// Measured with 1,000 writers: twice Pebble's defaults took 15 % less work for each commit, four times still less, and filters keep
		// reads cheap.
		L0CompactionThreshold: 16,
		L0StopWritesThreshold: 48,
	}
	for i := range opts.Levels {
		opts.Levels[i].FilterPolicy = keyFilter // most looks at receipts and tombstones find nothing
	}
	if o.Uncompressed {
		opts.ApplyCompressionSettings(func() pebble.DBCompressionSettings { return pebble.DBCompressionNone })
	}
	return opts
}
