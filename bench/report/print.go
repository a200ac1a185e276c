package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
)

// Print writes the report for people: a line for each system and round, each figure followed by its ratio.
func (r *Report) Print(w io.Writer) error {
	m := r.Machine
	settings, err := json.Marshal(r.Settings)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	fmt.Fprintf(w, "%s %s\n%s, %d cores, %d MiB, %s %s, %s\n", r.Scenario, settings, m.CPU, m.Cores, m.MemoryMiB, m.System, m.Kernel, m.Go)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	line := func(cells ...string) { fmt.Fprintln(t, strings.Join(cells, "\t")+"\t") }
	head := []string{"round", "system"}
	for _, f := range r.figures {
		head = append(head, f.Label, "ratio")
	}
	line(head...)
	for i, round := range r.Rounds {
		for _, system := range r.Order {
			cells := []string{strconv.Itoa(i + 1), system}
			for _, f := range r.figures {
				cells = append(cells, number(round.Systems[system], f.Name, f.Digits), number(round.Ratios[system], f.Name, 2))
			}
			line(cells...)
		}
	}
	for _, system := range r.Order[1:] {
		cells := []string{"median", system}
		for _, f := range r.figures {
			cells = append(cells, "", number(r.Median[system], f.Name, 2))
		}
		line(cells...)
	}
	return t.Flush()
}

// number is a figure as text, empty when it was not measured.
func number(f Figures, name string, digits int) string {
	v, ok := f[name]
	if !ok {
		return ""
	}
	return strconv.FormatFloat(v, 'f', digits, 64)
}

// PrintJSON writes the report for programs, as one line.
func (r *Report) PrintJSON(w io.Writer) error { return json.NewEncoder(w).Encode(r) }
