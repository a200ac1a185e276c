package pebblestore

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Pebble's categories of what it does behind the scenes.
const (
	flushing   = "pebble-memtable-flush"
	compacting = "pebble-compaction"
)

const (
	// paceBytes is after how much a flush or a compaction pauses, paceRest for how many times as long as it took, and paceLongest at most: it takes
	// a quarter of a processor, where it would take a whole one for as long as it lasts. Measured on two cores at 10,000 messages a second:
	// each flush had held up 1,500 of them.
	paceBytes   = 64 << 10
	paceRest    = 3
	paceLongest = 20 * time.Millisecond
	// urgentPart is the part of MemTableBytes that may be logged before a flush is urgent: Pebble holds up who writes when it is overtaken.
	// urgentTables is the number of tables in level 0 with which a compaction is; Pebble holds up who writes at L0StopWritesThreshold.
	urgentPart   = 4
	urgentTables = 20
	// paceLooks is how often they are counted.
	paceLooks = 100 * time.Millisecond
)

// pacer makes Pebble's work behind the scenes give way to who waits for an answer, unless it would come too late.
type pacer struct {
	logged   *atomic.Int64 // how long the log in use is
	memTable int64         // how long it becomes

	mu     sync.Mutex
	db     *pebble.DB // nil: no pause
	tables int64      // in level 0
	looked time.Time
}

// use begins the pauses; nil ends them.
func (p *pacer) use(db *pebble.DB) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.db = db
}

// urgent reports whether a flush or compaction must not pause.
func (p *pacer) urgent(category vfs.DiskWriteCategory) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.db == nil:
		return true
	case category == flushing:
		return p.logged.Load() > p.memTable/urgentPart
	case time.Since(p.looked) > paceLooks:
		p.looked, p.tables = time.Now(), p.db.Metrics().Levels[0].TablesCount
	}
	return p.tables > urgentTables
}

// paced is a table that a flush or a compaction writes.
type paced struct {
	vfs.File
	urgent func() bool
	bytes  int
	since  time.Time
}

func (p *pacer) pace(f vfs.File, category vfs.DiskWriteCategory) vfs.File {
	return &paced{File: f, urgent: func() bool { return p.urgent(category) }, since: time.Now()}
}

// Write pauses afterwards, now and then.
func (f *paced) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	if f.bytes += n; f.bytes >= paceBytes {
		took := time.Since(f.since)
		if !f.urgent() {
			<-time.After(min(paceRest*took, paceLongest))
		}
		f.bytes, f.since = 0, time.Now()
	}
	return n, err
}
