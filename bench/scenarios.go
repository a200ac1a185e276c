package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/parlor-chat/parlor/bench/load"
	"github.com/parlor-chat/parlor/bench/report"
)

// scenario is one of package load's, with what is measured beside Parlor and what has to be reached.
type scenario struct {
	name string
	// title is its heading where results are shown.
	title string
	// asks is the question that it answers.
	asks    string
	figures []report.Figure
	// bare: the bare relay is measured too. commits: so are commits of a bare Pebble.
	bare, commits bool
	// own: it needs a Parlor that is started for it.
	own bool
	// inside: it needs no Parlor, but a process of this program with Parlor's packages.
	inside bool
	// grows says what grows from step to step; empty: there is one.
	grows string
	steps func(settings) ([]step, error)
	bars  []report.Bar
}

// step is a scenario at one size.
type step struct {
	x        float64
	scenario load.Scenario
}

// scenarios are all of them, in the order in which they are run.
func scenarios() []scenario {
	return []scenario{
		idle(), idleGoroutines(),
		saturate(), fixed("fixed", 2000, fixedBars()), fixed("fixed-10k", 10_000, fixed10kBars()), fanout(), storm(), churn(),
		wake(), history(), start(),
		sessions(), million(),
		growthMemory(), growthConnections(), growthMessages(), growthAgents(),
	}
}

func find(name string) *scenario {
	all := scenarios()
	if i := slices.IndexFunc(all, func(s scenario) bool { return s.name == name }); i >= 0 {
		return &all[i]
	}
	return nil
}

// choose returns the named scenarios, or all.
func choose(names []string) ([]scenario, error) {
	if len(names) == 0 {
		return scenarios(), nil
	}
	var chosen []scenario
	for _, name := range names {
		s := find(name)
		if s == nil {
			return nil, fmt.Errorf("there is no scenario %q; there are:\n%s", name, listing())
		}
		chosen = append(chosen, *s)
	}
	return chosen, nil
}

// listing is all scenarios, one a line; indented, so that help leaves the lines as they are.
func listing() string {
	var b strings.Builder
	for _, s := range scenarios() {
		fmt.Fprintf(&b, "  %-18s  %s\n", s.name, s.asks)
	}
	return b.String()
}

// parlorBar is what Parlor has to reach.
func parlorBar(figure string, of report.Of, better report.Direction, limit float64) report.Bar {
	return report.Bar{System: "parlor", Figure: figure, Of: of, Better: better, Limit: limit}
}

// single is a scenario of one step.
func single(s load.Scenario) []step { return []step{{scenario: s}} }

func idle() scenario {
	return scenario{
		name: "idle", title: "Memory of an idle visitor",
		asks: "how much memory takes a visitor who said hello and nothing else?", figures: load.IdleFigures(), bare: true,
		steps: func(s settings) ([]step, error) {
			return single(s.idle(s.idlers())), nil
		},
		bars: idleBars(4),
	}
}

func idleGoroutines() scenario {
	return scenario{
		name: "idle-goroutines", title: "Memory of an idle visitor with a goroutine",
		asks: "how much memory takes such a visitor where connections are not parked?", figures: load.IdleFigures(), bare: true, own: true,
		steps: func(s settings) ([]step, error) {
			return single(load.IdleGoroutines{Idle: s.idle(s.idlers())}), nil
		},
		bars: idleBars(8),
	}
}

// idleBars are idle's, with so many KiB after a collection.
func idleBars(kib float64) []report.Bar {
	return []report.Bar{
		parlorBar("raw_kib", report.Ratio, report.Less, 0.45), parlorBar("gc_kib", report.Value, report.Less, kib),
		parlorBar("accepts_per_s", report.Ratio, report.More, 0.85),
	}
}

// idlers is how many visitors are idle.
func (s settings) idlers() int { return cmp.Or(s.Connections, s.size(19_000, 20)) }

func (s settings) idle(connections int) load.Idle {
	return load.Idle{Connections: connections, Calm: time.Duration(s.size(int(2*time.Second), int(100*time.Millisecond)))}
}

