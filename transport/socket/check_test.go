package socket

import (
	"context"
	"net"
	"testing"
	"time"
)

// checked is a connection that no clock and no reader looks after, but the test, and its peer.
func checked(t *testing.T) (c *Conn, peer net.Conn) {
	t.Helper()
	if !canPeek {
		t.Skip("this system cannot say whether bytes wait")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	if peer, err = net.Dial("tcp", listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
	own, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	s := NewServer(Limits{})
	t.Cleanup(func() {
		_ = own.Close()
		_ = peer.Close()
		if err := s.Shutdown(context.Background(), CodeGoingAway, ""); err != nil {
			t.Error(err)
		}
	})
	c = &Conn{server: s, net: own, fd: -1, opened: s.now(), heard: s.now()}
	c.dry.Store(handled)
	c.lookUnder()
	return c, peer
}

// say makes the peer send a byte, and waits until it has come.
func say(t *testing.T, c *Conn, peer net.Conn) {
	t.Helper()
	if _, err := peer.Write([]byte{finBit | opText}); err != nil {
		t.Fatal(err)
	}
	for !c.unread() {
		<-time.After(time.Millisecond)
	}
}

// TestWhoIsLate looks when the first message is overdue.
func TestWhoIsLate(t *testing.T) {
	const first = int64(5 * time.Second)
	for name, v := range map[string]struct {
		came func(t *testing.T, c *Conn, peer net.Conn)
		late bool
	}{
		"nothing came":     {func(*testing.T, *Conn, net.Conn) {}, true},
		"came, not read":   {say, false},
		"read, not judged": {func(t *testing.T, c *Conn, peer net.Conn) { say(t, c, peer); _ = c.raw.Read(c.fill) }, false},
		"dry before, more came": {func(t *testing.T, c *Conn, peer net.Conn) {
			c.dry.Store(c.opened + first/2)
			say(t, c, peer)
		}, false},
		"dry when it was late, and more came": {func(t *testing.T, c *Conn, peer net.Conn) {
			c.dry.Store(c.opened + first)
			say(t, c, peer)
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			c, peer := checked(t)
			v.came(t, c, peer)
			if c.check(c.opened + 2*first); c.isClosing() != v.late {
				t.Errorf("closed: %v, want %v", !v.late, v.late)
			}
		})
	}
}

// TestNobodyIsCutUnasked looks at a silent peer for the first time when it should have answered a ping long ago: the clock itself was late. The
// peer is asked, and has its time from when the ping left.
func TestNobodyIsCutUnasked(t *testing.T) {
	c, _ := checked(t)
	c.greeted = true
	asked := func() int64 {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.outbox.asked
	}
	cut := func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.gone
	}
	c.check(c.heard + int64(time.Hour))
	for asked() <= 0 {
		<-time.After(time.Millisecond)
	}
	left := asked()
	if c.check(left + int64(9*time.Second)); cut() {
		t.Error("cut before the time for the answer was over")
	}
	if c.check(left + int64(10*time.Second)); !cut() {
		t.Error("not cut after it")
	}
}

// TestCutDoesNotWait cuts off a connection whose reader has no time.
func TestCutDoesNotWait(t *testing.T) {
	c, _ := checked(t)
	reading, free, let := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(let)
		_ = c.raw.Read(func(uintptr) bool { close(reading); <-free; return true })
	}()
	<-reading
	done := make(chan struct{})
	go func() {
		c.cut()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Error("cut waited for the reader")
	}
	close(free)
	<-let
	<-done
}
