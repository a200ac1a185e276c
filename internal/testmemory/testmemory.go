// Package testmemory gives tests a directory in memory.
package testmemory

import (
	"os"
	"testing"
)

// Dir is a new directory on Linux's tmpfs for shared memory; it is removed when the test ends. Without one the test is skipped, and in CI it fails.
func Dir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "parlor-test-")
	if err != nil {
		Lacking(t, "no tmpfs at /dev/shm")
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// Lacking ends a test that cannot run on this machine: it is skipped, and in CI, where nothing may go unseen, it fails.
func Lacking(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what + ": this test cannot be run")
	}
	t.Skip(what)
}
