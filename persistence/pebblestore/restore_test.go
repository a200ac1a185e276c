package pebblestore_test

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/persistence/pebblestore"
)

func restore(t *testing.T, backup, audit, dir string) (pebblestore.Census, error) {
	t.Helper()
	return pebblestore.Restore(t.Context(), pebblestore.Options{Dir: dir, Logger: quiet()}, backup, audit, nil)
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestWhatWasErasedAfterABackupStaysErased (G24, P14): the backup has the needles, the audit log of the lost data directory says that they were
// erased since, and the restored directory has none of their bytes.
func TestWhatWasErasedAfterABackupStaysErased(t *testing.T) {
	top := t.TempDir()
	at := func(name string) string { return filepath.Join(top, name) }
	s := openPlain(t, at("data"))
	epoch := claim(t, s)
	hidden, kept := newSession(s, epoch, 1), newSession(s, epoch, 2)
	before := newSession(s, epoch, 3)
	hide(t, hidden)
	kept.post(t, frameOf(kept.head.ID, 1))
	before.post(t, []byte("x"))
	erase(t, s, before)
	if err := s.Backup(t.Context(), at("backup")); err != nil {
		t.Fatal(err)
	}
	if len(found(t, at("backup"))) == 0 {
		t.Fatal("the needles are not in the backup: this test does not see")
	}
	erase(t, s, hidden)
	scrub(t, s)
	mustClose(t, s)
	if err := os.WriteFile(at("half"), append(read(t, filepath.Join(at("data"), "audit.jsonl")), `{"n":9,"deed":"era`...), 0o600); err != nil {
		t.Fatal(err)
	}

	for _, audit := range []string{at("data"), filepath.Join(at("data"), "audit.jsonl"), at("half")} {
		restored := at("restored from " + filepath.Base(audit))
		census, err := restore(t, at("backup"), audit, restored)
		if err != nil || census.Audited != 4 { // two were erased, and are gone
			t.Fatalf("%+v, %v", census, err)
		}
		s := openPlain(t, restored)
		for _, gone := range []*session{hidden, before} {
			if _, err := s.Load(t.Context(), site, gone.head.ID); !errors.Is(err, persistence.ErrErased) {
				t.Errorf("%s after the restore: %v", gone.head.ID, err)
			}
		}
		if problems := missing(t, s, claim(t, s), kept.head); len(problems) > 0 {
			t.Error(strings.Join(problems, "\n"))
		}
		scrub(t, s)
		if left := found(t, restored); len(left) > 0 {
			t.Errorf("left:\n%s", strings.Join(left, "\n"))
		}
		mustClose(t, s)
		if _, err := verify(t, restored); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	}
	figure.Note(t, "G24 P14", "restored from a backup of before an erasure, with the audit log of after it: the rest is there, 0 bytes of what was erased")

	// Without the log, what was erased since the backup is there again; whoever restores so has to say it.
	if _, err := restore(t, at("backup"), "", at("without")); err != nil {
		t.Fatal(err)
	}
	s = openPlain(t, at("without"))
	defer mustClose(t, s)
	if _, err := s.Load(t.Context(), site, hidden.head.ID); err != nil {
		t.Errorf("without the audit log: %v", err)
	}
	if _, err := s.Load(t.Context(), site, before.head.ID); !errors.Is(err, persistence.ErrErased) {
		t.Errorf("what the backup knows as erased: %v", err)
	}
}

// TestIdentificationRecordsThatWereErasedAfterABackupStayErased (G24, P10).
func TestIdentificationRecordsThatWereErasedAfterABackupStayErased(t *testing.T) {
	top := t.TempDir()
	at := func(name string) string { return filepath.Join(top, name) }
	s := openPlain(t, at("data"))
	w, now := newSession(s, claim(t, s), 1), time.Now()
	c := w.step([]byte("x"))
	c.Identify = &persistence.Identification{Addr: netip.MustParseAddrPort("198.51.100.7:1"), From: now, To: now}
	if err := w.try(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(t.Context(), at("backup")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Record(t.Context(), persistence.AuditEntry{Deed: persistence.DeedForgotten, Website: site, Session: w.head.ID}); err != nil {
		t.Fatal(err)
	}
	mustClose(t, s)
	for audit, want := range map[string]int{at("data"): 0, "": 1} {
		restored := at(fmt.Sprint("restored with ", want))
		if _, err := restore(t, at("backup"), audit, restored); err != nil {
			t.Fatal(err)
		}
		s = openPlain(t, restored)
		if kept, err := s.Identifications(t.Context(), site, w.head.ID); err != nil || len(kept) != want {
			t.Errorf("with the log %q: %d records, %v; want %d", audit, len(kept), err, want)
		}
		if _, err := s.Load(t.Context(), site, w.head.ID); err != nil {
			t.Errorf("the conversation: %v", err)
		}
		mustClose(t, s)
	}
}

func TestRestoreRefusesWhatDoesNotFit(t *testing.T) {
	top := t.TempDir()
	at := func(name string) string { return filepath.Join(top, name) }
	for _, name := range []string{"data", "other"} {
		s := openPlain(t, at(name))
		w := newSession(s, claim(t, s), 1)
		w.post(t, []byte("x"))
		if name == "data" { // nothing is recorded yet
			if err := s.Backup(t.Context(), at("backup of before")); err != nil {
				t.Fatal(err)
			}
		}
		erase(t, s, w)
		if name == "data" {
			if err := s.Backup(t.Context(), at("backup")); err != nil {
				t.Fatal(err)
			}
		}
		mustClose(t, s)
	}
	if err := os.Mkdir(at("empty"), 0o700); err != nil {
		t.Fatal(err)
	}
	broken := strings.Replace(string(read(t, filepath.Join(at("data"), "audit.jsonl"))), "erased", "erasee", 1)
	if err := os.WriteFile(at("broken"), []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, backup, audit, dir string
		want                     error
	}{
		{"onto a data directory", "backup", "data", "other", pebblestore.ErrRestore},
		{"onto the backup", "backup", "data", "backup", pebblestore.ErrRestore},
		{"another deployment's log", "backup", "other", "new", pebblestore.ErrRestore},
		{"no such log", "backup", "nowhere", "new", pebblestore.ErrRestore},
		{"a directory without a log", "backup of before", "empty", "new", pebblestore.ErrRestore},
		{"into the backup", "backup", "data", "backup/new", pebblestore.ErrRestore},
		{"a changed log", "backup", "broken", "new", persistence.ErrAudit},
		{"no backup", "nowhere", "data", "new", pebblestore.ErrForeign},
	} {
		if _, err := restore(t, at(c.backup), at(c.audit), at(c.dir)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	for _, name := range []string{"new", "backup/new"} {
		if _, err := os.Stat(at(name)); err == nil {
			t.Error("a refused restore left a directory")
		}
	}
	if _, err := verify(t, at("backup")); err != nil {
		t.Errorf("the backup, afterwards: %v", err)
	}

	// A node that waits for its data directory does not begin a new one in it.
	held, err := pebble.LockDirectory(at("held"), vfs.Default)
	if errors.Is(err, os.ErrNotExist) {
		if err = os.Mkdir(at("held"), 0o700); err == nil {
			held, err = pebble.LockDirectory(at("held"), vfs.Default)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := restore(t, at("backup"), at("data"), at("held")); !errors.Is(err, pebblestore.ErrInUse) {
		t.Errorf("into a directory that another process holds: %v", err)
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestALostAuditLogIsNoticed: a log that ends before what the store knows is damage, and the store serves nevertheless.
func TestALostAuditLogIsNoticed(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	epoch := claim(t, s)
	for n := range uint64(3) {
		w := newSession(s, epoch, n)
		w.post(t, []byte("x"))
		erase(t, s, w)
	}
	mustClose(t, s)
	log := filepath.Join(dir, "audit.jsonl")
	whole := read(t, log)
	lines := strings.SplitAfter(string(whole), "\n")
	for name, left := range map[string]string{"nothing": "", "two of three": lines[0] + lines[1], "without the first": lines[1] + lines[2]} {
		if err := os.WriteFile(log, []byte(left), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := verify(t, dir); !errors.Is(err, persistence.ErrAudit) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.WriteFile(log, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if census, err := verify(t, dir); err != nil || census.Audited != 3 {
		t.Errorf("%+v, %v", census, err)
	}
}

// TestAForeignAuditLogIsRefused: what another deployment erased is none of this one's business.
func TestAForeignAuditLogIsRefused(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	for i, d := range []string{dir, other} {
		s := mustOpen(t, d)
		epoch := claim(t, s)
		for n := range uint64(2 + i) {
			w := newSession(s, epoch, n)
			w.post(t, []byte("x"))
			erase(t, s, w)
		}
		mustClose(t, s)
	}
	log := filepath.Join(dir, "audit.jsonl")
	if err := os.WriteFile(log, read(t, filepath.Join(other, "audit.jsonl")), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openDir(dir); !errors.Is(err, persistence.ErrAudit) {
		t.Fatalf("open: %v", err)
	}
	if err := os.Remove(log); err != nil {
		t.Fatal(err)
	}
	mustClose(t, mustOpen(t, dir))
}

// TestAnErasureThatACrashCutShortIsFinished: the audit log has it, the store does not yet.
func TestAnErasureThatACrashCutShortIsFinished(t *testing.T) {
	dir := t.TempDir()
	s := openPlain(t, dir)
	hidden := newSession(s, claim(t, s), 1)
	hide(t, hidden)
	mustClose(t, s)
	e := persistence.AuditEntry{Deed: persistence.DeedErased, Website: site, Session: hidden.head.ID}
	var tail persistence.AuditTail
	line, err := tail.Append(&e, hidden.head.CreatedAt)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "audit.jsonl"), append(line, "{half of the ne"...), 0o600); err != nil {
		t.Fatal(err)
	}
	s = openPlain(t, dir)
	defer mustClose(t, s)
	if _, err := s.Load(t.Context(), site, hidden.head.ID); !errors.Is(err, persistence.ErrErased) {
		t.Errorf("load: %v", err)
	}
	scrub(t, s)
	if left := found(t, dir); len(left) > 0 {
		t.Errorf("left:\n%s", strings.Join(left, "\n"))
	}
	if all, err := s.AuditLog(t.Context(), 0, 10); err != nil || len(all) != 2 || all[1].Deed != persistence.DeedGone {
		t.Errorf("the audit log: %+v, %v", all, err)
	}
}
