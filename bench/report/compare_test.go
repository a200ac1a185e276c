package report_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/parlor-chat/parlor/bench/report"
)

// run is a report of one figure of one system, a round for each value.
func run(better report.Direction, values ...float64) *report.Report {
	r := report.New("some", nil, []report.Figure{{Name: "f", Label: "f", Digits: 1, Better: better}}, "parlor")
	for _, v := range values {
		r.Add(report.Round{Systems: map[string]report.Figures{"parlor": {"f": v}}})
	}
	return r
}

// TestChange: only what lies beyond the rounds' noise and is more than the day's weather is better or worse.
func TestChange(t *testing.T) {
	for name, v := range map[string]struct {
		a, b   []float64
		better report.Direction
		want   report.Change
	}{
		"more is better":            {[]float64{10, 11, 12}, []float64{13, 14, 15}, report.More, report.Better},
		"more is worse":             {[]float64{10, 11, 12}, []float64{13, 14, 15}, report.Less, report.Worse},
		"less is worse":             {[]float64{13, 14, 15}, []float64{10, 11, 12}, report.More, report.Worse},
		"less is better":            {[]float64{13, 14, 15}, []float64{10, 11, 12}, report.Less, report.Better},
		"neither way is better":     {[]float64{10, 11, 12}, []float64{13, 14, 15}, "", report.Other},
		"ranges touch":              {[]float64{10, 11, 13}, []float64{13, 14, 15}, report.More, report.Same},
		"one range in the other":    {[]float64{1, 11, 30}, []float64{13, 14, 15}, report.More, report.Same},
		"apart by five in hundred":  {[]float64{99, 100, 101}, []float64{104, 105, 106}, report.More, report.Same},
		"apart by six in hundred":   {[]float64{99, 100, 101}, []float64{104, 106, 107}, report.More, report.Better},
		"one round knows no noise":  {[]float64{10}, []float64{20, 21, 22}, report.More, report.Unknown},
		"two rounds know some":      {[]float64{10, 11}, []float64{20, 21}, report.More, report.Better},
		"from nothing to something": {[]float64{0, 0}, []float64{1, 2}, report.Less, report.Worse},
		"nothing":                   {[]float64{0, 0}, []float64{0, 0}, report.Less, report.Same},
	} {
		c := report.Compare([]*report.Report{run(v.better, v.a...)}, []*report.Report{run(v.better, v.b...)})
		if len(c.Lines) != 1 || c.Lines[0].Change != v.want || c.Count(v.want) != 1 || len(c.Notes) > 0 {
			t.Errorf("%s: %+v, want %s", name, c, v.want)
		}
	}
}

// TestCompareByRatio: a machine that is twice as fast today makes nothing better, as long as the first system runs beside.
func TestCompareByRatio(t *testing.T) {
	var runs [2][]*report.Report
	for i, speed := range []float64{1, 2} {
		r := report.New("some", nil, figures, "bare", "parlor")
		for _, noise := range []float64{0, 1, 2} {
			r.Add(round(report.Figures{"rate": speed * (100 + noise)}, report.Figures{"rate": speed * (50 + noise)}))
		}
		runs[i] = append(runs[i], r)
	}
	c := report.Compare(runs[0], runs[1])
	if len(c.Lines) != 1 || c.Lines[0].Of != report.Ratio || c.Lines[0].System != "parlor" || c.Lines[0].Change != report.Same {
		t.Errorf("%+v", c)
	}
}

// TestCompareSamples: a run is the same as itself, line by line.
func TestCompareSamples(t *testing.T) {
	c := report.Compare(samples(), samples())
	// saturate: 2 figures of 2 systems; fixed: 2 of 1; idle: 3 at 4 sizes; history: 1 at 4.
	if want := 4 + 2 + 3*4 + 4; len(c.Lines) != want || c.Count(report.Same) != want || len(c.Notes) > 0 {
		t.Errorf("%d lines of %d, %d the same, notes %q", len(c.Lines), want, c.Count(report.Same), c.Notes)
	}
}

// TestCompareNotes: what was not compared is told.
func TestCompareNotes(t *testing.T) {
	a, b := samples(), samples()
	a[0].Scenario = "storm"                    // only in A; saturate is only in B
	a[1].Settings = []byte(`{"per_second":1}`) // the same scenario at another rate
	b[2].Steps = b[2].Steps[1:]
	b[3].Machine.Cores = 4
	b[3].Order = append(b[3].Order, "other")
	got := report.Compare(a, b).Notes
	want := []string{
		"storm is only in A",
		"fixed (per second 1) is only in A",
		"idle: 1,000 connections is only in A",
		"measured on different machines: Example Processor at 2.6 GHz, 2 cores, 24,105 MiB, linux/amd64 6.18.0, go1.26.0; " +
			"Example Processor at 2.6 GHz, 4 cores, 24,105 MiB, linux/amd64 6.18.0, go1.26.0",
		"history: other is only in B",
		"saturate is only in B",
		"fixed (per second 2,000) is only in B",
	}
	if !slices.Equal(got, want) {
		t.Errorf("notes\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestComparePrint(t *testing.T) {
	a, b := sampleHistory(), sampleHistory()
	for i := range b.Steps[3].Rounds {
		b.Steps[3].Rounds[i].Systems["parlor"]["p99_ms"] *= 1.5
	}
	c := report.Compare([]*report.Report{a, sampleIdle()}, []*report.Report{b})
	var out bytes.Buffer
	if err := c.Print(&out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	for i, want := range map[int]string{
		0: "scenario system figure A B change",
		1: "history, 10,000 stored messages parlor p99 ms 1.15 (1.10 to 1.20) 1.15 (1.10 to 1.20) +0 % same",
		4: "history, 10,000,000 stored messages parlor p99 ms 2.05 (2.00 to 2.10) 3.07 (3.00 to 3.15) +50 % worse",
		6: "1 worse, 3 same. Medians, with the range over the rounds. A difference counts when the ranges do not touch and the medians differ by more than 5 %;",
		8: "Note: idle is only in A",
	} {
		if got := strings.Join(strings.Fields(lines[i]), " "); got != want {
			t.Errorf("line %d is %q, want %q", i, got, want)
		}
	}
}
