package cutter

import (
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Way is how a connection is cut.
type Way int

// The ways, and the end that each side sees.
const (
	// Close: both see the end of the stream.
	Close Way = iota
	// Reset: both see a reset; bytes on their way are lost.
	Reset
	// Vanish: the client sees the end, and the target nothing, for as long as Plan.Hold.
	Vanish
	// Silence: both see nothing, for as long as Plan.Hold. Nothing is passed on any more.
	Silence
	ways
)

// Plan is where and how connections are cut.
type Plan struct {
	// Up and Down are the most bytes after which a connection is cut: Up from the client, in one connection of four, Down from the target.
	Up, Down int
	// Ways are drawn from for each connection: what is in it more often comes more often. At least one.
	Ways []Way
	// Hold is how long a half-open connection stays.
	Hold time.Duration
	// Seed decides, together with a connection's number.
	Seed uint64
}

// Proxy passes connections on until they are cut. Close ends it.
type Proxy struct {
	listener net.Listener
	target   string
	plan     Plan
	done     chan struct{}
	running  sync.WaitGroup
	cuts     [ways]atomic.Int64
}

// Listen starts a proxy before a target's address.
func Listen(target string, plan Plan) (*Proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{listener: l, target: target, plan: plan, done: make(chan struct{})}
	p.running.Go(p.serve)
	return p, nil
}

// Addr is where clients connect to.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Cuts is how many connections were cut in a way.
func (p *Proxy) Cuts(w Way) int64 { return p.cuts[w].Load() }

// Close ends all connections and waits. It is called once.
func (p *Proxy) Close() {
	close(p.done)
	_ = p.listener.Close()
	p.running.Wait()
}

func (p *Proxy) serve() {
	for n := uint64(0); ; n++ {
		c, err := p.listener.Accept()
		if err != nil {
			return // closed
		}
		p.running.Go(func() { p.pass(c.(*net.TCPConn), rand.New(rand.NewPCG(p.plan.Seed, n))) })
	}
}

// pass passes one connection on until it is cut, or an end of it closes.
func (p *Proxy) pass(client *net.TCPConn, random *rand.Rand) {
	defer func() { _ = client.Close() }()
	dialed, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	target := dialed.(*net.TCPConn)
	defer func() { _ = target.Close() }()
	way, up, down := p.plan.Ways[random.IntN(len(p.plan.Ways))], -1, -1
	if random.IntN(4) == 0 {
		up = 1 + random.IntN(p.plan.Up)
	} else {
		down = 1 + random.IntN(p.plan.Down)
	}
	over, cut := make(chan bool, 2), false
	p.running.Go(func() { over <- copyUpTo(target, client, up) })
	p.running.Go(func() { over <- copyUpTo(client, target, down) })
	select {
	case cut = <-over:
	case <-p.done:
	}
	if cut {
		p.cut(client, target, way)
	}
}

func (p *Proxy) cut(client, target *net.TCPConn, way Way) {
	p.cuts[way].Add(1)
	now := time.Now() // who copies stops: not a byte goes after the cut
	_ = client.SetDeadline(now)
	_ = target.SetDeadline(now)
	switch way {
	case Close:
		return
	case Vanish:
		_ = client.Close()
	}
	if way != Reset {
		hold := time.NewTimer(p.plan.Hold)
		defer hold.Stop()
		select {
		case <-hold.C:
		case <-p.done:
		}
	}
	_ = client.SetLinger(0)
	_ = target.SetLinger(0)
}

// bufferBytes holds most of what comes at once.
const bufferBytes = 4 << 10

var buffers = sync.Pool{New: func() any { return new([bufferBytes]byte) }}

// copyUpTo copies until an end closes, or a number of bytes has been passed on, which it reports. Less than 0: there is no such number.
func copyUpTo(to, from *net.TCPConn, limit int) bool {
	b := buffers.Get().(*[bufferBytes]byte)
	defer buffers.Put(b)
	for limit != 0 { // which never ends without one
		room := len(b)
		if limit > 0 {
			room = min(room, limit)
		}
		n, err := from.Read(b[:room])
		if _, failed := to.Write(b[:n]); err != nil || failed != nil {
			return false
		}
		if limit > 0 {
			limit -= n
		}
	}
	return true
}
