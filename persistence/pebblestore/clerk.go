package pebblestore

import "context"

// queuedJobs bounds what waits for the clerk. A caller who finds it full waits.
const queuedJobs = 64

// clerk carries out the directory's writes one after the other, so that each may look before it writes, and so that a caller whose
// context ends need not wait for the disk.
type clerk struct {
	jobs  chan job
	ended chan struct{}
}

type job struct {
	run  func() error
	done chan error // of one, so that the clerk never waits for a caller who left
}

// startClerk starts a clerk; stop ends it.
func startClerk() *clerk {
	c := &clerk{jobs: make(chan job, queuedJobs), ended: make(chan struct{})}
	go func() {
		defer close(c.ended)
		for j := range c.jobs {
			j.done <- j.run()
		}
	}()
	return c
}

// stop does what waits and ends the goroutine. Nobody may call do any more.
func (c *clerk) stop() {
	close(c.jobs)
	<-c.ended
}

// do runs a job and returns its error, or the context's; then the job may still run.
func (c *clerk) do(ctx context.Context, run func() error) error {
	j := job{run, make(chan error, 1)}
	select {
	case c.jobs <- j:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
