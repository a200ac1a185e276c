package handover

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/parlor-chat/parlor/actors"
	"github.com/parlor-chat/parlor/internal/systemd"
	"github.com/parlor-chat/parlor/internal/testmemory"
	"github.com/parlor-chat/parlor/internal/testsystemd"
)

// memory is a directory on a tmpfs.
func memory(t *testing.T) string {
	t.Helper()
	dir := testmemory.Dir(t)
	if err := CheckDir(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// disk is a directory on a file system that is not in memory.
func disk(t *testing.T) string {
	t.Helper()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{t.TempDir(), here} {
		if CheckDir(dir) != nil {
			dir, err := os.MkdirTemp(dir, "parlor-test-")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.RemoveAll(dir) })
			return dir
		}
	}
	testmemory.Lacking(t, "everything here is in memory")
	return ""
}

func files(t *testing.T, dir string) []os.DirEntry {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func three() []actors.Left {
	return []actors.Left{sample(1, 0), sample(2, time.Minute), sample(3, 29*time.Minute)}
}

func give(t *testing.T, p Place) {
	t.Helper()
	if n, where, err := p.Give(slices.Values(three())); n != 3 || where == "" || err != nil {
		t.Fatalf("%d sessions are at %q, %v", n, where, err)
	}
}

func TestAFileInMemoryIsTakenOnce(t *testing.T) {
	p := Place{Key: key, Dir: memory(t), DataDir: "data"}
	give(t, p)
	give(t, p) // over what nobody took
	list := files(t, p.Dir)
	if len(list) != 1 {
		t.Fatalf("%d files", len(list))
	}
	if info, err := list[0].Info(); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	other := p
	other.DataDir = "other"
	if have, err := other.Take(); len(have) != 0 || err != nil {
		t.Errorf("a node of another data directory took %d, %v", len(have), err)
	}
	if have, err := p.Take(); len(have) != 3 || err != nil {
		t.Errorf("%d sessions, %v", len(have), err)
	}
	if list := files(t, p.Dir); len(list) != 0 {
		t.Errorf("%s is left", list[0].Name())
	}
	if have, err := p.Take(); len(have) != 0 || err != nil {
		t.Errorf("a second time: %d sessions, %v", len(have), err)
	}
}

// TestNothingIsWrittenToADisk: not for a moment, and what lies there under the name is removed and not used (P9).
func TestNothingIsWrittenToADisk(t *testing.T) {
	p := Place{Key: key, Dir: disk(t), DataDir: "data"}
	before := changed(t, p.Dir)
	n, _, err := p.Give(slices.Values(three()))
	if n != 0 || err == nil || !strings.Contains(err.Error(), "tmpfs") {
		t.Errorf("%d sessions, %v", n, err)
	}
	if after := changed(t, p.Dir); after != before || len(files(t, p.Dir)) != 0 {
		t.Error("something was written")
	}
	now, err := uptime()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.path(), encoded(t, now, three()...), 0o600); err != nil {
		t.Fatal(err)
	}
	if have, err := p.Take(); len(have) != 0 || err == nil || len(files(t, p.Dir)) != 0 {
		t.Errorf("%d sessions were taken from a disk, %v", len(have), err)
	}
}

// changed is when a directory's entries changed last.
func changed(t *testing.T, dir string) unix.Timespec {
	t.Helper()
	var s unix.Stat_t
	if err := unix.Stat(dir, &s); err != nil {
		t.Fatal(err)
	}
	return s.Mtim
}

// TestWhatIsRefusedIsDestroyed: also through another name of the same file.
func TestWhatIsRefusedIsDestroyed(t *testing.T) {
	p := Place{Key: key, Dir: memory(t), DataDir: "data"}
	for name, data := range map[string][]byte{
		"old": encoded(t, 0, three()...), "damaged": append(encoded(t, 0, three()...), 0), "none": nil, "large": make([]byte, 1<<20),
	} {
		if err := os.WriteFile(p.path(), data, 0o600); err != nil {
			t.Fatal(err)
		}
		second := filepath.Join(p.Dir, "second")
		if err := os.Link(p.path(), second); err != nil {
			t.Fatal(err)
		}
		if have, err := p.Take(); len(have) != 0 || err == nil {
			t.Errorf("%s: %d sessions, %v", name, len(have), err)
		}
		if _, err := os.Stat(p.path()); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the file is left", name)
		}
		if info, err := os.Stat(second); err != nil || info.Size() != 0 {
			t.Errorf("%s: what was in it is left", name)
		}
		_ = os.Remove(second)
	}
}

