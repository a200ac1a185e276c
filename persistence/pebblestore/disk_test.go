package pebblestore_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/persistence/pebblestore"
)

// gated is a disk whose log asks before each sync. errNotSynced: it claims to have done it.
type gated struct {
	vfs.FS
	ask func() error
}

var errNotSynced = errors.New("not synced")

func newGated(fs vfs.FS, ask func() error) gated { return gated{fs, ask} }

func (d gated) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := d.FS.Create(name, category)
	if err != nil || !strings.HasSuffix(name, ".log") {
		return f, err
	}
	return gatedFile{f, d.ask}, nil
}

type gatedFile struct {
	vfs.File
	ask func() error
}

func (f gatedFile) Sync() error     { return f.asked(f.File.Sync) }
func (f gatedFile) SyncData() error { return f.asked(f.File.SyncData) }
func (f gatedFile) SyncTo(int64) (bool, error) {
	return true, f.asked(f.File.Sync)
}

func (f gatedFile) asked(sync func() error) error {
	err := f.ask()
	switch {
	case errors.Is(err, errNotSynced):
		return nil
	case err != nil:
		return err
	}
	return sync()
}

// openStallable opens a store whose syncs hang from when stalled is set until release is closed.
func openStallable(t *testing.T) (s *pebblestore.Store, stalled *atomic.Bool, release chan struct{}) {
	stalled, release = new(atomic.Bool), make(chan struct{})
	return openOn(t, newGated(vfs.NewMem(), func() error {
		if stalled.Load() {
			<-release
		}
		return nil
	})), stalled, release
}

// TestStalledDisk: a disk that hangs gives no false answer, callers get their context's error, what is too much is refused at once, Health
// says why, and everything goes on by itself (G11, G12).
func TestStalledDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stalled, release := openStallable(t)
		epoch := claim(t, s)
		w := newSession(s, epoch, 1)
		for range 12 { // the memory table grows from what a fresh store has, so that the log is not changed while the disk hangs
			w.post(t, make([]byte, 300<<10))
		}
		stalled.Store(true)
		inDoubt := w.step([]byte("in doubt"))
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		began := time.Now()
		if err := w.try(ctx, inDoubt); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 3*time.Second {
			t.Errorf("commit on a stalled disk: %v after %v", err, time.Since(began))
		}
		if err := s.Health(t.Context()); err != nil {
			t.Errorf("ill after three seconds: %v", err)
		}
		busy := crowd(t, s, epoch)
		time.Sleep(pebblestore.StalledAfter)
		if err := s.Health(t.Context()); err == nil {
			t.Error("healthy, with a write that hangs")
		}
		if _, err := s.Load(t.Context(), site, w.head.ID); err != nil {
			t.Errorf("reading while the disk does not write: %v", err)
		}
		if n := busy.refused.Load(); n == 0 {
			t.Error("nobody was refused")
		}
		close(release)
		busy.all.Wait()
		if n := busy.failed.Load(); n > 0 {
			t.Errorf("%d commits failed that had been taken", n)
		}
		if err := s.Health(t.Context()); err != nil {
			t.Errorf("ill afterwards: %v", err)
		}
		got, err := s.Commit(t.Context(), inDoubt)
		if err != nil || got.Duplicate == nil || got.Duplicate.Seq != inDoubt.Head.Seq {
			t.Errorf("the repeat of what was in doubt: %+v, %v", got.Duplicate, err)
		}
		figure.Note(t, "G11", "a disk that hangs: the caller has an error after 3 s, what was in doubt is stored once, 0 of what was taken fails")
		mustClose(t, s)
	})
}

// TestRepeatWaitsForItsFirst: whoever repeats a message while it is being synced learns no earlier than its first sender that it is stored, also
// when another writer answers.
func TestRepeatWaitsForItsFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stalled, release := openStallable(t)
		w := newSession(s, claim(t, s), 1)
		w.post(t, []byte("before"))
		stalled.Store(true)
		var answered, repeats atomic.Int64
		var senders sync.WaitGroup
		const all = 100
		for range all {
			senders.Go(func() {
				got, err := s.Commit(t.Context(), w.step([]byte("x")))
				if err != nil {
					t.Error(err)
				}
				if got.Duplicate != nil {
					repeats.Add(1)
				}
				answered.Add(1)
			})
		}
		synctest.Wait()
		if n := answered.Load(); n != 0 {
			t.Errorf("%d were answered before anything was synced", n)
		}
		close(release)
		senders.Wait()
		if n := repeats.Load(); n != all-1 {
			t.Errorf("%d of %d were repeats", n, all)
		}
		mustClose(t, s)
	})
}

