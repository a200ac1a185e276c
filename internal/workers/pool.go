package workers

import (
	"sync"
	"sync/atomic"
	"time"
)

// DefaultIdle is a good time for a worker to wait: longer than the pauses of a busy server, and short beside the time for which the memory of
// a burst would be missed.
const DefaultIdle = 5 * time.Second

// shards divide those that wait, so that no lock is shared by all. More would only be looked through when nobody waits.
const shards = 4

// Pool runs jobs. Its methods may be called from many goroutines at once.
type Pool[T any] struct {
	run  func(T)
	idle time.Duration
	set  [shards]shard[T]
	// armed says that timer will look for workers who are too many.
	armed  atomic.Bool
	timer  *time.Timer
	closed atomic.Bool
	// count is how many workers there are, and gone is closed with the last one after Close.
	mu    sync.Mutex
	count int
	gone  chan struct{}
}

// shard is a stack of workers who wait.
type shard[T any] struct {
	mu   sync.Mutex
	wait []*worker[T]
	// spare is how many waited all the time since the last look.
	spare int
	_     [24]byte // a cache line each
}

// worker is one goroutine. Its channel has room for the job, so that who gives it does not wait; closed, it ends the worker.
type worker[T any] struct{ job chan T }

// New makes a pool whose jobs are run with run. A worker ends when it waited for between idle and twice as long, or after Close.
func New[T any](run func(T), idle time.Duration) *Pool[T] {
	p := &Pool[T]{run: run, idle: idle}
	p.timer = time.AfterFunc(idle, p.look)
	p.timer.Stop()
	return p
}

// Go runs a job on a worker, and returns at once. After Close it still does, on a goroutine that ends with the job.
func (p *Pool[T]) Go(v T) {
	if w := p.pop(); w != nil {
		w.job <- v
		return
	}
	p.mu.Lock()
	p.count++
	p.mu.Unlock()
	go p.work(v)
}

// Close ends the workers who wait, and waits for the jobs that run. It may be called again.
func (p *Pool[T]) Close() {
	p.closed.Store(true)
	p.timer.Stop()
	for i := range p.set {
		p.set[i].release(nil)
	}
	p.mu.Lock()
	if p.count == 0 {
		p.mu.Unlock()
		return
	}
	if p.gone == nil {
		p.gone = make(chan struct{})
	}
	gone := p.gone
	p.mu.Unlock()
	<-gone
}

// work is a worker. look and Close end it.
func (p *Pool[T]) work(v T) {
	w := &worker[T]{job: make(chan T, 1)}
	for ok := true; ok; {
		p.run(v)
		if !p.push(w) {
			break
		}
		v, ok = <-w.job
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.count--; p.count == 0 && p.gone != nil {
		close(p.gone)
		p.gone = nil
	}
}

// pop takes the worker who waited for the shortest time, or nil.
func (p *Pool[T]) pop() *worker[T] {
	for i := range p.set {
		s := &p.set[i]
		if !s.mu.TryLock() {
			continue // a new worker costs less than waiting
		}
		n := len(s.wait) - 1
		if n < 0 {
			s.mu.Unlock()
			continue
		}
		w := s.wait[n]
		s.wait[n] = nil
		s.wait = s.wait[:n]
		s.spare = min(s.spare, n)
		s.mu.Unlock()
		return w
	}
	return nil
}

// push lets a worker wait. It reports false after Close.
func (p *Pool[T]) push(w *worker[T]) bool {
	s := &p.set[0]
	for i := range p.set {
		if s = &p.set[i]; s.mu.TryLock() {
			break
		}
		if i == len(p.set)-1 {
			s.mu.Lock()
		}
	}
	if p.closed.Load() { // looked at with the lock: Close comes by each shard after it
		s.mu.Unlock()
		return false
	}
	s.wait = append(s.wait, w)
	s.mu.Unlock()
	p.arm()
	return true
}

func (p *Pool[T]) arm() {
	if !p.armed.Load() && !p.armed.Swap(true) {
		p.timer.Reset(p.idle)
	}
}

// look lets go who was not needed since it looked last.
func (p *Pool[T]) look() {
	p.armed.Store(false)
	for i := range p.set {
		if s := &p.set[i]; s.release(&s.spare) > 0 && !p.closed.Load() {
			p.arm()
		}
	}
}

// release ends as many as spare says of those who waited for the longest time, all for nil. It returns how many still wait.
func (s *shard[T]) release(spare *int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.wait)
	if spare != nil {
		n = *spare
	}
	for _, w := range s.wait[:n] {
		close(w.job)
	}
	s.wait = append(s.wait[:0], s.wait[n:]...)
	clear(s.wait[len(s.wait):cap(s.wait)])
	s.spare = len(s.wait)
	return len(s.wait)
}
