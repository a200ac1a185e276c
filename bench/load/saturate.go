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
	return []report.Figure{{Name: "messages_per_s", Label: "messages/s"}, cpuFigure}
}

// cpuFigure is the server's CPU time for each message: what it costs, whoever else uses the machine.
var cpuFigure = report.Figure{Name: "cpu_us", Label: "CPU µs/message", Digits: 1}

// Run does it to a system.
func (s Saturate) Run(ctx context.Context, t target.Target) (report.Figures, error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	c, err := gather(ctx, t, s.Visitors, s.Agents, s.TextBytes, fail)
	if err != nil {
		return nil, err
	}
	defer c.close()
	var received atomic.Int64
	// The window's first messages go out before anybody answers, so that each visitor has one sender at a time.
	for number := range uint32(s.Window) {
		for visitor := range uint32(s.Visitors) {
			if err := c.send(visitor, number); err != nil {
				return nil, err
			}
		}
	}
	c.read(func(visitor, number uint32) error {
		received.Add(1)
		return c.send(visitor, number+uint32(s.Window))
	})
	if err := sleep(ctx, s.Warmup); err != nil {
		return nil, err
	}
	m, err := begin(t, &received)
	if err != nil {
		return nil, err
	}
	if err := sleep(ctx, s.Duration); err != nil {
		return nil, err
	}
	return m.end()
}

// meter measures a span of traffic.
type meter struct {
	target   target.Target
	received *atomic.Int64
	since    time.Time
	before   int64
	cpu      time.Duration
}

func begin(t target.Target, received *atomic.Int64) (*meter, error) {
	cpu, err := t.Process().CPU()
	return &meter{target: t, received: received, since: time.Now(), before: received.Load(), cpu: cpu}, err
}

func (m *meter) end() (report.Figures, error) {
	took, n := time.Since(m.since), m.received.Load()-m.before
	cpu, err := m.target.Process().CPU()
	if err != nil {
		return nil, err
	}
	figures := report.Figures{"messages_per_s": float64(n) / took.Seconds()}
	if n > 0 {
		figures["cpu_us"] = float64((cpu - m.cpu).Microseconds()) / float64(n)
	}
	return figures, nil
}

// sleep lets time pass, unless something fails.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
