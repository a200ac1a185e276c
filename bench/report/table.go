package report

import (
	"maps"
	"slices"

	"github.com/parlor-chat/parlor/bench/chart"
)

// table shows the numbers of charts: a line for each system, at each size.
type table struct {
	Sizes string // what the first column holds; empty when there is one size only
	Heads []string
	Lines []tableLine
}

type tableLine struct {
	// Size is told by the first line that has it, and Span is how many have.
	Size   string
	Span   int
	System string
	Cells  []cell
}

// cell is a figure: its median, its range, and its ratio to the first system's.
type cell struct{ Median, Range, Ratio string }

func (r *Report) table() table {
	t := table{Sizes: r.StepLabel}
	for _, f := range r.Figures {
		t.Heads = append(t.Heads, f.Label)
	}
	t.add(r, "", r.Rounds)
	for _, step := range r.Steps {
		t.add(r, decimal(step.X, 0), step.Rounds)
	}
	return t
}

// add adds the systems that were measured in rounds.
func (t *table) add(r *Report, size string, rounds []Round) {
	if len(rounds) == 0 {
		return
	}
	for i, system := range r.Order {
		l := tableLine{System: system}
		if i == 0 && size != "" {
			l.Size, l.Span = size, len(r.Order)
		}
		for _, f := range r.Figures {
			var c cell
			if s := values(rounds, system, f.Name); s.Count > 0 {
				c.Median, c.Range = decimal(s.Median, f.Digits), s.span(f.Digits)
			}
			if s := ratios(rounds, system, f.Name); s.Count > 0 {
				c.Ratio = s.words(ratioDigits) + " × " + r.Order[0]
			}
			l.Cells = append(l.Cells, c)
		}
		t.Lines = append(t.Lines, l)
	}
}

// percentiles are the numbers of a distribution: a line for each percent, in it what each system took.
type percentiles struct {
	Systems []string
	Lines   []percentileLine
}

type percentileLine struct {
	Percent string
	Ms      []string
}

func percentilesOf(lines []chart.Series) percentiles {
	var p percentiles
	ms := make(map[float64]map[string]string) // by percent and system
	for _, line := range lines {
		p.Systems = append(p.Systems, line.Name)
		for _, at := range line.Points {
			if ms[at.X] == nil {
				ms[at.X] = make(map[string]string)
			}
			ms[at.X][line.Name] = at.Says
		}
	}
	for _, percent := range slices.Sorted(maps.Keys(ms)) {
		l := percentileLine{Percent: decimal(percent, decimals(percent)) + " %"}
		for _, system := range p.Systems {
			l.Ms = append(l.Ms, ms[percent][system])
		}
		p.Lines = append(p.Lines, l)
	}
	return p
}
