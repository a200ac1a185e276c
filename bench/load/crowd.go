package load

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"

	"github.com/parlor-chat/parlor/bench/client"
	"github.com/parlor-chat/parlor/bench/target"
)

// dialers is how many connections are made at the same time.
const dialers = 32

// crowd is visitors, agents who receive their messages, and the goroutines that read.
type crowd struct {
	visitors []target.Visitor
	drafts   []*draft
	agents   []client.Conn
	// received is what number each visitor's next message has; only the reader of its agent uses it.
	received []uint32

	fail    context.CancelCauseFunc
	reading sync.WaitGroup
}

// gather connects visitors, and agents whom they are divided among. fail is told what goes wrong later.
func gather(ctx context.Context, t target.Target, visitors, agents, textBytes int, fail context.CancelCauseFunc) (*crowd, error) {
	c := &crowd{
		visitors: make([]target.Visitor, visitors), drafts: make([]*draft, visitors), received: make([]uint32, visitors),
		agents: make([]client.Conn, agents), fail: fail,
	}
	var run [8]byte
	if _, err := rand.Read(run[:]); err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	err := parallel(ctx, visitors, func(i int) (err error) {
		c.drafts[i] = newDraft(uint32(i), run, textBytes)
		c.visitors[i], err = t.Visitor(ctx, i, i%agents)
		return err
	})
	if err == nil {
		err = parallel(ctx, agents, func(i int) (err error) {
			c.agents[i], err = t.Agent(ctx, i, c.of(i))
			return err
		})
	}
	if err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// of returns the visitors of an agent.
func (c *crowd) of(agent int) []target.Visitor {
	var all []target.Visitor
	for i := agent; i < len(c.visitors); i += len(c.agents) {
		all = append(all, c.visitors[i])
	}
	return all
}

// read starts the readers: got is called for each message that an agent receives, by one goroutine for each agent. close ends them.
func (c *crowd) read(got func(visitor, number uint32) error) {
	for _, v := range c.visitors {
		c.reading.Go(func() {
			c.readUntilClosed(v.Conn, func(uint32, uint32) error { return errors.New("load: a visitor got a message") })
		})
	}
	for _, a := range c.agents {
		c.reading.Go(func() {
			c.readUntilClosed(a, func(visitor, number uint32) error {
				if visitor >= uint32(len(c.received)) || number != c.received[visitor] {
					return fmt.Errorf("load: message %d of visitor %d is lost, repeated or out of order", number, visitor)
				}
				c.received[visitor]++
				return got(visitor, number)
			})
		})
	}
}

// readUntilClosed reads one connection. That it ends is a failure, which nobody hears when the scenario is over.
func (c *crowd) readUntilClosed(from client.Conn, got func(visitor, number uint32) error) {
	for {
		frame, err := from.Read()
		if err != nil {
			c.fail(fmt.Errorf("load: reading: %w", err))
			return
		}
		visitor, number, ok, err := parse(frame)
		if ok {
			err = got(visitor, number)
		}
		if err != nil {
			c.fail(err)
			return
		}
	}
}

// send sends a visitor's message. Messages of one visitor must not be sent at the same time.
func (c *crowd) send(visitor, number uint32) error {
	if err := c.visitors[visitor].Send(c.drafts[visitor].number(number)); err != nil {
		return fmt.Errorf("load: sending: %w", err)
	}
	return nil
}

// close ends all connections and waits for the readers.
func (c *crowd) close() {
	c.fail(errors.New("load: the scenario is over"))
	for _, v := range c.visitors {
		if v.Conn != nil {
			_ = v.Close()
		}
	}
	for _, a := range c.agents {
		if a != nil {
			_ = a.Close()
		}
	}
	c.reading.Wait()
}

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
