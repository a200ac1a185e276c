package report_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/parlor-chat/parlor/bench/report"
)

var figures = []report.Figure{{Name: "memory", Label: "MiB", Digits: 1, Better: report.Less}, {Name: "rate", Label: "per s", Better: report.More}}

func add(r *report.Report, bare, parlor float64) {
	r.Add(report.Round{Systems: map[string]report.Figures{
		"bare": {"memory": bare, "rate": 100}, "parlor": {"memory": parlor, "rate": 50},
	}})
}

// TestRatiosAndMedians: a ratio is within its round, the median over all rounds, and machines that grow faster change neither.
func TestRatiosAndMedians(t *testing.T) {
	r := report.New("idle", nil, figures, "bare", "parlor")
	for i, v := range []struct{ bare, parlor, ratio, median float64 }{
		{10, 4, 0.4, 0.4},
		{20, 2, 0.1, 0.25}, // between two
		{30, 15, 0.5, 0.4},
		{40, 40, 1, 0.45},
	} {
		add(r, v.bare, v.parlor)
		if got := r.Rounds[i].Ratios["parlor"]["memory"]; got != v.ratio {
			t.Errorf("round %d: ratio %v, want %v", i, got, v.ratio)
		}
		if got := r.Median["parlor"]["memory"]; got != v.median {
			t.Errorf("after %d rounds: median %v, want %v", i+1, got, v.median)
		}
		if got := r.Median["parlor"]["rate"]; got != 0.5 {
			t.Errorf("after %d rounds: median %v of what is always half", i+1, got)
		}
	}
	if _, ok := r.Median["bare"]; ok {
		t.Error("the first system is compared with itself")
	}
}

// TestWhatWasNotMeasuredHasNoRatio: neither what one of the two lacks nor what is divided by nothing.
func TestWhatWasNotMeasuredHasNoRatio(t *testing.T) {
	r := report.New("idle", nil, figures, "bare", "parlor")
	r.Add(report.Round{Systems: map[string]report.Figures{"bare": {"memory": 0}, "parlor": {"memory": 5, "rate": 7}}})
	if got := r.Rounds[0].Ratios["parlor"]; len(got) > 0 {
		t.Errorf("ratios %v", got)
	}
	if got := r.Median["parlor"]; len(got) > 0 {
		t.Errorf("medians %v", got)
	}
	add(r, 10, 5)
	if got := r.Median["parlor"]; !maps.Equal(got, report.Figures{"memory": 0.5, "rate": 0.5}) {
		t.Errorf("medians %v", got)
	}
}

func TestPrintJSON(t *testing.T) {
	r := report.New("idle", map[string]int{"connections": 3}, figures, "bare", "parlor")
	add(r, 10, 4)
	var out bytes.Buffer
	if err := r.PrintJSON(&out); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "\n"); n != 1 {
		t.Errorf("%d lines", n)
	}
	var got report.Report
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Scenario != "idle" || len(got.Rounds) != 1 || got.Rounds[0].Systems["bare"]["memory"] != 10 || got.Median["parlor"]["memory"] != 0.4 ||
		got.Machine.Cores < 1 || got.Machine.Go == "" || strings.Join(got.Order, " ") != "bare parlor" {
		t.Errorf("read %+v from %s", got, out.String())
	}
}

// TestPrint: a line for each system and round, each figure with its digits and its ratio.
func TestPrint(t *testing.T) {
	r := report.New("idle", map[string]int{"connections": 3}, figures, "bare", "parlor")
	add(r, 10, 4.25)
	add(r, 10, 5)
	var out bytes.Buffer
	if err := r.Print(&out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2+1+2*2+1 || lines[0] != `idle {"connections":3}` {
		t.Fatalf("printed:\n%s", out.String())
	}
	for i, want := range map[int]string{
		2: "round system MiB ratio per s ratio", 3: "1 bare 10.0 100", 4: "1 parlor 4.2 0.42 50 0.50", 6: "2 parlor 5.0 0.50 50 0.50", 7: "median parlor 0.46 0.50",
	} {
		if got := strings.Join(strings.Fields(lines[i]), " "); got != want {
			t.Errorf("line %d is %q, want %q", i, got, want)
		}
	}
}
