package main

import (
	"github.com/parlor-chat/parlor/bench/load"
	"github.com/parlor-chat/parlor/bench/report"
)

// growing are the steps of a scenario that grows.
func growing(sizes []int, at func(int) load.Scenario) []step {
	steps := make([]step, len(sizes))
	for i, n := range sizes {
		steps[i] = step{float64(n), at(n)}
	}
	return steps
}

// How many connections there are at each step: as many as a process that may hold 20,000 descriptors takes, or a few.
var (
	connectionSteps      = []int{1000, 5000, 10_000, 19_000}
	connectionStepsQuick = []int{8, 16}
)

// growthRate is how many messages a second the growth scenarios send at every step.
const growthRate = 2000

// growthBar is how much more a message may cost at the last step than at the first.
func growthBar() report.Bar { return parlorBar("cpu_us", report.Growth, report.Less, 1.2) }

func growthMemory() scenario {
	return scenario{
		name: "growth-memory", title: "Memory by connections",
		asks: "what does a visitor who said hello take as visitors become more?", figures: load.IdleFigures(), bare: true, grows: "connections",
		steps: func(s settings) ([]step, error) {
			return growing(s.sizes(connectionSteps, connectionStepsQuick), func(n int) load.Scenario { return s.idle(n) }), nil
		},
	}
}

func growthConnections() scenario {
	return scenario{
		name: "growth-connections", title: "Cost of a message by connections",
		asks: "what does a message cost as connections become more?", figures: load.FixedFigures(), bare: true, grows: "connections",
		steps: func(s settings) ([]step, error) {
			f, err := s.fixed(growthRate)
			return growing(s.sizes(connectionSteps, connectionStepsQuick), func(n int) load.Scenario { return load.GrowthConnections(n, f) }), err
		},
		bars: []report.Bar{growthBar()},
	}
}

func growthMessages() scenario {
	return scenario{
		name: "growth-messages", title: "Cost of a message by stored messages",
		asks: "what does a message cost as the store grows?", figures: load.FixedFigures(), own: true, grows: "stored messages",
		steps: func(s settings) ([]step, error) {
			f, err := s.fixed(growthRate)
			return growing(s.sizesStored(), func(n int) load.Scenario { return load.GrowthMessages{Fixed: f, Stored: n} }), err
		},
		bars: []report.Bar{growthBar()},
	}
}

func growthAgents() scenario {
	return scenario{
		name: "growth-agents", title: "Cost of a message by conversations of an agent",
		asks: "what does a message cost as each agent has more conversations?", figures: load.FixedFigures(), bare: true, grows: "conversations of each agent",
		steps: func(s settings) ([]step, error) {
			f, err := s.fixed(growthRate)
			return growing(s.sizes([]int{1, 10, 100, 1000}, []int{1, 8}), func(n int) load.Scenario { return load.GrowthAgents(n, f) }), err
		},
	}
}
