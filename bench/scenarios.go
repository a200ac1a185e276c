package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/parlor-chat/parlor/bench/load"
)

// traffic are the flags of scenarios with messages.
type traffic struct {
	Visitors int           `default:"1000" help:"Visitors who send."`
	Agents   int           `default:"1000" help:"Agents' connections among whom they are divided."`
	Bytes    int           `default:"200" help:"Length of a text."`
	Warmup   time.Duration `default:"3s" help:"Time before the measurement."`
	Duration time.Duration `default:"10s" help:"Time of the measurement."`
}

func (t traffic) validate() error {
	if t.Visitors < 1 || t.Agents < 1 || t.Agents > t.Visitors || t.Bytes < 1 || t.Bytes > 4000 || t.Duration <= 0 || t.Warmup < 0 {
		return errors.New("use 1 visitor or more, 1 agent to as many as visitors, texts of 1 to 4000 bytes, and a duration")
	}
	return nil
}

// idleCmd measures memory.
type idleCmd struct {
	rounds
	Connections int `default:"10000" help:"Visitors. Each takes a file descriptor of this process and one of the server's."`
}

// Run implements the command.
func (i idleCmd) Run(ctx context.Context, out io.Writer) error {
	if i.Connections < 1 {
		return errors.New("use 1 connection or more")
	}
	_, err := i.measure(ctx, out, "idle", load.Idle{Connections: i.Connections}, load.IdleFigures())
	return err
}

// saturateCmd measures throughput.
type saturateCmd struct {
	rounds
	traffic
	Window int `default:"32" help:"Messages of each visitor that are under way at once."`
}

// Run implements the command.
func (s saturateCmd) Run(ctx context.Context, out io.Writer) error {
	if err := s.validate(); err != nil {
		return err
	}
	if s.Window < 1 || s.Window > 32 {
		return fmt.Errorf("a window of %d: use 1 to 32, half of what Parlor lets wait", s.Window)
	}
	_, err := s.measure(ctx, out, "saturate", s.scenario(), load.SaturateFigures())
	return err
}

func (s saturateCmd) scenario() load.Saturate {
	return load.Saturate{
		Visitors: s.Visitors, Agents: s.Agents, Window: s.Window, TextBytes: s.Bytes, Warmup: s.Warmup, Duration: s.Duration,
	}
}

// fixedCmd measures latency.
type fixedCmd struct {
	rounds
	traffic
	Rate int `default:"2000" help:"Messages a second."`
}

// Run implements the command.
func (f fixedCmd) Run(ctx context.Context, out io.Writer) error {
	if err := f.validate(); err != nil {
		return err
	}
	if f.Rate < 1 || f.Rate > 1_000_000 {
		return fmt.Errorf("a rate of %d: use 1 to 1000000", f.Rate)
	}
	_, err := f.measure(ctx, out, "fixed", load.Fixed{
		Visitors: f.Visitors, Agents: f.Agents, PerSecond: f.Rate, TextBytes: f.Bytes, Warmup: f.Warmup, Duration: f.Duration,
	}, load.FixedFigures())
	return err
}