// many are more commits than may wait.
type many struct {
	all             sync.WaitGroup
	refused, failed atomic.Int64
}

func crowd(t *testing.T, s persistence.Store, epoch uint64) *many {
	t.Helper()
	m := new(many)
	for n := range uint64(pebblestore.QueuedCommits + 2000) {
		m.all.Go(func() {
			w := newSession(s, epoch, 1000+n)
			switch err := w.try(context.Background(), w.step([]byte("x"))); {
			case errors.Is(err, persistence.ErrBusy):
				m.refused.Add(1)
			case err != nil:
				m.failed.Add(1)
			}
		})
	}
	synctest.Wait()
	return m
}

// smallDisk is a disk that says how much is free.
type smallDisk struct {
	vfs.FS
	free *atomic.Uint64
}

func (d smallDisk) GetDiskUsage(string) (vfs.DiskUsage, error) {
	return vfs.DiskUsage{AvailBytes: d.free.Load(), TotalBytes: 1 << 40}, nil
}

// TestFullDisk: commits are refused before the disk is full, in their place behind repeats; reading and deleting go on; with space, all does.
func TestFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := new(atomic.Uint64)
		free.Store(pebblestore.ReserveBytes)
		s := openOn(t, smallDisk{vfs.NewMem(), free})
		epoch := claim(t, s)
		w, other := newSession(s, epoch, 1), newSession(s, epoch, 2)
		first := w.step([]byte("first"))
		if err := w.try(t.Context(), first); err != nil {
			t.Fatal(err)
		}
		other.post(t, []byte("to be deleted"))
		free.Store(pebblestore.ReserveBytes - 1)
		time.Sleep(pebblestore.SpaceInterval)
		if err := w.try(t.Context(), w.step([]byte("second"))); !errors.Is(err, persistence.ErrFull) {
			t.Errorf("commit on a full disk: %v", err)
		}
		stale := w.step(nil)
		stale.Expect, stale.Head.Version, stale.Dedupes = 7, 8, nil
		if err := w.try(t.Context(), stale); !errors.Is(err, persistence.ErrConflict) {
			t.Errorf("stale commit on a full disk: %v", err)
		}
		if got, err := s.Commit(t.Context(), first); err != nil || got.Duplicate == nil {
			t.Errorf("repeat on a full disk: %+v, %v", got, err)
		}
		if err := s.Health(t.Context()); !errors.Is(err, persistence.ErrFull) {
			t.Errorf("health of a full disk: %v", err)
		}
		if r, err := s.Load(t.Context(), site, w.head.ID); err != nil || r.Head != w.head {
			t.Errorf("read on a full disk: %+v, %v", r, err)
		}
		withdrawn := w.step(nil)
		withdrawn.Head.Seq, withdrawn.Messages, withdrawn.Dedupes, withdrawn.Scrub = w.head.Seq, nil, nil, true
		if err := w.try(t.Context(), withdrawn); err != nil {
			t.Errorf("removal on a full disk: %v", err)
		}
		erase(t, s, other)
		free.Store(pebblestore.ReserveBytes)
		time.Sleep(pebblestore.SpaceInterval)
		w.post(t, []byte("second"))
		if err := s.Health(t.Context()); err != nil {
			t.Errorf("health with space again: %v", err)
		}
		mustClose(t, s)
	})
}

// childDir tells a process started by TestDiskErrorEndsTheProcess that it is one.
const childDir = "PARLOR_TEST_DISK_ERROR_DIR"

// TestDiskErrorEndsTheProcess: a log that cannot be synced ends the process with its own exit code, before anything is answered that is not
// on the disk; what was answered before is there at the next start.
func TestDiskErrorEndsTheProcess(t *testing.T) {
	if dir := os.Getenv(childDir); dir != "" {
		writeUntilTheDiskFails(t, dir)
		return
	}
	dir := t.TempDir()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDiskErrorEndsTheProcess$")
	child.Env = append(os.Environ(), childDir+"="+dir)
	output, err := child.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 74 {
		t.Fatalf("the process ended with %v:\n%s", err, output)
	}
	answered := strings.Count(string(output), "answered\n")
	if answered == 0 {
		t.Fatalf("nothing was answered before:\n%s", output)
	}
	s := mustOpen(t, dir)
	defer mustClose(t, s)
	r, err := s.Load(t.Context(), site, newSession(s, 0, 1).head.ID)
	if err != nil || r.Head.Seq < uint64(answered) {
		t.Errorf("%d were answered, and there are %+v, %v", answered, r, err)
	}
}

