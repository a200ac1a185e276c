package pebblestore_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/persistence/pebblestore"
)

var everyFault = flag.Bool("every-fault", false, "let every single operation on the disk fail, instead of ever fewer")

// writes are the operations that change a disk.
var writes = map[string][]errorfs.OpKind{
	"write":  {errorfs.OpFileWrite, errorfs.OpFileWriteAt},
	"sync":   {errorfs.OpFileSync, errorfs.OpFileSyncData, errorfs.OpFileSyncTo},
	"create": {errorfs.OpCreate, errorfs.OpReuseForWrite},
	"rename": {errorfs.OpRename},
	"remove": {errorfs.OpRemove, errorfs.OpRemoveAll},
	"link":   {errorfs.OpLink, errorfs.OpMkdirAll},
}

// reads are those that do not.
var readKinds = map[string][]errorfs.OpKind{
	"open": {errorfs.OpOpen, errorfs.OpOpenDir, errorfs.OpLock},
	"read": {errorfs.OpFileRead, errorfs.OpFileReadAt},
	"look": {errorfs.OpStat, errorfs.OpFileStat, errorfs.OpList, errorfs.OpGetDiskUsage},
}

// faulty fails operations of some kinds: the n-th, and those behind it as long as lasting is set. It may be used from many goroutines.
type faulty struct {
	kinds   []errorfs.OpKind
	n       int64
	lasting bool
	err     error
	on      atomic.Bool
	seen    atomic.Int64
	hit     atomic.Int64
	mu      sync.Mutex
	what    string // failed first
}

func (*faulty) String() string { return "the n-th" }

// MaybeError implements errorfs.Injector.
func (f *faulty) MaybeError(op errorfs.Op) error {
	if !f.on.Load() || !slices.Contains(f.kinds, op.Kind) {
		return nil
	}
	if n := f.seen.Add(1); n < f.n || (n > f.n && !f.lasting) {
		return nil
	}
	if f.hit.Add(1) == 1 {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.what = fmt.Sprintf("operation %v number %d, on %s", op.Kind, f.n, op.Path)
	}
	return f.err
}

// repair looks on while the fault is there, and ends it a while after it began. The returned function waits for that, or for the fault not to come.
func (f *faulty) repair(after time.Duration, during func()) (wait func()) {
	over := make(chan struct{})
	var looking sync.WaitGroup
	looking.Go(func() {
		for f.hit.Load() == 0 {
			select {
			case <-time.After(10 * time.Millisecond):
			case <-over:
				return
			}
		}
		<-time.After(after / 2)
		during()
		<-time.After(after / 2)
		f.on.Store(false)
	})
	return func() {
		close(over)
		looking.Wait()
	}
}

// where tells what failed.
func (f *faulty) where() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return fmt.Sprintf("%s (lasting %v)", f.what, f.lasting)
}

// numbers are the operations that fail: all of them, or ever fewer.
func numbers(yield func(int64) bool) {
	for n := int64(1); yield(n); {
		if *everyFault {
			n++
		} else {
			n *= 3
		}
	}
}

// alone tells a process that it was started to run one test.
const alone = "PARLOR_TEST_ALONE"

// onItsOwn runs the test again in a process of its own, for stores that cannot be closed since their process would have ended. It reports whether this is
// that process.
func onItsOwn(t *testing.T) bool {
	t.Helper()
	if os.Getenv(alone) != "" {
		return true
	}
	args := []string{"-test.run=^" + t.Name() + "$", "-test.v", "-test.timeout=1h"}
	flag.Visit(func(f *flag.Flag) {
		if !strings.HasPrefix(f.Name, "test.") {
			args = append(args, fmt.Sprintf("-%s=%s", f.Name, f.Value))
		}
	})
	child := exec.CommandContext(t.Context(), os.Args[0], args...)
	child.Env = append(os.Environ(), alone+"=1")
	if out, err := child.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	} else {
		t.Logf("%s", out)
	}
	return false
}

