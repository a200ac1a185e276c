package scale

import (
	"math"
	"runtime/metrics"

	"github.com/parlor-chat/parlor/bench/report"
)

// pauses measures what the garbage collector takes from now on.
type pauses struct{ before [3]metrics.Sample }

// The samples: how long the program stood still for a collection, and the processor time of collections and of everything.
func sample() (s [3]metrics.Sample) {
	for i, name := range [...]string{"/sched/pauses/total/gc:seconds", "/cpu/classes/gc/total:cpu-seconds", "/cpu/classes/user:cpu-seconds"} {
		s[i].Name = name
	}
	metrics.Read(s[:])
	return s
}

func beginPauses() pauses { return pauses{sample()} }

// into adds the figures.
func (p pauses) into(f report.Figures) {
	after := sample()
	counts := after[0].Value.Float64Histogram()
	before := p.before[0].Value.Float64Histogram().Counts
	var total uint64
	for i := range counts.Counts {
		counts.Counts[i] -= before[i]
		total += counts.Counts[i]
	}
	f["gc_pause_p99_ms"], f["gc_pause_max_ms"] = quantile(counts, total, 0.99), quantile(counts, total, 1)
	gc := after[1].Value.Float64() - p.before[1].Value.Float64()
	user := after[2].Value.Float64() - p.before[2].Value.Float64()
	f["gc_cpu_percent"] = 100 * gc / (gc + user)
}

// quantile is the upper end of the bucket, in milliseconds.
func quantile(h *metrics.Float64Histogram, total uint64, q float64) float64 {
	var seen uint64
	for i, n := range h.Counts {
		if seen += n; n > 0 && float64(seen) >= q*float64(total) {
			if end := h.Buckets[i+1]; !math.IsInf(end, 1) {
				return end * 1000
			}
			return h.Buckets[i] * 1000
		}
	}
	return 0
}
