package socket

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Handler is told what happens on one connection. Its methods are called one after the other.
type Handler interface {
	// OnOpen is called first, from Upgrade.
	OnOpen(c *Conn)
	// OnMessage is called for each text message, in order. data is valid until it returns; until then the next message waits.
	OnMessage(data []byte)
	// OnClose is called once, last: with the code that was sent, or the one that the peer sent, or CodeAbnormal.
	OnClose(code Code, reason string)
}

// stripes divide the connections so that no lock is shared by all.
const stripes = 64

// tick is how often the clock looks at each connection: the precision of all deadlines.
const tick = 250 * time.Millisecond

// controlWindow is for how long control frames are counted.
const controlWindow = 10 * time.Second

// Server serves connections with the same limits. Its methods may be called from many goroutines at once.
type Server struct {
	limits Limits
	began  time.Time
	set    [stripes]stripe
	next   atomic.Uint32
	count  atomic.Int64
	closed atomic.Bool
	stop   chan struct{}
	once   sync.Once
	clock  sync.WaitGroup
	conns  sync.WaitGroup
}

type stripe struct {
	mu    sync.Mutex
	conns map[*Conn]struct{}
}

// NewServer starts a server. Shutdown ends it.
func NewServer(l Limits) *Server {
	s := &Server{limits: l.orDefault(), began: time.Now(), stop: make(chan struct{})}
	for i := range s.set {
		s.set[i].conns = make(map[*Conn]struct{})
	}
	s.clock.Go(s.run)
	return s
}

// Count is the number of open connections.
func (s *Server) Count() int { return int(s.count.Load()) }

// Upgrade completes the handshake (RFC 6455, section 4.2) and returns; the connection goes on in a goroutine of its own. On an error the
// request has been answered and h is never called. Where it comes from is the caller's to check.
func (s *Server) Upgrade(w http.ResponseWriter, r *http.Request, h Handler) error {
	c, err := accept(s, w, r, h)
	if err != nil {
		return err
	}
	s.conns.Add(1)
	s.add(c)
	h.OnOpen(c)
	if s.closed.Load() {
		c.Close(CodeGoingAway, "going_away")
	}
	// A fresh goroutine: the one of net/http and its buffers are freed when the handler returns.
	go c.serve()
	return nil
}

// Shutdown closes all connections with the code and waits until they are gone; when ctx ends it cuts the rest off. Connections that arrive
// later are closed at once. It may be called again.
func (s *Server) Shutdown(ctx context.Context, code Code, reason string) error {
	s.closed.Store(true)
	s.each(func(c *Conn) { c.Close(code, reason) })
	gone := make(chan struct{})
	go func() {
		s.conns.Wait()
		close(gone)
	}()
	var err error
	select {
	case <-gone:
	case <-ctx.Done():
		err = context.Cause(ctx)
		s.each(func(c *Conn) { c.cut() })
		<-gone
	}
	s.once.Do(func() { close(s.stop) })
	s.clock.Wait()
	return err
}

func (s *Server) add(c *Conn) {
	c.stripe = uint8(s.next.Add(1) % stripes)
	st := &s.set[c.stripe]
	st.mu.Lock()
	st.conns[c] = struct{}{}
	st.mu.Unlock()
	s.count.Add(1)
}

func (s *Server) remove(c *Conn) {
	st := &s.set[c.stripe]
	st.mu.Lock()
	delete(st.conns, c)
	st.mu.Unlock()
	s.count.Add(-1)
	s.conns.Done()
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

// run is the clock: one goroutine looks after the deadlines of all connections.
func (s *Server) run() {
	t := time.NewTicker(tick)
	defer t.Stop()
	for {
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