var errDisk = errors.New("input/output error")

// TestDiskFaults lets the n-th operation on the disk fail, and in a second run all from then on, for each kind of operation and n from 1 to where there
// are no more (GUARANTEES, T3). Nothing is answered that is not there when the store is opened again on a disk that works; nothing is there twice or
// out of place.
func TestDiskFaults(t *testing.T) {
	if !onItsOwn(t) {
		return
	}
	var runs, ended, answered atomic.Int64
	for _, name := range slices.Sorted(maps.Keys(writes)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, lasting := range []bool{false, true} {
				for n := range numbers {
					f := &faulty{kinds: writes[name], n: n, lasting: lasting, err: errDisk}
					dead, got := failing(t, f)
					runs.Add(1)
					answered.Add(int64(got))
					if dead {
						ended.Add(1)
					}
					if f.hit.Load() == 0 {
						break
					}
				}
			}
		})
	}
	t.Cleanup(func() {
		figure.Note(t, "G1 G12", "%d runs in which an operation on the disk failed, %d of which ended the process: %d messages acknowledged, 0 lost, "+
			"0 twice, 0 false answers", runs.Load(), ended.Load(), answered.Load())
	})
}

// failing writes to a store whose disk fails, and judges what is there afterwards. It reports whether the process would have ended.
func failing(t *testing.T, f *faulty) (dead bool, answered int) {
	t.Helper()
	disk := vfs.NewCrashableMem()
	died := make(chan struct{})
	die := sync.OnceFunc(func() { close(died) })
	o := pebblestore.Options{
		Dir: "/data", FS: errorfs.Wrap(disk, f), Logger: quiet(), CacheBytes: 1 << 20, MemTableBytes: 256 << 10,
		Fatal: func(error) { die(); select {} },
	}
	s, err := pebblestore.Open(o.Hasty())
	if err != nil {
		t.Fatal(err)
	}
	repaired := f.repair(50*time.Millisecond, func() {}) // so late that everything waits, which then goes on by itself
	l := work(t, s, f, died)
	repaired()
	select {
	case <-died:
		dead = true
	default:
		f.on.Store(false)
		if err := s.Close(); err != nil {
			t.Fatalf("%s: close: %v", f.where(), err)
		}
	}
	after := disk.CrashClone(vfs.CrashCloneCfg{})
	f.on.Store(false)
	s = openOn(t, after)
	defer mustClose(t, s)
	for _, problem := range l.problems(t, s) {
		t.Errorf("%s: %s", f.where(), problem)
	}
	return dead, l.steps
}

// work writes enough to change logs and tables some times, deletes, and scrubs, until it is done or the process would have ended.
func work(t *testing.T, s *pebblestore.Store, f *faulty, died <-chan struct{}) *ledger {
	t.Helper()
	epoch := claim(t, s)
	f.on.Store(true)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	l := &ledger{heads: make(map[chat.SessionID]chat.Head), deleted: make(map[chat.SessionID]bool)}
	var writing sync.WaitGroup
	for n := range uint64(3) {
		writing.Go(func() {
			w := newSession(s, epoch, n)
			for range 30 {
				l.say(ctx, w)
			}
			if n == 0 && s.Erase(ctx, persistence.Erasure{Website: site, Session: w.head.ID}) == nil {
				l.gone(w.head.ID)
				_ = s.Scrub(ctx) // what fails is done by the next one
			}
		})
	}
	done := make(chan struct{})
	go func() {
		writing.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-died: // the others wait for ever, as in a process that has ended
	}
	return l.snapshot()
}

// padding makes a message large, so that few of them fill a log.
var padding = strings.Repeat(" and so on", 1000)

func (l *ledger) gone(id chat.SessionID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.deleted[id] = true
}

