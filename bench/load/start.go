package load

import (
	"context"
	"syscall"
	"time"

	"github.com/parlor-chat/parlor/bench/report"
	"github.com/parlor-chat/parlor/bench/target"
)

// Start asks how long a node takes until it serves, with many messages in its store: after a stop, and after a SIGKILL.
type Start struct {
	Stored int `json:"stored"`
}

// StartFigures is what Start measures: from the program's start to the line that says that it is ready.
func StartFigures() []report.Figure {
	return []report.Figure{
		{Name: "ready_ms", Label: "ready ms", Better: report.Less}, {Name: "ready_killed_ms", Label: "ready ms after SIGKILL", Better: report.Less},
		{Name: "resident_mib", Label: "resident MiB", Digits: 1, Better: report.Less},
	}
}

// StoredMessages implements Seeded.
func (s Start) StoredMessages() int { return s.Stored }

// Run looks at a Parlor that was just started, and starts it again. That the messages are there is seen by reading some.
func (s Start) Run(ctx context.Context, t target.Target) (found Result, err error) {
	p, err := own(t)
	if err != nil {
		return found, err
	}
	found.Figures = report.Figures{"ready_ms": milliseconds(p.StartTook())}
	resident, err := p.Process().ResidentBytes()
	if err != nil {
		return found, err
	}
	found.Figures["resident_mib"] = float64(resident) / (1 << 20)
	if err := p.End(syscall.SIGKILL); err != nil {
		return found, err
	}
	if err := p.Start(ctx); err != nil {
		return found, err
	}
	found.Figures["ready_killed_ms"] = milliseconds(p.StartTook())
	_, err = History{Stored: s.Stored, PerSecond: 100, Duration: 200 * time.Millisecond}.Run(ctx, t)
	return found, err
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
