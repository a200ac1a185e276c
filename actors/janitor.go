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
)

// erased tells the janitor that a session was deleted, or that a step replaced what has to leave the disk; scrubbed that the disk is clean again; scrub that the time has come.
type (
	erased   struct{}
	scrub    struct{}
	scrubbed struct{ err error }
)

// janitor sees to it that what was deleted leaves the disk (P14). There is one.
type janitor struct {
	store   persistence.Sessions
	log     *slog.Logger
	timer   *time.Timer
	pending bool
	running bool
	cancel  context.CancelFunc
	work    sync.WaitGroup
}

func newJanitor(store persistence.Sessions, log *slog.Logger) *janitor {
	return &janitor{store: store, log: log}
}

// Receive implements actor.Actor.
func (j *janitor) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started:
		j.schedule(ctx) // the process before this one may have stopped with work left
	case erased:
		j.pending = true
		j.schedule(ctx)
	case scrub:
		j.timer = nil
		j.scrub(ctx)
	case scrubbed:
		j.scrubbed(ctx, m)
	case *actor.Stopping:
		j.stop()
	}
}

func (j *janitor) schedule(ctx actor.Context) {
	if j.timer != nil || j.running {
		return
	}
	self, root := ctx.Self(), ctx.ActorSystem().Root
	j.timer = time.AfterFunc(scrubAfter, func() { root.Send(self, scrub{}) })
}

// scrub runs beside the actor, which goes on receiving; stop waits for it.
func (j *janitor) scrub(ctx actor.Context) {
	j.pending, j.running = false, true
	timeout, cancel := context.WithTimeout(context.Background(), scrubTimeout)
	j.cancel = cancel
	self, root := ctx.Self(), ctx.ActorSystem().Root
	j.work.Go(func() {
		defer cancel()
		root.Send(self, scrubbed{j.store.Scrub(timeout)})
	})
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

func (j *janitor) stop() {
	if j.timer != nil {
		j.timer.Stop()
	}
	if j.cancel != nil {
		j.cancel()
	}
	j.work.Wait()
}