func writeUntilTheDiskFails(t *testing.T, dir string) {
	syncs := new(atomic.Int64)
	s, err := pebblestore.Open(pebblestore.Options{Dir: dir, Logger: quiet(), FS: newGated(vfs.Default, func() error {
		if syncs.Add(1) > 20 {
			return errors.New("input/output error")
		}
		return nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	w := newSession(s, claim(t, s), 1)
	for {
		w.post(t, []byte("x"))
		if _, err := os.Stdout.WriteString("answered\n"); err != nil {
			t.Fatal(err)
		}
	}
}

var flips = flag.Int("flips", 100, "how many bytes to damage, one at a time")

// TestFlippedBits changes one byte of a closed data directory at a time, in any of its files (G13): what is read then is what was written, or an error.
func TestFlippedBits(t *testing.T) {
	disk := vfs.NewMem()
	s := openOn(t, disk)
	epoch := claim(t, s)
	w := newSession(s, epoch, 1)
	for seq := range uint64(200) {
		if seq == 150 { // the rest is in the log when the store is closed
			if err := s.DB().Flush(); err != nil {
				t.Fatal(err)
			}
			if err := s.DB().Compact(t.Context(), []byte{0}, []byte{0xff}, false); err != nil {
				t.Fatal(err)
			}
		}
		w.post(t, frameOf(w.head.ID, seq+1))
	}
	mustClose(t, s)
	random, errs, where := rand.New(rand.NewPCG(1, 4)), 0, make(map[string]int)
	for range *flips {
		damaged := vfs.NewMem()
		if _, err := vfs.Clone(disk, damaged, "/data", "/data"); err != nil {
			t.Fatal(err)
		}
		name, at := flip(t, damaged, random)
		what := fmt.Sprintf("%s, byte %d", name, at)
		kind, _, _ := strings.Cut(strings.TrimLeft(path.Base(name), "0123456789."), "-")
		where[kind]++
		if err := reads(t, damaged, w.head); err != nil {
			errs++
			if errors.Is(err, errWrong) {
				t.Fatalf("%s: %v", what, err)
			}
		}
	}
	if errs == 0 {
		t.Error("nobody noticed any flip")
	}
	t.Logf("flips by kind of file: %v", where)
	figure.Note(t, "G13", "%d flipped bytes in all kinds of files of a data directory: %d noticed, the others in nothing that is read, 0 served", *flips, errs)
}

// flip changes one byte of one file, any of them as likely, and returns which.
func flip(t *testing.T, fs *vfs.MemFS, random *rand.Rand) (name string, at int64) {
	t.Helper()
	names, err := fs.List("/data")
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	for {
		name = "/data/" + names[random.IntN(len(names))]
		if info, err := fs.Stat(name); err == nil && info.Size() > 0 {
			break
		}
	}
	info, err := fs.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := fs.OpenReadWrite(name, vfs.WriteCategoryUnspecified)
	if err != nil {
		t.Fatal(err)
	}
	at = random.Int64N(info.Size())
	one := make([]byte, 1)
	if _, err := f.ReadAt(one, at); err != nil {
		t.Fatal(err)
	}
	one[0] ^= byte(1 + random.IntN(255))
	if _, err := f.WriteAt(one, at); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return name, at
}

var errWrong = errors.New("something else than what was written")

// reads opens the store and reads everything; errWrong is the one error that must not be.
func reads(t *testing.T, fs vfs.FS, want chat.Head) error {
	t.Helper()
	s, err := pebblestore.Open(pebblestore.Options{Dir: "/data", FS: fs, Logger: quiet()})
	if err != nil {
		return err
	}
	defer mustClose(t, s)
	return readsAll(t, s, want)
}

// readsAll reads everything.
func readsAll(t *testing.T, s *pebblestore.Store, want chat.Head) error {
	t.Helper()
	r, err := s.Load(t.Context(), site, want.ID)
	if err != nil {
		if errors.Is(err, persistence.ErrNotFound) {
			return fmt.Errorf("%w: no session", errWrong)
		}
		return err
	}
	entries, _, err := s.Messages(t.Context(), site, want.ID, persistence.Page{})
	if err != nil {
		return err
	}
	if r.Head != want || len(entries) != int(want.Seq) {
		return fmt.Errorf("%w: %+v with %d messages", errWrong, r.Head, len(entries))
	}
	for i, e := range entries {
		if string(e.Frame) != string(frameOf(want.ID, uint64(i+1))) {
			return fmt.Errorf("%w: message %d is %q", errWrong, i+1, e.Frame)
		}
	}
	return nil
}
