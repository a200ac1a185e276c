package load

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parlor-chat/parlor/bench/client"
	"github.com/parlor-chat/parlor/bench/report"
	"github.com/parlor-chat/parlor/bench/target"
)

// Churn asks how many visitors a second can come, look at three pages, and leave for good. Afterwards, nothing may be left of them.
type Churn struct {
	// Visitors is how many do so at the same time, each followed by the next.
	Visitors int `json:"visitors"`
	// Temporary is how long a session without messages outlives its last access, where that can be set.
	Temporary time.Duration `json:"temporary"`
	// Warmup is not measured.
	Warmup   time.Duration `json:"warmup"`
	Duration time.Duration `json:"duration"`
}

// ChurnFigures is what Churn measures. Gone is how long after the last one left no session was in memory any more.
func ChurnFigures() []report.Figure {
	return []report.Figure{
		{Name: "visits_per_s", Label: "visits/s", Better: report.More}, {Name: "cpu_us", Label: "CPU µs/visit", Digits: 1, Better: report.Less},
		{Name: "gone_s", Label: "gone after s", Digits: 1},
	}
}

// Settings implements Configured.
func (c Churn) Settings() map[string]string {
	return map[string]string{"sessions.temporary": c.Temporary.String()}
}

// goneTime is how much longer than its life a session may be there.
const goneTime = 30 * time.Second

// Run does it to a system.
func (c Churn) Run(ctx context.Context, t target.Target) (found Result, err error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var visits atomic.Int64
	var stop atomic.Bool
	var visitors sync.WaitGroup
	defer visitors.Wait()
	defer stop.Store(true)
	for i := range c.Visitors {
		visitors.Go(func() {
			for !stop.Load() {
				if err := visit(ctx, t, i); err != nil {
					fail(fmt.Errorf("load: a visit: %w", err))
					return
				}
				visits.Add(1)
			}
		})
	}
	measured, err := measure(ctx, t, &visits, c.Warmup, c.Duration)
	if err != nil {
		return found, err
	}
	stop.Store(true)
	visitors.Wait()
	if ctx.Err() != nil {
		return found, context.Cause(ctx)
	}
	found.Figures = report.Figures{"visits_per_s": measured.perSecond}
	measured.into(found.Figures)
	if parlor, err := own(t); err == nil {
		return found, c.wait(ctx, parlor.Process(), visits.Load(), found.Figures)
	}
	return found, nil
}

// wait waits until no session is in memory. Each must have ended by its time.
func (c Churn) wait(ctx context.Context, p *target.Process, visits int64, figures report.Figures) (err error) {
	began := time.Now()
	var sessions float64
	late := until(ctx, c.Temporary+goneTime, func() bool {
		sessions, err = p.Metric(ctx, "parlor_sessions")
		return err != nil || sessions == 0
	})
	if err != nil {
		return err
	}
	if late != nil {
		return fmt.Errorf("load: %.0f sessions are left of %d visits: %w", sessions, visits, late)
	}
	figures["gone_s"] = time.Since(began).Seconds()
	expired, err := p.Metric(ctx, "parlor_sessions_expired_total")
	if err == nil && int64(expired) != visits {
		err = fmt.Errorf("load: %.0f sessions expired after %d visits", expired, visits)
	}
	return err
}

// pageFrames are the pages that a visitor looks at. Parlor answers the last one, so that whoever leaves has been seen on it.
var pageFrames = [...][]byte{
	[]byte(`{"t":"page","url":"https://www.example.com/","title":"Home"}`),
	[]byte(`{"t":"page","url":"https://www.example.com/pricing","title":"Pricing","referrer":"https://www.example.com/"}`),
	[]byte(`{"t":"page","ref":1,"url":"https://www.example.com/contact","title":"Contact","referrer":"https://www.example.com/pricing"}`),
}

// visit comes, looks at the pages, and leaves.
func visit(ctx context.Context, t target.Target, i int) error {
	v, err := t.Visitor(ctx, i, target.Nobody)
	if err != nil {
		return err
	}
	defer func() { _ = v.Close() }()
	for _, frame := range pageFrames {
		if err := v.Send(frame); err != nil {
			return err
		}
	}
	if !t.Acknowledges() {
		return nil
	}
	return readAnswer(ctx, v.Conn)
}

// readAnswer reads until the answer to question 1 comes.
func readAnswer(ctx context.Context, from client.Conn) error {
	stop := context.AfterFunc(ctx, func() { _ = from.Close() })
	defer stop()
	for {
		data, err := from.Read()
		if err != nil {
			return err
		}
		if _, err := parse(data); err != nil {
			return err
		}
		if bytes.HasPrefix(data, ackHead) && member(data, refBefore) == 1 {
			return nil
		}
	}
}
