package engine

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/parlor-chat/parlor/persistence/pebblestore"
)

// backupRequest is the body of a request to make a backup.
type backupRequest struct {
	Dir string `json:"dir"`
}

// backuper is a store that can copy itself while it serves.
type backuper interface {
	Backup(ctx context.Context, dir string) error
}

// Backup implements Directory.
func (o *Operator) Backup(ctx context.Context, dir string) error {
	b, ok := o.store.(backuper)
	if !ok {
		return errors.New("engine: this store cannot be copied")
	}
	return b.Backup(ctx, dir)
}

// Backup implements Directory.
func (d *RemoteDirectory) Backup(ctx context.Context, dir string) error {
	return d.call(ctx, http.MethodPut, "backup", backupRequest{dir}, &struct{}{})
}

// Census is what a data directory holds.
type Census = pebblestore.Census

// Verify reads everything in a data directory that no node has open, such as a backup, and tells the first thing that is wrong. It says now and then
// how many records it has read.
func Verify(ctx context.Context, dir string, progress func(records int)) (Census, error) {
	return pebblestore.Verify(ctx, pebblestore.Options{Dir: dir, Logger: slog.New(slog.DiscardHandler)}, progress)
}

// Restore makes a data directory out of a backup, erases again what an audit log says was erased since, and returns what is there then (G24). See
// pebblestore.Restore.
func Restore(ctx context.Context, dir, backup, audit string, progress func(records int)) (Census, error) {
	o := pebblestore.Options{Dir: dir, Logger: slog.New(slog.DiscardHandler)}
	if _, err := pebblestore.Restore(ctx, o, backup, audit, progress); err != nil {
		return Census{}, err
	}
	store, err := pebblestore.Open(o)
	if err != nil {
		return Census{}, err
	}
	if err := errors.Join(store.Scrub(ctx), store.Close()); err != nil {
		return Census{}, err
	}
	return Verify(ctx, dir, progress)
}
