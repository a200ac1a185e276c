package socket

import (
	"fmt"
	"os"
	"sync"
	"syscall"
)

// lot is where connections are parked whose peers are silent: one epoll instance, and one goroutine that waits for the first of them to speak.
// The instance is itself in the runtime's poller, so that no thread waits in it.
type lot struct {
	file *os.File
	raw  syscall.RawConn
	fd   int
	wake func(*Conn)
	done chan struct{}

	mu sync.Mutex
	// conns are the parked connections by their descriptors, and those that were parked before.
	conns []*Conn
}

// lotEvents is how many connections are woken with one system call.
const lotEvents = 128

// openLot calls wake for each parked connection that has something to read, an end or an error included. wake must not block.
func openLot(wake func(*Conn)) (*lot, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	if err := syscall.SetNonblock(fd, true); err != nil { // tells os.NewFile that the poller can wait for it
		_ = syscall.Close(fd)
		return nil, os.NewSyscallError("fcntl", err)
	}
	l := &lot{file: os.NewFile(uintptr(fd), "epoll"), fd: fd, wake: wake, done: make(chan struct{})}
	if l.raw, err = l.file.SyscallConn(); err != nil {
		_ = l.file.Close()
		return nil, fmt.Errorf("socket: %w", err)
	}
	go l.run() // close ends it
	return l, nil
}

// close ends the lot. No connection may be left in it.
func (l *lot) close() {
	_ = l.file.Close()
	<-l.done
}

// arm asks for one event of the connection. The caller makes sure that its descriptor is open meanwhile.
func (l *lot) arm(c *Conn) error {
	event := syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLONESHOT, Fd: c.fd}
	op := syscall.EPOLL_CTL_MOD
	if !c.listed {
		op = syscall.EPOLL_CTL_ADD
		l.list(c)
	}
	if err := syscall.EpollCtl(l.fd, op, int(c.fd), &event); err != nil {
		return os.NewSyscallError("epoll_ctl", err)
	}
	c.listed = true
	return nil
}

func (l *lot) list(c *Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if missing := int(c.fd) + 1 - len(l.conns); missing > 0 {
		l.conns = append(l.conns, make([]*Conn, missing)...)
	}
	l.conns[c.fd] = c
}

// forget is called before or after the descriptor is closed, which takes it out of the epoll instance; it may have another owner already.
func (l *lot) forget(c *Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if int(c.fd) < len(l.conns) && l.conns[c.fd] == c {
		l.conns[c.fd] = nil
	}
}

// run waits for events and wakes their connections.
func (l *lot) run() {
	defer close(l.done)
	var events [lotEvents]syscall.EpollEvent
	var n int
	some := func(fd uintptr) bool {
		// Without waiting: false waits for the runtime's poller. When in doubt it is not false, as there may be no other event.
		var err error
		n, err = syscall.EpollWait(int(fd), events[:], 0)
		return n > 0 || err != nil
	}
	for {
		if err := l.raw.Read(some); err != nil {
			return // closed
		}
		for _, e := range events[:max(0, n)] {
			if c := l.conn(e.Fd); c != nil {
				l.wake(c)
			}
		}
	}
}

// conn is who is parked with the descriptor. An event that came before a descriptor was closed and given to another connection wakes that
// one in vain: it reads nothing and is parked again.
func (l *lot) conn(fd int32) *Conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	if int(fd) >= len(l.conns) {
		return nil
	}
	return l.conns[fd]
}
