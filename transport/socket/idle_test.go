package socket_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/transport/socket"
)

// TestIdleStacks looks at what 1,000 connections hold that have talked and fell silent: each has its reader, and the reader the smallest
// stack. Parked ones have neither.
func TestIdleStacks(t *testing.T) {
	const connections = 1000
	n := start(t, socket.Limits{}, echo)
	before := measureIdle()
	for range connections {
		c := n.dialRaw(t)
		c.send(t, fin|text, []byte("hello"))
		c.expect(t, fin|text, "hello")
	}
	// Readers get a fresh stack when they have been silent for a while.
	readers, least := connections, smallestStack+smallestStack/2
	if parked {
		readers, least = 0, 256
	}
	after := measureIdle()
	for began := time.Now(); (after.stacks-before.stacks)/connections > least && time.Since(began) < patience; {
		after = measureIdle()
	}
	if got := after.goroutines - before.goroutines; got > readers+connections/10 { // some workers wait for the next job
		t.Errorf("%d goroutines", got)
	}
	if got := (after.stacks - before.stacks) / connections; got > least {
		t.Errorf("%d bytes of stack for each connection", got)
	}
}

type idle struct{ goroutines, stacks int }

// measureIdle collects garbage first, which also frees the stacks of goroutines that are gone. Those of net/http and our writers end soon
// after the client has its answer; the smallest of some looks is when they have.
func measureIdle() idle {
	least := idle{goroutines: 1 << 30, stacks: 1 << 30}
	for range 10 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		least.goroutines, least.stacks = min(least.goroutines, runtime.NumGoroutine()), min(least.stacks, int(m.StackInuse))
	}
	return least
}
