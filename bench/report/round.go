package report

import "slices"

// Round is one alternation: every system once.
type Round struct {
	Systems map[string]Figures `json:"systems"`
	// Ratios are each system's figures by those of the first system.
	Ratios map[string]Figures `json:"ratios,omitempty"`
	// Latency is each system's distribution, where one was measured, by growing percent.
	Latency map[string][]Percentile `json:"latency,omitempty"`
}

// Percentile says that so many percent took at most so long.
type Percentile struct {
	Percent float64 `json:"percent"`
	Ms      float64 `json:"ms"`
}

// Step is what a scenario found at one size.
type Step struct {
	X      float64            `json:"x"`
	Rounds []Round            `json:"rounds"`
	Median map[string]Figures `json:"median,omitempty"`
}

// compared is the round with its ratios. What one of two lacks, and what is divided by nothing, has none.
func (r *Report) compared(round Round) Round {
	if len(r.Order) < 2 {
		return round
	}
	round.Ratios = make(map[string]Figures)
	base := round.Systems[r.Order[0]]
	for _, name := range r.Order[1:] {
		round.Ratios[name] = make(Figures)
		for figure, value := range round.Systems[name] {
			if base[figure] != 0 {
				round.Ratios[name][figure] = value / base[figure]
			}
		}
	}
	return round
}

// medians are those of the rounds' ratios.
func (r *Report) medians(rounds []Round) map[string]Figures {
	if len(r.Order) < 2 {
		return nil
	}
	all := make(map[string]Figures)
	for _, name := range r.Order[1:] {
		all[name] = make(Figures)
		for _, f := range r.Figures {
			if s := ratios(rounds, name, f.Name); s.Count > 0 {
				all[name][f.Name] = s.Median
			}
		}
	}
	return all
}

// Spread is what several rounds found of one thing.
type Spread struct {
	Median, Least, Most float64
	// Count is how many rounds measured it; with none, the rest means nothing.
	Count int
}

// values is the spread of a system's figure.
func values(rounds []Round, system, figure string) Spread {
	return spread(rounds, func(r Round) Figures { return r.Systems[system] }, figure)
}

// ratios is the spread of a system's figure by the first system's.
func ratios(rounds []Round, system, figure string) Spread {
	return spread(rounds, func(r Round) Figures { return r.Ratios[system] }, figure)
}

func spread(rounds []Round, of func(Round) Figures, figure string) Spread {
	var all []float64
	for _, r := range rounds {
		if v, ok := of(r)[figure]; ok {
			all = append(all, v)
		}
	}
	return SpreadOf(all)
}

// SpreadOf is the spread of values, which it sorts; none have the zero one.
func SpreadOf(all []float64) Spread {
	n := len(all)
	if n == 0 {
		return Spread{}
	}
	slices.Sort(all)
	return Spread{Median: (all[(n-1)/2] + all[n/2]) / 2, Least: all[0], Most: all[n-1], Count: n}
}
