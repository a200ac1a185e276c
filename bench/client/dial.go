package client

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
)

// readBufferBytes holds some messages; a generator has thousands of connections.
const readBufferBytes = 2 << 10

// sampleKey is the example key of RFC 6455, section 1.3. Keys guard against caches, of which there are none here.
const sampleKey = "dGhlIHNhbXBsZSBub25jZQ=="

func dialLean(ctx context.Context, address, subprotocol string, header http.Header) (Conn, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	if u.Scheme != "ws" {
		return nil, errors.New("client: lean clients speak no TLS; use those of the library")
	}
	var d net.Dialer
	nc, err := d.DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	in, err := shakeHands(ctx, nc, u, subprotocol, header)
	if err != nil {
		_ = nc.Close()
		return nil, err
	}
	return &lean{net: nc, in: in}, nil
}

// shakeHands upgrades the connection (RFC 6455, section 4.1).
func shakeHands(ctx context.Context, nc net.Conn, u *url.URL, subprotocol string, header http.Header) (*bufio.Reader, error) {
	stop := context.AfterFunc(ctx, func() { _ = nc.Close() })
	defer stop()
	r := &http.Request{Method: http.MethodGet, URL: &url.URL{Scheme: "http", Host: u.Host, Path: u.Path, RawQuery: u.RawQuery}, Host: u.Host, Header: header.Clone()}
	if r.Header == nil {
		r.Header = make(http.Header)
	}
	r.Header.Set("Connection", "Upgrade")
	r.Header.Set("Upgrade", "websocket")
	r.Header.Set("Sec-WebSocket-Version", "13")
	r.Header.Set("Sec-WebSocket-Key", sampleKey)
	if subprotocol != "" {
		r.Header.Set("Sec-WebSocket-Protocol", subprotocol)
	}
	if err := r.Write(nc); err != nil {
		return nil, fmt.Errorf("client: upgrade: %w", err)
	}
	in := bufio.NewReaderSize(nc, readBufferBytes)
	answer, err := http.ReadResponse(in, r)
	if err != nil {
		return nil, fmt.Errorf("client: upgrade: %w", err)
	}
	if answer.StatusCode != http.StatusSwitchingProtocols {
		return nil, fmt.Errorf("client: the upgrade was answered with %s", answer.Status)
	}
	return in, nil
}
