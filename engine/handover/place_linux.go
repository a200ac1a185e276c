package handover

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/parlor-chat/parlor/actors"
	"github.com/parlor-chat/parlor/internal/systemd"
)

// CheckDir reports what is wrong with a directory for the file: it must be there, and in memory.
func CheckDir(dir string) error {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	return inMemory(&s, dir)
}

// inMemory tells by the file system's type whether what is written there stays in memory.
func inMemory(s *unix.Statfs_t, path string) error {
	switch s.Type {
	case unix.TMPFS_MAGIC, unix.RAMFS_MAGIC:
		return nil
	}
	return fmt.Errorf("%s is not in memory; use a directory on a tmpfs", path)
}

func checkFile(f *os.File) error {
	var s unix.Statfs_t
	if err := unix.Fstatfs(int(f.Fd()), &s); err != nil {
		return fmt.Errorf("%s: %w", f.Name(), err)
	}
	return inMemory(&s, f.Name())
}

// uptime is the time since the machine was booted, sleep included.
func uptime() (time.Duration, error) {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		return 0, fmt.Errorf("handover: clock: %w", err)
	}
	return time.Duration(t.Nano()), nil
}

// Give leaves sessions for the next node, and returns how many and where. When it returns, this process may end. Errors: ErrNowhere, or why what was
// begun failed; nothing is left then. A systemd that keeps descriptors and says so comes first, then the directory, then a systemd that may.
func (p Place) Give(sessions iter.Seq[actors.Left]) (n int, where string, err error) {
	if p.Manager != nil && p.Manager.Stores > 0 {
		return p.giveManager(sessions)
	}
	if p.Dir != "" {
		return p.giveFile(sessions)
	}
	if p.Manager != nil && p.Manager.Stores == systemd.Unknown {
		return p.giveManager(sessions)
	}
	return 0, "", ErrNowhere
}

// seals let nobody change what systemd keeps. Making it shorter is left to who takes it, and destroys it so.
const seals = unix.F_SEAL_WRITE | unix.F_SEAL_GROW | unix.F_SEAL_SEAL

func (p Place) giveManager(sessions iter.Seq[actors.Left]) (n int, where string, err error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return 0, "", fmt.Errorf("handover: memfd: %w", err)
	}
	f := os.NewFile(uintptr(fd), name)
	defer func() { _ = f.Close() }() // systemd has a descriptor of its own
	if n, err = p.write(f, sessions); err != nil || n == 0 {
		return n, "", err
	}
	if _, err := unix.FcntlInt(f.Fd(), unix.F_ADD_SEALS, seals); err != nil {
		return 0, "", fmt.Errorf("handover: memfd: %w", err)
	}
	if err := p.Manager.Store(name, f); err != nil {
		_ = f.Truncate(0) // should it have arrived after all
		return 0, "", fmt.Errorf("handover: %w", err)
	}
	return n, "systemd", nil
}

func (p Place) giveFile(sessions iter.Seq[actors.Left]) (n int, where string, err error) {
	if err := CheckDir(p.Dir); err != nil {
		return 0, "", fmt.Errorf("handover: %w", err)
	}
	path := p.path()
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, "", fmt.Errorf("handover: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, "", fmt.Errorf("handover: %w", err)
	}
	defer func() {
		if e := f.Close(); err == nil && e != nil {
			err = fmt.Errorf("handover: %w", e)
		}
		if n == 0 || err != nil {
			_ = os.Remove(path) // it cannot be read, and is removed by who tries
		}
	}()
	if err := checkFile(f); err != nil {
		return 0, "", fmt.Errorf("handover: %w", err)
	}
	n, err = p.write(f, sessions)
	return n, path, err
}

func (p Place) write(f *os.File, sessions iter.Seq[actors.Left]) (int, error) {
	now, err := uptime()
	if err != nil {
		return 0, err
	}
	n, err := encode(f, p.Key, now, sessions)
	if err != nil {
		return n, fmt.Errorf("handover: write: %w", err)
	}
	return n, nil
}

// path names the file after the data directory: each node has its own.
func (p Place) path() string {
	dir, err := filepath.Abs(p.DataDir)
	if err != nil {
		dir = p.DataDir
	}
	sum := sha256.Sum256([]byte(dir))
	return filepath.Join(p.Dir, name+"-"+hex.EncodeToString(sum[:8]))
}

// Take returns the sessions that the node before has left, and destroys them where they were. Errors: why some of them are not used; they are
// destroyed all the same.
func (p Place) Take() (sessions []actors.Left, err error) {
	var errs []error
	take := func(some []actors.Left, err error) {
		sessions = append(sessions, some...)
		if err != nil {
			errs = append(errs, fmt.Errorf("handover: %w", err))
		}
	}
	if kept := p.Manager.Inherited(name); len(kept) > 0 {
		for _, f := range kept {
			take(p.consume(f))
		}
		take(nil, p.Manager.Remove(name))
	}
	if p.Dir != "" {
		take(p.takeFile())
	}
	return sessions, errors.Join(errs...)
}

func (p Place) takeFile() ([]actors.Left, error) {
	path := p.path()
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := os.Remove(path); err != nil {
		_ = f.Close() // nothing was written
		return nil, err
	}
	return p.consume(f)
}

// consume reads a file and destroys what is in it, whatever that is, before anything of it is used. It closes the file.
func (p Place) consume(f *os.File) (sessions []actors.Left, err error) {
	defer func() { _ = f.Close() }() // nothing is written
	if sessions, err = p.read(f); err != nil {
		err = fmt.Errorf("%s: %w", f.Name(), err)
	}
	if e := f.Truncate(0); e != nil {
		return nil, errors.Join(err, e)
	}
	return sessions, err
}

func (p Place) read(f *os.File) ([]actors.Left, error) {
	if err := checkFile(f); err != nil {
		return nil, err
	}
	var s unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &s); err != nil {
		return nil, err
	}
	if s.Mode&unix.S_IFMT != unix.S_IFREG || int(s.Uid) != os.Geteuid() {
		return nil, errors.New("another user made it")
	}
	now, err := uptime()
	if err != nil {
		return nil, err
	}
	return decode(io.NewSectionReader(f, 0, 1<<62), p.Key, now)
}
