package pebblestore

import (
	"github.com/cockroachdb/pebble/v2/vfs"
	"golang.org/x/sys/unix"
)

// presizeStep is by how much a log file's size runs ahead. What is ahead after a crash is zeros, which Pebble reads over at the next start.
const presizeStep = 4 << 20

// presized is a log file whose size runs ahead of what is written: a spare, and beyond it in steps. As long as every write makes the file longer,
// each sync is a journal's commit with the new size, which took half as long again (measured on ext4).
type presized struct {
	vfs.File
	written, size int64
}

// presize is for a file that begins with size bytes of zeros.
func presize(f vfs.File, size int64) vfs.File { return &presized{File: f, size: size} }

// Write makes the file longer first when what is to be written would. Where the file system can't, the write itself does.
func (f *presized) Write(p []byte) (int, error) {
	if f.written+int64(len(p)) > f.size {
		step := max(presizeStep, int64(len(p)))
		if unix.Fallocate(int(f.Fd()), 0, f.written, step) == nil {
			f.size = f.written + step
		}
	}
	n, err := f.File.Write(p)
	f.written += int64(n)
	return n, err
}
