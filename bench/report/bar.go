package report

import (
	"cmp"
	"slices"
)

// Of is which number of a figure a bar is about.
type Of string

// What a bar can be about.
const (
	// Value is the median of what the rounds measured.
	Value Of = "value"
	// Ratio is the median of the rounds' ratios to the first system.
	Ratio Of = "ratio"
	// Growth is the median at the last step by that at the first.
	Growth Of = "growth"
)

// Bar is what a system has to reach in a scenario.
type Bar struct {
	System string `json:"system"`
	Figure string `json:"figure"`
	Of     Of     `json:"of"`
	// Better is More when the limit is the least that is good enough, and Less when it is the most.
	Better Direction `json:"better"`
	Limit  float64   `json:"limit"`
	// At is the step that counts, by its size; 0: a bar of a scenario with steps holds when it holds at each.
	At float64 `json:"at,omitempty"`
}

// Verdict is a bar and what became of it.
type Verdict struct {
	Bar
	// Got is what was measured; of several steps, the worst. Without a count nothing was, and the bar does not hold.
	Got   Spread
	Holds bool
}

// Verdicts judges each bar, by its median.
func (r *Report) Verdicts() []Verdict {
	all := make([]Verdict, len(r.Bars))
	for i, b := range r.Bars {
		got := r.measured(b)
		all[i] = Verdict{Bar: b, Got: got, Holds: got.Count > 0 && !b.misses(got)}
	}
	return all
}

// misses tells whether the median is on the wrong side.
func (b Bar) misses(s Spread) bool {
	if b.Better == More {
		return s.Median < b.Limit
	}
	return s.Median > b.Limit
}

// measured is what a bar is about.
func (r *Report) measured(b Bar) Spread {
	pick := values
	if b.Of == Ratio {
		pick = ratios
	}
	var at []Spread
	if len(r.Rounds) > 0 {
		at = append(at, pick(r.Rounds, b.System, b.Figure))
	}
	for _, s := range r.Steps {
		if b.Of == Growth || b.At == 0 || b.At == s.X {
			at = append(at, pick(s.Rounds, b.System, b.Figure))
		}
	}
	at = slices.DeleteFunc(at, func(s Spread) bool { return s.Count == 0 })
	switch {
	case len(at) == 0:
		return Spread{}
	case b.Of == Growth:
		return growth(at)
	case b.Better == More:
		return slices.MinFunc(at, byMedian)
	}
	return slices.MaxFunc(at, byMedian)
}

// growth is the last step by the first, with the range that both ranges allow.
func growth(steps []Spread) Spread {
	first, last := steps[0], steps[len(steps)-1]
	if len(steps) < 2 || first.Least <= 0 {
		return Spread{}
	}
	return Spread{
		Median: last.Median / first.Median, Least: last.Least / first.Most, Most: last.Most / first.Least, Count: min(first.Count, last.Count),
	}
}

func byMedian(a, b Spread) int { return cmp.Compare(a.Median, b.Median) }
