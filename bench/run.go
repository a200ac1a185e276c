package main

import (
	"context"
	"errors"
	"fmt"
)

// runCmd measures.
type runCmd struct {
	Scenario []string `help:"What to measure, separated by commas." placeholder:"NAME"`
	settings
}

// Run implements the command. A scenario that fails keeps none of the others from being measured.
func (r runCmd) Run(ctx context.Context, o output) error {
	s, err := r.completed()
	if err != nil {
		return err
	}
	chosen, err := choose(r.Scenario)
	if err != nil {
		return err
	}
	b, err := newBench(ctx, s, o)
	if err != nil {
		return err
	}
	defer b.close()
	var failed []error
	for _, c := range chosen {
		if c.own && s.Address != "" {
			if len(r.Scenario) > 0 {
				return fmt.Errorf("%s needs a Parlor of its own: leave out --address", c.name)
			}
			fmt.Fprintf(o.log, "%s: left out, it needs a Parlor of its own\n", c.name)
			continue
		}
		if _, err := b.measure(ctx, c); err != nil {
			failed = append(failed, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(append(failed, b.write())...)
}
