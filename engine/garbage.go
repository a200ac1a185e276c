package engine

import (
	"runtime"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"
)

// A process is busy when steadyTimes collections, over steadyFor at least, followed each other within busyFor each, while what is in use grew by less
// than a quarter over all of them: more, and it is not garbage alone that fills the heap. It stays busy until there was none for quietAfter, or what is in use grew by half
// from one to the next.
const (
	busyFor     = 5 * time.Second
	quietAfter  = 30 * time.Second
	steadyTimes = 3
	steadyFor   = 2 * time.Second
	// worthFreeing is from how many bytes on a collection is worth its time when the process has become quiet.
	worthFreeing = 4 << 20
)

// garbage lets more of it gather while the process is busy: a small heap is collected all the time, and whoever sends meanwhile waits. Measured on
// two cores: at 10,000 messages a second a heap of 14 MiB was collected every 0.6 s for 12 to 20 ms, and p99 was 17 to 20 ms; with 128 MiB of garbage
// it is 9 to 12 ms. At 2,000 a second it was 2.4 to 4.5 ms, and is 1.3 to 1.8. A process that is quiet, grows, or has a large heap keeps what was configured.
// With 480 MiB the messages would wait less often still, but then 19,000 visitors who come and stay took 14 KiB each instead of 6.
type garbage struct {
	percent int                   // as configured
	floor   int64                 // how many bytes may gather in any case
	set     func(percent int) int // debug.SetGCPercent
	free    func()                // debug.FreeOSMemory

	mu    sync.Mutex
	holds int // the percentage that is in force
	last  time.Time
	live  int64 // what the last collection left
	count uint64
	// steady is how many collections in a row found the process busy and not growing, and from the least that these left.
	steady int
	from   int64
	since  time.Time
	busy   bool
	quiet  *time.Timer
}

func newGarbage(percent int, floor int64, set func(percent int) int, free func()) *garbage {
	g := &garbage{percent: percent, floor: floor, set: set, free: free, holds: percent}
	g.quiet = time.AfterFunc(quietAfter, g.rest)
	return g
}

// current is the one whose settings the process has: they are the process's own.
var current atomic.Pointer[garbage]

// watch lets garbage follow the process's collections from now on, in place of the one before.
func (g *garbage) watch() {
	if before := current.Swap(g); before != nil {
		before.quiet.Stop()
	}
	g.await()
}

// await calls collected after the next collection.
func (g *garbage) await() {
	runtime.AddCleanup(new([4]uint64), (*garbage).collected, g)
}

func (g *garbage) collected() {
	if current.Load() != g {
		return
	}
	g.await()
	live, count := collections()
	g.after(live, count, time.Now())
}

// after is told of a collection that left live bytes in use. Of those that were not forced, it was number count.
func (g *garbage) after(live int64, count uint64, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if count == g.count {
		return
	}
	g.count = count
	pause, most := busyFor, g.from+g.from/4
	if g.busy {
		pause, most = quietAfter, g.live+g.live/2
	}
	if now.Sub(g.last) < pause && live <= most {
		g.steady++
		g.from = min(g.from, live)
	} else {
		g.steady, g.from, g.since, g.busy = 0, live, now, false
	}
	g.busy = g.busy || (g.steady >= steadyTimes && now.Sub(g.since) >= steadyFor)
	percent := g.percent
	if g.busy {
		percent = min(max(percent, int(100*g.floor/max(live, 1))), highGCPercent)
	}
	g.last, g.live = now, live
	g.quiet.Reset(quietAfter)
	g.hold(percent)
}

// rest goes back to what was configured, and gives back to the system what the quiet process does not need: the runtime by itself would keep
// a tenth more than what was in use at the last collection.
func (g *garbage) rest() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.steady, g.busy = 0, false
	g.hold(g.percent)
	if heapBytes() > g.live+max(g.live/8, worthFreeing) {
		g.free()
	}
}

// hold changes the percentage when that is worth stopping the world for.
func (g *garbage) hold(percent int) {
	if change := percent - g.holds; percent != g.percent && max(change, -change) <= g.holds/8 || change == 0 {
		return
	}
	g.holds = percent
	g.set(percent)
}

// heapBytes is what the heap takes: what is in use, garbage, and what is free and not given back.
func heapBytes() (n int64) {
	samples := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/free:bytes"}}
	metrics.Read(samples)
	for _, s := range samples {
		n += int64(s.Value.Uint64())
	}
	return n
}

// collections is what the last collection found in use, with what else the collector reckons percentages of, and how many there were that nobody
// forced.
func collections() (live int64, count uint64) {
	samples := []metrics.Sample{
		{Name: "/gc/cycles/automatic:gc-cycles"}, {Name: "/gc/heap/live:bytes"}, {Name: "/gc/scan/stack:bytes"}, {Name: "/gc/scan/globals:bytes"},
	}
	metrics.Read(samples)
	for _, s := range samples[1:] {
		live += int64(s.Value.Uint64())
	}
	return live, samples[0].Value.Uint64()
}
