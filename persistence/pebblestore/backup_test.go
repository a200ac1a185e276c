package pebblestore_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2"

	"github.com/parlor-chat/parlor/persistence/pebblestore"
)

func verify(t *testing.T, dir string) (pebblestore.Census, error) {
	t.Helper()
	return pebblestore.Verify(t.Context(), pebblestore.Options{Dir: dir, Logger: quiet()}, nil)
}

// TestBackupOfABusyStore (G24): what was acknowledged before the backup began is in it, what comes while it is made is in it or not, and it
// is a data directory.
func TestBackupOfABusyStore(t *testing.T) {
	const writers = 20
	top := t.TempDir()
	s := openPlain(t, filepath.Join(top, "data"))
	epoch := claim(t, s)
	var acked [writers]atomic.Uint64
	var enough atomic.Bool
	var running sync.WaitGroup
	for i := range writers {
		running.Go(func() {
			w := newSession(s, epoch, uint64(i+1))
			for !enough.Load() {
				if err := w.try(t.Context(), w.step(make([]byte, 1<<10))); err != nil {
					t.Errorf("commit: %v", err)
					return
				}
				acked[i].Store(w.head.Seq)
			}
		})
	}
	for round, name := range []string{"first", "second"} {
		for acked[0].Load() < uint64(50*(round+1)) {
			fill(t, s, epoch, 100)
		}
		var before [writers]uint64
		for i := range before {
			before[i] = acked[i].Load()
		}
		dir := filepath.Join(top, "backups", name)
		if err := s.Backup(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
		census, err := verify(t, dir)
		if err != nil || census.Conversations < writers {
			t.Fatalf("%+v, %v", census, err)
		}
		copied := mustOpen(t, dir)
		for i, least := range before {
			r, err := copied.Load(t.Context(), site, newSession(s, epoch, uint64(i+1)).head.ID)
			if err != nil || r.Head.Seq < least {
				t.Errorf("session %d: %v; %d were acknowledged before", i, err, least)
			}
		}
		w := newSession(copied, claim(t, copied), 5000)
		w.post(t, []byte("said to the copy"))
		mustClose(t, copied)
	}
	enough.Store(true)
	running.Wait()
	mustClose(t, s)
	if _, err := verify(t, filepath.Join(top, "data")); err != nil {
		t.Errorf("the original: %v", err)
	}
	info, err := os.Stat(filepath.Join(top, "backups", "first"))
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("a backup has mode %v, %v", info.Mode(), err)
	}
}

