package pebblestore_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/persistence/pebblestore"
)

// chain returns lines that continue a chain.
func chain(t *testing.T, tail persistence.AuditTail, n int) (lines []byte) {
	t.Helper()
	for range n {
		line, err := tail.Append(&persistence.AuditEntry{Deed: persistence.DeedExported, Website: site}, time.Unix(1, 0))
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line...)
	}
	return lines
}

// recorded records n deeds and returns the whole log.
func recorded(t *testing.T, s *pebblestore.Store, n int) []persistence.AuditEntry {
	t.Helper()
	for range n {
		if _, err := s.Record(t.Context(), persistence.AuditEntry{Deed: persistence.DeedExported, Website: site}); err != nil {
			t.Fatalf("record: %v", err)
		}
	}
	all, err := s.AuditLog(t.Context(), 0, 1000)
	if err != nil {
		t.Fatalf("the audit log: %v", err)
	}
	return all
}

// TestWhatNobodyWasAnsweredForLeavesTheAuditLog (G1): what a crash or a failed write left behind the last entry that was answered for is taken away
// at the start, whatever it looks like; the log stays one chain, and the store opens.
func TestWhatNobodyWasAnsweredForLeavesTheAuditLog(t *testing.T) {
	const answered = 3
	other := persistence.AuditTail{N: answered, Hash: strings.Repeat("0", 64)}
	for name, tail := range map[string]func(end persistence.AuditTail) []byte{
		"zeros":              func(persistence.AuditTail) []byte { return make([]byte, 300<<10) },
		"an unfinished line": func(end persistence.AuditTail) []byte { return chain(t, end, 1)[:100] },
		"a page of zeros in the middle": func(end persistence.AuditTail) []byte {
			lines := chain(t, end, 1000)
			clear(lines[4096:8192])
			return lines
		},
		"zeros and newlines":                   func(persistence.AuditTail) []byte { return bytes.Repeat([]byte("\x00\n"), 100<<10) },
		"whole lines that follow from nothing": func(persistence.AuditTail) []byte { return chain(t, other, 5) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := mustOpen(t, dir)
			all := recorded(t, s, answered)
			mustClose(t, s)
			file := filepath.Join(dir, "audit.jsonl")
			last := all[len(all)-1]
			if err := os.WriteFile(file, append(read(t, file), tail(persistence.AuditTail{N: last.N, Hash: last.Hash})...), 0o600); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				s = mustOpen(t, dir)
				before := len(all)
				if all = recorded(t, s, 1); len(all) <= before || all[answered-1] != last {
					t.Errorf("%d entries, then %d", before, len(all))
				}
				mustClose(t, s)
			}
			if _, err := verify(t, dir); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestAFailedWriteLeavesTheAuditLogWhole: lines that were written and could not be synced lie behind the end; fewer are then written over them.
func TestAFailedWriteLeavesTheAuditLogWhole(t *testing.T) {
	var fails atomic.Bool
	disk := errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
		if fails.Load() && op.Kind == errorfs.OpFileSync && strings.HasSuffix(op.Path, "audit.jsonl") {
			return errors.New("injected")
		}
		return nil
	}))
	open := func() *pebblestore.Store {
		s, err := pebblestore.Open(pebblestore.Options{Dir: "/data", FS: disk, Logger: quiet()})
		if err != nil {
			t.Fatalf("open: %v", err)
		}
		return s
	}
	s := open()
	recorded(t, s, 2)
	fails.Store(true)
	if _, err := s.Record(t.Context(), make([]persistence.AuditEntry, 5)...); err == nil {
		t.Error("recorded what could not be synced")
	}
	fails.Store(false)
	if all := recorded(t, s, 1); len(all) != 3 {
		t.Errorf("%d entries, want 3", len(all))
	}
	if err := s.Backup(t.Context(), "/backup"); err != nil {
		t.Fatal(err)
	}
	if _, err := pebblestore.Verify(t.Context(), pebblestore.Options{Dir: "/backup", FS: disk, Logger: quiet()}, nil); err != nil {
		t.Errorf("the backup: %v", err)
	}
	mustClose(t, s)
	s = open()
	defer mustClose(t, s)
	if all := recorded(t, s, 1); len(all) != 4 {
		t.Errorf("%d entries after the next start, want 4", len(all))
	}
}

// TestACutAuditLogIsNoticed: entries are missing at its end, which breaks no chain.
func TestACutAuditLogIsNoticed(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	recorded(t, s, 3)
	mustClose(t, s)
	file := filepath.Join(dir, "audit.jsonl")
	lines := bytes.SplitAfter(read(t, file), []byte("\n"))
	for name, left := range map[string][]byte{"nothing": nil, "two of three": append(lines[0], lines[1]...), "another's": chain(t, persistence.AuditTail{}, 2)} {
		if err := os.WriteFile(file, left, 0o600); err != nil {
			t.Fatal(err)
		}
		for range 3 { // it serves nevertheless, and what it adds is kept
			s = mustOpen(t, dir)
			if _, err := s.AuditLog(t.Context(), 0, 1000); !errors.Is(err, persistence.ErrAudit) {
				t.Errorf("%s: %v", name, err)
			}
			w := newSession(s, claim(t, s), 1)
			erase(t, s, w)
			mustClose(t, s)
			if now := read(t, file); !bytes.HasPrefix(now, left) {
				t.Errorf("%s: what is left of the log was changed", name)
			}
		}
	}
}
