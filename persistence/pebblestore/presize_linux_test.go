package pebblestore_test

import (
	"os"
	"path/filepath"
	"testing"
)

// TestLogRunsAhead: a log's size is ahead of what is written, so that a sync writes no metadata; what a killed process leaves of it is
// opened, with everything that was answered.
func TestLogRunsAhead(t *testing.T) {
	dir, killed := t.TempDir(), t.TempDir()
	s := mustOpen(t, dir)
	w := newSession(s, claim(t, s), 1)
	const posts = 100
	size := func() (bytes int64) {
		logs, err := filepath.Glob(filepath.Join(dir, "*.log"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range logs {
			info, err := os.Stat(name)
			if err != nil {
				t.Fatal(err)
			}
			bytes += info.Size()
		}
		return bytes
	}
	w.post(t, []byte("the first"))
	before := size()
	for range posts - 1 {
		w.post(t, make([]byte, 1000))
	}
	if after := size(); before < posts*1000 || after != before {
		t.Errorf("the log had %d bytes after the first message, %d after %d", before, after, posts)
	}
	if err := os.CopyFS(killed, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	mustClose(t, s)
	again := mustOpen(t, killed)
	defer mustClose(t, again)
	if r, err := again.Load(t.Context(), site, w.head.ID); err != nil || r.Head.Seq != posts {
		t.Errorf("%+v, %v; want %d messages", r, err, posts)
	}
}
