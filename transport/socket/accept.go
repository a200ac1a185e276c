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

// Sizes of the buffers that an idle connection holds. Nothing is written through coder/websocket, so that the smallest will do.
const (
	readBufferBytes  = 256
	writeBufferBytes = 16
)

var errNoSubprotocol = errors.New("socket: the client does not offer the subprotocol")

// accept answers the handshake and makes the connection.
func accept(s *Server, w http.ResponseWriter, r *http.Request, h Handler) (*Conn, error) {
	if !offers(r, s.limits.Subprotocol) {
		http.Error(w, "offer the WebSocket subprotocol "+s.limits.Subprotocol, http.StatusBadRequest)
		return nil, errNoSubprotocol
	}
	c := &Conn{server: s, handler: h, jitter: uint8(s.next.Load())}
	ws, err := websocket.Accept(&hijacker{ResponseWriter: w, conn: c}, r, &websocket.AcceptOptions{
		Subprotocols:       []string{s.limits.Subprotocol},
		InsecureSkipVerify: true, // the caller checked where the request comes from, more strictly
		CompressionMode:    websocket.CompressionDisabled,
		OnPingReceived:     c.onPing,
	})
	if err != nil {
		return nil, err
	}
	ws.SetReadLimit(int64(s.limits.MessageBytes))
	c.ws = ws
	c.opened = s.now()
	c.heard = c.opened
	return c, nil
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

// hijacker hands coder/websocket small buffers and a guarded connection in place of net/http's.
type hijacker struct {
	http.ResponseWriter
	conn *Conn
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
	c := h.conn
	c.net = nc
	if sc, ok := nc.(syscall.Conn); ok && canPeek {
		c.raw, _ = sc.SyscallConn()
	}
	if len(early) > 0 {
		c.early = slices.Clone(early)
	}
	g := guarded{nc, c}
	c.in = bufio.NewReaderSize(g, readBufferBytes)
	return g, bufio.NewReadWriter(c.in, bufio.NewWriterSize(g, writeBufferBytes)), nil
}
