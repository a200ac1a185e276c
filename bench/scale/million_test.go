//go:build linux

package scale

import (
	"testing"
	"time"
)

// TestMillion: a few visitors come, some write, and all that is measured is there.
func TestMillion(t *testing.T) {
	found, err := Million{Visitors: 1000, Writers: 50, Messages: 4, TextBytes: 200, Ping: time.Minute, MemoryLimit: "off"}.Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range MillionFigures() {
		if v, ok := found.Figures[f.Name]; !ok || v < 0 {
			t.Errorf("%s: %v", f.Name, found.Figures)
		}
	}
}
