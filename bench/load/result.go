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

// Result is what a scenario found on one system.
type Result struct {
	Figures report.Figures
	// Latency is the distribution behind the figures that are latencies; nil where there are none.
	Latency []report.Percentile
}

// cpuFigure is the server's CPU time for each message: what it costs, whoever else uses the machine.
var cpuFigure = report.Figure{Name: "cpu_us", Label: "CPU µs/message", Digits: 1, Better: report.Less}

// latencyFigures are those that latencies fills in.
var latencyFigures = []report.Figure{
	{Name: "p50_ms", Label: "p50 ms", Digits: 2, Better: report.Less}, {Name: "p99_ms", Label: "p99 ms", Digits: 2, Better: report.Less},
	{Name: "p999_ms", Label: "p99.9 ms", Digits: 2, Better: report.Less}, {Name: "max_ms", Label: "max ms", Digits: 1, Better: report.Less},
}

const (
	// maxLatency is the most that is told apart.
	maxLatency = 30 * time.Second
	// significantDigits of the histogram.
	significantDigits = 3
)

// percents are the points of a distribution: denser where it gets rare.
var percents = [...]float64{0, 5, 10, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.75, 99.9, 99.95, 99.99, 100}

// latencies is a histogram. It may be used from many goroutines at once.
type latencies struct {
	mu sync.Mutex
	h  *hdrhistogram.Histogram // in microseconds
}

func newLatencies() *latencies {
	return &latencies{h: hdrhistogram.New(1, maxLatency.Microseconds(), significantDigits)}
}

func (l *latencies) add(took time.Duration) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.h.RecordValue(took.Microseconds()); err != nil {
		return fmt.Errorf("something took %v: %w", took, err)
	}
	return nil
}

func (l *latencies) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return int(l.h.TotalCount())
}

// at is the latency that so many percent did not exceed, in milliseconds. The caller holds the mutex.
func (l *latencies) at(percent float64) float64 { return float64(l.h.ValueAtQuantile(percent)) / 1000 }

// into adds the figures of latencyFigures and the distribution to a result.
func (l *latencies) into(r *Result) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, percent := range map[string]float64{"p50_ms": 50, "p99_ms": 99, "p999_ms": 99.9, "max_ms": 100} {
		r.Figures[name] = l.at(percent)
	}
	for _, percent := range percents {
		r.Latency = append(r.Latency, report.Percentile{Percent: percent, Ms: l.at(percent)})
	}
}

// meter measures a span of traffic by a counter and the server's CPU time.
type meter struct {
	process *target.Process
	count   *atomic.Int64
	since   time.Time
	before  int64
	cpu     time.Duration
}

func begin(t target.Target, count *atomic.Int64) (m *meter, err error) {
	m = &meter{process: t.Process(), count: count}
	if m.process != nil {
		m.cpu, err = m.process.CPU()
	}
	m.since, m.before = time.Now(), count.Load()
	return m, err
}

// span is what a meter measured.
type span struct {
	// perSecond is how much was counted in a second; cpu is what each took of the server, in microseconds, negative when nobody knows.
	perSecond, cpu float64
}

func (m *meter) end() (span, error) {
	took, n := time.Since(m.since), m.count.Load()-m.before
	s := span{perSecond: float64(n) / took.Seconds(), cpu: -1}
	if m.process == nil || n == 0 {
		return s, nil
	}
	cpu, err := m.process.CPU()
	s.cpu = float64((cpu - m.cpu).Microseconds()) / float64(n)
	return s, err
}

// into adds the CPU time to the figures, where it is known.
func (s span) into(f report.Figures) {
	if s.cpu >= 0 {
		f[cpuFigure.Name] = s.cpu
	}
}

// measure lets traffic flow and measures it after the warm-up.
func measure(ctx context.Context, t target.Target, count *atomic.Int64, warmup, duration time.Duration) (span, error) {
	if err := sleep(ctx, warmup); err != nil {
		return span{}, err
	}
	m, err := begin(t, count)
	if err != nil {
		return span{}, err
	}
	if err := sleep(ctx, duration); err != nil {
		return span{}, err
	}
	return m.end()
}
