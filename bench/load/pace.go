package load

import (
	"context"
	"fmt"
	"time"

	"github.com/parlor-chat/parlor/bench/report"
)

const (
	// startDelay is when the first is due: readers must have begun.
	startDelay = 100 * time.Millisecond
	// longestSleep is how long the sender does not notice that it is to stop.
	longestSleep = 100 * time.Millisecond
)

// pace is an open loop: number k is due at start + k × interval, whatever happened to those before. Its latency counts from then.
type pace struct {
	interval    time.Duration
	warm, total int
	start       time.Time
	latencies   *latencies
}

// newPace begins at once. At least the first few are not measured, and at least one is.
func newPace(perSecond int, warmup, duration time.Duration, first int) *pace {
	interval := time.Second / time.Duration(perSecond)
	warm := max(first, int(warmup/interval))
	return &pace{
		interval: interval, warm: warm, total: warm + max(1, int(duration/interval)), start: time.Now().Add(startDelay), latencies: newLatencies(),
	}
}

func (p *pace) due(k int) time.Time { return p.start.Add(time.Duration(k) * p.interval) }

// run calls do for each number at its time, or at once when it is late; before the first that is measured, it calls warmed.
func (p *pace) run(ctx context.Context, warmed func() error, do func(k int) error) error {
	sleep, release := sleepExactly()
	defer release()
	for k := range p.total {
		for wait := time.Until(p.due(k)); wait > 0 && ctx.Err() == nil; wait = time.Until(p.due(k)) {
			sleep(min(wait, longestSleep))
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if k == p.warm {
			if err := warmed(); err != nil {
				return err
			}
		}
		if err := do(k); err != nil {
			return err
		}
	}
	return nil
}

// done notes how long after it was due a number was done.
func (p *pace) done(k int) error {
	if k < p.warm {
		return nil
	}
	return p.latencies.add(time.Since(p.due(k)))
}

// result is what was measured: the latencies, once all have been noted, and the CPU time of a meter.
func (p *pace) result(ctx context.Context, m *meter) (found Result, err error) {
	if err := until(ctx, settleTime, func() bool { return p.latencies.count() >= p.total-p.warm }); err != nil {
		return found, fmt.Errorf("%d of %d latencies were noted: %w", p.latencies.count(), p.total-p.warm, err)
	}
	measured, err := m.end()
	if err != nil {
		return found, err
	}
	found.Figures = make(report.Figures)
	measured.into(found.Figures)
	p.latencies.into(&found)
	return found, nil
}
