package load

import (
	"context"
	"slices"
	"time"

	"github.com/parlor-chat/parlor/bench/report"
	"github.com/parlor-chat/parlor/bench/target"
)

// Fixed asks how long messages take from visitors to agents at a given rate.
type Fixed struct {
	Visitors  int `json:"visitors"`
	Agents    int `json:"agents"`
	PerSecond int `json:"per_second"`
	TextBytes int `json:"text_bytes"`
	// Warmup is not measured. It lasts at least until each visitor has said something.
	Warmup   time.Duration `json:"warmup"`
	Duration time.Duration `json:"duration"`
}

// FixedFigures is what Fixed measures.
func FixedFigures() []report.Figure { return append(slices.Clone(latencyFigures), cpuFigure) }

// Run does it to a system.
func (f Fixed) Run(ctx context.Context, t target.Target) (found Result, err error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	c, err := gather(ctx, t, people{f.Visitors, f.Agents, f.TextBytes, false}, fail)
	if err != nil {
		return found, err
	}
	defer func() { err = c.close(err) }()
	p := newPace(f.PerSecond, f.Warmup, f.Duration, f.Visitors)
	c.read(func(m frame, _ uint32) error { return p.done(int(m.number)*f.Visitors + int(m.visitor)) })
	var m *meter
	err = p.run(ctx, func() (err error) {
		m, err = begin(t, &c.shown)
		return err
	}, func(k int) error { return c.send(uint32(k % f.Visitors)) })
	if err != nil {
		return found, err
	}
	if err := c.settle(ctx); err != nil {
		return found, err
	}
	return p.result(ctx, m)
}
