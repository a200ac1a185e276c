package systemd

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// timeout is how long the manager may take to look at what it is sent: it is busy at times, but not for so long.
const timeout = 5 * time.Second

// send sends one datagram, with the rights that go along. net's connections do not send rights without an address of their own.
func (m *Manager) send(state string, rights []byte) error {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("systemd: %w", err)
	}
	defer func() { _ = unix.Close(fd) }() // nothing is buffered
	limit := unix.NsecToTimeval(int64(timeout))
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &limit); err != nil {
		return fmt.Errorf("systemd: %w", err)
	}
	for {
		err := unix.Sendmsg(fd, []byte(state), rights, &unix.SockaddrUnix{Name: m.path}, unix.MSG_NOSIGNAL)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return fmt.Errorf("systemd: %w", err)
		}
		return nil
	}
}
