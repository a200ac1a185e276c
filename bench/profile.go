package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/parlor-chat/parlor/bench/load"
	"github.com/parlor-chat/parlor/bench/target"
)

// profileTime is how long one CPU profile goes: short enough that the last ones are of the measurement alone.
const profileTime = 5 * time.Second

// profiled runs a scenario. With --profile it has the system's process profiled all the while: CPU profiles one after the other, and the heap at the
// end. That takes some percent of the processor, so figures of such a run are not for comparing.
func (b *bench) profiled(ctx context.Context, s load.Scenario, t target.Target) (load.Result, error) {
	p := t.Process()
	if b.Profile == "" || p == nil {
		return s.Run(ctx, t)
	}
	if err := os.MkdirAll(b.Profile, 0o750); err != nil {
		return load.Result{}, fmt.Errorf("profile: %w", err)
	}
	ended, profiles := make(chan struct{}), make(chan error, 1)
	go func() { profiles <- b.profile(ctx, p, ended) }()
	found, err := s.Run(ctx, t)
	close(ended)
	if missing := <-profiles; missing != nil { // a scenario may end the process; what was taken before stays
		fmt.Fprintf(b.log, "%s: %v\n", b.measuring, missing)
	}
	return found, err
}

// profile takes CPU profiles until the scenario has ended, at least one, and then the heap.
func (b *bench) profile(ctx context.Context, p *target.Process, ended <-chan struct{}) error {
	seconds := max(1, int(min(profileTime, b.Duration)/time.Second))
	for n := 1; ; n++ {
		if err := b.save(ctx, p, fmt.Sprintf("cpu-%d", n), fmt.Sprintf("profile?seconds=%d", seconds)); err != nil {
			return err
		}
		select {
		case <-ended:
			return b.save(ctx, p, "heap", "heap?gc=1")
		default:
		}
	}
}

// save writes one profile into a file that is named after what is measured.
func (b *bench) save(ctx context.Context, p *target.Process, what, query string) error {
	name := filepath.Join(b.Profile, fmt.Sprintf("%s-%s.pprof", b.measuring, what))
	f, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	if err := errors.Join(p.Profile(ctx, query, f), f.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}
