package systemd

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// firstInherited is the first descriptor that is handed to a service (sd_listen_fds(3)).
const firstInherited = 3

// Store has the manager keep a descriptor under a name until Remove, also when this process has ended: its successor inherits it. When Store
// returns the manager has it, unless it was told not to take any, which it does not say.
func (m *Manager) Store(name string, f *os.File) error {
	if err := m.send("FDSTORE=1\nFDNAME="+name, unix.UnixRights(int(f.Fd()))); err != nil {
		return err
	}
	return m.barrier()
}

// Remove has the manager forget all descriptors of a name. When Remove returns it has.
func (m *Manager) Remove(name string) error {
	if err := m.notify("FDSTOREREMOVE=1\nFDNAME=" + name); err != nil {
		return err
	}
	return m.barrier()
}

// barrier waits until the manager has looked at all that was sent before: it closes its end of a pipe then. A message of a process that has
// ended may be nobody's to it.
func (m *Manager) barrier() error {
	var pipe [2]int
	if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC); err != nil {
		return fmt.Errorf("systemd: %w", err)
	}
	defer func() { _ = unix.Close(pipe[0]) }()
	err := m.send("BARRIER=1", unix.UnixRights(pipe[1]))
	_ = unix.Close(pipe[1]) // the manager has its own
	if err != nil {
		return err
	}
	end := time.Now().Add(timeout)
	for {
		left := time.Until(end)
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(pipe[0])}}, int(max(0, left).Milliseconds()))
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return fmt.Errorf("systemd: %w", err)
		case n == 0:
			return fmt.Errorf("systemd: no answer within %v", timeout)
		default:
			return nil
		}
	}
}

// Inherited returns the descriptors that were kept under a name. They are the caller's to close. A second call returns nothing.
func (m *Manager) Inherited(name string) (files []*os.File) {
	if m == nil {
		return nil
	}
	for i, n := range m.inherited {
		fd := firstInherited + i
		unix.CloseOnExec(fd)
		if n == name {
			files = append(files, os.NewFile(uintptr(fd), name))
		}
	}
	m.inherited = nil
	return files
}
