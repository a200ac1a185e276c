package scale

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
)

// memory is what the process holds: resident, after everything unreachable was given back to the system.
func memory() (residentBytes int64, err error) {
	runtime.GC()
	runtime.GC() // what finalizers and emptied pools let go of
	debug.FreeOSMemory()
	return status("VmRSS:")
}

// status is a size in /proc/self/status, in bytes.
func status(name string) (int64, error) {
	all, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, fmt.Errorf("scale: %w", err)
	}
	lines := bufio.NewScanner(bytes.NewReader(all))
	for lines.Scan() {
		if value, ok := bytes.CutPrefix(lines.Bytes(), []byte(name)); ok {
			kib, err := strconv.ParseInt(string(bytes.Fields(value)[0]), 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("scale: no %s in /proc/self/status", name)
}
