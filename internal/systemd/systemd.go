// Package systemd talks to the service manager: it says how the service is, and has it keep descriptors across a restart (sd_notify(3),
// sd_listen_fds(3)). Where there is no systemd there is no [Manager], and nothing happens.
package systemd

import (
	"strconv"
	"strings"
)

// Manager is the service manager of this process. Its methods work on nil, and may be called from any goroutine.
type Manager struct {
	path string
	// Stores is how many descriptors it keeps for the service: Unknown before systemd 254, which does not say.
	Stores int
	// inherited are the names of the descriptors from 3 on.
	inherited []string
}

// Unknown is a number that the manager did not tell.
const Unknown = -1

// Detect finds the manager in the environment, for the process of that id; nil without one.
func Detect(getenv func(string) string, pid int) *Manager {
	path := getenv("NOTIFY_SOCKET")
	if !strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "@") { // the latter is an abstract name; others are not for this machine
		return nil
	}
	m := &Manager{path: path, Stores: Unknown}
	if n, err := strconv.Atoi(getenv("FDSTORE")); err == nil {
		m.Stores = n
	}
	if getenv("LISTEN_PID") == strconv.Itoa(pid) {
		m.inherited = strings.Split(getenv("LISTEN_FDNAMES"), ":")
		if n, err := strconv.Atoi(getenv("LISTEN_FDS")); err != nil || n != len(m.inherited) {
			m.inherited = nil
		}
	}
	return m
}

// Ready says that the service has started.
func (m *Manager) Ready() error { return m.notify("READY=1") }

// Stopping says that it is about to end.
func (m *Manager) Stopping() error { return m.notify("STOPPING=1") }

func (m *Manager) notify(state string) error {
	if m == nil {
		return nil
	}
	return m.send(state, nil)
}
