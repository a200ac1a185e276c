package socket

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"

	"github.com/coder/websocket"
)

var errNoSubprotocol = errors.New("socket: the client does not offer the subprotocol")

// accept answers the handshake and makes the connection. It also returns what the client sent together with the upgrade.
func accept(s *Server, w http.ResponseWriter, r *http.Request, h Handler) (c *Conn, early []byte, err error) {
	if !offers(r, s.limits.Subprotocol) {
		http.Error(w, "offer the WebSocket subprotocol "+s.limits.Subprotocol, http.StatusBadRequest)
		return nil, nil, errNoSubprotocol
	}
	from := &hijacker{ResponseWriter: w}
	ws, err := websocket.Accept(from, r, &websocket.AcceptOptions{
		Subprotocols:       []string{s.limits.Subprotocol},
		InsecureSkipVerify: true, // the caller checked where the request comes from, more strictly
		CompressionMode:    websocket.CompressionDisabled,
	})
	if err != nil {
		return nil, nil, err
	}
	_ = ws.CloseNow() // it has shaken hands; messages are read by a leased codec
	now := s.now()
	c = &Conn{server: s, handler: h, net: from.conn, fd: -1, jitter: uint8(s.next.Load()), opened: now, heard: now}
	if len(from.early) == 0 {
		c.dry.Store(handled)
	}
	c.lookUnder()
	return c, from.early, nil
}

// lookUnder finds the descriptor of a plain socket, and opens the lot for the first one.
func (c *Conn) lookUnder() {
	sc, ok := c.net.(syscall.Conn)
	if !ok || !canPeek {
		return
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return
	}
	c.raw, c.fill = raw, c.take
	if c.server.parks() {
		_ = raw.Control(func(fd uintptr) { c.fd = int32(fd) }) // on an error it is not parked, and its reader will meet the same
	}
}

// offers reports whether the upgrade asks for the subprotocol. A request that is no upgrade is coder's to refuse.
func offers(r *http.Request, subprotocol string) bool {
	if subprotocol == "" || !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		return true
	}
	for _, header := range r.Header.Values("Sec-WebSocket-Protocol") {
		if slices.ContainsFunc(strings.Split(header, ","), func(p string) bool {
			return strings.EqualFold(strings.TrimSpace(p), subprotocol)
		}) {
			return true
		}
	}
	return false
}

// hijacker takes the connection from net/http, and hands coder/websocket one that does nothing.
type hijacker struct {
	http.ResponseWriter
	conn  net.Conn
	early []byte
}

// Hijack implements http.Hijacker.
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	nc, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	early, err := rw.Reader.Peek(rw.Reader.Buffered())
	if err != nil {
		return nil, nil, err
	}
	h.conn, h.early = nc, slices.Clone(early)
	d := detached{}
	return d, bufio.NewReadWriter(bufio.NewReaderSize(d, codecBufferBytes), bufio.NewWriterSize(d, codecBufferBytes)), nil
}
