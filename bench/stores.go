package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/parlor-chat/parlor/bench/client"
	"github.com/parlor-chat/parlor/bench/target"
)

// seeded returns a copy of a data directory that holds so many messages. The first call for a number makes the original, which the run keeps.
func (b *bench) seeded(ctx context.Context, messages int) (target.Prepared, error) {
	original, ok := b.stores[messages]
	if !ok {
		fmt.Fprintf(b.log, "storing %d messages\n", messages)
		var err error
		if original, err = b.fill(ctx, filepath.Join(b.dir, "stored-"+strconv.Itoa(messages)), messages); err != nil {
			return original, fmt.Errorf("storing %d messages: %w", messages, err)
		}
		b.stores[messages] = original
	}
	copied := original
	copied.Dir = filepath.Join(b.dir, "copy")
	return copied, clone(original.Dir, copied.Dir)
}

// fill makes a data directory: Parlor makes its website and agent, and a process of this program the messages.
func (b *bench) fill(ctx context.Context, dir string, messages int) (target.Prepared, error) {
	p, err := target.StartProgram(ctx, b.program, target.Options{Client: client.Kind(b.Client), Prepared: &target.Prepared{Dir: dir}})
	if err != nil {
		return target.Prepared{}, err
	}
	prepared := p.Prepared()
	if err := p.Stop(); err != nil {
		return prepared, err
	}
	if text, err := exec.CommandContext(ctx, b.self, "seed", "--data", dir, "--website", prepared.Website, "--messages", strconv.Itoa(messages)).CombinedOutput(); err != nil {
		return prepared, fmt.Errorf("%w\n%s", err, text)
	}
	return prepared, nil
}

// clone copies a data directory that nobody has open. Tables, which never change, are linked: a copy of millions of messages takes no time.
func clone(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rest, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rest)
		switch {
		case d.IsDir():
			return os.MkdirAll(target, 0o700)
		case filepath.Ext(path) == ".sst":
			return os.Link(path, target)
		}
		return copyFile(path, target)
	})
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