// say posts a message. After a failure it asks what is stored, as a session's actor does.
func (l *ledger) say(ctx context.Context, w *session) {
	c := w.step(append(frameOf(w.head.ID, w.head.Seq+1), padding...))
	if w.try(ctx, c) == nil {
		l.stored(w.head)
		return
	}
	for ctx.Err() == nil {
		r, err := w.store.Load(ctx, site, w.head.ID)
		if err == nil {
			w.head = r.Head
		}
		if err == nil || errors.Is(err, persistence.ErrNotFound) || errors.Is(err, persistence.ErrErased) {
			return
		}
	}
}

// problems tells what of the answers is not there.
func (l *ledger) problems(t *testing.T, s *pebblestore.Store) (problems []string) {
	t.Helper()
	epoch := claim(t, s)
	for id := range l.deleted {
		if _, err := s.Load(t.Context(), site, id); !errors.Is(err, persistence.ErrErased) {
			problems = append(problems, fmt.Sprintf("the deletion of %s is lost: %v", id, err))
		}
	}
	for _, h := range l.heads {
		if !l.deleted[h.ID] {
			problems = append(problems, missing(t, s, epoch, h)...)
		}
	}
	return append(problems, disagreements(t, s)...)
}

// TestDiskFullForAWhile lets the disk be full from the n-th operation on, for a while: nobody notices but by waiting, and nothing ends (G12).
func TestDiskFullForAWhile(t *testing.T) {
	var runs atomic.Int64
	for _, name := range []string{"write", "create", "rename"} {
		t.Run(name, func(t *testing.T) {
			for n := range numbers {
				f := &faulty{kinds: writes[name], n: n, lasting: true, err: syscall.ENOSPC}
				if runs.Add(1); !fullForAWhile(t, f) || t.Failed() {
					break
				}
			}
		})
	}
	figure.Note(t, "G12 G11", "disk full without warning, and for a while, from one of %d operations on: what was being written waited, what came was refused, "+
		"and all went on by itself, 0 lost", runs.Load())
}

// fullForAWhile reports whether the disk has been full.
func fullForAWhile(t *testing.T, f *faulty) bool {
	t.Helper()
	o := pebblestore.Options{
		Dir: "/data", FS: errorfs.Wrap(vfs.NewMem(), f), Logger: quiet(), CacheBytes: 1 << 20, MemTableBytes: 256 << 10,
		Fatal: func(err error) { panic(fmt.Sprint(f.where(), ": ", err)) },
	}
	s, err := pebblestore.Open(o.Hasty())
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, s)
	while := 50 * time.Millisecond
	if f.n == 1 {
		while = 3 * pebblestore.SpaceInterval
	}
	repaired := f.repair(while, func() {
		if err := s.Health(t.Context()); f.n == 1 && !errors.Is(err, persistence.ErrFull) {
			t.Errorf("%s: health of a full disk: %v", f.where(), err)
		}
	})
	l := work(t, s, f, nil)
	repaired()
	f.on.Store(false)
	for _, problem := range l.problems(t, s) {
		if strings.Contains(problem, persistence.ErrFull.Error()) {
			continue // for a moment it still is
		}
		t.Errorf("%s: %s", f.where(), problem)
	}
	return f.hit.Load() > 0
}

// TestCloseOnAFullDisk: what waits for space when the store is closed ends the process instead of hanging.
func TestCloseOnAFullDisk(t *testing.T) {
	if !onItsOwn(t) {
		return
	}
	f := &faulty{kinds: writes["write"], n: 1, lasting: true, err: syscall.ENOSPC}
	died := make(chan struct{})
	die := sync.OnceFunc(func() { close(died) })
	s, err := pebblestore.Open(pebblestore.Options{
		Dir: "/data", FS: errorfs.Wrap(vfs.NewMem(), f), Logger: quiet(), Fatal: func(error) { die(); select {} },
	})
	if err != nil {
		t.Fatal(err)
	}
	w := newSession(s, claim(t, s), 1)
	f.on.Store(true)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := w.try(ctx, w.step([]byte("x"))); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("a commit on a full disk: %v", err)
	}
	go func() { _ = s.Close() }() // does not return, since this process does not end
	select {
	case <-died:
	case <-time.After(10 * time.Second):
		t.Error("it waits for space, and would for ever")
	}
}

