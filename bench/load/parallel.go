package load

import (
	"context"
	"errors"
	"sync"
	"time"
)

// dialers is how many connections are made at the same time.
const dialers = 32

// parallel calls f for 0 to n-1, several at a time, until one fails.
func parallel(ctx context.Context, n int, f func(int) error) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(n, dialers) {
		workers.Go(func() {
			for i := range next {
				if err := f(i); err != nil {
					fail(err)
				}
			}
		})
	}
	for i := 0; i < n && ctx.Err() == nil; i++ {
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	workers.Wait()
	return context.Cause(ctx)
}

// sleep lets time pass, unless something fails.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// lookEvery is how often until looks.
const lookEvery = 5 * time.Millisecond

// errLate is what until returns when it was too long.
var errLate = errors.New("load: it took too long")

// until waits until something holds, at most for some time.
func until(ctx context.Context, patience time.Duration, holds func() bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errLate)
	defer cancel()
	for !holds() {
		if err := sleep(ctx, lookEvery); err != nil {
			return err
		}
	}
	return nil
}
