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
}

const (
	// warmupConnections come and go before the first measurement, so that what exists once is not counted.
	warmupConnections = 100
	// calm is how long resident memory must stay within calmShare to be taken, patience how long that may take.
	calm      = 2 * time.Second
	calmShare = 0.005
	patience  = 60 * time.Second
	lookEvery = 100 * time.Millisecond
)

// IdleFigures is what Idle measures. Each is resident memory per connection; the first as it is, the second after a forced collection.
func IdleFigures() []report.Figure {
	return []report.Figure{
		{Name: "raw_kib", Label: "raw KiB", Digits: 2}, {Name: "gc_kib", Label: "after GC KiB", Digits: 2},
		{Name: "base_mib", Label: "base MiB", Digits: 1}, {Name: "accepts_per_s", Label: "accepts/s"},
	}
}

// Run does it to a system.
func (i Idle) Run(ctx context.Context, t target.Target) (report.Figures, error) {
	warm, err := connect(ctx, t, min(warmupConnections, i.Connections))
	if err != nil {
		return nil, err
	}
	warm.close()
	base, err := collected(ctx, t)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	c, err := connect(ctx, t, i.Connections)
	if err != nil {
		return nil, err
	}
	defer c.close()
	took := time.Since(began)
	raw, err := settled(ctx, t.Process())
	if err != nil {
		return nil, err
	}
	after, err := collected(ctx, t)
	if err != nil {
		return nil, err
	}
	if err := c.lost(); err != nil {
		return nil, err
	}
	each := func(bytes int64) float64 { return float64(bytes-base) / 1024 / float64(i.Connections) }
	return report.Figures{
		"raw_kib": each(raw), "gc_kib": each(after), "base_mib": float64(base) / (1 << 20), "accepts_per_s": float64(i.Connections) / took.Seconds(),
	}, nil
}

// connect connects visitors of whom nobody hears.
func connect(ctx context.Context, t target.Target, visitors int) (*idlers, error) {
	failed, fail := context.WithCancelCause(ctx)
	c := &crowd{visitors: make([]target.Visitor, visitors), fail: fail}
	if err := parallel(ctx, visitors, func(i int) (err error) {
		c.visitors[i], err = t.Visitor(ctx, i, -1)
		return err
	}); err != nil {
		c.close()
		return nil, err
	}
	c.read(nil)
	return &idlers{c, failed}, nil
}

// idlers are visitors who only listen.
type idlers struct {
	*crowd
	failed context.Context
}

// lost tells whether a connection ended meanwhile.
func (i *idlers) lost() error { return context.Cause(i.failed) }

// collected is the resident memory after garbage collection. The runtime gives memory back only slowly; two collections also empty its
// pools.
func collected(ctx context.Context, t target.Target) (int64, error) {
	for range 2 {
		if err := t.Process().CollectGarbage(ctx); err != nil {
			return 0, err
		}
	}
	return settled(ctx, t.Process())
}

// settled is the resident memory when it has stopped changing.
func settled(ctx context.Context, p *target.Process) (int64, error) {
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
		if time.Since(since) >= calm {
			return now, nil
		}
		if err := sleep(ctx, lookEvery); err != nil {
			return 0, err
		}
	}
	return 0, fmt.Errorf("load: resident memory did not settle within %v", patience)
}
