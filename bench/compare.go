package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/parlor-chat/parlor/bench/load"
)

// compareCmd runs everything.
type compareCmd struct {
	rounds
	traffic
	Connections int `default:"10000" help:"Visitors of the idle scenario."`
	Window      int `default:"32" help:"Messages of each visitor that are under way at once when saturating."`
	Rate        int `default:"2000" help:"Messages a second of the fixed scenario."`
}

// Run implements the command.
func (c compareCmd) Run(ctx context.Context, out io.Writer) error {
	for _, run := range []func(context.Context, io.Writer) error{
		idleCmd{c.rounds, c.Connections}.Run, saturateCmd{c.rounds, c.traffic, c.Window}.Run, fixedCmd{c.rounds, c.traffic, c.Rate}.Run,
	} {
		if err := run(ctx, out); err != nil {
			return err
		}
		fmt.Fprintln(out)
	}
	return nil
}

// checkCmd holds Parlor to its bars.
type checkCmd struct {
	rounds
	traffic
	Connections int     `default:"10000" help:"Visitors of the idle scenario."`
	Window      int     `default:"32" help:"Messages of each visitor that are under way at once when saturating."`
	IdleBar     float64 `default:"0.55" help:"Most memory of an idle visitor, raw, by that of the bare relay."`
	SaturateBar float64 `default:"0.45" help:"Fewest durable messages a second, by the bare relay's."`
}

// Run implements the command.
func (c checkCmd) Run(ctx context.Context, out io.Writer) error {
	if err := c.validate(); err != nil {
		return err
	}
	idle, err := c.measure(ctx, out, "idle", load.Idle{Connections: c.Connections}, load.IdleFigures())
	if err != nil {
		return err
	}
	saturate, err := c.measure(ctx, out, "saturate", saturateCmd{c.rounds, c.traffic, c.Window}.scenario(), load.SaturateFigures())
	if err != nil {
		return err
	}
	var missed []error
	for _, system := range idle.Order[1:] {
		if got := idle.Median[system]["raw_kib"]; got > c.IdleBar {
			missed = append(missed, fmt.Errorf("%s: an idle visitor takes %.2f of the bare relay's memory, more than %.2f", system, got, c.IdleBar))
		}
		if got := saturate.Median[system]["messages_per_s"]; got < c.SaturateBar {
			missed = append(missed, fmt.Errorf("%s: %.2f of the bare relay's messages a second, fewer than %.2f", system, got, c.SaturateBar))
		}
	}
	return errors.Join(missed...)
}
