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
	b, ok := o.directory.(backuper)
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
