package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/parlor-chat/parlor/engine"
)

type backupCmd struct {
	Dir string `arg:"" help:"Directory to make. It must not exist." type:"path"`
}

// Run implements the command.
func (c backupCmd) Run(ctx context.Context, s *settings, o output) error {
	if err := c.copy(ctx, s, o); err != nil {
		return err
	}
	census, err := verified(ctx, c.Dir, o)
	if err != nil {
		return fmt.Errorf("the backup was made and is not good: %w", err)
	}
	fmt.Fprintf(o.out, "Made a backup in %s: %s.\n", c.Dir, inWords(census))
	return nil
}

func (c backupCmd) copy(ctx context.Context, s *settings, o output) (err error) {
	d, _, err := s.directory(ctx, o)
	if err != nil {
		return err
	}
	defer closing(d, &err)
	return d.Backup(ctx, c.Dir)
}

type verifyCmd struct {
	Dir string `arg:"" optional:"" help:"A backup. Default: the data directory, which no node may have open." type:"path"`
}

// Run implements the command.
func (c verifyCmd) Run(ctx context.Context, s *settings, o output) error {
	if c.Dir == "" {
		l, err := s.load()
		if err != nil {
			return err
		}
		if c.Dir, err = filepath.Abs(l.Store.Dir); err != nil {
			return err
		}
	}
	census, err := verified(ctx, c.Dir, o)
	if err != nil {
		return err
	}
	fmt.Fprintf(o.out, "%s is good: %s.\n", c.Dir, inWords(census))
	return nil
}

// progressInterval is how often a command that takes long says how far it is.
const progressInterval = 2 * time.Second

// verified reads a data directory, and says how far it is.
func verified(ctx context.Context, dir string, o output) (engine.Census, error) {
	said := time.Now()
	return engine.Verify(ctx, dir, func(records int) {
		if time.Since(said) >= progressInterval {
			said = time.Now()
			fmt.Fprintf(o.log, "checked %d records …\n", records)
		}
	})
}

func inWords(c engine.Census) string {
	return fmt.Sprintf("websites %d, agents %d, conversations %d, messages %d, notes %d, identification records %d, erased %d, audit entries %d",
		c.Websites, c.Agents, c.Conversations, c.Messages, c.Notes, c.Identifications, c.Erased, c.Audited)
}