// TestBackupKeepsWhatIsErasedLater: erasing from the store leaves a backup as it was, although they share tables.
func TestBackupKeepsWhatIsErasedLater(t *testing.T) {
	top := t.TempDir()
	s := openPlain(t, filepath.Join(top, "data"))
	defer mustClose(t, s)
	epoch := claim(t, s)
	hidden := newSession(s, epoch, 1)
	hide(t, hidden)
	fill(t, s, epoch, 500)
	dir := filepath.Join(top, "backup")
	if err := s.Backup(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	erase(t, s, hidden)
	scrub(t, s)
	if left := found(t, filepath.Join(top, "data")); len(left) > 0 {
		t.Errorf("not erased: %v", left)
	}
	if len(found(t, dir)) == 0 {
		t.Error("the backup lost it")
	}
	if _, err := verify(t, dir); err != nil {
		t.Error(err)
	}
}

func TestWhereABackupCannotBe(t *testing.T) {
	top := t.TempDir()
	data := filepath.Join(top, "data")
	s := mustOpen(t, data)
	defer mustClose(t, s)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(data, link); err != nil {
		t.Fatal(err)
	}
	t.Chdir(top)
	before := len(contents(t, top))
	for _, dir := range []string{data, filepath.Join(data, "backup"), top, "data/backup", filepath.Join(link, "a", "b")} {
		if err := s.Backup(t.Context(), dir); !errors.Is(err, pebblestore.ErrBackupPlace) {
			t.Errorf("%s: %v", dir, err)
		}
	}
	if after := len(contents(t, top)); after != before {
		t.Errorf("%d files became %d", before, after)
	}
}

// TestVerifyFinds what is wrong, wherever it is.
func TestVerifyFinds(t *testing.T) {
	good := filepath.Join(t.TempDir(), "data")
	s := openPlain(t, good)
	fill(t, s, claim(t, s), 1000)
	w := newSession(s, claim(t, s), 1)
	for range 3 {
		w.post(t, []byte("one of three"))
	}
	mustClose(t, s)
	if c, err := verify(t, good); err != nil || c.Conversations != 51 || c.Messages != 1003 {
		t.Fatalf("%+v, %v", c, err)
	}
	copyOf := func() string {
		dir := filepath.Join(t.TempDir(), "copy")
		if err := os.CopyFS(dir, os.DirFS(good)); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	t.Run("a flipped bit", func(t *testing.T) {
		tables, err := filepath.Glob(filepath.Join(good, "*.sst"))
		if err != nil || len(tables) == 0 {
			t.Fatalf("%d tables, %v", len(tables), err)
		}
		for _, table := range tables {
			path := filepath.Join(copyOf(), filepath.Base(table))
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			text[len(text)/2] ^= 1
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := verify(t, filepath.Dir(path)); !errors.Is(err, pebblestore.ErrDamaged) {
				t.Errorf("%s: %v", filepath.Base(table), err)
			}
		}
	})
	t.Run("a file that is missing", func(t *testing.T) {
		tables, err := filepath.Glob(filepath.Join(good, "*.sst"))
		if err != nil {
			t.Fatal(err)
		}
		dir := copyOf()
		if err := os.Remove(filepath.Join(dir, filepath.Base(tables[0]))); err != nil {
			t.Fatal(err)
		}
		if _, err := verify(t, dir); err == nil {
			t.Error("it is found good")
		}
		dir = copyOf()
		if err := os.Remove(filepath.Join(dir, "FORMAT")); err != nil {
			t.Fatal(err)
		}
		if _, err := verify(t, dir); !errors.Is(err, pebblestore.ErrForeign) {
			t.Errorf("without FORMAT: %v", err)
		}
	})
	t.Run("a log that is not whole", func(t *testing.T) {
		dir := copyOf()
		s := openPlain(t, dir)
		w := newSession(s, claim(t, s), 2)
		w.post(t, []byte("in the log"))
		backup := filepath.Join(t.TempDir(), "archive") // a name that Pebble uses too
		if err := s.Backup(t.Context(), backup); err != nil {
			t.Fatal(err)
		}
		mustClose(t, s)
		logs, err := filepath.Glob(filepath.Join(backup, "*.log"))
		if err != nil || len(logs) == 0 {
			t.Fatalf("%d logs, %v", len(logs), err)
		}
		if _, err := verify(t, backup); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(logs[0])
		if err != nil {
			t.Fatal(err)
		}
		for name, spoil := range map[string]func() error{
			"shorter": func() error { return os.WriteFile(logs[0], text[:len(text)/2], 0o600) },
			"longer":  func() error { return os.WriteFile(logs[0], append(text, 0), 0o600) },
			"missing": func() error { return os.Remove(logs[0]) },
		} {
			if err := spoil(); err != nil {
				t.Fatal(err)
			}
			if _, err := verify(t, backup); !errors.Is(err, pebblestore.ErrDamaged) {
				t.Errorf("%s: %v", name, err)
			}
			if err := os.WriteFile(logs[0], text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		mustClose(t, mustOpen(t, backup))
		if _, err := verify(t, backup); err != nil {
			t.Errorf("after it was opened: %v", err)
		}
	})
	t.Run("a record that is none", func(t *testing.T) {
		dir := copyOf()
		s := mustOpen(t, dir)
		key := pebblestore.MessageKey(site, w.head.ID, 0)
		head := append(key[:len(key)-9:len(key)-9], 1) // its kind comes before the number
		if err := s.DB().Set(head, []byte{0, 0}, pebble.Sync); err != nil {
			t.Fatal(err)
		}
		mustClose(t, s)
		if _, err := verify(t, dir); !errors.Is(err, pebblestore.ErrDamaged) {
			t.Errorf("%v", err)
		}
	})
	t.Run("a hole", func(t *testing.T) {
		dir := copyOf()
		s := mustOpen(t, dir)
		if err := s.DB().Delete(pebblestore.MessageKey(site, w.head.ID, 2), pebble.Sync); err != nil {
			t.Fatal(err)
		}
		mustClose(t, s)
		if _, err := verify(t, dir); !errors.Is(err, pebblestore.ErrDamaged) {
			t.Errorf("%v", err)
		}
	})
	t.Run("a node that is running", func(t *testing.T) {
		dir := copyOf()
		s := mustOpen(t, dir)
		defer mustClose(t, s)
		if _, err := verify(t, dir); !errors.Is(err, pebblestore.ErrInUse) {
			t.Errorf("%v", err)
		}
	})
	t.Run("nothing", func(t *testing.T) {
		if _, err := verify(t, t.TempDir()); !errors.Is(err, pebblestore.ErrForeign) {
			t.Errorf("%v", err)
		}
		missing := filepath.Join(t.TempDir(), "missing")
		if _, err := verify(t, missing); !errors.Is(err, pebblestore.ErrForeign) {
			t.Errorf("%v", err)
		}
		if _, err := os.Stat(missing); !os.IsNotExist(err) {
			t.Errorf("it was made: %v", err)
		}
	})
}
