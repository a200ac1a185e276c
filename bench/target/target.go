package target

import (
	"context"

	"github.com/parlor-chat/parlor/bench/client"
)

// Target is a running system.
type Target interface {
	// Visitor connects visitor number i, whose messages agent number agent receives, and says hello.
	Visitor(ctx context.Context, i, agent int) (Visitor, error)
	// Agent connects agent number id and lets it receive the messages of these visitors.
	Agent(ctx context.Context, id int, visitors []Visitor) (client.Conn, error)
	// Process is where the system runs.
	Process() *Process
	// Stop ends the process and removes what it kept.
	Stop() error
}

// Visitor is a visitor's connection.
type Visitor struct {
	client.Conn
	// Session is its session's id in Parlor, empty elsewhere.
	Session string
}

// System is a kind of server that can be started.
type System struct {
	Name  string
	Start func(context.Context) (Target, error)
}
