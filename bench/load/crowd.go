package load

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parlor-chat/parlor/bench/client"
	"github.com/parlor-chat/parlor/bench/target"
)

const (
	// settleTime is how long the last messages and answers are waited for.
	settleTime = 30 * time.Second
	// lingerTime is how long something may still come that should not: a repeat, or a message more.
	lingerTime = 50 * time.Millisecond
)

// people is how many visitors there are, among how many agents' connections they are divided, and how long their texts are.
type people struct {
	visitors, agents, textBytes int
	// everybody: each visitor's messages go to all agents.
	everybody bool
}

// crowd is visitors who send, agents who receive, and the goroutines that read. It sees to it that each message arrives at each of its agents
// once and in order, and that each has its answer, also once and in order.
type crowd struct {
	people
	voices []*voice
	agents []client.Conn
	// numbered: messages have numbers in a log and are acknowledged.
	numbered bool
	// shown counts what agents received.
	shown atomic.Int64

	faults  faults
	over    atomic.Bool
	reading sync.WaitGroup
}

// voice is a visitor. sent, acked and shown count messages; shown counts each once for each agent.
type voice struct {
	target.Visitor
	speaking           sync.Mutex // covers draft, and the order of what is sent
	draft              *draft
	sent, acked, shown atomic.Uint32
}

// gather connects visitors, and agents whom they are divided among. fail is told what goes wrong later.
func gather(ctx context.Context, t target.Target, p people, fail context.CancelCauseFunc) (*crowd, error) {
	c := newCrowd(p, fail)
	c.numbered = t.Acknowledges()
	id := newRun()
	err := parallel(ctx, p.visitors, func(i int) (err error) {
		c.voices[i].draft = newDraft(uint32(i), id, p.textBytes)
		c.voices[i].Visitor, err = t.Visitor(ctx, i, p.agentOf(i))
		return err
	})
	if err == nil {
		err = parallel(ctx, p.agents, func(i int) (err error) {
			c.agents[i], err = t.Agent(ctx, i, c.of(i))
			return err
		})
	}
	if err != nil {
		return nil, c.close(err)
	}
	return c, nil
}

func newCrowd(p people, fail context.CancelCauseFunc) *crowd {
	c := &crowd{people: p, voices: make([]*voice, p.visitors), agents: make([]client.Conn, p.agents), faults: faults{fail: fail}}
	for i := range c.voices {
		c.voices[i] = new(voice)
	}
	return c
}

// agentOf is the agent who receives a visitor's messages.
func (p people) agentOf(visitor int) int {
	switch {
	case p.everybody:
		return target.Everybody
	case p.agents == 0:
		return target.Nobody
	}
	return visitor % p.agents
}

// hears tells whether the agent receives the visitor's messages.
func (p people) hears(agent, visitor int) bool { return p.everybody || p.agentOf(visitor) == agent }

// listeners is how many agents receive a message.
func (p people) listeners() uint32 {
	if p.everybody {
		return uint32(p.agents)
	}
	return 1
}

// of returns the visitors of an agent.
func (c *crowd) of(agent int) []target.Visitor {
	var all []target.Visitor
	for i, v := range c.voices {
		if c.hears(agent, i) {
			all = append(all, v.Visitor)
		}
	}
	return all
}

// read starts the readers: got is called for each message that an agent receives, by one goroutine for each agent, with how many of the
// visitor's messages all agents together have received. close ends the readers.
func (c *crowd) read(got func(f frame, shown uint32) error) {
	for i, v := range c.voices {
		c.reading.Go(func() { c.readUntilClosed(v.Conn, func(f frame) error { return c.answered(uint32(i), f) }) })
	}
	for i, a := range c.agents {
		next := make(map[uint32]uint32) // the number of each visitor's next message
		c.reading.Go(func() {
			c.readUntilClosed(a, func(f frame) error {
				shown, ok := c.arrived(i, f, next)
				if !ok {
					return nil
				}
				return got(f, shown)
			})
		})
	}
}

