package target

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// clockTick is the unit of CPU times in /proc, the same on all Linux systems that Go runs on.
const clockTick = 10 * time.Millisecond

// ResidentBytes is the process's resident memory. It needs Linux's /proc.
func (p *Process) ResidentBytes() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.ID()))
	if err != nil {
		return 0, fmt.Errorf("target: resident memory: %w", err)
	}
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte("VmRSS:")); ok {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(string(rest)), " kB"), 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("target: resident memory of process %d: it has none", p.ID())
}

// CPU is the time that the process spent computing, in user and kernel mode. It needs Linux's /proc.
func (p *Process) CPU() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.ID()))
	if err != nil {
		return 0, fmt.Errorf("target: CPU time: %w", err)
	}
	// The name in parentheses may hold anything; the fields after it are counted from 3 (proc_pid_stat(5)): utime is 14, stime 15.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 13 {
		return 0, fmt.Errorf("target: CPU time of process %d: %d fields", p.ID(), len(fields))
	}
	var total time.Duration
	for _, field := range fields[11:13] {
		ticks, err := strconv.ParseInt(string(field), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("target: CPU time: %w", err)
		}
		total += time.Duration(ticks) * clockTick
	}
	return total, nil
}
