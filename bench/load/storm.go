package load

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/parlor-chat/parlor/bench/report"
	"github.com/parlor-chat/parlor/bench/target"
)

// Storm asks how long it takes until everybody is back after a restart, and whether anything is missing then. The first restart is asked for by
// SIGTERM, the second is a SIGKILL. Some visitors talk with agents all the time. Clients come back as the protocol asks them to.
type Storm struct {
	Connections int `json:"connections"`
	// Talking is how many of them have a conversation; Agents is among how many agents' connections those are divided.
	Talking   int `json:"talking"`
	Agents    int `json:"agents"`
	PerSecond int `json:"per_second"`
	TextBytes int `json:"text_bytes"`
	// Calm is how long they talk before each restart.
	Calm time.Duration `json:"calm"`
}

// StormFigures is what Storm measures. Down is from the signal to the line that says that the server is ready; back is from there to the
// last client's welcome.
func StormFigures() []report.Figure {
	return []report.Figure{
		{Name: "term_down_s", Label: "SIGTERM: down s", Digits: 2, Better: report.Less},
		{Name: "term_back_s", Label: "SIGTERM: all back s", Digits: 2, Better: report.Less},
		{Name: "kill_down_s", Label: "SIGKILL: down s", Digits: 2, Better: report.Less},
		{Name: "kill_back_s", Label: "SIGKILL: all back s", Digits: 2, Better: report.Less},
		{Name: "messages", Label: "messages"}, {Name: "gaps", Label: "gaps", Better: report.Less},
		{Name: "tries", Label: "tries", Better: report.Less}, {Name: "refusals", Label: "refusals", Better: report.Less},
	}
}

const (
	// backTime is how long everybody is waited for.
	backTime = 2 * time.Minute
	// attemptTime is how long one attempt to come back may take.
	attemptTime = 15 * time.Second
)

// Settings implements Configured: the server may take the time that it has by default to let everybody go.
func (s Storm) Settings() map[string]string { return map[string]string{"timeouts.drain": "30s"} }

// storm is a run of it.
type storm struct {
	Storm
	parlor *target.Parlor
	faults faults
	guests []*guest
	desks  []*desk
	// generation counts the starts of the server.
	generation      atomic.Int64
	tries, refusals atomic.Int64
	living          sync.WaitGroup
}

// Run does it to a Parlor that was started here.
func (s Storm) Run(ctx context.Context, t target.Target) (found Result, err error) {
	p, err := own(t)
	if err != nil {
		return found, err
	}
	ctx, fail := context.WithCancelCause(ctx)
	r := &storm{Storm: s, parlor: p, faults: faults{fail: fail}}
	defer func() {
		fail(errors.New("load: the scenario is over"))
		r.living.Wait()
		err = r.faults.err(err)
	}()
	if err := r.assemble(ctx); err != nil {
		return found, err
	}
	found.Figures = make(report.Figures)
	for _, restart := range []struct {
		name   string
		signal syscall.Signal
	}{{"term", syscall.SIGTERM}, {"kill", syscall.SIGKILL}} {
		if err := r.talk(ctx, s.Calm); err != nil {
			return found, err
		}
		down, back, err := r.restart(ctx, restart.signal)
		if err != nil {
			return found, err
		}
		found.Figures[restart.name+"_down_s"], found.Figures[restart.name+"_back_s"] = down.Seconds(), back.Seconds()
	}
	if err := errors.Join(r.talk(ctx, s.Calm), r.settle(ctx)); err != nil {
		return found, err
	}
	found.Figures["messages"], found.Figures["gaps"] = r.messages(), 0 // one gap fails the run
	found.Figures["tries"], found.Figures["refusals"] = float64(r.tries.Load()), float64(r.refusals.Load())
	return found, nil
}

