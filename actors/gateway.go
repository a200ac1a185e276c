package actors

import (
	"sync"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/parlor-chat/parlor/protocol"
)

// ConnectionID names a connection on its node.
type ConnectionID uint64

// Gateway knows this node's connections by id. Sessions on this node hand frames straight to a connection; sessions elsewhere send one
// message per node to the gateway's actor, which hands them on. Its methods may be called from many goroutines at once.
type Gateway struct {
	actors *actor.ActorSystem
	pid    *actor.PID
	next   atomic.Uint64
	conns  sync.Map // ConnectionID -> Connection
	count  atomic.Int64
}

// deliver hands one frame to several connections of a node.
type deliver struct {
	conns []ConnectionID
	frame []byte
}

func newGateway(system *actor.ActorSystem) *Gateway {
	g := &Gateway{actors: system}
	g.pid = system.Root.Spawn(props(func() actor.Actor { return actor.ReceiveFunc(g.receive) }))
	return g
}

func (g *Gateway) receive(ctx actor.Context) {
	if m, ok := ctx.Message().(*deliver); ok {
		g.deliver(m)
	}
}

func (g *Gateway) deliver(m *deliver) {
	for _, id := range m.conns {
		if conn, ok := g.conns.Load(id); ok {
			conn.(Connection).Send(m.frame)
		}
	}
}

// Add registers a connection until Remove.
func (g *Gateway) Add(conn Connection) ConnectionID {
	id := ConnectionID(g.next.Add(1))
	g.conns.Store(id, conn)
	g.count.Add(1)
	return id
}

// Remove forgets a connection.
func (g *Gateway) Remove(id ConnectionID) {
	if _, ok := g.conns.LoadAndDelete(id); ok {
		g.count.Add(-1)
	}
}

// Count is the number of registered connections.
func (g *Gateway) Count() int { return int(g.count.Load()) }

// CloseAll asks all connections to end.
func (g *Gateway) CloseAll(code protocol.CloseCode) {
	g.conns.Range(func(_, conn any) bool {
		conn.(Connection).Close(code)
		return true
	})
}

func (g *Gateway) stop() { _ = g.actors.Root.PoisonFuture(g.pid).Wait() }

// Gateway returns the node's connections.
func (s *System) Gateway() *Gateway { return s.gateway }
