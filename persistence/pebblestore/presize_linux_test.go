package pebblestore_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"
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

// TestALogIsMadeAhead: once a log is in use, the next one is made, of zeros alone; it becomes the log, what a killed process leaves of it is opened, and
// a store that is closed leaves no spare. What an earlier process left as a spare is never read.
func TestALogIsMadeAhead(t *testing.T) {
	dir, killed := t.TempDir(), t.TempDir()
	spare := filepath.Join(dir, "log.spare")
	mustClose(t, mustOpen(t, dir))
	if err := os.WriteFile(spare, []byte("left behind"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := mustOpen(t, dir)
	w := newSession(s, claim(t, s), 1)
	const posts = 100
	post := func() {
		for range posts {
			w.post(t, bytes.Repeat([]byte{1}, 1000))
		}
	}
	post()
	within := func(what string, happened func() bool) {
		for deadline := time.Now().Add(10 * time.Second); !happened(); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("in ten seconds, %s", what)
			}
		}
	}
	var zeros []byte
	within("no spare of 4 MiB was made", func() bool {
		var err error
		if zeros, err = os.ReadFile(spare); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		return len(zeros) == 4<<20
	})
	if !bytes.Equal(zeros, make([]byte, len(zeros))) {
		t.Error("the spare has other bytes than zeros")
	}
	within("the spare did not become the log", func() bool {
		if err := s.DB().Flush(); err != nil { // begins a new log
			t.Fatal(err)
		}
		_, err := os.Stat(spare)
		return os.IsNotExist(err)
	})
	post()
	if err := os.CopyFS(killed, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	mustClose(t, s)
	if _, err := os.Stat(spare); !os.IsNotExist(err) {
		t.Errorf("a closed store has a spare: %v", err)
	}
	again := mustOpen(t, killed)
	defer mustClose(t, again)
	if r, err := again.Load(t.Context(), site, w.head.ID); err != nil || r.Head.Seq != 2*posts {
		t.Errorf("%+v, %v; want %d messages", r, err, 2*posts)
	}
}
