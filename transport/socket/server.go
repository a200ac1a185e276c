package socket

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parlor-chat/parlor/internal/workers"
)

// Handler is told what happens on one connection. Its methods are called one after the other.
type Handler interface {
	// OnOpen is called first, from Upgrade.
	OnOpen(c *Conn)
	// OnMessage is called for each text message, in order. data is valid until it returns; until then the next message waits.
	OnMessage(data []byte)
	// OnClose is called once, last: with the code that this side closed with, or else the peer's (its reason is whatever the peer wrote),
	// or CodeAbnormal.
	OnClose(code Code, reason string)
}

// ErrServerClosed is what Upgrade returns after Shutdown.
var ErrServerClosed = errors.New("socket: the server is closed")

// stripes divide the connections so that no lock is shared by all.
const stripes = 64

// workerIdle is how long a worker waits for its next job. Those who say hello at the same time have a worker each, with a stack of some KiB,
// which is to be missed for as short as possible.
const workerIdle = time.Second

// Server serves connections with the same limits. Its methods may be called from many goroutines at once.
type Server struct {
	limits Limits
	tick   time.Duration
	began  time.Time
	set    [stripes]stripe
	next   atomic.Uint32
	count  atomic.Int64
	codecs sync.Pool
	// workers write and, on connections that were parked, read: one of both at a time for each connection.
	workers *workers.Pool[job]
	// lot is opened by the first connection that can be parked. It stays nil where that is not possible.
	lot     *lot
	lotOnce sync.Once
	stop    chan struct{}
	// wake tells the clock that there is a connection again.
	wake  chan struct{}
	once  sync.Once
	clock sync.WaitGroup

	mu sync.Mutex
	// inside counts the upgrades that began and whose connections are not gone. end says that no more are taken; then empty is closed
	// with the last of them.
	inside int
	end    *ending
	empty  chan struct{}
}

// ending is what Shutdown was told.
type ending struct {
	code   Code
	reason string
}

// job is what a worker does for a connection.
type job struct {
	do   func(*Conn)
	conn *Conn
}

type stripe struct {
	mu    sync.Mutex
	conns map[*Conn]struct{}
}

// NewServer starts a server. Shutdown ends it.
func NewServer(l Limits) *Server {
	l = l.orDefault()
	s := &Server{
		limits: l, tick: l.tick(), began: time.Now(),
		workers: workers.New(func(j job) { j.do(j.conn) }, workerIdle),
		stop:    make(chan struct{}), wake: make(chan struct{}, 1), empty: make(chan struct{}),
	}
	for i := range s.set {
		s.set[i].conns = make(map[*Conn]struct{})
	}
	s.clock.Go(s.run)
	return s
}

// Count is the number of open connections, those included that wait for the peer's close frame.
func (s *Server) Count() int { return int(s.count.Load()) }

// Upgrade completes the handshake (RFC 6455, section 4.2) and returns; the connection goes on in a goroutine of its own. On an error the
// request has been answered and h is never called. Where it comes from is the caller's to check.
func (s *Server) Upgrade(w http.ResponseWriter, r *http.Request, h Handler) error {
	if !s.enter() {
		http.Error(w, "the server stops; connect again", http.StatusServiceUnavailable)
		return ErrServerClosed
	}
	c, early, err := accept(s, w, r, h)
	if err != nil {
		s.leave()
		return err
	}
	s.add(c)
	if end := s.ending(); end != nil { // it began during the handshake
		c.Close(end.code, end.reason)
	}
	h.OnOpen(c)
	if c.fd >= 0 && len(early) == 0 {
		c.park()
		return nil
	}
	// A fresh goroutine: the one of net/http and its buffers are freed when the handler returns. finish ends it.
	go c.start(early)
	return nil
}

// Shutdown closes all connections with the code and waits until they are gone and their OnClose returned; when ctx ends it cuts the rest
// off and returns why. Requests that arrive later are refused with 503. It may be called again.
func (s *Server) Shutdown(ctx context.Context, code Code, reason string) error {
	s.refuse(&ending{code, reason})
	s.each(func(c *Conn) { c.Close(code, reason) })
	var err error
	select {
	case <-s.empty:
	case <-ctx.Done():
		err = context.Cause(ctx)
		s.each(func(c *Conn) { c.cut() })
		<-s.empty
	}
	s.once.Do(func() {
		close(s.stop)
		s.clock.Wait()
		if s.lot != nil {
			s.lot.close()
		}
		s.workers.Close()
	})
	return err
}

// parks reports whether connections can be parked.
func (s *Server) parks() bool {
	if !s.limits.Parked {
		return false
	}
	s.lotOnce.Do(func() {
		s.lot, _ = openLot((*Conn).unpark) // without one, connections keep their goroutines
	})
	return s.lot != nil
}

// enter counts an upgrade. It reports false when the server takes no more.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end != nil {
		return false
	}
	s.inside++
	return true
}

// leave ends what enter began.
func (s *Server) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inside--; s.end != nil && s.inside == 0 {
		close(s.empty)
	}
}

// refuse makes enter refuse from now on.
func (s *Server) refuse(end *ending) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end != nil {
		return
	}
	if s.end = end; s.inside == 0 {
		close(s.empty)
	}
}

func (s *Server) ending() *ending {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.end
}

func (s *Server) add(c *Conn) {
	c.stripe = uint8(s.next.Add(1) % stripes)
	st := &s.set[c.stripe]
	st.mu.Lock()
	st.conns[c] = struct{}{}
	st.mu.Unlock()
	if s.count.Add(1) == 1 {
		select {
		case s.wake <- struct{}{}:
		default: // the clock was told already and has not looked yet
		}
	}
}

func (s *Server) remove(c *Conn) {
	st := &s.set[c.stripe]
	st.mu.Lock()
	delete(st.conns, c)
	st.mu.Unlock()
	s.count.Add(-1)
}

// each calls f for all connections; f must not block.
func (s *Server) each(f func(*Conn)) {
	for i := range s.set {
		st := &s.set[i]
		st.mu.Lock()
		for c := range st.conns {
			f(c)
		}
		st.mu.Unlock()
	}
}

// run is the clock: one goroutine looks after the deadlines of all connections, and sleeps while there are none.
func (s *Server) run() {
	for {
		select {
		case <-s.stop:
			return
		case <-s.wake:
			s.watch()
		}
	}
}

// watch looks at the deadlines until no connection is left.
func (s *Server) watch() {
	t := time.NewTicker(s.tick)
	defer t.Stop()
	for s.count.Load() > 0 {
		select {
		case <-s.stop:
			return
		case <-t.C:
			now := s.now()
			s.each(func(c *Conn) { c.check(now) })
		}
	}
}

// now is the time on the server's own monotonic clock, never 0.
func (s *Server) now() int64 { return int64(time.Since(s.began)) + 1 }
