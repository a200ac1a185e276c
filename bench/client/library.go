package client

import (
	"context"
	"fmt"
	"net/http"

	"github.com/coder/websocket"
)

// library is a connection of coder/websocket.
type library struct{ ws *websocket.Conn }

func dialLibrary(ctx context.Context, address, subprotocol string, header http.Header) (Conn, error) {
	o := &websocket.DialOptions{HTTPHeader: header}
	if subprotocol != "" {
		o.Subprotocols = []string{subprotocol}
	}
	ws, _, err := websocket.Dial(ctx, address, o)
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	ws.SetReadLimit(maxPayloadBytes)
	return &library{ws}, nil
}

// Send implements Conn.
func (l *library) Send(payload []byte) error {
	return l.ws.Write(context.Background(), websocket.MessageText, payload)
}

// Read implements Conn.
func (l *library) Read() ([]byte, error) {
	_, data, err := l.ws.Read(context.Background())
	return data, err
}

// Close implements Conn.
func (l *library) Close() error { return l.ws.CloseNow() }
