package socket_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/transport/socket"
)

// TestMalformedUpgrades are refused with a status, and the handler never hears of them.
func TestMalformedUpgrades(t *testing.T) {
	without := func(line string) string { return strings.Replace(handshake, line, "", 1) }
	with := func(old, now string) string { return strings.Replace(handshake, old, now, 1) }
	n := start(t, socket.Limits{}, nil)
	for name, v := range map[string]struct {
		request string
		status  int
	}{
		"no Upgrade":           {without("Upgrade: websocket\r\n"), http.StatusUpgradeRequired},
		"other Upgrade":        {with("Upgrade: websocket", "Upgrade: h2c"), http.StatusUpgradeRequired},
		"no Connection":        {without("Connection: Upgrade\r\n"), http.StatusUpgradeRequired},
		"HTTP/1.0":             {with("HTTP/1.1", "HTTP/1.0"), http.StatusUpgradeRequired},
		"POST":                 {with("GET", "POST"), http.StatusMethodNotAllowed},
		"no version":           {without("Sec-WebSocket-Version: 13\r\n"), http.StatusBadRequest},
		"old version":          {with("Version: 13", "Version: 8"), http.StatusBadRequest},
		"no key":               {without("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"), http.StatusBadRequest},
		"short key":            {with("dGhlIHNhbXBsZSBub25jZQ==", "dGhl"), http.StatusBadRequest},
		"key of no base64":     {with("dGhlIHNhbXBsZSBub25jZQ==", "????????????????????????"), http.StatusBadRequest},
		"no subprotocol":       {without("Sec-WebSocket-Protocol: " + subprotocol + "\r\n"), http.StatusBadRequest},
		"other subprotocol":    {with(subprotocol, "test.v2"), http.StatusBadRequest},
		"subprotocol's prefix": {with(subprotocol, "test.v11"), http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			if got := n.request(t, v.request); got.StatusCode != v.status {
				t.Errorf("got %s, want %d", got.Status, v.status)
			}
		})
	}
	if len(n.ends) > 0 || n.Count() > 0 {
		t.Errorf("%d handlers opened, %d connections", len(n.ends), n.Count())
	}
}

// TestGoodUpgrades are unusual and right.
func TestGoodUpgrades(t *testing.T) {
	with := func(old, now string) string { return strings.Replace(handshake, old, now, 1) }
	for name, request := range map[string]string{
		"two subprotocols":      with(subprotocol, "other, "+subprotocol),
		"two lines":             with(subprotocol, "other\r\nSec-WebSocket-Protocol: "+subprotocol),
		"other case":            with("Upgrade: websocket", "upgrade: WebSocket"),
		"keep-alive":            with("Connection: Upgrade", "Connection: keep-alive, Upgrade"),
		"compression asked":     with("\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"),
		"an origin of any kind": with("\r\n\r\n", "\r\nOrigin: https://elsewhere.example\r\n\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			n := start(t, socket.Limits{}, echo)
			answer := n.request(t, request)
			if answer.StatusCode != http.StatusSwitchingProtocols || answer.Header.Get("Sec-WebSocket-Protocol") != subprotocol {
				t.Fatalf("got %s, subprotocol %q", answer.Status, answer.Header.Get("Sec-WebSocket-Protocol"))
			}
			if got := answer.Header.Get("Sec-WebSocket-Accept"); got != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
				t.Errorf("Sec-WebSocket-Accept %q", got)
			}
			if got := answer.Header.Get("Sec-WebSocket-Extensions"); got != "" {
				t.Errorf("extensions %q were negotiated", got)
			}
			n.next(t).expectEnd(t, socket.CodeAbnormal)
		})
	}
}

// TestNoSubprotocolDemanded serves clients that offer none when Limits name none.
func TestNoSubprotocolDemanded(t *testing.T) {
	s := socket.NewServer(socket.Limits{Parked: parked})
	n := &node{Server: s, ends: make(chan *end, 1)}
	serve(t, n, echo)
	answer := n.request(t, strings.Replace(handshake, "Sec-WebSocket-Protocol: "+subprotocol+"\r\n", "", 1))
	if answer.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("got %s", answer.Status)
	}
	n.next(t).expectEnd(t, socket.CodeAbnormal)
}

// request sends text over a connection of its own, which ends with the answer.
func (n *node) request(t testing.TB, text string) *http.Response {
	t.Helper()
	c, err := net.Dial("tcp", n.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}