// TestOpenOnAFullDisk refuses, says what to do, and leaves everything as it is.
func TestOpenOnAFullDisk(t *testing.T) {
	free := new(atomic.Uint64)
	free.Store(1 << 30)
	disk := smallDisk{vfs.NewMem(), free}
	s := openOn(t, disk)
	w := newSession(s, claim(t, s), 1)
	w.post(t, frameOf(w.head.ID, 1))
	mustClose(t, s)
	free.Store(1 << 20)
	if _, err := pebblestore.Open(pebblestore.Options{Dir: "/data", FS: disk, Logger: quiet()}); !errors.Is(err, pebblestore.ErrNoRoom) ||
		!strings.Contains(err.Error(), "make room") || !strings.Contains(err.Error(), "/data") {
		t.Errorf("opened on a full disk: %v", err)
	}
	free.Store(1 << 30)
	if err := reads(t, disk, w.head); err != nil {
		t.Error(err)
	}
}

// TestReadFaults lets the n-th read of the disk fail, for each kind, while a store is opened and read: there is an error, or what was written. Without
// the fault all is there.
func TestReadFaults(t *testing.T) {
	if !onItsOwn(t) {
		return
	}
	disk := vfs.NewMem()
	s, err := pebblestore.Open(pebblestore.Options{Dir: "/data", FS: disk, Logger: quiet(), MemTableBytes: 256 << 10})
	if err != nil {
		t.Fatal(err)
	}
	w := newSession(s, claim(t, s), 1)
	for seq := range uint64(200) {
		w.post(t, frameOf(w.head.ID, seq+1))
	}
	if err := s.DB().Flush(); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		w.post(t, frameOf(w.head.ID, w.head.Seq+1))
	}
	mustClose(t, s)
	runs, errs := 0, 0
	for _, name := range slices.Sorted(maps.Keys(readKinds)) {
		for _, lasting := range []bool{false, true} {
			for n := range numbers {
				f := &faulty{kinds: readKinds[name], n: n, lasting: lasting, err: errDisk}
				f.on.Store(true)
				err := readsFaulty(t, disk, f, w.head)
				if runs++; err != nil {
					errs++
				}
				if errors.Is(err, errWrong) {
					t.Errorf("%s: %v", f.where(), err)
				}
				if f.hit.Load() == 0 {
					break
				}
			}
		}
	}
	if err := reads(t, disk, w.head); err != nil {
		t.Errorf("without a fault: %v", err)
	}
	if errs == 0 {
		t.Error("nobody noticed any fault")
	}
	figure.Note(t, "G12 G13", "%d runs in which a read of the disk failed: %d errors, 0 wrong answers", runs, errs)
}

// readsFaulty reads everything from a copy of the disk while reads fail.
func readsFaulty(t *testing.T, disk *vfs.MemFS, f *faulty, want chat.Head) error {
	t.Helper()
	again := vfs.NewMem()
	if _, err := vfs.Clone(disk, again, "/data", "/data"); err != nil {
		t.Fatal(err)
	}
	died := make(chan error, 10)
	result := make(chan error, 1)
	go func() {
		s, err := pebblestore.Open(pebblestore.Options{
			Dir: "/data", FS: errorfs.Wrap(again, f), Logger: quiet(), Fatal: func(err error) { died <- err; select {} },
		})
		if err == nil {
			err = readsAll(t, s, want)
			f.on.Store(false)
			err = errors.Join(err, s.Close())
		}
		result <- err
	}()
	select {
	case err := <-result:
		return err
	case err := <-died:
		return err
	}
}
