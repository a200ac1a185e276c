package load

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parlor-chat/parlor/bench/report"
)

// TestLatencyCountsFromWhenSomethingWasDue: whatever kept it waiting. The warm-up is not measured.
func TestLatencyCountsFromWhenSomethingWasDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(100, time.Second, 10*time.Second, 3)
		if p.warm != 100 || p.total != 1100 || p.due(200).Sub(p.due(100)) != time.Second {
			t.Fatalf("%+v", p)
		}
		for k := range p.total {
			late := time.Millisecond
			switch {
			case k < p.warm:
				late = 9 * time.Millisecond
			case k%100 == 99:
				late = 5 * time.Millisecond
			}
			time.Sleep(time.Until(p.due(k).Add(late)))
			if err := p.done(k); err != nil {
				t.Fatal(err)
			}
		}
		found := Result{Figures: make(report.Figures)}
		p.latencies.into(&found)
		for name, want := range map[string]float64{"p50_ms": 1, "p99_ms": 1, "p999_ms": 5, "max_ms": 5} {
			if got := found.Figures[name]; got < want || got > want*1.004 { // three digits
				t.Errorf("%s is %v, want %v", name, got, want)
			}
		}
		if n := p.latencies.h.TotalCount(); n != 1000 {
			t.Errorf("%d measured", n)
		}
		for i, point := range found.Latency {
			if point.Percent != percents[i] || i > 0 && point.Ms < found.Latency[i-1].Ms {
				t.Errorf("point %d of the distribution is %+v after %+v", i, point, found.Latency[max(0, i-1)])
			}
		}
		time.Sleep(time.Minute)
		if err := p.done(p.total - 1); err == nil {
			t.Error("a minute was measured as half of one")
		}
	})
}

// TestPaceMakesUpForWhatItMissed: what is late is done at once, and counts from when it was due.
func TestPaceMakesUpForWhatItMissed(t *testing.T) {
	p := newPace(1000, 0, 20*time.Millisecond, 5)
	p.start = time.Now().Add(-time.Hour) // all are late
	var order []int
	warmed := -1
	if err := p.run(t.Context(), func() error { warmed = len(order); return nil }, func(k int) error { order = append(order, k); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(order) != p.total || p.total != 25 || order[24] != 24 || warmed != 5 {
		t.Errorf("did %v, warm after %d", order, warmed)
	}
}

func TestPaceStops(t *testing.T) {
	broken := errors.New("broken")
	ctx, fail := context.WithCancelCause(t.Context())
	p := newPace(1000, 0, time.Hour, 0)
	n := 0
	err := p.run(ctx, func() error { return nil }, func(int) error {
		if n++; n == 3 {
			fail(broken)
		}
		return nil
	})
	if !errors.Is(err, broken) || n != 3 {
		t.Errorf("%v after %d", err, n)
	}
}

// TestAtLeastOneIsMeasured: also where the duration is shorter than the time between two.
func TestAtLeastOneIsMeasured(t *testing.T) {
	p := newPace(1, 3*time.Second, time.Millisecond, 0)
	if p.total != p.warm+1 {
		t.Errorf("%d, %d of them measured", p.total, p.total-p.warm)
	}
}
