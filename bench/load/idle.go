package load

import (
	"context"
	"fmt"
	"time"

	"github.com/parlor-chat/parlor/bench/report"
	"github.com/parlor-chat/parlor/bench/target"
)

// Idle asks how much memory a visitor needs who said hello and nothing else.
type Idle struct {
	Connections int `json:"connections"`
	// Calm is how long resident memory must hardly change to be taken.
	Calm time.Duration `json:"calm"`
}

const (
	// warmupConnections come and go before the first measurement, so that what exists once is not counted.
	warmupConnections = 100
	// calmShare is what hardly any change is, patience how long it may take until memory is calm.
	calmShare = 0.005
	patience  = 60 * time.Second
)

// IdleFigures is what Idle measures. The first two are resident memory per connection: as it is, and after a forced collection.
func IdleFigures() []report.Figure {
	return []report.Figure{
		{Name: "raw_kib", Label: "raw KiB", Digits: 2, Better: report.Less}, {Name: "gc_kib", Label: "after GC KiB", Digits: 2, Better: report.Less},
		{Name: "base_mib", Label: "base MiB", Digits: 1, Better: report.Less}, {Name: "accepts_per_s", Label: "accepts/s", Better: report.More},
	}
}

// Run does it to a system. Memory is that of its process, if it is ours.
func (i Idle) Run(ctx context.Context, t target.Target) (found Result, err error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	if err := comeAndGo(ctx, t, min(warmupConnections, i.Connections), fail); err != nil {
		return found, err
	}
	var base, raw, after int64
	if t.Process() != nil {
		if base, err = i.collected(ctx, t.Process()); err != nil {
			return found, err
		}
	}
	began := time.Now()
	c, err := gather(ctx, t, people{visitors: i.Connections}, fail)
	if err != nil {
		return found, err
	}
	took := time.Since(began)
	defer func() { err = c.close(err) }()
	c.read(nil)
	found.Figures = report.Figures{"accepts_per_s": float64(i.Connections) / took.Seconds()}
	if t.Process() == nil {
		return found, nil
	}
	if raw, err = i.settled(ctx, t.Process()); err != nil {
		return found, err
	}
	if after, err = i.collected(ctx, t.Process()); err != nil {
		return found, err
	}
	each := func(bytes int64) float64 { return float64(bytes-base) / 1024 / float64(i.Connections) }
	found.Figures["raw_kib"], found.Figures["gc_kib"], found.Figures["base_mib"] = each(raw), each(after), float64(base)/(1<<20)
	return found, nil
}

// comeAndGo connects visitors and lets them leave.
func comeAndGo(ctx context.Context, t target.Target, visitors int, fail context.CancelCauseFunc) error {
	c, err := gather(ctx, t, people{visitors: visitors}, fail)
	if err != nil {
		return err
	}
	return c.close(nil)
}

// collected is the resident memory after garbage collection. The runtime gives memory back only slowly; two collections also empty its
// pools.
func (i Idle) collected(ctx context.Context, p *target.Process) (int64, error) {
	for range 2 {
		if err := p.CollectGarbage(ctx); err != nil {
			return 0, err
		}
	}
	return i.settled(ctx, p)
}

// settled is the resident memory when it has stopped changing.
func (i Idle) settled(ctx context.Context, p *target.Process) (int64, error) {
	deadline := time.Now().Add(patience)
	reference, since := int64(0), time.Now()
	for time.Now().Before(deadline) {
		now, err := p.ResidentBytes()
		if err != nil {
			return 0, err
		}
		if change := float64(now - reference); change > calmShare*float64(reference) || change < -calmShare*float64(reference) {
			reference, since = now, time.Now()
		}
		if time.Since(since) >= i.Calm {
			return now, nil
		}
		if err := sleep(ctx, 10*lookEvery); err != nil {
			return 0, err
		}
	}
	return 0, fmt.Errorf("load: resident memory did not settle within %v", patience)
}
