package pebblestore

import "testing"

// TestPaceIsForARush: who comes alone does not wait.
func TestPaceIsForARush(t *testing.T) {
	var p pace
	for i, step := range []struct {
		commits int
		rush    bool
	}{{0, false}, {1, false}, {busyCommits - 1, false}, {busyCommits, true}, {100, true}, {1, false}, {0, false}} {
		p.add(step.commits)
		if got := p.pause() > 0; got != step.rush {
			t.Errorf("step %d, %d commits: a pause is %v", i, step.commits, got)
		}
	}
}
