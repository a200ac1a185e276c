package socket_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/parlor-chat/parlor/transport/socket"
)

// patience is how long a test waits for what must happen. It only matters when something is wrong.
const patience = 20 * time.Second

const subprotocol = "test.v1"

// node is a socket.Server behind net/http on loopback.
type node struct {
	*socket.Server
	addr string
	// ends gets each handler, in the order of the upgrades.
	ends chan *end
}

// end is the server's side of one connection. It notes what it is told.
type end struct {
	conn     *socket.Conn
	messages chan string
	closed   chan closing
	// onMessage, when it is set, is called in place of noting.
	onMessage func(c *socket.Conn, data []byte)
}

type closing struct {
	code   socket.Code
	reason string
}

func (e *end) OnOpen(c *socket.Conn) { e.conn = c }

func (e *end) OnMessage(data []byte) {
	if e.onMessage != nil {
		e.onMessage(e.conn, data)
		return
	}
	e.messages <- string(data)
}

func (e *end) OnClose(code socket.Code, reason string) {
	e.closed <- closing{code, reason}
	close(e.closed)
}

// echo sends each message back.
func echo(c *socket.Conn, data []byte) { c.Send(append([]byte(nil), data...)) }

// start runs a server until the test ends. A nil onMessage notes the messages.
func start(t testing.TB, l socket.Limits, onMessage func(*socket.Conn, []byte)) *node {
	t.Helper()
	l.Subprotocol, l.Parked = subprotocol, parked
	n := &node{Server: socket.NewServer(l), ends: make(chan *end, 2000)}
	serve(t, n, onMessage)
	return n
}

// serve puts net/http before the node's server until the test ends.
func serve(t testing.TB, n *node, onMessage func(*socket.Conn, []byte)) {
	t.Helper()
	web := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e := &end{messages: make(chan string, 100), closed: make(chan closing, 1), onMessage: onMessage}
		if n.Upgrade(w, r, e) == nil {
			n.ends <- e
		}
	})}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n.addr = listener.Addr().String()
	served := make(chan error, 1)
	go func() { served <- web.Serve(listener) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := n.Shutdown(ctx, socket.CodeGoingAway, "the test ends"); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		if err := web.Close(); err != nil {
			t.Errorf("closing the web server: %v", err)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("serving: %v", err)
		}
	})
}

// next is the server's side of the connection that was opened last.
func (n *node) next(t testing.TB) *end { return receive(t, n.ends, "a connection") }

// dial connects with coder/websocket.
func (n *node) dial(t testing.TB) *websocket.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c, _, err := websocket.Dial(ctx, "ws://"+n.addr, &websocket.DialOptions{Subprotocols: []string{subprotocol}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.CloseNow() })
	return c
}

// receive waits for a value.
func receive[T any](t testing.TB, from <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatalf("waited for %s in vain", what)
		panic("unreachable")
	}
}

// expectEnd waits for OnClose.
func (e *end) expectEnd(t testing.TB, code socket.Code) {
	t.Helper()
	if got := receive(t, e.closed, "OnClose"); got.code != code {
		t.Fatalf("OnClose(%d, %q), want %d", got.code, got.reason, code)
	}
}
