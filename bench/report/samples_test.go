package report_test

import (
	"time"

	"github.com/parlor-chat/parlor/bench/report"
)

// samples are reports of each shape, with figures that are made up: one size and several, one system and three, bars held, missed and not
// measured, and latencies.
func samples() []*report.Report {
	return []*report.Report{sampleSaturate(), sampleFixed(), sampleIdle(), sampleHistory()}
}

func sample(scenario, title, about string, settings any, figures []report.Figure, systems ...string) *report.Report {
	r := report.New(scenario, settings, figures, systems...)
	r.Title, r.About = title, about
	r.At = time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)
	r.Commit, r.Command = "2b1d6c0f4e8a9d3c5b7f1a2e4c6d8b0f9e7a5c3d", "go run ./bench -scenario "+scenario
	r.Machine = report.Machine{CPU: "Example Processor at 2.6 GHz", Cores: 2, MemoryMiB: 24105, System: "linux/amd64", Kernel: "6.18.0", Go: "go1.26.0"}
	return r
}

func sampleSaturate() *report.Report {
	r := sample("saturate", "Messages a second", "A fixed number of messages is under way: when the agent has one, its visitor sends the next.",
		struct {
			Visitors int           `json:"visitors"`
			Window   int           `json:"window"`
			Duration time.Duration `json:"duration"`
		}{1000, 32, 10 * time.Second},
		[]report.Figure{
			{Name: "messages_per_s", Label: "messages/s", Better: report.More},
			{Name: "cpu_us", Label: "CPU µs/message", Digits: 1, Better: report.Less},
		}, "bare", "parlor", "socket")
	for _, v := range [][6]float64{{193441, 4.8, 121951, 9.4, 187200, 5.1}, {191981, 4.9, 125456, 9.1, 181010, 5.3}, {188487, 5, 131054, 9.2, 190233, 5}} {
		r.Add(report.Round{Systems: map[string]report.Figures{
			"bare":   {"messages_per_s": v[0], "cpu_us": v[1]},
			"parlor": {"messages_per_s": v[2], "cpu_us": v[3]},
			"socket": {"messages_per_s": v[4], "cpu_us": v[5]},
		}})
	}
	r.Bars = []report.Bar{
		{System: "parlor", Figure: "messages_per_s", Of: report.Ratio, Better: report.More, Limit: 0.6},
		{System: "parlor", Figure: "messages_per_s", Of: report.Ratio, Better: report.More, Limit: 0.75},
	}
	return r
}

func sampleFixed() *report.Report {
	r := sample("fixed", "Latency at 2,000 messages a second", "Messages are sent at given times, whatever happens.", map[string]int{"per_second": 2000},
		[]report.Figure{
			{Name: "p50_ms", Label: "p50 ms", Digits: 2, Better: report.Less},
			{Name: "p99_ms", Label: "p99 ms", Digits: 2, Better: report.Less},
		}, "bare", "parlor")
	percents := []float64{0, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 100}
	for _, slow := range []float64{1, 1.3, 0.9} {
		bare := []float64{0.08, 0.14, 0.17, 0.22, 0.28, 0.41, 0.9, 2.3, 3.4, 3.9}
		parlor := []float64{0.31, 0.52, 0.58, 0.7, 0.86, 1.2, 2.4, 4.1, 8.8, 12.3}
		round := report.Round{Latency: make(map[string][]report.Percentile)}
		for i, p := range percents {
			round.Latency["bare"] = append(round.Latency["bare"], report.Percentile{Percent: p, Ms: bare[i] * slow})
			round.Latency["parlor"] = append(round.Latency["parlor"], report.Percentile{Percent: p, Ms: parlor[i] * slow})
		}
		round.Systems = map[string]report.Figures{
			"bare":   {"p50_ms": bare[1] * slow, "p99_ms": bare[5] * slow},
			"parlor": {"p50_ms": parlor[1] * slow, "p99_ms": parlor[5] * slow},
		}
		r.Add(round)
	}
	r.Bars = []report.Bar{
		{System: "parlor", Figure: "p50_ms", Of: report.Value, Better: report.Less, Limit: 0.6},
		{System: "parlor", Figure: "p99_ms", Of: report.Ratio, Better: report.Less, Limit: 4},
		{System: "parlor", Figure: "p99_ms", Of: report.Value, Better: report.Less, Limit: 1.5},
	}
	return r
}

