package report

import (
	"slices"
)

// Figure is one thing that a scenario measures.
type Figure struct {
	// Name is what programs read, Label what people do.
	Name  string
	Label string
	// Digits is how many decimals are worth printing.
	Digits int
}

// Figures are a system's values by figure name.
type Figures map[string]float64

// Round is one alternation: every system once.
type Round struct {
	Systems map[string]Figures `json:"systems"`
	// Ratios are each system's figures by those of the first system.
	Ratios map[string]Figures `json:"ratios"`
}

// Report is what one scenario found.
type Report struct {
	Scenario string  `json:"scenario"`
	Machine  Machine `json:"machine"`
	Settings any     `json:"settings"`
	// Order names the systems; the first is what the others are compared with.
	Order  []string `json:"order"`
	Rounds []Round  `json:"rounds"`
	// Median is the median of the rounds' ratios.
	Median map[string]Figures `json:"median"`

	figures []Figure
}

// New begins a report.
func New(scenario string, settings any, figures []Figure, systems ...string) *Report {
	return &Report{Scenario: scenario, Machine: ThisMachine(), Settings: settings, Order: systems, figures: figures}
}

// Add adds a round with the figures of each system.
func (r *Report) Add(systems map[string]Figures) {
	round := Round{Systems: systems, Ratios: make(map[string]Figures)}
	base := systems[r.Order[0]]
	for _, name := range r.Order[1:] {
		round.Ratios[name] = make(Figures)
		for figure, value := range systems[name] {
			if base[figure] != 0 {
				round.Ratios[name][figure] = value / base[figure]
			}
		}
	}
	r.Rounds = append(r.Rounds, round)
	r.Median = make(map[string]Figures)
	for _, name := range r.Order[1:] {
		r.Median[name] = make(Figures)
		for _, f := range r.figures {
			if values := r.ratios(name, f.Name); len(values) > 0 {
				r.Median[name][f.Name] = median(values)
			}
		}
	}
}

func (r *Report) ratios(system, figure string) []float64 {
	var values []float64
	for _, round := range r.Rounds {
		if v, ok := round.Ratios[system][figure]; ok {
			values = append(values, v)
		}
	}
	return values
}

func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
