package target

import (
	"context"

	"github.com/parlor-chat/parlor/bench/client"
)

// Target is a running system.
type Target interface {
	// Visitor connects visitor number i, whose messages agent number agent receives, and says hello. agent may also be Nobody or Everybody.
	Visitor(ctx context.Context, i, agent int) (Visitor, error)
	// Agent connects agent number id and lets it receive the messages of these visitors.
	Agent(ctx context.Context, id int, visitors []Visitor) (client.Conn, error)
	// Dial connects as a visitor does and says nothing.
	Dial(ctx context.Context) (client.Conn, error)
	// Acknowledges tells whether a visitor's message is answered with an ack and numbered.
	Acknowledges() bool
	// Process is where the system runs; nil when it is not ours.
	Process() *Process
	// Stop ends the process and removes what it kept.
	Stop() error
}

// Who else may receive a visitor's messages than one agent.
const (
	Nobody    = -1
	Everybody = -2
)

// Visitor is a visitor's connection.
type Visitor struct {
	client.Conn
	Welcome
}

// Welcome is what Parlor says to a visitor's hello; it is empty elsewhere.
type Welcome struct {
	Session string `json:"session"`
	// Token is there when the session is new to the visitor.
	Token  string `json:"token"`
	Epoch  string `json:"epoch"`
	Resume string `json:"resume"`
	// Seq is the number of the last message.
	Seq uint64 `json:"seq"`
}

// System is a kind of server that can be started.
type System struct {
	Name  string
	Start func(context.Context) (Target, error)
}