// TestALinkIsNotFollowed: whoever may write in the directory cannot make Parlor read or empty another file.
func TestALinkIsNotFollowed(t *testing.T) {
	p := Place{Key: key, Dir: memory(t), DataDir: "data"}
	target := filepath.Join(t.TempDir(), "target")
	if err := os.WriteFile(target, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, p.path()); err != nil {
		t.Fatal(err)
	}
	if have, err := p.Take(); len(have) != 0 || err == nil {
		t.Errorf("%d sessions, %v", len(have), err)
	}
	give(t, p)
	if data, err := os.ReadFile(target); err != nil || string(data) != "mine" {
		t.Errorf("%q, %v", data, err)
	}
}

// TestNobodyIsHandedOver leaves nothing.
func TestNobodyIsHandedOver(t *testing.T) {
	s := testsystemd.Start(t, filepath.Join(t.TempDir(), "notify"))
	for _, p := range []Place{{Key: key, Dir: memory(t), DataDir: "data"}, {Key: key, Manager: manager(s, 1)}} {
		if n, _, err := p.Give(slices.Values([]actors.Left{})); n != 0 || err != nil {
			t.Errorf("%d sessions, %v", n, err)
		}
		if p.Dir != "" && len(files(t, p.Dir)) != 0 || len(s.Files()) != 0 {
			t.Error("something is left")
		}
	}
	if _, _, err := (Place{Key: key}).Give(slices.Values(three())); !errors.Is(err, ErrNowhere) {
		t.Errorf("without a place: %v", err)
	}
}

// manager is systemd as a service sees it that may store so many descriptors.
func manager(s *testsystemd.Manager, stores int) *systemd.Manager {
	m := systemd.Detect(func(name string) string {
		for _, pair := range s.Environment() {
			if value, ok := strings.CutPrefix(pair, name+"="); ok {
				return value
			}
		}
		return ""
	}, os.Getpid())
	m.Stores = stores
	return m
}

// TestSystemdKeepsThemInMemory: what it is given can be changed by nobody, and is destroyed when it is taken, also where systemd keeps it.
func TestSystemdKeepsThemInMemory(t *testing.T) {
	s := testsystemd.Start(t, filepath.Join(t.TempDir(), "notify"))
	p := Place{Key: key, Dir: memory(t), DataDir: "data", Manager: manager(s, 1)}
	give(t, p)
	kept := s.Kept(name)
	if len(kept) != 1 || len(files(t, p.Dir)) != 0 {
		t.Fatalf("systemd keeps %d, and %d files are there", len(kept), len(files(t, p.Dir)))
	}
	if err := checkFile(kept[0]); err != nil {
		t.Error(err)
	}
	if _, err := kept[0].WriteAt([]byte{1}, 0); err == nil {
		t.Error("it can be changed")
	}
	fd, err := unix.Dup(int(kept[0].Fd()))
	if err != nil {
		t.Fatal(err)
	}
	if have, err := p.consume(os.NewFile(uintptr(fd), name)); len(have) != 3 || err != nil {
		t.Errorf("%d sessions, %v", len(have), err)
	}
	if info, err := kept[0].Stat(); err != nil || info.Size() != 0 {
		t.Errorf("%d bytes are left, %v", info.Size(), err)
	}
}

// TestWhichPlaceComesFirst: systemd where it says that it keeps descriptors, then the directory, then a systemd that does not say.
func TestWhichPlaceComesFirst(t *testing.T) {
	for _, c := range []struct {
		stores int
		dir    bool
		want   string
	}{{1, true, "systemd"}, {0, true, "file"}, {systemd.Unknown, true, "file"}, {systemd.Unknown, false, "systemd"}, {0, false, ""}} {
		s := testsystemd.Start(t, filepath.Join(t.TempDir(), "notify"))
		p := Place{Key: key, DataDir: "data", Manager: manager(s, c.stores)}
		if c.dir {
			p.Dir = memory(t)
		}
		_, _, err := p.Give(slices.Values(three()))
		have := ""
		switch {
		case len(s.Files()) == 1:
			have = "systemd"
		case c.dir && len(files(t, p.Dir)) == 1:
			have = "file"
		}
		if have != c.want || (c.want == "") != errors.Is(err, ErrNowhere) {
			t.Errorf("%+v: %q, %v", c, have, err)
		}
	}
}

// TestAFullMemoryLeavesNothing: a file that could not be written to its end is removed.
func TestAFullMemoryLeavesNothing(t *testing.T) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	small := limit
	small.Cur = 1 << 10
	p := Place{Key: key, Dir: memory(t), DataDir: "data"}
	large := sample(1, 0)
	large.Notes[0].Frame = bytes.Repeat([]byte("x"), 1<<19)
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &small); err != nil {
		t.Fatal(err)
	}
	_, _, err := p.Give(slices.Values([]actors.Left{large}))
	if e := unix.Setrlimit(unix.RLIMIT_FSIZE, &limit); e != nil {
		t.Fatal(e)
	}
	if err == nil || len(files(t, p.Dir)) != 0 {
		t.Errorf("%d files, %v", len(files(t, p.Dir)), err)
	}
}
