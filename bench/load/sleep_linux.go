package load

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// sleepExactly gives the calling goroutine a thread of its own and a sleep that is precise: Go's timers are up to a millisecond late when
// nothing else happens. release gives the thread back.
func sleepExactly() (sleep func(time.Duration), release func()) {
	runtime.LockOSThread()
	// A microsecond of slack in place of 50; if the system refuses, the sleep is that much longer.
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(time.Microsecond), 0, 0, 0)
	return func(d time.Duration) {
			span := unix.NsecToTimespec(int64(d))
			_ = unix.Nanosleep(&span, nil) // a signal may end it early; the caller looks at the clock again
		}, func() {
			_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 0, 0, 0, 0) // the default
			runtime.UnlockOSThread()
		}
}
