package load

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/parlor-chat/parlor/bench/report"
	"github.com/parlor-chat/parlor/bench/target"
)

// Saturate asks how many messages a second pass from visitors to agents.
type Saturate struct {
	Visitors  int `json:"visitors"`
	Agents    int `json:"agents"`
	Window    int `json:"window"`
	TextBytes int `json:"text_bytes"`
	// Warmup is not measured.
	Warmup   time.Duration `json:"warmup"`
	Duration time.Duration `json:"duration"`
}

// SaturateFigures is what Saturate measures.
func SaturateFigures() []report.Figure {
	return []report.Figure{{Name: "messages_per_s", Label: "messages/s", Better: report.More}, cpuFigure}
}

// Run does it to a system.
func (s Saturate) Run(ctx context.Context, t target.Target) (Result, error) {
	flow := flow{people{s.Visitors, s.Agents, s.TextBytes, false}, s.Window, s.Warmup, s.Duration}
	found, err := flow.run(ctx, t)
	if err != nil {
		return Result{}, err
	}
	figures := report.Figures{"messages_per_s": found.perSecond}
	found.into(figures)
	return Result{Figures: figures}, nil
}

// flow is a closed loop: each visitor has a number of messages under way, and says the next one when one has arrived.
type flow struct {
	people
	window           int
	warmup, duration time.Duration
}

// run counts what agents receive.
func (f flow) run(ctx context.Context, t target.Target) (found span, err error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	c, err := gather(ctx, t, f.people, fail)
	if err != nil {
		return found, err
	}
	defer func() { err = c.close(err) }()
	for range f.window {
		for visitor := range uint32(f.visitors) {
			if err := c.send(visitor); err != nil {
				return found, err
			}
		}
	}
	var stop atomic.Bool
	c.read(func(f frame, shown uint32) error {
		if shown%c.listeners() != 0 || stop.Load() {
			return nil
		}
		return c.send(f.visitor)
	})
	if found, err = measure(ctx, t, &c.shown, f.warmup, f.duration); err != nil {
		return found, err
	}
	stop.Store(true)
	return found, c.settle(ctx)
}
