package client

import (
	"context"
	"fmt"
	"net/http"
)

// Conn is one connection. Send may be called from many goroutines at once, Read from one.
type Conn interface {
	// Send writes one text message.
	Send(payload []byte) error
	// Read returns the next text message; it is valid until the next Read. Pings are answered on the way.
	Read() ([]byte, error)
	// Close ends the connection without ceremony. A Read under way returns an error.
	Close() error
}

// Kind is what the clients are made of.
type Kind string

// Library is coder/websocket's own client, what a program in Go would use. Lean does the least that a client can do: the server then gets
// nearly the whole machine, so that small differences of its cost become large ones of the ratio.
const (
	Library Kind = "library"
	Lean    Kind = "lean"
)

// Dial connects to a ws URL and offers the subprotocol, if there is one. header is sent along.
func (k Kind) Dial(ctx context.Context, address, subprotocol string, header http.Header) (Conn, error) {
	switch k {
	case Library:
		return dialLibrary(ctx, address, subprotocol, header)
	case Lean:
		return dialLean(ctx, address, subprotocol, header)
	}
	return nil, fmt.Errorf("client: there is no kind %q", k)
}
