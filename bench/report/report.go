package report

import (
	"cmp"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Format is the version of a report in JSON. It is raised when older programs would misread newer reports.
const Format = 1

// Report is what one scenario found. In JSON it holds all that is needed to show it, so that old results do not need the program that made them.
type Report struct {
	Format   int    `json:"format"`
	Scenario string `json:"scenario"`
	// Title and About say in words what was done; without a title the scenario's name has to do.
	Title string `json:"title,omitempty"`
	About string `json:"about,omitempty"`
	// At is when the report was begun.
	At time.Time `json:"at"`
	// Commit is what was measured, with "+dirty" when the tree held more than that. Empty when nobody knows.
	Commit string `json:"commit,omitempty"`
	// Command is how to measure it again.
	Command string  `json:"command,omitempty"`
	Machine Machine `json:"machine"`
	// Settings are the scenario's own, a JSON object in which durations are written like "3s".
	Settings jsontext.Value `json:"settings,omitempty"`
	// Figures tells what the names in rounds mean, in the order in which they are shown.
	Figures []Figure `json:"figures"`
	// Order names the systems; the first is what the others are compared with.
	Order []string `json:"order"`
	// Rounds and Median, the median of the rounds' ratios, are of scenarios that measure at one size; the others have steps.
	Rounds []Round            `json:"rounds,omitempty"`
	Median map[string]Figures `json:"median,omitempty"`
	// StepLabel says what grows from step to step, such as "connections".
	StepLabel string `json:"step_label,omitempty"`
	Steps     []Step `json:"steps,omitempty"`
	// Bars are what the scenario has to reach.
	Bars []Bar `json:"bars,omitempty"`
}

// New begins a report of what is at hand: this machine, this commit, this command. Settings is a struct or map.
func New(scenario string, settings any, figures []Figure, systems ...string) *Report {
	return &Report{
		Format: Format, Scenario: scenario, At: time.Now().UTC().Truncate(time.Second), Commit: Commit(), Command: command(), Machine: ThisMachine(),
		Settings: encoded(settings), Figures: figures, Order: systems,
	}
}

// encoded is a scenario's settings as JSON. Those are numbers, words and durations, which can always be encoded: others are a bug.
func encoded(settings any) jsontext.Value {
	if settings == nil {
		return nil
	}
	durations := json.WithMarshalers(json.MarshalFunc(func(d time.Duration) ([]byte, error) { return json.Marshal(d.String()) }))
	out, err := json.Marshal(settings, durations, json.Deterministic(true))
	if err != nil {
		panic("report: settings: " + err.Error())
	}
	return out
}

// Add adds a round. Its ratios are filled in.
func (r *Report) Add(round Round) {
	r.Rounds = append(r.Rounds, r.compared(round))
	r.Median = r.medians(r.Rounds)
}

// AddStep adds a round at size x, such as a number of connections. Steps are kept in the order of their sizes.
func (r *Report) AddStep(x float64, round Round) {
	i, there := slices.BinarySearchFunc(r.Steps, x, func(s Step, x float64) int { return cmp.Compare(s.X, x) })
	if !there {
		r.Steps = slices.Insert(r.Steps, i, Step{X: x})
	}
	s := &r.Steps[i]
	s.Rounds = append(s.Rounds, r.compared(round))
	s.Median = r.medians(s.Rounds)
}
