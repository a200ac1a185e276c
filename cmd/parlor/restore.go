package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/parlor-chat/parlor/engine"
)

type restoreCmd struct {
	Backup       string `arg:"" help:"The backup. It stays as it is." type:"existingdir"`
	Audit        string `help:"The newest audit log that there is, or the directory that holds it: what it says was deleted since the backup is deleted again." xor:"audit" required:"" type:"path" placeholder:"FILE"`
	WithoutAudit bool   `help:"There is no newer audit log: what was deleted since the backup comes back." xor:"audit" required:""`
}

// Run implements the command.
func (c restoreCmd) Run(ctx context.Context, s *settings, o output) error {
	l, err := s.load()
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(l.Store.Dir)
	if err != nil {
		return err
	}
	said := time.Now()
	census, err := engine.Restore(ctx, dir, c.Backup, c.Audit, func(records int) {
		if time.Since(said) >= progressInterval {
			said = time.Now()
			fmt.Fprintf(o.log, "checked %d records …\n", records)
		}
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(o.out, "Restored into %s: %s.\n", dir, inWords(census))
	return nil
}
