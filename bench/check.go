package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/parlor-chat/parlor/bench/report"
)

// checkCmd holds Parlor to bars that it must never miss, on any machine. It leaves no results.
type checkCmd struct {
	settings
	IdleBar     float64 `default:"0.55" help:"Most memory of an idle visitor, raw, by that of the bare relay."`
	SaturateBar float64 `default:"0.45" help:"Fewest durable messages a second, by the bare relay's."`
}

// Run implements the command.
func (c checkCmd) Run(ctx context.Context, o output) error {
	c.Connections = cmp.Or(c.Connections, 10_000)
	s, err := c.completed()
	if err != nil {
		return err
	}
	if s.Address != "" {
		return errors.New("check compares with the bare relay on this machine: leave out --address")
	}
	b, err := newBench(ctx, s, o)
	if err != nil {
		return err
	}
	defer b.close()
	idle, saturate := idle(), saturate()
	idle.bars = []report.Bar{parlorBar("raw_kib", report.Ratio, report.Less, c.IdleBar)}
	saturate.bars = []report.Bar{parlorBar("messages_per_s", report.Ratio, report.More, c.SaturateBar)}
	saturate.commits = false
	var missed []error
	for _, c := range []scenario{idle, saturate} {
		found, err := b.measure(ctx, c)
		if err != nil {
			return err
		}
		for _, v := range found.Verdicts() {
			if !v.Holds {
				missed = append(missed, fmt.Errorf("%s: %s is %.2f of the bare relay's; the bar is %.2f", c.name, v.Figure, v.Got.Median, v.Limit))
			}
		}
	}
	return errors.Join(missed...)
}
