package main

import (
	"errors"
	"fmt"

	"github.com/parlor-chat/parlor/bench/report"
)

// compareCmd tells what got better or worse from one run to another.
type compareCmd struct {
	A           string `arg:"" help:"Results of the run before: its directory or results.json."`
	B           string `arg:"" help:"Results of the run after."`
	FailOnWorse bool   `help:"Exit with 1 when a figure got worse."`
}

// Run implements the command.
func (c compareCmd) Run(o output) error {
	a, err := report.Read(c.A)
	if err != nil {
		return err
	}
	b, err := report.Read(c.B)
	if err != nil {
		return err
	}
	compared := report.Compare(a, b)
	if err := compared.Print(o.out); err != nil {
		return err
	}
	if len(compared.Lines) == 0 {
		return errors.New("the runs have nothing in common")
	}
	if n := compared.Count(report.Worse); c.FailOnWorse && n > 0 {
		return fmt.Errorf("figures that got worse: %d", n)
	}
	return nil
}
