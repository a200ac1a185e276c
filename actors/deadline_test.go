package actors

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestDeadlinesAreSharedAndEndInTime: each context ends within the timeout and no more than a grain early.
func TestDeadlinesAreSharedAndEndInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const timeout = 3200 * time.Millisecond
		d := deadlines{timeout: timeout}
		different := make(map[context.Context]bool)
		for range 64 {
			ctx, began := d.context(), time.Now()
			different[ctx] = true
			go func() {
				<-ctx.Done()
				if took := time.Since(began); took > timeout || took < timeout-timeout/deadlineGrain {
					t.Errorf("it ended after %v", took)
				}
			}()
			time.Sleep(10 * time.Millisecond)
		}
		if len(different) > 8 {
			t.Errorf("%d contexts in 640 ms", len(different))
		}
		time.Sleep(timeout)
		d.context()
		d.stop()
	})
}