func saturate() scenario {
	return scenario{
		name: "saturate", title: "Messages a second",
		asks: "how many messages a second pass from visitors to agents?", figures: load.SaturateFigures(), bare: true, commits: true,
		steps: func(s settings) ([]step, error) {
			p, err := s.people(1000, 1000)
			if err != nil {
				return nil, err
			}
			window, err := s.window(32)
			return single(load.Saturate{
				Visitors: p.visitors, Agents: p.agents, Window: window, TextBytes: s.Bytes, Warmup: s.Warmup, Duration: s.Duration,
			}), err
		},
		bars: []report.Bar{parlorBar("messages_per_s", report.Ratio, report.More, 0.60)},
	}
}

// maxWindow is half of what Parlor lets wait of one connection.
const maxWindow = 32

// window is the one that was asked for, or else the scenario's own.
func (s settings) window(own int) (int, error) {
	if s.Window > maxWindow {
		return 0, fmt.Errorf("a window of %d: use 1 to %d, half of what Parlor lets wait", s.Window, maxWindow)
	}
	return cmp.Or(s.Window, own), nil
}

func fixed(name string, rate int, bars []report.Bar) scenario {
	return scenario{
		name: name, title: fmt.Sprintf("Latency at %d messages a second", rate),
		asks: fmt.Sprintf("how long does a message take when %d are sent a second?", rate), figures: load.FixedFigures(), bare: true,
		steps: func(s settings) ([]step, error) {
			f, err := s.fixed(rate)
			return single(f), err
		},
		bars: bars,
	}
}

// fixed is what was asked for at a rate, or else 1,000 visitors with an agent each.
func (s settings) fixed(rate int) (load.Fixed, error) {
	p, err := s.people(1000, 1000)
	return load.Fixed{
		Visitors: p.visitors, Agents: p.agents, PerSecond: cmp.Or(s.Rate, s.size(rate, 200)), TextBytes: s.Bytes, Warmup: s.Warmup, Duration: s.Duration,
	}, err
}

func fixedBars() []report.Bar {
	return []report.Bar{
		parlorBar("p50_ms", report.Value, report.Less, 0.6), parlorBar("p99_ms", report.Ratio, report.Less, 4), parlorBar("p99_ms", report.Value, report.Less, 1.5),
	}
}

func fixed10kBars() []report.Bar {
	return []report.Bar{parlorBar("p99_ms", report.Value, report.Less, 2)}
}

func fanout() scenario {
	return scenario{
		name: "fanout", title: "Fan-out to many agents",
		asks: "how many frames a second reach agents who all have the same conversations open?", figures: load.FanoutFigures(), bare: true,
		steps: func(s settings) ([]step, error) {
			window, err := s.window(4)
			return single(load.Fanout{
				Visitors: cmp.Or(s.Visitors, s.size(20, 2)), Agents: cmp.Or(s.Agents, s.size(200, 5)), Window: window, TextBytes: s.Bytes,
				Warmup: s.Warmup, Duration: s.Duration,
			}), err
		},
		bars: []report.Bar{parlorBar("frames_per_s", report.Ratio, report.More, 0.7)},
	}
}

func storm() scenario {
	return scenario{
		name: "storm", title: "Everybody comes back after a restart",
		asks: "how long until everybody is back after a restart, and is anything missing?", figures: load.StormFigures(), own: true,
		steps: func(s settings) ([]step, error) {
			n := cmp.Or(s.Connections, s.size(10_000, 40))
			talking := (n + 9) / 10
			return single(load.Storm{
				Connections: n, Talking: talking, Agents: (talking + 19) / 20, PerSecond: cmp.Or(s.Rate, s.size(1000, 200)), TextBytes: s.Bytes,
				Calm: s.Warmup,
			}), nil
		},
		bars: []report.Bar{
			parlorBar("term_back_s", report.Value, report.Less, 5), parlorBar("kill_back_s", report.Value, report.Less, 5),
			parlorBar("gaps", report.Value, report.Less, 0),
		},
	}
}

// people are visitors and agents.
type people struct{ visitors, agents int }

// people are those who were asked for, or else the scenario's own.
func (s settings) people(visitors, agents int) (people, error) {
	p := people{cmp.Or(s.Visitors, s.size(visitors, min(visitors, 8))), cmp.Or(s.Agents, s.size(agents, min(agents, 4)))}
	if p.agents > p.visitors {
		return p, errors.New("use 1 agent to as many as visitors")
	}
	return p, nil
}
