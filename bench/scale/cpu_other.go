//go:build !unix

package scale

import "time"

// processCPU is not known here, where there is no /proc to measure memory by either.
func processCPU() time.Duration { return 0 }
