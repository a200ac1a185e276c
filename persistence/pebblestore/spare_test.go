package pebblestore

import (
	"os"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// TestASpareThatDoesNotFit is tried once for each log, and leaves nothing behind.
func TestASpareThatDoesNotFit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var full atomic.Bool
		var tries atomic.Int64
		mem := vfs.NewMem()
		fs := errorfs.Wrap(mem, errorfs.InjectorFunc(func(op errorfs.Op) error {
			switch {
			case op.Kind == errorfs.OpCreate:
				tries.Add(1)
			case op.Kind == errorfs.OpFileWrite && full.Load():
				return syscall.ENOSPC
			}
			return nil
		}))
		s := newSpares(keepsNothing{FS: fs}, "", spareLeast)
		full.Store(true)
		for n := int64(logUsed); n < logUsed+10; n++ {
			s.wrote(n)
			synctest.Wait()
		}
		if _, err := mem.Stat(spareFile); !os.IsNotExist(err) || tries.Load() != 1 {
			t.Errorf("%d tries on a full disk, and the file: %v", tries.Load(), err)
		}
		full.Store(false)
		if _, size := s.take("1.log", "pebble-wal"); size != 0 {
			t.Errorf("a spare of %d bytes where there is none", size)
		}
		s.wrote(logUsed)
		s.ended.Wait()
		if f, size := s.take("2.log", "pebble-wal"); size != spareLeast {
			t.Errorf("with room again, a spare of %d bytes", size)
		} else if err := f.Close(); err != nil {
			t.Error(err)
		}
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
}

// TestASpareIsForTheStoresOwnLogs: that of a backup is another's.
func TestASpareIsForTheStoresOwnLogs(t *testing.T) {
	mem := vfs.NewMem()
	for _, dir := range []string{"data", "backup"} {
		if err := mem.MkdirAll(dir, dirMode); err != nil {
			t.Fatal(err)
		}
	}
	fs := keepsNothing{FS: mem}
	fs.spares = newSpares(fs, "data", spareLeast)
	fs.spares.make(spareLeast)
	for _, tt := range []struct {
		name string
		left int64
	}{{"backup/1.log", spareLeast}, {"data/1.log", 0}} {
		f, err := fs.Create(tt.name, "pebble-wal")
		if err != nil {
			t.Fatal(err)
		}
		if fs.spares.size != tt.left {
			t.Errorf("after %s the spare has %d bytes", tt.name, fs.spares.size)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
