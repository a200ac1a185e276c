package pebblestore

import (
	"sync/atomic"
	"time"
)

const (
	// busyCommits is how many commits one sync carries when there is a rush. Fewer are synced as soon as they come.
	busyCommits = 3
	// syncPause is how long the log waits in a rush, from one sync to the next: where a sync takes a fraction of it, more commits share
	// each; where it takes much longer, the pause is not felt.
	syncPause = 500 * time.Microsecond
)

// pace spaces the syncs of the log in a rush, and only then. A sync keeps a processor busy, on virtual machines for all of its time: at 10,000
// commits a second, syncing without a pause takes half of one. Its methods may be called from many goroutines at once.
type pace struct {
	commits atomic.Int64
	synced  atomic.Int64
}

// add notes commits that are about to be synced.
func (p *pace) add(commits int) { p.commits.Add(int64(commits)) }

// pause is how long to wait after the sync that just ended.
func (p *pace) pause() time.Duration {
	commits := p.commits.Load()
	if commits-p.synced.Swap(commits) < busyCommits {
		return 0
	}
	return syncPause
}
