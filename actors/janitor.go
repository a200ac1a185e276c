package actors

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/parlor-chat/parlor/persistence"
)

const (
	// scrubAfter gathers deletions before the disk is scrubbed: soon enough for the hour of P14, seldom enough not to be felt.
	scrubAfter = 15 * time.Minute
	// scrubTimeout bounds one scrub; the next one finishes what it left.
	scrubTimeout = 30 * time.Minute
	// sweepTimeout bounds one sweep.
	sweepTimeout = 3 * time.Hour
)

// What the janitor is told: that a session was deleted, or that a step replaced what has to leave the disk; that the time has come; how it went.
type (
	erased   struct{}
	scrub    struct{}
	scrubbed struct{ err error }
	sweep    struct{}
	swept    struct {
		removed bool
		err     error
	}
)

// janitor sees to it that what is deleted leaves the disk (P14), and that what a policy gives a term ends with it (P10). There is one.
type janitor struct {
	store     persistence.Sessions
	retention retention
	log       *slog.Logger
	timer     *time.Timer
	sweeper   *time.Timer
	pending   bool
	running   bool
	work      sync.WaitGroup
	// ending ends when the janitor does, and with it what it began.
	ending context.Context
	end    context.CancelFunc
}

func newJanitor(sys *System) *janitor {
	j := &janitor{store: sys.store, log: sys.log, retention: retention{sys: sys, log: sys.log, began: time.Now()}}
	j.ending, j.end = context.WithCancel(context.Background())
	return j
}

// Receive implements actor.Actor.
func (j *janitor) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started:
		j.schedule(ctx) // the process before this one may have stopped with work left
		j.sweeper = later(ctx, sweepFirst, sweep{})
	case erased:
		j.pending = true
		j.schedule(ctx)
	case scrub:
		j.timer = nil
		j.scrub(ctx)
	case scrubbed:
		j.scrubbed(ctx, m)
	case sweep:
		j.beside(ctx, sweepTimeout, func(timeout context.Context) any {
			removed, err := j.retention.sweep(timeout)
			return swept{removed, err}
		})
	case swept:
		j.swept(ctx, m)
	case *actor.Stopping:
		j.stop()
	}
}

// later sends the janitor a message when a while has passed.
func later(ctx actor.Context, wait time.Duration, message any) *time.Timer {
	self, root := ctx.Self(), ctx.ActorSystem().Root
	return time.AfterFunc(wait, func() { root.Send(self, message) })
}

// beside runs what takes long beside the actor, which goes on receiving, and sends what it returns. stop waits for it.
func (j *janitor) beside(ctx actor.Context, limit time.Duration, run func(context.Context) any) {
	timeout, cancel := context.WithTimeout(j.ending, limit)
	self, root := ctx.Self(), ctx.ActorSystem().Root
	j.work.Go(func() {
		defer cancel()
		root.Send(self, run(timeout))
	})
}

func (j *janitor) schedule(ctx actor.Context) {
	if j.timer == nil && !j.running {
		j.timer = later(ctx, scrubAfter, scrub{})
	}
}

func (j *janitor) scrub(ctx actor.Context) {
	j.pending, j.running = false, true
	j.beside(ctx, scrubTimeout, func(timeout context.Context) any { return scrubbed{j.store.Scrub(timeout)} })
}

func (j *janitor) scrubbed(ctx actor.Context, m scrubbed) {
	j.running = false
	if m.err != nil {
		j.log.Error("deleted conversations are not off the disk yet; trying again. Check the disk's space and health.", slog.Any("error", m.err))
		j.pending = true
	}
	if j.pending {
		j.schedule(ctx)
	}
}

func (j *janitor) swept(ctx actor.Context, m swept) {
	if m.err != nil {
		j.log.Error("not everything whose term has ended is deleted yet; trying again. Check the disk's space and health.", slog.Any("error", m.err))
	}
	if m.removed {
		j.pending = true
		j.schedule(ctx)
	}
	j.sweeper = later(ctx, sweepEvery, sweep{})
}

func (j *janitor) stop() {
	for _, timer := range []*time.Timer{j.timer, j.sweeper} {
		if timer != nil {
			timer.Stop()
		}
	}
	j.end()
	j.work.Wait()
}
