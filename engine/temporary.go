package engine

import (
	"errors"
	"math"
	"strconv"
)

const (
	// temporaryAuto derives Limits.TemporarySessions from the memory limit.
	temporaryAuto = "auto"
	// temporaryBytes is what one takes with a visitor's idle connection: 3.9 KiB, rounded up. At rest it takes less than half of that.
	temporaryBytes = 4 << 10
	// temporaryUnlimited is how many there may be where no memory limit is known.
	temporaryUnlimited = 1_000_000
	highTemporary      = 1 << 30
)

// temporarySessions is how many sessions without messages may be in memory where the process is to take so many bytes; 0: no limit. math.MaxInt64 bytes
// are no limit.
func (l Limits) temporarySessions(memoryBytes int64) (int, error) {
	if l.TemporarySessions != temporaryAuto {
		n, err := strconv.Atoi(l.TemporarySessions)
		if err == nil && (n < 0 || n > highTemporary) {
			err = errors.New("engine: out of range")
		}
		return n, err
	}
	if memoryBytes == math.MaxInt64 {
		return temporaryUnlimited, nil
	}
	return int(max(1, memoryBytes/2/temporaryBytes)), nil
}