// assemble connects everybody, and has each conversation begun: only what somebody said outlives a restart (P6).
func (r *storm) assemble(ctx context.Context) error {
	id := newRun()
	r.guests, r.desks = make([]*guest, r.Connections), make([]*desk, r.Agents)
	for i := range r.guests {
		r.guests[i] = &guest{regular: regular{storm: r}, talks: i < r.Talking, log: side{draft: newDraft(uint32(i), id, r.TextBytes)}}
	}
	if err := parallel(ctx, r.Connections, func(i int) error { return r.guests[i].arrive(ctx, r.guests[i]) }); err != nil {
		return err
	}
	for i := range r.desks {
		r.desks[i] = newDesk(r, i, id)
	}
	if err := parallel(ctx, r.Agents, func(i int) error { return r.desks[i].arrive(ctx, r.desks[i]) }); err != nil {
		return err
	}
	if err := until(ctx, settleTime, r.opened); err != nil { // what is said before is in no live frame
		return err
	}
	for _, g := range r.guests[:r.Talking] {
		g.log.say()
	}
	return r.settle(ctx)
}

// opened tells whether all conversations are open at their agents.
func (r *storm) opened() bool {
	for _, d := range r.desks {
		for _, log := range d.logs {
			if epoch, _ := log.position(); epoch == "" {
				return false
			}
		}
	}
	return true
}

// talk lets both sides of the conversations talk for a time.
func (r *storm) talk(ctx context.Context, d time.Duration) error {
	p := newPace(r.PerSecond, 0, d, 0)
	return p.run(ctx, func() error { return nil }, func(k int) error {
		i := k / 2 % r.Talking
		if k%2 == 0 {
			r.guests[i].log.say()
		} else {
			r.desks[i%r.Agents].logs[uint32(i)].say()
		}
		return nil
	})
}

// restart ends the server in the middle of a talk, starts it, and waits until everybody is back.
func (r *storm) restart(ctx context.Context, signal syscall.Signal) (down, back time.Duration, err error) {
	talking, hush := context.WithCancelCause(ctx)
	var talk sync.WaitGroup
	talk.Go(func() { _ = r.talk(talking, time.Hour) }) // until hush
	defer talk.Wait()
	defer hush(errHush)
	began := time.Now()
	if err := r.parlor.End(signal); err != nil {
		return 0, 0, err
	}
	r.generation.Add(1)
	if err := r.parlor.Start(ctx); err != nil {
		return 0, 0, err
	}
	up := time.Now()
	var last time.Time
	if err := until(ctx, backTime, func() (all bool) { last, all = r.lastBack(); return all }); err != nil {
		return 0, 0, fmt.Errorf("not everybody came back: %w", err)
	}
	return up.Sub(began), max(0, last.Sub(up)), nil
}

var errHush = errors.New("load: enough was said")

// lastBack is when the last visitor or agent came back, if all have.
func (r *storm) lastBack() (last time.Time, all bool) {
	now := r.generation.Load()
	for _, b := range r.everybody() {
		at, generation := b.lastBack()
		if generation != now {
			return last, false
		}
		if at.After(last) {
			last = at
		}
	}
	return last, true
}

func (r *storm) everybody() []*regular {
	all := make([]*regular, 0, len(r.guests)+len(r.desks))
	for _, g := range r.guests {
		all = append(all, &g.regular)
	}
	for _, d := range r.desks {
		all = append(all, &d.regular)
	}
	return all
}

// settle waits until both sides of each conversation have all of it.
func (r *storm) settle(ctx context.Context) error {
	err := until(ctx, settleTime, func() bool { return r.unsettled() < 0 })
	i := r.unsettled()
	if err == nil || i < 0 {
		return err
	}
	sent, stored, heard := r.guests[i].log.counts()
	return fmt.Errorf("%w: conversation %d: the visitor sent %d, has %d acks and heard %d", err, i, sent, stored, heard)
}

// unsettled is a conversation of which a side lacks something, -1 when there is none.
func (r *storm) unsettled() int {
	for i, g := range r.guests[:r.Talking] {
		sent, stored, heard := g.log.counts()
		agentSent, agentStored, agentHeard := r.desks[i%r.Agents].logs[uint32(i)].counts()
		if stored != sent || agentHeard != sent || agentStored != agentSent || heard != agentSent {
			return i
		}
	}
	return -1
}

// messages is how long all logs are together.
func (r *storm) messages() (n float64) {
	for _, g := range r.guests[:r.Talking] {
		_, seq := g.log.position()
		n += float64(seq)
	}
	return n
}

// own is a Parlor whose process is ours.
func own(t target.Target) (*target.Parlor, error) {
	p, ok := t.(*target.Parlor)
	if !ok || p.Process() == nil {
		return nil, errors.New("load: this scenario needs a Parlor that is started for it")
	}
	return p, nil
}
