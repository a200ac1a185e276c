//go:build linux

package scale

import (
	"testing"
	"time"
)

// TestSessions: a few live, and all that is measured is there.
func TestSessions(t *testing.T) {
	s := Sessions{Kept: 2000, Lifetime: 50 * time.Millisecond, Most: 1000, Warmup: 10 * time.Millisecond, Duration: 200 * time.Millisecond}
	found, err := s.Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range SessionsFigures() {
		if found.Figures[f.Name] <= 0 {
			t.Errorf("%s: %v", f.Name, found.Figures)
		}
	}
}
