package load

import (
	"context"
	"fmt"
	"time"

	"github.com/parlor-chat/parlor/bench/client"
	"github.com/parlor-chat/parlor/bench/report"
	"github.com/parlor-chat/parlor/bench/target"
)

// Idle asks how much memory a visitor needs who said hello and nothing else.
type Idle struct {
	Connections int `json:"connections"`
	// Calm is how long resident memory must hardly change to be taken.
	Calm time.Duration `json:"calm"`
}

// IdleGoroutines is Idle where each connection has a goroutine, as on systems on which none can be parked.
type IdleGoroutines struct{ Idle }

// Settings implements Configured.
func (IdleGoroutines) Settings() map[string]string { return map[string]string{"http.park": "false"} }

const (
	// warmupConnections come and go before the first measurement, so that what exists once is not counted.
	warmupConnections = 100
	// acceptedConnections is how many are made to see how fast that goes: so few that none has to say hello meanwhile. It is seen acceptedTimes,
	// since it takes a fraction of a second, in which garbage is collected or not; acceptedPause is in between, for those who left.
	acceptedConnections = 5000
	acceptedTimes       = 7
	acceptedPause       = 500 * time.Millisecond
	// calmShare is what hardly any change is, patience how long it may take until memory is calm.
	calmShare = 0.005
	patience  = 60 * time.Second
)

// IdleFigures is what Idle measures. The first two are resident memory per connection: as it is, and after a forced collection. A connection is
// accepted when it is a WebSocket, and a visitor has joined when the answer to hello is there, which bare relays have none for.
func IdleFigures() []report.Figure {
	return []report.Figure{
		{Name: "raw_kib", Label: "raw KiB", Digits: 2, Better: report.Less}, {Name: "gc_kib", Label: "after GC KiB", Digits: 2, Better: report.Less},
		{Name: "base_mib", Label: "base MiB", Digits: 1, Better: report.Less}, {Name: "accepts_per_s", Label: "accepts/s", Better: report.More},
		{Name: "joins_per_s", Label: "joins/s", Better: report.More},
	}
}

// Run does it to a system. Memory is that of its process, if it is ours.
func (i Idle) Run(ctx context.Context, t target.Target) (found Result, err error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	if err := comeAndGo(ctx, t, min(warmupConnections, i.Connections), fail); err != nil {
		return found, err
	}
	found.Figures = make(report.Figures)
	if err := i.stay(ctx, t, found.Figures, fail); err != nil {
		return found, err
	}
	if err := sleep(ctx, i.Calm); err != nil { // until those who left are forgotten
		return found, err
	}
	rates := make([]float64, acceptedTimes)
	for n := range rates {
		if rates[n], err = accepts(ctx, t, min(acceptedConnections, i.Connections)); err != nil {
			return found, err
		}
		if err := sleep(ctx, acceptedPause); err != nil {
			return found, err
		}
	}
	found.Figures["accepts_per_s"] = report.SpreadOf(rates).Median
	return found, nil
}

// stay lets the visitors join and looks at the memory while they are there.
func (i Idle) stay(ctx context.Context, t target.Target, figures report.Figures, fail context.CancelCauseFunc) (err error) {
	var base, raw, after int64
	if t.Process() != nil {
		if base, err = i.collected(ctx, t.Process()); err != nil {
			return err
		}
	}
	began := time.Now()
	c, err := gather(ctx, t, people{visitors: i.Connections}, fail)
	if err != nil {
		return err
	}
	figures["joins_per_s"] = float64(i.Connections) / time.Since(began).Seconds()
	defer func() { err = c.close(err) }()
	c.read(nil)
	if t.Process() == nil {
		return nil
	}
	if raw, err = i.settled(ctx, t.Process()); err != nil {
		return err
	}
	if after, err = i.collected(ctx, t.Process()); err != nil {
		return err
	}
	each := func(bytes int64) float64 { return float64(bytes-base) / 1024 / float64(i.Connections) }
	figures["raw_kib"], figures["gc_kib"], figures["base_mib"] = each(raw), each(after), float64(base)/(1<<20)
	return nil
}

// accepts is how many connections a second become WebSockets. They are open at the same time, and say nothing.
func accepts(ctx context.Context, t target.Target, connections int) (float64, error) {
	conns := make([]client.Conn, connections)
	began := time.Now()
	err := parallel(ctx, connections, func(i int) (err error) {
		conns[i], err = t.Dial(ctx)
		return err
	})
	took := time.Since(began)
	for _, c := range conns {
		if c != nil {
			_ = c.Close()
		}
	}
	return float64(connections) / took.Seconds(), err
}

// comeAndGo connects visitors and lets them leave.
func comeAndGo(ctx context.Context, t target.Target, visitors int, fail context.CancelCauseFunc) error {
	c, err := gather(ctx, t, people{visitors: visitors}, fail)
	if err != nil {
		return err
	}
	return c.close(nil)
}

// collected is the resident memory after garbage collection. Two collections also empty the runtime's pools.
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
