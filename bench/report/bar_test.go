package report_test

import (
	"testing"

	"github.com/parlor-chat/parlor/bench/report"
)

func round(bare, parlor report.Figures) report.Round {
	return report.Round{Systems: map[string]report.Figures{"bare": bare, "parlor": parlor}}
}

// TestVerdicts: a bar is judged by the median, at every step or the one it names, and what was not measured does not hold.
func TestVerdicts(t *testing.T) {
	flat := report.New("saturate", nil, figures, "bare", "parlor")
	for _, rate := range []float64{40, 60, 70} {
		flat.Add(round(report.Figures{"rate": 100}, report.Figures{"rate": rate}))
	}
	grown := report.New("growth", nil, figures, "bare", "parlor")
	grown.StepLabel = "connections"
	for _, x := range []float64{1000, 10, 100} { // the order of measuring does not matter
		grown.AddStep(x, round(report.Figures{"rate": 10}, report.Figures{"rate": x / 10}))
		grown.AddStep(x, round(report.Figures{"rate": 20}, report.Figures{"rate": x / 5}))
	}
	for name, v := range map[string]struct {
		r     *report.Report
		bar   report.Bar
		got   float64
		holds bool
	}{
		"least ratio, met":      {flat, report.Bar{Figure: "rate", Of: report.Ratio, Better: report.More, Limit: 0.6}, 0.6, true},
		"least ratio, missed":   {flat, report.Bar{Figure: "rate", Of: report.Ratio, Better: report.More, Limit: 0.61}, 0.6, false},
		"most, met":             {flat, report.Bar{Figure: "rate", Of: report.Value, Better: report.Less, Limit: 60}, 60, true},
		"most, missed":          {flat, report.Bar{Figure: "rate", Of: report.Value, Better: report.Less, Limit: 59}, 60, false},
		"not measured":          {flat, report.Bar{Figure: "memory", Of: report.Value, Better: report.Less, Limit: 1}, 0, false},
		"no growth in one size": {flat, report.Bar{Figure: "rate", Of: report.Growth, Better: report.Less, Limit: 9}, 0, false},
		"least of all steps":    {grown, report.Bar{Figure: "rate", Of: report.Value, Better: report.More, Limit: 2}, 1.5, false},
		"most of all steps":     {grown, report.Bar{Figure: "rate", Of: report.Ratio, Better: report.Less, Limit: 10}, 10, true},
		"one step":              {grown, report.Bar{Figure: "rate", Of: report.Value, Better: report.More, Limit: 15, At: 100}, 15, true},
		"a step nobody took":    {grown, report.Bar{Figure: "rate", Of: report.Value, Better: report.More, Limit: 0, At: 99}, 0, false},
		"growth":                {grown, report.Bar{Figure: "rate", Of: report.Growth, Better: report.Less, Limit: 99}, 100, false},
	} {
		v.bar.System = "parlor"
		v.r.Bars = []report.Bar{v.bar}
		if got := v.r.Verdicts()[0]; got.Got.Median != v.got || got.Holds != v.holds {
			t.Errorf("%s: %+v, want %v, %v", name, got, v.got, v.holds)
		}
	}
}

// TestGrowthRange: both ends of the range come from the two rounds that lie furthest apart.
func TestGrowthRange(t *testing.T) {
	r := report.New("growth", nil, figures, "parlor")
	r.Bars = []report.Bar{{System: "parlor", Figure: "rate", Of: report.Growth, Better: report.Less, Limit: 1.2}}
	for x, rates := range map[float64][]float64{1: {10, 8, 12}, 2: {12, 10, 16}} {
		for _, rate := range rates {
			r.AddStep(x, report.Round{Systems: map[string]report.Figures{"parlor": {"rate": rate}}})
		}
	}
	want := report.Spread{Median: 1.2, Least: 10.0 / 12, Most: 2, Count: 3}
	if got := r.Verdicts()[0]; got.Got != want || !got.Holds {
		t.Errorf("%+v, want %+v", got, want)
	}
}
