package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestCloneLeavesTheOriginal: what is written to a copy's files is not in the original; only tables are shared.
func TestCloneLeavesTheOriginal(t *testing.T) {
	from, to := t.TempDir(), filepath.Join(t.TempDir(), "copy")
	for _, name := range []string{"FORMAT", "sub/000001.log", "000002.sst"} {
		path := filepath.Join(from, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := clone(from, to); err != nil {
		t.Fatal(err)
	}
	for name, shared := range map[string]bool{"FORMAT": false, "sub/000001.log": false, "000002.sst": true} {
		content, err := os.ReadFile(filepath.Join(to, name))
		if err != nil || string(content) != name {
			t.Errorf("%s holds %q, %v", name, content, err)
		}
		a, errA := os.Stat(filepath.Join(from, name))
		b, errB := os.Stat(filepath.Join(to, name))
		if errA != nil || errB != nil || os.SameFile(a, b) != shared {
			t.Errorf("%s: shared is not %v (%v, %v)", name, shared, errA, errB)
		}
	}
	if err := clone(from, to); err == nil {
		t.Error("a copy was made over another")
	}
}
