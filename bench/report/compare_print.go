package report

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
)

// Print writes the comparison for people.
func (c Comparison) Print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "scenario\tsystem\tfigure\tA\tB\tchange\t")
	for _, l := range c.Lines {
		scenario, figure, digits := l.Scenario, l.Figure.Label, l.Figure.Digits
		if l.Size != "" {
			scenario += ", " + l.Size
		}
		if l.Of == Ratio {
			figure, digits = figure+", ratio", ratioDigits
		}
		fmt.Fprintln(t, strings.Join([]string{scenario, l.System, figure, l.A.words(digits), l.B.words(digits), shift(l.A, l.B), string(l.Change)}, "\t"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	var counts []string
	for _, change := range [...]Change{Better, Worse, Other, Same, Unknown} {
		if n := c.Count(change); n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, change))
		}
	}
	fmt.Fprintf(w, "\n%s. Medians, with the range over the rounds. A difference counts when the ranges do not touch and the medians differ by more than %.0f %%;\n"+
		"with fewer than %d rounds nothing is known about the noise.\n", strings.Join(counts, ", "), 100*leastShift, leastRounds)
	for _, note := range c.Notes {
		fmt.Fprintln(w, "Note:", note)
	}
	return nil
}

// shift is by how much the median changed, in percent.
func shift(a, b Spread) string {
	if a.Median == 0 {
		return ""
	}
	return fmt.Sprintf("%+.0f %%", 100*(b.Median-a.Median)/math.Abs(a.Median))
}
