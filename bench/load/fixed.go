package load

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/parlor-chat/parlor/bench/report"
	"github.com/parlor-chat/parlor/bench/target"
)

// Fixed asks how long messages take from visitors to agents at a given rate.
type Fixed struct {
	Visitors  int `json:"visitors"`
	Agents    int `json:"agents"`
	PerSecond int `json:"per_second"`
	TextBytes int `json:"text_bytes"`
	// Warmup is not measured.
	Warmup   time.Duration `json:"warmup"`
	Duration time.Duration `json:"duration"`
}

const (
	// maxLatency is the most that is told apart, and how long the last messages are waited for.
	maxLatency = 30 * time.Second
	// longestSleep is how long the sender does not notice that it is to stop.
	longestSleep = 100 * time.Millisecond
	// significantDigits of the histogram.
	significantDigits = 3
)

// FixedFigures is what Fixed measures.
func FixedFigures() []report.Figure {
	return []report.Figure{
		{Name: "p50_ms", Label: "p50 ms", Digits: 2}, {Name: "p99_ms", Label: "p99 ms", Digits: 2},
		{Name: "p999_ms", Label: "p99.9 ms", Digits: 2}, {Name: "max_ms", Label: "max ms", Digits: 1}, cpuFigure,
	}
}

// Run does it to a system.
func (f Fixed) Run(ctx context.Context, t target.Target) (report.Figures, error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	c, err := gather(ctx, t, f.Visitors, f.Agents, f.TextBytes, fail)
	if err != nil {
		return nil, err
	}
	defer c.close()
	p := f.pace()
	c.read(p.arrived)
	m, err := p.send(ctx, c, t)
	if err != nil {
		return nil, err
	}
	select {
	case <-p.all:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-time.After(maxLatency):
		return nil, fmt.Errorf("load: %d of %d messages arrived", p.received.Load(), p.total)
	}
	figures, err := m.end()
	if err != nil {
		return nil, err
	}
	delete(figures, "messages_per_s") // was given
	for name, quantile := range map[string]float64{"p50_ms": 50, "p99_ms": 99, "p999_ms": 99.9, "max_ms": 100} {
		figures[name] = float64(p.latencies.ValueAtQuantile(quantile)) / 1000
	}
	return figures, nil
}

// pace is when each message is due: message k at start + k × interval, sent by visitor k modulo their number.
type pace struct {
	visitors    int
	interval    time.Duration
	warm, total int
	start       time.Time
	received    atomic.Int64
	all         chan struct{} // is closed when all have arrived

	mu        sync.Mutex
	latencies *hdrhistogram.Histogram // in microseconds
}

func (f Fixed) pace() *pace {
	interval := time.Second / time.Duration(f.PerSecond)
	warm := int(f.Warmup / interval)
	return &pace{
		visitors: f.Visitors, interval: interval, warm: warm, total: warm + max(1, int(f.Duration/interval)),
		// Soon: readers must have begun.
		start: time.Now().Add(100 * time.Millisecond), all: make(chan struct{}),
		latencies: hdrhistogram.New(1, maxLatency.Microseconds(), significantDigits),
	}
}

func (p *pace) due(k int) time.Time { return p.start.Add(time.Duration(k) * p.interval) }

// send sends every message at its time, or at once when it is late. The measurement begins after the warm-up.
func (p *pace) send(ctx context.Context, c *crowd, t target.Target) (*meter, error) {
	sleep, release := sleepExactly()
	defer release()
	var m *meter
	for k := range p.total {
		for wait := time.Until(p.due(k)); wait > 0; wait = time.Until(p.due(k)) {
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			sleep(min(wait, longestSleep))
		}
		if k == p.warm {
			var err error
			if m, err = begin(t, &p.received); err != nil {
				return nil, err
			}
		}
		if err := c.send(uint32(k%p.visitors), uint32(k/p.visitors)); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// arrived notes how long after it was due a message arrived.
func (p *pace) arrived(visitor, number uint32) error {
	k := int(number)*p.visitors + int(visitor)
	took := time.Since(p.due(k))
	if k >= p.warm {
		p.mu.Lock()
		err := p.latencies.RecordValue(took.Microseconds())
		p.mu.Unlock()
		if err != nil {
			return fmt.Errorf("load: a message took %v: %w", took, err)
		}
	}
	if p.received.Add(1) == int64(p.total) {
		close(p.all)
	}
	return nil
}
