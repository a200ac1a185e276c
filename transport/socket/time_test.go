package socket_test

import (
	"bytes"
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/transport/socket"
)

// short is a limit that a test waits for.
const short = 200 * time.Millisecond

// TestFirstMessage closes whoever says nothing.
func TestFirstMessage(t *testing.T) {
	n := start(t, socket.Limits{First: short}, nil)
	silent, pinging := n.dialRaw(t), n.dialRaw(t)
	began := time.Now()
	pinging.send(t, fin|ping, nil) // is no message
	silent.expectClose(t, socket.CodeUnauthorized)
	pinging.expectClose(t, socket.CodeUnauthorized)
	if took := time.Since(began); took < short/2 {
		t.Errorf("closed after %v", took)
	}
}

// TestFirstMessageInTime is enough for ever.
func TestFirstMessageInTime(t *testing.T) {
	n := start(t, socket.Limits{First: short}, nil)
	c, e := n.connect(t)
	silent := n.dialRaw(t)
	c.send(t, fin|text, []byte("hello"))
	receive(t, e.messages, "the message")
	silent.expectClose(t, socket.CodeUnauthorized) // the time is over
	c.send(t, fin|ping, []byte("still here?"))
	c.expect(t, fin|pong, "still here?")
	c.leave(t)
}

