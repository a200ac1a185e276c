package engine

import (
	"net"
	"net/http"
	"sync/atomic"
)

const (
	// storeLeast and storeMost bound how many files the store may have open, and storePart is its part of the descriptors in between: with fewer than
	// storeLeast it opens files all the time.
	storeLeast, storeMost, storePart = 80, 1000, 32
	// otherDescriptors are kept for what is neither a connection nor a table: listeners, logs, the poller, operators, and connections that are being
	// refused.
	otherDescriptors = 64
	// pendingConns is how many more connections than sockets there may be: they are told with an answer that they are too many.
	pendingConns = otherDescriptors / 2
	// socketsLeast are allowed in any case.
	socketsLeast = 16
)

// descriptors shares out what the process may open (G21): the store keeps its part, so that it works however many connections come. It may be
// used from many goroutines.
type descriptors struct {
	// store is how many files the store may have open, sockets how many connections there may be; 0: not known, and not bounded.
	store, sockets int
	// requests are the connections that are no sockets, or not yet.
	requests atomic.Int64
}

func shareDescriptors(limit uint64) *descriptors {
	if limit == 0 {
		return new(descriptors)
	}
	all := int(min(limit, 1<<30))
	store := min(max(all/storePart, storeLeast), storeMost)
	return &descriptors{store: store, sockets: max(all-store-otherDescriptors, socketsLeast)}
}

// atMost is how many sockets there may be where the configuration allows so many, 0 for any number.
func (d *descriptors) atMost(configured int) int {
	if configured == 0 || d.sockets > 0 && d.sockets < configured {
		return d.sockets
	}
	return configured
}

// watch makes a server hang up on connections that would take what the store needs. sockets counts those that have become sockets.
func (d *descriptors) watch(s *http.Server, sockets func() int64) {
	if d.sockets == 0 {
		return
	}
	s.ConnState = func(c net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			if d.requests.Add(1)+sockets() > int64(d.sockets+pendingConns) {
				_ = c.Close() // the server meets that when it reads, and ends it
			}
		case http.StateClosed, http.StateHijacked:
			d.requests.Add(-1)
		}
	}
}
