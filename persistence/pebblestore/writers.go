package pebblestore

import (
	"hash/maphash"
	"math"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/parlor-chat/parlor/persistence"
)

const (
	// writers is eight: while some wait for the disk, another checks and writes, so that what arrives joins the next sync and does not wait for
	// the one after it.
	writers = 8
	// together is how much has to wait, for each writer at work, until one more begins. With less, what arrives waits for the sync under way and
	// shares the next one: measured at 2,000 messages a second, where a message is mostly alone, that took a tenth less of the processor.
	together = 16
	// queuedCommits bounds the commits that wait. What is over it is refused at once.
	queuedCommits = 4096
	// groupCommits and groupBytes bound what a writer writes at once, and so how long the first of it waits. Measured with 32 messages in
	// each commit: an eighth of the bytes took 15 % more of the processor.
	groupCommits = 128
	groupBytes   = 512 << 10
)

// group is what one writer writes at once: the requests, their answers, and the steps that are in the batch but not in the store.
type group struct {
	requests []*request
	outcomes []outcome
	batch    *pebble.Batch
	gathered []gathered
	full     bool         // the disk is
	broken   error        // the batch holds half a step
	since    atomic.Int64 // when the write that is under way began, on the committer's own clock; 0: none is
}

// gathered is a step of the group at hand, for the repeat that comes close behind it.
type gathered struct {
	session sessionKey
	dedupes []persistence.Dedupe
}

// startCommitter starts the writers; stop ends them.
func startCommitter(db *pebble.DB, space *watermark, log *pebbleLog) *committer {
	c := &committer{
		db: db, space: space, log: log, began: time.Now(), begin: make(chan struct{}, writers), recent: newRecent(), seed: maphash.MakeSeed(),
	}
	for i := range c.groups {
		g := &c.groups[i]
		g.batch = db.NewBatch(pebble.WithMaxRetainedSizeBytes(2 * groupBytes))
		c.ended.Go(func() {
			defer g.batch.Close()
			for range c.begin {
				for c.write(g) {
				}
			}
		})
	}
	return c
}

// stop carries out what waits and ends the writers. Nobody may call enqueue or offer any more.
func (c *committer) stop() {
	close(c.begin)
	c.ended.Wait()
}

// offer enqueues a request unless too many wait; then it returns false.
func (c *committer) offer(r *request) bool { return c.put(r, queuedCommits) }

// enqueue enqueues what must not be refused.
func (c *committer) enqueue(r *request) { c.put(r, math.MaxInt) }

func (c *committer) put(r *request, limit int) bool {
	c.mu.Lock()
	if len(c.queue) >= limit {
		c.mu.Unlock()
		return false
	}
	c.queue = append(c.queue, r)
	more := c.writing < writers && len(c.queue) > c.writing*together
	if more {
		c.writing++
	}
	c.mu.Unlock()
	if more {
		c.begin <- struct{}{} // has room for all writers
	}
	return true
}

// take moves the first of what waits into the group, until it is large enough. A session's requests stay in order; those of different sessions are
// put in the order of their keys, which makes the way to each key's place in memory shorter.
func (c *committer) take(g *group) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, bytes, claims := 0, 0, false
	for n < len(c.queue) && n < groupCommits && bytes < groupBytes {
		bytes += c.queue[n].size()
		claims = claims || c.queue[n].claim != nil
		n++
	}
	if n == 0 {
		c.writing--
		return false
	}
	g.requests = append(g.requests, c.queue[:n]...)
	left := copy(c.queue, c.queue[n:])
	clear(c.queue[left:])
	c.queue = c.queue[:left]
	if !claims { // what comes before a claim and what behind it are not the same
		slices.SortStableFunc(g.requests, func(a, b *request) int { return a.session.compare(b.session) })
	}
	return true
}

// write carries out a group: what waits, as far as it has room. False: nothing waits, and the writer's work ends.
func (c *committer) write(g *group) bool {
	runtime.Gosched() // who was just answered and has more comes along: under load groups become seven times as large
	c.turn.Lock()
	if !c.take(g) {
		c.turn.Unlock()
		return false
	}
	g.since.Store(c.now())
	applied, err := c.check(g)
	c.turn.Unlock() // the next group may be checked: it finds this one in the store, and its sync ends no earlier
	if applied {
		if err = g.batch.SyncWait(); err != nil {
			c.log.Fatalf("write: %v", err)
		}
	}
	g.answer(err)
	return true
}

// check carries out the group's requests and gives what they write to Pebble, which has to sync it then. An error is the whole group's, since each
// answer may rest on what was not written.
func (c *committer) check(g *group) (applied bool, err error) {
	c.group, g.full = g, c.space.isFull()
	for _, r := range g.requests {
		committed, err := c.carryOut(r)
		g.outcomes = append(g.outcomes, outcome{committed, err})
	}
	if err = g.broken; err == nil && g.batch.Empty() && c.others() {
		err = g.batch.LogData(nil, nil) // the answers may rest on a group that is being synced, such as a repeat's on its first: a sync behind it
	}
	if err == nil && !g.batch.Empty() {
		err = fault("write", c.db.ApplyNoSyncWait(g.batch, pebble.Sync))
		applied = err == nil
	}
	if err != nil {
		c.recent.forget()
	}
	return applied, err
}

// others reports whether more writers are at work than the one who asks.
func (c *committer) others() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.writing > 1
}

// answer tells the callers, and makes room for the next group.
func (g *group) answer(err error) {
	g.since.Store(0)
	for i, r := range g.requests {
		o := g.outcomes[i]
		if err != nil {
			o = outcome{err: err}
		}
		r.done <- o
	}
	clear(g.requests)
	clear(g.outcomes)
	clear(g.gathered)
	g.requests, g.outcomes, g.gathered, g.broken = g.requests[:0], g.outcomes[:0], g.gathered[:0], nil
	g.batch.Reset()
}

// busyFor is how long the oldest write that is under way has been so.
func (c *committer) busyFor() time.Duration {
	oldest := time.Duration(0)
	for i := range c.groups {
		if since := c.groups[i].since.Load(); since != 0 {
			oldest = max(oldest, time.Duration(c.now()-since))
		}
	}
	return oldest
}

// now is the time on a clock that nobody can change (G20), never 0.
func (c *committer) now() int64 { return int64(time.Since(c.began)) + 1 }
