package main

import (
	"cmp"

	"github.com/parlor-chat/parlor/bench/load"
	"github.com/parlor-chat/parlor/bench/report"
)

// sizesStored are the stores in which history and cost are measured.
func (s settings) sizesStored() []int {
	return s.sizes([]int{10_000, 100_000, 1_000_000, 10_000_000}, []int{400, 1000})
}

func wake() scenario {
	return scenario{
		name: "wake", title: "Waking a conversation",
		asks: "how long does a message take to a conversation that is not in memory?", figures: load.WakeFigures(), own: true,
		steps: func(s settings) ([]step, error) {
			return single(load.Wake{
				Stored: cmp.Or(s.Stored, s.size(1_000_000, 4000)), PerSecond: cmp.Or(s.Rate, s.size(200, 40)), TextBytes: s.Bytes,
				Warmup: s.Warmup, Duration: s.Duration,
			}), nil
		},
		bars: []report.Bar{parlorBar("p99_ms", report.Value, report.Less, 5)},
	}
}

func history() scenario {
	return scenario{
		name: "history", title: "A page of older messages",
		asks: "how long does a page of 50 messages take out of a store with many?", figures: load.HistoryFigures(), own: true, grows: "stored messages",
		steps: func(s settings) ([]step, error) {
			return growing(s.sizesStored(), func(n int) load.Scenario {
				return load.History{Stored: n, PerSecond: cmp.Or(s.Rate, s.size(200, 100)), Warmup: s.Warmup, Duration: s.Duration}
			}), nil
		},
		bars: []report.Bar{parlorBar("p99_ms", report.Value, report.Less, 5)},
	}
}

func start() scenario {
	return scenario{
		name: "start", title: "Start with a full store",
		asks: "how long until a node with many stored messages serves?", figures: load.StartFigures(), own: true,
		steps: func(s settings) ([]step, error) {
			return single(load.Start{Stored: cmp.Or(s.Stored, s.size(10_000_000, 1000))}), nil
		},
		bars: []report.Bar{parlorBar("ready_ms", report.Value, report.Less, 1000), parlorBar("ready_killed_ms", report.Value, report.Less, 1000)},
	}
}
