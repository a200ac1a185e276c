package socket_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/transport/socket"
)

// TestShutdown closes 1,000 connections of all manners with the code, waits for them, and leaves no goroutine (TestMain looks).
func TestShutdown(t *testing.T) {
	const connections = 1000
	n := start(t, socket.Limits{Linger: short, Write: short}, echo)
	clients, ends := make([]*raw, connections), make([]*end, connections)
	for i := range clients {
		clients[i], ends[i] = n.connect(t)
		if i%2 == 0 {
			clients[i].send(t, fin|text, []byte("hello"))
		}
	}
	if n.Count() != connections {
		t.Errorf("Count() = %d", n.Count())
	}
	var reading sync.WaitGroup
	for i, c := range clients {
		reading.Go(func() { leaveSomehow(t, c, i%4) })
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := n.Shutdown(ctx, 1012, "restart"); err != nil {
		t.Error(err)
	}
	for _, e := range ends {
		select {
		case got := <-e.closed:
			if got != (closing{1012, "restart"}) {
				t.Fatalf("OnClose(%v)", got)
			}
		default:
			t.Fatal("Shutdown returned before OnClose did")
		}
	}
	if n.Count() != 0 {
		t.Errorf("Count() = %d", n.Count())
	}
	reading.Wait()
}

// leaveSomehow reads up to the close frame and answers properly, or not at all, or hangs up, or resets.
func leaveSomehow(t *testing.T, c *raw, how int) {
	for {
		f, err := c.read()
		if err != nil {
			t.Errorf("no close frame: %v", err)
			return
		}
		if f.first == fin|closes {
			break
		}
	}
	switch how {
	case 0:
		_, _ = c.Write(masked(fin|closes, []byte{3, 244}))
	case 1:
		_ = c.Close()
	case 2:
		c.reset(t)
	default: // waits
		if _, err := c.read(); err == nil {
			t.Error("a frame after the close frame")
		}
	}
}

// TestShutdownCuts ends with its context although a peer neither reads nor answers.
func TestShutdownCuts(t *testing.T) {
	n := start(t, socket.Limits{Linger: time.Hour}, nil)
	_, e := n.connect(t)
	why := errors.New("no more time")
	ctx, cancel := context.WithCancelCause(context.Background())
	time.AfterFunc(short, func() { cancel(why) })
	if err := n.Shutdown(ctx, socket.CodeGoingAway, ""); !errors.Is(err, why) {
		t.Errorf("Shutdown: %v", err)
	}
	e.expectEnd(t, socket.CodeGoingAway)
}

// TestShutdownWaitsForHandlers does not return while a message is being handled.
func TestShutdownWaitsForHandlers(t *testing.T) {
	handling, free := make(chan struct{}), make(chan struct{})
	n := start(t, socket.Limits{}, func(*socket.Conn, []byte) { close(handling); <-free })
	c := n.dialRaw(t)
	c.send(t, fin|text, []byte("work"))
	receive(t, handling, "the handler")
	done := make(chan error, 1)
	go func() { done <- n.Shutdown(context.Background(), 1012, "") }()
	c.expectClose(t, 1012)
	c.send(t, fin|closes, nil)
	if len(done) > 0 {
		t.Error("Shutdown returned before the handler did")
	}
	close(free)
	if err := receive(t, done, "Shutdown"); err != nil {
		t.Error(err)
	}
}

// TestShutdownWhileOthersConnect races upgrades with Shutdown: whoever got in is closed, the others are refused, nobody is forgotten.
func TestShutdownWhileOthersConnect(t *testing.T) {
	for range 20 {
		n := start(t, socket.Limits{Linger: short}, nil)
		var connecting sync.WaitGroup
		for range 8 {
			connecting.Go(func() { n.request(t, handshake) })
		}
		if err := n.Shutdown(context.Background(), socket.CodeGoingAway, ""); err != nil {
			t.Error(err)
		}
		connecting.Wait()
		if n.Count() != 0 {
			t.Fatalf("Count() = %d", n.Count())
		}
	}
}

// TestShutdownOfNobody returns at once, also the second time, and refuses who comes later.
func TestShutdownOfNobody(t *testing.T) {
	n := start(t, socket.Limits{}, nil)
	for range 2 {
		if err := n.Shutdown(context.Background(), socket.CodeGoingAway, ""); err != nil {
			t.Fatal(err)
		}
	}
	if answer := n.request(t, handshake); answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("an upgrade after Shutdown: %s", answer.Status)
	}
}
