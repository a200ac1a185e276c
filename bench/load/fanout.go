package load

import (
	"context"
	"time"

	"github.com/parlor-chat/parlor/bench/report"
	"github.com/parlor-chat/parlor/bench/target"
)

// Fanout asks how many frames a second reach agents of whom each has all conversations open.
type Fanout struct {
	Visitors  int `json:"visitors"`
	Agents    int `json:"agents"`
	Window    int `json:"window"`
	TextBytes int `json:"text_bytes"`
	// Warmup is not measured.
	Warmup   time.Duration `json:"warmup"`
	Duration time.Duration `json:"duration"`
}

// FanoutFigures is what Fanout measures. A frame counts once for each agent who received it.
func FanoutFigures() []report.Figure {
	return []report.Figure{
		{Name: "frames_per_s", Label: "frames/s", Better: report.More}, {Name: "cpu_us", Label: "CPU µs/frame", Digits: 1, Better: report.Less},
	}
}

// Run does it to a system. A visitor says the next message when all agents have one.
func (f Fanout) Run(ctx context.Context, t target.Target) (Result, error) {
	flow := flow{people{f.Visitors, f.Agents, f.TextBytes, true}, f.Window, f.Warmup, f.Duration}
	found, err := flow.run(ctx, t)
	if err != nil {
		return Result{}, err
	}
	figures := report.Figures{"frames_per_s": found.perSecond}
	found.into(figures)
	return Result{Figures: figures}, nil
}
