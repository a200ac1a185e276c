package memnet_test

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/parlor-chat/parlor/internal/memnet"
)

// echo says back what it is told until it is told to close.
func echo(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/echo" {
		http.NotFound(w, r)
		return
	}
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"echo"}})
	if err != nil {
		return
	}
	defer func() { _ = c.CloseNow() }()
	c.SetReadLimit(1 << 20)
	for {
		kind, data, err := c.Read(r.Context())
		switch {
		case err != nil:
			return
		case string(data) == "ping":
			err = c.Ping(c.CloseRead(r.Context()))
			data = []byte("ponged")
		case string(data) == "close":
			_ = c.Close(4001, "as told")
			return
		case string(data) == "address":
			data = []byte(r.RemoteAddr)
		}
		if err != nil || c.Write(r.Context(), kind, data) != nil {
			return
		}
	}
}

func serve(t *testing.T) *memnet.Network {
	t.Helper()
	n := memnet.New()
	s := &http.Server{Handler: http.HandlerFunc(echo), ReadHeaderTimeout: time.Second}
	done := make(chan error)
	go func() { done <- s.Serve(n) }()
	t.Cleanup(func() {
		_ = s.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
	return n
}

// caller waits for what its client is told.
type caller struct {
	memnet.Client
	opened chan struct{}
	heard  chan string
	ended  chan error
}

func (c *caller) OnOpen()               { close(c.opened) }
func (c *caller) OnText(message []byte) { c.heard <- string(message) }
func (c *caller) OnEnd(err error)       { c.ended <- err }

func dial(t *testing.T, n *memnet.Network, path string) *caller {
	t.Helper()
	c := &caller{opened: make(chan struct{}), heard: make(chan string, 1), ended: make(chan error, 1)}
	from := netip.MustParseAddrPort("10.1.2.3:4567")
	if err := c.Dial(n, &memnet.Request{From: from, Host: "site.test", Path: path, Subprotocol: "echo"}, c); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestClient: messages of all lengths, pings, the server's close, and the address that the client has.
func TestClient(t *testing.T) {
	c := dial(t, serve(t), "/echo")
	<-c.opened
	for _, said := range []string{"short", strings.Repeat("middle ", 100), strings.Repeat("long ", 40_000)} {
		c.Send([]byte(said))
		if heard := <-c.heard; heard != said {
			t.Errorf("said %d bytes and heard %d", len(said), len(heard))
		}
	}
	c.Send([]byte("address"))
	if heard := <-c.heard; heard != "10.1.2.3:4567" {
		t.Errorf("came from %s", heard)
	}
	c.Send([]byte("close"))
	var closed *memnet.CloseError
	if err := <-c.ended; !errors.As(err, &closed) || closed.Code != 4001 || closed.Reason != "as told" {
		t.Errorf("ended with %v", err)
	}
}

// TestPing: a client answers.
func TestPing(t *testing.T) {
	c := dial(t, serve(t), "/echo")
	<-c.opened
	c.Send([]byte("ping"))
	if heard := <-c.heard; heard != "ponged" {
		t.Errorf("heard %s", heard)
	}
}

// TestEnds: a refused upgrade, a client that is gone, and a network that is closed.
func TestEnds(t *testing.T) {
	n := serve(t)
	refused := dial(t, n, "/elsewhere")
	if err := <-refused.ended; err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("refused with %v", err)
	}
	c := dial(t, n, "/echo")
	<-c.opened
	c.HangUp()
	if err := <-c.ended; err != nil {
		t.Errorf("hung up and ended with %v", err)
	}
	_ = n.Close()
	if err := c.Dial(n, &memnet.Request{}, c); !errors.Is(err, net.ErrClosed) {
		t.Errorf("dialed a closed network: %v", err)
	}
}

// TestHTTP: an ordinary client reaches the same server.
func TestHTTP(t *testing.T) {
	client := serve(t).HTTP()
	defer client.CloseIdleConnections()
	answer, err := client.Get("http://site.test/elsewhere")
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusNotFound {
		t.Error(answer.Status)
	}
}
