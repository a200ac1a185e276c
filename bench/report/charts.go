package report

import (
	"cmp"
	"slices"

	"github.com/parlor-chat/parlor/bench/chart"
)

// ours is the system that is shown in the color of the project wherever it stands.
const ours = "parlor"

// color is a system's, the same in all charts of a report.
func (r *Report) color(system string) int {
	if system == ours {
		return 1
	}
	others := slices.DeleteFunc(slices.Clone(r.Order), func(s string) bool { return s == ours })
	if i := slices.Index(others, system); i > 0 {
		return i + 1
	}
	return 0
}

// rangeOf is a spread for drawing.
func rangeOf(s Spread) chart.Range {
	return chart.Range{Median: s.Median, Least: s.Least, Most: s.Most}
}

// draw is the chart of a figure, over sizes where there are some. It reports false when nobody measured the figure.
func (r *Report) draw(id string, f Figure) (chart.Chart, bool) {
	label := chart.Label{ID: id, Subject: r.title(), Title: f.Label}
	if len(r.Steps) > 0 {
		series := r.series(f)
		if len(series) == 0 {
			return chart.Chart{}, false
		}
		return chart.Lines(label, r.StepLabel, series, r.marks(f)), true
	}
	rows := r.rows(f)
	if len(rows) == 0 {
		return chart.Chart{}, false
	}
	return chart.Bars(label, rows), true
}

// rows are a figure's bars, one for each system that has it.
func (r *Report) rows(f Figure) []chart.Row {
	var rows []chart.Row
	for _, system := range r.Order {
		s := values(r.Rounds, system, f.Name)
		if s.Count == 0 {
			continue
		}
		row := chart.Row{Name: system, Color: r.color(system), Range: rangeOf(s), Text: decimal(s.Median, f.Digits), Says: s.words(f.Digits)}
		if ratio := ratios(r.Rounds, system, f.Name); ratio.Count > 0 {
			row.Text += " · " + decimal(ratio.Median, ratioDigits) + " × " + r.Order[0]
		}
		for _, b := range r.barsOf(system, f) {
			if limit, ok := r.limitAt(r.Rounds, b); ok {
				row.Limits = append(row.Limits, chart.Limit{At: limit, Text: r.limit(b)})
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// series are a figure's lines.
func (r *Report) series(f Figure) []chart.Series {
	var all []chart.Series
	for _, system := range r.Order {
		line := chart.Series{Name: system, Color: r.color(system)}
		for _, step := range r.Steps {
			if s := values(step.Rounds, system, f.Name); s.Count > 0 {
				line.Points = append(line.Points, chart.Point{X: step.X, Range: rangeOf(s), Says: s.words(f.Digits)})
			}
		}
		if len(line.Points) > 0 {
			all = append(all, line)
		}
	}
	return all
}

// marks are a figure's bars over sizes.
func (r *Report) marks(f Figure) []chart.Mark {
	var all []chart.Mark
	for _, b := range r.Bars {
		if b.Figure != f.Name {
			continue
		}
		m := chart.Mark{Text: r.limit(b), Below: b.Better == More}
		for i, step := range r.Steps {
			limit, ok := r.limitAt(step.Rounds, b)
			if b.Of == Growth {
				first := values(r.Steps[0].Rounds, b.System, b.Figure)
				limit, ok = b.Limit*first.Median, first.Count > 0 && i == len(r.Steps)-1
			}
			if ok && (b.At == 0 || b.At == step.X) {
				m.Places = append(m.Places, chart.Place{X: step.X, Y: limit})
			}
		}
		if len(m.Places) > 0 {
			all = append(all, m)
		}
	}
	return all
}

func (r *Report) barsOf(system string, f Figure) []Bar {
	return slices.DeleteFunc(slices.Clone(r.Bars), func(b Bar) bool { return b.System != system || b.Figure != f.Name })
}

// limitAt is a bar's limit in the unit of its figure: a ratio is one to what the first system reached in these rounds.
func (r *Report) limitAt(rounds []Round, b Bar) (float64, bool) {
	switch b.Of {
	case Value:
		return b.Limit, true
	case Ratio:
		base := values(rounds, r.Order[0], b.Figure)
		return b.Limit * base.Median, base.Count > 0
	}
	return 0, false
}

// distributions are the latencies of each system over all rounds, of several sizes at the largest; empty when none were measured.
func (r *Report) distributions() []chart.Series {
	rounds := r.Rounds
	if n := len(r.Steps); n > 0 {
		rounds = r.Steps[n-1].Rounds
	}
	var all []chart.Series
	for _, system := range r.Order {
		at := make(map[float64][]float64)
		for _, round := range rounds {
			for _, p := range round.Latency[system] {
				at[p.Percent] = append(at[p.Percent], p.Ms)
			}
		}
		if len(at) == 0 {
			continue
		}
		line := chart.Series{Name: system, Color: r.color(system)}
		for percent, ms := range at {
			s := SpreadOf(ms)
			line.Points = append(line.Points, chart.Point{X: percent, Range: rangeOf(s), Says: s.words(latencyDigits) + " ms"})
		}
		slices.SortFunc(line.Points, func(a, b chart.Point) int { return cmp.Compare(a.X, b.X) })
		all = append(all, line)
	}
	return all
}

// latencyDigits is how many decimals of a millisecond are worth printing.
const latencyDigits = 2
