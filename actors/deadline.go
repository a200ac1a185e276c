package actors

import (
	"context"
	"sync/atomic"
	"time"
)

// deadlineGrain is the part of a timeout by which it may come early.
const deadlineGrain = 32

// deadlines gives contexts that end when a timeout has passed, or up to a deadlineGrain of it before: those that begin close to each other
// share one, which spares a timer and a context for each message. It may be used from many goroutines.
type deadlines struct {
	timeout time.Duration
	current atomic.Pointer[deadline]
}

type deadline struct {
	context.Context
	cancel context.CancelFunc
	began  time.Time
}

// context returns a context that ends by itself.
func (d *deadlines) context() context.Context {
	now, current := time.Now(), d.current.Load()
	if current != nil && now.Sub(current.began) <= d.timeout/deadlineGrain {
		return current.Context
	}
	next := &deadline{began: now}
	next.Context, next.cancel = context.WithTimeout(context.Background(), d.timeout)
	d.current.CompareAndSwap(current, next) // or another was faster, and this one is for its caller alone
	return next.Context
}

// stop ends the last context. Those before it end in time.
func (d *deadlines) stop() {
	if current := d.current.Load(); current != nil {
		current.cancel()
	}
}