// readUntilClosed reads one connection. That it ends is a fault, unless the scenario is over.
func (c *crowd) readUntilClosed(from client.Conn, got func(frame) error) {
	for {
		data, err := from.Read()
		if err != nil {
			if !c.over.Load() {
				c.faults.add(cutOff, fmt.Errorf("reading: %w", err))
			}
			return
		}
		f, err := parse(data)
		if err != nil {
			c.faults.add(kindOf(err), err)
			continue
		}
		if err := got(f); err != nil {
			if !c.over.Load() {
				c.faults.add(failed, err)
			}
			return
		}
	}
}

// answered checks what a visitor received: an ack for each message, in the order in which they were sent.
func (c *crowd) answered(visitor uint32, f frame) error {
	v := c.voices[visitor]
	next := v.acked.Load()
	switch {
	case f.kind == other:
		return nil
	case f.kind == message:
		c.faults.add(misplaced, fmt.Errorf("visitor %d got a message, though no agent wrote", visitor))
		return nil
	case f.visitor != visitor || f.number >= v.sent.Load():
		c.faults.add(unasked, fmt.Errorf("visitor %d got an ack for message %d of visitor %d, which nobody sent", visitor, f.number, f.visitor))
		return nil
	case f.number != next || f.seq != v.Seq+uint64(next)+1:
		c.faults.add(misplaced, fmt.Errorf("visitor %d got the ack of message %d with seq %d in place of that of message %d", visitor, f.number, f.seq, next))
	}
	v.acked.Store(f.number + 1)
	return nil
}

// arrived checks a message that an agent received, and counts it. It reports false for what is no message of the agent's visitors.
func (c *crowd) arrived(agent int, f frame, next map[uint32]uint32) (shown uint32, ok bool) {
	if f.kind != message {
		return 0, false
	}
	if f.visitor >= uint32(len(c.voices)) || !c.hears(agent, int(f.visitor)) {
		c.faults.add(misplaced, fmt.Errorf("agent %d got a message of visitor %d, who talks to somebody else", agent, f.visitor))
		return 0, false
	}
	v, want := c.voices[f.visitor], next[f.visitor]
	if f.number != want || (c.numbered && f.seq != v.Seq+uint64(want)+1) {
		c.faults.add(misplaced, fmt.Errorf("agent %d got message %d of visitor %d with seq %d in place of message %d", agent, f.number, f.visitor, f.seq, want))
	}
	next[f.visitor] = f.number + 1
	c.shown.Add(1)
	return v.shown.Add(1), true
}

// send sends a visitor's next message.
func (c *crowd) send(visitor uint32) error {
	v := c.voices[visitor]
	v.speaking.Lock()
	defer v.speaking.Unlock()
	if err := v.Send(v.draft.number(v.sent.Add(1) - 1)); err != nil {
		return fmt.Errorf("sending: %w", err)
	}
	return nil
}

// settle waits until every message that was sent has arrived and has its answer, and looks again a moment later. Nobody may begin to send.
func (c *crowd) settle(ctx context.Context) error {
	for range 2 {
		err := until(ctx, settleTime, c.settled)
		if errors.Is(err, errLate) {
			c.reportMissing()
		}
		if err == nil {
			err = sleep(ctx, lingerTime)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *crowd) settled() bool {
	for _, v := range c.voices {
		if unseen, unanswered := c.lacks(v); unseen+unanswered > 0 {
			return false
		}
	}
	return true
}

// lacks is how many of a visitor's messages have not arrived, and how many have no answer.
func (c *crowd) lacks(v *voice) (unseen, unanswered uint32) {
	sent := v.sent.Load()
	if c.numbered {
		unanswered = sent - min(sent, v.acked.Load())
	}
	return sent*c.listeners() - min(sent*c.listeners(), v.shown.Load()), unanswered
}

// reportMissing makes faults of what is missing.
func (c *crowd) reportMissing() {
	for i, v := range c.voices {
		if unseen, unanswered := c.lacks(v); unseen+unanswered > 0 {
			c.faults.add(missing, fmt.Errorf("of visitor %d's %d messages, %d did not arrive and %d have no ack", i, v.sent.Load(), unseen, unanswered))
		}
	}
}

// close ends all connections, waits for the readers, and returns what went wrong, or else the given error.
func (c *crowd) close(otherwise error) error {
	c.over.Store(true)
	for _, v := range c.voices {
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
	return c.faults.err(otherwise)
}
