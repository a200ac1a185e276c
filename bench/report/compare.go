package report

import (
	"fmt"
	"math"
	"slices"
)

// Change is what became of a figure from one run to another.
type Change string

// The changes. Better and Worse are for figures that say which way is better, Other is for the rest.
const (
	Same    Change = "same"
	Better  Change = "better"
	Worse   Change = "worse"
	Other   Change = "changed"
	Unknown Change = "unknown"
)

const (
	// leastRounds is how many rounds tell something about noise. With three on each side, ranges are apart by chance alone once in ten times:
	// 2 of the 20 orders in which six values can come.
	leastRounds = 2
	// leastShift is by how much medians must differ on top: what is less than the day's weather on a shared machine is nobody's merit.
	leastShift = 0.05
)

// change judges two spreads: they differ beyond the noise when their ranges do not touch and their medians differ by more than 5 %.
func change(a, b Spread, better Direction) Change {
	if a.Count < leastRounds || b.Count < leastRounds {
		return Unknown
	}
	apart := a.Most < b.Least || b.Most < a.Least
	if !apart || math.Abs(b.Median-a.Median) <= leastShift*math.Abs(a.Median) {
		return Same
	}
	switch {
	case better == "":
		return Other
	case (better == More) == (b.Median > a.Median):
		return Better
	}
	return Worse
}

// Compared is a figure of a system in two runs.
type Compared struct {
	Scenario, Size, System string
	Figure                 Figure
	// Of is Ratio where both runs measured the first system beside it, which takes the machine's mood out, and else Value.
	Of     Of
	A, B   Spread
	Change Change
}

// Comparison is two runs side by side.
type Comparison struct {
	Lines []Compared
	// Notes say what was not compared, and what makes the comparison weaker.
	Notes []string
}

// Compare compares the reports of a run with those of a later one.
func Compare(a, b []*Report) Comparison {
	var c Comparison
	partners := make(map[*Report]bool)
	for _, before := range a {
		after := partner(before, b)
		if after == nil {
			c.note("%s is only in A", before.name(b))
			continue
		}
		partners[after] = true
		c.reports(before, after)
	}
	for _, after := range b {
		if !partners[after] {
			c.note("%s is only in B", after.name(a))
		}
	}
	return c
}

// Count is how many figures changed so.
func (c Comparison) Count(change Change) int {
	n := 0
	for _, l := range c.Lines {
		if l.Change == change {
			n++
		}
	}
	return n
}

// partner is the report of the same scenario with the same settings. Others measure something else.
func partner(r *Report, among []*Report) *Report {
	for _, other := range among {
		if other.Scenario == r.Scenario && other.settings() == r.settings() {
			return other
		}
	}
	return nil
}

// name is the scenario, with its settings when the other run has it with others.
func (r *Report) name(others []*Report) string {
	for _, other := range others {
		if other.Scenario == r.Scenario {
			return fmt.Sprintf("%s (%s)", r.Scenario, r.settings())
		}
	}
	return r.Scenario
}

func (c *Comparison) note(format string, args ...any) {
	note := fmt.Sprintf(format, args...)
	c.Notes = with(c.Notes, note)
}

func (c *Comparison) reports(a, b *Report) {
	if a.Machine != b.Machine {
		c.note("measured on different machines: %s; %s", a.Machine.words(), b.Machine.words())
	}
	for _, system := range a.Order {
		if !slices.Contains(b.Order, system) {
			c.note("%s: %s is only in A", a.Scenario, system)
		}
	}
	for _, system := range b.Order {
		if !slices.Contains(a.Order, system) {
			c.note("%s: %s is only in B", a.Scenario, system)
		}
	}
	if len(a.Rounds) > 0 && len(b.Rounds) > 0 {
		c.rounds(a, b, "", a.Rounds, b.Rounds)
	}
	c.steps(a, b)
}

// steps compares the sizes that both have.
func (c *Comparison) steps(a, b *Report) {
	at := make(map[float64]Step)
	for _, s := range b.Steps {
		at[s.X] = s
	}
	for _, s := range a.Steps {
		size := decimal(s.X, 0) + " " + a.StepLabel
		other, ok := at[s.X]
		if !ok {
			c.note("%s: %s is only in A", a.Scenario, size)
			continue
		}
		delete(at, s.X)
		c.rounds(a, b, size, s.Rounds, other.Rounds)
	}
	for _, s := range b.Steps {
		if _, left := at[s.X]; left {
			c.note("%s: %s %s is only in B", a.Scenario, decimal(s.X, 0), a.StepLabel)
		}
	}
}

// rounds compares what both measured. Of the systems, the first of several is what the others are measured by, and no subject of its own.
func (c *Comparison) rounds(a, b *Report, size string, before, after []Round) {
	systems := a.Order
	if len(systems) > 1 {
		systems = systems[1:]
	}
	for _, system := range systems {
		for _, f := range b.Figures {
			l := Compared{Scenario: a.Scenario, Size: size, System: system, Figure: f, Of: Ratio}
			l.A, l.B = ratios(before, system, f.Name), ratios(after, system, f.Name)
			if l.A.Count == 0 || l.B.Count == 0 || a.Order[0] != b.Order[0] {
				l.Of, l.A, l.B = Value, values(before, system, f.Name), values(after, system, f.Name)
			}
			if l.A.Count == 0 || l.B.Count == 0 {
				continue
			}
			l.Change = change(l.A, l.B, f.Better)
			c.Lines = append(c.Lines, l)
		}
	}
}
