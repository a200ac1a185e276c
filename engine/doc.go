// Package engine assembles one node: configuration in, running node out. It is the only place that knows which store is used, where shards
// are placed and which ports are open.
//
//	New -> Start -> serving -> Stop
//
// Start opens the ports, then the store, then claims the shards, and only then serves. Stop goes the other way: it refuses new sockets,
// sends the clients away, lets the actors write what they hold, hands temporary sessions to the next process (package handover), and closes the
// store last. Both may be called from any goroutine; Stop may be called twice and without Start.
//
// Operator changes websites and agents of a running node; Control is the same across processes, through the admin listener.
package engine
