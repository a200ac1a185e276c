package socket_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"github.com/parlor-chat/parlor/transport/socket"
)

// TestEcho sends many messages of all sizes over several connections at once and expects each back, in order.
func TestEcho(t *testing.T) {
	n := start(t, socket.Limits{OutboxBytes: 8 << 20}, echo) // the client waits for no answer
	var clients sync.WaitGroup
	for client := range 8 {
		c := n.dial(t)
		clients.Go(func() { exchange(t, c, client, 500) })
	}
	clients.Wait()
}

// exchange sends messages without waiting for answers, and reads those meanwhile.
func exchange(t *testing.T, c *websocket.Conn, client, messages int) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c.SetReadLimit(1 << 20)
	sent := make(chan error, 1)
	go func() {
		for i := range messages {
			if err := c.Write(ctx, websocket.MessageText, message(client, i)); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	for i := range messages {
		kind, got, err := c.Read(ctx)
		if err != nil || kind != websocket.MessageText || !bytes.Equal(got, message(client, i)) {
			t.Errorf("client %d, message %d: got kind %v, %d bytes, %v", client, i, kind, len(got), err)
			break
		}
	}
	if err := receive(t, sent, "the writer"); err != nil {
		t.Error(err)
	}
	if err := c.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Errorf("client %d: %v", client, err)
	}
}

// message is a text whose length runs through all that is special: header forms, buffers, batches.
func message(client, i int) []byte {
	sizes := []int{0, 1, 100, 125, 126, 127, 250, 255, 256, 257, 1023, 1024, 1025, 4096, 16 << 10}
	b := fmt.Appendf(nil, "%d/%d ", client, i)
	size := max(len(b), sizes[i%len(sizes)])
	return append(b, strings.Repeat("x", size-len(b))...)
}

// TestFragments sends one message in pieces of every kind of cut, with a ping in between.
func TestFragments(t *testing.T) {
	n := start(t, socket.Limits{Frames: 100}, echo)
	c := n.dialRaw(t)
	whole := []byte(strings.Repeat("añ€𝄞 ", 60))
	for size := 7; size < len(whole); size += 13 {
		rest, first := whole, byte(text)
		for len(rest) > size {
			c.send(t, first, rest[:size])
			rest, first = rest[size:], more
		}
		c.send(t, fin|pong, []byte("unasked"))
		c.send(t, fin|first, rest)
		c.expect(t, fin|text, string(whole))
	}
	c.leave(t)
}

// TestByteByByte sends a message, and what surrounds it, each byte in a packet of its own.
func TestByteByByte(t *testing.T) {
	n := start(t, socket.Limits{}, echo)
	c := n.dialRaw(t)
	b := bytes.Join([][]byte{
		masked(fin|pong, []byte("p")), masked(text, []byte("one, ")), masked(fin|more, bytes.Repeat([]byte("two"), 70)), masked(fin|text, nil),
	}, nil)
	for i := range b {
		c.write(t, b[i:i+1])
	}
	c.expect(t, fin|text, "one, "+strings.Repeat("two", 70))
	c.expect(t, fin|text, "")
	c.leave(t)
}

// TestEarlyBytes sends messages together with the upgrade, as a client may that does not wait for the answer.
func TestEarlyBytes(t *testing.T) {
	for _, size := range []int{1, 10, 300, 3000} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			n := start(t, socket.Limits{}, echo)
			early := strings.Repeat("e", size)
			c := n.dialBytes(t, handshake+string(masked(fin|text, []byte(early)))+string(masked(fin|text, []byte("second"))))
			c.expect(t, fin|text, early)
			c.expect(t, fin|text, "second")
			c.send(t, fin|text, []byte("later"))
			c.expect(t, fin|text, "later")
			c.leave(t)
		})
	}
}

// TestSendFromMany sends from many goroutines: every message arrives whole, and each sender's in its order.
func TestSendFromMany(t *testing.T) {
	const senders, each = 16, 200
	n := start(t, socket.Limits{OutboxBytes: 1 << 20}, nil)
	c := n.dial(t)
	e := n.next(t)
	var sending sync.WaitGroup
	for s := range senders {
		sending.Go(func() {
			for i := range each {
				e.conn.Send(fmt.Appendf(nil, "%d %d", s, i))
			}
		})
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var next [senders]int
	for range senders * each {
		_, data, err := c.Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var s, i int
		if _, err := fmt.Sscanf(string(data), "%d %d", &s, &i); err != nil || i != next[s] {
			t.Fatalf("got %q, want message %d of its sender", data, next[s])
		}
		next[s]++
	}
	sending.Wait()
}

// TestTLS runs over a connection that cannot be peeked at.
func TestTLS(t *testing.T) {
	s := socket.NewServer(socket.Limits{OutboxBytes: 8 << 20, Parked: parked})
	closed := make(chan closing, 1)
	web := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.Upgrade(w, r, &end{onMessage: echo, closed: closed}); err != nil {
			t.Error(err)
		}
	}))
	defer web.Close()
	trust := web.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c, _, err := websocket.Dial(ctx, web.URL, &websocket.DialOptions{HTTPClient: &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: trust},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	exchange(t, c, 0, 200)
	if got := receive(t, closed, "OnClose"); got.code != socket.CodeNormal {
		t.Errorf("OnClose(%d)", got.code)
	}
	if err := s.Shutdown(ctx, socket.CodeGoingAway, ""); err != nil {
		t.Error(err)
	}
}
