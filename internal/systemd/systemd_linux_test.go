package systemd

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parlor-chat/parlor/internal/testsystemd"
)

func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for _, p := range pairs {
			if value, ok := strings.CutPrefix(p, name+"="); ok {
				return value
			}
		}
		return ""
	}
}

func TestDetect(t *testing.T) {
	for _, path := range []string{"", "vsock:2:1234", "run/notify"} {
		if m := Detect(environment("NOTIFY_SOCKET="+path), 1); m != nil {
			t.Errorf("%q is a manager", path)
		}
	}
	m := Detect(environment("NOTIFY_SOCKET=/run/notify", "FDSTORE=3", "LISTEN_PID=7", "LISTEN_FDS=2", "LISTEN_FDNAMES=web:kept"), 7)
	if m.Stores != 3 || len(m.inherited) != 2 || m.inherited[1] != "kept" {
		t.Errorf("%+v", m)
	}
	for _, wrong := range []string{"LISTEN_PID=8 LISTEN_FDS=1", "LISTEN_PID=7 LISTEN_FDS=2", "LISTEN_PID=7 LISTEN_FDS=x"} {
		m := Detect(environment(append(strings.Fields(wrong), "NOTIFY_SOCKET=@notify", "LISTEN_FDNAMES=kept")...), 7)
		if m.Stores != Unknown || m.inherited != nil {
			t.Errorf("%s: %+v", wrong, m)
		}
	}
	var none *Manager
	if none.Ready() != nil || none.Stopping() != nil || none.Inherited("kept") != nil {
		t.Error("no manager does something")
	}
}

// TestAManagerKeepsADescriptor: on a socket with a path and on one with an abstract name.
func TestAManagerKeepsADescriptor(t *testing.T) {
	for _, path := range []string{filepath.Join(t.TempDir(), "notify"), "@parlor-test-" + filepath.Base(t.TempDir())} {
		s := testsystemd.Start(t, path)
		m := Detect(environment(s.Environment()...), 1)
		if m.Stores != 1 {
			t.Fatalf("%d descriptors are kept", m.Stores)
		}
		if err := m.Ready(); err != nil {
			t.Fatal(err)
		}
		f, err := os.CreateTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString("kept"); err != nil {
			t.Fatal(err)
		}
		if err := m.Store("first", f); err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
		kept := s.Kept("first")
		if len(kept) != 1 || len(s.Kept("second")) != 0 {
			t.Fatalf("%d descriptors are kept", len(kept))
		}
		if data, err := io.ReadAll(io.NewSectionReader(kept[0], 0, 100)); err != nil || string(data) != "kept" {
			t.Errorf("%q, %v", data, err)
		}
		if err := m.Remove("first"); err != nil || len(s.Kept("first")) != 0 {
			t.Errorf("%d are left: %v", len(s.Kept("first")), err)
		}
		if !s.Said("READY=1") || s.Said("STOPPING=1") {
			t.Error("not what was said")
		}
	}
}
