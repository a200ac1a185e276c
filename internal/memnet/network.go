package memnet

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// Network is a listener in memory. Its methods may be called from many goroutines at once.
type Network struct {
	arriving chan net.Conn
	closed   chan struct{}
	once     sync.Once
}

// New makes a network on which a server may listen.
func New() *Network {
	return &Network{arriving: make(chan net.Conn), closed: make(chan struct{})}
}

// Accept implements net.Listener.
func (n *Network) Accept() (net.Conn, error) {
	select {
	case c := <-n.arriving:
		return c, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener. Connections stay.
func (n *Network) Close() error {
	n.once.Do(func() { close(n.closed) })
	return nil
}

// Addr implements net.Listener.
func (n *Network) Addr() net.Addr { return here }

var here = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80}

// HTTP returns an ordinary client of the server, whatever host it names. The caller closes its idle connections.
func (n *Network) HTTP() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		return client, n.connect(server)
	}}}
}

func (n *Network) connect(c net.Conn) error {
	select {
	case n.arriving <- c:
		return nil
	case <-n.closed:
		return net.ErrClosed
	}
}
