package relay

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/pprof"
	"runtime/debug"
	"time"
)

// Ready is the line of JSON that a relay prints when it serves, in the manner of `parlor demo --json`.
type Ready struct {
	URL   string `json:"url"`
	Admin string `json:"admin"`
}

// Serve runs a relay until ctx ends: h on the given address, the runtime's profiles on a port of their own.
func Serve(ctx context.Context, address string, h http.Handler, out io.Writer) error {
	relay, err := listen(address, h)
	if err != nil {
		return err
	}
	defer relay.stop()
	profiles := http.NewServeMux()
	profiles.HandleFunc("GET /debug/pprof/", pprof.Index)
	profiles.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	profiles.HandleFunc("POST /debug/free", func(http.ResponseWriter, *http.Request) { debug.FreeOSMemory() })
	admin, err := listen("127.0.0.1:0", profiles)
	if err != nil {
		return err
	}
	defer admin.stop()
	if err := json.NewEncoder(out).Encode(Ready{URL: relay.url, Admin: admin.url}); err != nil {
		return fmt.Errorf("relay: %w", err)
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-relay.served:
		return fmt.Errorf("relay: %w", err)
	case err := <-admin.served:
		return fmt.Errorf("relay: %w", err)
	}
}

// server is one HTTP server on its own listener.
type server struct {
	http   *http.Server
	url    string
	served chan error
}

func listen(address string, h http.Handler) (*server, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("relay: %w", err)
	}
	s := &server{
		http: &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second},
		url:  "http://" + l.Addr().String(), served: make(chan error, 1),
	}
	go func() { s.served <- s.http.Serve(l); close(s.served) }()
	return s, nil
}

// stop closes the server and waits for it.
func (s *server) stop() {
	_ = s.http.Close()
	for range s.served {
	}
}
