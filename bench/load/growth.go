package load

import (
	"context"

	"github.com/parlor-chat/parlor/bench/target"
)

// growthAgents is among how many agents' connections the visitors of GrowthConnections are divided.
const growthAgents = 100

// GrowthConnections is Fixed with so many connections, visitors' and agents' together. All visitors take turns.
func GrowthConnections(connections int, f Fixed) Fixed {
	f.Agents = min(growthAgents, (connections+1)/2)
	f.Visitors = max(1, connections-f.Agents)
	return f
}

// GrowthAgents is Fixed with so many conversations for each agent's connection.
func GrowthAgents(each int, f Fixed) Fixed {
	f.Agents = (f.Visitors + each - 1) / each
	return f
}

// GrowthMessages is Fixed on a store that holds messages already.
type GrowthMessages struct {
	Fixed
	Stored int `json:"stored"`
}

// StoredMessages implements Seeded.
func (g GrowthMessages) StoredMessages() int { return g.Stored }

// Run does it to a Parlor that holds the messages.
func (g GrowthMessages) Run(ctx context.Context, t target.Target) (Result, error) {
	parlor, err := own(t)
	if err != nil {
		return Result{}, err
	}
	if err := quiet(ctx, parlor.Process()); err != nil {
		return Result{}, err
	}
	return g.Fixed.Run(ctx, t)
}
