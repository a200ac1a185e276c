package engine

import (
	"math"
	"runtime/debug"
	"strings"
	"testing"
	"testing/fstest"
)

func machine(files map[string]string) fstest.MapFS {
	root := make(fstest.MapFS)
	for name, text := range files {
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return root
}

// TestMemoryLimit is what is given, or what the machine and its control groups leave.
func TestMemoryLimit(t *testing.T) {
	const meminfo = "MemFree: 1 kB\nMemTotal:       1024000 kB\n"
	for name, c := range map[string]struct {
		limit string
		files map[string]string
		want  int64
	}{
		"bytes":           {"100000000", nil, 100_000_000},
		"unit":            {"2GiB", nil, 2 << 30},
		"unit and space":  {"512 MiB", nil, 512 << 20},
		"off":             {"off", map[string]string{"proc/meminfo": meminfo}, math.MaxInt64},
		"unknown machine": {"auto", nil, math.MaxInt64},
		"machine":         {"auto", map[string]string{"proc/meminfo": meminfo}, 1_024_000 << 10 / 10 * 9},
		"group": {"auto", map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/memory.max": "500000000\n",
		}, 450_000_000},
		"group around": {"auto", map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/memory.max": "max\n", "sys/fs/cgroup/a/memory.max": "400000000\n",
		}, 360_000_000},
		"first version": {"auto", map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "5:cpu:/x\n4:memory:/x\n", "sys/fs/cgroup/memory/x/memory.limit_in_bytes": "300000000\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
		}, 270_000_000},
		"tiny group": {"auto", map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "1000000\n"}, lowLimit},
	} {
		if got := (Memory{Limit: c.limit}).limitBytes(machine(c.files)); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// TestMemoryIsValidated: what Go would take for something else is refused.
func TestMemoryIsValidated(t *testing.T) {
	for _, m := range []Memory{
		{9, "0", "auto"}, {10_001, "0", "auto"}, {100, "0", ""}, {100, "0", "12 apples"}, {100, "0", "63MiB"}, {100, "0", "9999999999GiB"},
		{100, "0", "-1"}, {100, "", "auto"}, {100, "-1MiB", "auto"}, {100, "1025GiB", "auto"},
	} {
		c := Default()
		c.Memory = m
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "memory.") {
			t.Errorf("%+v: %v", m, err)
		}
	}
}

// TestMemoryApplies what is set, and leaves what the environment says.
func TestMemoryApplies(t *testing.T) {
	percent, limit := debug.SetGCPercent(150), debug.SetMemoryLimit(-1)
	defer func() {
		current.Swap(nil).quiet.Stop()
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}()
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	if p, l := (Memory{250, "64MiB", "3GiB"}).Apply(); p != 250 || l != 3<<30 || debug.SetGCPercent(150) != 250 {
		t.Errorf("%d, %d", p, l)
	}
	if g := current.Load(); g.percent != 250 || g.floor != 64<<20 {
		t.Errorf("%d %%, and a floor of %d", g.percent, g.floor)
	}
	t.Setenv("GOGC", "150")
	t.Setenv("GOMEMLIMIT", "3GiB")
	if p, l := (Memory{300, "0", "4GiB"}).Apply(); p != 150 || l != 3<<30 || debug.SetGCPercent(150) != 150 {
		t.Errorf("%d, %d: the environment did not win", p, l)
	}
}
