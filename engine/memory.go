package engine

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
)

// Memory is how the process uses memory. It is for whoever starts the process to apply; a Node does not touch what all of a process share.
type Memory struct {
	// GCPercent is how much may be allocated until the next garbage collection, in percent of what is alive, as GOGC. Default 100. More takes
	// more memory and less processor time.
	GCPercent int `koanf:"gc_percent"`
	// GCFloor is how much garbage may gather in any case while the process is busy: a size as in Limit; 0: what GCPercent says always holds.
	GCFloor string `koanf:"gc_floor"`
	// Limit is from where on garbage is collected more often, as GOMEMLIMIT: a number of bytes, which may end in KiB, MiB or GiB; off; or auto, the
	// default: 0.9 of what the control group or the machine has, off where that is not known.
	Limit string `koanf:"limit"`
}

// The words for Memory.Limit.
const (
	limitAuto = "auto"
	limitOff  = "off"
)

// Bounds of Memory: less than lowGCPercent collects all the time, and with less than lowLimit there is nothing but the collection.
const (
	lowGCPercent, highGCPercent = 10, 10_000
	lowLimit                    = 64 << 20
	highGCFloor                 = 1 << 40
)

// Apply sets the process's garbage collector. What the environment's GOGC and GOMEMLIMIT say wins. It returns what holds from then on; a limit of
// math.MaxInt64 is none.
func (m Memory) Apply() (gcPercent int, limitBytes int64) {
	gcPercent = m.GCPercent
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
		if floor, err := parseBytes(m.GCFloor); err == nil {
			newGarbage(gcPercent, floor, debug.SetGCPercent, debug.FreeOSMemory).watch()
		}
	} else {
		gcPercent = debug.SetGCPercent(gcPercent)
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(m.limitBytes(os.DirFS("/")))
	}
	return gcPercent, debug.SetMemoryLimit(-1)
}

// limitBytes is the limit in bytes, math.MaxInt64 for none.
func (m Memory) limitBytes(root fs.FS) int64 {
	switch m.Limit {
	case limitAuto:
		if available := availableBytes(root); available > 0 {
			return max(lowLimit, available/10*9)
		}
	case limitOff:
	default:
		if n, err := parseBytes(m.Limit); err == nil {
			return n
		}
	}
	return math.MaxInt64
}

// parseBytes reads a size.
func parseBytes(text string) (int64, error) {
	shift := 0
	for i, unit := range []string{"KiB", "MiB", "GiB"} {
		if number, ok := strings.CutSuffix(text, unit); ok {
			text, shift = strings.TrimSpace(number), 10*(i+1)
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err == nil && (n < 0 || n > math.MaxInt64>>shift) {
		err = errors.New("out of range")
	}
	return n << shift, err
}

// availableBytes is what the control group or else the machine lets the process have, 0 where Linux does not say.
func availableBytes(root fs.FS) int64 {
	least := meminfoBytes(root)
	for _, file := range controlFiles(root) {
		text, err := fs.ReadFile(root, file)
		if err != nil {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64) // "max" is no limit
		if err == nil && n > 0 && (least == 0 || n < least) {
			least = n
		}
	}
	return least
}

// meminfoBytes is the machine's memory.
func meminfoBytes(root fs.FS) int64 {
	text, err := fs.ReadFile(root, "proc/meminfo")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) >= 2 && fields[0] == "MemTotal:" {
			kib, _ := strconv.ParseInt(fields[1], 10, 64)
			return kib << 10
		}
	}
	return 0
}

// controlFiles are where the limits of the process's control group stand, and those of the groups around it, in both versions of them.
func controlFiles(root fs.FS) (files []string) {
	text, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(text)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3) // number:controllers:path
		if len(parts) != 3 {
			continue
		}
		base, name := "sys/fs/cgroup", "memory.max"
		switch parts[1] {
		case "":
		case "memory":
			base, name = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
		default:
			continue
		}
		for at := path.Clean("/" + parts[2]); ; at = path.Dir(at) {
			files = append(files, path.Join(base, at, name))
			if at == "/" {
				break
			}
		}
	}
	return files
}
