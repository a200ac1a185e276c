package engine

import (
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestGarbage: while collections follow each other closely a small heap may gather as much as a large one, and it is given back afterwards.
func TestGarbage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var holds, freed atomic.Int64
		holds.Store(100)
		g := newGarbage(100, 64<<20, func(percent int) int { return int(holds.Swap(int64(percent))) }, func() { freed.Add(1) })
		defer g.quiet.Stop()
		for _, c := range []struct {
			name  string
			pause time.Duration
			live  int64
			want  int64
		}{
			{"quiet", 6 * time.Second, 16 << 20, 100},
			{"startup", time.Millisecond, 16 << 20, 100},
			{"startup goes on", time.Millisecond, 16 << 20, 100},
			{"and on", time.Millisecond, 16 << 20, 100},
			{"grows", time.Second, 21 << 20, 100},
			{"busy", time.Second, 16 << 20, 100},
			{"busy a second time", time.Second, 16 << 20, 100},
			{"busy for a while", time.Second, 16 << 20, 400},
			{"busy, hardly changed", time.Second, 17 << 20, 400},
			{"busy, less in use", time.Second, 8 << 20, 800},
			{"busy, next to nothing in use", time.Second, 1, highGCPercent},
			{"grows again", time.Second, 640 << 20, 100},
			{"large", time.Second, 640 << 20, 100},
			{"large for longer", time.Second, 640 << 20, 100},
			{"large for a while", time.Second, 640 << 20, 100},
			{"smaller again", time.Second, 32 << 20, 200},
			{"slower", busyFor, 32 << 20, 200},
			{"more in use", time.Second, 45 << 20, 142},
			{"much more in use", time.Second, 70 << 20, 100},
			{"less again", time.Second, 20 << 20, 100},
			{"grows a little", quietAfter - 1, 20 << 20, 100},
			{"grows a little more", time.Second, 21 << 20, 100},
			{"and more", time.Second, 24 << 20, 100},
			{"and more than it may", time.Second, 26 << 20, 100},
			{"less", time.Second, 20 << 20, 100},
			{"more than it may since then", time.Second, 26 << 20, 100},
			{"and on", time.Second, 27 << 20, 100},
			{"and on from there", time.Second, 28 << 20, 100},
		} {
			time.Sleep(c.pause)
			g.after(c.live, g.count+1, time.Now())
			g.after(c.live, g.count, time.Now().Add(time.Second)) // by force, which says nothing
			if got := holds.Load(); got != c.want {
				t.Errorf("%s: %d %%, want %d", c.name, got, c.want)
			}
		}
		for range steadyTimes + 1 {
			time.Sleep(time.Second)
			g.after(32<<20, g.count+1, time.Now())
		}
		kept := make([]byte, 64<<20) // more than the 32 MiB that the last collection is said to have left
		time.Sleep(quietAfter - time.Millisecond)
		synctest.Wait()
		if got := holds.Load(); got != 200 || freed.Load() != 0 {
			t.Errorf("%d %% before it was quiet for long, freed %d times", got, freed.Load())
		}
		time.Sleep(time.Millisecond)
		synctest.Wait()
		if got := holds.Load(); got != 100 {
			t.Errorf("%d %% after half a quiet minute", got)
		}
		if freed.Load() != 1 {
			t.Errorf("freed %d times after half a quiet minute, want once", freed.Load())
		}
		runtime.KeepAlive(kept)
	})
}

// TestGarbageFollowsTheCollector hears of each of the process's own collections.
func TestGarbageFollowsTheCollector(t *testing.T) {
	heard := make(chan int, 1)
	g := newGarbage(10, 1<<50, func(percent int) int {
		select { // nobody listens to what is behind the last
		case heard <- percent:
		default:
		}
		return 0
	}, func() {})
	g.last, g.live, g.busy = time.Now(), 1<<50, true
	g.watch()
	defer current.Store(nil)
	defer g.quiet.Stop()
	for range 2 {
		if percent := allocateUntil(heard); percent != highGCPercent {
			t.Errorf("%d %% with a boundless floor", percent)
		}
		g.mu.Lock()
		g.holds, g.live, g.busy = g.percent, 1<<50, true
		g.mu.Unlock()
	}
	if live, count := collections(); live < 100<<10 || live > 10<<30 || count < 2 {
		t.Errorf("%d bytes are in use after %d collections", live, count)
	}
}

// allocateUntil makes garbage until something is heard.
func allocateUntil(heard <-chan int) int {
	for {
		select {
		case percent := <-heard:
			return percent
		default:
			sink = make([]byte, 64<<10)
		}
	}
}

// sink keeps what is put into it from being optimized away.
var sink []byte
