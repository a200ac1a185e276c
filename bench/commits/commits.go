package commits

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// Options of a measurement.
type Options struct {
	// Dir is an empty directory for the store. It is not removed.
	Dir string
	// Writers commit at the same time, each one message after the other. Bytes is the length of a text.
	Writers, Bytes   int
	Warmup, Duration time.Duration
}

// Found is what was measured.
type Found struct {
	// PerSecond is how many commits there were in a second, after the warm-up.
	PerSecond float64 `json:"per_second"`
	// All is how many there were, with the warm-up.
	All int64 `json:"all"`
}

const (
	// keyBytes is the length of a message's key in Parlor's store, frameBytes that of its frame without the text.
	keyBytes   = 42
	frameBytes = 190
)

// Measure commits as much as it can.
func Measure(ctx context.Context, o Options) (found Found, err error) {
	db, err := pebble.Open(o.Dir, &pebble.Options{Logger: silent{}})
	if err != nil {
		return found, fmt.Errorf("commits: %w", err)
	}
	defer func() {
		if closeErr := db.Close(); err == nil {
			err = closeErr
		}
	}()
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var count atomic.Int64
	var stop atomic.Bool
	var writers sync.WaitGroup
	for i := range o.Writers {
		writers.Go(func() {
			if err := write(db, uint64(i), o.Bytes, &count, &stop); err != nil {
				fail(fmt.Errorf("commits: %w", err))
			}
		})
	}
	defer writers.Wait()
	defer stop.Store(true)
	if err := wait(ctx, o.Warmup); err != nil {
		return found, err
	}
	began, before := time.Now(), count.Load()
	if err := wait(ctx, o.Duration); err != nil {
		return found, err
	}
	found.PerSecond = float64(count.Load()-before) / time.Since(began).Seconds()
	stop.Store(true)
	writers.Wait()
	found.All = count.Load()
	return found, nil
}

// write commits messages of one conversation until it is to stop.
func write(db *pebble.DB, writer uint64, textBytes int, count *atomic.Int64, stop *atomic.Bool) error {
	key, value := make([]byte, keyBytes), bytes.Repeat([]byte("x"), frameBytes+textBytes)
	binary.BigEndian.PutUint64(key, writer*0x9e3779b97f4a7c15) // conversations have random ids
	for n := uint64(1); !stop.Load(); n++ {
		binary.BigEndian.PutUint64(key[keyBytes-8:], n)
		if err := db.Set(key, value, pebble.Sync); err != nil {
			return err
		}
		count.Add(1)
	}
	return nil
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// silent is a logger for a store that nobody keeps.
type silent struct{}

// Infof implements pebble.Logger.
func (silent) Infof(string, ...any) {}

// Errorf implements pebble.Logger.
func (silent) Errorf(string, ...any) {}

// Fatalf implements pebble.Logger, which counts on it not to return.
func (silent) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