func sampleIdle() *report.Report {
	r := sample("idle", "Memory of an idle visitor", "Visitors connect, say hello, and nothing else.", nil,
		[]report.Figure{
			{Name: "raw_kib", Label: "raw KiB", Digits: 2, Better: report.Less},
			{Name: "accepts_per_s", Label: "accepts/s", Better: report.More},
			{Name: "base_mib", Label: "base MiB", Digits: 1},
		}, "bare", "parlor")
	r.StepLabel = "connections"
	for i, x := range []float64{1000, 5000, 10000, 19000} {
		for _, noise := range []float64{0, 0.4, -0.2} {
			r.AddStep(x, report.Round{Systems: map[string]report.Figures{
				"bare":   {"raw_kib": 23.3 + noise - 0.1*float64(i), "accepts_per_s": 9650 + 800*noise, "base_mib": 15.5},
				"parlor": {"raw_kib": 11.6 + noise - 0.5*float64(i), "accepts_per_s": 8923 + 900*noise - 300*float64(i), "base_mib": 36.8},
			}})
		}
	}
	r.Bars = []report.Bar{
		{System: "parlor", Figure: "raw_kib", Of: report.Ratio, Better: report.Less, Limit: 0.45, At: 19000},
		{System: "parlor", Figure: "raw_kib", Of: report.Growth, Better: report.Less, Limit: 1.2},
		{System: "parlor", Figure: "accepts_per_s", Of: report.Ratio, Better: report.More, Limit: 0.85},
	}
	return r
}

func sampleHistory() *report.Report {
	r := sample("history", "Pages of 50 messages", "Pages are read out of a store that grows.", map[string]any{"page": 50, "last": map[string]int{"stored_messages": 10_000_000}},
		[]report.Figure{
			{Name: "p99_ms", Label: "p99 ms", Digits: 2, Better: report.Less},
			{Name: "start_s", Label: "start s", Digits: 2, Better: report.Less},
		}, "parlor")
	r.Commit += "+dirty"
	r.StepLabel = "stored messages"
	for i, x := range []float64{1e4, 1e5, 1e6, 1e7} {
		for _, noise := range []float64{0.1, 0, 0.05} {
			r.AddStep(x, report.Round{Systems: map[string]report.Figures{"parlor": {"p99_ms": 1.1 + 0.3*float64(i) + noise}}})
		}
	}
	r.Bars = []report.Bar{
		{System: "parlor", Figure: "p99_ms", Of: report.Value, Better: report.Less, Limit: 5, At: 1e7},
		{System: "parlor", Figure: "start_s", Of: report.Value, Better: report.Less, Limit: 1},
	}
	return r
}

// hardSamples are what is hard to draw.
func hardSamples() []*report.Report {
	systems := []string{"bare", "parlor", "a system with a long name", "socket", "pebble"}
	rows := sample("rows", "A scenario that somebody gave quite a long title to, longer than a phone is wide", "", nil, []report.Figure{
		{Name: "tiny", Label: "tiny", Digits: 6, Better: report.Less}, {Name: "huge", Label: "a figure with a long label, bytes/message", Digits: 2},
		{Name: "zero", Label: "zero"}, {Name: "less", Label: "less than nothing"},
	}, systems...)
	steps := sample("steps", "", "", nil, rows.Figures, systems...)
	steps.StepLabel = "conversations of each agent"
	one := sample("one", "", "", nil, rows.Figures[1:2], "parlor")
	one.StepLabel = "messages"
	for i, x := range []float64{1, 10, 30, 100, 300, 600, 900, 1000, 1e6} {
		r := report.Round{Systems: make(map[string]report.Figures), Latency: make(map[string][]report.Percentile)}
		for n, system := range systems {
			at := float64(i + n + 1)
			r.Systems[system] = report.Figures{"tiny": at / 1e6, "huge": at * 1.23456e9, "zero": 0, "less": at - 700}
			r.Latency[system] = []report.Percentile{{Percent: 50, Ms: 0}, {Percent: 99.999, Ms: 3}, {Percent: 100, Ms: at * 1000}}
		}
		rows.Add(r)
		steps.AddStep(x, r)
	}
	one.AddStep(7, report.Round{Systems: map[string]report.Figures{"parlor": {"huge": 1}}})
	for _, r := range []*report.Report{rows, steps} {
		for i, limit := range []float64{1, 1.02, 1.05, 4, 900} {
			of := []report.Of{report.Ratio, report.Value}[i%2]
			r.Bars = append(r.Bars, report.Bar{System: "parlor", Figure: "huge", Of: of, Better: report.Less, Limit: limit})
		}
	}
	return []*report.Report{rows, steps, one}
}
