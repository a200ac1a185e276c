package pebblestore

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/parlor-chat/parlor/persistence"
)

// Store implements persistence.Store.
type Store struct {
	db        *pebble.DB
	lock      *pebble.Lock
	fs        keepsNothing
	room      *room
	dir       string
	log       *pebbleLog
	space     *watermark
	committer *committer
	clerk     *clerk
	audit     *auditLog
	// epoch is the last epoch that was given out. Its upper half counts the starts, so that each start's epochs are higher than all before
	// and a claim needs no disk.
	epoch  atomic.Uint64
	secret [32]byte // the deployment key
	calls  gate
	backup sync.Mutex // one is made at a time
	// requests are those that were answered, to be used again with their channels.
	requests sync.Pool
	close    sync.Once
	closed   error
}

var _ persistence.Store = (*Store)(nil)

// Open opens the data directory, or makes it, and writes to it once. Errors: ErrInUse, ErrNewerFormat, ErrForeign, ErrDamaged, ErrNoRoom,
// persistence.ErrAudit, or the disk's.
func Open(o Options) (*Store, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	room := newRoom()
	if o.hasty {
		room.log, room.table = time.Millisecond, time.Millisecond
	}
	fs := newKeepsNothing(newWithRoom(o.FS, o.Dir, room), o.Dir)
	lock, err := prepare(fs, o.Dir)
	if err != nil {
		return nil, err
	}
	fs.spares = newSpares(fs, o.Dir, o.MemTableBytes)
	if err := errors.Join(fs.spares.clear(), checkRoom(fs, o.Dir)); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	fs.pacer = &pacer{logged: &fs.spares.logged, memTable: o.MemTableBytes}
	log := &pebbleLog{log: o.Logger, fatal: o.Fatal}
	db, err := pebble.Open(o.Dir, o.pebble(fs, lock, log))
	if err != nil {
		return nil, errors.Join(fault(fmt.Sprintf("open the data directory %q", o.Dir), err), fs.spares.close(), lock.Close())
	}
	fs.pacer.use(db)
	s := &Store{db: db, lock: lock, fs: fs, room: room, dir: o.Dir, log: log, space: newWatermark(fs, o.Dir, room, o.Logger)}
	if err := s.begin(); err != nil {
		return nil, errors.Join(
			fault(fmt.Sprintf("write to the data directory %q", o.Dir), err), db.Close(), fs.spares.close(), lock.Close())
	}
	known, err := s.knownAudit()
	if err == nil {
		s.audit, err = openAudit(fs, o.Dir, known, o.Logger)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close(), fs.spares.close(), lock.Close())
	}
	s.committer = startCommitter(db, s.space, log)
	s.clerk = startClerk()
	if err := s.catchUp(context.Background()); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	room.begin(log.Fatalf)
	return s, nil
}

// Names of the deployment's single values.
const (
	nodeStarts = "starts"
	nodeSecret = "secret"
	nodeSweep  = "sweep"
)

func nodeKey(name string) []byte { return append([]byte{tableNode}, name...) }

// begin counts the start and makes the deployment key at the first one. It is also the check that the disk can be written.
func (s *Store) begin() error {
	starts, err := get(s.db, nodeKey(nodeStarts))
	if err != nil {
		return err
	}
	secret, err := get(s.db, nodeKey(nodeSecret))
	if err != nil {
		return err
	}
	n := uint64(1)
	if len(starts) == 8 {
		n = binary.BigEndian.Uint64(starts) + 1
	}
	if secret == nil {
		secret = make([]byte, len(s.secret))
		_, _ = rand.Read(secret) // never fails: crypto/rand ends the process instead
	}
	s.epoch.Store(n << 32)
	copy(s.secret[:], secret)
	batch := s.db.NewBatch()
	defer batch.Close()
	if err := errors.Join(
		batch.Set(nodeKey(nodeStarts), binary.BigEndian.AppendUint64(nil, n), nil),
		batch.Set(nodeKey(nodeSecret), secret, nil),
	); err != nil {
		return err
	}
	return s.db.Apply(batch, pebble.Sync)
}

// stalledAfter is how long one write may take before Health calls it ill: far above a slow disk's worst, below what people wait.
const stalledAfter = 5 * time.Second

// Health implements persistence.Store. It names the first that is wrong: the disk refused a write, damage was met, the disk is nearly full
// (persistence.ErrFull), a write has been going on for five seconds.
func (s *Store) Health(ctx context.Context) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	switch {
	case s.log.failed.Load():
		return errFailed
	case s.log.damaged.Load():
		return fmt.Errorf("%w: restore the last backup, and have the disk checked", ErrDamaged)
	case s.space.isFull():
		return persistence.ErrFull
	}
	if busy := s.committer.busyFor(); busy > stalledAfter {
		return fmt.Errorf("pebblestore: the disk has not finished a write for %v", busy.Round(time.Second))
	}
	return nil
}

// Close implements persistence.Store. It waits for the calls that are in flight and for what they left behind when their context ended. What waits for
// space on a full disk fails, which ends the process (Options.Fatal): nobody was told that it is stored. It leaves a list of
// the files, so that the next start notices what was damaged meanwhile (G13).
func (s *Store) Close() error {
	s.close.Do(func() {
		s.room.end()
		s.calls.shut()
		s.clerk.stop() // it asks the committer
		s.committer.stop()
		s.fs.pacer.use(nil)
		err := errors.Join(s.db.Close(), s.audit.close(), s.fs.spares.close())
		if err == nil {
			_ = writeInventory(s.fs, s.dir, pebbles) // without it the next start is one as after a crash
		}
		s.closed = fault("close", errors.Join(err, s.lock.Close()))
	})
	return s.closed
}

// enter begins a call, unless the store is closed or the call's context has ended. leave ends it.
func (s *Store) enter(ctx context.Context) (leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !s.calls.enter() {
		return nil, persistence.ErrClosed
	}
	return s.calls.leave, nil
}

// gate lets calls in until it is shut, and waits for those inside.
type gate struct {
	mu     sync.RWMutex // covers closed, and inside.Add against inside.Wait
	closed bool
	inside sync.WaitGroup
}

func (g *gate) enter() bool {
	g.mu.RLock()
	defer g.mu.RUnlock()
	if !g.closed {
		g.inside.Add(1)
	}
	return !g.closed
}

func (g *gate) leave() { g.inside.Done() }

func (g *gate) shut() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.inside.Wait()
}
