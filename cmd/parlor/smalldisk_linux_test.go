package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/parlor-chat/parlor/internal/testmemory"
)

// inNamespace tells a test that it runs in namespaces of its own, where it may mount. The program, which inherits it, must not take it for a setting.
const inNamespace = "TEST_IN_NAMESPACE"

// onSmallDisk runs a test on a file system of its own of so many bytes. Who may not mount one runs the test in a process that may, in a user and mount
// namespace. Where that is not possible either the test is skipped, in CI (the environment's CI) it fails.
func onSmallDisk(t *testing.T, bytes int64, test func(t *testing.T, disk smallDisk)) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d,mode=0700", bytes))
	switch {
	case err == nil:
		t.Cleanup(func() {
			if err := syscall.Unmount(dir, 0); err != nil {
				t.Errorf("unmount: %v", err)
			}
		})
		test(t, smallDisk{t, dir})
	case os.Getenv(inNamespace) == "":
		inItsOwnNamespace(t)
	default:
		testmemory.Lacking(t, fmt.Sprintf("a small disk cannot be mounted: %v", err))
	}
}

func inItsOwnNamespace(t *testing.T) {
	t.Helper()
	args := []string{"-rm", os.Args[0], "-test.run=^" + t.Name() + "$", "-test.v", "-test.timeout=30m"}
	flag.Visit(func(f *flag.Flag) {
		if !strings.HasPrefix(f.Name, "test.") {
			args = append(args, fmt.Sprintf("-%s=%s", f.Name, f.Value))
		}
	})
	child := exec.CommandContext(t.Context(), "unshare", args...)
	child.Env = append(os.Environ(), inNamespace+"=1")
	out, err := child.CombinedOutput()
	t.Logf("in a namespace of its own:\n%s", out)
	var exit *exec.ExitError
	switch {
	case err == nil && strings.Contains(string(out), "--- SKIP"):
		t.Skip("skipped there")
	case err == nil:
	case errors.As(err, &exit) && strings.Contains(string(out), "--- FAIL"):
		t.Fail()
	default:
		testmemory.Lacking(t, fmt.Sprintf("a small disk can be mounted neither here nor in a namespace: %v", err))
	}
}

// smallDisk is a directory with a small file system on it.
type smallDisk struct {
	t   *testing.T
	dir string
}

func (d smallDisk) free() int64 {
	d.t.Helper()
	var stat syscall.Statfs_t
	if err := syscall.Statfs(d.dir, &stat); err != nil {
		d.t.Fatal(err)
	}
	return int64(stat.Bavail) * stat.Bsize
}

// path is that of a file that is not the program's.
func (d smallDisk) path(name string) string { return filepath.Join(d.dir, name) }

// take makes a file of so many bytes, or as many as there are, at once.
func (d smallDisk) take(name string, bytes int64) {
	d.t.Helper()
	f, err := os.Create(d.path(name))
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for at, step := int64(0), bytes; at < bytes && step >= 4096; {
		step = min(step, bytes-at)
		switch err := syscall.Fallocate(int(f.Fd()), 0, at, step); {
		case err == nil:
			at += step
		case errors.Is(err, syscall.ENOSPC):
			step /= 2
		case !errors.Is(err, syscall.EINTR):
			d.t.Fatal(err)
		}
	}
}

// takeAll leaves nothing.
func (d smallDisk) takeAll(name string) {
	d.t.Helper()
	d.take(name, max(d.free(), 4096))
}

func (d smallDisk) giveBack(name string) {
	d.t.Helper()
	if err := os.Remove(d.path(name)); err != nil {
		d.t.Fatal(err)
	}
}
