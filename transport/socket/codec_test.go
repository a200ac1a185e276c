package socket

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// TestCodecsAreFreed forgets codecs, as the pool does at each collection.
func TestCodecsAreFreed(t *testing.T) {
	const codecs = 100
	var freed atomic.Int32
	for range codecs {
		runtime.AddCleanup(newCodec().ws, func(n *atomic.Int32) { n.Add(1) }, &freed)
	}
	for began := time.Now(); freed.Load() < codecs && time.Since(began) < 10*time.Second; {
		runtime.GC()
	}
	if n := freed.Load(); n < codecs {
		t.Errorf("%d of %d codecs were freed", n, codecs)
	}
}