// TestHalfMessages are begun and not ended. The connection closes in time, and holds no memory for what was announced.
func TestHalfMessages(t *testing.T) {
	const announced = 64 << 20
	for name, begun := range map[string][]byte{
		"one byte":              {fin | text},
		"half a length":         header(fin|text, fin, announced)[:5],
		"a long header":         header(fin|text, fin, announced),
		"a header and 10 bytes": append(header(fin|text, fin, announced), "mask and 6"...),
		"a fragment":            masked(text, []byte("well")),
		"half a ping":           masked(fin|ping, []byte("ping"))[:8],
		"a fragment, a ping":    append(masked(text, []byte("well")), masked(fin|ping, nil)...),
	} {
		t.Run(name, func(t *testing.T) {
			n := start(t, socket.Limits{Message: short, MessageBytes: announced}, nil)
			c, e := n.connect(t)
			before := allocated()
			c.write(t, begun)
			c.expectClose(t, socket.CodePolicy)
			if got := allocated() - before; got > announced/16 {
				t.Errorf("%d bytes were allocated", got)
			}
			c.hangUp(t)
			e.expectEnd(t, socket.CodePolicy)
		})
	}
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// TestTrickle sends one byte now and then, so that there is always life and never a message.
func TestTrickle(t *testing.T) {
	n := start(t, socket.Limits{Message: 2 * short}, nil)
	c := n.dialRaw(t)
	every := time.NewTicker(short / 10)
	defer every.Stop()
	closed := make(chan struct{})
	trickling := make(chan struct{})
	go func() {
		defer close(trickling)
		for _, b := range masked(fin|text, make([]byte, 10_000)) {
			select {
			case <-every.C:
				if _, err := c.Write([]byte{b}); err != nil {
					return
				}
			case <-closed:
				return
			}
		}
	}()
	c.expectClose(t, socket.CodePolicy)
	close(closed)
	<-trickling
}

// TestStreamIsNoSlowMessage sends messages for longer than one of them may take, cut so that a piece of the next is always there.
func TestStreamIsNoSlowMessage(t *testing.T) {
	n := start(t, socket.Limits{Message: short, First: short}, func(c *socket.Conn, data []byte) {
		if string(data) == "last" {
			c.Send([]byte("seen"))
		}
	})
	c := n.dialRaw(t)
	unit := masked(fin|text, []byte("one of many"))
	half := len(unit) / 2
	c.write(t, unit[:half])
	every := time.NewTicker(short / 20)
	defer every.Stop()
	for began := time.Now(); time.Since(began) < 3*short; <-every.C {
		c.write(t, append(bytes.Clone(unit[half:]), unit[:half]...))
	}
	c.write(t, unit[half:])
	c.send(t, fin|text, []byte("last"))
	c.expect(t, fin|text, "seen")
	c.leave(t)
}

// TestPing asks the silent, and cuts off who is dead.
func TestPing(t *testing.T) {
	n := start(t, socket.Limits{Ping: short, Pong: short}, nil)
	alive, aliveEnd := n.connect(t)
	dead, deadEnd := n.connect(t)
	for range 3 {
		alive.expect(t, fin|ping, "")
		alive.send(t, fin|pong, nil)
	}
	dead.expect(t, fin|ping, "")
	dead.expectGone(t)
	deadEnd.expectEnd(t, socket.CodeAbnormal)
	alive.expect(t, fin|ping, "")
	alive.leave(t)
	aliveEnd.expectEnd(t, socket.CodeNormal)
}

// TestAnySignOfLife is as good as a pong.
func TestAnySignOfLife(t *testing.T) {
	n := start(t, socket.Limits{Ping: short, Pong: short}, nil)
	c, silent := n.dialRaw(t), n.dialRaw(t)
	for range 4 {
		c.expect(t, fin|ping, "")
		c.send(t, fin|text, []byte("I write"))
	}
	silent.expect(t, fin|ping, "")
	silent.expectGone(t)
	c.expect(t, fin|ping, "")
	c.leave(t)
}

// TestNoPingWhileHandling leaves a peer alone whose message is being handled for long: its next bytes are not read yet.
func TestNoPingWhileHandling(t *testing.T) {
	free := make(chan struct{})
	n := start(t, socket.Limits{Ping: short, Pong: short}, func(c *socket.Conn, _ []byte) {
		<-free
		c.Send([]byte("done"))
	})
	c, dead := n.dialRaw(t), n.dialRaw(t)
	c.send(t, fin|text, []byte("work"))
	dead.expect(t, fin|ping, "")
	dead.expectGone(t) // so much time is over
	close(free)
	c.expect(t, fin|text, "done")
	c.leave(t)
}

// TestHalfAMessageWhileHandling does not count the time that a handler took as the peer's, whose next message has begun meanwhile.
func TestHalfAMessageWhileHandling(t *testing.T) {
	free := make(chan struct{})
	n := start(t, socket.Limits{Message: short}, func(c *socket.Conn, data []byte) {
		<-free
		c.Send(data)
	})
	c, late := n.dialRaw(t), n.dialRaw(t)
	next := masked(fin|text, []byte("next"))
	c.write(t, append(masked(fin|text, []byte("work")), next[:3]...))
	late.write(t, next[:3])
	late.expectClose(t, socket.CodePolicy) // so much time is over
	close(free)
	c.expect(t, fin|text, "work")
	c.write(t, next[3:])
	c.expect(t, fin|text, "next")
	c.leave(t)
}

// TestPongs answers pings at most once a second, and counts them in windows.
func TestPongs(t *testing.T) {
	n := start(t, socket.Limits{}, echo)
	c := n.dialRaw(t)
	began := time.Now()
	c.send(t, fin|ping, []byte("first"))
	for range 50 {
		c.send(t, fin|ping, []byte("too soon"))
	}
	c.send(t, fin|text, []byte("end"))
	c.expect(t, fin|pong, "first")
	f, err := c.read()
	if err != nil || time.Since(began) < time.Second && string(f.payload) != "end" {
		t.Fatalf("a second pong within %v: %q, %v", time.Since(began), f.payload, err)
	}
	next := time.NewTimer(time.Until(began.Add(time.Second + short)))
	defer next.Stop()
	<-next.C
	c.send(t, fin|ping, []byte("second"))
	c.expect(t, fin|pong, "second")
	c.leave(t)
}

// TestNoAnswerToClose cuts off a peer that reads our close frame and does nothing.
func TestNoAnswerToClose(t *testing.T) {
	n := start(t, socket.Limits{Linger: short}, nil)
	c, e := n.connect(t)
	e.conn.Close(4000, "go")
	c.expectClose(t, 4000)
	c.expectGone(t)
	e.expectEnd(t, 4000)
}

// TestHalfOpen ends connections whose peer hung up without a word, at once.
func TestHalfOpen(t *testing.T) {
	for name, leave := range map[string]func(*testing.T, *raw){
		"FIN":              func(t *testing.T, c *raw) { c.hangUp(t) },
		"reset":            func(t *testing.T, c *raw) { c.reset(t) },
		"FIN in a message": func(t *testing.T, c *raw) { c.send(t, text, []byte("and")); c.hangUp(t) },
		"FIN in a header":  func(t *testing.T, c *raw) { c.write(t, []byte{fin | text}); c.hangUp(t) },
	} {
		t.Run(name, func(t *testing.T) {
			n := start(t, socket.Limits{}, nil)
			c, e := n.connect(t)
			leave(t, c)
			e.expectEnd(t, socket.CodeAbnormal)
			e.conn.Send([]byte("nobody is there"))
			e.conn.Close(4000, "")
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			if err := n.Shutdown(ctx, socket.CodeGoingAway, ""); err != nil {
				t.Error(err)
			}
		})
	}
}
