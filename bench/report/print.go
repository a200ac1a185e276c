package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/go-json-experiment/json"
)

// Print writes the report for people: a line for each system and round, each figure followed by its ratio.
func (r *Report) Print(w io.Writer) error {
	m := r.Machine
	fmt.Fprintf(w, "%s %s\n%s, %d cores, %d MiB, %s %s, %s\n", r.Scenario, r.Settings, m.CPU, m.Cores, m.MemoryMiB, m.System, m.Kernel, m.Go)
	return r.printTable(w)
}

func (r *Report) printTable(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	head := []string{"round", "system"}
	for _, f := range r.Figures {
		head = append(head, f.Label, "ratio")
	}
	if r.StepLabel != "" {
		head = append([]string{r.StepLabel}, head...)
	}
	printLine(t, head)
	r.printRounds(t, nil, r.Rounds, r.Median)
	for _, s := range r.Steps {
		r.printRounds(t, []string{strconv.FormatFloat(s.X, 'f', -1, 64)}, s.Rounds, s.Median)
	}
	return t.Flush()
}

// printRounds prints rounds and their medians, each line after the same first cells.
func (r *Report) printRounds(w io.Writer, first []string, rounds []Round, medians map[string]Figures) {
	for i, round := range rounds {
		for _, system := range r.Order {
			cells := append(slices.Clone(first), strconv.Itoa(i+1), system)
			for _, f := range r.Figures {
				cells = append(cells, number(round.Systems[system], f.Name, f.Digits), number(round.Ratios[system], f.Name, 2))
			}
			printLine(w, cells)
		}
	}
	for _, system := range r.Order[1:] {
		if len(medians[system]) == 0 {
			continue
		}
		cells := append(slices.Clone(first), "median", system)
		for _, f := range r.Figures {
			cells = append(cells, "", number(medians[system], f.Name, 2))
		}
		printLine(w, cells)
	}
}

func printLine(w io.Writer, cells []string) { fmt.Fprintln(w, strings.Join(cells, "\t")+"\t") }

// PrintJSON writes the report for programs, as one line.
func (r *Report) PrintJSON(w io.Writer) error {
	line, err := json.Marshal(r, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	_, err = w.Write(append(line, '\n'))
	return err
}
