package pebblestore

import (
	"fmt"
	"log/slog"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
)

// pebbleLog takes what Pebble says. It knows keys only, and keys hold random ids.
type pebbleLog struct {
	log   *slog.Logger
	fatal func(error)
	// failed is set once Pebble could not write; damaged once it met a checksum that does not match.
	failed, damaged atomic.Bool
}

// Infof implements pebble.Logger: the story of files and compactions.
func (l *pebbleLog) Infof(format string, args ...any) {
	l.log.Debug("pebble: " + fmt.Sprintf(format, args...))
}

// Errorf implements pebble.Logger.
func (l *pebbleLog) Errorf(format string, args ...any) {
	l.log.Error("pebble: " + fmt.Sprintf(format, args...))
}

// Fatalf implements pebble.Logger. Pebble calls it when its log or its list of files could not be written and counts on it not to return:
// if it did, steps that are not on the disk would be acknowledged. So the process ends (Options.Fatal); should that return, this goroutine stays
// here, no step is answered, and Health says why.
func (l *pebbleLog) Fatalf(format string, args ...any) {
	l.failed.Store(true)
	err := fmt.Errorf("%w: %s", errFailed, fmt.Sprintf(format, args...))
	l.log.Error("the disk refused to write; the process ends, so that nothing is acknowledged that is not on it. Check the disk, then start again",
		slog.Any("error", err))
	l.fatal(err)
	select {}
}

// listener takes over what would end the process although reads may go on.
func (l *pebbleLog) listener() *pebble.EventListener {
	return &pebble.EventListener{
		BackgroundError: func(err error) { // it is tried again
			if isFull(err) {
				l.Infof("%v", err) // the watermark has said so, once
				return
			}
			l.Errorf("%v", err)
		},
		DataCorruption: func(info pebble.DataCorruptionInfo) {
			l.damaged.Store(true)
			l.log.Error("the data directory is damaged; what is affected cannot be read. Restore the last backup, and have the disk checked",
				slog.String("path", info.Path), slog.Any("error", info.Details))
		},
	}
}
