package load

import (
	"context"
	"time"

	"github.com/parlor-chat/parlor/bench/target"
)

const (
	// quietSpan is how long a process must compute less than quietShare of one core, quietPatience how long that is waited for.
	quietSpan     = 500 * time.Millisecond
	quietShare    = 0.05
	quietPatience = 5 * time.Minute
)

// quiet waits until a process has nothing left to do that it began by itself: a store that was filled fast merges its files first. A
// process that does not become quiet is measured all the same.
func quiet(ctx context.Context, p *target.Process) error {
	before, err := p.CPU()
	for deadline := time.Now().Add(quietPatience); err == nil && time.Now().Before(deadline); {
		if err := sleep(ctx, quietSpan); err != nil {
			return err
		}
		var now time.Duration
		if now, err = p.CPU(); float64(now-before) < quietShare*float64(quietSpan) {
			return err
		}
		before = now
	}
	return err
}
