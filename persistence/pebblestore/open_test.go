package pebblestore_test

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parlor-chat/parlor/persistence/pebblestore"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func openDir(dir string) (*pebblestore.Store, error) {
	return pebblestore.Open(pebblestore.Options{Dir: dir, Logger: quiet()})
}

// mustOpen opens a directory of the real file system.
func mustOpen(t *testing.T, dir string) *pebblestore.Store {
	t.Helper()
	s, err := openDir(dir)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return s
}

func mustClose(t *testing.T, s *pebblestore.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
}

// contents is every file with what is in it. A file that is removed meanwhile is left out.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		all[path] = string(b)
		return err
	})
	if err != nil {
		t.Fatalf("read the data directory: %v", err)
	}
	return all
}

func TestOpenWithoutDir(t *testing.T) {
	if _, err := openDir(""); err == nil {
		t.Fatal("opened no directory")
	}
}

func TestOpenMakesPrivateDirectories(t *testing.T) {
	top := t.TempDir()
	s := mustOpen(t, filepath.Join(top, "a", "b"))
	defer mustClose(t, s)
	err := filepath.WalkDir(filepath.Join(top, "a"), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if got := info.Mode().Perm(); got != want && d.Name() != "LOCK" { // the lock file is empty
			t.Errorf("%s has mode %o, want %o", path, got, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOpenInUse(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	if _, err := openDir(dir); !errors.Is(err, pebblestore.ErrInUse) || !strings.Contains(err.Error(), dir) {
		t.Fatalf("second open: %v, want ErrInUse with the directory's name", err)
	}
	mustClose(t, s)
	mustClose(t, mustOpen(t, dir))
}

func TestOpenNewerFormat(t *testing.T) {
	dir := t.TempDir()
	mustClose(t, mustOpen(t, dir))
	if err := os.WriteFile(filepath.Join(dir, "FORMAT"), []byte("parlor-pebble 4\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := contents(t, dir)
	if _, err := openDir(dir); !errors.Is(err, pebblestore.ErrNewerFormat) || !strings.Contains(err.Error(), dir) {
		t.Fatalf("open: %v, want ErrNewerFormat with the directory's name", err)
	}
	after := contents(t, dir)
	for path, text := range before {
		if after[path] != text {
			t.Errorf("%s was changed", path)
		}
	}
	if len(after) != len(before) {
		t.Errorf("%d files became %d", len(before), len(after))
	}
}

// TestOpenOlderFormat: what version 1 wrote is read, and from then on the directory is not version 1's any more.
func TestOpenOlderFormat(t *testing.T) {
	dir := t.TempDir()
	mustClose(t, mustOpen(t, dir))
	format := filepath.Join(dir, "FORMAT")
	if err := os.WriteFile(format, []byte("parlor-pebble 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	mustClose(t, mustOpen(t, dir))
	if text, err := os.ReadFile(format); err != nil || string(text) != "parlor-pebble 3\n" {
		t.Errorf("FORMAT is %q, %v", text, err)
	}
}

func TestOpenForeignDirectory(t *testing.T) {
	for name, text := range map[string]string{"notes.txt": "mine", "FORMAT": "something else\n", "000012.sst": "a table without its FORMAT"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := openDir(dir); !errors.Is(err, pebblestore.ErrForeign) {
				t.Fatalf("open: %v, want ErrForeign", err)
			}
			if got := contents(t, dir); len(got) != 1 {
				t.Fatalf("files were added: %d", len(got))
			}
		})
	}
}

// TestOpenAfterHalfAStart opens what a crash left before FORMAT had its name.
func TestOpenAfterHalfAStart(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"LOCK", "FORMAT.new"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mustClose(t, mustOpen(t, dir))
}
