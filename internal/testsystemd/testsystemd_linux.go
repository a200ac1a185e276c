// Package testsystemd is what a service sees of systemd, for tests: a socket that takes notifications, and a store of descriptors that the next
// process of the service inherits. It is written from sd_notify(3) and shares no code with what it tests.
package testsystemd

import (
	"errors"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// Manager is a service manager with one service.
type Manager struct {
	t    testing.TB
	path string
	conn *net.UnixConn
	done sync.WaitGroup

	mu    sync.Mutex
	said  []string
	names []string
	files []*os.File
}

// Start listens on a path, or on an abstract name that begins with @. It ends with the test.
func Start(t testing.TB, path string) *Manager {
	t.Helper()
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	m := &Manager{t: t, path: path, conn: conn}
	m.done.Go(m.listen)
	t.Cleanup(func() {
		_ = conn.Close()
		m.done.Wait()
		for _, f := range m.files {
			_ = f.Close()
		}
	})
	return m
}

// Environment is what the service is started with, beside LISTEN_PID, which is the process's own id. Files are its descriptors from 3 on.
func (m *Manager) Environment() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	env := []string{"NOTIFY_SOCKET=" + m.path, "FDSTORE=1"}
	if len(m.files) > 0 {
		env = append(env, "LISTEN_FDS="+strconv.Itoa(len(m.files)), "LISTEN_FDNAMES="+strings.Join(m.names, ":"))
	}
	return env
}

// Kept are the descriptors that are stored under a name. They stay the manager's.
func (m *Manager) Kept(name string) (files []*os.File) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, n := range m.names {
		if n == name {
			files = append(files, m.files[i])
		}
	}
	return files
}

// Files are the descriptors that are stored. They stay the manager's.
func (m *Manager) Files() []*os.File {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.files)
}

// Handed are the descriptors that are stored, as the next process gets them: the caller's own, to be closed when the process has them.
func (m *Manager) Handed() []*os.File {
	m.mu.Lock()
	defer m.mu.Unlock()
	files := make([]*os.File, len(m.files))
	for i, f := range m.files {
		fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			m.t.Error(err)
		}
		files[i] = os.NewFile(uintptr(fd), f.Name())
	}
	return files
}

// Said reports whether the service has said something.
func (m *Manager) Said(what string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Contains(m.said, what)
}

// listen ends when the socket is closed.
func (m *Manager) listen() {
	data, rights := make([]byte, 4096), make([]byte, 4096)
	for {
		n, r, _, _, err := m.conn.ReadMsgUnix(data, rights)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			m.t.Error(err)
			return
		}
		m.take(string(data[:n]), m.descriptors(rights[:r]))
	}
}

func (m *Manager) descriptors(rights []byte) (files []*os.File) {
	messages, err := unix.ParseSocketControlMessage(rights)
	if err != nil {
		m.t.Error(err)
	}
	for i := range messages {
		fds, err := unix.ParseUnixRights(&messages[i])
		if err != nil {
			m.t.Error(err)
		}
		for _, fd := range fds {
			unix.CloseOnExec(fd)
			files = append(files, os.NewFile(uintptr(fd), "received"))
		}
	}
	return files
}

// take does as systemd: it keeps what comes with FDSTORE=1, as long as there is room, and closes all else.
func (m *Manager) take(text string, files []*os.File) {
	m.mu.Lock()
	defer m.mu.Unlock()
	lines := strings.Split(text, "\n")
	m.said = append(m.said, lines...)
	name := "stored"
	for _, l := range lines {
		if n, ok := strings.CutPrefix(l, "FDNAME="); ok {
			name = n
		}
	}
	if slices.Contains(lines, "FDSTOREREMOVE=1") {
		m.remove(name)
	}
	for _, f := range files {
		if slices.Contains(lines, "FDSTORE=1") && len(m.files) == 0 {
			m.names, m.files = append(m.names, name), append(m.files, f)
			continue
		}
		_ = f.Close()
	}
}

func (m *Manager) remove(name string) {
	for i := len(m.names) - 1; i >= 0; i-- {
		if m.names[i] == name {
			_ = m.files[i].Close()
			m.names, m.files = slices.Delete(m.names, i, i+1), slices.Delete(m.files, i, i+1)
		}
	}
}
