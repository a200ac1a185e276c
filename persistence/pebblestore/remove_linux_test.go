package pebblestore

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// TestALargeFileIsRemovedBitByBit: but not one that has another name, whose bytes are a backup's.
func TestALargeFileIsRemovedBitByBit(t *testing.T) {
	dir := t.TempDir()
	file, backup, alone := filepath.Join(dir, "file"), filepath.Join(dir, "backup"), filepath.Join(dir, "alone")
	for _, name := range []string{file, alone} {
		if err := os.WriteFile(name, make([]byte, 2*removeStep+1), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Link(file, backup); err != nil {
		t.Fatal(err)
	}
	shrink(vfs.Default, alone)
	if info, err := os.Stat(alone); err != nil || info.Size() > removeStep {
		t.Errorf("the file has %d bytes left before it is removed, %v; want %d at most", info.Size(), err, removeStep)
	}
	if err := (keepsNothing{FS: vfs.Default}).Remove(file); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(backup); err != nil || info.Size() != 2*removeStep+1 {
		t.Errorf("the other name's file has %d bytes, %v", info.Size(), err)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("the removed file: %v", err)
	}
}
