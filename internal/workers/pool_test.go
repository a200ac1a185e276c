package workers_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/parlor-chat/parlor/internal/workers"
)

// TestMain fails when a test leaves a worker behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func call(f func()) { f() }

// TestEachJobOnce gives jobs from many goroutines, some of them from jobs, in bursts of all sizes.
func TestEachJobOnce(t *testing.T) {
	const givers, each = 16, 2000
	p := workers.New(call, time.Millisecond) // so short that workers come and go all the time
	defer p.Close()
	var runs [givers][each]atomic.Int32
	var jobs, giving sync.WaitGroup
	jobs.Add(givers * each * 2)
	for g := range givers {
		giving.Go(func() {
			for i := range each {
				p.Go(func() {
					runs[g][i].Add(1)
					p.Go(jobs.Done)
					jobs.Done()
				})
				if i%(g+1) == 0 {
					runtime.Gosched()
				}
			}
		})
	}
	giving.Wait()
	jobs.Wait()
	for g := range runs {
		for i := range runs[g] {
			if n := runs[g][i].Load(); n != 1 {
				t.Fatalf("job %d of giver %d ran %d times", i, g, n)
			}
		}
	}
}

// TestReuse gives one job after the other: all are run by the same worker.
func TestReuse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := workers.New(call, time.Second)
		defer p.Close()
		for range 1000 {
			p.Go(func() {})
			synctest.Wait()
		}
		if n := p.Workers(); n != 1 {
			t.Errorf("%d workers for one job at a time", n)
		}
	})
}

// TestIdle lets those go who are not needed, and keeps the one who is.
func TestIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := workers.New(call, time.Second)
		defer p.Close()
		count := func() int { synctest.Wait(); return p.Workers() }
		free := make(chan struct{})
		for range 100 {
			p.Go(func() { <-free })
		}
		if n := count(); n != 100 {
			t.Fatalf("%d workers for 100 jobs that wait", n)
		}
		close(free)
		if n := count(); n != 100 {
			t.Fatalf("%d workers wait", n)
		}
		for range 30 {
			time.Sleep(100 * time.Millisecond)
			p.Go(func() {})
		}
		if n := count(); n != 1 {
			t.Errorf("%d workers after three seconds in which one was needed", n)
		}
		time.Sleep(2 * time.Second)
		if n := count(); n != 0 {
			t.Errorf("%d workers after two seconds in which none was", n)
		}
		done := false
		p.Go(func() { done = true })
		if count(); !done {
			t.Error("a job after all workers ended did not run")
		}
	})
}

// TestClose waits for jobs that run, ends those who wait, and may be called again and with jobs to come.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := workers.New(call, time.Hour)
		p.Close() // of nobody
		p = workers.New(call, time.Hour)
		var ran atomic.Int32
		for i := range 10 {
			p.Go(func() {
				time.Sleep(time.Duration(i) * time.Second)
				p.Go(func() { ran.Add(1) })
				ran.Add(1)
			})
		}
		time.Sleep(1500 * time.Millisecond) // two wait
		p.Close()
		if n := ran.Load(); n != 20 {
			t.Errorf("Close returned after %d of 20 jobs", n)
		}
		p.Go(func() { ran.Add(1) })
		p.Close()
		if n := ran.Load(); n != 21 {
			t.Error("a job after Close did not run")
		}
	})
}

// deep needs a stack of some KiB.
//
//go:noinline
func deep(n int) byte {
	var frame [512]byte
	frame[n] = byte(n)
	if n > 0 {
		frame[0] = deep(n - 1)
	}
	return frame[n] + frame[0]
}

// BenchmarkJob is a job that needs 4 KiB of stack, on a worker and in a goroutine of its own.
func BenchmarkJob(b *testing.B) {
	done := make(chan struct{})
	job := func() {
		deep(8)
		done <- struct{}{}
	}
	b.Run("worker", func(b *testing.B) {
		p := workers.New(call, workers.DefaultIdle)
		defer p.Close()
		b.ReportAllocs()
		for b.Loop() {
			p.Go(job)
			<-done
		}
	})
	b.Run("goroutine", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			go job()
			<-done
		}
	})
}
