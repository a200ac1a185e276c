//go:build !linux

package load

import "time"

// sleepExactly is as exact as Go's timers.
func sleepExactly() (sleep func(time.Duration), release func()) { return time.Sleep, func() {} }
