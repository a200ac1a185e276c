package actors

import (
	"maps"
	"slices"
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
	conns  [connectionStripes]connections
}

// connectionStripes divide the connections so that no lock is shared by all.
const connectionStripes = 64

// connections are some of the node's.
type connections struct {
	mu   sync.RWMutex
	byID map[ConnectionID]Connection
}

// deliver hands one frame to several connections of a node.
type deliver struct {
	conns []ConnectionID
	frame []byte
}

func newGateway(system *actor.ActorSystem) *Gateway {
	g := &Gateway{actors: system}
	for i := range g.conns {
		g.conns[i].byID = make(map[ConnectionID]Connection)
	}
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
		if conn := g.of(id).get(id); conn != nil {
			conn.Send(m.frame)
		}
	}
}

func (g *Gateway) of(id ConnectionID) *connections { return &g.conns[id%connectionStripes] }

func (c *connections) get(id ConnectionID) Connection {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.byID[id]
}

// Add registers a connection until Remove.
func (g *Gateway) Add(conn Connection) ConnectionID {
	id := ConnectionID(g.next.Add(1))
	c := g.of(id)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.byID[id] = conn
	return id
}

// Remove forgets a connection.
func (g *Gateway) Remove(id ConnectionID) {
	c := g.of(id)
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.byID, id)
}

// Count is the number of registered connections.
func (g *Gateway) Count() (n int) {
	for i := range g.conns {
		c := &g.conns[i]
		c.mu.RLock()
		n += len(c.byID)
		c.mu.RUnlock()
	}
	return n
}

// CloseAll asks all connections to end.
func (g *Gateway) CloseAll(code protocol.CloseCode) {
	for i := range g.conns {
		c := &g.conns[i]
		c.mu.RLock()
		all := slices.Collect(maps.Values(c.byID))
		c.mu.RUnlock()
		for _, conn := range all {
			conn.Close(code)
		}
	}
}

func (g *Gateway) stop() { _ = g.actors.Root.PoisonFuture(g.pid).Wait() }

// Gateway returns the node's connections.
func (s *System) Gateway() *Gateway { return s.gateway }
